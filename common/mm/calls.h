/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Linux's numbers for prot, flags and advice, and what each makes of a VMA: one table for the
 * operations and for those that read a trace of them.
 *
 * Nothing here looks at an address space.  Facts from mm/mmap.c, mm/mprotect.c and mm/madvise.c of 6.18.
 */
#ifndef COMMON_MM_CALLS_H
#define COMMON_MM_CALLS_H

#include "common/platform/types.h"

#define MM_PROT_READ	0x1
#define MM_PROT_WRITE	0x2
#define MM_PROT_EXEC	0x4
#define MM_PROT_SEM	0x8
#define MM_PROT_GROWSDOWN 0x01000000
#define MM_PROT_GROWSUP	0x02000000

#define MM_MAP_SHARED		0x01
#define MM_MAP_PRIVATE		0x02
#define MM_MAP_SHARED_VALIDATE	0x03
#define MM_MAP_DROPPABLE	0x08	/**< since 6.11 */
#define MM_MAP_TYPE		0x0f
#define MM_MAP_FIXED		0x10
#define MM_MAP_ANONYMOUS	0x20
#define MM_MAP_GROWSDOWN	0x0100
#define MM_MAP_LOCKED		0x2000
#define MM_MAP_NORESERVE	0x4000
#define MM_MAP_STACK		0x20000
#define MM_MAP_HUGETLB		0x40000
#define MM_MAP_SYNC		0x80000
#define MM_MAP_FIXED_NOREPLACE	0x100000

#define MM_MREMAP_MAYMOVE	1
#define MM_MREMAP_FIXED		2
#define MM_MREMAP_DONTUNMAP	4

/** True if @a ret is an error: -errno is in [-4095, -1]. */
static inline bool mm_is_err(unsigned long ret)
{
	return ret >= -4095UL;
}

/* --- mmap -------------------------------------------------------------------------------- */

/** Is what these flags map shared memory, which other address spaces may write to? */
static inline bool mm_map_is_shared(int flags)
{
	int type = flags & MM_MAP_TYPE;

	return type == MM_MAP_SHARED || type == MM_MAP_SHARED_VALIDATE;
}

/**
 * The flags of a VMA that mmap makes.  Kernel twin: the two switches of do_mmap() (mm/mmap.c), for a file
 * that is open to read and write, and accountable_mapping() (mm/vma.c)
 * @param flags with MM_MAP_ANONYMOUS: no file
 * @return 0, -EINVAL or -EOPNOTSUPP, as mm_mmap()
 */
int mm_mmap_flags(int prot, int flags, unsigned long *vm_flags);

/* --- mprotect ------------------------------------------------------------------------------ */

/**
 * The flags of a VMA that has @a old when it gets the rights of @a prot: private memory that
 * becomes writable is accounted, and stays so when it becomes read-only again, unless it was
 * never written.  Nothing is counted here, but two VMAs merge only if the flag is the same.
 * Kernel twin: mprotect_fixup() (mm/mprotect.c)
 * @param untouched	anonymous memory without an anon_vma
 */
unsigned long mm_mprotect_flags(unsigned long old, int prot, bool untouched);

/* --- madvise ------------------------------------------------------------------------------- */

enum {
	MM_MADV_NORMAL		= 0,
	MM_MADV_RANDOM		= 1,
	MM_MADV_SEQUENTIAL		= 2,
	MM_MADV_WILLNEED		= 3,
	MM_MADV_DONTNEED		= 4,
	MM_MADV_FREE		= 8,
	MM_MADV_DONTFORK		= 10,
	MM_MADV_DOFORK		= 11,
	MM_MADV_MERGEABLE		= 12,
	MM_MADV_UNMERGEABLE	= 13,
	MM_MADV_HUGEPAGE		= 14,
	MM_MADV_NOHUGEPAGE		= 15,
	MM_MADV_DONTDUMP		= 16,
	MM_MADV_DODUMP		= 17,
	MM_MADV_WIPEONFORK		= 18,
	MM_MADV_KEEPONFORK		= 19,
	MM_MADV_COLD		= 20,
	MM_MADV_PAGEOUT		= 21,
	MM_MADV_POPULATE_READ	= 22,
	MM_MADV_POPULATE_WRITE	= 23,
	MM_MADV_DONTNEED_LOCKED	= 24,
	MM_MADV_GUARD_INSTALL	= 102,	/**< since 6.13 */
	MM_MADV_GUARD_REMOVE	= 103,
};

/** What advice does. */
enum mm_advice_kind {
	ADVICE_UNKNOWN,		/**< the core does not have it: -EINVAL */
	ADVICE_NOTHING,		/**< only its arguments are checked */
	ADVICE_FLAGS,		/**< it changes VMAs */
	ADVICE_DROP,		/**< pages are dropped */
	ADVICE_FREE,		/**< pages may be dropped by reclaim */
	ADVICE_POPULATE,	/**< pages are made, as by faults */
	ADVICE_GUARD,		/**< pages are dropped, and every access is SIGSEGV from then on */
	ADVICE_UNGUARD,
};

enum mm_advice_kind mm_advice_kind(int advice);

/**
 * Does @a advice suit a VMA, and what becomes of its flags (ADVICE_FLAGS)?
 * @param anonymous	no file is behind it
 * @param vm_flags	in: the VMA's; out: what they become, or unchanged where the advice does not suit
 * @return 0 or -EINVAL.  Kernel twin: madvise_vma_behavior(), the can_madv_*() and is_valid_guard_vma()
 */
int mm_advice_flags(int advice, bool anonymous, unsigned long *vm_flags);

#endif /* COMMON_MM_CALLS_H */
