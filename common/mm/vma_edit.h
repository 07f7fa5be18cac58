/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief How an operation changes VMAs: set aside, plan, mark, edit, bury.
 *
 * Private to the operations (mmap.c, munmap.c, ...), but for vma_expand_down().
 * Every operation goes through these steps in this order (rule F1):
 *
 *	plan		look only: what is touched, what will merge, what must be cut
 *	vma_edit_prealloc	everything that can fail
 *	vma_edit_mark	each VMA that the plan names; then vma_edit_marks_done(): can fail, too
 *	edit		vma_edit_split(), vma_merge_new(), ...: cannot fail
 *	vma_edit_release	gives back what was set aside and not used
 *	vma_edit_bury	the dead, when mmap_lock is no longer held for writing
 *
 * We mark exactly the VMAs that the kernel locks: those touched, and a
 * neighbour only where it takes part in a merge.
 */
#ifndef COMMON_MM_VMA_EDIT_H
#define COMMON_MM_VMA_EDIT_H

#include "common/mm/mm.h"
#include "common/mm/mmap_lock.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"

/** Lowest address a mapping may have: the kernel's sysctl vm.mmap_min_addr. */
#define MMAP_MIN_ADDR	0x10000UL
/** Room kept free below a VMA that grows down: 256 pages, as in the kernel. */
#define STACK_GUARD_GAP	(256UL << PAGE_SHIFT)

/** The most VMAs that one step of an operation may need: two cuts and a new one. */
#define VMA_EDIT_SPARES	3

/** One operation's supplies and its dead.  On the stack of the holder of mmap_lock for writing. */
struct vma_edit {
	struct task *task;
	struct mm *mm;
	struct vma *spare[VMA_EDIT_SPARES];
	unsigned int nr_spare;
	struct vma *doomed;	/**< list of VMAs that leave the tree with the next store */
	struct vma *dead;	/**< list of VMAs that are GONE */
	int err;		/**< -EINTR: a mark failed, so nothing may be edited any more */
};

void vma_edit_init(struct vma_edit *e, struct task *t, struct mm *mm);

/**
 * Set aside @a nr_vmas VMAs and nodes for @a nr_stores stores into the tree.
 * @return 0 or -ENOMEM: nothing is held then
 * @context mmap_lock held for writing, nothing of this step edited yet; may sleep
 */
int vma_edit_prealloc(struct vma_edit *e, unsigned int nr_vmas, unsigned int nr_stores);

/**
 * vma_mark_killable(), unless an earlier mark of the operation has failed: vma_edit_marks_done() tells.
 * @context mmap_lock held for writing; may sleep
 */
void vma_edit_mark(struct vma_edit *e, struct vma *vma);

/**
 * All marks of this step are made; it may be edited, if this is 0.
 * @return 0, or -EINTR: task_kill(); nothing is set aside then, and what earlier steps have done stays
 * @context as vma_edit_mark()
 */
int __must_check vma_edit_marks_done(struct vma_edit *e);

/** Give back what was set aside and not used.  @context mmap_lock held for writing; may sleep */
void vma_edit_release(struct vma_edit *e);

/** Bury the dead.  @context their entries are cleared; may sleep, outside RCU */
void vma_edit_bury(struct vma_edit *e);

/**
 * Cut @a vma in two at @a addr, strictly inside.  A spare VMA becomes the lower
 * part if @a new_below, else the upper one.  Kernel twin: __split_vma() (mm/vma.c)
 * @return the new VMA
 * @context mmap_lock held for writing, @a vma marked
 */
struct vma *vma_edit_split(struct vma_edit *e, struct vma *vma, unsigned long addr,
			   bool new_below);

/**
 * @a vma is about to be replaced or cleared in the tree, and is no longer counted.
 * @context as vma_edit_split()
 */
void vma_edit_doom(struct vma_edit *e, struct vma *vma);

/** The doomed have left the tree: make them GONE; they are buried later. @context as vma_edit_split() */
void vma_edit_gone(struct vma_edit *e);

/**
 * Take the dead off the reverse mapping, before mmap_lock is released: after that their range may belong
 * to another VMA, whose entries truncation would clear through a dead VMA on the list.
 * Kernel twin: unlink_file_vma(), unlink_anon_vmas() in free_pgtables() (mm/memory.c)
 * @context mmap_lock; their entries are cleared
 */
void vma_edit_unlink(struct vma_edit *e);

/* --- merging (merge.c) --------------------------------------------------------- */

/** How a range is, or will be, mapped. */
struct vma_piece {
	unsigned long start, end, flags;
	u64 pgoff;
	struct file *file;
	struct anon_vma *anon;
	bool anon_forked;
};

#define MERGE_LEFT	1u
#define MERGE_RIGHT	2u

/**
 * Where @a p merges by Linux's rule: the flags and file are the same, the offset continues, and on each
 * pair of sides the anon_vma is the same or one has none; if both would join, this holds for prev and
 * next too.
 * @param prev	last VMA that begins below p->start, or NULL; if it reaches into the range, only the part
 * below counts
 * @param next	first VMA that ends above p->end, likewise
 * @return MERGE_* bits
 * @context mmap_lock held for writing
 */
unsigned int vma_merge_sides(const struct vma_piece *p, const struct vma *prev,
			     const struct vma *next);

/**
 * Map @a p, which holds no VMA, as part of its neighbours: @a sides from
 * vma_merge_sides(), not 0.  Kernel twin: vma_merge_new_range(), vma_expand()
 * @return the VMA that now holds it
 * @context mmap_lock held for writing, the VMAs of @a sides marked
 */
struct vma *vma_merge_new(struct vma_edit *e, const struct vma_piece *p, struct vma *prev,
			  struct vma *next, unsigned int sides);

/**
 * Map @a p, which holds no VMA, as a new one from the spares; takes references.
 * @context as vma_merge_new()
 */
struct vma *vma_link_new(struct vma_edit *e, const struct vma_piece *p);

/**
 * Which of @a prev and @a next, the VMAs beside @a vma, [start, end) of it would merge with if
 * its flags were @a flags.
 */
unsigned int vma_modify_sides(const struct vma *vma, unsigned long start, unsigned long end,
			      unsigned long flags, const struct vma *prev, const struct vma *next);

/**
 * Make [start, end) of @a vma the whole of some VMA that may take @a flags: by
 * merging with neighbours that have them, else by cutting.  The caller stores the
 * flags then.  Kernel twin: vma_modify(), vma_merge_existing_range()
 * @param prev	the VMA before @a vma, or NULL
 * @param next	the VMA behind @a vma, or NULL
 * @param out	receives the VMA
 * @return 0, or -ENOMEM: too many VMAs; a first cut may have been made, as in the kernel
 * @context mmap_lock held for writing; marked: @a vma and what vma_modify_sides() names
 */
int vma_modify(struct vma_edit *e, struct vma *vma, unsigned long start, unsigned long end,
	       unsigned long flags, struct vma *prev, struct vma *next, struct vma **out);

/* --- flags of a range (modify.c) --------------------------------------------------- */

/** What mprotect and madvise do to each VMA of a range. */
struct vma_change {
	unsigned long start, end;
	int arg;
	int no_memory;		/**< the -errno to return when memory, or room for more VMAs, runs out */
	bool stop_at_hole;	/**< else go on behind it; the result is -ENOMEM in both cases */
	bool protect;		/**< change the entries to the new rights */
	/** Compute the new flags of @a vma into @a flags; -errno ends the operation here. */
	int (*flags)(const struct vma_change *c, const struct vma *vma, unsigned long *flags);
};

/**
 * Give every VMA in the range its new flags, cutting and merging, in steps of a few
 * VMAs, each of which allocates, marks and edits.  What comes before an error is done.
 * @return 0, -ENOMEM (a hole), c->no_memory, -EINTR, or what c->flags returned
 * @context mmap_lock held for writing; entries that lost rights are flushed on return
 */
int vma_change_flags(struct vma_edit *e, const struct vma_change *c);

/* --- unmapping (munmap.c) ------------------------------------------------------------ */

/** One range to be unmapped. */
struct vma_unmap {
	unsigned long start, end;
	struct vma *first;		/**< NULL: nothing is mapped there */
	unsigned int nr_cuts;
	unsigned long floor, ceiling;	/**< bounds of the neighbours, set by the edit */
};

/** Look at [start, end).  @return 0, or -ENOMEM: it would cut a hole and there are too many VMAs */
int vma_unmap_plan(struct vma_edit *e, struct vma_unmap *u, unsigned long start,
		   unsigned long end);
/** Mark every VMA of the range. */
void vma_unmap_mark(struct vma_edit *e, const struct vma_unmap *u);
/** Cut the ends, so that the range's VMAs lie wholly inside it.  @context as vma_edit_split() */
void vma_unmap_cut(struct vma_edit *e, const struct vma_unmap *u);
/** Cut the ends, take the range out of the tree; its VMAs are GONE. */
void vma_unmap_edit(struct vma_edit *e, struct vma_unmap *u);
/**
 * Clear and flush the entries, free the tables.
 * @context mmap_lock held in any mode since vma_unmap_edit()
 */
void vma_unmap_clear(struct vma_edit *e, const struct vma_unmap *u);

/** Do all of it; mmap_lock stays held for writing.  @return 0, -ENOMEM or -EINTR: nothing is changed */
int vma_unmap_here(struct vma_edit *e, unsigned long start, unsigned long end);

/**
 * Do all of it, clearing entries under mmap_lock downgraded.
 * @return 0: mmap_lock is released; -ENOMEM or -EINTR: nothing is changed, it is still held for writing
 */
int vma_unmap_and_unlock(struct vma_edit *e, unsigned long start, unsigned long end);

/* --- places (place.c) ------------------------------------------------------------------ */

/** A VMA's start, less the gap that it must keep free below. */
static inline unsigned long vma_start_gap(const struct vma *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > STACK_GUARD_GAP ? vma->vm_start - STACK_GUARD_GAP : 0;
}

/**
 * Where [addr, addr + len) goes: exactly there with MM_MAP_FIXED, at @a addr if that is free, else the
 * highest place below mmap_base, else the lowest above a third of the address space.  Kernel twin:
 * __get_unmapped_area() (mm/mmap.c)
 * @param huge	a mapping of whole huge pages is aligned to them, as for anonymous memory
 * @return the address or -errno: -ENOMEM, -EINVAL (unaligned), -EPERM (below the lowest)
 * @context mmap_lock held for writing
 */
unsigned long mm_find_place(struct mm *mm, unsigned long addr, unsigned long len, int flags,
			    bool huge);

/**
 * Does config.max_pages allow @a more bytes mapped, with [start, end) not counted since it
 * will be unmapped?  Kernel twin: may_expand_vm() (mm/vma.c) with count_vma_pages_range()
 * With a limit this adds up all VMAs, where the kernel keeps the sum.
 * @context mmap_lock held
 */
bool mm_may_expand(struct mm *mm, unsigned long more, unsigned long start, unsigned long end);

/* --- the stack (stack.c) ------------------------------------------------------------------ */

/**
 * Let @a vma, which grows down, reach down to @a addr.
 * Kernel twin: expand_downwards() (mm/vma.c); no limit of the stack's size here
 * @return 0, -EFAULT (does not grow), -EPERM (below the lowest address), -ENOMEM
 * (too near the mapping below, or no memory)
 * @context mmap_lock held for writing, which the caller releases or downgrades; may sleep
 */
int vma_expand_down(struct task *t, struct mm *mm, struct vma *vma, unsigned long addr);

#endif /* COMMON_MM_VMA_EDIT_H */
