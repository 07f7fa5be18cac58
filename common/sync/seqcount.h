/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A 64-bit sequence count: odd while a writer, excluded by a lock of its own, is at work.
 *
 * 64 bits do not wrap in a lifetime; a world may start its counts at -16 to show that nothing relies on
 * that (docs/locking.md).  The data guarded is read and written field by field with READ_ONCE and
 * WRITE_ONCE.
 *
 * Source: Linux include/linux/seqlock.h (6.12).
 */
#ifndef COMMON_SYNC_SEQCOUNT_H
#define COMMON_SYNC_SEQCOUNT_H

#include "common/sync/atomic.h"

typedef struct seqcount {
	u64 sequence;
} seqcount_t;

static inline void seqcount_init(seqcount_t *s, u64 start)
{
	WRITE_ONCE(s->sequence, start);
}

/**
 * Writer enters: the count becomes odd before any store that follows.  Release, so that a reader that
 * sees this odd number also sees what earlier writers did: their lock's release and this writer's acquire
 * are before it.
 * @context the writer's own lock is held
 * @pairs{an edit seen implies the odd count seen | read_seqcount_retry()}
 * @pairs{an odd count implies earlier sections' edits | read_seqcount()}
 */
static inline void write_seqcount_begin(seqcount_t *s)
{
	smp_store_release(&s->sequence, s->sequence + 1);
	smp_wmb();
}

/**
 * Writer leaves: every store before is visible to a reader that sees the even count.
 * @pairs{the even count implies the edits | read_seqcount()}
 */
static inline void write_seqcount_end(seqcount_t *s)
{
	smp_store_release(&s->sequence, s->sequence + 1);
}

/**
 * The count now.
 * @pairs{the even count implies the edits | write_seqcount_end()}
 * @pairs{an odd count implies earlier sections' edits | write_seqcount_begin()}
 */
static inline u64 read_seqcount(const seqcount_t *s)
{
	return smp_load_acquire(&s->sequence);
}

/**
 * Has a writer entered since @a start was read?  Loads before stay before.
 * @pairs{an edit seen implies the odd count seen | write_seqcount_begin()}
 */
static inline bool read_seqcount_retry(const seqcount_t *s, u64 start)
{
	smp_rmb();
	return READ_ONCE(s->sequence) != start;
}

#endif /* COMMON_SYNC_SEQCOUNT_H */
