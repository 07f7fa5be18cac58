/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reclaim: pages not used lately are unmapped, written where they must be, and freed; by who needs one, or in the background.
 *
 * Never inside RCU, never with a spinlock held while it sleeps; whatever does not work
 * out leaves the page where it was.  It frees only what it froze (F3).
 *
 * Kernel twin: mm/vmscan.c.  Simplified: one zone, no memory groups, no balance between
 * anonymous and file pages; who reclaims writes by himself and waits for it.
 */
#ifndef COMMON_MM_RECLAIM_H
#define COMMON_MM_RECLAIM_H

#include "common/mm/page.h"

/** How often an allocation reclaims before it is out of memory; the last turns take pages in use, too. */
#define RECLAIM_TURNS 6

/**
 * Free about @a want frames.
 * @param turn	from 0; the later, the more is looked at, and from RECLAIM_FORCE on it
 * does not help a page that it was accessed
 * @return how many it freed: to the caller's own list first
 * @context may sleep; outside RCU; any sleeping lock may be held
 */
u64 reclaim_pages(struct task *t, unsigned int turn, u64 want);
#define RECLAIM_FORCE 3

/** The same for an allocation: counted. */
u64 reclaim_direct(struct task *t, unsigned int turn, u64 want);

/** There is little left: wake the background reclaimer, if there is one.  @context any */
void reclaim_wake(struct task *t);

/** The world's word between those who wake and the one who is woken. */
struct reclaim_wakeup {
	u32 wanted;	/**< atomic; 1: there is work, or an end */
};

/** A thread that reclaims from low up to high.  Its memory is the caller's. */
struct reclaimer {
	struct world *world;
	struct platform_thread *thread;
	unsigned int slot;
	u32 stop;	/**< atomic */
};

/**
 * Start a background reclaimer with a slot, and task, of its own; one a world.
 * @return 0, or as platform_thread_create()
 */
int reclaimer_start(struct reclaimer *r, struct world *w, unsigned int slot);
/** End it and wait for that.  @context may sleep */
void reclaimer_stop(struct reclaimer *r);

#endif /* COMMON_MM_RECLAIM_H */
