// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A round: make a world, run its threads, and check that nothing is left in use.
 */
#include "tests/torture/torture.h"

#include "common/mm/file.h"
#include "common/mm/hash.h"
#include "common/mm/reclaim.h"
#include "common/sync/atomic.h"
#include "tests/support/check.h"

#define P	PAGE_SIZE

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
u32 rnd(struct worker *w, u32 below)
{
	w->rng ^= w->rng >> 12;
	w->rng ^= w->rng << 25;
	w->rng ^= w->rng >> 27;
	return (u32)((w->rng * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

/*
 * Runs 0 and 1, of two changers, share a table; 2 and 3 another.  The stack has room
 * below; the heap is where brk begins.  Away is the same, far off.
 */
static void lay_out(struct torture *x)
{
	static const unsigned long start[RUNS] = {
		0x4000000000UL, 0x4000000000UL + 64 * P, 0x4100000000UL, 0x4100000000UL + 64 * P,
		0x4200000000UL + 500 * P, 0x4200000000UL + 1024 * P,
	};

	for (unsigned int i = 0; i < NR_CELLS; i++) {
		struct cell *c = &x->cell[i];
		unsigned int run = i / RUN_CELLS, index = i % RUN_CELLS;

		*c = (struct cell){ .id = i };
		c->addr[0] = start[run] + index * P;
		c->addr[1] = c->addr[0] + 0x1000000000UL + 509 * P;
		c->file_word[0] = file_word(FILE_INODE + run, index, 0);
		c->file_word[1] = file_word(FILE_INODE + run, index, OTHER_WORD / 8);
	}
}

/* A mapping that stops a stack, which grows as far as the next mapping. */
static void fence_stack(struct torture *x, struct task *t)
{
	unsigned long addr = x->cell[STACK_RUN * RUN_CELLS].addr[0] - P;

	check(mm_mmap(t, x->mm, addr, P, 0, MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED, NULL, 0) == addr,
	      "no fence");
}

static void start(struct torture *x, struct platform_thread **thread)
{
	for (unsigned int i = 0; i < x->nr_threads; i++) {
		struct worker *w = &x->worker[i];

		*w = (struct worker){ .torture = x, .index = i, .task = world_task(x->world, i + 1) };
		w->rng = (x->seed + 1) * 0x9e3779b97f4a7c15ULL + i * 0xbf58476d1ce4e5b9ULL + 1;
		w->delay_rng = hash64_2(x->seed, i);
		check(!platform_thread_create(&thread[i], i + 1, -1,
					      i < NR_CHANGERS ? changer :
					      i < NR_CHANGERS + NR_FORKERS ? forker : faulter, w), "no thread");
	}
}

static void check_accounts(struct torture *x, struct task *t)
{
	struct world_leaks leaks;

	mm_check(t, x->mm);
	mm_destroy(t, x->mm);
	leaks = world_leaks(x->world);
	check(!leaks.frames && !leaks.tables && !leaks.vmas && !leaks.nodes && !leaks.anon_vmas &&
	      !leaks.swap_slots && !leaks.cached && !leaks.charged,
	      "leaked: %llu frames, %llu tables, %llu VMAs, %llu nodes, %llu anon_vmas, %llu slots, %llu cached, %llu charged",
	      (unsigned long long)leaks.frames, (unsigned long long)leaks.tables,
	      (unsigned long long)leaks.vmas, (unsigned long long)leaks.nodes,
	      (unsigned long long)leaks.anon_vmas, (unsigned long long)leaks.swap_slots,
	      (unsigned long long)leaks.cached, (unsigned long long)leaks.charged);
}

void torture_round(struct torture *x, unsigned int ms, u64 sum[NR_WHAT], u64 *faults)
{
	struct platform_thread *thread[MAX_THREADS];
	struct reclaimer reclaimer;
	struct stats stats;
	struct task *t;

	torture_roll(x);
	hold_round(x->seed);
	check(!world_create(&x->world, &x->roll.config, x->chain), "no world");
	t = world_task(x->world, 0);
	check(!mm_create(t, &x->mm), "no mm");
	lay_out(x);
	fence_stack(x, t);
	mm_set_brk(t, x->mm, x->cell[HEAP_RUN * RUN_CELLS].addr[0]);
	inject_configure(x->world, &x->roll.injector);
	x->probe.hit = torture_delay;
	x->world->probe = x->roll.delays ? &x->probe : NULL;
	x->stop = 0;
	if (x->roll.config.reclaim)
		check(!reclaimer_start(&reclaimer, x->world, x->nr_threads + 1), "no reclaimer");
	start(x, thread);
	platform_sleep(ms * 1000000ULL);
	WRITE_ONCE(x->stop, 1);
	for (unsigned int i = 0; i < x->nr_threads; i++)
		platform_thread_join(thread[i]);
	if (x->roll.config.reclaim)
		reclaimer_stop(&reclaimer);
	check_accounts(x, t);
	for (unsigned int i = 0; i < x->nr_threads; i++)
		for (unsigned int what = 0; what < NR_WHAT; what++)
			sum[what] += x->worker[i].nr[what];
	world_stats(x->world, &stats);
	*faults += stats.event[STAT_FAULT];
	world_destroy(x->world);
}
