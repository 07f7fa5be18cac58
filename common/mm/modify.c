/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief New flags for every VMA of a range: what mprotect and most of madvise are.
 *
 * The kernel goes from VMA to VMA and locks each, and the neighbours it merges
 * with, as it comes to them.  Here the range is planned as a whole, and then changed
 * in steps of some VMAs each.  A step keeps the order of every change: allocate,
 * mark, edit; so that a scheme can wait for the readers of a whole step at once,
 * and what is set aside for the tree does not grow with the range.  A step that finds no memory, or is
 * killed while it waits in a mark, has edited nothing; earlier steps stay done, as in the kernel.  Marks of earlier steps stand
 * until mmap_lock is given up, so a later step may mark more beside them.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

/** VMAs that a step changes at most: its supplies are a few hundred nodes, most of which the next step uses. */
#define STEP_CHANGES	16u

/** What the first walk finds. */
struct change_plan {
	unsigned long stop;	/* edits end here */
	int err;		/* returned if the edits succeed */
	unsigned int nr_change;	/* VMAs that get other flags */
	unsigned int nr_cuts;	/* spare VMAs that may be needed */
};

/*
 * Cuts that this piece may need.  Only the first and the last piece are smaller
 * than their VMA.  Whether the first piece will merge is known now, since its neighbours will not change
 * before its turn.  The left neighbour of the last piece may change, so set aside room for its cut.
 */
static unsigned int plan_cuts(const struct vma_cursor *at, const struct vma_change *c,
			      const struct vma *vma, unsigned long from, unsigned long to,
			      unsigned long flags)
{
	struct vma *prev, *next;

	if (from == c->start) {
		vma_cursor_beside(at, &prev, &next);
		if (vma_modify_sides(vma, from, to, flags, prev, next))
			return 0;
	}
	return (from > vma->vm_start) + (to < vma->vm_end);
}

static void plan_change(struct mm *mm, const struct vma_change *c, struct change_plan *plan)
{
	unsigned long from, to, flags;
	struct vma_cursor at;
	struct vma *vma;
	int err;

	vma_cursor_init(&at, &mm->tree, c->start);
	plan->err = 0;
	plan->nr_change = 0;
	plan->nr_cuts = 0;
	for (from = c->start; from < c->end; from = to) {
		plan->stop = from;
		vma = vma_cursor_next(&at, c->end);
		if (!vma || vma->vm_start > from) {
			plan->err = -ENOMEM;
			if (!vma || c->stop_at_hole)
				return;
			from = vma->vm_start;
		}
		to = min_ul(vma->vm_end, c->end);
		err = c->flags(c, vma, &flags);
		if (err) {
			plan->err = err;
			return;
		}
		if (flags == vma->vm_flags)
			continue;
		plan->nr_change++;
		plan->nr_cuts += plan_cuts(&at, c, vma, from, to, flags);
	}
	plan->stop = c->end;
}

/* The next VMA that gets other flags and begins below @stop; its part of [*from, stop). */
static struct vma *next_change(struct vma_cursor *at, const struct vma_change *c,
			       unsigned long stop, unsigned long *from, unsigned long *to,
			       unsigned long *flags)
{
	struct vma *vma;

	while ((vma = vma_cursor_next(at, stop))) {
		BUG_ON(c->flags(c, vma, flags));
		if (*flags != vma->vm_flags) {
			*from = max_ul(*from, vma->vm_start);
			*to = min_ul(vma->vm_end, stop);
			return vma;
		}
	}
	return NULL;
}

/*
 * Where a step from @from ends that changes STEP_CHANGES VMAs, or fewer if
 * @stop comes first; their number into @nr.
 */
static unsigned long step_end(struct mm *mm, const struct vma_change *c, unsigned long from,
			      unsigned long stop, unsigned int *nr)
{
	unsigned long to = from, flags;
	struct vma_cursor at;

	vma_cursor_init(&at, &mm->tree, from);
	for (*nr = 0; *nr < STEP_CHANGES; from = to, (*nr)++)
		if (!next_change(&at, c, stop, &from, &to, &flags))
			return stop;
	return to;
}

/*
 * Mark what will be edited: each VMA that changes, and a neighbour that does not
 * change itself but takes in one that does.  Two neighbours that both change in this step are both marked
 * anyway; one that an earlier step changed is still marked, and marking it again is free.  Earlier edits
 * of the same call may give a VMA an anon_vma that had none, but never another one, so every VMA that
 * merges in the end is among those checked here.
 */
static void mark_change(struct vma_edit *e, const struct vma_change *c, unsigned long start,
			unsigned long stop)
{
	struct mm *mm = e->mm;
	unsigned long from = start, to, flags;
	struct vma *vma, *prev, *next;
	struct vma_cursor at;

	vma_cursor_init(&at, &mm->tree, start);
	for (; (vma = next_change(&at, c, stop, &from, &to, &flags)); from = to) {
		unsigned int sides;

		vma_cursor_beside(&at, &prev, &next);
		sides = vma_modify_sides(vma, from, to, flags, prev, next);
		vma_edit_mark(e, vma);
		if (sides & MERGE_LEFT)
			vma_edit_mark(e, prev);
		if (sides & MERGE_RIGHT)
			vma_edit_mark(e, next);
	}
}

static int edit_change(struct vma_edit *e, const struct vma_change *c, unsigned long start,
		       unsigned long stop, struct mmu_gather *tlb)
{
	unsigned long from = start, to, flags;
	struct vma *vma, *prev, *next;
	struct vma_cursor at;
	int err;

	vma_cursor_init(&at, &e->mm->tree, start);
	while ((vma = next_change(&at, c, stop, &from, &to, &flags))) {
		vma_cursor_beside(&at, &prev, &next);
		err = vma_modify(e, vma, from, to, flags, prev, next, &vma);
		if (err)
			return err;
		WRITE_ONCE(vma->vm_flags, flags);
		if (c->protect)
			change_protection(tlb, from, to, flags);
		from = vma->vm_end;
		vma_cursor_set(&at, from);
	}
	return 0;
}

int vma_change_flags(struct vma_edit *e, const struct vma_change *c)
{
	struct change_plan plan;
	struct mmu_gather tlb;
	unsigned long from, to;
	unsigned int nr;
	int err = 0;

	plan_change(e->mm, c, &plan);
	if (!plan.nr_change)
		return plan.err;
	tlb_gather_mmu(&tlb, e->task, e->mm);
	for (from = c->start; from < plan.stop && !err; from = to) {
		to = step_end(e->mm, c, from, plan.stop, &nr);
		if (!nr)
			break;
		/* A piece needs one store, or none, but for the cuts. */
		err = vma_edit_prealloc(e, from == c->start ? plan.nr_cuts : e->nr_spare,
					nr + plan.nr_cuts);
		if (err)
			break;
		mark_change(e, c, from, to);
		err = vma_edit_marks_done(e);
		if (err)
			break;
		probe(e->task, PROBE_CHANGE_MARKED, c->start);
		err = edit_change(e, c, from, to, &tlb);
	}
	probe(e->task, PROBE_CHANGE_EDITED, c->start);
	if (c->protect) {
		probe(e->task, PROBE_CHANGE_ZAPPED, c->start);
		/* Entries that lost rights are flushed while the marks stand (F2). */
		tlb_finish_mmu(&tlb);
		probe(e->task, PROBE_CHANGE_FLUSHED, c->start);
	}
	vma_edit_release(e);
	return e->err ? e->err : err ? c->no_memory : plan.err;
}
