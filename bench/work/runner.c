/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One run of a workload: regions, threads, phases, times.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench/lib/stat.h"
#include "bench/work/workload.h"
#include "common/mm/hash.h"
#include "common/mm/page.h"
#include "common/sync/atomic.h"

/* A thread times whole laps: as many faults as asked for, or a few more. */
static size_t laps_of(const struct work_config *c)
{
	return (size_t)((c->faults + WORK_LAP - 1) / WORK_LAP);
}

/* Rounds of a thread before anything is timed. */
#define WARM_UP	2
/* A writer that is later than this skips the changes it owes: it then runs as fast as it can. */
#define MAX_LATE_NS	1000000ULL

struct work_run {
	unsigned int faulting;		/* threads that fault; the others write */
	/* written by all threads, at the beginning and end of what is timed: */
	u32 ready __cacheline_aligned;
	u32 done __cacheline_aligned;
	u32 go __cacheline_aligned;	/* release */
};

/* --- operations ------------------------------------------------------------------------------ */

u64 work_random(struct work_thread *t)
{
	return hash64_2(t->config->seed ^ (u64)t->slot << 32, t->drawn++);
}

/* The rest of its step is not timed. */
static void timed_enough(struct work_thread *t)
{
	const struct work_watch *watch = t->config->watch;

	t->timed = false;
	t->ended = platform_now();
	if (fetch_add_relaxed(&t->run->done, 1) + 1 == t->run->faulting && watch)
		watch->end(watch->arg);
}

/* Record an operation and its place: addresses count from the region's start, or not at all. */
static void record(struct work_thread *t, enum run_kind kind, unsigned long addr,
		   unsigned long pages, u64 ns, bool ok)
{
	unsigned long at = addr - t->base;
	double net = (double)ns - t->config->clock_ns;

	t->failed += !ok;
	if (!t->timed)
		return;
	if (at >> PAGE_SHIFT >= WORK_REGION)
		at = ~0UL;
	t->order = hash64_2(t->order ^ kind, at ^ pages << 56);
	histogram_add(&t->times[kind], net > 0 ? (u64)net : 0);
	if (kind != KIND_FAULT)
		t->nr_changes++;
	else if (++t->nr_faults == t->config->faults && !t->writes)
		timed_enough(t);
}

#define CALL(op, ...)	t->config->target->ops->op(t->config->target, t->slot, __VA_ARGS__)

void work_touch(struct work_thread *t, unsigned long addr)
{
	u64 start = platform_now();
	int err = CALL(touch, addr);

	record(t, KIND_FAULT, addr, 1, platform_now() - start, !err);
}

unsigned long work_map(struct work_thread *t, unsigned long pages, int prot)
{
	u64 start = platform_now();
	unsigned long at = CALL(map, TARGET_ANON, 0, pages, prot);

	record(t, KIND_MMAP, 0, pages, platform_now() - start, at);
	return at;
}

unsigned long work_map_file(struct work_thread *t, unsigned long page, unsigned long pages)
{
	u64 start = platform_now();
	unsigned long at = CALL(map, TARGET_SHARED, page, pages, WORK_RW);

	record(t, KIND_MMAP, 0, pages, platform_now() - start, at);
	return at;
}

void work_unmap(struct work_thread *t, unsigned long addr, unsigned long pages)
{
	u64 start = platform_now();
	int err = CALL(unmap, addr, pages);

	record(t, KIND_MUNMAP, addr, pages, platform_now() - start, !err);
}

void work_protect(struct work_thread *t, unsigned long addr, unsigned long pages, int prot)
{
	u64 start = platform_now();
	int err = CALL(protect, addr, pages, prot);

	record(t, KIND_MPROTECT, addr, pages, platform_now() - start, !err);
}

void work_dontneed(struct work_thread *t, unsigned long addr, unsigned long pages)
{
	u64 start = platform_now();
	int err = CALL(dontneed, addr, pages);

	record(t, KIND_MADVISE, addr, pages, platform_now() - start, !err);
}

void work_brk(struct work_thread *t, long pages)
{
	u64 start = platform_now();
	int err = CALL(brk, pages);

	record(t, KIND_BRK, 0, (unsigned long)pages, platform_now() - start, !err);
}

void work_fork(struct work_thread *t)
{
	u64 ns = 0;
	int err = CALL(fork, &ns);

	record(t, KIND_FORK, 0, 0, ns, !err);
}

/* An odd factor visits each page of a power of two once. */
static unsigned long page_of_turn(const struct work_thread *t, u64 random, unsigned long i)
{
	unsigned long factor = random >> 32 | 1, first = (u32)random;

	return t->base + (first + i * factor) % WORK_REGION * PAGE_SIZE;
}

static u64 touch_turns(struct work_thread *t, u64 random, unsigned long from, unsigned long to)
{
	u64 failed = 0;

	for (unsigned long i = from; i < to; i++)
		failed += CALL(touch, page_of_turn(t, random, i)) != 0;
	return failed;
}

/* Between the two readings of the clock is the loop, the call and the fault, nothing else. */
static void touch_lap(struct work_thread *t, u64 random)
{
	u64 start, failed;
	double net;

	failed = touch_turns(t, random, 0, WORK_REGION - WORK_LAP);
	start = platform_now();
	failed += touch_turns(t, random, WORK_REGION - WORK_LAP, WORK_REGION);
	net = (double)(platform_now() - start) - t->config->clock_ns;
	t->failed += failed;
	if (!t->timed || t->writes)
		return;
	t->order = hash64_2(t->order ^ KIND_FAULT, random);
	t->lap[t->nr_laps++] = (net > 0 ? net : 0) / WORK_LAP;
	t->nr_faults += WORK_LAP;
	if (t->nr_faults >= t->config->faults)
		timed_enough(t);
}

/* The next pages of the region; when it is used up all are given back. */
static void touch_fresh(struct work_thread *t)
{
	if (t->touched + WORK_FRESH > t->config->region) {
		work_dontneed(t, t->base, t->config->region);
		t->touched = 0;
	}
	for (unsigned long i = 0; i < WORK_FRESH; i++)
		work_touch(t, t->base + t->touched++ * PAGE_SIZE);
}

void work_touch_region(struct work_thread *t)
{
	u64 random = work_random(t);

	if (t->config->fresh) {
		touch_fresh(t);
		return;
	}
	if (t->config->laps) {
		touch_lap(t, random);
		CALL(dontneed, t->base, WORK_REGION);
		return;
	}
	for (unsigned long i = 0; i < WORK_REGION; i++)
		work_touch(t, page_of_turn(t, random, i));
	work_dontneed(t, t->base, WORK_REGION);
}

/* --- regions ------------------------------------------------------------------------------------ */

struct regions {
	unsigned long at[PLATFORM_MAX_SLOTS], pages;	/* as mapped */
	unsigned int nr;
};

/*
 * Regions begin at a leaf table's first page, so that no two threads share one, and
 * have a page without rights on either side, so that each mapping is a VMA of its own.
 */
static unsigned long map_region(const struct work_config *c, struct regions *r,
				unsigned long file_page)
{
	const struct target_ops *ops = c->target->ops;
	unsigned long leaf = WORK_REGION * PAGE_SIZE, at, base;

	at = ops->map(c->target, 0, c->workload->memory, file_page, r->pages, WORK_NONE);
	if (!at)
		return 0;
	r->at[r->nr++] = at;
	base = (at + PAGE_SIZE + leaf - 1) & ~(leaf - 1);
	return ops->protect(c->target, 0, base, r->pages - WORK_REGION - 1, WORK_RW) ? 0 : base;
}

static int map_regions(const struct work_config *c, struct work_thread *threads,
		       struct regions *r)
{
	unsigned long region = c->region ? c->region : WORK_REGION;
	unsigned long each = c->workload->shared_vma ? c->threads * region : region;

	r->nr = 0;
	r->pages = each + WORK_REGION + 1;
	for (unsigned int i = 0; i < c->threads; i++) {
		if (i && c->workload->shared_vma)
			threads[i].base = threads[i - 1].base + region * PAGE_SIZE;
		else
			threads[i].base = map_region(c, r, i * (region + WORK_REGION));
		if (!threads[i].base)
			return -1;
	}
	return 0;
}

/* --- a thread -------------------------------------------------------------------------------- */

static bool over(const struct work_run *run)
{
	return READ_ONCE(run->done) >= run->faulting;
}

static void wait_for_go(struct work_run *run)
{
	unsigned int turn = 0;

	fetch_add_relaxed(&run->ready, 1);
	/* Spin, so that all begin at once.  @pairs{the start | run_threads()} */
	while (!smp_load_acquire(&run->go))
		platform_relax_on(turn++, &run->go, 0);
}

static void run_faulting(struct work_thread *t)
{
	const struct workload *w = t->config->workload;

	for (int i = 0; i < WARM_UP; i++)
		w->step(t);
	wait_for_go(t->run);
	t->timed = true;
	t->began = platform_now();
	while (t->timed)
		w->step(t);
	while (!over(t->run))
		w->step(t);
}

static void run_writer(struct work_thread *t)
{
	const struct workload *w = t->config->workload;
	u64 rate = t->config->writer_rate, due, now;

	for (int i = 0; i < WARM_UP; i++)
		w->writer(t);
	wait_for_go(t->run);
	t->timed = true;
	due = platform_now();
	while (!over(t->run)) {
		u64 before = t->nr_changes;

		now = platform_now();
		if (!rate || (rate != WORK_RATE_MAX && now < due)) {
			platform_relax(0);	/* the control: a CPU that is busy but changes nothing */
			continue;
		}
		if (due + MAX_LATE_NS < now)
			due = now;
		w->writer(t);
		due += (t->nr_changes - before) * 1000000000ULL / rate;
	}
	t->timed = false;
}

static void thread_main(void *arg)
{
	struct work_thread *t = arg;
	const struct work_config *c = t->config;

	/* Touch it once, so that the host does not fault in the timed part. */
	memset(t->times, 0, NR_RUN_KINDS * sizeof(*t->times));
	memset(t->lap, 0, laps_of(c) * sizeof(*t->lap));
	c->target->ops->enter(c->target, t->slot);
	if (t->writes)
		run_writer(t);
	else
		run_faulting(t);
	if (t->mapped)
		work_unmap(t, t->mapped, 16);
	c->target->ops->leave(c->target, t->slot);
}

/* --- what a run comes to ------------------------------------------------------------------------ */

/* @lap: of all faulting threads, one after the other. */
static void times_of_laps(struct run_times *times, double *lap, size_t nr)
{
	run_times_of(times, lap, nr);
	times->nr *= WORK_LAP;
	times->total_ns = (u64)(times->mean_ns * (double)times->nr);
}

static void sum_up(const struct work_config *c, const struct work_run *run,
		   struct work_thread *threads, struct work_result *out)
{
	struct run_result *r = &out->result;
	u64 first = ~0ULL, last = 0;

	for (unsigned int i = 0; i < c->threads; i++) {
		r->unexpected += threads[i].failed;
		out->changes += threads[i].nr_changes;
		if (i < run->faulting) {
			const struct work_thread *t = &threads[i];

			first = t->began < first ? t->began : first;
			last = t->ended > last ? t->ended : last;
			if (t->ended > t->began)
				out->faults_per_s += 1e9 * (double)t->nr_faults / (double)(t->ended - t->began);
		}
		if (i < run->faulting)
			out->order = hash64_2(out->order, threads[i].order);
		if (!i)
			continue;
		for (unsigned int k = 0; k < NR_RUN_KINDS; k++)
			/* A writer's own faults are part of its work and are not reported. */
			if (i < run->faulting || k != KIND_FAULT)
				histogram_merge(&threads[0].times[k], &threads[i].times[k]);
	}
	for (unsigned int k = 0; k < NR_RUN_KINDS; k++) {
		run_times_of_histogram(&r->kind[k], &threads[0].times[k]);
		if (c->laps && k == KIND_FAULT)
			times_of_laps(&r->kind[k], threads[0].lap, run->faulting * laps_of(c));
		r->mm_ns += r->kind[k].total_ns;
	}
	r->faults = r->kind[KIND_FAULT];
	out->busy_ns = last > first ? c->threads * (last - first) : 0;
}

u64 work_frames(unsigned int threads)
{
	/* Anonymous and file pages of each region; a child of fork has none of its own; lists of threads. */
	return threads * (4 * WORK_REGION + 4 * PAGE_BATCH) + 1024;
}

static void prepare(const struct work_config *c, struct work_run *run, struct work_thread *threads,
		    struct histogram *times, double *lap)
{
	memset(run, 0, sizeof(*run));
	run->faulting = c->threads - (c->workload->writer != NULL);
	for (unsigned int i = 0; i < c->threads; i++) {
		threads[i].config = c;
		threads[i].run = run;
		threads[i].slot = i;
		threads[i].times = times + i * NR_RUN_KINDS;
		threads[i].lap = lap + i * laps_of(c);
		threads[i].writes = i >= run->faulting;
	}
}

/* Enter the target as the first thread, for the work before and after the run. */
static void enter(const struct work_config *c)
{
	platform_thread_enter(0);
	c->target->ops->enter(c->target, 0);
}

static void leave(const struct work_config *c)
{
	c->target->ops->leave(c->target, 0);
	platform_thread_leave();
}

/* All threads, from the first to the last fault. */
static int run_threads(const struct work_config *c, struct work_run *run, struct work_thread *threads,
		       struct run_result *result, struct bench_error *err)
{
	struct platform_thread *handle[PLATFORM_MAX_SLOTS];
	unsigned int started = 0;
	u64 before, start;
	int ret = 0;

	while (started < c->threads &&
	       !(ret = platform_thread_create(&handle[started], started, (int)(started % platform_nr_cpus()),
					      thread_main, &threads[started])))
		started++;
	if (ret) {
		ret = bench_fail(err, "cannot start %u threads: %s", c->threads, strerror(-ret));
		run->faulting = 0;	/* those that run stop */
	}
	while (!ret && READ_ONCE(run->ready) != c->threads)
		platform_sleep(50000);
	if (!ret && c->watch)
		c->watch->begin(c->watch->arg);
	before = run_host_faults();
	start = platform_now();
	/* @pairs{the start | wait_for_go()} */
	smp_store_release(&run->go, 1);
	platform_unpark(&run->go, ~0u);
	for (unsigned int i = 0; i < started; i++)
		platform_thread_join(handle[i]);
	result->wall_ns = platform_now() - start;
	result->host_faults = run_host_faults() - before;
	return ret;
}

int work_run(const struct work_config *c, struct work_result *out, struct bench_error *err)
{
	struct work_run *run = aligned_alloc(CACHELINE, sizeof(*run));
	struct work_thread *threads = calloc(c->threads, sizeof(*threads));
	struct histogram *times = calloc(c->threads * NR_RUN_KINDS, sizeof(*times));
	double *lap = calloc(c->threads * laps_of(c), sizeof(*lap));
	struct regions regions;
	int ret = -1;

	memset(out, 0, sizeof(*out));
	if (!run || !threads || !times || !lap) {
		bench_fail_memory(err, "a workload");
		goto out;
	}
	prepare(c, run, threads, times, lap);
	platform_thread_enter(0);
	ret = c->target->ops->begin(c->target, err);
	platform_thread_leave();
	if (ret)
		goto out;
	enter(c);
	ret = map_regions(c, threads, &regions);
	if (!ret && c->processes)
		ret = c->target->ops->processes(c->target, c->threads);
	leave(c);
	if (ret)
		bench_fail(err, "%s on %s: there is no room for its regions", c->workload->name, c->target->name);
	else
		ret = run_threads(c, run, threads, &out->result, err);
	enter(c);
	if (!ret && c->target->ops->mapped)
		out->mapped = c->target->ops->mapped(c->target, 0);
	for (unsigned int i = 0; i < regions.nr; i++)
		c->target->ops->unmap(c->target, 0, regions.at[i], regions.pages);
	leave(c);
	platform_thread_enter(0);
	c->target->ops->end(c->target, &out->result);
	platform_thread_leave();
	if (!ret)
		sum_up(c, run, threads, out);
out:
	free(run);
	free(threads);
	free(times);
	free(lap);
	return ret;
}
