/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief brk: the heap's end moves.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

#define HEAP_FLAGS	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT)

void mm_set_brk(struct task *t, struct mm *mm, unsigned long start_brk)
{
	mmap_write_lock(t, mm);
	mm->start_brk = start_brk;
	mm->brk = start_brk;
	mmap_write_unlock(t, mm);
}

/*
 * Map [start, end).  The range may merge into the VMA below, unless that lies wholly below start_brk, but
 * never into the one above.  Kernel twin: do_brk_flags() (mm/vma.c)
 */
static int brk_map(struct vma_edit *e, unsigned long start, unsigned long end)
{
	struct mm *mm = e->mm;
	struct vma *prev = vma_tree_prev(&mm->tree, start);
	const struct vma_piece p = {
		.start = start,
		.end = end,
		.flags = HEAP_FLAGS,
		.pgoff = start >> PAGE_SHIFT,
	};
	struct anon_vma *anon;
	unsigned int sides;
	struct vma *vma;
	int err;

	if (mm->map_count > mm->world->config.max_map_count || !mm_may_expand(mm, end - start, 0, 0))
		return -ENOMEM;
	if (prev && prev->vm_end <= mm->start_brk)
		prev = NULL;
	sides = vma_merge_sides(&p, prev, NULL);
	if (anon_vma_set_aside(e->task, p.flags, &anon))
		return -ENOMEM;
	err = vma_edit_prealloc(e, !sides, 1);
	if (err)
		goto out_put_anon;
	if (sides)
		vma_edit_mark(e, prev);
	err = vma_edit_marks_done(e);
	if (err)
		goto out_put_anon;
	probe(e->task, PROBE_CHANGE_MARKED, start);
	if (sides)
		vma = vma_merge_new(e, &p, prev, NULL, sides);
	else
		vma = vma_link_new(e, &p);
	anon_vma_prepare_early(e->task, mm, vma, anon);
	probe(e->task, PROBE_CHANGE_EDITED, start);
	vma_edit_release(e);
	return 0;

out_put_anon:
	anon_vma_put(e->task, anon);
	return err;
}

static bool brk_has_room(const struct mm *mm, unsigned long start, unsigned long end)
{
	struct vma *next = vma_tree_find(&mm->tree, start, mm->tree.limit);

	return start >= MMAP_MIN_ADDR && end <= mm->tree.limit &&
	       (!next || end + PAGE_SIZE <= vma_start_gap(next));
}

/*
 * With mmap_lock held for writing; *locked tells whether it still is.
 * Kernel twin: sys_brk() (mm/mmap.c)
 */
static unsigned long do_brk(struct vma_edit *e, unsigned long brk, bool *locked)
{
	struct mm *mm = e->mm;
	unsigned long was = mm->brk, from = PAGE_ALIGN(was), to = PAGE_ALIGN(brk);

	if (brk < mm->start_brk || to < brk)
		return was;
	if (from == to) {
		mm->brk = brk;
		return brk;
	}
	if (brk <= was) {
		if (!vma_tree_find(&mm->tree, to, from))
			return was;
		mm->brk = brk;		/* before the lock is let go */
		if (vma_unmap_and_unlock(e, to, from)) {
			mm->brk = was;
			return was;
		}
		*locked = false;
		return brk;
	}
	if (!brk_has_room(mm, from, to) || brk_map(e, from, to))
		return was;
	mm->brk = brk;
	return brk;
}

unsigned long mm_brk(struct task *t, struct mm *mm, unsigned long brk)
{
	struct vma_edit e;
	bool locked = true;
	unsigned long ret;

	count(t, STAT_BRK);
	if (mmap_write_lock_killable(t, mm))
		return -EINTR;
	vma_edit_init(&e, t, mm);
	probe(t, PROBE_CHANGE_LOCKED, brk);
	ret = do_brk(&e, brk, &locked);
	if (locked)
		mmap_write_unlock(t, mm);
	vma_edit_bury(&e);
	return ret;
}
