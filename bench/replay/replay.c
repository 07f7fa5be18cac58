/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Runs of a replay: the world, the threads dealt to workers, and what a run comes to.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/replay/parts.h"
#include "bench/run/knobs.h"
#include "common/mm/page.h"

u64 replay_frames(const struct plan *plan)
{
	u64 ahead = plan->peak_pages + REPLAY_WINDOW + plan->populated;

	/* The rest are for threads' own free lists, the zero page, and faults that lose a race. */
	return (ahead < plan->all_pages ? ahead : plan->all_pages) + 64 * PAGE_BATCH + 64;
}

/* --- making ---------------------------------------------------------------------------- */

int replay_create(struct replay **out, const struct plan *plan, const struct replay_config *config,
		  struct bench_error *err)
{
	struct world_config wc = config->world;
	struct replay *r = aligned_alloc(CACHELINE, sizeof(*r));
	u32 n = plan->trace->nr_threads;

	if (!r)
		return bench_fail_memory(err, "preparing a replay");
	memset(r, 0, sizeof(*r));
	r->plan = plan;
	r->config = *config;
	r->clock_ns = run_clock_ns();
	r->part.to = plan->nr_events;
	r->progress = aligned_alloc(CACHELINE, n * sizeof(*r->progress));
	r->mm = calloc(plan->nr_spaces + 1UL, sizeof(*r->mm));
	r->file = calloc(plan->nr_files + 1UL, sizeof(*r->file));
	r->file_users = calloc(plan->nr_files + 1UL, sizeof(*r->file_users));
	r->ns = calloc(plan->nr_events + 1UL, sizeof(*r->ns));
	wc.nr_tasks = config->workers + wc.reclaim;
	knobs_nodes(&wc);
	if (!r->progress || !r->mm || !r->file || !r->file_users || !r->ns ||
	    world_create(&r->world, &wc, config->chain)) {
		replay_destroy(r);
		return bench_fail(err, "not enough memory: %llu page frames and their tables for %s (--frames)",
				  (unsigned long long)wc.nr_frames, plan->trace->name);
	}
	*out = r;
	return 0;
}

void replay_only(struct replay *r, const struct replay_part *part)
{
	r->part = *part;
}

void replay_workers(struct replay *r, unsigned int workers)
{
	r->config.workers = workers;
}

void replay_time_locks(struct replay *r, bool on)
{
	r->world->config.lockstat = on;	/* no thread runs now */
}

void replay_destroy(struct replay *r)
{
	if (!r)
		return;
	if (r->world && !r->leaked)	/* with a leak that would stop the program before its report */
		world_destroy(r->world);
	free(r->progress);
	free(r->mm);
	free(r->file);
	free(r->file_users);
	free(r->ns);
	free(r);
}

/* --- dealing ----------------------------------------------------------------------------------- */

struct load {
	u32 thread, events;
};

static int by_load(const void *a, const void *b)
{
	const struct load *x = a, *y = b;

	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	return x->thread < y->thread ? -1 : x->thread > y->thread;
}

/* Deal the thread with the most events first, each to the worker that has the least. */
static int deal(struct replay *r, struct worker *worker, unsigned int workers)
{
	const struct plan *plan = r->plan;
	u32 n = plan->trace->nr_threads;
	struct load *load = calloc(n, sizeof(*load));
	u64 sum[PLATFORM_MAX_SLOTS] = { 0 };

	if (!load)
		return -1;
	for (u32 i = 0; i < n; i++)
		load[i].thread = i;
	for (u32 i = r->part.from; i < r->part.to; i++)
		load[plan->event[i].thread].events += plan->event[i].seq > 0;
	qsort(load, n, sizeof(*load), by_load);
	for (u32 i = 0; i < n && load[i].events; i++) {
		unsigned int least = 0;

		for (unsigned int k = 1; k < workers; k++)
			if (sum[k] < sum[least])
				least = k;
		sum[least] += load[i].events;
		worker[least].thread[worker[least].nr_threads++] = load[i].thread;
	}
	free(load);
	return 0;
}

/* --- what a run comes to ------------------------------------------------------------------------ */

static int kind_of(const struct plan *plan, const struct plan_event *pe)
{
	switch ((enum plan_act)pe->act) {
	case ACT_FAULT:
		return plan->trace->event[pe->event].op == TRACE_FAULT ? KIND_FAULT : KIND_KFAULT;
	case ACT_MMAP:
		return KIND_MMAP;
	case ACT_MUNMAP:
		return KIND_MUNMAP;
	case ACT_MPROTECT:
		return KIND_MPROTECT;
	case ACT_MREMAP:
		return KIND_MREMAP;
	case ACT_BRK:
		return KIND_BRK;
	case ACT_MADVISE:
		return KIND_MADVISE;
	case ACT_FORK:
		return KIND_FORK;
	default:
		return -1;
	}
}

static int sum_up(struct replay *r, struct run_result *result)
{
	const struct plan *plan = r->plan;
	double *ns = malloc((plan->nr_events + 1UL) * sizeof(*ns));
	u32 from = r->part.from, to = r->part.to, n, all = 0;

	if (!ns)
		return -1;
	for (int kind = 0; kind < NR_RUN_KINDS; kind++) {
		n = 0;
		for (u32 i = from; i < to; i++)
			if (kind_of(plan, &plan->event[i]) == kind)
				ns[n++] = r->ns[i] > r->clock_ns ? r->ns[i] - r->clock_ns : 0;
		run_times_of(&result->kind[kind], ns, n);
		result->mm_ns += result->kind[kind].total_ns;
	}
	for (u32 i = from; i < to; i++)
		if (plan->event[i].act == ACT_FAULT)
			ns[all++] = r->ns[i] > r->clock_ns ? r->ns[i] - r->clock_ns : 0;
	run_times_of(&result->faults, ns, all);
	free(ns);
	return 0;
}

/* A run that stopped half-way leaves address spaces behind. */
static void clean_up(struct replay *r)
{
	struct task *t = world_task(r->world, 0);

	platform_thread_enter(0);
	for (u32 i = 0; i < r->plan->nr_spaces; i++) {
		if (!r->mm[i])
			continue;
		mm_attach(t, r->mm[i]);
		mm_destroy(t, r->mm[i]);
		r->mm[i] = NULL;
	}
	for (u32 i = 0; i < r->plan->nr_files; i++) {
		file_put(t, r->file[i]);
		r->file[i] = NULL;
		r->file_users[i] = 0;
	}
	platform_thread_leave();
}

static void add_worker(struct run_result *result, const struct worker *w)
{
	result->edge_waits += w->edge_waits;
	result->edge_wait_ns += w->edge_wait_ns;
	result->pace_wait_ns += w->pace_wait_ns;
	result->refaults += w->refaults;
	result->unexpected += w->unexpected;
	result->out_of_frames += w->out_of_frames;
	result->checked += w->checked;
	result->mismatched += w->mismatched;
	result->lists_differ += w->lists_differ;
	result->written_differ += w->written_differ;
}

/* The workers as they are before a run, each with its recorded threads; @threads has room for all threads of each. */
static int prepare(struct replay *r, struct worker *worker, u32 *threads)
{
	u32 n = r->plan->trace->nr_threads;

	r->go = 0;
	for (unsigned int i = 0; i < r->workers; i++)
		r->horizon[i].at = r->part.from;
	memset(r->progress, 0, n * sizeof(*r->progress));
	for (u32 i = 0; i < r->part.from; i++)
		r->progress[r->plan->event[i].thread].done += r->plan->event[i].seq > 0;
	r->recorded_start = r->part.from < r->part.to ? r->plan->trace->event[r->plan->event[r->part.from].event].time : 0;
	world_stats_reset(r->world);
	for (unsigned int i = 0; i < r->workers; i++) {
		worker[i].replay = r;
		worker[i].number = i;
		worker[i].task = world_task(r->world, i);
		worker[i].thread = threads + (size_t)i * n;
	}
	return deal(r, worker, r->workers);
}

/*
 * @return how many run.  If not all could be started, r->failed and err are set, and those that run stop
 * at once
 */
static unsigned int start(struct replay *r, struct worker *worker, struct reclaimer *reclaimer, bool *reclaims,
			  struct bench_error *err)
{
	unsigned int started = 0;
	int ret = 0;

	while (started < r->workers &&
	       !(ret = platform_thread_create(&worker[started].handle, started, (int)(started % platform_nr_cpus()),
					      replay_worker, &worker[started])))
		started++;
	if (ret) {
		bench_fail(err, "cannot start %u threads: %s", r->workers, strerror(-ret));
		r->failed = 1;
	} else if (r->config.world.reclaim) {
		ret = reclaimer_start(reclaimer, r->world, r->config.workers);
		*reclaims = !ret;
		if (ret) {
			bench_fail(err, "cannot start the background reclaimer: %s", strerror(-ret));
			r->failed = 1;
		}
	}
	return started;
}

static int enough_frames(const struct replay *r, struct bench_error *err)
{
	const struct world_config *w = &r->config.world;
	const char *name = r->plan->trace->name;
	unsigned long long frames = replay_frames(r->plan);

	if (!r->result->out_of_frames)
		return 0;
	if (w->charge_limit && w->charge_limit < w->nr_frames)
		return bench_fail(err, "%s: --charge-limit=%llu is too low for this replay: %llu would do", name,
				  (unsigned long long)w->charge_limit, frames);
	return bench_fail(err, "%s: %llu page frames%s are too few for this replay: --frames %llu", name,
			  (unsigned long long)w->nr_frames, w->reclaim ? " and their swap slots" : "", frames);
}

/* Has something ended it early? */
static int outcome(const struct replay *r, bool no_memory, struct bench_error *err)
{
	if (interrupt_pending())
		return bench_fail(err, "interrupted");
	if (no_memory)
		return bench_fail(err, "%s: not enough memory for its address spaces", r->plan->trace->name);
	return enough_frames(r, err);
}

/* What comes before the part, or after it, by the calling thread. */
static int in_order(struct replay *r, u32 from, u32 to, struct bench_error *err)
{
	struct worker w = { .replay = r, .task = world_task(r->world, 0) };

	if (from == to)
		return 0;
	platform_thread_enter(0);
	replay_in_order(&w, from, to);
	if (w.task->mm)
		mm_detach(w.task);
	platform_rcu_barrier();
	platform_thread_leave();
	add_worker(r->result, &w);
	return outcome(r, w.no_memory, err);
}

int replay_ahead(struct replay *r, struct bench_error *err)
{
	struct run_result result = { .hash = calloc(r->plan->nr_spaces + 1UL, sizeof(*result.hash)) };
	int ret = -1;

	r->mode = REPLAY_ASAP;
	r->result = &result;
	r->failed = 0;
	if (!result.hash)
		bench_fail_memory(err, "replaying a trace");
	else
		ret = in_order(r, 0, r->part.from, err);
	if (ret)
		clean_up(r);
	r->ahead = !ret;
	run_result_free(&result);
	return ret;
}

/* Let them run, until all have ended. */
static int run_workers(struct replay *r, struct worker *worker, struct bench_error *err)
{
	struct run_result *result = r->result;
	bool reclaims = false, no_memory = false;
	struct reclaimer reclaimer;
	unsigned int started = start(r, worker, &reclaimer, &reclaims, err);
	bool failed = r->failed;
	u64 before = run_host_faults();

	r->start = platform_now();
	/* @pairs{the start | replay_worker()} */
	smp_store_release(&r->go, 1);
	platform_unpark(&r->go, ~0u);
	for (unsigned int i = 0; i < started; i++) {
		platform_thread_join(worker[i].handle);
		add_worker(result, &worker[i]);
		no_memory |= worker[i].no_memory;
	}
	if (reclaims)
		reclaimer_stop(&reclaimer);
	result->wall_ns = platform_now() - r->start;
	result->host_faults = run_host_faults() - before;
	for (u32 i = 0; i < r->plan->trace->nr_threads; i++)
		if (r->progress[i].late > result->late_ns)
			result->late_ns = r->progress[i].late;
	return failed ? -1 : outcome(r, no_memory, err);
}

/* All of it: the part by the workers. */
static int run_all(struct replay *r, struct worker *worker, u32 *threads, struct bench_error *err)
{
	if (!r->ahead && in_order(r, 0, r->part.from, err))
		return -1;
	if (prepare(r, worker, threads))
		return bench_fail_memory(err, "replaying a trace");
	if (r->part.begin)
		r->part.begin(r->part.arg);
	if (run_workers(r, worker, err))
		return -1;
	if (r->part.end)
		r->part.end(r->part.arg);
	world_stats(r->world, &r->result->stats);
	return r->ahead ? 0 : in_order(r, r->part.to, r->plan->nr_events, err);
}

int replay_run(struct replay *r, enum replay_mode mode, struct run_result *result,
	       struct bench_error *err)
{
	unsigned int workers = mode == REPLAY_VERIFY ? 1 : r->config.workers;
	struct worker *worker = calloc(workers, sizeof(*worker));
	u32 *threads = calloc((size_t)workers * r->plan->trace->nr_threads, sizeof(*threads));
	int ret = -1;

	memset(result, 0, sizeof(*result));
	result->hash = calloc(r->plan->nr_spaces + 1UL, sizeof(*result->hash));
	r->mode = mode;
	r->result = result;
	r->workers = workers;
	r->failed = 0;
	if (!worker || !threads || !result->hash) {
		bench_fail_memory(err, "replaying a trace");
		goto out;
	}
	if (run_all(r, worker, threads, err)) {
		clean_up(r);
		goto out;
	}
	if (!r->ahead) {
		result->leaks = world_leaks(r->world);
		r->leaked |= world_leaks_any(&result->leaks);
	}
	ret = sum_up(r, result) ? bench_fail_memory(err, "summing up a replay") : 0;
out:
	free(worker);
	free(threads);
	if (ret)
		run_result_free(result);
	return ret;
}
