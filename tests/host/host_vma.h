/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The VMAs of a real process, from /proc, in our terms.
 */
#ifndef TESTS_HOST_HOST_VMA_H
#define TESTS_HOST_HOST_VMA_H

#include "common/platform/types.h"

#include <sys/types.h>

struct host_vma {
	unsigned long start, end;
	unsigned long flags;	/**< VM_*: those in VmFlags that we know */
	u64 offset;		/**< in the file, bytes */
	u64 inode;		/**< 0: no file */
	u64 anonymous;		/**< private pages, kB */
};

/** The most VMAs that one look may find. */
#define HOST_VMAS_MAX	1024

/** The VMAs that touch [@a from, @a to), lowest first.  @return how many */
unsigned int host_vmas(pid_t pid, unsigned long from, unsigned long to, struct host_vma *out);

/** Where the break of a process begins. */
unsigned long host_start_brk(pid_t pid);

#endif /* TESTS_HOST_HOST_VMA_H */
