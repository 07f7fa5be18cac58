// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The dice of a round: memory, reclaim, costs, failures, delays, and the switches of the world; all from its seed.
 */
#include "tests/torture/torture.h"

#include "common/mm/hash.h"

#include <sched.h>
#include <stdio.h>
#include <time.h>

static u64 die(u64 *rng, u64 sides)
{
	return (hash64((*rng)++) >> 32) % sides;
}

static void roll_memory(struct torture *x, u64 *rng)
{
	static const u64 frames[] = { 96, 160, 320 };
	static const u64 ns[] = { 0, 2000, 20000 };
	struct world_config *c = &x->roll.config;

	c->reclaim = die(rng, 4) != 0;
	if (c->reclaim) {
		/* Few frames, but more with more threads, since each keeps some for itself. */
		c->nr_frames = frames[die(rng, ARRAY_SIZE(frames))] + 4 * (x->nr_threads > 8 ? x->nr_threads : 0);
		c->swap_slots = die(rng, 4) ? 1024 : 32;
		x->roll.may_oom = true;
	}
	c->swap_read_ns = ns[die(rng, ARRAY_SIZE(ns))];
	c->swap_write_ns = ns[die(rng, ARRAY_SIZE(ns))];
	c->file_read_ns = ns[die(rng, ARRAY_SIZE(ns))];
	c->file_write_ns = ns[die(rng, ARRAY_SIZE(ns))];
	c->fault_around = die(rng, 2) ? 16 : 0;
	c->no_zero_page = !die(rng, 4);
	if (!die(rng, 4))	/* sequence counts wrap around soon */
		c->seq_start = -(2 * (1 + die(rng, 2000)));
}

static const char *roll_failures(struct torture *x, u64 *rng)
{
	static const char *const texts[] = { "none", "nowait", "all" };
	struct injector *inj = &x->roll.injector;
	unsigned int kind = (unsigned int)die(rng, 3);

	if (!kind)
		return texts[0];
	*inj = (struct injector){
		.on = true, .sites = ~0u, .nowait_only = kind == 1,
		.share = kind == 1 ? 1u << 29 : 1u << 27,	/* one in eight, one in 32 */
		.burst = 1 + die(rng, 8), .seed = x->seed,
	};
	if (kind == 2)
		x->roll.may_oom = true;
	return texts[kind];
}

/* Roll the switches for kernels' behaviour; @a text is for the reader. */
static void roll_switches(struct torture *x, u64 *rng, char *text, size_t size)
{
	static const char *const anon[] = { "trylock", "lock", "mmap" };
	static const char *const io[] = { "retry-mmap", "retry-vma", "hold", "file-hold" };
	struct world_config *c = &x->roll.config;

	c->anon_policy = (enum anon_policy)die(rng, ARRAY_SIZE(anon));
	c->dontneed_lock = die(rng, 2) ? DONTNEED_VMA_LOCK : DONTNEED_MMAP_LOCK;
	c->gfp = die(rng, 2) ? GFP_BY_TASK : GFP_BY_ARGUMENT;
	c->kernel_faults = die(rng, 2) ? KERNEL_FAULTS_ALIKE : KERNEL_FAULTS_MMAP_LOCK;
	c->alone = die(rng, 2) ? ALONE_MMAP_LOCK : ALONE_ALIKE;
	c->settle = die(rng, 2);
	c->vmacache = die(rng, 2);
	c->fork_marks = die(rng, 2) ? FORK_MARKS_PRIVATE : FORK_MARKS_ALL;
	c->pt_reclaim = die(rng, 2);
	c->io = (enum io_policy)die(rng, ARRAY_SIZE(io));
	c->readahead = die(rng, 2) ? 8 : 0;
	snprintf(text, size, "io %s, readahead %u, pt-reclaim %s, fork-marks %s, anon %s, dontneed %s, gfp %s, kernel-faults %s, alone %s, settle %s, vmacache %s", io[c->io], c->readahead,
		 c->pt_reclaim ? "on" : "off", c->fork_marks == FORK_MARKS_ALL ? "all" : "private", anon[c->anon_policy],
		 c->dontneed_lock == DONTNEED_VMA_LOCK ? "vma" : "mmap_lock", c->gfp == GFP_BY_TASK ? "task" : "argument",
		 c->kernel_faults == KERNEL_FAULTS_ALIKE ? "alike" : "mmap_lock",
		 c->alone == ALONE_MMAP_LOCK ? "mmap_lock" : "alike", c->settle ? "on" : "off", c->vmacache ? "on" : "off");
}

void torture_roll(struct torture *x)
{
	struct roll *r = &x->roll;
	u64 rng = hash64(x->seed ^ 0x70727475);
	const char *failures;
	char switches[256];

	r->config = world_config_default(1024 + 64 * x->nr_threads);
	r->config.nr_tasks = x->nr_threads + 2;
	r->config.tlb = true;
	r->config.poison = true;
	r->may_oom = false;
	r->injector = (struct injector){ 0 };
	roll_memory(x, &rng);
	failures = roll_failures(x, &rng);
	r->delays = die(&rng, 2);
	roll_switches(x, &rng, switches, sizeof(switches));
	r->kills = x->seed % 2;	/* in each run of several seeds */
	snprintf(r->text, sizeof(r->text),
		 "frames %llu, reclaim %s, swap slots %llu, zero page %s, fault-around %u, counts from %lld, failures %s, delays %s, kills %s; %s",
		 (unsigned long long)r->config.nr_frames, r->config.reclaim ? "on" : "off",
		 (unsigned long long)r->config.swap_slots, r->config.no_zero_page ? "off" : "on",
		 r->config.fault_around, (long long)r->config.seq_start, failures, r->delays ? "on" : "off", r->kills ? "on" : "off",
		 switches);
}

void torture_delay(const struct probe *probe, struct task *t, enum probe_point point, unsigned long addr)
{
	struct torture *x = container_of(probe, struct torture, probe);
	struct timespec nap = { .tv_nsec = 20000 };
	struct worker *w;
	u64 roll;

	(void)addr;
	if (!t->slot || t->slot > x->nr_threads)
		return;
	w = &x->worker[t->slot - 1];
	roll = hash64(w->delay_rng++ ^ point);
	if (roll & 63)
		return;
	/* The thread keeps all its locks meanwhile, as if it had lost its CPU. */
	switch (roll >> 8 & 15) {
	case 0:
		nanosleep(&nap, NULL);
		break;
	case 1: case 2: case 3: case 4:
		sched_yield();
		break;
	default:
		for (u64 n = roll >> 16 & 2047; n; n--)
			platform_relax(0);
	}
}
