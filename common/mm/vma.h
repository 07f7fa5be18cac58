/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The VMA: one range of addresses with the same rights and backing, and its sequence number.
 *
 * States of a VMA object, told by lock_seq (rules F1 and F2, docs/locking.md):
 *
 *	VMA_GONE	not in any tree: not yet born, or dead
 *	odd, == mm->lock_seq	being changed by the write section that is open now
 *	odd, != mm->lock_seq	at rest; the number is that of its last mark
 *	even, not VMA_GONE	the same, settled: a fault that found it at rest has
 *				taken VMA_MARK off the number
 *
 * Kernel twin: struct vm_area_struct (include/linux/mm_types.h), vm_lock_seq as
 * in 6.4 to 6.14.  Ours differs: lock_seq is stored before readers are waited
 * for, and has a value for "gone" instead of a detached flag.
 */
#ifndef COMMON_MM_VMA_H
#define COMMON_MM_VMA_H

#include "common/mm/anon_vma.h"
#include "common/mm/rmap.h"
#include "common/mm/world.h"

struct mm;
struct file;

/** Rights and kinds; bits are ours, names and meaning the kernel's. */
#define VM_READ		0x00000001UL
#define VM_WRITE	0x00000002UL
#define VM_EXEC		0x00000004UL
#define VM_SHARED	0x00000008UL
#define VM_MAYREAD	0x00000010UL
#define VM_MAYWRITE	0x00000020UL
#define VM_MAYEXEC	0x00000040UL
#define VM_MAYSHARE	0x00000080UL
#define VM_GROWSDOWN	0x00000100UL
#define VM_ACCOUNT	0x00000200UL
#define VM_NORESERVE	0x00000400UL
#define VM_SEQ_READ	0x00000800UL
#define VM_RAND_READ	0x00001000UL
#define VM_DONTCOPY	0x00002000UL
#define VM_WIPEONFORK	0x00004000UL
#define VM_DONTDUMP	0x00008000UL
#define VM_HUGEPAGE	0x00010000UL
#define VM_NOHUGEPAGE	0x00020000UL
#define VM_MERGEABLE	0x00040000UL
#define VM_LOCKED	0x00080000UL
#define VM_SYNC		0x00100000UL
#define VM_DROPPABLE	0x00200000UL

#define VM_ACCESS_FLAGS	(VM_READ | VM_WRITE | VM_EXEC)

/** Set until the VMA is settled; compare with mm->lock_seq to see whether the mark still stands. */
#define VMA_MARK	1ULL

/** lock_seq of an object that is in no tree: even, so no mark, and 2^63 away from every number in use. */
#define VMA_GONE	(1ULL << 63)

/**
 * One VMA.  Each scheme's own bytes follow it, see struct scheme_chain, on lines of their own: a lock that faults of
 * many CPUs write must not take from them what they read before it.  So it is in the kernel, too: vm_lock_seq lies in
 * the first line, the lock in an object of its own (6.4) or, as vm_refcnt, on a line of its own (6.14, 6.15).
 */
struct vma {
	/* The first line has all that a fault reads. */

	/*
	 * Written with WRITE_ONCE under mmap_lock held for writing, after the VMA
	 * is marked.  Read under a lock that keeps marks out, or with READ_ONCE and
	 * then validated (vma_snapshot).
	 */
	unsigned long vm_start;		/**< first address */
	unsigned long vm_end;		/**< first address after */
	struct mm *vm_mm;
	unsigned long vm_flags;
	/**
	 * VMA_GONE or the number of the last mark.  Written under mmap_lock held for writing, except by
	 * vma_settle().
	 */
	u64 lock_seq;
	/**
	 * NULL until the first write fault, then set once, by release, under
	 * mmap_lock held for reading at least; otherwise changed only like the fields above.  The VMA
	 * holds a reference.
	 */
	struct anon_vma *anon_vma;
	u64 vm_pgoff;			/**< offset of vm_start in its object, in pages; written as vm_start is */
	struct file *vm_file;		/**< NULL: anonymous; the VMA holds a reference; written as vm_start is */

	/* The second line is for writers and walks of the reverse mapping. */

	/**
	 * Fork gave it the anon_vma, so pages of the parent may be mapped.  As in Linux such a
	 * VMA takes over no neighbour without an anon_vma, nor gives its own to one.
	 */
	bool anon_forked;
	struct vma *next_dead;		/**< list of one operation's dead */
	struct rmap_link file_link;	/**< on vm_file's list */
	struct rmap_link anon_link;	/**< on the list of anon_vma's family */
} __cacheline_aligned;

_Static_assert(offsetof(struct vma, anon_forked) == CACHELINE, "a fault reads one line of a VMA");

/**
 * lock_seq, which a fault without a lock reads before anything else.
 * @pairs{mm->lock_seq odd, before the mark | mark_and_wait()}
 * @pairs{the tree without the VMA, before GONE | vma_gone()}
 * @pairs{a section's end, handed on by who saw it | vma_settle()}
 */
static inline u64 vma_read_seq(const struct vma *vma)
{
	return smp_load_acquire(&vma->lock_seq);
}

/** @pairs{the object's count before the pointer | set_anon()} */
static inline struct anon_vma *vma_read_anon(const struct vma *vma)
{
	return smp_load_acquire(&vma->anon_vma);
}

static inline unsigned long vma_pages(const struct vma *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/**
 * Neither a file nor shared memory behind it.  (Shared anonymous memory has a
 * file of its own, as in the kernel.)
 */
static inline bool vma_is_anonymous(const struct vma *vma)
{
	return !READ_ONCE(vma->vm_file);
}

/* --- life ------------------------------------------------------------------- */

/** Constructs the memory of a VMA and each scheme's bytes in it; of CACHE_VMA. */
void vma_ctor(struct world *w, void *object);

/**
 * @return a VMA that is VMA_GONE and in no tree, its fields undefined, each
 * scheme's bytes constructed; NULL: no memory
 * @context may sleep
 */
struct vma *vma_alloc(struct task *t);

/** Give back a VMA that was never attached, file and anon_vma not referenced. */
void vma_free_unborn(struct task *t, struct vma *vma);

/**
 * Birth: set fields, mark, call the schemes' vma_init and vma_attach.  The caller then stores it in the
 * tree.  The VMA takes over the caller's references to file and anon_vma.
 * @context mmap_lock held for writing
 */
void vma_birth(struct task *t, struct mm *mm, struct vma *vma, unsigned long start,
	       unsigned long end, unsigned long flags, u64 pgoff, struct file *file,
	       struct anon_vma *anon);

/**
 * Change the bounds in one step, as walks of the reverse mapping see it.
 * @context mmap_lock held for writing; marked
 */
void vma_set_bounds(struct vma *vma, unsigned long start, unsigned long end, u64 pgoff);

/**
 * Death: make it GONE and call the schemes' vma_detach.  Its memory stays until vma_bury(), which comes
 * after its entries are cleared and it is on no list of the reverse mapping.
 * @context mmap_lock held for writing; marked; no longer in the tree
 */
void vma_gone(struct task *t, struct mm *mm, struct vma *vma);

/**
 * Give back the memory of a dead VMA and its references, when no fault can be
 * looking: at once or after a grace period, as the mm's schemes demand.
 * @context off the lists of the reverse mapping; may sleep, outside RCU
 */
void vma_bury(struct task *t, struct mm *mm, struct vma *vma);

/* --- marks (F1) -------------------------------------------------------------- */

/**
 * Announce that this write section will change @a vma or read an entry of its
 * range; on return no fault that a scheme must wait for is inside it.  Marking
 * twice in a section is free.
 * Kernel twin: vma_start_write() (mm/mmap_lock.c, 6.12); order differs: the
 * number is stored first, then readers are waited for.
 * @context mmap_lock held for writing; may sleep
 */
void vma_mark(struct task *t, struct mm *mm, struct vma *vma);

/**
 * The same, and a killed task gives up waiting for the faults inside.  Nothing has to be undone: what is marked by then
 * ends with the section, in which nobody may edit a VMA from here on.
 * Kernel twin: vma_start_write_killable() (mm/mmap_lock.c, 6.19)
 * @return 0; -EINTR: task_kill()
 */
int __must_check vma_mark_killable(struct task *t, struct mm *mm, struct vma *vma);

/** Marked by the write section that is open now. */
bool vma_is_marked(const struct mm *mm, const struct vma *vma);

/**
 * Settle @a vma, which was found at rest with the odd number @a s: later faults need not read the mm's
 * number.  Does nothing if another thread has settled or marked it since.  Nothing like it is in the
 * kernel, see ADR/0016-settled-marks.md.
 * @context inside RCU, or the VMA's lock; the end of the section @a s was seen by acquire, of this VMA's
 * mm: where VMAs are type-stable the caller must first check the mm, with the VMA's lock held
 */
void vma_settle(struct vma *vma, u64 s);

/* --- the VMA's lock, where the chain has a scheme with one ----------------------- */

/**
 * Take @a vma's lock for reading, without waiting, if it is of this mm, in the tree, at
 * rest and holds @a addr: the lock of the first link of the chain that has one.  Changes of
 * this VMA then wait in their mark.
 * @return false: no such lock in this chain, or something is in the way; nothing is held
 * @context inside RCU, @a vma found in the tree in this section, or known to be in memory by
 * grace_number() (vmacache.h).  The lock may be held outside RCU, and slept with; mmap_lock only by
 * trylock then
 */
bool vma_tryread(struct mm *mm, struct vma *vma, unsigned long addr);

/** Does a change wait for a holder of that lock, too, who is not attached to @a mm?  False where there is no such lock. */
bool vma_lock_for_strangers(const struct mm *mm);

/** Let go of vma_tryread()'s lock.  @context any */
void vma_endread(struct mm *mm, struct vma *vma);

#endif /* COMMON_MM_VMA_H */
