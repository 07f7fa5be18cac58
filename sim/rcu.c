// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Grace periods: which sections each waits for, and the callbacks that run afterwards.
 *
 * A grace period waits for the sections that are under way when it begins, and for those that the user
 * adds: to an observer, a section that begins in its middle may have begun before it.  As in liburcu, one
 * thread takes all callbacks that are queued, waits for one grace period, and runs them.
 */
#include <string.h>

#include "sim/engine_internal.h"

static struct sim_gp gps[SIM_MAX_THREADS];	/* by waiter */
static struct sim_gp *running;			/* in the order of their beginnings */
static u64 nr_gps;

static struct platform_rcu_head *first, **last = &first;	/* queued callbacks, linked by opaque[0] */
static u64 queued, done;			/* numbers of callbacks since the start */

void sim_rcu_forget(void)
{
	running = NULL;
	first = NULL;
	last = &first;
	nr_gps = queued = done = 0;
}

static void readers_gone(struct sim_gp *gp)
{
	struct sim_gp **at = &running;

	while (*at != gp)
		at = &(*at)->next;
	*at = gp->next;
	if (sim.user->gp_done)
		sim.user->gp_done(gp);
	else
		sim_gp_end(gp);
}

void sim_gp_end(struct sim_gp *gp)
{
	gp->over = true;
	if (gp->waiter->state == SIM_AWAITS_RCU)
		sim_wake(gp->waiter);
}

/* @context the calling thread may wait */
static void grace_period(const void *where)
{
	struct sim_thread *self = sim.cur, *t;
	struct sim_gp *gp = &gps[self->id], **at = &running;

	if (sim.direct)
		return;		/* there is no other thread */
	*gp = (struct sim_gp){ .waiter = self, .number = ++nr_gps };
	TELL(gp_begins, gp, where);
	for (unsigned int i = 0; i < sim.nr_threads; i++) {
		t = sim_thread(i);
		if (!t || t->state == SIM_UNUSED || !t->rcu || t == self)
			continue;
		gp->readers[i / 64] |= 1ULL << (i % 64);
		gp->nr_readers++;
	}
	while (*at)
		at = &(*at)->next;
	*at = gp;
	self->gp = gp;
	self->where = where;
	if (!gp->nr_readers)
		readers_gone(gp);
	while (!gp->over)
		sim_block(SIM_AWAITS_RCU);
	self->gp = NULL;
	TELL(gp_over, gp);
}

/* Run callbacks one after the other, marked as a thread that must not sleep. */
static u64 run_callbacks(struct platform_rcu_head *head)
{
	u64 nr = 0;

	sim.cur->atomic++;
	for (struct platform_rcu_head *next; head; head = next, nr++) {
		next = head->opaque[0];
		TELL(callback, head);
		head->fn(head);
	}
	sim.cur->atomic--;
	return nr;
}

static struct platform_rcu_head *take_queue(void)
{
	struct platform_rcu_head *head = first;

	first = NULL;
	last = &first;
	return head;
}

static void callbacks_main(void *arg)
{
	(void)arg;
	for (;;) {
		struct platform_rcu_head *head;

		while (!first)
			sim_block(SIM_IDLE);
		TELL(callbacks_taken);
		head = take_queue();
		grace_period(NULL);
		done += run_callbacks(head);
		TELL(callbacks_done);
		for (unsigned int i = 0; i < sim.nr_threads; i++) {
			struct sim_thread *t = sim_thread(i);

			if (t && t->state == SIM_AWAITS_RCU && !t->gp && t->callbacks <= done)
				sim_wake(t);
		}
	}
}

/* --- the seam ---------------------------------------------------------------------------------- */

bool platform_rcu_read_held(void)
{
	return sim.cur && sim.cur->rcu;
}

void platform_rcu_read_lock(void)
{
	struct sim_thread *self = sim.cur;

	if (self->rcu || sim.direct) {
		self->rcu++;
		return;
	}
	TELL(rcu_lock, WHERE);
	self->rcu++;
	for (struct sim_gp *gp = running; unlikely(gp); gp = gp->next) {
		if (!sim.user->gp_meets || !sim.user->gp_meets(gp))
			continue;
		gp->readers[self->id / 64] |= 1ULL << (self->id % 64);
		gp->nr_readers++;
	}
}

static void left(struct sim_thread *self)
{
	u64 bit = 1ULL << (self->id % 64);

	for (struct sim_gp *gp = running, *next; gp; gp = next) {
		next = gp->next;
		if (!(gp->readers[self->id / 64] & bit))
			continue;
		gp->readers[self->id / 64] &= ~bit;
		gp->nr_readers--;
		TELL(gp_left, gp);
		if (!gp->nr_readers)
			readers_gone(gp);
	}
}

void platform_rcu_read_unlock(void)
{
	struct sim_thread *self = sim.cur;

	BUG_ON(!self->rcu);
	if (self->rcu > 1) {
		self->rcu--;
		return;
	}
	if (sim.direct) {
		self->rcu--;
		done += run_callbacks(take_queue());
		return;
	}
	TELL(rcu_unlock, WHERE);
	self->rcu--;
	if (unlikely(running))
		left(self);
}

void platform_synchronize_rcu(void)
{
	might_sleep();
	grace_period(WHERE);
}

/* The engine runs deferred calls itself. */
int platform_rcu_start(void)
{
	return 0;
}

void platform_call_rcu(struct platform_rcu_head *head, void (*fn)(struct platform_rcu_head *head))
{
	struct sim_thread *rcu = sim_thread(SIM_RCU);

	TELL(call_rcu, head, WHERE);
	if (arena_has(head))
		arena_log(head, sizeof(*head));
	head->fn = fn;
	head->opaque[0] = NULL;
	if (arena_has(last))
		arena_log(last, sizeof(*last));
	*last = head;
	last = (struct platform_rcu_head **)&head->opaque[0];
	queued++;
	if (sim.direct) {
		if (!sim.cur->rcu)
			done += run_callbacks(take_queue());
		return;
	}
	if (!rcu || rcu->state == SIM_UNUSED) {
		rcu = sim_thread_make(SIM_RCU, PLATFORM_MAX_SLOTS, -1, callbacks_main, NULL);
		BUG_ON(!rcu || rcu->id != SIM_RCU);
	} else if (rcu->state == SIM_IDLE) {
		sim_wake(rcu);
	}
}

void platform_rcu_barrier(void)
{
	struct sim_thread *self = sim.cur;

	might_sleep();
	if (sim.direct) {
		done += run_callbacks(take_queue());
		return;
	}
	TELL(rcu_barrier, WHERE);
	self->callbacks = queued;
	self->where = WHERE;
	while (done < self->callbacks)
		sim_block(SIM_AWAITS_RCU);
	TELL(rcu_barrier_over);
}
