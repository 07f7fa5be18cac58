// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Mappings of files: one page for all shared mappings, copies for private writers, the end of the file.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "common/mm/pagecache.h"
#include "tests/support/mm_test.h"

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE

static struct file *must_open(u64 inode)
{
	struct file *file = file_open(inode, false);

	check(file, "no file");
	return file;
}

static void map_file(struct mm_test *m, struct file *file, unsigned long addr, unsigned long pages,
		     int prot, int type)
{
	check_same(mm_mmap(m->task, m->mm, addr, pages * P, prot, type | MM_MAP_FIXED, file, 0), addr,
		   "mmap of a file");
}

SCHEME_TEST(file_shared_and_private)
{
	struct file *file = must_open(5);

	map_file(m, file, A, 4, PROT_RW, MM_MAP_SHARED);
	map_file(m, file, B, 4, PROT_RW, MM_MAP_PRIVATE);
	check_same(must_read(m, A), file_word(5, 0, 0), "shared, from the file");
	check_same(must_read(m, B), file_word(5, 0, 0), "private, from the file");

	/* A shared write is visible to all, including a private reader, which has no copy yet. */
	must_write(m, A, 1);
	check_same(must_read(m, B), 1, "private sees the shared page");
	/* A private write is visible to the writer only; its copy has the rest of the page. */
	must_write(m, B, 2);
	check_same(must_read(m, A), 1, "shared is untouched");
	check_same(must_read(m, B + 8), file_word(5, 0, 1), "the copy's other words");
	must_write(m, A, 3);
	check_same(must_read(m, B), 2, "the copy is a copy");
	/* Written before it was read: the copy is of the page's present contents. */
	must_write(m, A + P, 4);
	must_write(m, B + P + 8, 5);
	check_same(must_read(m, B + P), 4, "copied from the shared page");

	/* What was written shared stays when no VMA maps it. */
	check_same(mm_munmap(m->task, m->mm, A, 4 * P), 0, "munmap");
	map_file(m, file, A, 4, PROT_R, MM_MAP_SHARED);
	check_same(must_read(m, A), 3, "from the page cache");
	must_not_write(m, A);
	file_put(m->task, file);
}

/* One read brings the window around the page, but for what is in memory, or beyond the end of the file. */
SCHEME_TEST(file_readahead)
{
	struct file *file = must_open(5);

	mm_test_alone(m);
	m->world->config.readahead = 8;
	map_file(m, file, A, 40, PROT_R, MM_MAP_SHARED);
	check_same(must_read(m, A + 10 * P), file_word(5, 10, 0), "the page");
	check_same(event_sum(m, STAT_FILE_READ), 8, "pages read");
	for (unsigned long i = 6; i < 14; i++)
		check_same(must_read(m, A + i * P), file_word(5, i, 0), "a page around it");
	check_same(event_sum(m, STAT_FILE_READ), 8, "pages read");
	must_read(m, A + 16 * P);
	check_same(event_sum(m, STAT_FILE_READ), 8 + 6, "pages read, beside two that were there");
	pagecache_truncate(m->task, file, 30);
	must_read(m, A + 29 * P);
	check_same(event_sum(m, STAT_FILE_READ), 14 + 5, "pages read, up to the end");
	check_same(mm_madvise(m->task, m->mm, A, 40 * P, ADV_RANDOM), 0, "MADV_RANDOM");
	must_read(m, A);
	check_same(event_sum(m, STAT_FILE_READ), 19 + 1, "pages read, with MADV_RANDOM");
	file_put(m->task, file);
}

SCHEME_TEST(file_fault_around)
{
	struct file *file = must_open(6);
	u64 faults;

	mm_test_alone(m);
	/* Read in through one mapping, mapped sixteen at a time by another. */
	map_file(m, file, A, 32, PROT_R, MM_MAP_SHARED);
	for (unsigned int i = 0; i < 32; i++)
		check_same(must_read(m, A + i * P), file_word(6, i, 0), "first reader");
	map_file(m, file, B, 32, PROT_R, MM_MAP_PRIVATE);
	faults = event_sum(m, STAT_FAULT);
	for (unsigned int i = 0; i < 32; i++)
		check_same(must_read(m, B + i * P), file_word(6, i, 0), "second reader");
	check_same(event_sum(m, STAT_FAULT) - faults, 2, "faults for 32 resident pages");
	check_same(event_sum(m, STAT_FILE_READ), 32, "pages read");

	/* Not beyond the VMA, nor over what is there. */
	check_same(mm_munmap(m->task, m->mm, B, 32 * P), 0, "munmap");
	map_file(m, file, B, 4, PROT_RW, MM_MAP_PRIVATE);
	must_write(m, B + P, 7);
	check_same(must_read(m, B), file_word(6, 0, 0), "around a copy");
	check_same(must_read(m, B + P), 7, "the copy");
	must_not_read(m, B + 4 * P);
	file_put(m->task, file);
}

SCHEME_TEST(file_truncated)
{
	struct file *file = must_open(7);
	u64 value;

	map_file(m, file, A, 8, PROT_RW, MM_MAP_SHARED);
	map_file(m, file, B, 8, PROT_RW, MM_MAP_PRIVATE);
	for (unsigned int i = 0; i < 8; i++) {
		must_write(m, A + i * P, 100 + i);
		must_read(m, B + i * P);
	}
	must_write(m, B + 6 * P, 1);	/* a copy is truncated too */
	pagecache_truncate(m->task, file, 4);
	check_same(access_read(m->task, A + 4 * P, &value), ACCESS_SIGBUS, "shared, beyond the end");
	check_same(access_write(m->task, B + 6 * P, 1), ACCESS_SIGBUS, "private copy, beyond the end");
	check_same(access_read(m->task, B + 7 * P, &value), ACCESS_SIGBUS, "private, beyond the end");
	check_same(must_read(m, A + 3 * P), 103, "before the end");
	check_same(must_read(m, B + 3 * P), 103, "before the end");

	/* The file grows again: what was cut off does not come back. */
	pagecache_truncate(m->task, file, 8);
	check_same(must_read(m, A + 4 * P), file_word(7, 4, 0), "as on disk");
	check_same(must_read(m, B + 6 * P), file_word(7, 6, 0), "as on disk");
	file_put(m->task, file);
}

SCHEME_TEST(file_offsets_far_apart)
{
	static const u64 index[] = { 0, 31, 32, 1023, 1024, 1ULL << 20, (1ULL << 40) + 7 };
	struct file *file = must_open(8);

	for (unsigned int i = 0; i < ARRAY_SIZE(index); i++)
		check_same(mm_mmap(m->task, m->mm, A + 2 * i * P, P, PROT_R, MM_MAP_SHARED | MM_MAP_FIXED,
				   file, index[i] * P), A + 2 * i * P, "mmap");
	for (unsigned int i = 0; i < ARRAY_SIZE(index); i++)
		check_same(must_read(m, A + 2 * i * P), file_word(8, index[i], 0), "far page");
	for (unsigned int i = 0; i < ARRAY_SIZE(index); i++)
		check_same(must_read(m, A + 2 * i * P), file_word(8, index[i], 0), "again");
	pagecache_truncate(m->task, file, 1);
	check_same(must_read(m, A), file_word(8, 0, 0), "the one page that is left");
	file_put(m->task, file);
}
