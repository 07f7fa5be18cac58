// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Where mappings go, what they hold, and what is left of them: the same in every scheme.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/support/mm_test.h"

#include <errno.h>

#define A	0x40000000UL		/* begins a table of its own */
#define P	PAGE_SIZE
#define MIB	(1UL << 20)

static unsigned long map_anywhere(struct mm_test *m, unsigned long wish, unsigned long len)
{
	unsigned long addr = mm_mmap(m->task, m->mm, wish, len, PROT_RW, MAP_ANON, NULL, 0);

	check(!mm_is_err(addr), "mmap says %ld", (long)addr);
	return addr;
}

SCHEME_TEST(places)
{
	unsigned long top = m->mm->mmap_base, a, b;

	/* Without an address: top down, and the next one right below. */
	a = map_anywhere(m, 0, 3 * P);
	check_same(a, top - 3 * P, "the first goes to the top");
	b = map_anywhere(m, 0, P);
	check_same(b, a - P, "the next one below it");

	/* A hole of the right size is used, the highest first. */
	map_anywhere(m, 0, 2 * P);
	check_same(mm_munmap(m->task, m->mm, a, 2 * P), 0, "munmap");
	check_same(map_anywhere(m, 0, 3 * P), b - 5 * P, "too big for the hole");
	check_same(map_anywhere(m, 0, 2 * P), a, "fits into the hole");

	/* A hint is used if that place is free, rounded down to a page; else it is ignored. */
	check_same(map_anywhere(m, A + 17, P), A, "a wish");
	b = map_anywhere(m, A, P);
	check(b != A && b < top, "a wish that is taken: %#lx", b);
	check_same(map_anywhere(m, P, P), 0x10000, "a wish below the lowest address");

	/* MAP_FIXED replaces its range and nothing else. */
	must_write(m, A, 1);
	map_at(m, A - P, 3, PROT_RW);
	check_same(must_read(m, A), 0, "what was there is gone");

	/* NOREPLACE does not. */
	must_write(m, A, 2);
	check_same(mm_mmap(m->task, m->mm, A - 4 * P, 4 * P, PROT_RW,
			   MAP_ANON | MM_MAP_FIXED_NOREPLACE, NULL, 0), -EEXIST, "over a mapping");
	check_same(mm_mmap(m->task, m->mm, A - 4 * P, 3 * P, PROT_RW,
			   MAP_ANON | MM_MAP_FIXED_NOREPLACE, NULL, 0), A - 4 * P, "beside it");
	check_same(must_read(m, A), 2, "what was there stays");

	/* A mapping of whole huge pages without an address is aligned to them. */
	a = map_anywhere(m, 0, 4 * MIB);
	check_same(a & (2 * MIB - 1), 0, "4 MiB anywhere");
}

SCHEME_TEST(zero_and_again)
{
	mm_test_alone(m);
	map_at(m, A, 4, PROT_RW);
	check_same(must_read(m, A), 0, "never written");
	check_same(frames_used(m), 0, "reading takes no frame");
	must_write(m, A, 1);	/* over the zero page */
	must_write(m, A + P, 2);	/* over nothing */
	check_same(frames_used(m), 2, "writing takes one each");
	check_same(must_read(m, A + 8), 0, "the rest of a page");
	check_same(must_read(m, A + 2 * P), 0, "its neighbour");

	check_same(mm_madvise(m->task, m->mm, A, P, ADV_DONTNEED), 0, "DONTNEED");
	check_same(frames_used(m), 1, "DONTNEED gives back");
	check_same(must_read(m, A), 0, "zero after DONTNEED");
	check_same(must_read(m, A + P), 2, "beside it");

	check_same(mm_munmap(m->task, m->mm, A, 2 * P), 0, "munmap");
	check_same(frames_used(m), 0, "munmap gives back");
	must_not_read(m, A);
	must_not_write(m, A + P);
	must_read(m, A + 2 * P);
	map_at(m, A, 2, PROT_RW);
	check_same(must_read(m, A + P), 0, "zero when mapped again");

	/* Unmapping where nothing is mapped succeeds. */
	check_same(mm_munmap(m->task, m->mm, A + 64 * P, P), 0, "munmap of nothing");
}

SCHEME_TEST(contents_stay)
{
	unsigned long b = A + 1024 * P, where;

	map_at(m, A, 8, PROT_RW);
	for (unsigned long i = 0; i < 8; i++)
		must_write(m, A + i * P, 100 + i);

	/* Cut, and merged again. */
	check_same(mm_mprotect(m->task, m->mm, A + 2 * P, 2 * P, PROT_R), 0, "mprotect");
	check_same(mm_mprotect(m->task, m->mm, A + 3 * P, P, 0), 0, "mprotect");
	check_same(mm_madvise(m->task, m->mm, A + 5 * P, P, ADV_SEQUENTIAL), 0, "advice");
	check_same(mm_mprotect(m->task, m->mm, A, 8 * P, PROT_RW), 0, "mprotect");
	check_same(mm_madvise(m->task, m->mm, A, 8 * P, ADV_NORMAL), 0, "advice");
	must_have_vmas(m, (struct want_vma[]){ { A, A + 8 * P, PROT_RW } }, 1);
	for (unsigned long i = 0; i < 8; i++)
		check_same(must_read(m, A + i * P), 100 + i, "after cuts and merges");

	/* Moved, in pieces, over table borders. */
	where = b + 511 * P;
	check_same(mm_mremap(m->task, m->mm, A + 4 * P, 4 * P, 4 * P,
			     MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, where), where, "mremap to a place");
	for (unsigned long i = 0; i < 4; i++) {
		check_same(must_read(m, A + i * P), 100 + i, "what stayed");
		check_same(must_read(m, where + i * P), 104 + i, "what moved");
		must_not_read(m, A + (4 + i) * P);
	}

	/* Grown in place, then, with something in the way, by moving. */
	check_same(mm_mremap(m->task, m->mm, A, 4 * P, 6 * P, 0, 0), A, "grow in place");
	must_write(m, A + 5 * P, 105);
	map_at(m, A + 6 * P, 1, PROT_R);
	check_same(mm_mremap(m->task, m->mm, A, 6 * P, 7 * P, 0, 0), -ENOMEM, "no room");
	where = mm_mremap(m->task, m->mm, A, 6 * P, 7 * P, MM_MREMAP_MAYMOVE, 0);
	check(!mm_is_err(where) && where != A, "grow by moving: %#lx", where);
	for (unsigned long i = 0; i < 7; i++)
		check_same(must_read(m, where + i * P), i == 4 || i == 6 ? 0 : 100 + i, "moved and grown");
	must_not_read(m, A);

	/* Shrunk; the old place kept. */
	check_same(mm_mremap(m->task, m->mm, where, 7 * P, 2 * P, 0, 0), where, "shrink");
	must_not_read(m, where + 2 * P);
	check_same(mm_mremap(m->task, m->mm, where, 2 * P, 2 * P,
			     MM_MREMAP_MAYMOVE | MM_MREMAP_DONTUNMAP | MM_MREMAP_FIXED, A), A, "DONTUNMAP");
	check_same(must_read(m, A + P), 101, "at the new place");
	check_same(must_read(m, where + P), 0, "the old one is empty");

	/* Moving over a mapping replaces it. */
	must_write(m, where, 7);
	check_same(mm_mremap(m->task, m->mm, A, P, P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, where),
		   where, "mremap over a mapping");
	check_same(must_read(m, where), 100, "replaced");
}

SCHEME_TEST(heap)
{
	unsigned long heap = A + 123;

	mm_test_alone(m);
	mm_set_brk(m->task, m->mm, heap);
	check_same(mm_brk(m->task, m->mm, 0), heap, "where it begins");
	check_same(mm_brk(m->task, m->mm, heap + 10 * P), heap + 10 * P, "grow");
	must_write(m, A + P, 1);
	must_write(m, A + 9 * P, 2);
	check_same(mm_brk(m->task, m->mm, heap + 5 * P), heap + 5 * P, "shrink");
	check_same(frames_used(m), 1, "what was above is given back");
	must_not_read(m, A + 9 * P);
	check_same(mm_brk(m->task, m->mm, heap + 10 * P), heap + 10 * P, "grow again");
	check_same(must_read(m, A + 9 * P), 0, "zero again");
	check_same(must_read(m, A + P), 1, "what was below stays");
	must_have_vmas(m, (struct want_vma[]){ { A + P, A + 11 * P, PROT_RW } }, 1);

	check_same(mm_brk(m->task, m->mm, heap - 1), heap + 10 * P, "not below the beginning");
	map_at(m, A + 16 * P, 1, PROT_R);
	check_same(mm_brk(m->task, m->mm, heap + 20 * P), heap + 10 * P, "not over a mapping");
	check_same(mm_brk(m->task, m->mm, heap), heap, "back to nothing");
	must_have_vmas(m, (struct want_vma[]){ { A + 16 * P, A + 17 * P, PROT_R } }, 1);
}

SCHEME_TEST(stack)
{
	unsigned long gap = 256 * P, low;

	check_same(mm_mmap(m->task, m->mm, A, 2 * P, PROT_RW,
			   MAP_ANON_FIXED | MM_MAP_GROWSDOWN, NULL, 0), A, "a stack");
	must_write(m, A, 1);
	must_write(m, A - 3 * P, 2);		/* grows by what was touched */
	must_have_vmas(m, (struct want_vma[]){ { A - 3 * P, A + 2 * P, PROT_RW } }, 1);
	check_same(must_read(m, A - 2 * P), 0, "in between");
	check_same(must_read(m, A), 1, "what was there");
	must_read(m, A - 5 * P);		/* reading grows it, too */
	check_same(event_sum(m, STAT_STACK_GROW), 2, "growths");

	/* A stack keeps a gap to the mapping below, unless that one is PROT_NONE. */
	low = A - 5 * P - gap - 2 * P;
	map_at(m, low, 1, PROT_RW);
	must_write(m, A - 6 * P, 3);
	must_not_write(m, A - 7 * P);
	check_same(mm_mprotect(m->task, m->mm, low, P, 0), 0, "mprotect");
	must_write(m, A - 7 * P, 4);
	check_same(must_read(m, A - 6 * P), 3, "contents after growth");

	/* Only a VMA that grows down grows. */
	must_not_write(m, low - P);
}

SCHEME_TEST(files)
{
	struct file *file = file_open(42, false), *other = file_open(43, false);

	check(file && other, "no file");
	check_same(mm_mmap(m->task, m->mm, A, 8 * P, PROT_RW, MM_MAP_PRIVATE | MM_MAP_FIXED, file, 16 * P),
		   A, "mmap of a file");
	check_same(must_read(m, A + 3 * P + 24), file_word(42, 19, 3), "the file's contents");
	must_write(m, A + 3 * P, 5);
	check_same(must_read(m, A + 3 * P), 5, "the word written");
	check_same(must_read(m, A + 3 * P + 24), file_word(42, 19, 3), "the words beside it");
	must_write(m, A + 4 * P, 6);
	check_same(must_read(m, A + 4 * P + 8), file_word(42, 20, 1), "written before it was read");

	/* A piece cut out and one that moved know their offsets. */
	check_same(mm_munmap(m->task, m->mm, A + 5 * P, P), 0, "munmap");
	check_same(must_read(m, A + 6 * P), file_word(42, 22, 0), "behind a hole");
	check_same(mm_mremap(m->task, m->mm, A + 6 * P, 2 * P, 2 * P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED,
			     A + 32 * P), A + 32 * P, "mremap");
	check_same(must_read(m, A + 33 * P), file_word(42, 23, 0), "moved and not read before");

	/* Pages that were given back have the file's contents again. */
	check_same(mm_madvise(m->task, m->mm, A + 3 * P, P, ADV_DONTNEED), 0, "DONTNEED");
	check_same(must_read(m, A + 3 * P), file_word(42, 19, 0), "from the file again");

	/* Another file over it. */
	check_same(mm_mmap(m->task, m->mm, A, P, PROT_R, MM_MAP_PRIVATE | MM_MAP_FIXED, other, 0), A, "mmap");
	check_same(must_read(m, A), file_word(43, 0, 0), "the other file's contents");
	must_not_write(m, A);
	file_put(m->task, file);
	file_put(m->task, other);
}
