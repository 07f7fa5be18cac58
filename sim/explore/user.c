// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The explorer's functions for the engine: which thread runs, what time it is, what is freed.
 */
#include "sim/explore/grace.h"
#include "sim/explore/memory.h"
#include "sim/explore/scene.h"
#include "sim/explore/user.h"

#include <signal.h>
#include <stdlib.h>

struct explore ex = { .races = true };

void ex_direct_plain(const void *p, size_t size, bool write, const void *where)
{
	for (const char *at = p, *end = at + size; at < end; at += 8) {
		if (unlikely(arena_line(at)->state != ARENA_FINE))
			sim_bad_access(at, write, where);
		if (write)
			arena_log((void *)(uintptr_t)at, 1);
	}
	if (write && size && (((uintptr_t)p + size - 1) ^ (uintptr_t)p) >> 3)
		arena_log((char *)(uintptr_t)p + size - 1, 1);
}

int16_t ex_tick_bound(void)
{
	ex_leave(EXPLORE_BOUND, "more events in a thread than a clock can count");
}

static void created(struct sim_thread *s)
{
	struct explore_thread *t = (struct explore_thread *)s;

	if (s->id >= EXPLORE_THREADS)
		sim_fail("a scene has %u threads at most", SCENE_MAX_THREADS);
	ex.thread[s->id] = t;
	if (ex.nr_threads <= s->id)
		ex.nr_threads = s->id + 1;
	/* What the creating thread did before is before everything the new thread does. */
	if (ex.running)
		t->now = ex_cur()->now;
	t->priority = ex_random();
}

static void ready(struct sim_thread *s)
{
	(void)s;
}

static void ended(void)
{
	struct explore_thread *t = ex_cur();

	t->event = NULL;
	if (unlikely(ex.trace))
		ex_note(STEP_END, NULL, 0, 0, 0, NULL);
}

static void failed(const char *report)
{
	ex_leave(EXPLORE_FINDING, report);
}

/* --- time: a thread that lets time pass lets others run --------------------------------------------- */

static u64 now(void)
{
	return ex.steps * 100ULL;
}

static void delay(u64 ns)
{
	(void)ns;
	if (ex.running)
		ex_yield();
}

static void sleep_for(u64 ns, const void *where)
{
	(void)where;
	delay(ns);
}

static bool oversubscribed(void)
{
	return !ex.scene->spins;
}

static unsigned int nr_cpus(void)
{
	return EXPLORE_THREADS;
}

/* --- waiting ------------------------------------------------------------------------------------------ */

/* A waiting thread sees a store eventually: so many loads after a turn read the newest values. */
#define TURN_LOADS 8u

static void relax(unsigned int turn, const void *where)
{
	(void)turn;
	(void)where;
	ex_yield();
	ex_cur()->fresh_loads = TURN_LOADS;
}

/*
 * A read of the word.  If the previous event was a read of it, nothing has come in between, and this
 * makes no new event.  While the thread waits, its next event is another read.
 */
static void spin(const u32 *word, const void *where)
{
	struct explore_thread *t = ex_cur();

	if (t->event != word)
		ex_point(word, false, where);
	t->event = word;
	t->event_write = false;
	t->fresh = word;
	if (unlikely(ex.trace))
		ex_note(STEP_WAIT, word, 4, *word, 0, where);
}

static void park(const u32 *word, const void *where)
{
	ex_point(word, false, where);
	ex_cur()->fresh = word;
	if (unlikely(ex.trace))
		ex_note(STEP_WAIT, word, 4, *word, 0, where);
}

static void waited(const u32 *word)
{
	ex_cur()->fresh = word;
}

static void unpark(const u32 *word, unsigned int nr, const void *where)
{
	(void)nr;
	if (!ex.running)
		return;
	ex_point(word, true, where);
	if (unlikely(ex.trace))
		ex_note(STEP_WAKE, word, 4, *word, 0, where);
}

static void membarrier(const void *where)
{
	if (ex.running)
		ex_membarrier(where);
}

/* --- memory -------------------------------------------------------------------------------------------- */

static void freed(void *p, size_t size, enum platform_mem mem, const void *where)
{
	(void)mem;
	if (!ex.running)
		return;
	if (arena_line(p)->state == ARENA_FINE)
		race_gone(p, size, "free", where);
	if (unlikely(ex.trace))
		ex_note(STEP_FREE, p, 0, size, 0, where);
}

static void frame_off(void *p, size_t size, const void *where)
{
	if (ex.running)
		for (size_t at = 0; at < size; at += PAGE_SIZE)
			race_gone((char *)p + at, CACHELINE, "a frame's way out of use", where);
}

/* Write a page: scenes use only its first line, so the rest is written, and undone, only where it differs. */
static void page_line(char *to, const u64 *from)
{
	static const u64 zero[CACHELINE / 8];

	if (!memcmp(to, from ? from : zero, CACHELINE))
		return;
	arena_log(to, CACHELINE);
	__real_memcpy(to, from ? from : zero, CACHELINE);
}

static void clear_page(void *page, const void *where)
{
	if (ex.running)
		ex_plain(page, CACHELINE, true, where);
	for (size_t at = 0; at < PAGE_SIZE; at += CACHELINE)
		page_line((char *)page + at, NULL);
}

/*
 * Others may write to the source: each word is read with its present value, by a relaxed load that is not
 * a point.
 */
static void copy_page(void *to, const void *from, const void *where)
{
	if (ex.running) {
		for (size_t at = 0; at < CACHELINE; at += 8) {
			struct cell *c = memory_cell((const char *)from + at, 8, true);

			if (arena_line(from)->state != ARENA_FINE)
				sim_bad_access(from, false, where);
			race_atomic(c, false, where);
			c->loads[ex_lane()] = ex_cur()->now.before[ex_lane()] + 1;
			c->where_loaded = where;
		}
		ex_plain(to, CACHELINE, true, where);
	}
	for (size_t at = 0; at < PAGE_SIZE; at += CACHELINE)
		page_line((char *)to + at, (const u64 *)((const char *)from + at));
}

/* --- wild pointers ---------------------------------------------------------------------------------------- */

/*
 * Runs on the stack of the thread that did it, and does not return: the thread is given up, as at any
 * other finding.
 */
static void wild(int nr, siginfo_t *info, void *context)
{
	const struct explore_thread *t = ex_cur();
	char place[128] = "nothing";

	(void)nr;
	(void)context;
	if (!ex.scene)
		abort();
	if (ex.running && t->event_where)
		sim_place(t->event_where, place, sizeof(place));
	ex_finding("a wild pointer is followed by %s\nto %p; the atomic access before it: %s", ex_name(ex_lane()), info->si_addr,
		   place);
}

static const struct sim_user user = {
	.name = "explore",
	.thread_size = sizeof(struct explore_thread),
	.created = created,
	.ready = ready,
	.next = ex_next,
	.ended = ended,
	.failed = failed,
	.now = now,
	.delay = delay,
	.sleep = sleep_for,
	.oversubscribed = oversubscribed,
	.nr_cpus = nr_cpus,
	.relax = relax,
	.spin = spin,
	.park = park,
	.waited = waited,
	.unpark = unpark,
	.rcu_lock = grace_rcu_lock,
	.rcu_unlock = grace_rcu_unlock,
	.gp_meets = grace_meets,
	.gp_begins = grace_begins,
	.gp_left = grace_left,
	.gp_done = grace_done,
	.gp_over = grace_over,
	.call_rcu = grace_call,
	.callbacks_taken = grace_callbacks_taken,
	.callbacks_done = grace_callbacks_done,
	.rcu_barrier = grace_barrier,
	.rcu_barrier_over = grace_barrier_over,
	.membarrier = membarrier,
	.freed = freed,
	.frame_off = frame_off,
	.clear_page = clear_page,
	.copy_page = copy_page,
};

int explore_init(void)
{
	int err;

	sim_use(&user);
	err = memory_init();
	if (err)
		return err;
	sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = wild, .sa_flags = SA_SIGINFO | SA_NODEFER }, NULL);
	platform_thread_enter(0);
	sim.direct = true;
	return 0;
}
