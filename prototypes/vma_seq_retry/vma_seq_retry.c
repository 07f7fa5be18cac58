/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief vma_seq_retry: look under RCU, leave to allocate, look the address up again, commit if its VMA's number is unchanged.
 *
 * Idea.  What seqcount_retry gains by leaving RCU, an allocation that may sleep, with what rcu_everything gains by
 * checking the VMA and not the mm: changes elsewhere do not disturb it.  No reference keeps the VMA while RCU is left; the
 * *address* is looked up again, and if the VMA that is there now has the number that was copied, it is the one that was
 * copied and nothing about it has changed.  The price is the second walk, paid only where a grace period has begun in
 * between: else what the first walk found is still in memory.
 *
 * Fault side.  Copy the VMA between two reads of its own number; look; leave RCU; make with GFP_KERNEL, tables too; enter
 * RCU; walk again if a grace period has begun; commit while the VMA's number stands.  A fault whose VMA was changed
 * meanwhile tries again, twice, then mmap_lock.
 *
 * Write side.  No hook: the mark is enough, since the commit checks it under the table's lock.
 *
 * Freeing.  VMAs after a grace period: they are read under RCU alone.
 *
 * Why it is right.
 *  - The same number at the same address is the same VMA, unchanged.  Were it another object, or this one in a later
 *    life, the address changed hands in a section after the copy; that section marked what now holds the address, with its
 *    own number, which no earlier copy has.  64 bits do not come round.
 *  - No page after munmap returned, no stale right after mprotect returned: as in rcu_everything, "still the same number"
 *    is checked under the table's lock.
 *  - A result without a commit is given only after the number was found unchanged; a VMA not found is never a SIGSEGV.
 *  - No freed object touched: VMA and tables only under RCU, each section its own walk; or those of the first, if no
 *    grace period has begun since before that walk, checked inside the second section: grace_number() has the argument.
 *    A file is used outside RCU with a reference, taken inside; the source of a copy is pinned.
 *  - Progress: three attempts, each lost to a whole change of this VMA, then mmap_lock.  A writer never waits for a fault.
 *
 * Kernel twin: none; nobody has proposed this.  Nearest: Laurent Dufour's per-VMA sequence
 * (20190416134522.17540-1-ldufour@linux.ibm.com), which held a reference instead of looking up again, and so stored to the
 * VMA's line twice a fault.
 */
#include "common/mm/fault_put.h"
#include "common/mm/file.h"
#include "common/mm/vmacache.h"

enum {
	DONE,
	MISS,
	MARKED,
	NEEDS_MMAP_LOCK,
	NOT_MADE,
	FILE_GONE,
	CHANGED,
	AGAIN,
	WALKED,
	TO_BE_MADE,	/* not a counter */
};

static const struct scheme_counter vma_seq_retry_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults committed without a lock" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found, or it had left the tree" },
	[MARKED] = { "marked", COUNTS_FELL, "the VMA was being changed" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "the VMA has no anon_vma yet" },
	[NOT_MADE] = { "not_made", COUNTS_FELL, "out of memory, or beyond the end of the file; a lock must say so" },
	[FILE_GONE] = { "file_gone", COUNTS_FELL, "the last reference to the VMA's file was gone" },
	[CHANGED] = { "changed", COUNTS_FELL, "the VMA was changed before the commit, each time" },
	[AGAIN] = { "again", COUNTS_AGAIN, "the VMA was changed before the commit" },
	[WALKED] = { "walked", COUNTS_EVENT, "second walks: what the first found might not be in memory any more" },
	{ .name = NULL }
};

#define MAX_AGAIN 2

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
		return CHANGED;
	case SNAPSHOT_GONE:
	case SNAPSHOT_OUTSIDE:
		break;
	}
	return MISS;
}

/* The first section.  TO_BE_MADE: f->need is; DONE: *result is the answer. */
static unsigned int look(struct fault *f, enum fault_result *result)
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
	/* The file will be used outside RCU. */
	return f->vma.file && !file_tryget(f->vma.file) ? FILE_GONE : TO_BE_MADE;
}

/* Outside RCU: may sleep. */
static unsigned int make(struct fault *f)
{
	f->gfp = GFP_KERNEL;
	if (likely(fault_make(f, ANON_NEVER)))
		return DONE;
	return f->why == WHY_NEEDS_MMAP_LOCK ? NEEDS_MMAP_LOCK : NOT_MADE;
}

/* Look the address up again.  @return false: no VMA is there */
static bool walk_again(const struct scheme_inst *si, struct fault *f)
{
	fault_count(si, f, WALKED);
	f->vma.vma = vma_tree_walk(&f->mm->tree, f->addr);
	fault_rewalk(f);
	return f->vma.vma;	/* it is the same VMA if the number is; checked under the table's lock */
}

/* The second section.  Is what the first walk found in memory still?  The VMA's number decides. */
static unsigned int commit(const struct scheme_inst *si, struct fault *f, u64 before)
{
	if (unlikely(grace_number(f->mm->world) != before) && !walk_again(si, f))
		return CHANGED;
	return fault_put(f, fault_valid_vma_seq, PUT_LOCK) == PUT_DONE ? DONE : CHANGED;
}

static unsigned int attempt(const struct scheme_inst *si, struct fault *f, enum fault_result *result)
{
	u64 before = grace_number(f->mm->world);
	unsigned int trouble;

	rcu_read_lock();
	trouble = look(f, result);
	rcu_read_unlock();
	if (unlikely(trouble != TO_BE_MADE))
		return trouble;

	trouble = make(f);
	if (likely(trouble == DONE)) {
		rcu_read_lock();
		trouble = commit(si, f, before);
		rcu_read_unlock();
	}
	if (f->vma.file) {
		/* Ours may be the last reference, and putting that takes the locks of the file's pages. */
		fault_drop(f);
		file_put(f->task, f->vma.file);
	}
	return trouble;
}

static enum fault_result vma_seq_retry_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	unsigned int trouble, again = 0;

	while (unlikely((trouble = attempt(si, f, &result)) == CHANGED) && again++ < MAX_AGAIN) {
		fault_count(si, f, AGAIN);
		fault_keep(f);
	}
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

const struct scheme scheme_vma_seq_retry = {
	.name = "vma_seq_retry",
	.summary = "allocate outside RCU, look the address up again, commit if its VMA's sequence is unchanged",
	.below = { "mmap_lock" },
	.adr = 9,
	.counters = vma_seq_retry_counters,
	.valid = VALID_BY_VMA_SEQ,
	.freeing = FREE_AFTER_GRACE,
	.fault = vma_seq_retry_fault,
};
