// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Reading the mappings of another address space, as /proc/PID/maps does, one after the other and mostly without mmap_lock.
 *
 * A VMA is copied under its own lock, or between two reads of its number; so it is of one moment, and if it holds the address
 * that we look for, it is what was mapped there then.  What is *not* there is another matter: a change takes VMAs out of the tree
 * and puts others in, so between the two a walk finds a hole where something is mapped before and after (T.3).  So a hole, and
 * the end of the walk, count only if no write section was open from before the walk until after it.  Where one of these questions
 * is answered with no, we look once more under mmap_lock, and wait for the change.
 *
 * A VMA that has grown downwards, over what we have told of already, begins where we are: the same address is not told of twice.
 *
 * Kernel twin: get_next_vma(), lock_next_vma() (mm/mmap_lock.c, 6.17).  It promises the same (Documentation/filesystems/proc.rst): addresses never
 * go backwards, and for what is there from beginning to end there is some output.
 */
#include "common/mm/file.h"
#include "common/mm/mmap_lock.h"
#include "common/mm/vma_snapshot.h"
#include "common/sync/rcu.h"

/* The part of the VMA in @snap that begins at @at, or behind it.  @context the VMA's file cannot go */
static void tell(const struct vma_snapshot *snap, unsigned long at, struct vma_info *info)
{
	info->start = max_ul(snap->start, at);
	info->end = snap->end;
	info->flags = snap->flags;
	info->pgoff = snap->pgoff + ((info->start - snap->start) >> PAGE_SHIFT);
	info->inode = snap->file ? snap->file->inode : 0;
	info->has_anon = snap->anon != NULL;
}

/* Outside RCU, since the reader may sleep where it hands on what it has read. */
static enum maps_way read_locked(struct task *t, struct mm *mm, struct vma *vma, unsigned long at, struct vma_info *info)
{
	struct vma_snapshot snap;

	vma_snapshot_locked(vma, &snap);
	probe(t, PROBE_MAPS_READ, at);
	tell(&snap, at, info);
	vma_endread(mm, vma);
	return MAPS_VMA_LOCK;
}

/* Inside RCU.  MAPS_MMAP_LOCK: nothing was read, look there. */
static enum maps_way read_copied(struct task *t, struct mm *mm, struct vma *vma, unsigned long at, struct vma_info *info)
{
	struct vma_snapshot snap;

	if (vma_snapshot(t, mm, vma, max_ul(at, READ_ONCE(vma->vm_start)), &snap) != SNAPSHOT_OK)
		return MAPS_MMAP_LOCK;
	probe(t, PROBE_MAPS_READ, at);
	tell(&snap, at, info);
	return MAPS_COPIED;
}

/* MAPS_MMAP_LOCK: nothing is known, look there. */
static enum maps_way read_lockless(struct task *t, struct mm *mm, unsigned long at, struct vma_info *info)
{
	u64 before = read_seqcount(&mm->lock_seq);
	enum maps_way way = MAPS_MMAP_LOCK;
	bool locked = false;
	struct vma *vma;

	rcu_read_lock();
	vma = vma_tree_find(&mm->tree, at, mm->tree.limit);
	if (!vma)
		way = MAPS_END;
	else if (vma_lock_for_strangers(mm))
		locked = vma_tryread(mm, vma, max_ul(at, READ_ONCE(vma->vm_start)));
	else
		way = read_copied(t, mm, vma, at, info);
	rcu_read_unlock();
	if (locked)
		way = read_locked(t, mm, vma, at, info);
	if (way == MAPS_MMAP_LOCK || (way != MAPS_END && info->start == at))
		return way;
	/* A hole: was there no change all the time? */
	return (before & 1) || read_seqcount_retry(&mm->lock_seq, before) ? MAPS_MMAP_LOCK : way;
}

static enum maps_way read_under_mmap_lock(struct task *t, struct mm *mm, unsigned long at, struct vma_info *info)
{
	struct vma_snapshot snap;
	struct vma *vma;

	mmap_read_lock(t, mm);
	vma = vma_tree_find(&mm->tree, at, mm->tree.limit);
	if (vma) {
		vma_snapshot_locked(vma, &snap);
		probe(t, PROBE_MAPS_READ, at);
		tell(&snap, at, info);
	}
	mmap_read_unlock(t, mm);
	return vma ? MAPS_MMAP_LOCK : MAPS_END;
}

enum maps_way mm_maps_next(struct task *t, struct mm *mm, unsigned long *at, struct vma_info *info)
{
	enum maps_way way = MAPS_MMAP_LOCK;

	if (vma_lock_for_strangers(mm) || mm->chain->freeing == FREE_AFTER_GRACE)
		way = read_lockless(t, mm, *at, info);
	if (way == MAPS_MMAP_LOCK)
		way = read_under_mmap_lock(t, mm, *at, info);
	if (way != MAPS_END)
		*at = info->end;
	return way;
}
