/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief rcu_everything_continue: as rcu_everything; a fault that would have to sleep takes the VMA's lock and goes on.
 *
 * Idea.  One RCU section from the walk to the commit.  Nothing in it may sleep, so it allocates with GFP_NOWAIT; when
 * that fails, or the VMA is being changed, the fault goes one rung down, under the VMA's lock, and from there under
 * mmap_lock.  It stores nothing that others read but the entry itself, and changes to other VMAs do not disturb it.
 *
 * Fault side.  Copy the VMA between two reads of its own number; look; make; commit while the number is still the one
 * that was read.  Where it cannot be made without sleeping, the fault tries the VMA's lock, still in RCU, and goes on
 * under it; where it cannot have the lock, it restarts on the rung below.
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
 *  - Going on: we take the lock, then check that the number is still the copied one, of a VMA at rest.  A later mark is
 *    stored before its writer goes through the lock's word, so if its turn of that word is before ours we read the mark,
 *    and if it is after, the writer waits for us: the copy stays true until we let go, and with it what was seen and
 *    pinned.  "Unmarked now" would not do: a whole section may lie between the copy and the lock.  Nor may the lock be
 *    tried outside RCU: it may be freed.
 *  - A result without a commit, SIGSEGV included, is given only after the number was found unchanged, or under the lock;
 *    a VMA not found is never by itself a SIGSEGV: the rung below looks again under a lock.
 *  - No freed object touched: VMA, tables, file and rmap object are freed after a grace period, and the section is one (a
 *    VMA of the thread's cache: grace_number() has the argument).  Going on, the lock keeps the VMA, the VMA its file, its
 *    rmap object and the tables, and the source has a count of ours.
 *  - Progress: one attempt, and another after a wait for a page, which fault_below() bounds; then the rung below.  A writer waits only for faults that go on, as for the rung below.
 *
 * Kernel twin: none exists.  The mails of 28 and 29 Dec 2022 and 2 Jan 2023 (Y7LsDgMxHh8NHzDY@casper.infradead.org) name
 * the ladder; they left open what a failed fault does next: restart (rcu_everything.c), or go on, as here.
 */
#include "common/mm/fault_locked.h"
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
	CONTINUED,
	NOT_LOCKED,
	PAGE_IO,
};

static const struct scheme_counter rcu_everything_continue_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled on this rung" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found, or it had left the tree" },
	[MARKED] = { "marked", COUNTS_FELL, "the VMA was being changed" },
	[TORN] = { "torn", COUNTS_FELL, "the VMA was changed while it was copied" },
	[WOULD_SLEEP] = { "would_sleep", COUNTS_FELL, "an allocation failed under GFP_NOWAIT" },
	[PAGE_BUSY] = { "page_busy", COUNTS_FELL, "the file's page is not in memory, or locked" },
	[SIGBUS] = { "sigbus", COUNTS_FELL, "beyond the end of the file; a lock must say so" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "the VMA has no anon_vma yet" },
	[CHANGED] = { "changed", COUNTS_FELL, "the VMA was changed before the commit" },
	[CONTINUED] = { "continued", COUNTS_EVENT, "of those done: went on under the VMA's lock" },
	[NOT_LOCKED] = { "not_locked", COUNTS_EVENT, "of those fallen: the VMA's lock was taken, or the VMA was another by then" },
	[PAGE_IO] = { "page_io", COUNTS_FELL, "went on, let go to wait for a page; then mmap_lock, or again, as config.io says" },
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

/* Still inside RCU: may the fault go on, with the VMA's lock from here on? */
static bool lock_same_vma(const struct scheme_inst *si, struct fault *f)
{
	struct vma *vma = f->vma.vma;

	if (vma_tryread(f->mm, vma, f->addr)) {
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
	probe(f->task, PROBE_FAULT_LOCKED, f->addr);
	*result = fault_go_on_locked(f, ANON_TRYLOCK);
	vma_endread(f->mm, f->vma.vma);
	if (unlikely(fault_leaves(f)))
		return f->why == WHY_PAGE_IO ? PAGE_IO : NEEDS_MMAP_LOCK;
	fault_count(si, f, CONTINUED);
	return DONE;
}

static enum fault_result rcu_everything_continue_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	unsigned int trouble;
	bool locked;

	rcu_read_lock();
	trouble = fault_in_rcu(f, &result);
	locked = unlikely(f->why) && lock_same_vma(si, f);
	rcu_read_unlock();
	if (unlikely(locked))
		trouble = go_on(si, f, &result);
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

const struct scheme scheme_rcu_everything_continue = {
	.name = "rcu_everything_continue",
	.summary = "as rcu_everything; a failed fault takes the VMA lock and goes on",
	.below = { "per_vma_rwsem", "per_vma_refcount" },
	.adr = 10,
	.counters = rcu_everything_continue_counters,
	.valid = VALID_BY_VMA_SEQ,
	.sleep = SLEEPS_WITH_VMA_LOCK,
	.freeing = FREE_AFTER_GRACE,
	.fault = rcu_everything_continue_fault,
};
