/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A worker of a replay: which of its threads goes on, and when it must wait.
 *
 * Recorded threads are dealt to workers.  A worker runs one of its recorded
 * threads until an edge is not satisfied, goes on with that of its others whose
 * next event is the earliest, and waits only when none can go on.
 *
 * No thread runs more than REPLAY_WINDOW events ahead of the first that is not done.  So the frames in
 * use at any moment are at most those of some recorded moment plus those of that many faults, which
 * replay_frames() relies on.
 *
 * Why it cannot deadlock.  Every edge points back in the order of effect (plan.h),
 * and so does the order within a thread.  Take the first event in that order that
 * is not done: all that it waits for is done, and so is all before it in its
 * thread, so it can run, and no window holds it; paced it is due at some time, and until then its worker does what is due
 * sooner, of which the window leaves no more than there is.  Its worker runs events, each of which ends, or has
 * looked through all of its threads in vain and waits for another worker's progress, which wakes it;
 * either way it comes to that event.
 */
#include "bench/cli/interrupt.h"
#include "bench/replay/parts.h"
#include "bench/run/machine.h"

/* Turns of waiting before a worker parks. */
#define WAIT_TURNS	2000
/* Paced: the longest sleep, after which a worker looks whether the run has ended. */
#define PACE_SLEEP_NS	50000000
/* Paced: a worker spins so long before an event, rather than to oversleep; and what is not late yet. */
#define PACE_SPIN_NS	100000
#define PACE_LATE_NS	1000

/* A thread met an error that ends the run, or a signal came. */
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
	return *index < r->part.to ? &plan->event[*index] : NULL;
}

/* Paced: when the event may be done.  What began before the part has its time in the part's first moment. */
static u64 due_at(const struct replay *r, const struct plan_event *pe)
{
	u64 time = r->plan->trace->event[pe->event].time;

	return r->start + (time > r->recorded_start ? time - r->recorded_start : 0) + r->progress[pe->thread].late;
}

/*
 * Is the event due?  If not, wait for that, or for a while where the worker has other threads, whose events may come to be
 * due before.  One that comes late makes its thread late from then on.
 */
static bool due(struct worker *w, const struct plan_event *pe)
{
	struct replay *r = w->replay;
	u64 at = due_at(r, pe), now = platform_now(), wait = at - now;

	if (now >= at) {
		if (now - at > PACE_LATE_NS)
			r->progress[pe->thread].late += now - at;
		return true;
	}
	if (wait <= 2 * PACE_SPIN_NS)
		platform_delay(wait);	/* a program that computes; and sleep is not exact */
	else if (w->nr_threads > 1)
		platform_sleep(PACE_SPIN_NS);
	else
		platform_sleep(wait - PACE_SPIN_NS < PACE_SLEEP_NS ? wait - PACE_SPIN_NS : PACE_SLEEP_NS);
	w->pace_wait_ns += platform_now() - now;
	return false;
}

/* --- waiting for other workers --- */

/*
 * An event is done, or a horizon has moved, or the worker ends: waiting workers look again.  The store
 * comes first and then this load, with no barrier between but the compiler's, since this is on the path
 * of each event: wait_for_others() makes every thread execute a barrier.  @pairs{done, then who waits |
 * wait_for_others()}
 */
static void moved(struct replay *r)
{
	barrier();
	if (likely(!READ_ONCE(r->waiting)))
		return;
	fetch_add_relaxed(&r->moves, 1);
	platform_unpark(&r->moves, ~0u);
}

static u32 choose(struct worker *w, u32 *others);

/*
 * Wait until another worker has made progress.  After the barrier either this worker sees what was stored
 * before a moved(), or that moved() sees it waiting, counts, and so keeps it from parking or wakes it.
 * @pairs{done, then who waits | moved()}
 */
static void wait_for_others(struct worker *w)
{
	struct replay *r = w->replay;
	u32 seen = smp_load_acquire(&r->moves), others;

	fetch_add_relaxed(&r->waiting, 1);
	platform_membarrier();
	if (choose(w, &others) == PLAN_NONE && !ended(r))
		platform_park(&r->moves, seen);
	fetch_add_relaxed(&r->waiting, -1u);
}

/* --- the window: hints alone, so relaxed loads and stores do --- */

/* Say how far the worker is. */
static void window_publish(struct worker *w, u32 index)
{
	u32 *at = &w->replay->horizon[w->number].at;

	if (READ_ONCE(*at) == index)
		return;		/* otherwise two waiting workers would wake each other for ever */
	WRITE_ONCE(*at, index);
	moved(w->replay);
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
		if (r->mode == REPLAY_PACED && !due(w, pe))
			break;
		replay_act(w, index);
		/* @pairs{all of the event that is waited for | ready()} */
		smp_store_release(&r->progress[thread].done, pe->seq);
		moved(r);
		if (r->mode == REPLAY_PACED)
			break;	/* another thread's event may be due before this one's next */
	}
	return !next_event(r, thread, &index);
}

/*
 * Among the worker's threads the one that can go on and whose next event is the
 * earliest, or paced the first that is due.  @a others receives the first event that the others have left.
 */
static u32 choose(struct worker *w, u32 *others)
{
	u32 best = PLAN_NONE, best_index = 0, first = ~0u, second = ~0u, index;
	bool paced = w->replay->mode == REPLAY_PACED;
	u64 best_at = ~0ULL, at;

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
		at = paced ? due_at(w->replay, pe) : index;
		if (at < best_at && ready(w->replay, pe) && (!paced || window_open(w, index))) {
			best = i;
			best_index = index;
			best_at = at;
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
				wait_for_others(w);
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
	moved(r);	/* wake others for the end, which they may have missed */
}

void replay_in_order(struct worker *w, u32 from, u32 to)
{
	struct replay *r = w->replay;

	for (u32 i = from; i < to && !ended(r); i++)
		if (r->mode == REPLAY_VERIFY || r->plan->event[i].act != ACT_CHECK)
			replay_act(w, i);
}

void replay_worker(void *arg)
{
	struct worker *w = arg;
	struct replay *r = w->replay;
	unsigned int turn = 0;

	run_machine_aside(true);	/* but for the events that are timed */
	/* @pairs{the start | run_workers()} */
	while (!smp_load_acquire(&r->go))
		platform_relax_on(turn++, &r->go, 0);
	if (r->mode == REPLAY_VERIFY)
		replay_in_order(w, r->part.from, r->part.to);
	else
		run_threads(w);
	if (w->task->mm)	/* the run failed, or was of a part */
		mm_detach(w->task);
}
