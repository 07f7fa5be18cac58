// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief fork: what the two processes share, what not, and which one copies when.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/support/mm_test.h"

#include <errno.h>

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE

#define ADV_WIPEONFORK	18

/* From here on the test's task is in @a mm. */
static void enter(struct mm_test *m, struct mm *mm)
{
	mm_detach(m->task);
	mm_attach(m->task, mm);
	m->mm = mm;
}

static struct mm *must_fork(struct mm_test *m)
{
	struct mm *child;

	check_same(mm_fork(m->task, m->mm, &child), 0, "fork");
	return child;
}

static void end_child(struct mm_test *m, struct mm *child, struct mm *parent)
{
	mm_test_alone(m);
	mm_test_check(m, child);
	enter(m, parent);
	mm_destroy(m->task, child);
}

SCHEME_TEST(fork_private_memory)
{
	struct mm *parent = m->mm, *child, *grandchild;
	u64 copies, reuses;

	mm_test_alone(m);
	map_at(m, A, 4, PROT_RW);
	must_write(m, A, 1);
	must_write(m, A + P, 2);
	check_same(must_read(m, A + 2 * P), 0, "zero page");
	child = must_fork(m);
	check_same(mm_hash_vmas(m->task, child), mm_hash_vmas(m->task, parent), "the same VMAs");
	check_same(mm_hash_pages(m->task, child), mm_hash_pages(m->task, parent), "the same contents");

	must_write(m, A, 10);		/* the parent, through what its TLB knew as writable */
	enter(m, child);
	check_same(must_read(m, A), 1, "the child has what was there at fork");
	must_write(m, A + P, 20);
	grandchild = must_fork(m);
	must_write(m, A + 2 * P, 30);
	enter(m, grandchild);
	check_same(must_read(m, A + P), 20, "the grandchild has the child's");
	check_same(must_read(m, A + 2 * P), 0, "not what came later");
	end_child(m, grandchild, child);

	/* The child's own page has one user again: taken over, not copied. */
	copies = event_sum(m, STAT_FAULT_COPY);
	reuses = event_sum(m, STAT_FAULT_REUSE);
	must_write(m, A + P, 21);
	check_same(event_sum(m, STAT_FAULT_COPY), copies, "no copy");
	check_same(event_sum(m, STAT_FAULT_REUSE), reuses + 1, "taken over");
	end_child(m, child, parent);
	check_same(must_read(m, A), 10, "the parent's");
	check_same(must_read(m, A + P), 2, "the parent's");
	must_write(m, A + P, 3);
	must_write(m, A + 2 * P, 4);
}

SCHEME_TEST(fork_shared_memory_and_files)
{
	struct file *file = file_open(5, false);
	struct mm *parent = m->mm, *child;

	check(file, "no file");
	check_same(mm_mmap(m->task, m->mm, A, 2 * P, PROT_RW,
			   MM_MAP_SHARED | MM_MAP_ANONYMOUS | MM_MAP_FIXED, NULL, 0), A, "shared memory");
	check_same(mm_mmap(m->task, m->mm, B, 2 * P, PROT_RW, MM_MAP_PRIVATE | MM_MAP_FIXED, file, 0), B,
		   "a private file");
	must_write(m, A, 1);
	must_write(m, B, 2);
	child = must_fork(m);
	enter(m, child);
	check_same(must_read(m, A), 1, "shared memory");
	must_write(m, A, 3);
	must_write(m, A + P, 4);
	check_same(must_read(m, B), 2, "the private copy");
	must_write(m, B, 5);
	check_same(must_read(m, B + P), file_word(5, 1, 0), "from the file");
	enter(m, parent);
	check_same(must_read(m, A), 3, "the child's write");
	check_same(must_read(m, A + P), 4, "the child's page");
	check_same(must_read(m, B), 2, "the parent's copy");
	enter(m, child);
	end_child(m, child, parent);
	check_same(must_read(m, A + P), 4, "it stays when the child is gone");
	file_put(m->task, file);
}

SCHEME_TEST(fork_advice_and_break)
{
	struct mm *parent = m->mm, *child;
	unsigned long brk;

	mm_set_brk(m->task, m->mm, B);
	brk = mm_brk(m->task, m->mm, B + 2 * P);
	must_write(m, B, 1);
	map_at(m, A, 1, PROT_RW);
	map_at(m, A + 2 * P, 1, PROT_RW);
	map_at(m, A + 4 * P, 1, PROT_R);
	must_write(m, A, 2);
	must_write(m, A + 2 * P, 3);
	check_same(mm_madvise(m->task, m->mm, A, P, ADV_DONTFORK), 0, "DONTFORK");
	check_same(mm_madvise(m->task, m->mm, A + 2 * P, P, ADV_WIPEONFORK), 0, "WIPEONFORK");
	child = must_fork(m);
	enter(m, child);
	must_not_read(m, A);
	check_same(must_read(m, A + 2 * P), 0, "wiped");
	must_write(m, A + 2 * P, 4);
	must_not_write(m, A + 4 * P);
	check_same(mm_brk(m->task, m->mm, brk + P), brk + P, "the break goes on");
	must_write(m, brk, 5);
	check_same(must_read(m, B), 1, "the heap");
	end_child(m, child, parent);
	check_same(must_read(m, A), 2, "the parent's");
	check_same(must_read(m, A + 2 * P), 3, "the parent's");
}

/* A forked VMA has an rmap object of its own: as in Linux it does not merge with a neighbour without one. */
SCHEME_TEST(fork_and_merging)
{
	static const struct want_vma apart[] = {
		{ A, A + P, PROT_RW }, { A + P, A + 2 * P, PROT_RW },
	};
	static const struct want_vma one[] = { { A, A + 2 * P, PROT_RW } };
	struct mm *parent = m->mm, *child;

	map_at(m, A, 1, PROT_RW);
	must_write(m, A, 1);
	child = must_fork(m);
	map_at(m, A + P, 1, PROT_RW);
	must_have_vmas(m, one, 1);
	enter(m, child);
	map_at(m, A + P, 1, PROT_RW);
	must_have_vmas(m, apart, 2);
	end_child(m, child, parent);
}

#define PIECE(i)	(B + (4 + 2 * (i)) * P)

/* Each allocation of a fork fails in turn. */
SCHEME_TEST(fork_without_memory)
{
	struct injector off = { .on = false };
	struct mm *parent = m->mm, *child;
	struct vma_info info;
	unsigned int nth = 0;
	u64 vmas, pages;
	int err;

	mm_test_alone(m);
	map_at(m, A, 2, PROT_RW);
	map_at(m, B, 2, PROT_RW);
	must_write(m, A, 1);
	must_write(m, B, 2);
	/* Leaves of the tree in which every third VMA is not the child's; and one at the very end. */
	for (unsigned int i = 0; i < 40; i++) {
		map_at(m, PIECE(i), 1, PROT_R);
		if (i % 3 == 0)
			check_same(mm_madvise(m->task, parent, PIECE(i), P, ADV_DONTFORK), 0, "DONTFORK");
	}
	map_at(m, parent->tree.limit - P, 1, PROT_RW);
	must_write(m, parent->tree.limit - P, 3);
	vmas = mm_hash_vmas(m->task, parent);
	pages = mm_hash_pages(m->task, parent);
	do {
		struct injector nth_fails = { .on = true, .sites = ~0u, .nth = ++nth };

		check_context("allocation %u fails", nth);
		inject_configure(m->world, &nth_fails);
		err = mm_fork(m->task, parent, &child);
		inject_configure(m->world, &off);
		check(!err || err == -ENOMEM, "errno %d", err);
		mm_test_check(m, parent);
		check_same(mm_hash_vmas(m->task, parent), vmas, "the parent's VMAs");
		check_same(mm_hash_pages(m->task, parent), pages, "the parent's contents");
	} while (err);
	check(nth > 45, "only %u allocations in a fork of 29 VMAs", nth - 1);
	must_write(m, A, 3);
	enter(m, child);
	check_same(must_read(m, A), 1, "the child's");
	check_same(child->map_count, 29, "the child's VMAs");
	for (unsigned int i = 0; i < 40; i++)
		check_same(mm_next_vma(m->task, child, PIECE(i), &info) && info.start == PIECE(i),
			   i % 3 != 0, "is this piece the child's");
	end_child(m, child, parent);
}
