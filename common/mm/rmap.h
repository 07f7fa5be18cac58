/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reverse mapping: which VMAs may map a page.
 *
 * Each of the two kinds of object that pages belong to has a list of VMAs: a file, and a family of
 * anon_vmas (a forked VMA's anon_vma belongs to its parent's family).  A VMA is linked before it can map
 * a page of the object (shortly after, where a fault makes the anon_vma: reclaim then cannot unmap the
 * page and leaves it) and stays linked until its entries are cleared.  It is unlinked before mmap_lock
 * lets others reuse its range, since unmap_mapping_range() clears by range alone.  Whether it maps the
 * page, at its address for the page's offset, is told by the entry.
 *
 * Kernel twin: mm/rmap.c, mm/interval_tree.c (i_mmap, anon_vma_chain).  Simplified:
 * lists instead of interval trees, and a walk looks at the whole family where the
 * kernel's chains leave out branches that cannot map the page.
 */
#ifndef COMMON_MM_RMAP_H
#define COMMON_MM_RMAP_H

#include "common/mm/page.h"
#include "common/sync/spinlock.h"

struct task;
struct vma;
struct anon_vma;
struct file;

/** A VMA's place on one list; guarded by that list's lock. */
struct rmap_link {
	struct rmap_link *next, **pprev;	/**< pprev NULL: on no list */
};

struct rmap_list {
	spinlock_t lock;	/**< outside tables' locks, inside mmap_lock and the page lock */
	struct rmap_link *first, **last;
};

void rmap_list_init(struct rmap_list *list);

/** Put @a vma on the list of its file, at the end.  Does nothing without a file. */
void rmap_link_file(struct vma *vma);
/** Put @a vma on the list of its anon_vma's family, at the end. */
void rmap_link_anon(struct vma *vma);
/** Take @a vma off that list.  @context no page of its anon_vma is mapped in it */
void rmap_unlink_anon(struct vma *vma);
/**
 * Take @a vma off the lists that it is on.
 * @context mmap_lock; its entries are cleared, or another VMA on the same lists has taken over its range
 */
void rmap_unlink(struct vma *vma);

/**
 * Call these around every change of a linked VMA's bounds and offset: a walk must not see one without the
 * other.  @context mmap_lock held for writing, the VMA marked
 */
void rmap_edit_begin(struct vma *vma);
void rmap_edit_end(struct vma *vma);

/**
 * Unmap the pages of @a file from @a index on, @a nr of them, in every VMA; with @a cows also the copies
 * that private mappings made of them.  Flushed on return.  A change without a mark (F3).  Kernel twin:
 * unmap_mapping_pages() (mm/memory.c)
 * @context no table lock held; may not sleep inside
 */
void unmap_mapping_range(struct task *t, struct file *file, u64 index, u64 nr, bool cows);

#endif /* COMMON_MM_RMAP_H */
