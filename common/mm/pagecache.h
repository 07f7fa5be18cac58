/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A file's pages in memory: found without a lock, read in on a miss, taken out by truncation.
 *
 * A radix tree of 32-way nodes per file, read under RCU, written under the file's
 * lock.  A page in it has a count of its own for that; a lock-free finder takes a
 * count where there is one and then asks whether the tree still leads to the page.
 *
 * Kernel twin: mm/filemap.c over an xarray, mm/truncate.c.  Simplified: one page an
 * entry, no tags, no readahead; nodes go when the file goes.
 */
#ifndef COMMON_MM_PAGECACHE_H
#define COMMON_MM_PAGECACHE_H

#include "common/mm/file.h"
#include "common/mm/page.h"
#include "common/sync/atomic.h"

/** @pairs{contents before UPTODATE | pagecache_read_in()} */
static inline bool page_uptodate(const struct page *page)
{
	return smp_load_acquire(&page->flags) & PAGE_UPTODATE;
}

/**
 * @return the page at @a index with a count for the caller, or NULL: not in memory.
 * It may be locked, not yet read in, or truncated since.
 * Kernel twin: filemap_get_entry()
 * @context any
 */
struct page *pagecache_get(struct task *t, struct file *file, u64 index);

/**
 * The first page of the file in memory at or above *index, without a count.
 * @param index	receives the page's own
 * @return NULL: there is none.  @context inside RCU, or nobody else is at the file
 */
struct page *pagecache_next(const struct file *file, u64 *index);

/**
 * The page at @a index with its contents, read in if it must be.
 * @param out	receives the page, with a count for the caller
 * @return 0; -EAGAIN: it is not there or not read yet, and GFP_NOWAIT may not wait;
 * -ENOMEM; -EFAULT: beyond the end of the file
 * @context GFP_KERNEL may sleep: the read takes config.file_read_ns
 */
int pagecache_read(struct task *t, struct file *file, u64 index, gfp_t gfp, struct page **out);

/**
 * The file now has @a nr_pages pages: what is beyond is unmapped everywhere and
 * leaves the cache; on return no access reaches it.
 * Kernel twin: truncate_pagecache() (mm/truncate.c)
 * @context may sleep; no lock held; one at a time a file (the kernel's inode lock is the caller's)
 */
void pagecache_truncate(struct task *t, struct file *file, u64 nr_pages);

/**
 * A page whose count was frozen leaves the cache; that it was here is noted.
 * @context the page's lock is held; the file is @a page's
 */
void pagecache_remove_frozen(struct task *t, struct file *file, struct page *page);

/** Give back all pages and nodes of a file that nobody uses any more. @context may sleep, outside RCU */
void pagecache_free(struct task *t, struct file *file);

#endif /* COMMON_MM_PAGECACHE_H */
