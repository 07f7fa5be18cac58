/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Grace periods, counted, and made to last config.grace_period_ns: liburcu's take microseconds,
 * the kernel's milliseconds.
 *
 * A caller that waits here, and a batch of freed objects (cache_rcu.c), waits at least that long.  VMAs,
 * tables, nodes and rmap objects are freed in these two ways only.  A file is freed in a third way, which
 * is not counted: a reader reaches a file only through a VMA that it has checked in the same section not
 * to be GONE, and a VMA is GONE before it lets go of its file.
 */
#ifndef COMMON_MM_GRACE_H
#define COMMON_MM_GRACE_H

#include "common/mm/world.h"
#include "common/sync/rcu.h"

/**
 * Count a grace period that is about to begin; what it will free can no longer be found by new readers.
 * @pairs{out of sight before its grace period is counted | grace_number()}
 */
static inline void grace_count(struct world *w)
{
	fetch_add_release(&w->grace_begun, 1);
}

/**
 * How many grace periods have begun.  If the number was sampled before a walk and is the same in a later
 * RCU section, what the walk found stays in memory to the end of that section.  Argument: an object is
 * freed after a grace period, which is counted before it begins.  If the sample included that count, then
 * by acquire the walk began after the object was out of sight and did not find it.  If it did not, then
 * either the later section reads another number, or the section began before the grace period, which
 * waits for it: that is what RCU promises.
 * Kernel twin: none. rcu_state.gp_seq (kernel/rcu/tree.c) stands still over an expedited grace period;
 * poll_state_synchronize_rcu() tells whether a grace period has ended, which would be too late here.
 * @pairs{out of sight before its grace period is counted | grace_count()}
 */
static __always_inline u64 grace_number(const struct world *w)
{
	return smp_load_acquire(&w->grace_begun);
}

/** synchronize_rcu() of the core and the schemes.  @context may sleep, outside RCU */
static inline void grace_period_wait(struct world *w)
{
	if (unlikely(w->config.grace_period_ns))
		platform_sleep(w->config.grace_period_ns);
	grace_count(w);
	synchronize_rcu();
}

#endif /* COMMON_MM_GRACE_H */
