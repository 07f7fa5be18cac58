/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The pages around one that must be read, which one read brings as well.
 *
 * Kernel twin: the read-around of do_sync_mmap_readahead() (mm/filemap.c), page_cache_ra_unbounded() (mm/readahead.c), 6.18.
 * There the window does not end with what is cached in between either, and an allocation that fails ends it.  Nothing here
 * reads ahead of what was read before: no marker that begins the next window (do_async_mmap_readahead()), no counting of misses.
 */
#include "common/mm/readahead.h"
#include "common/mm/pagecache.h"

#include <errno.h>

/* @return 0: the page is in *@page, locked and to be read; -EEXIST: it is in memory, or another thread reads it; else there is no more */
static int begin_one(struct task *t, struct file *file, u64 index, struct page **page)
{
	int err = pagecache_find(t, file, index, page);

	if (*page)
		page_put(t, *page);
	if (!err || *page)
		return -EEXIST;
	return err == -EAGAIN ? pagecache_begin_read(t, file, index, page) : err;
}

struct page *readahead_begin(struct task *t, struct file *file, u64 index, unsigned int window)
{
	u64 first = index > window / 2 ? index - window / 2 : 0;
	struct page *list = NULL, *page;
	int err;

	for (u64 i = first; i < first + window; i++) {
		err = i == index ? -EEXIST : begin_one(t, file, i, &page);
		if (err == -EEXIST)
			continue;
		if (err)
			break;
		page->next = list;	/* no list of the LRU has it before it is read */
		list = page;
	}
	return list;
}
