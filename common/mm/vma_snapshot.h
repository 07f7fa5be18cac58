/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a fault knows of its VMA: a copy of the fields, and rule F2, how to take one without a lock.
 *
 * Inlined, since it is on the path of every fault.
 */
#ifndef COMMON_MM_VMA_SNAPSHOT_H
#define COMMON_MM_VMA_SNAPSHOT_H

#include "common/mm/mm.h"
#include "common/mm/vma.h"

/** A VMA's fields as they were together at one moment. */
struct vma_snapshot {
	struct vma *vma;	/**< where they were copied from; follow it only inside RCU or under its lock */
	u64 seq;		/**< lock_seq when they were copied, with VMA_MARK whether settled or not */
	unsigned long start, end, flags;
	u64 pgoff;
	struct file *file;
	struct anon_vma *anon;
};

/** Why a snapshot could not be had. */
enum snapshot_result {
	SNAPSHOT_OK,
	SNAPSHOT_GONE,		/**< the VMA has left the tree */
	SNAPSHOT_MARKED,	/**< a write section that is open now has marked it */
	SNAPSHOT_TORN,		/**< marked, or gone, while it was copied */
	SNAPSHOT_OUTSIDE,	/**< the address is not inside */
};

/**
 * F2: is @a s, read by vma_read_seq(), the mark of the section that is open now?  With
 * config.settle a VMA that is found at rest is settled: its number then suffices, and the fault does not
 * load the cache line of the mm's number, which every change writes.
 * @context as vma_settle()
 */
static __always_inline bool vma_seq_is_marked(const struct mm *mm, struct vma *vma, u64 s)
{
	if (!(s & VMA_MARK))
		return false;
	/*
	 * Read the VMA's number first.  If mm->lock_seq were read first, a whole section could begin and
	 * mark the VMA in between: its number would differ from the old mm->lock_seq, and a VMA that is
	 * being edited would pass as at rest.  If the two differ, the section that marked it last has
	 * ended, and by acquire all its edits are visible.
	 * @pairs{the even count implies the edits | write_seqcount_end()}
	 */
	if (unlikely(s == read_seqcount(&mm->lock_seq)))
		return true;
	if (unlikely(mm->world->config.settle))
		vma_settle(vma, s);
	return false;
}

/** The same without order, so it may be wrong either way: for a caller that checks again under a lock. */
static __always_inline bool vma_seems_marked(const struct mm *mm, const struct vma *vma)
{
	u64 s = READ_ONCE(vma->lock_seq);

	return (s & VMA_MARK) && s == READ_ONCE(mm->lock_seq.sequence);
}

/**
 * F2: has the VMA not been marked since @a snap was taken?  Loads before stay before.
 * @pairs{an edit seen implies its mark seen | marks_done()}
 */
static __always_inline bool vma_snapshot_valid(const struct vma_snapshot *snap)
{
	smp_rmb();	/* order what was decided from the copy before the number */
	return (READ_ONCE(snap->vma->lock_seq) | VMA_MARK) == snap->seq;
}

/**
 * F2: copy @a vma without a lock, for @a addr.
 * @context inside RCU
 */
static __always_inline enum snapshot_result vma_snapshot(struct task *t, struct mm *mm,
							 struct vma *vma, unsigned long addr,
							 struct vma_snapshot *snap)
{
	unsigned long start, end;
	u64 s = vma_read_seq(vma);

	if (unlikely(s == VMA_GONE))
		return SNAPSHOT_GONE;
	if (unlikely(vma_seq_is_marked(mm, vma, s)))
		return SNAPSHOT_MARKED;

	snap->vma = vma;
	snap->seq = s | VMA_MARK;
	snap->start = start = READ_ONCE(vma->vm_start);
	snap->end = end = READ_ONCE(vma->vm_end);
	snap->flags = READ_ONCE(vma->vm_flags);
	snap->pgoff = READ_ONCE(vma->vm_pgoff);
	snap->file = READ_ONCE(vma->vm_file);
	snap->anon = vma_read_anon(vma);
	probe(t, PROBE_FAULT_SNAPSHOT, addr);
	/*
	 * The section that edits any of these fields stored its mark before
	 * marks_done()'s smp_wmb(): a new field seen implies a new number seen.
	 * @pairs{an edit seen implies its mark seen | marks_done()}
	 */
	if (unlikely(!vma_snapshot_valid(snap)))
		return SNAPSHOT_TORN;
	if (unlikely(addr < start || addr >= end))
		return SNAPSHOT_OUTSIDE;
	return SNAPSHOT_OK;
}

/** Copy a VMA that cannot change now.  @context mmap_lock, or this VMA's lock, taken and checked */
static __always_inline void vma_snapshot_locked(struct vma *vma, struct vma_snapshot *snap)
{
	snap->vma = vma;
	snap->seq = READ_ONCE(vma->lock_seq) | VMA_MARK;
	snap->start = READ_ONCE(vma->vm_start);
	snap->end = READ_ONCE(vma->vm_end);
	snap->flags = READ_ONCE(vma->vm_flags);
	snap->pgoff = READ_ONCE(vma->vm_pgoff);
	snap->file = READ_ONCE(vma->vm_file);
	snap->anon = vma_read_anon(vma);
}

#endif /* COMMON_MM_VMA_SNAPSHOT_H */
