// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A VMA that takes pages in takes over their anon_vma: mm_check() checks that each page's anon_vma
 * is its VMA's.
 *
 * Tests each way by which written memory comes into a VMA that was never written: the kernel forgot some
 * (dup_anon_vma() of 4c6759967826, 2023; syzbot b165fc2e11771c66d8ba, 2026).
 */
#include <criterion/criterion.h>

#include "tests/support/mm_test.h"

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE

static void move(struct mm_test *m, unsigned long from, unsigned long to, unsigned long pages)
{
	check_same(mm_mremap(m->task, m->mm, from, pages * P, pages * P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, to),
		   to, "mremap");
}

static void protect(struct mm_test *m, unsigned long addr, unsigned long pages, int prot)
{
	check_same(mm_mprotect(m->task, m->mm, addr, pages * P, prot), 0, "mprotect");
}

static void one_vma(struct mm_test *m, unsigned long start, unsigned long pages)
{
	must_have_vmas(m, (struct want_vma[]){ { start, start + pages * P, PROT_RW } }, 1);
	mm_test_check(m, m->mm);
}

/* Five pages at A that were written, away and back, with never written memory mapped beside meanwhile. */
static void away_and_back(struct mm_test *m, bool below, bool above)
{
	u64 merged;

	mm_test_alone(m);
	map_at(m, A, 5, PROT_RW);
	must_write(m, A + P, 1);
	move(m, A, B, 5);
	if (below)
		map_at(m, A - 5 * P, 5, PROT_RW);
	if (above)
		map_at(m, A + 5 * P, 5, PROT_RW);
	merged = event_sum(m, STAT_VMA_MERGE);
	move(m, B, A, 5);
	check_same(event_sum(m, STAT_VMA_MERGE), merged + below + above, "merges counted, one a side");
	one_vma(m, below ? A - 5 * P : A, 5UL + 5 * below + 5 * above);
	check_same(must_read(m, A + P), 1, "contents");
	must_write(m, A + P, 2);
	mm_test_renew(m);
}

SCHEME_TEST(a_move_takes_the_anon_vma_along)
{
	away_and_back(m, false, true);
	away_and_back(m, true, false);
	away_and_back(m, true, true);
}

/* NORESERVE: otherwise memory that was writable once stays accounted, and does not merge. */
static void map_noreserve(struct mm_test *m, unsigned long addr)
{
	check_same(mm_mmap(m->task, m->mm, addr, 4 * P, PROT_RW, MAP_ANON_FIXED | MM_MAP_NORESERVE, NULL, 0), addr,
		   "mmap");
}

/* mprotect gives a part of one VMA to its neighbour: the end to the next, the beginning to the one before. */
SCHEME_TEST(mprotect_takes_the_anon_vma_along)
{
	map_noreserve(m, A + 4 * P);
	protect(m, A + 4 * P, 4, PROT_R);
	map_noreserve(m, A);
	must_write(m, A + 3 * P, 1);
	protect(m, A + 2 * P, 2, PROT_R);
	mm_test_check(m, m->mm);
	protect(m, A + 2 * P, 6, PROT_RW);
	one_vma(m, A, 8);
	mm_test_renew(m);

	map_noreserve(m, A);
	protect(m, A, 4, PROT_R);
	map_noreserve(m, A + 4 * P);
	must_write(m, A + 4 * P, 1);
	protect(m, A + 4 * P, 2, PROT_R);
	mm_test_check(m, m->mm);
	protect(m, A, 6, PROT_RW);
	one_vma(m, A, 8);
}

/* The VMA that DONTUNMAP leaves behind is like new: it merges with memory that was never written. */
SCHEME_TEST(what_a_move_leaves_is_as_new)
{
	int flags = MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED | MM_MREMAP_DONTUNMAP;
	struct mm *child;

	map_at(m, A, 4, PROT_RW);
	must_write(m, A, 1);
	check_same(mm_fork(m->task, m->mm, &child), 0, "fork");
	mm_detach(m->task);
	mm_attach(m->task, child);
	check_same(mm_mremap(m->task, child, A, 4 * P, 4 * P, flags, B), B, "mremap");
	must_write(m, A, 2);	/* now a page of its own, not the parent's */
	check_same(mm_mmap(m->task, child, A + 4 * P, P, PROT_RW, MAP_ANON_FIXED, NULL, 0), A + 4 * P, "mmap");
	check_same(child->map_count, 2, "VMAs: what was left, with what came beside, and what moved");
	mm_test_check(m, child);
	mm_destroy(m->task, child);
	mm_attach(m->task, m->mm);
}
