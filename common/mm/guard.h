/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Guards: pages of a mapping where every access is SIGSEGV, without a VMA of their own (madvise,
 * since 6.13).
 *
 * A guard is an entry of a table and nothing else.  It goes with its mapping, by munmap or
 * exit, and by MADV_GUARD_REMOVE; MADV_DONTNEED and its like leave it; fork copies it; mremap moves it.
 */
#ifndef COMMON_MM_GUARD_H
#define COMMON_MM_GUARD_H

struct mm;
struct mmu_gather;
struct vma;

/**
 * Every page of [start, end) is a guard from here on; pages that were there are gathered.
 * Kernel twin: madvise_guard_install() (mm/madvise.c)
 * @return 0 or -ENOMEM: guards may have been installed up to some page
 * @context mmap_lock held for reading; [start, end) lies in @a vma; may sleep
 */
int guard_install(struct mmu_gather *tlb, struct vma *vma, unsigned long start, unsigned long end);

/**
 * Remove the guards of [start, end), and nothing else.
 * Kernel twin: madvise_guard_remove() (mm/madvise.c)
 * @context mmap_lock held for reading
 */
void guard_remove(struct mm *mm, unsigned long start, unsigned long end);

#endif /* COMMON_MM_GUARD_H */
