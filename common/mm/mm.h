/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The address space and the operations on it.
 *
 * Arguments, results and errno are Linux's (man-pages 6.03; the calls' code in
 * mm/mmap.c, mm/vma.c, mm/mprotect.c, mm/mremap.c, mm/madvise.c of 6.12).  Every
 * operation takes the task that calls it first; the task is attached to @a mm.
 * Each that changes VMAs returns -EINTR, too: task_kill() came while it waited for mmap_lock or for faults inside a VMA.
 * The step that waited has changed nothing; a call of several steps (mremap that unmaps first or moves several mappings,
 * advice and mprotect of more than 16 VMAs) has done the earlier ones, as where memory runs out.
 * @context of all: no lock held, outside RCU, may sleep.
 */
#ifndef COMMON_MM_MM_H
#define COMMON_MM_MM_H

#include "common/mm/calls.h"
#include "common/mm/scheme.h"
#include "common/mm/vma_tree/vma_tree.h"
#include "common/sync/rwsem.h"
#include "common/sync/seqcount.h"

struct file;
struct pgtable;

struct mm {
	/* constant after mm_create(): */
	struct world *world;
	const struct scheme_chain *chain;	/**< the world's */
	struct pgtable *root;		/**< level 3; lives as long as the mm */

	/** Odd while mmap_lock is held for writing and marks stand (F2). */
	seqcount_t lock_seq __cacheline_aligned;

	/* mmap_lock: written with it held for writing */
	u64 map_count __cacheline_aligned;
	unsigned long start_brk, brk;
	unsigned long mmap_base;	/**< mappings that name no address are placed below it, top down */
	u64 write_since;		/**< with lock statistics: when the write section began */
	bool marks_open;		/**< something was marked since the last mm_marks_done() */
	bool forked;			/**< this mm, or one it was copied from, shares pages with another */
	bool file_guards;		/**< a mapping of a file may have guards; also set with mmap_lock for reading */

	u64 before_mmap_lock;		/**< not used: moves mmap_lock to the end of the line */
	/**
	 * As in the kernel its count is the last word of a line and its owner the first of the next: a reader that has
	 * counted itself stores owner while the count is already on its way to the next reader.
	 */
	struct rw_semaphore mmap_lock;

	/* mmap_lock, for writing; RCU readers too */
	struct vma_tree tree __cacheline_aligned;

	u64 attached[PLATFORM_SLOT_WORDS]; /**< one bit for each slot; the world's tasks decide how many words; atomic */
	/* each scheme's own bytes follow */
};

_Static_assert(offsetof(struct mm, mmap_lock.owner) % CACHELINE == 0, "count ends a line, owner begins the next");

/**
 * An empty address space that faults through the world's chain of schemes.
 * @return 0 or -ENOMEM
 */
int mm_create(struct task *t, struct mm **out);

/** Unmap everything and free the mm.  @context nobody else is attached or uses it */
void mm_destroy(struct task *t, struct mm *mm);

/** Is any task but @a t attached to it?  The answer may be out of date. */
bool mm_others(const struct task *t, const struct mm *mm);

/** The task runs in @a mm from now on, and flushes of @a mm include its TLB. */
void mm_attach(struct task *t, struct mm *mm);
void mm_detach(struct task *t);

/**
 * One word of the mask of attached slots.  The accesses of a thread that is not in it are over, or it attaches later.
 * @pairs{the last access before the bit goes | mm_detach()} @pairs{an empty TLB before the bit | mm_attach()}
 */
static inline u64 mm_attached(const struct mm *mm, unsigned int word)
{
	return smp_load_acquire(&mm->attached[word]);
}

/* --- operations (mmap.c, munmap.c, mprotect.c, mremap.c, brk.c, madvise.c, fork.c) ------------ */

/**
 * Map [addr, addr + len) or a place of the kernel's choice.
 * @param file	the caller keeps its reference.  With MM_MAP_ANONYMOUS a shared mapping uses it as its
 * memory (NULL: a new file of its own), and a private one ignores it
 * @param offset in the file, bytes
 * @return the address, or -errno: -EINVAL (length 0, an unaligned offset or fixed
 * address, no or both of shared and private), -ENOMEM (no room, too many VMAs, no
 * memory), -EEXIST (MM_MAP_FIXED_NOREPLACE over a mapping), -EOVERFLOW (offset),
 * -EPERM (below the lowest address), -EBADF (neither a file nor anonymous),
 * -EOPNOTSUPP (MM_MAP_SHARED_VALIDATE with flags that a file does not take)
 */
unsigned long mm_mmap(struct task *t, struct mm *mm, unsigned long addr, unsigned long len,
		      int prot, int flags, struct file *file, u64 offset);

/** @return 0, -EINVAL (unaligned, length 0, beyond the end), -ENOMEM (a split over the limit, no memory) */
int mm_munmap(struct task *t, struct mm *mm, unsigned long addr, unsigned long len);

/** @return 0, -EINVAL (unaligned, unknown bits), -ENOMEM (a hole, no memory), -EACCES (beyond what the mapping may) */
int mm_mprotect(struct task *t, struct mm *mm, unsigned long addr, unsigned long len, int prot);

/**
 * @return the new address or -errno: -EINVAL, -EFAULT (not mapped, or beyond the end
 * of its mapping; a move without another size may take several along), -ENOMEM
 */
unsigned long mm_mremap(struct task *t, struct mm *mm, unsigned long old, unsigned long old_len,
			unsigned long new_len, int flags, unsigned long new_addr);

/** @return the break as it now is: @a brk where that could be done, else as it was; -EINTR: mmap_lock was not had */
unsigned long mm_brk(struct task *t, struct mm *mm, unsigned long brk);

/** Where brk begins, as exec would set it.  @context before any brk */
void mm_set_brk(struct task *t, struct mm *mm, unsigned long start_brk);

/**
 * @param advice	MADV_*; calls.c says what each does
 * @return 0, -EINVAL (unaligned, length, advice that is unknown or does not suit the
 * mapping), -ENOMEM (a hole: what is mapped is done all the same, but populating ends there;
 * no memory, for guards and populating), -EAGAIN (no memory, or too many VMAs, where flags
 * change), -EFAULT (populating meets SIGSEGV or SIGBUS)
 */
int mm_madvise(struct task *t, struct mm *mm, unsigned long addr, unsigned long len, int advice);

/**
 * A copy of @a mm for a new process: private pages are shared until one of the two
 * writes, shared mappings stay shared, MADV_DONTFORK's are left out and
 * MADV_WIPEONFORK's are empty.  The caller attaches its tasks.
 * @return 0 or -ENOMEM: @a mm is unchanged
 */
int mm_fork(struct task *t, struct mm *mm, struct mm **out);

/** Which access caused a fault, and from which mode. */
#define FAULT_FLAG_WRITE	0x1
#define FAULT_FLAG_USER		0x2	/**< from user mode; without it: config.kernel_faults */
#define FAULT_FLAG_INSTRUCTION	0x4
#define FAULT_FLAG_REMOTE	0x8	/**< by a task that is not attached to the mm: it takes no lock of which a change would not know */

/** One page fault of @a t at @a addr, through the mm's chain of schemes. */
enum fault_result mm_fault(struct task *t, struct mm *mm, unsigned long addr, unsigned int flags);

/* --- looking (tests, replay) ------------------------------------------------------------- */

/** One VMA as /proc/PID/maps would show it. */
struct vma_info {
	unsigned long start, end, flags;
	u64 pgoff;
	u64 inode;		/**< of its file, 0: none */
	bool has_anon;
};

/** The first VMA that ends above @a addr.  @return false: none.  Takes mmap_lock for reading */
bool mm_next_vma(struct task *t, struct mm *mm, unsigned long addr, struct vma_info *info);

/** How mm_maps_next() has read a mapping. */
enum maps_way {
	MAPS_END,		/**< there is none */
	MAPS_VMA_LOCK,		/**< under its VMA's lock */
	MAPS_COPIED,		/**< without a lock, between two reads of its VMA's number */
	MAPS_MMAP_LOCK,		/**< under mmap_lock, for which it may have waited */
};

/**
 * The next mapping that ends above *@a at, from *@a at on, for a reader of another address space; *@a at goes to its end.
 * Called from address 0 until MAPS_END: addresses never go backwards, nothing is told of twice, and what is mapped all the time
 * is told of, though not all is of one moment.
 * @param t	the reader; it need not be attached to @a mm
 * @context @a mm is not destroyed meanwhile; may sleep
 * Kernel twin: get_next_vma() (fs/proc/task_mmu.c, 6.17)
 */
enum maps_way mm_maps_next(struct task *t, struct mm *mm, unsigned long *at, struct vma_info *info);

/**
 * Read or write @a len bytes at @a addr of an address space to which the caller need not be attached, with the rights that the
 * address space's own threads have, faulting in what is missing.  What is written to one page is written at one moment; several
 * pages, and what is read, are not of one.
 * @param t	the caller
 * @param addr, len	8-byte aligned
 * @return how many bytes were copied, fewer than @a len where a page could not be had; if that is the first: -EFAULT (not
 * mapped, a right is missing, beyond the end of a file), -ENOMEM
 * @context @a mm is not destroyed meanwhile; may sleep
 * Kernel twin: process_vm_rw_core() (mm/process_vm_access.c); __access_remote_vm() (mm/memory.c)
 */
long mm_process_vm_rw(struct task *t, struct mm *mm, unsigned long addr, u64 *buf, unsigned long len, bool write);

/** A hash of every VMA (bounds, flags, offset, file). */
u64 mm_hash_vmas(struct task *t, struct mm *mm);
/**
 * A hash of contents, by address: of every private page that is mapped and not all zero, and of what the
 * files of shared mappings hold, mapped or not; with reclaim, of private pages alone.
 * @context quiet, and nobody writes to what is shared
 */
u64 mm_hash_pages(struct task *t, struct mm *mm);
/**
 * The sum of hash64_2(address, value) over all words of private pages whose value differs from what they
 * held before the first write.  @context quiet
 */
u64 mm_hash_written(struct task *t, struct mm *mm);
/**
 * A hash of the entries: where they are, their rights, and whether they lead to a file's page, the zero
 * page, another page or a swap slot; which frame it is does not matter.
 * @param all	false: leave out what another process can influence after a fork: the entries of files'
 * pages (fault-around maps what others have brought into memory) and the right to write (mprotect gives
 * it back where a page is no longer shared)
 * @context quiet
 */
u64 mm_hash_ptes(struct task *t, struct mm *mm, bool all);
/** Stop the program where VMAs, tree, tables and counts do not fit together.  @context quiet */
void mm_check(struct task *t, struct mm *mm);

#endif /* COMMON_MM_MM_H */
