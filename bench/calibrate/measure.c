/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The loops: short windows, many of them, in passes that go round over all loops; of each loop the fastest counts.
 *
 * Other programs only ever make a window slower, and rarely all windows of a loop in every pass.
 */
#define _GNU_SOURCE
#include "bench/calibrate/loops.h"
#include "bench/calibrate/turns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/platform/platform.h"
#include "common/sync/atomic.h"

#define PASSES	9u
#define WINDOW	60u	/* windows of a loop in a pass */

/* The fastest window, and how many others were disturbed. */
static double fastest(struct calibration *c, const double *ns, unsigned int nr)
{
	double best = ns[0];

	for (unsigned int i = 1; i < nr; i++)
		best = fmin(best, ns[i]);
	for (unsigned int i = 0; i < nr; i++) {
		c->loops++;
		c->stolen += ns[i] > 2 * best;
	}
	return best;
}

/* Time of @round a turn, @turns of them in a window. */
static void repeat(struct calibration *c, double *of, void (*round)(struct shared *s, u64 turns), struct shared *s, u64 turns)
{
	double ns[WINDOW];

	round(s, turns);
	for (unsigned int i = 0; i < WINDOW; i++) {
		u64 start = platform_now();

		round(s, turns);
		ns[i] = (double)(platform_now() - start) / (double)turns;
	}
	calibration_least(of, fastest(c, ns, WINDOW));
}

/* --- one thread ------------------------------------------------------------------------------------ */

static void loads_add(struct shared *s, u64 turns)
{
	for (u64 i = 0; i < turns; i++) {
		loop_loads(s, 1);
		fetch_add_relaxed(&s->word, 1);
	}
}

/* Only its cost is of interest: it orders nothing here. */
static void fence(struct shared *s, u64 turns)
{
	(void)s;
	for (u64 i = 0; i < turns; i++)
		smp_mb();
}

static void pause_turn(struct shared *s, u64 turns)
{
	(void)s;
	for (u64 i = 0; i < turns; i++)
		platform_relax(0);
}

static void rcu(struct shared *s, u64 turns)
{
	(void)s;
	for (u64 i = 0; i < turns; i++) {
		platform_rcu_read_lock();
		platform_rcu_read_unlock();
	}
}

static void grace(struct shared *s, u64 turns)
{
	(void)s;
	for (u64 i = 0; i < turns; i++)
		platform_synchronize_rcu();
}

static void alloc(struct shared *s, u64 turns)
{
	(void)s;
	for (u64 i = 0; i < turns; i++)
		platform_free(platform_alloc(4096, 64, PLATFORM_MEM_OBJECT), 4096, PLATFORM_MEM_OBJECT);
}

#define MANY_PAGES	16384u

static void clear_many(struct shared *s, u64 turns)
{
	for (u64 i = 0; i < turns; i++)
		platform_clear_page(s->pages + s->page++ % MANY_PAGES * PAGE_SIZE);
}

static void copy_few(struct shared *s, u64 turns)
{
	for (u64 i = 0; i < turns; i++)
		platform_copy_page(s->pages + i % FEW_PAGES * PAGE_SIZE, s->pages + (FEW_PAGES + i % FEW_PAGES) * PAGE_SIZE);
}

#define STEPS		2000u

/* @return where it stands then: what it has just loaded is in a cache */
static void **chase_windows(struct calibration *c, double *of, void **at, struct shared *s, u64 behind)
{
	double ns[WINDOW];

	for (unsigned int k = 0; k < WINDOW; k++) {
		u64 start = platform_now();

		for (unsigned int i = 0; i < STEPS; i++) {
			at = *at;
			loop_loads(s, behind);
		}
		ns[k] = (double)(platform_now() - start) / STEPS;
	}
	calibration_least(of, fastest(c, ns, WINDOW));
	return at;
}

/*
 * Loads that each need the one before, in an order that no prefetcher knows: one cycle through all lines (Sattolo).
 * @s not NULL: the same again with work behind each load, into load_and_work.
 */
static void chase(struct calibration *c, double *of, char *memory, size_t size, struct shared *s)
{
	size_t lines = size / CACHELINE;
	u32 *order = malloc(lines * sizeof(*order));
	u64 random = 1;
	void **at;

	if (!order) {
		*of = NAN;
		return;
	}
	for (size_t i = 0; i < lines; i++)
		order[i] = (u32)i;
	for (size_t i = lines - 1; i > 0; i--) {
		size_t k;
		u32 other;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		k = (size_t)((random >> 32) % i);
		other = order[k];
		order[k] = order[i];
		order[i] = other;
	}
	for (size_t i = 0; i < lines; i++)
		*(void **)(memory + (size_t)order[i] * CACHELINE) = memory + (size_t)order[(i + 1) % lines] * CACHELINE;
	at = (void **)memory;
	for (size_t i = 0; i < lines && i < 4000000; i++)
		at = *at;
	free(order);
	at = chase_windows(c, of, at, s, 0);
	for (unsigned int i = 0; s && i < CALIBRATE_WORKS; i++)
		at = chase_windows(c, &c->load_and_work[i], at, s, 1u << i);
	/* Used, so that no compiler leaves the loops out. */
	if (!at)
		*of = 0;
}

static long cache_size(int name, long otherwise)
{
	long size = sysconf(name);

	return size > 0 ? size : otherwise;
}

/* One pass over all loops; copy still has the clearing in it. */
static int measure_once(struct calibration *c, struct shared *s, char *memory, size_t size, struct bench_error *err)
{
	repeat(c, &c->loads, loop_loads, s, 2000);
	repeat(c, &c->loads_add, loads_add, s, 2000);
	repeat(c, &c->fence, fence, s, 1000);
	repeat(c, &c->pause, pause_turn, s, 200);
	repeat(c, &c->rcu, rcu, s, 10000);
	repeat(c, &c->alloc, alloc, s, 200);
	repeat(c, &c->grace, grace, s, 2);
	repeat(c, &c->clear_own, loop_clear_few, s, 100);
	repeat(c, &c->clear_memory, clear_many, s, MANY_PAGES / 16);
	repeat(c, &c->copy, copy_few, s, 100);
	chase(c, &c->load_l1, memory, (size_t)c->l1 / 2, NULL);
	chase(c, &c->load_l2, memory, (size_t)c->l2 / 2, NULL);
	chase(c, &c->load_l3, memory, (size_t)(4 * c->l2 < c->l3 / 2 ? 4 * c->l2 : c->l3 / 2), NULL);
	chase(c, &c->load_memory, memory, size, s);
	return measure_reads(c, err) || measure_add_contended(c, s, err) || measure_clear_other(c, s, err) || measure_wake(c, s, err) ? -1 : 0;
}

int calibration_measure(struct calibration *c, struct bench_error *err)
{
	size_t size = MANY_PAGES * PAGE_SIZE;
	struct shared *s = aligned_alloc(256, sizeof(*s));
	char *memory = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret = -1;

	*c = (struct calibration){ .cpus = platform_nr_cpus() };
	if (!s || memory == MAP_FAILED || turns_begin()) {
		bench_fail_memory(err, "calibrating");
		goto out;
	}
	if (c->cpus < 2) {
		bench_fail(err, "this machine has one CPU; what a line takes from one to another can be measured with two");
		goto out;
	}
	madvise(memory, 2 * size, MADV_HUGEPAGE);	/* as it may */
	memset(memory, 1, 2 * size);
	memset(s, 0, sizeof(*s));
	s->pages = memory;
	c->l1 = cache_size(_SC_LEVEL1_DCACHE_SIZE, 32 << 10);
	c->l2 = cache_size(_SC_LEVEL2_CACHE_SIZE, 1 << 20);
	c->l3 = cache_size(_SC_LEVEL3_CACHE_SIZE, 16 << 20);
	platform_thread_enter(0);
	platform_pin(0);
	ret = 0;
	for (unsigned int pass = 0; !ret && pass < PASSES; pass++)
		ret = measure_once(c, s, memory, 2 * size, err);
	c->copy = fmax(0, c->copy - c->clear_own);
	if (!ret && !c->add_contended)
		ret = bench_fail(err, "the two CPUs never ran at the same time: stop other programs");
	platform_pin(-1);
	platform_thread_leave();
	c->add = fmax(0.1, c->loads_add - c->loads);
	c->hold_share = ret ? 0 : derive_hold_share(c);
	c->ahead = derive_ahead(c);
out:
	if (memory != MAP_FAILED)
		munmap(memory, 2 * size);
	free(s);
	return ret;
}
