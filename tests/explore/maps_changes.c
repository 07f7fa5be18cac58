// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A reader of another address space's mappings beside a change: what is mapped all the time it must find, once, and whole.
 */
#include "tests/explore/changes.h"

#include "tests/support/check.h"

#define LOW	(A - 2 * P)

/* --- changes whose neighbours are not marked, or grow ---------------------------------------------- */

/* A VMA of its own right below the region. */
static void map_low(struct situation *s)
{
	check_same(mm_mmap(s->task, s->mm, LOW, A - LOW, MM_PROT_READ, ANON, NULL, 0), LOW, "mmap");
}

/* It is replaced, as a whole: nobody else is marked. */
static void mmap_over_low(struct mm *mm, struct task *t)
{
	check_same(mm_mmap(t, mm, LOW, A - LOW, MM_PROT_READ | MM_PROT_EXEC, ANON, NULL, 0), LOW, "mmap over it");
}

static void cut_front(struct situation *s)
{
	must(mm_mprotect(s->task, s->mm, A, 2 * P, MM_PROT_READ));
}

/* X's VMA takes in the one before, so its start moves down, and its offset with it. */
static void merge_front(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, A, 2 * P, RW));
}

/* --- the reader ------------------------------------------------------------------------------------ */

/* Which mapping that is told of may be where: anonymous memory of the region, or of what a change puts there. */
static void check_told(const struct vma_info *info, unsigned long before)
{
	check(info->start >= before && info->start < info->end, "told of [%#lx, %#lx) after %#lx", info->start, info->end, before);
	if (info->start >= A && info->end <= A_END && !info->inode)
		check_same(info->pgoff, info->start >> PAGE_SHIFT, "the offset of what is told of");
}

/*
 * Read on from @from.  [from, to) is mapped from beginning to end, but for [hole, hole_end), which may be either.  A stranger reads: this
 * thread has left the address space.
 */
static void read_maps(struct mm *mm, struct task *t, unsigned long from, unsigned long to, unsigned long hole, unsigned long hole_end)
{
	unsigned long at = from, before = from, next = from;
	struct vma_info info;

	while (mm_maps_next(t, mm, &at, &info) != MAPS_END) {
		check_told(&info, before);
		before = info.end;
		if (info.start > next && next >= hole && next < hole_end)
			next = min_ul(info.start, hole_end);
		if (info.start <= next && info.end > next)
			next = info.end;
	}
	if (next >= hole && next < hole_end && hole_end == to)
		next = to;
	check(next >= to, "nothing was told of %#lx, which is mapped all the time", next);
}

static void maps(struct mm *mm, struct task *t)
{
	read_maps(mm, t, A, A_END, A, A);
}

static void maps_from_low(struct mm *mm, struct task *t)
{
	read_maps(mm, t, LOW, A_END, A, A);
}

static void maps_around(struct mm *mm, struct task *t)
{
	read_maps(mm, t, A, A_END, PIECE, PIECE + PIECE_LEN);
}

static void maps_of_nothing(struct mm *mm, struct task *t)
{
	read_maps(mm, t, 0, 0, 0, 0);
}

static void leave(struct changes_world *w, struct task *t)
{
	(void)w;
	mm_detach(t);
}

static const struct scene_op mmap_over_low_op = { "mmap over a neighbour", END_KEPT, map_low, mmap_over_low };
static const struct scene_op merge_front_op = { "mprotect that merges the VMA downwards", END_KEPT, cut_front, merge_front };

const struct change maps_changes[] = {
	{ .id = "mmap_over_low", .op = &mmap_over_low_op, .suits = suits_none },
	{ .id = "merge_front", .op = &merge_front_op, .suits = suits_none },
	{ .id = "maps_from_low", .op = OP("a reader of the maps, from a neighbour on", END_ANY, maps_from_low), .suits = suits_none, .open = leave },
	{ .id = "maps", .op = OP("a reader of the maps", END_ANY, maps), .suits = suits_none, .open = leave },
	{ .id = "maps_around", .op = OP("a reader of the maps, but of a piece", END_ANY, maps_around), .suits = suits_none, .open = leave },
	{ .id = "maps_of_nothing", .op = OP("a reader of whatever is there", END_ANY, maps_of_nothing), .suits = suits_none, .open = leave },
	{ .id = NULL }
};
