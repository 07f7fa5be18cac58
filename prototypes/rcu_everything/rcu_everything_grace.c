/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief rcu_everything_grace: as rcu_everything; the change waits for a grace period, so that the commit need not check.
 *
 * Idea.  One RCU section from the walk to the commit.  Nothing in it may sleep, so it allocates with GFP_NOWAIT; when
 * that fails, or the VMA is being changed, the fault goes one rung down, under the VMA's lock, and from there under
 * mmap_lock.  It stores nothing that others read but the entry itself, and changes to other VMAs do not disturb it.
 *
 * Fault side.  Copy the VMA between two reads of its own number; look; make; commit without another look at the number.
 * Where it cannot be made without sleeping, the fault restarts on the rung below.
 *
 * Write side.  marks_done waits until every section that may have missed the marks of this step has ended: after the
 * last mark, before the first edit.
 *
 * Freeing.  VMAs after a grace period, and what the copy points to, files and rmap objects, too.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned: a fault that copied the VMA before the mark
 *    has committed, or left, before the first edit; one that comes later reads the mark, and leaves while the section is
 *    open.  If the section ends between its two reads, it copies what the change has left, or, a VMA of munmap's, finds it
 *    GONE when it looks at its number again after the copy: GONE is stored before marks end.  That needs a grace period
 *    after every mark of a VMA that can be found: one a step, see marks_done.
 *  - A result without a commit, SIGSEGV included, holds for the same reason; a VMA not found is never by itself a
 *    SIGSEGV: the rung below looks again under a lock.
 *  - No freed object touched: VMA, tables, file and rmap object are freed after a grace period, and the section is one (a
 *    VMA of the thread's cache: grace_number() has the argument).
 *  - Progress: one attempt, then the rung below.  A writer waits for a grace period.
 *
 * Kernel twin: none exists.  The mails of 28 and 29 Dec 2022 and 2 Jan 2023 (Y7LsDgMxHh8NHzDY@casper.infradead.org) name
 * the ladder.  The question whether munmap has to call synchronize_rcu() came up when /proc/PID/maps was
 * to be read under RCU (linux-mm, spinics msg245007): "is this a reasonable price to pay".
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

static const struct scheme_counter rcu_everything_grace_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled on this rung" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found, or it had left the tree" },
	[MARKED] = { "marked", COUNTS_FELL, "the VMA was being changed" },
	[TORN] = { "torn", COUNTS_FELL, "the VMA was changed while it was copied" },
	[WOULD_SLEEP] = { "would_sleep", COUNTS_FELL, "an allocation failed under GFP_NOWAIT" },
	[PAGE_BUSY] = { "page_busy", COUNTS_FELL, "the file's page is not in memory, or locked" },
	[SIGBUS] = { "sigbus", COUNTS_FELL, "beyond the end of the file; a lock must say so" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "the VMA has no anon_vma yet" },
	[CHANGED] = { "changed", COUNTS_FELL, "the table had been taken out before the commit" },
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
		return DONE;
	}
	f->gfp = GFP_NOWAIT;
	if (unlikely(!fault_make(f, ANON_NEVER)))
		return why_not_made(f);
	return fault_put(f, fault_valid_locked, PUT_LOCK) == PUT_DONE ? DONE : CHANGED;
}

static enum fault_result rcu_everything_grace_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	unsigned int trouble;

	rcu_read_lock();
	trouble = fault_in_rcu(f, &result);
	rcu_read_unlock();
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

/*
 * All marks of a step are stored: one wait for all its VMAs.  A call in several steps (mprotect and madvise every 16 VMAs;
 * mremap: target, tail, move, once for each mapping that it takes along) marks more VMAs after this, and waits again,
 * still before their first edit.  VMAs that are born are marked later, too; no fault knows them.  A grace period is
 * waited for to its end, killed or not.
 */
static int rcu_everything_grace_marks_done(const struct scheme_inst *si, struct mm *mm, u32 *killed)
{
	(void)si;
	(void)killed;
	grace_period_wait(mm->world);
	return 0;
}

const struct scheme scheme_rcu_everything_grace = {
	.name = "rcu_everything_grace",
	.summary = "as rcu_everything; the change waits for a grace period instead of the commit checking",
	.below = { "per_vma_rwsem", "per_vma_refcount" },
	.adr = 5,
	.counters = rcu_everything_grace_counters,
	.valid = VALID_BY_GRACE,
	.sleep = SLEEPS_BELOW,
	.freeing = FREE_AFTER_GRACE,
	.fault = rcu_everything_grace_fault,
	.marks_done = rcu_everything_grace_marks_done,
};
