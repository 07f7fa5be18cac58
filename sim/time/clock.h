/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the files of the clock share: events, seats, the engine's user.
 */
#ifndef SIM_TIME_CLOCK_H
#define SIM_TIME_CLOCK_H

#include "sim/time/timing.h"

/* --- events.c: events by time, earliest first, ties by id --- */

/** Kinds of events; an event's id is its kind's first plus the number of a thread or a seat. */
enum event_first {
	EVENT_THREAD = 0,		/**< a thread runs on */
	EVENT_STORES = 1024,		/**< a seat's store buffer gets its line */
	EVENT_SLICE = 2048,		/**< a seat's thread has run for a slice */
	EVENT_TIMER = 3072,		/**< a thread has slept enough */
	EVENT_GRACE = 4096,		/**< a thread's grace period is over */
	EVENT_POLL = 5120,		/**< a thread that spins on a word of unhooked code looks at it */
	EVENT_END = 6144,
};

struct event {
	u64 when;
	u32 id;
};

void event_add(u64 when, u32 id);
/** The first event; the heap must not be empty. */
struct event event_first(void);
struct event event_take(void);
bool events_any(void);
void events_forget(void);

/* --- seats.c: which thread runs on a hardware thread --- */

/** Seats, cores and costs of the machine. @return 0 or -ENOMEM */
int seats_make(void);
/** Empty all seats; the placement decides where the i-th CPU is. */
void seats_restart(void);
struct seat *seat_of_cpu(unsigned int cpu);
/** @a t, ready, may run from @a when on: at once, or after the threads that wait for its seat. */
void seat_ready(struct timed *t, u64 when);
/** The running thread @a t blocked or ended at @a now: the next one runs. */
void seat_leave(struct timed *t, u64 now);
/** @a t spins, or works again: its core's other thread runs faster, or slower. */
void seat_works(struct seat *seat, bool works);
/** The seat's thread spins; if others wait for it, until its slice is over. */
void seat_spins(struct seat *seat);
/** An interrupt, or a callback, takes @a ps from what runs on the seat, from @a since on. */
void seat_interrupted(struct seat *seat, u64 since, u64 ps);
/**
 * @a t's slice is over and others wait: it goes behind them.
 * @return false: no thread waits, or it has time left
 */
bool seat_preempt(struct timed *t, u64 now);
/** Handle an EVENT_SLICE. */
void seat_slice(struct seat *seat, u64 now);

/* --- clock.c --- */

/** A run begins. */
void time_restart(void);
/** Choose the next thread, which is the running thread from now on.  @return NULL: none can run */
struct timed *clock_next(void);
/** The time now: that of the event being handled, else the running thread's clock. */
u64 clock_now(void);
/** @a t runs on @a seat from now on. */
void clock_use_seat(struct seat *seat);
/** The running thread may be behind an event that has just been added. */
static inline void clock_event_added(u64 when)
{
	if (when + timing.lookahead < timing.horizon)
		timing.horizon = when + timing.lookahead;
}

/* --- user.c: the functions for the engine --- */
extern const struct sim_user time_user;
void user_handle(u32 id, u64 now);
void user_restart(void);

#endif /* SIM_TIME_CLOCK_H */
