/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The workload of the map: every thread faults, and changes the address space, in a set ratio, and memory is short at times.
 */
#include "bench/work/workload.h"
#include "common/mm/hash.h"
#include "common/mm/world.h"

/*
 * Short memory comes in episodes, as it does in the kernel.  Seed, thread and number decide whether a
 * fault meets one, so every scheme meets the same.
 */
static void episode(struct work_thread *t)
{
	const struct work_config *c = t->config;
	struct task *task;

	if (!c->squeeze_share || t->episode_left--)
		return;
	t->episode_left = c->burst ? c->burst - 1 : 0;
	task = world_task(c->target->world, t->slot);
	task->squeeze_ns = c->squeeze_ns;
	task->squeezed = c->squeeze_share == ~0u ||
		hash64_2(c->seed ^ t->slot << 8, t->episodes++) >> 32 < c->squeeze_share;
}

static void change(struct work_thread *t)
{
	if (t->mapped) {
		work_unmap(t, t->mapped, MIX_PIECE);
		t->mapped = 0;
	} else {
		t->mapped = work_map(t, MIX_PIECE, WORK_RW);
		for (unsigned long i = 0; t->config->touch && i < MIX_PIECE; i++) {
			episode(t);
			work_touch(t, t->mapped + i * PAGE_SIZE);
		}
	}
}

static void step_mix(struct work_thread *t)
{
	unsigned long pages = t->config->region ? t->config->region : WORK_REGION;

	for (unsigned long i = 0; i < pages; i++) {
		episode(t);
		work_touch(t, t->base + i * PAGE_SIZE);
		for (t->owed += t->config->changes; t->owed >= 1; t->owed--)
			change(t);
	}
	work_dontneed(t, t->base, pages);
}

const struct workload workload_mix = {
	.name = "mix",
	.stands_for = "threads that fault, and map and unmap, in a set ratio",
	.memory = TARGET_ANON,
	.step = step_mix,
};
