/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Workloads over the mm core: a world with one address space a run.
 */
#include <stdlib.h>

#include "bench/run/knobs.h"
#include "bench/work/target.h"
#include "common/mm/file.h"
#include "common/mm/reclaim.h"
#include "common/mm/world.h"

#define ADV_DONTNEED	4
#define FILE_INODE	1
#define BRK_START	0x10000000UL
#define OTHERS_START	0x100000000000UL

struct target_core {
	struct target target;
	struct mm *mm;
	struct mm *process[PLATFORM_MAX_SLOTS];	/* of threads that are processes, by slot; NULL: mm */
	struct file *file;
	bool background;
	struct reclaimer reclaimer;	/* while a run lasts */
};

static struct target_core *core_of(struct target *target)
{
	return container_of(target, struct target_core, target);
}

static struct mm *mm_of(struct target *target, unsigned int slot)
{
	struct target_core *c = core_of(target);

	return c->process[slot] ? c->process[slot] : c->mm;
}

/* One page each, with a hole between, so that none merges; below where mmap places things, above the heap. */
static int map_others(struct target_core *c, struct task *t)
{
	for (u64 i = 0; i < c->target.vmas; i++)
		if (mm_is_err(mm_mmap(t, c->mm, OTHERS_START + 2 * i * PAGE_SIZE, PAGE_SIZE, MM_PROT_READ,
				      MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED, NULL, 0)))
			return -1;
	return 0;
}

static int core_begin(struct target *target, struct bench_error *err)
{
	struct target_core *c = core_of(target);
	struct task *t = world_task(target->world, 0);

	c->file = file_open(FILE_INODE, false);
	if (!c->file || mm_create(t, &c->mm)) {
		file_put(t, c->file);
		return bench_fail_memory(err, "an address space");
	}
	if (map_others(c, t)) {
		mm_attach(t, c->mm);
		mm_destroy(t, c->mm);
		file_put(t, c->file);
		return bench_fail(err, "not enough memory for %llu VMAs", (unsigned long long)target->vmas);
	}
	if (c->background && reclaimer_start(&c->reclaimer, target->world,
					     target->world->config.nr_tasks - 1)) {
		mm_attach(t, c->mm);
		mm_destroy(t, c->mm);
		file_put(t, c->file);
		return bench_fail(err, "cannot start the background reclaimer");
	}
	mm_set_brk(t, c->mm, BRK_START);
	world_stats_reset(target->world);
	return 0;
}

static void core_end(struct target *target, struct run_result *result)
{
	struct target_core *c = core_of(target);
	struct task *t = world_task(target->world, 0);

	if (c->background)
		reclaimer_stop(&c->reclaimer);
	world_stats(target->world, &result->stats);
	for (unsigned int slot = 0; slot < ARRAY_SIZE(c->process); slot++) {
		if (!c->process[slot])
			continue;
		mm_attach(t, c->process[slot]);
		mm_destroy(t, c->process[slot]);
		c->process[slot] = NULL;
	}
	mm_attach(t, c->mm);
	mm_destroy(t, c->mm);
	file_put(t, c->file);
	result->leaks = world_leaks(target->world);
}

static void core_enter(struct target *target, unsigned int slot)
{
	mm_attach(world_task(target->world, slot), mm_of(target, slot));
}

static int core_processes(struct target *target, unsigned int nr)
{
	struct target_core *c = core_of(target);

	for (unsigned int slot = 1; slot < nr; slot++)
		if (mm_fork(world_task(target->world, 0), c->mm, &c->process[slot]))
			return -1;
	return 0;
}

static void core_leave(struct target *target, unsigned int slot)
{
	mm_detach(world_task(target->world, slot));
}

static unsigned long core_map(struct target *target, unsigned int slot, enum target_memory memory,
			      unsigned long page, unsigned long pages, int prot)
{
	struct target_core *c = core_of(target);
	int flags = memory == TARGET_SHARED ? MM_MAP_SHARED : MM_MAP_PRIVATE;
	unsigned long at;

	if (memory == TARGET_ANON)
		flags |= MM_MAP_ANONYMOUS;
	at = mm_mmap(world_task(target->world, slot), mm_of(target, slot), 0, pages << PAGE_SHIFT, prot, flags,
		     memory == TARGET_ANON ? NULL : c->file,
		     memory == TARGET_ANON ? 0 : (u64)page << PAGE_SHIFT);
	return mm_is_err(at) ? 0 : at;
}

static int core_unmap(struct target *target, unsigned int slot, unsigned long addr,
		      unsigned long pages)
{
	return mm_munmap(world_task(target->world, slot), mm_of(target, slot), addr,
			 pages << PAGE_SHIFT);
}

static int core_protect(struct target *target, unsigned int slot, unsigned long addr,
			unsigned long pages, int prot)
{
	return mm_mprotect(world_task(target->world, slot), mm_of(target, slot), addr,
			   pages << PAGE_SHIFT, prot);
}

static int core_dontneed(struct target *target, unsigned int slot, unsigned long addr,
			 unsigned long pages)
{
	return mm_madvise(world_task(target->world, slot), mm_of(target, slot), addr,
			  pages << PAGE_SHIFT, ADV_DONTNEED);
}

static int core_brk(struct target *target, unsigned int slot, long pages)
{
	struct mm *mm = mm_of(target, slot);
	struct task *t = world_task(target->world, slot);
	unsigned long now = READ_ONCE(mm->brk);
	unsigned long wanted = now + ((unsigned long)pages << PAGE_SHIFT);

	return mm_brk(t, mm, wanted) != wanted;
}

static int core_fork(struct target *target, unsigned int slot, u64 *ns)
{
	struct mm *mm = mm_of(target, slot), *child;
	struct task *t = world_task(target->world, slot);
	u64 start = platform_now();
	int err = mm_fork(t, mm, &child);

	*ns = platform_now() - start;
	if (err)
		return err;
	mm_detach(t);
	mm_attach(t, child);
	mm_destroy(t, child);
	mm_attach(t, mm);
	return 0;
}

static int core_touch(struct target *target, unsigned int slot, unsigned long addr)
{
	return mm_fault(world_task(target->world, slot), mm_of(target, slot), addr,
			FAULT_FLAG_USER | FAULT_FLAG_WRITE) != FAULT_DONE;
}

static u64 core_mapped(struct target *target, unsigned int slot)
{
	return mm_hash_vmas(world_task(target->world, slot), mm_of(target, slot));
}

static void core_destroy(struct target *target)
{
	world_destroy(target->world);
	free(core_of(target));
}

static const struct target_ops core_ops = {
	.begin = core_begin,
	.end = core_end,
	.processes = core_processes,
	.enter = core_enter,
	.leave = core_leave,
	.map = core_map,
	.unmap = core_unmap,
	.protect = core_protect,
	.dontneed = core_dontneed,
	.brk = core_brk,
	.fork = core_fork,
	.touch = core_touch,
	.mapped = core_mapped,
	.destroy = core_destroy,
};

struct target *target_core_create(const struct target_core_config *config, struct bench_error *err)
{
	struct world_config wc = config->world;
	struct target_core *c = calloc(1, sizeof(*c));

	wc.max_map_count += config->max_vmas;
	wc.nr_tasks = config->threads + config->background;
	knobs_nodes(&wc);
	if (!c || world_create(&c->target.world, &wc, config->chain)) {
		free(c);
		bench_fail(err, "not enough memory for a world of %llu page frames under %s",
			   (unsigned long long)wc.nr_frames, config->chain->name);
		return NULL;
	}
	c->background = config->background;
	c->target.ops = &core_ops;
	c->target.name = config->chain->name;
	return &c->target;
}
