/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Workers, edges between recorded threads, and what a run comes to.
 *
 * Recorded threads are dealt to workers.  A worker runs one of its recorded
 * threads until an edge is not satisfied, goes on with that of its others whose
 * next event is the earliest, and waits only when none can go on.
 *
 * Nobody runs more than REPLAY_WINDOW events ahead of the first that is not done.
 * So what is mapped at any moment is what was mapped at some recorded moment, and
 * what at most that many faults filled since: replay_frames() counts on it.
 *
 * Why it cannot deadlock.  Every edge points back in the order of effect (plan.h),
 * and so does the order within a thread.  Take the first event in that order that
 * is not done: all that it waits for is done, and so is all before it in its
 * thread, so it can run, and no window holds it.  Its worker runs events, each of which ends, or looks
 * through all of its threads again and again; either way it comes to that event.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/cli/interrupt.h"
#include "bench/replay/parts.h"
#include "bench/lib/stat.h"
#include "common/mm/page.h"

/* Turns of waiting before a worker sleeps between looks, and for how long. */
#define WAIT_TURNS	2000
#define WAIT_SLEEP_NS	20000
/* Paced: the longest sleep, after which a worker looks whether the run has ended. */
#define PACE_SLEEP_NS	50000000

const char *replay_kind_name(enum replay_kind kind)
{
	static const char *const names[NR_REPLAY_KINDS] = {
#define X(upper, lower, meaning) #lower,
		REPLAY_KINDS(X)
#undef X
	};

	return names[kind];
}

u64 replay_frames(const struct plan *plan)
{
	u64 ahead = plan->peak_pages + REPLAY_WINDOW + plan->populated;

	/* The rest are on the way: threads' own free lists, the zero page, faults that lose a race. */
	return (ahead < plan->all_pages ? ahead : plan->all_pages) + 64 * PAGE_BATCH + 64;
}

double replay_clock_ns(void)
{
	enum { N = 2001 };
	double ns[N];

	for (int i = 0; i < N; i++) {
		u64 start = platform_now();

		ns[i] = (double)(platform_now() - start);
	}
	return stat_median(ns, N);
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
	r->clock_ns = replay_clock_ns();
	r->progress = aligned_alloc(CACHELINE, n * sizeof(*r->progress));
	r->mm = calloc(plan->nr_spaces + 1UL, sizeof(*r->mm));
	r->file = calloc(plan->nr_files + 1UL, sizeof(*r->file));
	r->ns = calloc(plan->nr_events + 1UL, sizeof(*r->ns));
	wc.nr_tasks = config->workers + wc.reclaim;
	if (!r->progress || !r->mm || !r->file || !r->ns ||
	    world_create(&r->world, &wc, config->chain)) {
		replay_destroy(r);
		return bench_fail(err, "not enough memory: %llu page frames and their tables for %s (--frames)",
				  (unsigned long long)wc.nr_frames, plan->trace->name);
	}
	*out = r;
	return 0;
}

void replay_time_locks(struct replay *r, bool on)
{
	r->world->config.lockstat = on;	/* nobody runs now */
}

void replay_destroy(struct replay *r)
{
	if (!r)
		return;
	if (r->world && !r->leaked)	/* which a world does not survive; the report shall */
		world_destroy(r->world);
	free(r->progress);
	free(r->mm);
	free(r->file);
	free(r->ns);
	free(r);
}

/* --- a worker ------------------------------------------------------------------------------ */

/* Somebody met what ends the run, or a signal came. */
static bool ended(const struct replay *r)
{
	return READ_ONCE(r->failed) || interrupt_pending();
}

static bool ready(struct replay *r, const struct plan_event *pe)
{
	for (u32 i = 0; i < pe->nr_edges; i++) {
		const struct ref *edge = &r->plan->edge[pe->edge + i];

		/* @pairs{all of the event that is waited for | run_thread()} */
		if (smp_load_acquire(&r->progress[edge->thread].done) < edge->seq)
			return false;
	}
	return true;
}

static const struct plan_event *next_event(struct replay *r, u32 thread, u32 *index)
{
	const struct plan *plan = r->plan;
	u32 done = READ_ONCE(r->progress[thread].done);	/* the worker's own */

	if (done == plan->first[thread + 1] - plan->first[thread])
		return NULL;
	*index = plan->list[plan->first[thread] + done];
	return &plan->event[*index];
}

static void pace(struct worker *w, const struct plan_event *pe)
{
	struct replay *r = w->replay;
	u64 due = r->start + r->plan->trace->event[pe->event].time, now = platform_now();

	if (now >= due)
		return;
	w->pace_wait_ns += due - now;
	while (now < due && !ended(r)) {
		if (due - now > 200000)
			platform_sleep(due - now > PACE_SLEEP_NS ? PACE_SLEEP_NS : due - now - 100000);
		else
			platform_relax(0);
		now = platform_now();
	}
}

/* --- the window: hints alone, so relaxed loads and stores do --- */

/* Say how far the worker is. */
static void window_publish(struct worker *w, u32 index)
{
	WRITE_ONCE(w->replay->horizon[w->number].at, index);
}

/* May the event be done now, as far as the window goes? */
static bool window_open(struct worker *w, u32 index)
{
	struct replay *r = w->replay;
	u32 first = ~0u;

	if (index <= w->limit)
		return true;
	for (unsigned int i = 0; i < r->workers; i++) {
		u32 at = READ_ONCE(r->horizon[i].at);

		if (at < first)
			first = at;
	}
	w->limit = first < ~0u - REPLAY_WINDOW ? first + REPLAY_WINDOW : ~0u;
	return index <= w->limit;
}

/*
 * Run the recorded thread until it must wait.  @a others is the first event that
 * the worker's other threads have left.  @return it has ended
 */
static bool run_thread(struct worker *w, u32 thread, u32 others)
{
	struct replay *r = w->replay;
	const struct plan_event *pe;
	unsigned int n = 0;
	u32 index;

	while ((pe = next_event(r, thread, &index)) && ready(r, pe)) {
		if (ended(r))
			return true;
		if (!(n++ % 64))
			window_publish(w, index < others ? index : others);
		if (!window_open(w, index))
			break;
		if (r->mode == REPLAY_PACED)
			pace(w, pe);
		replay_act(w, index);
		/* @pairs{all of the event that is waited for | ready()} */
		smp_store_release(&r->progress[thread].done, pe->seq);
		if (r->mode == REPLAY_PACED)
			break;	/* another thread's event may be due before this one's next */
	}
	return !next_event(r, thread, &index);
}

/*
 * Among the worker's threads the one that can go on and whose next event is the
 * earliest.  @a others receives the first event that the others have left.
 */
static u32 choose(struct worker *w, u32 *others)
{
	u32 best = PLAN_NONE, best_index = 0, first = ~0u, second = ~0u, index;

	for (u32 i = 0; i < w->nr_threads; i++) {
		const struct plan_event *pe = next_event(w->replay, w->thread[i], &index);

		if (!pe)
			continue;
		if (index < first) {
			second = first;
			first = index;
		} else if (index < second) {
			second = index;
		}
		if ((best == PLAN_NONE || index < best_index) && ready(w->replay, pe)) {
			best = i;
			best_index = index;
		}
	}
	window_publish(w, first);
	if (best != PLAN_NONE && !window_open(w, best_index))
		best = PLAN_NONE;
	*others = best_index == first ? second : first;
	return best;
}

static void run_threads(struct worker *w)
{
	struct replay *r = w->replay;
	unsigned int turn = 0;
	u64 since = 0;
	u32 i, others;

	while (w->nr_threads && !ended(r)) {
		i = choose(w, &others);
		if (i == PLAN_NONE) {
			if (!since) {
				since = platform_now();
				w->edge_waits++;
			}
			if (turn < WAIT_TURNS)
				platform_relax(turn++);
			else
				platform_sleep(WAIT_SLEEP_NS);
			continue;
		}
		if (since)
			w->edge_wait_ns += platform_now() - since;
		since = 0;
		turn = 0;
		if (run_thread(w, w->thread[i], others))
			w->thread[i] = w->thread[--w->nr_threads];
	}
	window_publish(w, ~0u);
}

static void run_in_order(struct worker *w)
{
	struct replay *r = w->replay;

	for (u32 i = 0; i < r->plan->nr_events && !ended(r); i++)
		replay_act(w, i);
}

static void worker_main(void *arg)
{
	struct worker *w = arg;
	struct replay *r = w->replay;
	unsigned int turn = 0;

	/* @pairs{the start | replay_run()} */
	while (!smp_load_acquire(&r->go))
		platform_relax(turn++);
	if (r->mode == REPLAY_VERIFY)
		run_in_order(w);
	else
		run_threads(w);
	if (w->task->mm)	/* only when the run failed */
		mm_detach(w->task);
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

/* The longest first, each to the worker that has the least. */
static int deal(struct replay *r, struct worker *worker, unsigned int workers)
{
	const struct plan *plan = r->plan;
	u32 n = plan->trace->nr_threads;
	struct load *load = malloc(n * sizeof(*load));
	u64 sum[PLATFORM_MAX_SLOTS] = { 0 };

	if (!load)
		return -1;
	for (u32 i = 0; i < n; i++)
		load[i] = (struct load){ i, plan->first[i + 1] - plan->first[i] };
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
	case ACT_POPULATE:
		return KIND_MADVISE;
	case ACT_FORK:
		return KIND_FORK;
	default:
		return -1;
	}
}

static void times_of(struct replay_times *times, double *ns, u32 n)
{
	double total = 0;

	*times = (struct replay_times){ .nr = n };
	if (!n)
		return;
	qsort(ns, n, sizeof(*ns), stat_compare);
	for (u32 i = 0; i < n; i++)
		total += ns[i];
	times->total_ns = (u64)total;
	times->mean_ns = total / n;
	times->median_ns = stat_quantile(ns, n, 0.5);
	times->p90_ns = stat_quantile(ns, n, 0.9);
	times->p99_ns = stat_quantile(ns, n, 0.99);
	times->p999_ns = stat_quantile(ns, n, 0.999);
	times->max_ns = ns[n - 1];
}

static int sum_up(struct replay *r, struct replay_result *result)
{
	const struct plan *plan = r->plan;
	double *ns = malloc((plan->nr_events + 1UL) * sizeof(*ns));
	u32 n, all = 0;

	if (!ns)
		return -1;
	for (int kind = 0; kind < NR_REPLAY_KINDS; kind++) {
		n = 0;
		for (u32 i = 0; i < plan->nr_events; i++)
			if (kind_of(plan, &plan->event[i]) == kind)
				ns[n++] = r->ns[i] > r->clock_ns ? r->ns[i] - r->clock_ns : 0;
		times_of(&result->kind[kind], ns, n);
		result->mm_ns += result->kind[kind].total_ns;
	}
	for (u32 i = 0; i < plan->nr_events; i++)
		if (plan->event[i].act == ACT_FAULT)
			ns[all++] = r->ns[i] > r->clock_ns ? r->ns[i] - r->clock_ns : 0;
	times_of(&result->faults, ns, all);
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
	}
	platform_thread_leave();
}

static u64 host_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (u64)usage.ru_minflt + (u64)usage.ru_majflt;
}

static void add_worker(struct replay_result *result, const struct worker *w)
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

int replay_run(struct replay *r, enum replay_mode mode, struct replay_result *result,
	       struct bench_error *err)
{
	unsigned int workers = mode == REPLAY_VERIFY ? 1 : r->config.workers, started = 0;
	u32 n = r->plan->trace->nr_threads;
	struct worker *worker = calloc(workers, sizeof(*worker));
	struct reclaimer reclaimer;
	bool reclaims = false;
	u32 *threads = calloc((size_t)workers * n, sizeof(*threads));
	bool no_memory = false;
	int ret = -1;
	u64 before;

	memset(result, 0, sizeof(*result));
	result->hash = calloc(r->plan->nr_spaces + 1UL, sizeof(*result->hash));
	if (!worker || !threads || !result->hash) {
		bench_fail_memory(err, "replaying a trace");
		goto out;
	}
	r->mode = mode;
	r->result = result;
	r->go = r->failed = 0;
	r->workers = workers;
	memset(r->horizon, 0, sizeof(r->horizon));
	memset(r->progress, 0, n * sizeof(*r->progress));
	world_stats_reset(r->world);
	for (unsigned int i = 0; i < workers; i++) {
		worker[i].replay = r;
		worker[i].number = i;
		worker[i].task = world_task(r->world, i);
		worker[i].thread = threads + (size_t)i * n;
	}
	if (deal(r, worker, workers)) {
		bench_fail_memory(err, "replaying a trace");
		goto out;
	}
	for (; started < workers; started++) {
		if (platform_thread_create(&worker[started].handle, started,
					   (int)(started % platform_nr_cpus()), worker_main,
					   &worker[started])) {
			bench_fail(err, "cannot start %u threads", workers);
			r->failed = 1;
			break;
		}
	}
	if (r->config.world.reclaim && !r->failed) {
		reclaims = !reclaimer_start(&reclaimer, r->world, r->config.workers);
		if (!reclaims) {
			bench_fail(err, "cannot start the background reclaimer");
			r->failed = 1;
		}
	}
	before = host_faults();
	r->start = platform_now();
	/* @pairs{the start | worker_main()} */
	smp_store_release(&r->go, 1);
	for (unsigned int i = 0; i < started; i++) {
		platform_thread_join(worker[i].handle);
		add_worker(result, &worker[i]);
		no_memory |= worker[i].no_memory;
	}
	if (reclaims)
		reclaimer_stop(&reclaimer);
	result->wall_ns = platform_now() - r->start;
	result->host_faults = host_faults() - before;
	if (started < workers || (r->config.world.reclaim && !reclaims))
		goto out_clean;
	if (interrupt_pending()) {
		bench_fail(err, "interrupted");
		goto out_clean;
	}
	if (no_memory) {
		bench_fail(err, "%s: not enough memory for its address spaces", r->plan->trace->name);
		goto out_clean;
	}
	if (result->out_of_frames && r->config.world.charge_limit &&
	    r->config.world.charge_limit < r->config.world.nr_frames) {
		bench_fail(err, "%s: --charge-limit=%llu is too low for this replay: %llu would do",
			   r->plan->trace->name, (unsigned long long)r->config.world.charge_limit,
			   (unsigned long long)replay_frames(r->plan));
		goto out_clean;
	}
	if (result->out_of_frames) {
		bench_fail(err, "%s: %llu page frames%s are too few for this replay: --frames %llu",
			   r->plan->trace->name, (unsigned long long)r->config.world.nr_frames,
			   r->config.world.reclaim ? " and their swap slots" : "",
			   (unsigned long long)replay_frames(r->plan));
		goto out_clean;
	}
	world_stats(r->world, &result->stats);
	result->leaks = world_leaks(r->world);
	r->leaked |= world_leaks_any(&result->leaks);
	if (sum_up(r, result)) {
		bench_fail_memory(err, "summing up a replay");
		goto out;
	}
	ret = 0;
	goto out;

out_clean:
	clean_up(r);
out:
	free(worker);
	free(threads);
	if (ret)
		replay_result_free(result);
	return ret;
}

void replay_result_free(struct replay_result *result)
{
	free(result->hash);
	result->hash = NULL;
}
