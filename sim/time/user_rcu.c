/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief RCU on the simulated machine: how long a grace period takes, and on which CPU a callback runs.
 */
#include <stdlib.h>

#include "sim/time/clock.h"
#include "sim/time/user.h"

static struct sim_gp *grace[SIM_MAX_THREADS];	/* by waiter: readers have left, but its time is not over */

/* Like the kernel's, callbacks run where they were queued: this holds their seats, in the engine's order. */
static struct {
	u16 *seat;
	u32 head, nr, size;	/* a ring */
	u64 since;		/* when the running one began */
	struct seat *at;
} callbacks;

void user_rcu(const void *where)
{
	(void)where;
	if (timing.active)
		timing_work(timing.seat->rcu);
}

void user_gp_begins(struct sim_gp *gp, const void *where)
{
	(void)where;
	time_counts.grace_periods++;
	gp->own = (void *)(uintptr_t)timing.clock;
}

void user_gp_done(struct sim_gp *gp)
{
	u64 at = (u64)(uintptr_t)gp->own + timing.n[MACHINE_GRACE], now = clock_now();

	stores_settle_all();
	if (!timing.active) {
		sim_gp_end(gp);
		return;
	}
	grace[gp->waiter->id] = gp;
	event_add(at < now ? now : at, EVENT_GRACE + gp->waiter->id);
}

void user_call_rcu(struct platform_rcu_head *head, const void *where)
{
	(void)head;
	(void)where;
	if (callbacks.nr == callbacks.size) {
		u32 size = callbacks.size ? 2 * callbacks.size : 1024;
		u16 *more = calloc(size, sizeof(*more));

		BUG_ON(!more);
		for (u32 i = 0; i < callbacks.nr; i++)
			more[i] = callbacks.seat[(callbacks.head + i) % callbacks.size];
		free(callbacks.seat);
		callbacks.seat = more;
		callbacks.size = size;
		callbacks.head = 0;
	}
	callbacks.seat[(callbacks.head + callbacks.nr++) % callbacks.size] = timing.seat_id;
}

/* Charge the time of the previous callback to its CPU. */
void user_callback_over(void)
{
	if (callbacks.at)
		seat_interrupted(callbacks.at, callbacks.since, timing.clock - callbacks.since);
	callbacks.at = NULL;
}

void user_callback(struct platform_rcu_head *head)
{
	(void)head;
	user_callback_over();
	BUG_ON(!callbacks.nr);
	callbacks.at = &timing.seats[callbacks.seat[callbacks.head]];
	callbacks.head = (callbacks.head + 1) % callbacks.size;
	callbacks.nr--;
	callbacks.since = timing.clock;
	timing.cur->seat = callbacks.at;
	clock_use_seat(callbacks.at);
}

void user_gp_over(u32 waiter)
{
	sim_gp_end(grace[waiter]);
}

void user_forget_callbacks(void)
{
	callbacks.head = callbacks.nr = 0;
	callbacks.at = NULL;
}
