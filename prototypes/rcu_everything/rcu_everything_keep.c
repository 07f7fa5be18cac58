/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief rcu_everything_keep: as rcu_everything; a fault that would have to sleep hands what it made to the rung below.
 *
 * Idea.  One RCU section from the walk to the commit.  Nothing in it may sleep, so it allocates with GFP_NOWAIT; when
 * that fails, or the VMA is being changed, the fault goes one rung down, under the VMA's lock, and from there under
 * mmap_lock.  It stores nothing that others read but the entry itself, and changes to other VMAs do not disturb it.
 *
 * Fault side.  Copy the VMA between two reads of its own number; look; make; commit while the number is still the one
 * that was read.  Where it cannot be made without sleeping, the fault restarts on the rung below, with what it made.
 *
 * Write side.  No hook: the mark is enough, since the commit checks it under the table's lock.
 *
 * Freeing.  VMAs after a grace period, and what the copy points to, files and rmap objects, too.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned: the change stores the mark before it takes the
 *    lock of any table of the range.  If the fault's section of that lock is first, the change finds the entry; if it is
 *    second, the lock hands the mark over and the commit is refused.  "Still the same number", not "unmarked now": marks
 *    end when munmap downgrades, before it clears.
 *  - A result without a commit, SIGSEGV included, is given only after the number was found unchanged; a VMA not found is
 *    never by itself a SIGSEGV: the rung below looks again under a lock.
 *  - No freed object touched: VMA, tables, file and rmap object are freed after a grace period, and the section is one (a
 *    VMA of the thread's cache: grace_number() has the argument).
 *  - What is kept for the rung below is a page that nobody else knows and empty tables: nothing in them can be stale,
 *    since a copy in the page is made anew.
 *  - Progress: one attempt, then the rung below.  A writer never waits for this rung.
 *
 * Kernel twin: none exists.  The mails of 28 and 29 Dec 2022 and 2 Jan 2023 (Y7LsDgMxHh8NHzDY@casper.infradead.org) name
 * the ladder; they left open what a failed fault does next: restart (rcu_everything.c), here without making everything
 * twice, or go on (rcu_everything_continue.c).
 */
#include "common/mm/fault_put.h"
#include "common/mm/vmacache.h"

enum {
	DONE,
	MISS,
	MARKED,
	TORN,
	WOULD_SLEEP,
	PAGE_BUSY,
	SIGBUS,
	NEEDS_MMAP_LOCK,
	CHANGED,
};

static const struct scheme_counter rcu_everything_keep_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled on this rung" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found, or it had left the tree" },
	[MARKED] = { "marked", COUNTS_FELL, "the VMA was being changed" },
	[TORN] = { "torn", COUNTS_FELL, "the VMA was changed while it was copied" },
	[WOULD_SLEEP] = { "would_sleep", COUNTS_FELL, "an allocation failed under GFP_NOWAIT" },
	[PAGE_BUSY] = { "page_busy", COUNTS_FELL, "the file's page is not in memory, or locked" },
	[SIGBUS] = { "sigbus", COUNTS_FELL, "beyond the end of the file; a lock must say so" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "the VMA has no anon_vma yet" },
	[CHANGED] = { "changed", COUNTS_FELL, "the VMA was changed before the commit" },
	{ .name = NULL }
};

static unsigned int copy_vma(struct fault *f)
{
	struct vma *vma = vma_lookup(f->task, f->mm, f->addr);

	if (unlikely(!vma))
		return MISS;
	probe(f->task, PROBE_FAULT_FOUND, f->addr);
	switch (vma_snapshot(f->task, f->mm, vma, f->addr, &f->vma)) {
	case SNAPSHOT_OK:
		return DONE;
	case SNAPSHOT_MARKED:
		return MARKED;
	case SNAPSHOT_TORN:
		return TORN;
	case SNAPSHOT_GONE:
	case SNAPSHOT_OUTSIDE:
		break;
	}
	return MISS;
}

static unsigned int why_not_made(const struct fault *f)
{
	switch (f->why) {
	case WHY_PAGE_BUSY:
		return PAGE_BUSY;
	case WHY_SIGBUS:
		return SIGBUS;
	case WHY_NEEDS_MMAP_LOCK:
		return NEEDS_MMAP_LOCK;
	default:
		return WOULD_SLEEP;
	}
}

/* The fault, inside RCU from first to last.  DONE: *result is the answer. */
static unsigned int fault_in_rcu(struct fault *f, enum fault_result *result)
{
	unsigned int trouble = copy_vma(f);
	enum look_result seen;

	if (unlikely(trouble != DONE))
		return trouble;
	seen = fault_look(f);
	if (unlikely(seen != LOOK_NEEDS)) {
		*result = seen == LOOK_SIGSEGV ? FAULT_SIGSEGV : FAULT_DONE;
		return fault_valid_vma_seq(f) ? DONE : CHANGED;
	}
	f->gfp = GFP_NOWAIT;
	if (unlikely(!fault_make(f, ANON_NEVER)))
		return why_not_made(f);
	return fault_put(f, fault_valid_vma_seq, PUT_LOCK) == PUT_DONE ? DONE : CHANGED;
}

static enum fault_result rcu_everything_keep_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	unsigned int trouble;

	rcu_read_lock();
	trouble = fault_in_rcu(f, &result);
	rcu_read_unlock();
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below_keeping(si, f);
}

const struct scheme scheme_rcu_everything_keep = {
	.name = "rcu_everything_keep",
	.summary = "as rcu_everything; what a failed fault made is kept for the VMA lock's rung",
	.below = { "per_vma_rwsem", "per_vma_refcount" },
	.adr = 10,
	.counters = rcu_everything_keep_counters,
	.valid = VALID_BY_VMA_SEQ,
	.sleep = SLEEPS_BELOW_KEEPING,
	.freeing = FREE_AFTER_GRACE,
	.fault = rcu_everything_keep_fault,
};
