/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Taking mmap_lock, and the steps of a write section: sequence number, marks, end of the marks.
 *
 * Order of a write section (rules F1 and F2):
 *
 *	mmap_write_lock		mm->lock_seq becomes odd
 *	vma_mark ...		each VMA's lock_seq stored, readers waited for
 *	mm_marks_done		schemes' marks_done; smp_wmb.  Up to here a killed task may give up, with
 *				mmap_write_unlock(), since nothing is edited yet
 *	edits			WRITE_ONCE
 *	flush			entries that lost rights
 *	mmap_write_unlock, or mmap_write_downgrade
 *				lock_seq becomes even: all marks end at once
 *
 * Kernel twin: include/linux/mmap_lock.h (6.14: lock_seq is a seqcount, odd while
 * write-locked, even again on unlock and on downgrade).
 */
#ifndef COMMON_MM_MMAP_LOCK_H
#define COMMON_MM_MMAP_LOCK_H

#include "common/mm/mm.h"

/** @context may sleep */
void mmap_write_lock(struct task *t, struct mm *mm);
/** @return 0; -EINTR: not taken, task_kill() came while we waited.  @context may sleep */
int __must_check mmap_write_lock_killable(struct task *t, struct mm *mm);
/** Ends the marks.  The caller has flushed all entries that lost rights. */
void mmap_write_unlock(struct task *t, struct mm *mm);
/** Ends the marks and keeps the lock for reading; release with mmap_read_unlock(). */
void mmap_write_downgrade(struct task *t, struct mm *mm);

/** @context may sleep */
void mmap_read_lock(struct task *t, struct mm *mm);
bool mmap_read_trylock(struct task *t, struct mm *mm);
/**
 * As mmap_read_lock(), but tried first, as a fault does it: a free lock is taken by a guess, not by adding to the count.
 * Kernel twin: get_mmap_lock_carefully() (mm/memory.c, 6.5)
 * @context may sleep
 */
void mmap_read_lock_carefully(struct task *t, struct mm *mm);
void mmap_read_unlock(struct task *t, struct mm *mm);

/**
 * Every VMA that the coming edits touch is marked.  An operation on many VMAs
 * marks all of them first and calls this once; it may be called again when a
 * later step of the same section marks more.
 */
void mm_marks_done(struct task *t, struct mm *mm);
/** The same for marks of vma_mark_killable().  @return 0; -EINTR: as there, and as there nobody may edit from here on */
int __must_check mm_marks_done_killable(struct task *t, struct mm *mm);

#endif /* COMMON_MM_MMAP_LOCK_H */
