/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A small simulated TLB per thread, the access that goes through it, and the flush.
 *
 * Without it the worst historical bugs cannot be seen: a page freed before the
 * flush, a right that outlives mprotect.  Used by tests and oracles; when the
 * world was made without it, a flush only counts and costs.
 *
 * An access, and a walk with its fill, hold the thread's TLB lock to their end;
 * a flush takes that lock: so an access is wholly before or wholly after a flush.
 * Lock order: a table's lock is outside a TLB's lock; a holder of a TLB's lock takes no other lock.
 */
#ifndef COMMON_MM_TLB_H
#define COMMON_MM_TLB_H

#include "common/platform/types.h"
#include "common/sync/spinlock.h"

struct task;
struct mm;

/** Entries of a TLB by default, and at most. */
#define TLB_ENTRIES 64u

struct tlb_entry {
	unsigned long page;	/**< address of the page, or TLB_NONE */
	u64 entry;		/**< the page-table entry as it was filled */
};

#define TLB_NONE (~0UL)

struct tlb {
	spinlock_t lock __cacheline_aligned;
	unsigned int nr;			/**< of slot, a power of two; constant */
	struct tlb_entry slot[TLB_ENTRIES];	/**< direct-mapped by page number; under lock */
};

/** An empty TLB of @a nr entries.  @context nobody else can see it: when the world is made */
void tlb_init(struct tlb *tlb, unsigned int nr);

/**
 * Empty the task's own TLB: before it attaches to another mm, since entries are known by address alone.
 * A late flush of the mm it left may still come by.
 * @context the task's own thread; no TLB lock
 */
void tlb_flush_all(struct task *t);

/**
 * Flush [start, end) of @a mm from the TLB of every thread attached to it; on
 * return no access through an older entry is under way.  The entries were changed
 * before.  Only other threads are counted, charged (config.flush_ns) and announced to the platform:
 * flushing its own TLB sends nothing.
 * @context any lock of a table may be held; no TLB lock
 */
void tlb_flush_range(struct task *t, struct mm *mm, unsigned long start, unsigned long end);

/** The result of an access. */
enum access_result {
	ACCESS_OK,
	ACCESS_SIGSEGV,
	ACCESS_SIGBUS,
	ACCESS_OOM,
};

/**
 * Read or write the 8-byte word at @a addr of t->mm as a program would: through the TLB, else by a walk
 * that sets accessed and dirty, else by a fault through the mm's scheme and another try.  In a world
 * without TLBs a flush waits for no access: use it there only while nobody takes mappings away.
 * @param addr	8-byte aligned
 * @context may sleep; no lock held
 */
enum access_result access_read(struct task *t, unsigned long addr, u64 *value);
enum access_result access_write(struct task *t, unsigned long addr, u64 value);

/**
 * The word at @a addr as a walk of the tables finds it now, without a TLB and
 * without a fault; marks accessed (and dirty for a write) as hardware does.
 * @return false: not mapped, or not with that right.  @context no TLB lock; as
 * access_read() in a world without TLBs
 */
bool access_try_read(struct task *t, unsigned long addr, u64 *value);
bool access_try_write(struct task *t, unsigned long addr, u64 value);

#endif /* COMMON_MM_TLB_H */
