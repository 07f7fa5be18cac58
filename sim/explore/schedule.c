// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief From one atomic access to the next: which threads may run, which one does, and how an execution ends.
 *
 * A thread stops before each atomic access, and the strategy chooses the thread that goes on.  Threads do
 * not stop at plain accesses: if their order matters they race, and a race is found in any order.
 */
#include "sim/explore/explore.h"

#include <stdarg.h>

static const struct explore_strategy_ops *const strategies[] = {
	[EXPLORE_POS] = &explore_pos,
	[EXPLORE_WALK] = &explore_walk,
	[EXPLORE_PCT] = &explore_pct,
	[EXPLORE_DFS] = &explore_dfs,
	[EXPLORE_PATH] = &explore_path,
};
static const struct explore_strategy_ops *strategy;
static u32 alone;	/* turns in which only spinning threads could run */

const struct explore_strategy_ops *explore_strategy_ops(enum explore_strategy s)
{
	return strategies[s];
}

void ex_schedule_begin(void)
{
	strategy = strategies[ex.plan.strategy];
	alone = 0;
	strategy->begin();
}

/* Lanes of all threads that may go on; threads that let others go first are included only if no other can. */
static u32 runnable(void)
{
	u32 can = 0, yielding = 0;

	for (unsigned int i = SIM_RCU; i < ex.nr_threads; i++) {
		const struct explore_thread *t = ex.thread[i];

		if (!t || !sim_can_run(&t->sim))
			continue;
		if (t->yield_at >= ex.steps)
			yielding |= 1u << i;
		else
			can |= 1u << i;
	}
	if (can)
		alone = 0;
	else if (yielding && alone++ < 1000)
		can = yielding;
	return can;
}

static struct explore_thread *pick(u32 can)
{
	struct explore_thread *t, *cur = ex_cur();

	if (++ex.steps > EXPLORE_MAX_STEPS)
		ex_leave(EXPLORE_BOUND, "more steps than the bound allows");
	t = strategy->pick(can);
	if (!t)
		ex_leave(EXPLORE_CUT, "");
	t->yield_at = 0;
	if (unlikely(ex.plan.record))
		path_note_pick(t->sim.id);
	if (t != cur) {
		ex.looks = 0;
		ex.result.switches++;
		ex.result.preemptions += can >> cur->sim.id & 1;
	}
	return t;
}

void ex_first(void)
{
	sim_go(&pick(runnable())->sim);
}

void ex_point(const void *p, bool write, const void *where)
{
	struct explore_thread *t = ex_cur(), *next;

	t->event = p;
	t->event_write = write;
	t->event_where = where;
	ex.result.points++;
	ex.plain = 0;
	next = pick(runnable());
	if (next != t)
		sim_go(&next->sim);
	strategy->happens();
	if (unlikely(ex.classes))
		ex_class_event();
}

/* Have all threads ended, with no work left for RCU? */
static bool over(void)
{
	for (unsigned int i = SIM_RCU; i < ex.nr_threads; i++) {
		const struct explore_thread *t = ex.thread[i];

		if (t && t->sim.state != SIM_ENDED && t->sim.state != SIM_IDLE && t->sim.state != SIM_UNUSED)
			return false;
	}
	return true;
}

struct sim_thread *ex_next(void)
{
	u32 can = runnable();

	if (can)
		return &pick(can)->sim;
	return over() ? sim_thread(SIM_MAIN) : NULL;
}

void ex_yield(void)
{
	struct explore_thread *t = ex_cur(), *next;

	t->yield_at = ex.steps + 1;
	t->event = NULL;
	ex.looks = 0;
	next = pick(runnable());
	if (next != t)
		sim_go(&next->sim);
	strategy->happens();
}

u32 ex_choice(u32 n)
{
	return ex_choice_but(n, 0);
}

u32 ex_choice_but(u32 n, u64 spare)
{
	u32 value;

	if (n <= 1)
		return 0;
	value = strategy->choice(n, spare);
	if (unlikely(ex.plan.record))
		path_note_choice(value);
	return value;
}

/* --- the end ----------------------------------------------------------------------------------- */

void ex_leave(enum explore_end end, const char *what)
{
	if (ex.result.end == EXPLORE_FINE) {
		ex.result.end = end;
		snprintf(ex.result.what, sizeof(ex.result.what), "%s", what);
	}
	ex.result.last = sim.cur->id;
	if (sim.cur->id == SIM_MAIN)
		longjmp(ex.main, 1);
	sim_go(sim_thread(SIM_MAIN));
	__builtin_unreachable();
}

void ex_finding(const char *format, ...)
{
	char what[sizeof(ex.result.what)];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	ex_leave(EXPLORE_FINDING, what);
}
