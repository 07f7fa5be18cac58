/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief fork: a copy of an address space, its private pages shared until somebody writes.
 *
 * Every VMA of the parent, or with config.fork_marks each from which an entry may be copied, is marked before any
 * entry is copied, and the TLBs are flushed before the marks end.  Without the mark a fault of another thread could copy
 * a page that is still written through a stale TLB entry, and that write would be lost
 * (Linux 6.4, fixed by fb49c455323f).  The child's VMA is linked for reverse mapping
 * after the parent's, before its entries are made: a walk that has passed the parent's
 * place comes to the child's.
 *
 * Kernel twin: dup_mmap(), copy_page_range() (mm/mmap.c, mm/memory.c, 6.18).
 */
#include "common/mm/file.h"
#include "common/mm/mmap_lock.h"
#include "common/mm/pgtable.h"
#include "common/mm/swap.h"
#include "common/mm/vma.h"

#include <errno.h>

/* One entry, both tables locked. */
static void copy_pte(struct mmu_gather *tlb, struct pgtable *src, struct pgtable *dst,
		     unsigned long addr)
{
	unsigned int index = pgtable_index(addr, 0);
	u64 pte = READ_ONCE(src->entry[index]);

	if (!pte)
		return;
	if (pte_is_guard(pte)) {
		pgtable_publish(dst, index, pte);
		return;
	}
	if (pte_is_swap(pte)) {		/* one more entry holds the slot */
		swap_get(tlb->mm->world, pte_slot(pte));
		pgtable_publish(dst, index, pte);
		return;
	}
	/* @whole{hardware sets bits in the entry; the child's is published apart, the parent's is flushed} */
	while (pte & PTE_WRITE)
		if (try_cmpxchg(&src->entry[index], &pte, pte & ~PTE_WRITE)) {
			pte &= ~PTE_WRITE;
			tlb_gather_range(tlb, addr, addr + PAGE_SIZE);
		}
	page_map(frame_to_page(&tlb->mm->world->zone, pte_frame(pte)));
	pgtable_publish(dst, index, pte & ~PTE_ACCESSED);
}

int copy_page_range(struct mmu_gather *tlb, struct mm *child, unsigned long start,
		    unsigned long end, bool guards_alone)
{
	unsigned long addr, next, unused;
	struct pgtable *src, *dst;

	for (addr = start; addr < end; addr = next) {
		src = pgtable_leaf(tlb->mm, addr, &next);
		next = min_ul(next, end);
		if (!src)
			continue;
		if (pgtable_populate(tlb->task, child, addr, SITE_FORK_TABLE))
			return -ENOMEM;
		dst = pgtable_leaf(child, addr, &unused);
		pgtable_lock_two(src, dst);
		for (; addr < next; addr += PAGE_SIZE)
			if (!guards_alone || pte_is_guard(READ_ONCE(src->entry[pgtable_index(addr, 0)])))
				copy_pte(tlb, src, dst, addr);
		pgtable_unlock_two(src, dst);
	}
	return 0;
}

/*
 * Entries that a fault could make again from the file are not copied: only what
 * has, or may have, pages of its own.  Kernel twin: vma_needs_copy()
 */
static bool needs_copy(const struct vma *vma)
{
	return vma->anon_vma || (vma_is_anonymous(vma) && !(vma->vm_flags & VM_SHARED));
}

/* The child's VMA for the parent's @vma, born, but in no tree yet; NULL: no memory. */
static struct vma *dup_vma(struct task *t, struct mm *child, struct vma *vma)
{
	struct anon_vma *anon = NULL;
	struct vma *copy;

	copy = vma_alloc(t);
	if (!copy)
		return NULL;
	if (vma->anon_vma && !(vma->vm_flags & VM_WIPEONFORK)) {
		anon = anon_vma_alloc(t, vma->anon_vma);
		if (!anon) {
			vma_free_unborn(t, copy);
			return NULL;
		}
	}
	if (vma->vm_file)
		file_get(vma->vm_file);
	vma_birth(t, child, copy, vma->vm_start, vma->vm_end, vma->vm_flags & ~VM_LOCKED,
		  vma->vm_pgoff, vma->vm_file, anon);
	copy->anon_forked = anon != NULL;
	return copy;
}

/*
 * Take a VMA that the child does not get out of its tree.  Nodes for one store are set aside before and
 * after the call.
 */
static int leave_out(struct task *t, struct mm *child, struct vma_cursor *at,
		     const struct vma *vma)
{
	if (vma_tree_prealloc(t, &child->tree, 2))
		return -ENOMEM;
	vma_tree_clear(t, &child->tree, vma->vm_start, vma->vm_end);
	vma_cursor_set(at, vma->vm_end);
	return 0;
}

/*
 * Must faults in this VMA stand aside?  While we hold mmap_lock for writing no VMA gets an anon_vma and no private one
 * becomes writable, so what needs no mark now needs none to the end; F1.2 wants the mark for every entry that we read,
 * and so where a file's mapping may have guards.
 */
static bool needs_mark(const struct mm *mm, const struct vma *vma)
{
	if (mm->world->config.fork_marks == FORK_MARKS_ALL || vma->anon_vma)
		return true;
	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE)
		return true;
	return mm->file_guards && !vma_is_anonymous(vma);
}

static int copy_pages(struct mmu_gather *tlb, struct mm *child, const struct vma *vma)
{
	bool whole = needs_copy(vma);

	if ((!whole && !child->file_guards) || (vma->vm_flags & VM_WIPEONFORK))
		return 0;
	BUG_ON(!vma_is_marked(tlb->mm, vma));
	return copy_page_range(tlb, child, vma->vm_start, vma->vm_end, !whole);
}

/*
 * The child's tree is a copy of the parent's and so leads to the parent's VMAs, which are replaced by
 * copies one by one.  Nobody else sees the tree before all are replaced; on failure the remaining ones
 * are taken out.
 */
static int dup_vmas(struct task *t, struct mm *mm, struct mm *child, struct mmu_gather *tlb)
{
	unsigned long limit = mm->tree.limit, left = 0;
	struct vma *vma, *copy;
	struct vma_cursor at;
	int err;

	err = vma_tree_dup(t, &child->tree, &mm->tree);
	if (err)
		return err;
	if (vma_tree_prealloc(t, &child->tree, 1)) {
		vma_tree_exit(t, &child->tree);
		return -ENOMEM;
	}
	vma_cursor_init(&at, &child->tree, 0);
	while (!err && (vma = vma_cursor_next(&at, limit))) {
		left = vma->vm_start;
		if (vma->vm_flags & VM_DONTCOPY) {
			err = leave_out(t, child, &at, vma);
			continue;
		}
		copy = dup_vma(t, child, vma);
		if (!copy) {
			err = -ENOMEM;
			break;
		}
		vma_cursor_replace(&at, copy);
		child->map_count++;
		left = vma->vm_end;
		err = copy_pages(tlb, child, vma);
	}
	if (err && left < limit)
		vma_tree_clear(t, &child->tree, left, limit);
	vma_tree_prealloc_end(t, &child->tree);
	return err;
}

static int dup_mmap(struct task *t, struct mm *mm, struct mm *child)
{
	struct vma_cursor at;
	struct mmu_gather tlb;
	struct vma *vma;
	int err;

	vma_cursor_init(&at, &mm->tree, 0);
	while ((vma = vma_cursor_next(&at, mm->tree.limit)))
		if (needs_mark(mm, vma) && vma_mark_killable(t, mm, vma))
			return -EINTR;
	if (mm_marks_done_killable(t, mm))
		return -EINTR;
	probe(t, PROBE_CHANGE_MARKED, 0);

	tlb_gather_mmu(&tlb, t, mm);
	err = dup_vmas(t, mm, child, &tlb);
	probe(t, PROBE_CHANGE_ZAPPED, 0);
	tlb_finish_mmu(&tlb);	/* flush what the parent lost while the marks stand */
	probe(t, PROBE_CHANGE_FLUSHED, 0);
	return err;
}

int mm_fork(struct task *t, struct mm *mm, struct mm **out)
{
	struct mm *child;
	int err;

	count(t, STAT_FORK);
	err = mm_create(t, &child);
	if (err)
		return err;
	err = mmap_write_lock_killable(t, mm);
	if (err)
		goto out_destroy;
	probe(t, PROBE_CHANGE_LOCKED, 0);
	mmap_write_lock(t, child);	/* nobody else can hold it, so this never waits */
	child->start_brk = mm->start_brk;
	child->brk = mm->brk;
	child->mmap_base = mm->mmap_base;
	child->forked = mm->forked = true;
	child->file_guards = mm->file_guards;
	err = dup_mmap(t, mm, child);
	mmap_write_unlock(t, child);
	mmap_write_unlock(t, mm);
	if (err)
		goto out_destroy;
	*out = child;
	return 0;

out_destroy:
	mm_destroy(t, child);
	return err;
}
