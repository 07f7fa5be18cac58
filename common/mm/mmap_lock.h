/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Taking mmap_lock, and the steps of a write section: sequence number, marks, end of the marks.
 *
 * Order of a write section (rules F1 and F2):
 *
 *	mmap_write_lock		mm->lock_seq becomes odd
 *	vma_mark ...		each VMA's lock_seq stored, readers waited for
 *	mm_marks_done		schemes' marks_done; smp_wmb
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

#endif /* COMMON_MM_MMAP_LOCK_H */
