/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The clock: the thread whose clock is lowest runs.
 *
 * A thread may run ahead of the others by the lookahead as long as all its accesses hit: accesses to
 * lines that others want are made in order (clock_in_order()), and no thread uses a copy after the moment
 * at which it is taken away (timing.h), so the order of requests for a line is exact.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/time/clock.h"

struct timing timing;
struct time_counts time_counts;

static struct time_settings settings;	/* of the next run */
static u64 event_time;	/* of the event being handled, + 1; 0: none */

u64 clock_now(void)
{
	return event_time ? event_time - 1 : timing.clock;
}

/* splitmix64: Steele, Lea and Flood, 2014. */
u32 clock_random(void)
{
	u64 z = timing.random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (u32)(z >> 32);
}

static void set_horizon(void)
{
	timing.horizon = events_any() ? event_first().when + timing.lookahead : ~0ULL;
	if (timing.seat->queue && timing.cur->bound && timing.seat->slice_end < timing.horizon)
		timing.horizon = timing.seat->slice_end;
}

void clock_use_seat(struct seat *seat)
{
	timing.seat = seat;
	timing.seat_id = seat->id;
	timing.access = seat->access;
	timing.l1 = timing.cores[seat->core].l1;
}

/* Make @a t the running thread. */
static void enter(struct timed *t)
{
	if (timing.cur)
		timing.cur->ahead = timing.ahead;
	timing.cur = t;
	timing.ahead = t->ahead;
	timing.stack = t->thread.fiber.stack;
	timing.clock = t->clock;
	clock_use_seat(t->seat);
	if (t->bound && t->seat->stolen) {
		waited(t, WHO_FLUSH, NULL, t->seat->stolen);
		timing.clock += t->seat->stolen;
		t->seat->stolen = 0;
	}
	set_horizon();
}

static void handle(struct event e)
{
	event_time = e.when + 1;
	user_handle(e.id, e.when);
	event_time = 0;
}

/* Handle events until one makes a thread go on.  @return that thread, or NULL: no event is left */
static struct timed *next_thread(void)
{
	while (events_any()) {
		struct event e = event_take();

		if (e.id < EVENT_STORES)
			return (struct timed *)sim_thread(e.id);
		handle(e);
	}
	return NULL;
}

static void go(struct timed *t)
{
	struct timed *self = timing.cur;

	enter(t);
	if (t == self)
		return;
	time_counts.switches++;
	sim_go(&t->thread);
}

void clock_stall(void)
{
	struct timed *t = next_thread();

	if (!t)
		sim_fail("nothing can go on");
	go(t);
}

struct timed *clock_next(void)
{
	struct timed *t = next_thread();

	if (t)
		enter(t);
	if (t && t != (struct timed *)sim.cur)
		time_counts.switches++;
	return t;
}

void clock_resume(struct timed *t, u64 when)
{
	if (t->clock < when)
		t->clock = when;
	event_add(t->clock, EVENT_THREAD + t->thread.id);
}

void clock_store_event(struct seat *seat, u64 when)
{
	event_add(when, EVENT_STORES + seat->id);
}

bool clock_in_order(void)
{
	u32 self = timing.cur->thread.id;
	bool ran = false;

	while (events_any()) {
		struct event e = event_first();

		if (e.when > timing.clock || (e.when == timing.clock && e.id > self))
			break;
		ran = true;
		if (e.id >= EVENT_STORES) {
			handle(event_take());
			continue;
		}
		timing.cur->clock = timing.clock;
		event_add(timing.clock, EVENT_THREAD + self);
		clock_stall();
	}
	set_horizon();
	return ran;
}

void clock_turn(void)
{
	timing.cur->clock = timing.clock;
	if (timing.seat->queue && seat_preempt(timing.cur, timing.clock)) {
		clock_stall();
		return;
	}
	clock_in_order();
}

u64 time_now_ps(void)
{
	return timing.clock;
}

void time_charge_ps(u64 ps)
{
	timing_work(ps);
}

/* --- set-up ------------------------------------------------------------------------------------ */

static const char *const placements[] = { "packed", "spread", "random" };

bool time_placement_parse(const char *name, enum time_placement *out)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(placements); i++)
		if (!strcmp(name, placements[i])) {
			*out = i;
			return true;
		}
	return false;
}

const char *time_placement_name(enum time_placement placement)
{
	return placements[placement];
}

/* No bug: the host has not what a machine takes.  No simulated thread is there yet, or any more. */
static __attribute__((noreturn)) void host_lacks(const char *what)
{
	fprintf(stderr, "faultline: the simulated machine: %s\n", what);
	exit(2);
}

static void settle(const struct time_settings *s)
{
	timing.lookahead = s->lookahead_ps;
	timing.random = s->seed * 0xd1342543de82ef95ULL + 1;
	timing.placement = s->placement;
	timing.machine = s->machine;
	timing.contents = !s->no_contents;
	if (seats_make())
		host_lacks("not enough memory for its caches");
	seats_restart();
	line_restart();
	timing.horizon = ~0ULL;
	timing.epoch++;
	if (!timing.epoch)	/* it wrapped: lines of the first run must not look new */
		platform_bug(__FILE__, __LINE__, "too many restarts of one simulated machine");
}

void time_restart(void)
{
	BUG_ON(timing.nr_bound || timing.active);
	events_forget();
	settle(&settings);
	user_restart();
	clock_use_seat(timing.cur->seat);
	timing.clock = 0;
	timing.ahead = 0;
	memset(&time_counts, 0, sizeof(time_counts));
}

void time_begin(const struct time_settings *next)
{
	settings = *next;
	if (timing.line) {
		/* With memory in use the run goes on with it, on an empty machine; else all is as at the start. */
		if (!arena.live_pieces) {
			sim_forget();
			arena_reset();
		}
		time_restart();
		return;
	}
	if (arena_init())
		host_lacks("the addresses of its memory cannot be had");
	timing.line = arena_table(sizeof(*timing.line));
	if (!timing.line)
		host_lacks("no addresses for its lines");
	settle(&settings);
	sim_use(&time_user);
}
