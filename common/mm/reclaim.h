/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reclaim: pages not used lately are unmapped, written back if dirty, and freed; by a thread that
 * wants a frame, or in the background.
 *
 * It never runs inside RCU and never sleeps with a spinlock held; a page that it cannot free stays where
 * it was.  It frees only what it froze (F3).
 *
 * Kernel twin: mm/vmscan.c.  Simplified: one zone, no memory groups, no balance between
 * anonymous and file pages; a reclaiming thread writes pages itself and waits for that.
 */
#ifndef COMMON_MM_RECLAIM_H
#define COMMON_MM_RECLAIM_H

#include "common/mm/page.h"

/** How often an allocation reclaims before it is out of memory; the last turns take pages in use, too. */
#define RECLAIM_TURNS 6

/**
 * Free about @a want frames.
 * @param turn	from 0; later turns look at more pages, and from RECLAIM_FORCE on pages that were accessed
 * are freed too
 * @return how many it freed: to the caller's own list first
 * @context may sleep; outside RCU; any sleeping lock may be held
 */
u64 reclaim_pages(struct task *t, unsigned int turn, u64 want);
#define RECLAIM_FORCE 3

/** The same for an allocation, with counters. */
u64 reclaim_direct(struct task *t, unsigned int turn, u64 want);

/** Few frames are left: wake the background reclaimer, if there is one.  @context any */
void reclaim_wake(struct task *t);

/** The world's word between the waking threads and the reclaimer. */
struct reclaim_wakeup {
	u32 wanted;	/**< atomic; 1: there is work, or the reclaimer must end */
};

/** A thread that reclaims from low up to high.  The caller owns this memory. */
struct reclaimer {
	struct world *world;
	struct platform_thread *thread;
	unsigned int slot;
	u32 stop;	/**< atomic */
};

/**
 * Start a background reclaimer with a slot, and task, of its own; one per world.
 * @return 0, or as platform_thread_create()
 */
int reclaimer_start(struct reclaimer *r, struct world *w, unsigned int slot);
/** End the reclaimer and wait until it has ended.  @context may sleep */
void reclaimer_stop(struct reclaimer *r);

#endif /* COMMON_MM_RECLAIM_H */
