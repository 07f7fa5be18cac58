/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief madvise that faults pages in: POPULATE_READ, POPULATE_WRITE.
 */
#ifndef COMMON_MM_POPULATE_H
#define COMMON_MM_POPULATE_H

#include "common/mm/mm.h"

/**
 * Every page of [start, end) as a fault of the kernel would make it; those that are there are
 * passed over.  Kernel twin: madvise_populate() (mm/madvise.c), which faults under one hold of
 * mmap_lock; here each fault takes what its scheme takes
 * @return 0, -ENOMEM (a hole, or no memory), -EINVAL (the mapping forbids it), -EFAULT (SIGBUS, or a guard);
 * what comes before is done
 * @context as mm_madvise()
 */
int madvise_populate(struct task *t, struct mm *mm, unsigned long start, unsigned long end, bool write);

#endif /* COMMON_MM_POPULATE_H */
