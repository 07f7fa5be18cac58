// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Guards and memory that may be dropped: their faults, forks, moves, and what giving pages back
 * does to them.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/support/mm_test.h"

#include <errno.h>

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE

static long guard(struct mm_test *m, unsigned long addr, unsigned long pages)
{
	return mm_madvise(m->task, m->mm, addr, pages * P, MM_MADV_GUARD_INSTALL);
}

static long unguard(struct mm_test *m, unsigned long addr, unsigned long pages)
{
	return mm_madvise(m->task, m->mm, addr, pages * P, MM_MADV_GUARD_REMOVE);
}

SCHEME_TEST(guards)
{
	u64 pages;

	mm_test_alone(m);
	map_at(m, A, 8, PROT_RW);
	must_write(m, A, 1);
	must_write(m, A + 3 * P, 4);
	pages = frames_used(m);
	check_same(guard(m, A, 3), 0, "GUARD_INSTALL");
	check_same(guard(m, A, 3), 0, "GUARD_INSTALL again");
	check_same(frames_used(m), pages - 1, "the page behind a guard is given back; frames");
	for (unsigned long i = 0; i < 3; i++) {
		must_not_read(m, A + i * P);
		must_not_write(m, A + i * P);
	}
	check_same(must_read(m, A + 3 * P), 4, "what has no guard");
	must_have_vmas(m, (struct want_vma[]){ { A, A + 8 * P, PROT_RW } }, 1);

	/* Guards stay when pages are given back, change no rights, and move. */
	check_same(mm_madvise(m->task, m->mm, A, 8 * P, ADV_DONTNEED), 0, "DONTNEED");
	must_not_read(m, A + P);
	check_same(must_read(m, A + 3 * P), 0, "what has no guard is dropped");
	check_same(mm_mprotect(m->task, m->mm, A, 8 * P, PROT_R), 0, "mprotect");
	check_same(mm_mprotect(m->task, m->mm, A, 8 * P, PROT_RW), 0, "mprotect");
	must_not_read(m, A + P);
	check_same(mm_mremap(m->task, m->mm, A, 4 * P, 4 * P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B), B, "mremap");
	must_not_write(m, B + P);
	must_write(m, B + 3 * P, 5);
	mm_test_check(m, m->mm);

	/* GUARD_REMOVE removes only guards; a new mapping has none. */
	check_same(unguard(m, B, 4), 0, "GUARD_REMOVE");
	must_write(m, B + P, 6);
	check_same(must_read(m, B + 3 * P), 5, "a page that was no guard");
	check_same(guard(m, B, 1), 0, "GUARD_INSTALL");
	map_at(m, B, 1, PROT_RW);
	must_write(m, B, 7);
}

SCHEME_TEST(guards_are_refused)
{
	map_at(m, A, 2, PROT_RW);
	map_at(m, A + 4 * P, 2, PROT_RW);
	check_same(mm_mmap(m->task, m->mm, B, P, PROT_RW, MAP_ANON_FIXED | MM_MAP_LOCKED, NULL, 0), B, "mmap");
	check_same(guard(m, B, 1), -EINVAL, "of locked memory");
	check_same(unguard(m, B, 1), 0, "GUARD_REMOVE of locked memory");
	check_same(guard(m, A, 6), -ENOMEM, "over a hole");
	must_not_read(m, A + P);
	must_not_read(m, A + 5 * P);
	check_same(unguard(m, A, 6), -ENOMEM, "GUARD_REMOVE over a hole");
	must_write(m, A + 5 * P, 1);
}

/* More than one table, and more pages than are gathered at once. */
SCHEME_TEST(many_guards)
{
	unsigned long pages = 1100, at = A - 50 * P;

	mm_test_alone(m);
	map_at(m, at, pages, PROT_RW);
	for (unsigned long i = 0; i < pages; i += 3)
		must_write(m, at + i * P, i + 1);
	check_same(guard(m, at, pages), 0, "GUARD_INSTALL");
	for (unsigned long i = 0; i < pages; i += 7)
		must_not_read(m, at + i * P);
	mm_test_check(m, m->mm);
	check_same(unguard(m, at + P, pages - 2), 0, "GUARD_REMOVE");
	must_not_read(m, at);
	must_not_read(m, at + (pages - 1) * P);
	check_same(must_read(m, at + 3 * P), 0, "what was behind a guard");
}

/* Of a file, too, of which fork copies no entry that a fault could make again. */
SCHEME_TEST(a_child_has_the_guards)
{
	struct file *file = file_open(9, false);
	struct mm *child;

	map_at(m, A, 4, PROT_RW);
	check(file, "no file");
	check_same(mm_mmap(m->task, m->mm, B, 2 * P, PROT_R, MM_MAP_SHARED | MM_MAP_FIXED, file, 0), B, "mmap");
	file_put(m->task, file);
	check_same(guard(m, A, 2), 0, "GUARD_INSTALL");
	check_same(guard(m, B, 1), 0, "GUARD_INSTALL of a file");
	check_same(mm_fork(m->task, m->mm, &child), 0, "fork");
	check_same(unguard(m, A, 1), 0, "GUARD_REMOVE");
	must_write(m, A, 1);
	mm_detach(m->task);
	mm_attach(m->task, child);
	must_not_read(m, A);
	must_not_write(m, A + P);
	must_write(m, A + 2 * P, 1);
	must_not_read(m, B);
	must_read(m, B + P);
	mm_test_check(m, child);
	mm_destroy(m->task, child);
	mm_attach(m->task, m->mm);
}

SCHEME_TEST(population)
{
	u64 faults;

	mm_test_alone(m);
	map_at(m, A, 4, PROT_RW);
	must_write(m, A + P, 7);
	check_same(mm_madvise(m->task, m->mm, A, 4 * P, MM_MADV_POPULATE_WRITE), 0, "POPULATE_WRITE");
	faults = event_sum(m, STAT_FAULT);
	must_write(m, A, 1);
	check_same(must_read(m, A + P), 7, "what was there");
	must_write(m, A + 3 * P, 1);
	check_same(event_sum(m, STAT_FAULT), faults, "faults where pages were made");
	check_same(guard(m, A + 2 * P, 1), 0, "GUARD_INSTALL");
	check_same(mm_madvise(m->task, m->mm, A, 4 * P, MM_MADV_POPULATE_READ), -EFAULT, "a guard in the way");
	check_same(mm_madvise(m->task, m->mm, A, 6 * P, MM_MADV_POPULATE_READ), -EFAULT, "before a hole");
	check_same(mm_madvise(m->task, m->mm, A + 3 * P, 6 * P, MM_MADV_POPULATE_READ), -ENOMEM, "a hole");
	check_same(mm_mprotect(m->task, m->mm, A, P, PROT_R), 0, "mprotect");
	check_same(mm_madvise(m->task, m->mm, A, P, MM_MADV_POPULATE_WRITE), -EINVAL, "read-only memory");
	check_same(mm_madvise(m->task, m->mm, A, P, MM_MADV_POPULATE_READ), 0, "read-only memory, to be read");
}

SCHEME_TEST(droppable)
{
	unsigned long flags = MM_MAP_DROPPABLE | MM_MAP_ANONYMOUS | MM_MAP_FIXED;
	struct vma_info info;
	struct mm *child;

	check_same(mm_mmap(m->task, m->mm, A, 4 * P, PROT_RW, (int)flags, NULL, 0), A, "mmap");
	must_write(m, A, 1);
	check(mm_next_vma(m->task, m->mm, A, &info), "no VMA");
	check_same(info.flags & (VM_DROPPABLE | VM_WIPEONFORK | VM_DONTDUMP | VM_NORESERVE | VM_ACCOUNT),
		   VM_DROPPABLE | VM_WIPEONFORK | VM_DONTDUMP | VM_NORESERVE, "flags");
	check_same(mm_madvise(m->task, m->mm, A, P, MM_MADV_KEEPONFORK), -EINVAL, "KEEPONFORK");
	check_same(mm_madvise(m->task, m->mm, A, P, MM_MADV_DODUMP), -EINVAL, "DODUMP");
	check_same(mm_mmap(m->task, m->mm, B, P, PROT_RW, (int)flags | MM_MAP_LOCKED, NULL, 0), (unsigned long)-EINVAL,
		   "locked");
	check_same(mm_madvise(m->task, m->mm, A, P, ADV_MERGEABLE), 0, "MERGEABLE");
	must_have_vmas(m, (struct want_vma[]){ { A, A + 4 * P, PROT_RW } }, 1);	/* passed over */
	check_same(mm_fork(m->task, m->mm, &child), 0, "fork");
	mm_detach(m->task);
	mm_attach(m->task, child);
	check_same(must_read(m, A), 0, "what a child finds");
	mm_destroy(m->task, child);
	mm_attach(m->task, m->mm);
}
