/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A test-and-test-and-set spinlock in one word.
 *
 * Held for a few instructions; a holder must not sleep (might_sleep() checks).
 * Simpler than the kernel's queued spinlock and unfair; its waiters spin on a
 * load, so a held lock costs its waiters no store.
 */
#ifndef COMMON_SYNC_SPINLOCK_H
#define COMMON_SYNC_SPINLOCK_H

#include "common/platform/platform.h"
#include "common/sync/atomic.h"

typedef struct spinlock {
	u32 locked;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	WRITE_ONCE(lock->locked, 0);
}

/** @return true: taken.  @pairs{what a holder did | spin_unlock()} */
static inline bool spin_trylock(spinlock_t *lock)
{
	u32 free = 0;

	if (READ_ONCE(lock->locked) || !try_cmpxchg_acquire(&lock->locked, &free, 1))
		return false;
	platform_spin_enter();
	return true;
}

/* Out of line, so that taking a free lock stays short. */
static __attribute__((noinline, cold)) void spin_lock_contended(spinlock_t *lock)
{
	unsigned int turn = 0;

	do {
		platform_relax_on(turn++, &lock->locked, 1);
	} while (!spin_trylock(lock));
}

static inline void spin_lock(spinlock_t *lock)
{
	if (unlikely(!spin_trylock(lock)))
		spin_lock_contended(lock);
}

/** @pairs{what a holder did | spin_trylock()} */
static inline void spin_unlock(spinlock_t *lock)
{
	platform_spin_exit();
	smp_store_release(&lock->locked, 0);
}

static inline bool spin_is_locked(const spinlock_t *lock)
{
	return READ_ONCE(lock->locked) != 0;
}

#endif /* COMMON_SYNC_SPINLOCK_H */
