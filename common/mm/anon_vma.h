/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Rmap objects of anonymous memory: which VMAs may map an anonymous page, and which VMAs may merge.
 */
#ifndef COMMON_MM_ANON_VMA_H
#define COMMON_MM_ANON_VMA_H

#include "common/mm/rmap.h"
#include "common/sync/atomic.h"

struct mm;
struct task;
struct vma;

/**
 * What connects an anonymous page to the VMAs that may map it.  Two VMAs that
 * have different ones never merge: the anon part of Linux's merging rule.  Fork
 * gives the child's VMA one of its own, in the family of the parent's.
 * Kernel twin: struct anon_vma (mm/rmap.c); simplified: the family's list holds
 * all VMAs of the root and its descendants.
 */
struct anon_vma {
	u32 refcount;		/**< VMAs that point to it and, in a root, its descendants; atomic */
	struct anon_vma *root;	/**< itself, or the first ancestor; constant */
	struct rmap_list family;	/**< used in a root only */
};

/**
 * Give @a vma an anon_vma if it has none: a neighbour's where the two could
 * merge but for access rights (the kernel's reusable_anon_vma()), else a new one.
 * @return 0 or -ENOMEM
 * @context mmap_lock held for reading at least, which keeps the neighbours; not
 * inside RCU; may sleep
 */
int anon_vma_prepare(struct task *t, struct mm *mm, struct vma *vma);

/**
 * With ANON_AT_MMAP: allocate the anon_vma that a private mapping, about to be made, may need.
 * @param spare	receives the object, which the caller owns; NULL if none can be needed
 * @return 0 or -ENOMEM
 * @context may sleep
 */
int anon_vma_set_aside(struct task *t, unsigned long vm_flags, struct anon_vma **spare);

/**
 * Give @a vma, just mapped or grown, an anon_vma if it has none: a neighbour's, or @a spare.  A spare
 * that is not used is put.  With @a spare NULL this does nothing.
 * @context mmap_lock held for writing
 */
void anon_vma_prepare_early(struct task *t, struct mm *mm, struct vma *vma, struct anon_vma *spare);

/**
 * @return a new anon_vma with one reference, in the family of @a parent (NULL: a
 * new family), or NULL.  @context may sleep
 */
struct anon_vma *anon_vma_alloc(struct task *t, struct anon_vma *parent);

/** One more VMA points to it. */
static inline void anon_vma_get(struct anon_vma *anon)
{
	fetch_add_relaxed(&anon->refcount, 1);
}

/**
 * One VMA less points to it; the last one frees it after a grace period.  NULL does nothing.
 * @context may sleep
 */
void anon_vma_put(struct task *t, struct anon_vma *anon);

#endif /* COMMON_MM_ANON_VMA_H */
