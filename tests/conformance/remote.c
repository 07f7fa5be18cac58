// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A thread of another address space reads and writes pages: it gets what a thread of this one would, and leaves the same.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "common/mm/reclaim.h"
#include "tests/support/mm_test.h"

#include <errno.h>

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE
#define WORDS	(P / 8)

/* A task that is attached to nothing. */
static struct task *stranger(struct mm_test *m)
{
	return world_task(m->world, 3);
}

static long read_remote(struct mm_test *m, struct mm *mm, unsigned long addr, u64 *buf, unsigned long len)
{
	return mm_process_vm_rw(stranger(m), mm, addr, buf, len, false);
}

static void must_read_remote(struct mm_test *m, struct mm *mm, unsigned long addr, u64 want)
{
	u64 value = ~want;

	check_same((u64)read_remote(m, mm, addr, &value, 8), 8, "a read from outside");
	check_same(value, want, "what is read from outside");
}

static void must_write_remote(struct mm_test *m, struct mm *mm, unsigned long addr, u64 value)
{
	check_same((u64)mm_process_vm_rw(stranger(m), mm, addr, &value, 8, true), 8, "a write from outside");
}

static void must_not(struct mm_test *m, unsigned long addr, bool write)
{
	u64 value = 1;

	check_same((u64)mm_process_vm_rw(stranger(m), m->mm, addr, &value, 8, write), (u64)-EFAULT, "an access from outside that no right allows");
}

SCHEME_TEST(remote_over_many_pages)
{
	static u64 buf[5 * WORDS], seen[5 * WORDS];

	for (unsigned int i = 0; i < ARRAY_SIZE(buf); i++)
		buf[i] = i + 1;
	map_at(m, A, 2, PROT_RW);
	map_at(m, A + 2 * P, 1, PROT_RW | PROT_X);
	map_at(m, A + 3 * P, 1, PROT_R);
	/* From the middle of a page over two VMAs, up to where nothing may be written, and to where nothing is. */
	check_same((u64)mm_process_vm_rw(stranger(m), m->mm, A + 8, buf, 5 * P - 8, true), 3 * P - 8, "written");
	check_same((u64)read_remote(m, m->mm, A + 8, seen, 5 * P - 8), 4 * P - 8, "read");
	for (unsigned int i = 0; i < 4 * WORDS - 1; i++)
		check_same(seen[i], i < 3 * WORDS - 1 ? i + 1 : 0, "a word");
	check_same(must_read(m, A + 8), 1, "the first");
	check_same(must_read(m, A + 3 * P - 8), 3 * WORDS - 1, "the last");
	must_not(m, A + 3 * P, true);
	must_not(m, A + 4 * P, false);
	must_not(m, m->mm->tree.limit, false);
	check_same((u64)read_remote(m, m->mm, A, seen, 0), 0, "nothing");
	check_same(mm_mprotect(m->task, m->mm, A, P, 0), 0, "mprotect");
	must_not(m, A, false);
	check_same(mm_madvise(m->task, m->mm, A + P, P, MM_MADV_GUARD_INSTALL), 0, "a guard");
	must_not(m, A + P, false);
	must_not(m, A + P, true);
}

/* What is shared since a fork is copied for the writer, as for the address space's own threads. */
SCHEME_TEST(remote_after_fork)
{
	struct mm *child;

	map_at(m, A, 2, PROT_RW);
	must_write(m, A, 1);
	check_same((u64)mm_fork(m->task, m->mm, &child), 0, "fork");
	must_write_remote(m, m->mm, A, 2);
	must_read_remote(m, child, A, 1);
	must_write_remote(m, child, A, 3);
	must_read_remote(m, child, A, 3);
	must_write_remote(m, child, A + P, 4);
	check_same(must_read(m, A), 2, "the parent's");
	check_same(must_read(m, A + P), 0, "the parent's other page");
	mm_test_check(m, child);
	mm_destroy(m->task, child);
}

SCHEME_TEST(remote_of_a_file)
{
	struct file *file = file_open(5, false);

	check_same(mm_mmap(m->task, m->mm, A, 4 * P, PROT_RW, MM_MAP_SHARED | MM_MAP_FIXED, file, 0), A, "mmap");
	check_same(mm_mmap(m->task, m->mm, B, 4 * P, PROT_RW, MM_MAP_PRIVATE | MM_MAP_FIXED, file, 0), B, "mmap");
	must_read_remote(m, m->mm, A + P, file_word(5, 1, 0));
	must_write_remote(m, m->mm, A, 1);
	must_read_remote(m, m->mm, B, 1);
	must_write_remote(m, m->mm, B, 2);
	check_same(must_read(m, A), 1, "the file's");
	check_same(must_read(m, B), 2, "the copy's");
	file_put(m->task, file);
}

/* Reclaim finds that what was written is newer than what the slot has, and does not drop a page of MADV_FREE that was written to. */
static void remote_and_reclaim(const char *spec)
{
	struct world_config config = mm_test_config();
	struct mm_test m;

	config.reclaim = true;
	config.swap_slots = 64;
	mm_test_begin(&m, spec, &config);
	map_at(&m, A, 2, PROT_RW);
	must_write(&m, A, 1);
	for (u64 turn = 2; turn < 5; turn++) {
		reclaim_pages(m.task, RECLAIM_FORCE, 8);
		must_read_remote(&m, m.mm, A, turn - 1);
		must_write_remote(&m, m.mm, A, turn);
	}
	must_write(&m, A + P, 6);
	check_same(mm_madvise(m.task, m.mm, A + P, P, MM_MADV_FREE), 0, "MADV_FREE");
	must_write_remote(&m, m.mm, A + P, 7);
	reclaim_pages(m.task, RECLAIM_FORCE, 8);
	must_read_remote(&m, m.mm, A + P, 7);
	mm_test_end(&m);
}

#define RECLAIM_TEST(scheme_, name_) Test(scheme_, name_) { name_(#scheme_); }
FOR_EACH_SCHEME(RECLAIM_TEST, remote_and_reclaim)
