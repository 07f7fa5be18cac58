// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief What RCU orders: sections against grace periods.
 *
 * Grace periods are the engine's (sim/rcu.c); this file has what each side learns from the other:
 *
 *  - the grace period waits for a section that began before it, or in its middle without having learnt of
 *  it: all that the section did is before the grace period's end;
 *  - a section that ended before the grace period began: the same;
 *  - any other section begins after the grace period began: all that was before its beginning is before the section.
 *
 * To an observer a section that begins in the middle may be either; with weak memory both are tried.  All
 * beginnings and ends are events at one address, so that DPOR tries their orders: sections count as its
 * readers, a grace period as its writer.
 *
 * Source: McKenney, Desnoyers, Michel, Dagenais, Walpole, "User-level implementations of read-copy update" (2012);
 * the kernel's tools/memory-model (6.12): a section does not span a grace period.
 */
#include "sim/explore/grace.h"
#include "sim/explore/memory.h"

static const u64 rcu_order, callback_order;

static struct view starts[SIM_MAX_THREADS], ends[SIM_MAX_THREADS];	/* by waiter */
static struct view begun;	/* what was before the beginnings of all grace periods that are over */
static struct view left;	/* what all sections that have ended did */
static struct view called;	/* what was before the callbacks that are queued */
static struct view ran;		/* what callbacks did */

void grace_forget(void)
{
	begun = left = called = ran = (struct view){ 0 };
}

void grace_rcu_lock(const void *where)
{
	struct explore_thread *t = ex_cur();

	ex_point(&rcu_order, false, where);
	view_join(&t->now, &begun);
	ex_tick(t);
	if (unlikely(ex.trace))
		ex_note(STEP_RCU_LOCK, NULL, 0, 0, 0, where);
}

bool grace_meets(struct sim_gp *gp)
{
	if (ex.weak && ex_choice(2))
		return true;
	view_join(&ex_cur()->now, &starts[gp->waiter->id]);
	return false;
}

void grace_rcu_unlock(const void *where)
{
	struct explore_thread *t = ex_cur();

	ex_point(&rcu_order, false, where);
	ex_tick(t);
	view_join(&left, &t->now);
	if (unlikely(ex.trace))
		ex_note(STEP_RCU_UNLOCK, NULL, 0, 0, 0, where);
}

void grace_begins(struct sim_gp *gp, const void *where)
{
	struct explore_thread *t = ex_cur();

	ex_point(&rcu_order, true, where);
	ex_tick(t);
	starts[t->sim.id] = t->now;
	ends[t->sim.id] = left;
	if (unlikely(ex.trace))
		ex_note(STEP_GP_BEGIN, NULL, 0, gp->number, 0, where);
}

void grace_left(struct sim_gp *gp)
{
	view_join(&ends[gp->waiter->id], &ex_cur()->now);
}

void grace_done(struct sim_gp *gp)
{
	view_join(&begun, &starts[gp->waiter->id]);
	sim_gp_end(gp);
}

void grace_over(struct sim_gp *gp)
{
	struct explore_thread *t = ex_cur();

	view_join(&t->now, &ends[gp->waiter->id]);
	ex_tick(t);
	if (unlikely(ex.trace))
		ex_note(STEP_GP_END, NULL, 0, gp->number, 0, NULL);
}

/* --- callbacks ----------------------------------------------------------------------------------- */

void grace_call(struct platform_rcu_head *head, const void *where)
{
	struct explore_thread *t = ex_cur();

	if (!ex.running)
		return;
	ex_plain(head, sizeof(*head), true, where);
	ex_point(&callback_order, true, where);
	ex_tick(t);
	view_join(&called, &t->now);
}

void grace_callbacks_taken(void)
{
	struct explore_thread *t = ex_cur();

	ex_point(&callback_order, true, NULL);
	view_join(&t->now, &called);
	ex_tick(t);
}

void grace_callbacks_done(void)
{
	struct explore_thread *t = ex_cur();

	ex_tick(t);
	view_join(&ran, &t->now);
}

void grace_barrier(const void *where)
{
	ex_point(&callback_order, true, where);
	ex_tick(ex_cur());
}

void grace_barrier_over(void)
{
	view_join(&ex_cur()->now, &ran);
	ex_tick(ex_cur());
}
