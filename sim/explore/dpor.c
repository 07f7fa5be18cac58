// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief One execution of every class: dynamic partial order reduction with sleep sets, and every choice
 * of a read.
 *
 * Depth first without states: an execution is repeated up to the last step that
 * has an alternative left, and goes another way from there.  Two events conflict if they are at one
 * address and one of them writes; executions that differ only in the order of other events are of one
 * class.  Whenever an event conflicts with an earlier one of another thread that is not before it for
 * another reason, their order is reversed, too: some thread that begins a sequence which does that is
 * tried in place of the earlier one.  (Just any thread would not do: the one of the later event may be
 * asleep.)  A sleep set has the threads whose next event was explored from an earlier state and has met
 * no conflict since.
 *
 * If the thread was not enabled before the earlier event (it waited), every enabled thread is tried, and
 * the conflicting write before that one is handled as well: without it the thread might not have waited.
 *
 * With weak memory a load is explored with each store that it may read: the choice
 * belongs to the event.  Of two stores of one value the older is enough if it teaches no more (memory_spare()): a thread that
 * knows less may read, and race with, all that it may if it knows more.  That is complete, not minimal.  A bound of
 * preemptions leaves executions out.
 *
 * Sources: Abdulla, Aronis, Jonsson, Sagonas, "Optimal dynamic partial order reduction" (POPL 2014), algorithm 1
 * (source sets); Flanagan, Godefroid, "Dynamic partial-order reduction for model checking software" (POPL 2005);
 * Godefroid, "Partial-order methods for the verification of concurrent systems" (1996) for sleep sets.
 */
#include "sim/explore/explore.h"

#include <stdlib.h>

#define MAX_DEPTH	(EXPLORE_MAX_STEPS + 2)

/* The state before step d, and what was tried from it.  Masks of lanes. */
struct level {
	u32 enabled, backtrack, done, sleep;
	u8 chosen, from;	/* from: the thread that ran before, which goes on without a switch */
	u16 preemptions;	/* up to here */
};

/* The event of step d.  Numbers of events are d + 1; 0 is none. */
struct event {
	const void *p;
	bool write;
	u8 thread;
	u32 previous;			/* the write at p before it */
	u32 clock[EXPLORE_THREADS];	/* by thread, the last event that is this one or before it */
};

struct choice {
	u32 nr, at;	/* the number of choices, and the present one */
	u64 spare;	/* choices that need not be tried */
	u32 depth;	/* events so far, including the one that it belongs to */
};

/* The last events at an address. */
struct place {
	const void *p;
	u32 execution;	/* another number: of an earlier execution, so empty */
	u32 write;
	u32 read[EXPLORE_THREADS];
};
#define PLACES	16384u

static struct {
	struct dfs_options options;
	struct level *level;
	struct event *event;
	struct choice *choice;
	struct place *place;
	u32 depth, length;		/* steps of this execution so far; steps to repeat */
	u32 nr_choices, next_choice;
	u32 execution;
	u32 next[EXPLORE_THREADS][EXPLORE_THREADS];	/* by thread: what is before its next event, apart from conflicts */
	u32 now[EXPLORE_THREADS];			/* what is before the event that is about to happen, for any reason */
	u32 whole;			/* the last event that conflicts with all others */
	struct dfs_report report;
} dfs;

void dfs_start(const struct dfs_options *options)
{
	if (!dfs.level) {
		dfs.level = calloc(MAX_DEPTH, sizeof(*dfs.level));
		dfs.event = calloc(MAX_DEPTH, sizeof(*dfs.event));
		dfs.choice = calloc(MAX_DEPTH, sizeof(*dfs.choice));
		dfs.place = calloc(PLACES, sizeof(*dfs.place));
		BUG_ON(!dfs.level || !dfs.event || !dfs.choice || !dfs.place);
	}
	dfs.options = *options;
	dfs.length = dfs.nr_choices = 0;
	dfs.report = (struct dfs_report){ 0 };
}

struct dfs_report dfs_report(void)
{
	return dfs.report;
}

static void dfs_begin(void)
{
	dfs.depth = dfs.next_choice = dfs.whole = 0;
	dfs.execution++;
	memset(dfs.next, 0, sizeof(dfs.next));
}

static struct place *place_of(const void *p)
{
	u32 h = (u32)((u64)(uintptr_t)p >> 2) * 2654435761u >> 18;
	struct place *at;

	for (;; h++) {
		at = &dfs.place[h % PLACES];
		if (at->execution != dfs.execution) {
			*at = (struct place){ .p = p, .execution = dfs.execution };
			return at;
		}
		if (at->p == p)
			return at;
	}
}

/*
 * Event number @a nr precedes the next event of thread @a p; try the other order.  In that order the
 * events between the two that do not depend on nr come first, then p's.  Any thread that can begin such a
 * sequence is tried in place of nr's: one whose first event in it has none of the others before it.
 */
static void reverse(u32 nr, unsigned int p)
{
	const struct event *e = &dfs.event[nr - 1];
	struct level *before = &dfs.level[nr - 1];
	u32 first[EXPLORE_THREADS] = { 0 }, initial = 0;

	for (u32 n = nr + 1; n <= dfs.depth + 1; n++) {
		bool last = n == dfs.depth + 1, begins = true;
		const u32 *clock = last ? dfs.now : dfs.event[n - 1].clock;
		unsigned int thread = last ? p : dfs.event[n - 1].thread;

		if (!last && clock[e->thread] >= nr)
			continue;	/* after e */
		if (first[thread])
			continue;
		first[thread] = n;
		for (unsigned int i = 0; i < EXPLORE_THREADS && begins; i++)
			begins = i == thread || !first[i] || clock[i] < first[i];
		if (!begins)
			continue;
		if (before->backtrack >> thread & 1)
			return;		/* one of them is, or will be, tried */
		if (before->enabled >> thread & 1)
			initial |= 1u << thread;
	}
	if (initial)
		before->backtrack |= initial & -initial;
	else
		before->backtrack |= before->enabled;
}

/* Event number @a nr conflicts with the next one of thread @a p, and is of the same place. */
static void conflict(u32 nr, unsigned int p)
{
	while (nr) {
		const struct event *e = &dfs.event[nr - 1];
		struct level *before = &dfs.level[nr - 1];

		if (e->thread == p || dfs.next[p][e->thread] >= nr)
			return;		/* their order is fixed for another reason */
		if (before->enabled >> p & 1) {
			reverse(nr, p);
			return;
		}
		before->backtrack |= before->enabled;
		nr = e->previous;
	}
}

/* A write conflicts with the reads since the last write or, if there are none, with that write. */
static void conflicts(const struct place *at, bool write, unsigned int p)
{
	bool read = false;

	for (unsigned int i = 0; write && i < EXPLORE_THREADS; i++)
		if (at->read[i] && i != p) {
			conflict(at->read[i], p);
			read = true;
		}
	if (!read)
		conflict(at->write, p);
}

static void follow(u32 nr)
{
	for (unsigned int i = 0; nr && i < EXPLORE_THREADS; i++)
		if (dfs.event[nr - 1].clock[i] > dfs.now[i])
			dfs.now[i] = dfs.event[nr - 1].clock[i];
}

/* An event that conflicts with every other: their last ones, since those before these come earlier in any case. */
static void executes_whole(unsigned int p)
{
	for (unsigned int i = 0; i < EXPLORE_THREADS; i++)
		if (i != p)
			follow(dfs.next[i][i]);
	for (unsigned int i = 0; !dfs.options.naive && i < EXPLORE_THREADS; i++)
		if (i != p)
			conflict(dfs.next[i][i], p);
	dfs.whole = dfs.depth + 1;
}

/* The next event of thread @a p is step dfs.depth. */
static void executes(unsigned int p)
{
	struct event *e = &dfs.event[dfs.depth];
	const struct explore_thread *t = ex.thread[p];
	struct place *at;

	e->thread = (u8)p;
	e->p = t->event;
	e->write = t->event_write;
	e->previous = 0;
	memcpy(dfs.now, dfs.next[p], sizeof(dfs.now));
	if (e->p == &ex_everything) {
		executes_whole(p);
	} else if (e->p) {
		follow(dfs.whole);
		at = place_of(e->p);
		follow(at->write);
		for (unsigned int i = 0; e->write && i < EXPLORE_THREADS; i++)
			follow(at->read[i]);
		if (!dfs.options.naive) {
			conflict(dfs.whole, p);
			conflicts(at, e->write, p);
		}
		e->previous = at->write;
		if (e->write) {
			at->write = dfs.depth + 1;
			memset(at->read, 0, sizeof(at->read));
		} else {
			at->read[p] = dfs.depth + 1;
		}
	}
	dfs.now[p] = dfs.depth + 1;
	memcpy(e->clock, dfs.now, sizeof(e->clock));
	memcpy(dfs.next[p], dfs.now, sizeof(dfs.now));
}

/* Threads that sleep here: those that slept or were tried one step ago, except those that the step woke. */
static u32 sleepers(void)
{
	const struct level *before = &dfs.level[dfs.depth - 1];
	const struct event *e = &dfs.event[dfs.depth - 1];
	u32 sleep = 0;

	for (u32 old = before->sleep | (before->done & ~(1u << before->chosen)); old; old &= old - 1) {
		unsigned int q = (unsigned int)__builtin_ctz(old);
		const struct explore_thread *t = ex.thread[q];

		if (q == e->thread)
			continue;
		if (ex_conflict(t->event, t->event_write, e->p, e->write))
			continue;
		sleep |= 1u << q;
	}
	return sleep;
}

static bool preempts(const struct level *l, unsigned int p)
{
	return l->from && p != l->from && (l->enabled >> l->from & 1);
}

static struct explore_thread *dfs_pick(u32 can)
{
	struct level *l = &dfs.level[dfs.depth];
	unsigned int p;
	u32 awake;

	if (dfs.depth >= dfs.length) {
		*l = (struct level){ .enabled = can, .from = (u8)sim.cur->id };
		if (dfs.depth) {
			const struct level *before = &dfs.level[dfs.depth - 1];

			l->preemptions = (u16)(before->preemptions + preempts(before, before->chosen));
			l->sleep = sleepers();
		}
		awake = can & ~l->sleep;
		if (!awake)
			return NULL;
		p = (awake >> sim.cur->id & 1) ? sim.cur->id : (unsigned int)__builtin_ctz(awake);
		if (dfs.options.preemptions >= 0 && preempts(l, p) && l->preemptions >= (u32)dfs.options.preemptions)
			dfs.report.bounded = true;	/* forced by a sleep set: seen before within the bound, or left out */
		l->chosen = (u8)p;
		l->backtrack = dfs.options.naive ? can : 1u << p;
		dfs.length = dfs.depth + 1;
	}
	p = l->chosen;
	l->done |= 1u << p;
	executes(p);
	dfs.depth++;
	if (dfs.depth > dfs.report.deepest)
		dfs.report.deepest = dfs.depth;
	return ex.thread[p];
}

/* The next one at or after the present one that must be tried. @return false: none */
static bool choice_goes_on(struct choice *c)
{
	while (c->at < c->nr && c->at < 64 && (c->spare >> c->at & 1))
		c->at++;
	return c->at < c->nr;
}

static u32 dfs_choice(u32 n, u64 spare)
{
	struct choice *c = &dfs.choice[dfs.next_choice];

	BUG_ON(dfs.next_choice >= MAX_DEPTH);
	if (dfs.next_choice++ == dfs.nr_choices) {
		*c = (struct choice){ .nr = n, .depth = dfs.depth, .spare = spare };
		BUG_ON(!choice_goes_on(c));
		dfs.nr_choices++;
	}
	return c->at;
}

static void nothing_happens(void)
{
}

/* Threads still to try from this state. */
static u32 left_of(const struct level *l)
{
	u32 left = l->backtrack & l->enabled & ~l->done & ~l->sleep;

	if (dfs.options.preemptions < 0)
		return left;
	for (u32 each = left; each; each &= each - 1) {
		unsigned int p = (unsigned int)__builtin_ctz(each);

		if (preempts(l, p) && l->preemptions >= (u32)dfs.options.preemptions) {
			left &= ~(1u << p);
			dfs.report.bounded = true;
		}
	}
	return left;
}

bool dfs_more(void)
{
	while (dfs.length || dfs.nr_choices) {
		struct choice *c = &dfs.choice[dfs.nr_choices - 1];
		struct level *l;
		u32 left;

		if (dfs.nr_choices && c->depth >= dfs.length) {
			c->at++;
			if (choice_goes_on(c))
				return true;
			dfs.nr_choices--;
			continue;
		}
		l = &dfs.level[dfs.length - 1];
		left = left_of(l);
		if (left) {
			l->chosen = (u8)__builtin_ctz(left);
			return true;
		}
		dfs.length--;
	}
	return false;
}

const struct explore_strategy_ops explore_dfs = {
	.name = "dfs",
	.meaning = "every execution, one of each class (DPOR, sleep sets)",
	.begin = dfs_begin,
	.pick = dfs_pick,
	.happens = nothing_happens,
	.choice = dfs_choice,
};
