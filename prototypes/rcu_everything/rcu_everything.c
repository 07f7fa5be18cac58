/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief rcu_everything: the whole fault in one RCU section, then the ladder (Matthew Wilcox, 2022-23).
 *
 * Idea.  One RCU section from the walk to the commit.  Nothing in it may sleep, so
 * it allocates with GFP_NOWAIT; when that fails, or the VMA is being changed, the
 * fault goes one rung down, under the VMA's lock, and from there under mmap_lock.  It
 * stores nothing that others read but the entry itself, and changes to other VMAs do
 * not disturb it.
 *
 * Fault side.  Copy the VMA between two reads of its own number, and settle it if its
 * mark is over; look; make; commit while the number is still the one that was read.
 * Where it cannot be made without sleeping (on-failure): restart on the rung below; keep
 * what was made and restart; or, still in RCU, try the VMA's lock and go on under it.
 *
 * Write side.  By re-check alone, no hook: the mark is enough, since the commit asks for
 * it under the table's lock.  With grace, marks_done waits until every section that may
 * have missed the marks of this step has ended: after the last mark, before the first
 * edit.  (The rung below waits for its readers as always.)
 *
 * Freeing.  VMAs after a grace period, and what the copy points to, files and rmap
 * objects, too.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned.
 *    By re-check: the change stores the mark before it takes the lock of any table of
 *    the range.  If the fault's section of that lock is first, the change finds the
 *    entry; if it is second, the lock hands the mark over and the commit is refused.
 *    "Still the same number", not "unmarked now": marks end when munmap downgrades,
 *    before it clears.
 *    By grace alone: who copied the VMA before the mark has committed, or left, before
 *    the first edit; who comes later reads the mark, and leaves while the section is open.
 *    If it ends between his two reads, he copies what the change has left, or, a VMA of
 *    munmap's, finds it GONE when he looks at its number again after the copy: GONE is
 *    stored before marks end.  That needs a grace period after every mark of a VMA that can
 *    be found: one a step, see marks_done.
 *    Going on: the lock is had, then the number is still s, which was a VMA at rest.  A
 *    later mark is stored before its writer goes through the lock's word, so if its
 *    turn of that word is before ours we read the mark, and if it is after, the writer
 *    waits for us: the copy stays true until we let go, and with it what was seen
 *    and pinned.  "Unmarked now" would not do: a whole section may lie between the
 *    copy and the lock.  Nor may the lock be tried outside RCU: it may be freed.
 *  - A result without a commit, SIGSEGV included, is given only after the number was
 *    found unchanged, or under the lock; a VMA not found is never by itself a SIGSEGV:
 *    below it is asked for again under a lock.
 *  - No freed object touched: VMA, tables, file and rmap object are freed after a grace
 *    period, and the section is one (a VMA of the cache: grace_number()); going on, the
 *    lock keeps the VMA, the VMA its file, its rmap object and the tables, and the
 *    source has a count of ours.
 *  - What is kept for the next rung is a page that nobody else knows and empty tables:
 *    nothing in them can be stale, since a copy in the page is made anew.
 *  - Progress: one attempt, then the rung below.  A writer waits for this rung only where
 *    a fault goes on, no longer than for the rung below; with grace, for a grace period.
 *
 * Kernel twin: none exists.  The mails of 28 and 29 Dec 2022 and 2 Jan 2023
 * (Y7LsDgMxHh8NHzDY@casper.infradead.org) name the ladder; what a failed fault does
 * next, restart or go on, was left open there.
 */
#include "common/mm/fault_put.h"
#include "common/mm/vmacache.h"

enum { ON_FAILURE, RETIREMENT, SETTLE, VMACACHE };
enum { RESTART, KEEP, CONTINUE };
enum { RECHECK, GRACE, GRACE_ALONE };

static const struct scheme_opt rcu_everything_opts[] = {
	[ON_FAILURE] = { "on-failure", "what a fault does that would have to sleep",
			 .values = { "restart", "keep", "continue" } },
	[RETIREMENT] = { "retirement", "how changes see to faults that began before: asked at commit, waited for too, or waited for alone",
			 .values = { "recheck", "grace", "grace-alone" } },
	[SETTLE] = OPT_SETTLE(1),
	[VMACACHE] = OPT_VMACACHE,
	{ .name = NULL }
};

enum {
	DONE,
	KERNEL_MODE,
	MISS,
	MARKED,
	TORN,
	WOULD_SLEEP,
	PAGE_BUSY,
	SIGBUS,
	NEEDS_MMAP_LOCK,
	CHANGED,
	CONTINUED,
	NOT_LOCKED,
};

static const struct scheme_counter rcu_everything_counters[] = {
	[DONE] = { "done", "faults handled on this rung" },
	[KERNEL_MODE] = { "kernel_mode", "fell: not a fault from user mode" },
	[MISS] = { "miss", "fell: no VMA found, or it had left the tree" },
	[MARKED] = { "marked", "fell: the VMA was being changed" },
	[TORN] = { "torn", "fell: the VMA was changed while it was copied" },
	[WOULD_SLEEP] = { "would_sleep", "fell: an allocation failed under GFP_NOWAIT" },
	[PAGE_BUSY] = { "page_busy", "fell: the file's page is not in memory, or locked" },
	[SIGBUS] = { "sigbus", "fell: beyond the end of the file; a lock shall say so" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", "fell: the VMA has no anon_vma yet" },
	[CHANGED] = { "changed", "fell: the VMA was changed before the commit" },
	[CONTINUED] = { "continued", "of those done: went on under the VMA's lock" },
	[NOT_LOCKED] = { "not_locked", "of those fallen: could not go on, the VMA's lock or the VMA being another's by then" },
	{ NULL, NULL }
};

static unsigned int copy_vma(const struct scheme_inst *si, struct fault *f)
{
	struct vma *vma = si->option[VMACACHE] ? vmacache_find(f->task, f->mm, f->addr) :
							vma_tree_walk(&f->mm->tree, f->addr);

	if (!vma)
		return MISS;
	probe(f->task, PROBE_FAULT_FOUND, f->addr);
	switch (vma_snapshot(f->task, f->mm, vma, f->addr, si->option[SETTLE], &f->vma)) {
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
static unsigned int fault_in_rcu(const struct scheme_inst *si, struct fault *f, enum fault_result *result)
{
	bool recheck = si->option[RETIREMENT] != GRACE_ALONE;
	unsigned int trouble = copy_vma(si, f);
	enum look_result seen;

	if (trouble != DONE)
		return trouble;
	seen = fault_look(f);
	if (seen != LOOK_NEEDS) {
		*result = seen == LOOK_SIGSEGV ? FAULT_SIGSEGV : FAULT_DONE;
		return !recheck || fault_valid_vma_seq(f) ? DONE : CHANGED;
	}
	f->gfp = GFP_NOWAIT;
	if (!fault_make(f, ANON_NEVER))
		return why_not_made(f);
	*result = FAULT_DONE;
	if (unlikely(!recheck))
		return fault_put(f, fault_valid_locked, PUT_LOCK) == PUT_DONE ? DONE : CHANGED;
	return fault_put(f, fault_valid_vma_seq, PUT_LOCK) == PUT_DONE ? DONE : CHANGED;
}

/* Still inside RCU: may the fault go on, with the VMA's lock from here on? */
static bool lock_same_vma(const struct scheme_inst *si, struct fault *f)
{
	struct vma *vma = f->vma.vma;

	if (vma_tryread(f->mm, vma)) {
		/* The lock first, then the number: still the one that was copied. */
		if (vma_snapshot_valid(&f->vma))
			return true;
		vma_endread(f->mm, vma);
	}
	fault_count(si, f, NOT_LOCKED);
	return false;
}

/* With the VMA's lock held, outside RCU: from where GFP_NOWAIT failed. */
static unsigned int go_on(const struct scheme_inst *si, struct fault *f, enum fault_result *result)
{
	struct vma *vma = f->vma.vma;
	unsigned int trouble = DONE;

	probe(f->task, PROBE_FAULT_LOCKED, f->addr);
	f->gfp = GFP_KERNEL;
	if (fault_make(f, ANON_TRYLOCK))
		BUG_ON(fault_put(f, fault_valid_locked, PUT_LOCK) != PUT_DONE);
	else if (f->why == WHY_NEEDS_MMAP_LOCK)
		trouble = NEEDS_MMAP_LOCK;
	else
		*result = fault_failure(f);
	vma_endread(f->mm, vma);
	if (trouble == DONE)
		fault_count(si, f, CONTINUED);
	return trouble;
}

static enum fault_result rcu_everything_fault(const struct scheme_inst *si, struct fault *f)
{
	unsigned int trouble = KERNEL_MODE;
	enum fault_result result = FAULT_DONE;
	bool locked = false;

	if (likely(f->flags & FAULT_FLAG_USER)) {
		rcu_read_lock();
		trouble = fault_in_rcu(si, f, &result);
		if (unlikely(f->why) && si->option[ON_FAILURE] == CONTINUE)
			locked = lock_same_vma(si, f);
		rcu_read_unlock();
		if (unlikely(locked))
			trouble = go_on(si, f, &result);
	}
	fault_count(si, f, trouble);
	if (likely(trouble == DONE))
		return result;
	return si->option[ON_FAILURE] == KEEP ? fault_below_keeping(si, f) : fault_below(si, f);
}

/*
 * All marks of a step are stored: one wait for all its VMAs.  A call in several steps
 * (mprotect and madvise every 16 VMAs; mremap: target, tail, move, once for each
 * mapping that it takes along) marks more VMAs after this, and waits again, still before
 * their first edit.  VMAs that are born are marked later, too; no fault knows them.
 */
static void rcu_everything_marks_done(const struct scheme_inst *si, struct mm *mm)
{
	if (si->option[RETIREMENT] != RECHECK)
		grace_period_wait(mm->world);
}

const struct scheme scheme_rcu_everything = {
	.name = "rcu_everything",
	.summary = "the whole fault under RCU with GFP_NOWAIT, then the VMA lock, then mmap_lock",
	.below = { "per_vma_rwsem", "per_vma_refcount" },
	.adr = 5,
	.opts = rcu_everything_opts,
	.counters = rcu_everything_counters,
	.freeing = FREE_AFTER_GRACE,
	.fault = rcu_everything_fault,
	.marks_done = rcu_everything_marks_done,
};
