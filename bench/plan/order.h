/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What an event must wait for on other threads: the last changes and touches of each range, reduced with vector clocks.
 *
 * An edge says "not before that thread has done that many of its events".  Edges
 * always point back in the order in which the load analysis walks, which is also
 * the order within each thread; so the first event in that order that is not done
 * yet never waits, and a replay that keeps all edges cannot deadlock.
 */
#ifndef BENCH_PLAN_ORDER_H
#define BENCH_PLAN_ORDER_H

#include "bench/plan/model_types.h"

/** Where the edges go. */
struct edges {
	struct ref *edge;
	u32 nr, max;
};

/* --- per address space: the last changes and touches ------------------------ */

struct history {
	struct omap changes;	/**< disjoint ranges, each with its last change */
	struct omap touches;	/**< pages touched since their last change, with the last toucher */
};

/* --- per process: which events are known to be before which --------------------------------------- */

struct clocks;

/** @return NULL: no memory.  @a lanes is the number of threads that are told apart. */
struct clocks *clocks_create(u32 lanes);
u32 clocks_lanes(const struct clocks *c);
void clocks_free(struct clocks *c);

/** Bytes that snapshots of clocks may take in all; beyond that, fewer redundant edges are found. */
#define CLOCKS_BUDGET (64UL << 20)

/* --- one event ---------------------------------------------------------------------------- */

/**
 * Where a thread stands in the clocks of its process.  A lane belongs to one thread, or to several that
 * lived one after another: the first event of each waits for the last of the one before, and the lane
 * numbers all their events consecutively.
 */
struct place {
	u32 lane;
	u32 base;	/**< events of the lane before the thread's first */
};

struct order {
	struct edges edges;
	struct clocks *clocks;	/**< of the process of the event at hand */
	u32 lane;		/**< of its thread */
	struct ref me;
	const struct place *place;	/**< by thread */
	size_t budget_used;
	bool no_memory;
};

/** The event @a me begins to collect what it waits for. */
void order_begin(struct order *o, struct clocks *c, struct ref me);
/** It waits for @a ref of its process (events of its own thread, and no event, add nothing). */
void order_wait(struct order *o, struct ref ref);
/** It waits for an event of any process; stored as it is. */
void order_wait_other(struct order *o, struct ref ref);
/** All is collected: store the edges that do not follow from others. @return how many */
u32 order_end(struct order *o);

/** Wait for the last changes of [start, end). */
void order_wait_changes(struct order *o, struct history *h, u64 start, u64 end);
/** Wait for the last changes and touches of [start, end), and be the last change. */
void order_change(struct order *o, struct history *h, u64 start, u64 end);
/**
 * What a thread writes to a page goes to the word of this number (replay/act.c).  There
 * are 512, so threads may have the same: then the last in recorded order must win.
 */
static inline u32 order_word(u32 thread)
{
	return thread % (PAGE_SIZE / sizeof(u64));
}

/** Wait for the last change of the page, and for the last write to the same word, and touch the page. */
void order_touch(struct order *o, struct history *h, u64 addr);

void history_exit(struct history *h);

#endif /* BENCH_PLAN_ORDER_H */
