/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A sleeping reader-writer lock after the kernel's rw_semaphore.
 *
 * One count word (writer bit, waiters bit, hand-off bit, readers), a note of who took it last, a queue of
 * waiters woken in order, bounded optimistic spinning for writers (none when
 * there are more threads than CPUs), hand-off so that neither readers nor other writers starve a writer,
 * and downgrade.  A reader that finds waiters queues behind them.
 *
 * Source: Linux kernel/locking/rwsem.c (6.12).
 */
#ifndef COMMON_SYNC_RWSEM_H
#define COMMON_SYNC_RWSEM_H

#include "common/sync/spinlock.h"

struct rwsem_waiter;

struct rw_semaphore {
	u64 count;			/**< lock state; atomic */
	/**
	 * Twice the slot + 1 of the writer that holds it; of the reader that took it last, + 1; 0 after a writer.
	 * A hint for whoever looks; atomic.
	 */
	u64 owner;
	spinlock_t wait_lock;		/**< guards the queue */
	struct rwsem_waiter *head;	/**< first to be served */
	struct rwsem_waiter *tail;
};

void init_rwsem(struct rw_semaphore *sem);

/** @context may sleep; not held by the caller in any mode */
void down_read(struct rw_semaphore *sem);
/**
 * @return true: taken; false: held for writing, or others wait (as in the kernel)
 * @context any, RCU section included
 */
bool down_read_trylock(struct rw_semaphore *sem);
/**
 * @context any, RCU section included.  May touch @a sem after the lock is free
 * (to wake a writer): when the lock's memory is freed by RCU, call it inside an
 * RCU section.
 */
void up_read(struct rw_semaphore *sem);

/** @context may sleep */
void down_write(struct rw_semaphore *sem);
/**
 * As down_write(), but a writer that would sleep leaves the queue when *@a killed is not 0.
 * @param killed	whoever stores to it then calls platform_unpark() on it; NULL: as down_write()
 * @return 0: taken; -EINTR: not
 * @context may sleep
 */
int __must_check down_write_killable(struct rw_semaphore *sem, u32 *killed);
/** @return true: taken.  @context any, RCU section included */
bool down_write_trylock(struct rw_semaphore *sem);
/** @context any, RCU section included; touches @a sem late as up_read() does */
void up_write(struct rw_semaphore *sem);
/** The writer becomes a reader and lets queued readers in. */
void downgrade_write(struct rw_semaphore *sem);

/** Is a thread waiting in the queue? */
bool rwsem_is_contended(const struct rw_semaphore *sem);
/** Is it held, in any mode?  A hint to others, exact for the holder. */
bool rwsem_is_locked(const struct rw_semaphore *sem);
/** Is it held for writing?  A hint to others, exact for the holder. */
bool rwsem_is_write_locked(const struct rw_semaphore *sem);

#endif /* COMMON_SYNC_RWSEM_H */
