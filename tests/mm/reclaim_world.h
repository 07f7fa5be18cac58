/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief For tests of reclaim: a small world with swap, and how many entries of a range are in memory.
 */
#ifndef TESTS_MM_RECLAIM_WORLD_H
#define TESTS_MM_RECLAIM_WORLD_H

#include <criterion/criterion.h>

#include "common/mm/fault.h"
#include "common/mm/file.h"
#include "common/mm/pagecache.h"
#include "common/mm/pgtable.h"
#include "common/mm/reclaim.h"
#include "common/mm/swap.h"
#include "tests/support/mm_test.h"

#define A	0x40000000UL
#define B	0x80000000UL		/* under other tables of every level but the root */
#define P	PAGE_SIZE

#define ADV_FREE 8

/** 256 frames, 512 slots, reclaim on; TLBs, poison. */
static inline struct world_config reclaim_config(void)
{
	struct world_config config = mm_test_config();

	config.nr_frames = 256;
	config.reclaim = true;
	config.swap_slots = 512;
	return config;
}

/** SCHEME_TEST() in such a world. */
#define RECLAIM_TEST(name_) \
	static void name_(struct mm_test *m); \
	FOR_EACH_SCHEME(RECLAIM_TEST_ONE, name_) \
	static void name_(struct mm_test *m)

#define RECLAIM_TEST_ONE(scheme_, name_) \
	Test(scheme_, name_) \
	{ \
		struct world_config config_ = reclaim_config(); \
		struct mm_test m_; \
		mm_test_begin(&m_, #scheme_, &config_); \
		name_(&m_); \
		mm_test_end(&m_); \
	}

/** The entry as it is. @context quiet */
static inline u64 entry_at(struct mm *mm, unsigned long addr)
{
	struct pgtable *table = pgtable_walk(mm, addr);

	return table->level ? 0 : pgtable_read(table, pgtable_index(addr, 0));
}

static inline unsigned int count_entries(struct mm *mm, unsigned long addr, unsigned int pages,
					 bool swapped)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < pages; i++) {
		u64 pte = entry_at(mm, addr + i * P);

		n += swapped ? pte_is_swap(pte) : pte_has_page(pte);
	}
	return n;
}

#define resident(mm, addr, pages) count_entries(mm, addr, pages, false)
#define swapped(mm, addr, pages) count_entries(mm, addr, pages, true)

/** Reclaim whatever can be, accessed or not. @return how many */
static inline u64 reclaim_all(struct mm_test *m)
{
	u64 n, sum = 0;

	do {
		n = reclaim_pages(m->task, RECLAIM_FORCE, ~0ULL);
		sum += n;
	} while (n);
	return sum;
}

/** Run the task in another mm. */
static inline void go_to(struct mm_test *m, struct mm *mm)
{
	mm_detach(m->task);
	mm_attach(m->task, mm);
}

#endif /* TESTS_MM_RECLAIM_WORLD_H */
