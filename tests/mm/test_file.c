/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Files: the pattern of a page, references, the end after a grace period.
 */
#include "tests/mm/core_world.h"
#include "common/mm/file.h"
#include "common/sync/rcu.h"

#include <signal.h>

TestSuite(file, .init = core_enter, .fini = core_leave, .timeout = 30);

#define WORDS (PAGE_SIZE / sizeof(u64))

Test(file, pattern_is_the_same_in_every_run)
{
	/* Worked out apart from this program, from the published mixer. */
	cr_expect_eq(file_word(1, 0, 0), 0xb18a02f46d8d86c3ULL);
	cr_expect_eq(file_word(7, 3, 511), 0x46c92e8e4bc468cdULL);
}

Test(file, pages_and_words_differ)
{
	for (u64 inode = 1; inode < 4; inode++)
		for (u64 pgoff = 0; pgoff < 4; pgoff++)
			for (unsigned int word = 0; word < 4; word++) {
				u64 here = file_word(inode, pgoff, word);

				cr_expect_neq(here, file_word(inode + 1, pgoff, word));
				cr_expect_neq(here, file_word(inode, pgoff + 1, word));
				cr_expect_neq(here, file_word(inode, pgoff, word + 1));
			}
	cr_expect_neq(file_word(1, 2, 0), file_word(2, 1, 0), "inode and offset are not one number");
}

Test(file, a_filled_page_holds_the_pattern)
{
	static u64 page[WORDS];
	struct file *file = file_open(42, false);

	cr_assert(file);
	file_fill_page(file, 9, page);
	for (unsigned int i = 0; i < WORDS; i++)
		cr_assert_eq(page[i], file_word(42, 9, i), "word %u", i);
	file_put(NULL, file);
}

Test(file, a_shared_memory_page_is_zeros)
{
	static u64 page[WORDS];
	struct file *file = file_open(42, true);

	cr_assert(file);
	for (unsigned int i = 0; i < WORDS; i++)
		page[i] = ~0ULL;
	file_fill_page(file, 9, page);
	for (unsigned int i = 0; i < WORDS; i++)
		cr_assert_eq(page[i], 0, "word %u", i);
	file_put(NULL, file);
}

Test(file, lives_as_long_as_its_references)
{
	struct file *file = file_open(42, false);

	cr_assert(file);
	file_get(file);
	cr_expect(file_tryget(file));
	cr_expect_eq(file->refcount, 3);
	file_put(NULL, file);
	file_put(NULL, file);
	cr_expect_eq(file->refcount, 1);

	/* After the last put a snapshot may still read it, but gets no reference. */
	rcu_read_lock();
	file_put(NULL, file);
	cr_expect_not(file_tryget(file));
	cr_expect_eq(file->inode, 42);
	rcu_read_unlock();
	platform_rcu_barrier();
}

Test(file, putting_no_file_is_fine)
{
	file_put(NULL, NULL);
}

Test(file, one_put_too_many_stops_the_program, .signal = SIGABRT)
{
	struct file *file = file_open(42, false);

	cr_assert(file);
	rcu_read_lock();	/* the memory stays; only the count is checked */
	file_put(NULL, file);
	file_put(NULL, file);
}
