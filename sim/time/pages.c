/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Where the contents of a page are.
 */
#include "sim/time/line.h"

/*
 * The contents of a page are not accessed line by line but cleared and copied as a whole.  The page's
 * first line notes which core wrote it last, and how many pages that core had written by then: if it has
 * since written more than its caches hold, the page is in memory.
 */
enum page_contents line_page(const void *page, bool write)
{
	struct line *l = line_get(arena_line_nr(page));
	u64 l2_pages = timing.l2_sets * 2 / (PAGE_SIZE / CACHELINE), l3_pages = timing.l3_lines / (PAGE_SIZE / CACHELINE);
	unsigned int mine = timing.seat->core;
	enum page_contents found = PAGE_MEMORY;

	if (l->owner) {
		u32 old = timing.cores[l->owner - 1].pages - l->stamp;

		if (l->owner - 1u == mine)
			found = old < l2_pages ? PAGE_OWN : old < l3_pages ? PAGE_OTHER : PAGE_MEMORY;
		else
			found = old < l2_pages + l3_pages ? PAGE_OTHER : PAGE_MEMORY;
	}
	if (write) {
		l->owner = (u16)(mine + 1);
		l->stamp = ++timing.cores[mine].pages;
	}
	return found;
}
