/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A file's pages in memory: found without a lock, read in on a miss, taken out by truncation.
 *
 * A radix tree of 32-way nodes per file, read under RCU, written under the file's
 * lock.  The tree holds one count of each of its pages; a lock-free reader takes a count unless it is 0,
 * and then checks that the tree still leads to the page.
 *
 * Kernel twin: mm/filemap.c over an xarray, mm/truncate.c.  Simplified: one page per entry, no tags;
 * nodes are freed with the file.
 */
#ifndef COMMON_MM_PAGECACHE_H
#define COMMON_MM_PAGECACHE_H

#include "common/mm/file.h"
#include "common/mm/page.h"
#include "common/sync/atomic.h"

/** @pairs{contents before UPTODATE | finish_read()} */
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
 * @return NULL: there is none.  @context inside RCU, or no other thread uses the file
 */
struct page *pagecache_next(const struct file *file, u64 *index);

/**
 * Look for the page at @a index with its contents.
 * @param out	receives the page with a count for the caller, or NULL
 * @return 0: found; -EAGAIN: another thread is reading @a out in, with its lock held, or it is NULL and the page is
 * not in memory; -EFAULT: beyond the end of the file
 * @context any
 */
int pagecache_find(struct task *t, struct file *file, u64 index, struct page **out);

/**
 * Put a new page into the cache, locked from before it can be found; the caller then calls pagecache_end_read().
 * Kernel twin: filemap_create_folio() (mm/filemap.c)
 * @param out	receives the page, with a count for the caller
 * @return 0; -EEXIST: another thread was faster; -ENOMEM; -EFAULT: beyond the end of the file
 * @context may sleep
 */
int pagecache_begin_read(struct task *t, struct file *file, u64 index, struct page **out);

/**
 * Read what the page holds, and unlock it.
 * @param window	so many pages around it are read with it, where they are not in memory (readahead.h); 0: none
 * @context may sleep: the read takes config.file_read_ns.  The page is the caller's since pagecache_begin_read(), with
 * a count; the file has a reference of the caller, or of a VMA that stays
 */
void pagecache_end_read(struct task *t, struct file *file, struct page *page, unsigned int window);

/**
 * The page at @a index with its contents, read in if it is not in memory.
 * @param out	receives the page, with a count for the caller
 * @return 0; -ENOMEM; -EFAULT: beyond the end of the file
 * @context may sleep
 */
int pagecache_read(struct task *t, struct file *file, u64 index, struct page **out);

/**
 * The file now has @a nr_pages pages: pages beyond are unmapped everywhere and leave the cache; on return
 * no access reaches them.
 * Kernel twin: truncate_pagecache() (mm/truncate.c)
 * @context may sleep; no lock held; callers exclude each other per file (as by the kernel's inode lock)
 */
void pagecache_truncate(struct task *t, struct file *file, u64 nr_pages);

/**
 * A page whose count is frozen leaves the cache; the slot notes that it was here.
 * @context the page's lock is held; the file is @a page's
 */
void pagecache_remove_frozen(struct task *t, struct file *file, struct page *page);

/** Give back all pages and nodes of a file that nobody uses any more. @context may sleep, outside RCU */
void pagecache_free(struct task *t, struct file *file);

#endif /* COMMON_MM_PAGECACHE_H */
