/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A queued spinlock: one exchange takes a free one; waiters queue, each spinning on a line of its own.
 *
 * Held for a few instructions; a holder must not sleep (might_sleep() checks).  Taken in the order of
 * arrival at the queue.  spinlock.c has the queue, and why it is right.
 *
 * Source: Linux kernel/locking/qspinlock.c (6.12); Mellor-Crummey and Scott, "Algorithms for scalable
 * synchronization on shared-memory multiprocessors" (1991).
 */
#ifndef COMMON_SYNC_SPINLOCK_H
#define COMMON_SYNC_SPINLOCK_H

#include "common/platform/platform.h"
#include "common/sync/atomic.h"

/** What spinlock.locked says. */
enum {
	SPIN_FREE,	/**< the first to come takes it */
	SPIN_HELD,
	SPIN_NEXT,	/**< free, for the first in the queue */
};

typedef struct spinlock {
	u32 locked;	/**< SPIN_*; atomic */
	u32 tail;	/**< slot + 1 of the last in the queue; 0: nobody waits there; atomic */
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	WRITE_ONCE(lock->locked, SPIN_FREE);
	WRITE_ONCE(lock->tail, 0);
}

/** Take a lock that could not be had at once. */
void spin_lock_slow(spinlock_t *lock);

/** @pairs{what a holder did | spin_unlock()} */
static inline void spin_lock(spinlock_t *lock)
{
	u32 seen = SPIN_FREE;

	if (unlikely(!try_cmpxchg_acquire(&lock->locked, &seen, SPIN_HELD)))
		spin_lock_slow(lock);
	platform_spin_enter();
}

/** @return true: taken; false: held, or others wait for it.  @pairs{what a holder did | spin_unlock()} */
static inline bool spin_trylock(spinlock_t *lock)
{
	u32 seen = SPIN_FREE;

	if (READ_ONCE(lock->locked) || !try_cmpxchg_acquire(&lock->locked, &seen, SPIN_HELD))
		return false;
	platform_spin_enter();
	return true;
}

/**
 * The lock is not touched after the store, so its memory may go with it.
 * @pairs{what a holder did | spin_lock(), spin_trylock(), take()}
 */
static inline void spin_unlock(spinlock_t *lock)
{
	platform_spin_exit();
	if (unlikely(READ_ONCE(lock->tail)))
		smp_store_release(&lock->locked, SPIN_NEXT);
	else
		smp_store_release(&lock->locked, SPIN_FREE);
}

/** Is it held, or about to be taken by a thread that waits? */
static inline bool spin_is_locked(const spinlock_t *lock)
{
	return READ_ONCE(lock->locked) != SPIN_FREE;
}

#endif /* COMMON_SYNC_SPINLOCK_H */
