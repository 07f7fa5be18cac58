/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The rmap object of anonymous memory: made at the first write fault, shared with a neighbour where a merge may follow.
 */
#include "common/mm/mm.h"
#include "common/mm/vma.h"

#include <errno.h>

/*
 * Could @a a and @a b, adjacent in this order, ever be one VMA, if only their
 * access rights were the same?  Kernel twin: anon_vma_compatible() (mm/vma.c).
 */
static bool anon_vma_compatible(const struct vma *a, const struct vma *b)
{
	return a->vm_end == b->vm_start && a->vm_file == b->vm_file &&
	       !((a->vm_flags ^ b->vm_flags) & ~VM_ACCESS_FLAGS) &&
	       b->vm_pgoff == a->vm_pgoff + vma_pages(a);
}

/* A forked VMA does not share its anon_vma with a neighbour: the kernel's list_is_singular(). */
static struct anon_vma *lendable_anon(const struct vma *vma)
{
	return vma->anon_forked ? NULL : vma_read_anon(vma);
}

/* The kernel asks the next neighbour first, then the previous one. */
static struct anon_vma *reusable_anon_vma(struct mm *mm, const struct vma *vma)
{
	struct vma *next = vma_tree_find(&mm->tree, vma->vm_end, mm->tree.limit);
	struct vma *prev;
	struct anon_vma *anon;

	if (next && anon_vma_compatible(vma, next)) {
		anon = lendable_anon(next);
		if (anon)
			return anon;
	}
	prev = vma_tree_prev(&mm->tree, vma->vm_start);
	if (prev && anon_vma_compatible(prev, vma))
		return lendable_anon(prev);
	return NULL;
}

struct anon_vma *anon_vma_alloc(struct task *t, struct anon_vma *parent)
{
	struct anon_vma *anon;

	if (inject_failure(t->world, SITE_ANON_VMA, current_gfp(t, GFP_KERNEL)))
		return NULL;
	anon = cache_alloc(t, CACHE_ANON_VMA);
	if (!anon)
		return NULL;
	WRITE_ONCE(anon->refcount, 1);
	anon->root = parent ? parent->root : anon;
	if (parent)
		anon_vma_get(anon->root);
	else
		rmap_list_init(&anon->family);
	count(t, STAT_ANON_VMA_NEW);
	return anon;
}

/*
 * A neighbour's anon_vma, with a reference for the caller, or NULL.
 * @context mmap_lock held for reading at least
 */
static struct anon_vma *reuse(struct task *t, struct mm *mm, const struct vma *vma)
{
	/*
	 * The lock keeps the neighbours in the tree and so their references: the
	 * count cannot reach 0 under us.
	 */
	struct anon_vma *anon = reusable_anon_vma(mm, vma);

	if (anon) {
		anon_vma_get(anon);
		count(t, STAT_ANON_VMA_REUSE);
	}
	return anon;
}

/*
 * The VMA takes over the caller's reference; if another fault has set an anon_vma already, the reference
 * is put.
 */
static void set_anon(struct task *t, struct vma *vma, struct anon_vma *anon)
{
	struct anon_vma *none = NULL;

	/*
	 * Two faults may come here at once, both with mmap_lock for reading; the first to replace NULL
	 * wins.  The VMA need not be marked: a fault that copied NULL makes no page.
	 * @pairs{the object's count before the pointer | vma_read_anon()}
	 */
	if (try_cmpxchg_release(&vma->anon_vma, &none, anon))
		rmap_link_anon(vma);
	else
		anon_vma_put(t, anon);
}

int anon_vma_prepare(struct task *t, struct mm *mm, struct vma *vma)
{
	struct anon_vma *anon;

	if (vma_read_anon(vma))
		return 0;
	anon = reuse(t, mm, vma);
	if (!anon)
		anon = anon_vma_alloc(t, NULL);
	if (!anon)
		return -ENOMEM;
	set_anon(t, vma, anon);
	return 0;
}

int anon_vma_set_aside(struct task *t, unsigned long vm_flags, struct anon_vma **spare)
{
	*spare = NULL;
	if (likely(t->world->config.anon_policy != ANON_AT_MMAP) || (vm_flags & VM_SHARED))
		return 0;
	*spare = anon_vma_alloc(t, NULL);
	return *spare ? 0 : -ENOMEM;
}

void anon_vma_prepare_early(struct task *t, struct mm *mm, struct vma *vma, struct anon_vma *spare)
{
	struct anon_vma *anon;

	if (!spare)
		return;
	if (vma_read_anon(vma)) {
		anon_vma_put(t, spare);
		return;
	}
	anon = reuse(t, mm, vma);
	if (anon)
		anon_vma_put(t, spare);
	set_anon(t, vma, anon ? anon : spare);
}

void anon_vma_put(struct task *t, struct anon_vma *anon)
{
	struct anon_vma *root;

	/*
	 * The thread that drops the last reference sees what the others did.  @pairs{use of the anon_vma
	 * before its count | anon_vma_put()}
	 */
	if (!anon || fetch_add(&anon->refcount, (u32)-1) != 1)
		return;
	root = anon->root;
	cache_free_rcu(t, CACHE_ANON_VMA, anon);
	if (root != anon)
		anon_vma_put(t, root);
}
