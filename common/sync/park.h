/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One turn of a wait that a kill ends.
 */
#ifndef COMMON_SYNC_PARK_H
#define COMMON_SYNC_PARK_H

#include "common/platform/platform.h"
#include "common/sync/atomic.h"

#include <errno.h>

/**
 * platform_park_killable(), unless *@a killed is not 0 already.
 * @param killed	NULL: as platform_park_on()
 * @return 0: look again at *@a word; -EINTR: killed
 * @context may sleep
 */
static inline int __must_check park_killable(u32 *word, u32 seen, u32 *killed, const void *lock)
{
	if (unlikely(killed && READ_ONCE(*killed)))
		return -EINTR;
	platform_park_killable(word, seen, killed, lock);
	return 0;
}

#endif /* COMMON_SYNC_PARK_H */
