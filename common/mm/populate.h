/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief madvise that faults pages in: POPULATE_READ, POPULATE_WRITE.
 */
#ifndef COMMON_MM_POPULATE_H
#define COMMON_MM_POPULATE_H

#include "common/mm/mm.h"

/**
 * Fault in every page of [start, end) as the kernel would; pages that are there are skipped.  Kernel
 * twin: madvise_populate() (mm/madvise.c), which faults under one hold of mmap_lock; here each fault
 * takes what its scheme takes
 * @return 0, -ENOMEM (a hole, or no memory), -EINVAL (the mapping forbids it), -EFAULT (SIGBUS, or a guard);
 * pages before that stay populated
 * @context as mm_madvise()
 */
int madvise_populate(struct task *t, struct mm *mm, unsigned long start, unsigned long end, bool write);

#endif /* COMMON_MM_POPULATE_H */
