/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Threads for the tests of the seam and the locks, and words to order them by.
 *
 * The test's own thread has slot 0, the crew's i-th thread slot i + 1.  Nothing here waits for a fixed
 * time: a test waits until a word has the value it waits for, and Criterion's timeout ends one that waits
 * in vain.
 */
#ifndef TESTS_SYNC_CREW_H
#define TESTS_SYNC_CREW_H

#include <criterion/criterion.h>

#include "common/platform/platform.h"
#include "common/sync/atomic.h"

#define CREW_MAX 16

struct crew {
	struct platform_thread *thread[CREW_MAX];
	unsigned int nr;
};

/** One more thread, that runs @a fn(@a arg). */
static inline void crew_add(struct crew *crew, void (*fn)(void *arg), void *arg)
{
	int err = platform_thread_create(&crew->thread[crew->nr], crew->nr + 1, -1, fn, arg);

	cr_assert(err == 0, "thread %u: error %d", crew->nr, err);
	crew->nr++;
}

static inline void crew_join(struct crew *crew)
{
	for (unsigned int i = 0; i < crew->nr; i++)
		platform_thread_join(crew->thread[i]);
	crew->nr = 0;
}

/** Until @a cond holds. */
#define wait_until(cond) \
	do { \
		while (!(cond)) \
			platform_relax(~0u); \
	} while (0)

/** Let other threads run, so that something forbidden would have a chance to happen. */
static inline void give_them_a_chance(void)
{
	for (int i = 0; i < 200; i++)
		platform_relax(~0u);
}

static inline void enter_slot_0(void)
{
	platform_thread_enter(0);
}

static inline void leave_slot_0(void)
{
	platform_thread_leave();
}

#endif /* TESTS_SYNC_CREW_H */
