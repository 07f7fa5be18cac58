/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Grace periods: counted, and as long as config.grace_period_ns says: liburcu's take microseconds, the kernel's milliseconds.
 *
 * What waits for one, here or as a batch of freed objects (cache_rcu.c), waits no less than
 * that.  VMAs, tables, nodes and rmap objects are freed in these two ways alone.  A file is
 * freed by a third, which is not counted: it is reached through a VMA that was asked for
 * GONE in the section that reaches it, and a VMA is GONE before its file is let go of.
 */
#ifndef COMMON_MM_GRACE_H
#define COMMON_MM_GRACE_H

#include "common/mm/world.h"
#include "common/sync/rcu.h"

/**
 * Count a grace period that is about to begin, for what is out of sight by now.
 * @pairs{out of sight before its grace period is counted | grace_number()}
 */
static inline void grace_count(struct world *w)
{
	fetch_add_release(&w->grace_begun, 1);
}

/**
 * How many grace periods have begun.  Sampled before a walk and the same in a later RCU
 * section: what the walk found is still in memory, to the end of that section.  Were
 * any of it freed by then, its grace period was counted before it began.  If the sample
 * had the count, by acquire the walk came too late to find it.  If it had not, the
 * section reads another number, or it began before the grace period did, which waits
 * for it: that is what RCU promises.
 * Kernel twin: rcu_state.gp_seq (kernel/rcu/tree.c), which no reader asks this of;
 * poll_state_synchronize_rcu() asks whether one has ended, which would be too late here.
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
