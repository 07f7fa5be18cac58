/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief rcu_everything_leave: as rcu_everything; a fault that would have to sleep leaves RCU for it and comes back.
 *
 * Idea.  One RCU section from the walk to the commit.  Nothing in it may sleep, so it allocates with GFP_NOWAIT; when
 * that fails, or the VMA is being changed, the fault goes one rung down, under the VMA's lock, and from there under
 * mmap_lock.  It stores nothing that others read but the entry itself, and changes to other VMAs do not disturb it.
 *
 * Fault side.  Copy the VMA between two reads of its own number; look; make; commit while the number is still the one
 * that was read.  Where it cannot be made without sleeping, the fault leaves RCU, makes it there, enters RCU again, looks
 * the address up again, and commits while the VMA that is there has that number.  If it has not: the rung below.
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
 *  - Coming back: the same number at the same address is the same VMA, unchanged, as in vma_seq_retry.  Were it another
 *    object, or this one in a later life, a section after the copy put it there, and marked it with its own number.
 *  - A result without a commit, SIGSEGV included, is given only after the number was found unchanged; a VMA not found is
 *    never by itself a SIGSEGV: the rung below looks again under a lock.
 *  - No freed object touched: VMA, tables, file and rmap object are freed after a grace period, and each section has its
 *    own walk (a VMA of the thread's cache: grace_number() has the argument).  Between the two the fault has a reference
 *    to the file, taken inside the first, and a count of the source.
 *  - Progress: one attempt, and leaving once, then the rung below.  A writer never waits for this rung.
 *
 * Kernel twin: none exists.  The mails of 28 and 29 Dec 2022 and 2 Jan 2023 (Y7LsDgMxHh8NHzDY@casper.infradead.org) name
 * the ladder; they left open what a failed fault does next: restart (rcu_everything.c), or go on (rcu_everything_continue.c).
 * Here it does what the other side of the debate does with every fault (vma_seq_retry.c).
 */
#include "common/mm/fault_put.h"
#include "common/mm/file.h"
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
	NOT_MADE,
	LEFT,
};

static const struct scheme_counter rcu_everything_leave_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled on this rung" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found, or it had left the tree" },
	[MARKED] = { "marked", COUNTS_FELL, "the VMA was being changed" },
	[TORN] = { "torn", COUNTS_FELL, "the VMA was changed while it was copied" },
	[WOULD_SLEEP] = { "would_sleep", COUNTS_FELL, "an allocation failed under GFP_NOWAIT, and the file was gone" },
	[PAGE_BUSY] = { "page_busy", COUNTS_FELL, "the file's page is not in memory, or locked, and the file was gone" },
	[SIGBUS] = { "sigbus", COUNTS_FELL, "beyond the end of the file; a lock must say so" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "the VMA has no anon_vma yet" },
	[CHANGED] = { "changed", COUNTS_FELL, "the VMA was changed before the commit" },
	[NOT_MADE] = { "not_made", COUNTS_FELL, "out of memory, or beyond the end of the file; a lock must say so" },
	[LEFT] = { "left", COUNTS_EVENT, "left RCU to sleep, and came back" },
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

/* Still inside RCU: does the fault leave it?  The file will be used outside. */
static bool may_leave(const struct fault *f)
{
	return (f->why == WHY_WOULD_SLEEP || f->why == WHY_PAGE_BUSY) && (!f->vma.file || file_tryget(f->vma.file));
}

/* In a section of its own.  It is the same VMA if the number is, which is checked under the table's lock. */
static unsigned int come_back(struct fault *f)
{
	f->vma.vma = vma_tree_walk(&f->mm->tree, f->addr);
	if (!f->vma.vma)
		return CHANGED;
	fault_rewalk(f);
	return fault_put(f, fault_valid_vma_seq, PUT_LOCK) == PUT_DONE ? DONE : CHANGED;
}

/* Outside RCU, from where GFP_NOWAIT failed. */
static unsigned int leave(const struct scheme_inst *si, struct fault *f)
{
	unsigned int trouble = NOT_MADE;

	fault_count(si, f, LEFT);
	f->gfp = GFP_KERNEL;
	f->why = WHY_NOT;
	if (likely(fault_make(f, ANON_NEVER))) {
		rcu_read_lock();
		trouble = come_back(f);
		rcu_read_unlock();
	}
	if (f->vma.file) {
		/* Ours may be the last reference, and putting that takes the locks of the file's pages. */
		fault_drop(f);
		file_put(f->task, f->vma.file);
	}
	return trouble;
}

static enum fault_result rcu_everything_leave_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	unsigned int trouble;
	bool leaves;

	rcu_read_lock();
	trouble = fault_in_rcu(f, &result);
	leaves = unlikely(f->why) && may_leave(f);
	rcu_read_unlock();
	if (unlikely(leaves))
		trouble = leave(si, f);
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

const struct scheme scheme_rcu_everything_leave = {
	.name = "rcu_everything_leave",
	.summary = "as rcu_everything; a failed fault leaves RCU, allocates and comes back",
	.below = { "per_vma_rwsem", "per_vma_refcount" },
	.adr = 10,
	.counters = rcu_everything_leave_counters,
	.valid = VALID_BY_VMA_SEQ,
	.sleep = SLEEPS_AFTER_RCU,
	.freeing = FREE_AFTER_GRACE,
	.fault = rcu_everything_leave_fault,
};
