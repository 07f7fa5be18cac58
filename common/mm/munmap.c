/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Unmapping: marked, cut, out of the tree, GONE; then, often downgraded, cleared, flushed, tables freed.
 *
 * Why the part after the downgrade is right.
 *  - The range: its VMAs are GONE.  A fault that took its copy before finds another
 *    number under the table's lock; one that begins now finds no VMA.  So once an
 *    entry is cleared it stays empty, and no table is published in the range.
 *  - The tables: they are freed up to the neighbours' bounds, which were read under
 *    the write lock.  To move such a bound, or to put a VMA into the room between,
 *    takes mmap_lock for writing, stack growth included; we hold it for reading, so
 *    both stay as read until mmap_read_unlock().  Another munmap cannot be in this
 *    part either: it would have had to write-lock first.
 *  - Tables that a neighbour needs cover an address below floor or from ceiling on,
 *    and stay.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

int vma_unmap_plan(struct vma_edit *e, struct vma_unmap *u, unsigned long start,
		   unsigned long end)
{
	struct vma_tree *tree = &e->mm->tree;
	struct vma *first = vma_tree_find(tree, start, end), *last;
	bool cut_start, cut_end;

	u->start = start;
	u->end = end;
	u->first = first;
	u->nr_cuts = 0;
	if (!first)
		return 0;
	last = vma_tree_prev(tree, end);
	cut_start = first->vm_start < start;
	cut_end = last->vm_end > end;
	/*
	 * Cutting a hole into one VMA makes one more; any other unmapping may exceed the limit only while
	 * it runs.
	 */
	if (first == last && cut_start && cut_end &&
	    e->mm->map_count >= e->mm->world->config.max_map_count)
		return -ENOMEM;
	u->nr_cuts = cut_start + cut_end;
	return 0;
}

void vma_unmap_mark(struct vma_edit *e, const struct vma_unmap *u)
{
	struct vma_cursor at;
	struct vma *vma;

	vma_cursor_init(&at, &e->mm->tree, u->start);
	while ((vma = vma_cursor_next(&at, u->end)))
		vma_edit_mark(e, vma);
}

void vma_unmap_cut(struct vma_edit *e, const struct vma_unmap *u)
{
	struct vma *last;

	/* As in the kernel, at both ends the new VMA is the part that stays. */
	if (u->first->vm_start < u->start)
		vma_edit_split(e, u->first, u->start, true);
	last = vma_tree_prev(&e->mm->tree, u->end);
	if (last->vm_end > u->end)
		vma_edit_split(e, last, u->end, false);
}

void vma_unmap_edit(struct vma_edit *e, struct vma_unmap *u)
{
	struct vma_tree *tree = &e->mm->tree;
	struct vma_cursor at;
	struct vma *vma;

	vma_unmap_cut(e, u);
	vma_cursor_init(&at, tree, u->start);
	while ((vma = vma_cursor_next(&at, u->end)))
		vma_edit_doom(e, vma);
	vma_tree_clear(e->task, tree, u->start, u->end);
	vma_edit_gone(e);

	vma = vma_tree_prev(tree, u->start);
	u->floor = vma ? vma->vm_end : 0;
	vma = vma_tree_find(tree, u->end, tree->limit);
	u->ceiling = vma ? vma->vm_start : ~0UL;
}

void vma_unmap_clear(struct vma_edit *e, const struct vma_unmap *u)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, e->task, e->mm);
	zap_page_range(&tlb, u->start, u->end, ZAP_GUARDS);
	probe(e->task, PROBE_CHANGE_ZAPPED, u->start);
	tlb_finish_mmu(&tlb);
	vma_edit_unlink(e);
	probe(e->task, PROBE_CHANGE_TABLES, u->start);
	free_pgtables(e->task, e->mm, u->start, u->end, u->floor, u->ceiling);
}

/* Do everything up to the edits; u->first is NULL if there is nothing to unmap. */
static int unmap_to_edit(struct vma_edit *e, struct vma_unmap *u, unsigned long start,
			 unsigned long end)
{
	int err = vma_unmap_plan(e, u, start, end);

	if (err || !u->first)
		return err;
	err = vma_edit_prealloc(e, u->nr_cuts, u->nr_cuts + 1);
	if (err)
		return err;
	vma_unmap_mark(e, u);
	err = vma_edit_marks_done(e);
	if (err)
		return err;
	probe(e->task, PROBE_CHANGE_MARKED, start);
	vma_unmap_edit(e, u);
	vma_edit_release(e);
	probe(e->task, PROBE_CHANGE_EDITED, start);
	return 0;
}

int vma_unmap_here(struct vma_edit *e, unsigned long start, unsigned long end)
{
	struct vma_unmap u;
	int err = unmap_to_edit(e, &u, start, end);

	if (!err && u.first)
		vma_unmap_clear(e, &u);
	return err;
}

int vma_unmap_and_unlock(struct vma_edit *e, unsigned long start, unsigned long end)
{
	struct vma_unmap u;
	int err = unmap_to_edit(e, &u, start, end);

	if (err)
		return err;
	if (!u.first) {
		mmap_write_unlock(e->task, e->mm);
		return 0;
	}
	mmap_write_downgrade(e->task, e->mm);
	probe(e->task, PROBE_CHANGE_DOWNGRADED, start);
	vma_unmap_clear(e, &u);
	mmap_read_unlock(e->task, e->mm);
	return 0;
}

int mm_munmap(struct task *t, struct mm *mm, unsigned long addr, unsigned long len)
{
	unsigned long limit = mm->tree.limit;
	struct vma_edit e;
	int err;

	count(t, STAT_MUNMAP);
	if ((addr & ~PAGE_MASK) || addr > limit || len > limit - addr)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return -EINVAL;

	if (mmap_write_lock_killable(t, mm))
		return -EINTR;
	vma_edit_init(&e, t, mm);
	probe(t, PROBE_CHANGE_LOCKED, addr);
	err = vma_unmap_and_unlock(&e, addr, addr + len);
	if (err)
		mmap_write_unlock(t, mm);
	vma_edit_bury(&e);
	return err;
}
