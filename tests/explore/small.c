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

OP(munmap_vma, "munmap of the VMA", END_GONE, munmap_vma)
OP(mmap_over_vma, "mmap over the VMA", END_FRESH_READ_ONLY, mmap_over_vma)
OP(mprotect_vma, "mprotect of the VMA", END_READ_ONLY, mprotect_vma)
OP(mprotect_front, "mprotect of the page below", END_KEPT, mprotect_front)
OP(advice_vma, "advice for the VMA", END_KEPT, advice_vma)
OP(dontneed_vma, "DONTNEED of the VMA", END_FRESH, dontneed_vma)
OP(mremap_vma, "mremap of the VMA to elsewhere", END_MOVED, mremap_vma)
OP(reclaim_vma, "reclaim", END_KEPT, reclaim_vma)

const struct change small_changes[] = {
	{ .id = "munmap", .op = &munmap_vma_op },
	{ .id = "mmap_over", .op = &mmap_over_vma_op },
	{ .id = "mprotect", .op = &mprotect_vma_op },
	{ .id = "mprotect_front", .op = &mprotect_front_op },
	{ .id = "advice", .op = &advice_vma_op },
	{ .id = "dontneed", .op = &dontneed_vma_op },
	{ .id = "mremap", .op = &mremap_vma_op },
	{ .id = "reclaim", .op = &reclaim_vma_op, .reclaim = true },
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
	unsigned long start = s->op == &mprotect_front_op ? X - P : X;
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
