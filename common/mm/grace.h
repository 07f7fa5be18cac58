/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Grace periods as long as config.grace_period_ns says: liburcu's take microseconds, the kernel's milliseconds.
 *
 * What waits for one, here or as a batch of freed objects (cache_rcu.c), waits no less than that.
 */
#ifndef COMMON_MM_GRACE_H
#define COMMON_MM_GRACE_H

#include "common/mm/world.h"
#include "common/sync/rcu.h"

/** synchronize_rcu() of the core and the schemes.  @context may sleep, outside RCU */
static inline void grace_period_wait(struct world *w)
{
	if (unlikely(w->config.grace_period_ns))
		platform_sleep(w->config.grace_period_ns);
	synchronize_rcu();
}

#endif /* COMMON_MM_GRACE_H */
