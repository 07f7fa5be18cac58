/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief An operation's supplies, its cuts and its dead.
 */
#include "common/mm/vma_edit.h"
#include "common/mm/file.h"
#include "common/mm/rmap.h"

#include <errno.h>

void vma_edit_init(struct vma_edit *e, struct task *t, struct mm *mm)
{
	e->task = t;
	e->mm = mm;
	e->nr_spare = 0;
	e->doomed = NULL;
	e->dead = NULL;
	e->err = 0;
}

int vma_edit_prealloc(struct vma_edit *e, unsigned int nr_vmas, unsigned int nr_stores)
{
	BUG_ON(nr_vmas > VMA_EDIT_SPARES);
	while (e->nr_spare < nr_vmas) {
		struct vma *vma = vma_alloc(e->task);

		if (!vma)
			goto out_release;
		e->spare[e->nr_spare++] = vma;
	}
	if (!vma_tree_prealloc(e->task, &e->mm->tree, nr_stores))
		return 0;
out_release:
	vma_edit_release(e);
	return -ENOMEM;
}

void vma_edit_mark(struct vma_edit *e, struct vma *vma)
{
	if (likely(!e->err))
		e->err = vma_mark_killable(e->task, e->mm, vma);
}

int vma_edit_marks_done(struct vma_edit *e)
{
	if (likely(!e->err))
		e->err = mm_marks_done_killable(e->task, e->mm);
	if (unlikely(e->err))
		vma_edit_release(e);
	return e->err;
}

void vma_edit_release(struct vma_edit *e)
{
	while (e->nr_spare)
		vma_free_unborn(e->task, e->spare[--e->nr_spare]);
	vma_tree_prealloc_end(e->task, &e->mm->tree);
}

static struct vma *vma_edit_spare(struct vma_edit *e)
{
	BUG_ON(!e->nr_spare);
	return e->spare[--e->nr_spare];
}

struct vma *vma_link_new(struct vma_edit *e, const struct vma_piece *p)
{
	struct vma *vma = vma_edit_spare(e);

	if (p->file)
		file_get(p->file);
	if (p->anon)
		anon_vma_get(p->anon);
	vma_birth(e->task, e->mm, vma, p->start, p->end, p->flags, p->pgoff, p->file, p->anon);
	vma->anon_forked = p->anon_forked;
	vma_tree_store(e->task, &e->mm->tree, p->start, p->end, vma);
	e->mm->map_count++;
	return vma;
}

struct vma *vma_edit_split(struct vma_edit *e, struct vma *vma, unsigned long addr,
			   bool new_below)
{
	u64 pgoff = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	struct vma_piece p = {
		.start = new_below ? vma->vm_start : addr,
		.end = new_below ? addr : vma->vm_end,
		.flags = vma->vm_flags,
		.pgoff = new_below ? vma->vm_pgoff : pgoff,
		.file = vma->vm_file,
		.anon = vma->anon_vma,
		.anon_forked = vma->anon_forked,
	};
	struct vma *new;

	BUG_ON(!vma_is_marked(e->mm, vma));
	BUG_ON(addr <= vma->vm_start || addr >= vma->vm_end);
	count(e->task, STAT_VMA_SPLIT);
	/* Link the new one first, so that a walk of the reverse mapping finds every page at one of the two. */
	new = vma_link_new(e, &p);
	if (new_below)
		vma_set_bounds(vma, addr, vma->vm_end, pgoff);
	else
		vma_set_bounds(vma, vma->vm_start, addr, vma->vm_pgoff);
	return new;
}

void vma_edit_doom(struct vma_edit *e, struct vma *vma)
{
	BUG_ON(!vma_is_marked(e->mm, vma));
	vma->next_dead = e->doomed;
	e->doomed = vma;
	e->mm->map_count--;
}

void vma_edit_gone(struct vma_edit *e)
{
	while (e->doomed) {
		struct vma *vma = e->doomed;

		e->doomed = vma->next_dead;
		vma_gone(e->task, e->mm, vma);
		vma->next_dead = e->dead;
		e->dead = vma;
	}
}

void vma_edit_unlink(struct vma_edit *e)
{
	for (struct vma *vma = e->dead; vma; vma = vma->next_dead)
		rmap_unlink(vma);
}

void vma_edit_bury(struct vma_edit *e)
{
	while (e->dead) {
		struct vma *vma = e->dead;

		e->dead = vma->next_dead;
		vma_bury(e->task, e->mm, vma);
	}
}
