// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Small scenes, of which every execution can be made: one VMA of two pages under one table, changed as a whole,
 * so that nothing is cut and no neighbour is there.
 *
 * X is the first of the two; the second was written before, so that the table and the anon rmap object are
 * there.  (With mprotect_front there is a page below, which is what changes.)  What the access finds at X, the access and the judge are those of the other scenes.
 */
#include "tests/explore/changes.h"

#include "common/mm/reclaim.h"
#include "tests/support/check.h"

#define LEN	(2 * P)
#define MOVED	(ELSEWHERE + (X - PIECE))	/* where the judge looks for X */

static void munmap_vma(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, X, LEN));
}

static void mmap_over_vma(struct mm *mm, struct task *t)
{
	check_same(mm_mmap(t, mm, X, LEN, MM_PROT_READ, ANON, NULL, 0), X, "mmap");
}

static void mprotect_vma(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, X, LEN, MM_PROT_READ));
}

/* X's own half gets another VMA, with other bounds; the table is not touched. */
static void mprotect_front(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, X - P, P, MM_PROT_READ));
}

static void advice_vma(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, X, LEN, ADVICE_SEQUENTIAL));
}

static void dontneed_vma(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, X, LEN, ADVICE_DONTNEED));
}

static void mremap_vma(struct mm *mm, struct task *t)
{
	check_same(mm_mremap(t, mm, X, LEN, LEN, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, MOVED), MOVED, "mremap");
}

static void reclaim_vma(struct mm *mm, struct task *t)
{
	(void)mm;
	reclaim_direct(t, RECLAIM_FORCE, 4);
}


const struct change small_changes[] = {
	{ .id = "munmap", .op = OP("munmap of the VMA", END_GONE, munmap_vma) },
	{ .id = "mmap_over", .op = OP("mmap over the VMA", END_FRESH_READ_ONLY, mmap_over_vma) },
	{ .id = "mprotect", .op = OP("mprotect of the VMA", END_READ_ONLY, mprotect_vma) },
	{ .id = "mprotect_front", .op = OP("mprotect of the page below", END_KEPT, mprotect_front) },
	{ .id = "advice", .op = OP("advice for the VMA", END_KEPT, advice_vma) },
	{ .id = "dontneed", .op = OP("DONTNEED of the VMA", END_FRESH, dontneed_vma) },
	{ .id = "mremap", .op = OP("mremap of the VMA to elsewhere", END_MOVED, mremap_vma) },
	{ .id = "reclaim", .op = OP("reclaim", END_KEPT, reclaim_vma), .reclaim = true },
	{ .id = NULL }
};

static void set_page(struct situation *s)
{
	u64 value;

	check_same(access_write(s->task, X, OLD), ACCESS_OK, "a write before the situation");
	if (s->kind == WRITE_CHILD || s->kind == WRITE_FORKED)
		check_same(mm_fork(s->task, s->mm, &s->child), 0, "fork");
	if (s->kind == WRITE_FORKED) {
		mm_destroy(s->task, s->child);
		s->child = NULL;
	}
	check_same(access_read(s->bystander, X, &value), ACCESS_OK, "a read before the situation");
}

void small_set(struct situation *s)
{
	unsigned long start = s->op->run == mprotect_front ? X - P : X;
	u64 value;

	s->child = NULL;
	s->file = NULL;
	check_same(mm_mmap(s->task, s->mm, start, X + LEN - start, RW, ANON, NULL, 0), start, "mmap");
	check_same(access_write(s->task, X + P, 1), ACCESS_OK, "a write before the situation");
	if (scene_unwritten(s->kind))
		set_page(s);
	else if (s->kind == WRITE_ZERO)
		check_same(access_read(s->task, X, &value), ACCESS_OK, "a read before the situation");
}
