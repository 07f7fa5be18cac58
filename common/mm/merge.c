/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief When two ranges become one VMA, by Linux's rule, and how.
 *
 * The rule of 6.18 (mm/vma.c): flags and file are equal, the offset continues, and the anon_vmas are the
 * same or one side has none.  Which side has none does not matter: until 6.15 a VMA with one did not
 * merge into a neighbour without.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

/*
 * Kernel twin: is_mergeable_anon_vma().  If only one side has an anon_vma and that side was forked, its
 * pages may be the parent's, and it does not merge.
 */
static bool same_or_none(const struct anon_vma *a, bool a_forked, const struct anon_vma *b,
			 bool b_forked)
{
	if (a && b)
		return a == b;
	return !(a && a_forked) && !(b && b_forked);
}

/* Kernel twin: is_mergeable_vma() and is_mergeable_anon_vma() */
static bool alike(const struct vma_piece *p, const struct vma *vma)
{
	return vma->vm_flags == p->flags && vma->vm_file == p->file &&
	       same_or_none(vma->anon_vma, vma->anon_forked, p->anon, p->anon_forked);
}

/* The offset that @a vma has, or would have, at @a addr, which may lie below it. */
static u64 pgoff_at(const struct vma *vma, unsigned long addr)
{
	return vma->vm_pgoff + (addr >> PAGE_SHIFT) - (vma->vm_start >> PAGE_SHIFT);
}

unsigned int vma_merge_sides(const struct vma_piece *p, const struct vma *prev,
			     const struct vma *next)
{
	u64 pgoff_end = p->pgoff + ((p->end - p->start) >> PAGE_SHIFT);
	unsigned int sides = 0;

	if (prev && prev->vm_end >= p->start && alike(p, prev) &&
	    pgoff_at(prev, p->start) == p->pgoff)
		sides |= MERGE_LEFT;
	if (next && next->vm_start <= p->end && alike(p, next) &&
	    pgoff_at(next, p->end) == pgoff_end &&
	    (!sides || same_or_none(prev->anon_vma, prev->anon_forked, next->anon_vma, next->anon_forked)))
		sides |= MERGE_RIGHT;
	return sides;
}

/*
 * @a vma grows over memory that has @a anon, so it must point to @a anon too.  The VMA is marked, so no
 * fault sets the pointer at the same time; a fault that copies it later does so after the mark has ended.
 */
static void adopt_anon(struct vma *vma, struct anon_vma *anon)
{
	if (!anon || vma->anon_vma)
		return;
	anon_vma_get(anon);
	WRITE_ONCE(vma->anon_vma, anon);
	rmap_link_anon(vma);
}

static void set_start(struct vma *vma, unsigned long start)
{
	vma_set_bounds(vma, start, vma->vm_end, pgoff_at(vma, start));
}

static void set_end(struct vma *vma, unsigned long end)
{
	vma_set_bounds(vma, vma->vm_start, end, vma->vm_pgoff);
}

static void count_merge(struct vma_edit *e, unsigned int sides)
{
	count_by(e->task, STAT_VMA_MERGE, sides == (MERGE_LEFT | MERGE_RIGHT) ? 2 : 1);
}

/*
 * Another VMA on the same lists has taken over the range of @vma, so a walk of the reverse mapping finds
 * the pages there.
 */
static void swallow(struct vma_edit *e, struct vma *vma)
{
	vma_edit_doom(e, vma);
	rmap_unlink(vma);
}

struct vma *vma_merge_new(struct vma_edit *e, const struct vma_piece *p, struct vma *prev,
			  struct vma *next, unsigned int sides)
{
	struct vma_tree *tree = &e->mm->tree;
	unsigned long end = p->end;

	BUG_ON((sides & MERGE_LEFT) && !vma_is_marked(e->mm, prev));
	BUG_ON((sides & MERGE_RIGHT) && !vma_is_marked(e->mm, next));
	count_merge(e, sides);
	if (!(sides & MERGE_LEFT)) {
		adopt_anon(next, p->anon);
		set_start(next, p->start);
		vma_tree_store(e->task, tree, p->start, p->end, next);
		return next;
	}
	if (sides & MERGE_RIGHT) {
		adopt_anon(prev, next->anon_vma);
		end = next->vm_end;
	}
	adopt_anon(prev, p->anon);
	set_end(prev, end);
	if (sides & MERGE_RIGHT)
		swallow(e, next);
	vma_tree_store(e->task, tree, p->start, end, prev);
	vma_edit_gone(e);
	return prev;
}

unsigned int vma_modify_sides(const struct vma *vma, unsigned long start, unsigned long end,
			      unsigned long flags, const struct vma *prev, const struct vma *next)
{
	const struct vma_piece p = {
		.start = start,
		.end = end,
		.flags = flags,
		.pgoff = pgoff_at(vma, start),
		.file = vma->vm_file,
		.anon = vma->anon_vma,
		.anon_forked = vma->anon_forked,
	};

	/* The piece has a neighbour on a side only if it reaches that end of its VMA. */
	return vma_merge_sides(&p, start == vma->vm_start ? prev : NULL,
			       end == vma->vm_end ? next : NULL);
}

/*
 * Give [start, end) of @a vma to its neighbours.  With both, prev takes all three ranges and the other
 * two VMAs die; with one, that one grows, and @a vma shrinks or dies.
 */
static struct vma *modify_by_merge(struct vma_edit *e, struct vma *vma, unsigned long start,
				   unsigned long end, struct vma *prev, struct vma *next,
				   unsigned int sides)
{
	struct vma_tree *tree = &e->mm->tree;
	struct vma *target;
	bool whole = start == vma->vm_start && end == vma->vm_end;

	count_merge(e, sides);
	if (sides == (MERGE_LEFT | MERGE_RIGHT)) {
		unsigned long last = next->vm_end;

		BUG_ON(!vma_is_marked(e->mm, prev) || !vma_is_marked(e->mm, next));
		adopt_anon(prev, next->anon_vma ? next->anon_vma : vma->anon_vma);
		set_end(prev, last);
		swallow(e, vma);
		swallow(e, next);
		vma_tree_store(e->task, tree, start, last, prev);
		vma_edit_gone(e);
		return prev;
	}
	if (sides == MERGE_LEFT) {
		target = prev;
		adopt_anon(target, vma->anon_vma);
		set_end(target, end);
		if (!whole)
			set_start(vma, end);
	} else {
		target = next;
		adopt_anon(target, vma->anon_vma);
		set_start(target, start);
		if (!whole)
			set_end(vma, start);
	}
	BUG_ON(!vma_is_marked(e->mm, target));
	if (whole)
		swallow(e, vma);
	vma_tree_store(e->task, tree, start, end, target);
	vma_edit_gone(e);
	return target;
}

int vma_modify(struct vma_edit *e, struct vma *vma, unsigned long start, unsigned long end,
	       unsigned long flags, struct vma *prev, struct vma *next, struct vma **out)
{
	unsigned int sides = vma_modify_sides(vma, start, end, flags, prev, next);
	u64 max = e->mm->world->config.max_map_count;

	BUG_ON(!vma_is_marked(e->mm, vma));
	if (sides) {
		*out = modify_by_merge(e, vma, start, end, prev, next, sides);
		return 0;
	}
	if (vma->vm_start < start) {
		if (e->mm->map_count >= max)
			return -ENOMEM;
		vma_edit_split(e, vma, start, true);
	}
	if (vma->vm_end > end) {
		if (e->mm->map_count >= max)
			return -ENOMEM;
		vma_edit_split(e, vma, end, false);
	}
	*out = vma;
	return 0;
}
