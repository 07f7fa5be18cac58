/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A fault gets the page of a file or of a swap slot, and waits for it, with or without its lock.
 *
 * The page is in one of three states: in memory; not, so the fault puts a new page into the cache, locked, and reads
 * it; or locked by another thread, mostly the one that reads it.  In the last two the fault must wait, and config.io
 * says whether it lets go of its rung's lock first.  If so it keeps the page, a count of it and, if the page is its own
 * to read, the page's lock; the file has a reference of the fault's, or the slot is pinned; it does without the VMA.
 * When the page is there the fault gives all of that back and begins again with another look: meanwhile the VMA may
 * have become another, the file shorter, the slot another page's, and the page may have been reclaimed again.
 *
 * Kernel twin: filemap_fault(), lock_folio_maybe_drop_mmap(), maybe_unlock_mmap_for_io() (mm/filemap.c),
 * do_swap_page() (mm/memory.c), __folio_lock_or_retry(), 6.18.  There a file's pages are allocated, and their read begins,
 * without the lock (do_sync_mmap_readahead()), and the read of a swapped-out page begins with it; here both pages are
 * allocated with the lock held; those around a file's page (readahead.c) with or without it, as the wait is.  The faulting thread
 * plays the device, and sleeps as long as the read takes.
 */
#include "common/mm/fault_io.h"
#include "common/mm/lru.h"
#include "common/mm/pagecache.h"
#include "common/mm/swap.h"

#include <errno.h>

/* Must a wait for a page come without the lock that is held? */
static bool lets_go(const struct fault *f)
{
	enum io_policy io = f->mm->world->config.io;

	if (f->held == ANON_NEVER || f->tried || io == IO_HOLD)
		return false;
	return io != IO_FILE_HOLD || f->need == NEED_SWAP;
}

/*
 * The page, of which we have a count, must be waited for.
 * @return true: with the lock held, if any; false: the caller of fault_make() lets go of it and leaves for fault_wait()
 */
static bool waits_here(struct fault *f, struct page *page, bool reads)
{
	if (!lets_go(f)) {
		if (f->held != ANON_NEVER)
			count(f->task, STAT_FAULT_IO_HELD);
		probe(f->task, PROBE_FAULT_WAIT, f->addr);
		return true;
	}
	f->awaited = page;
	f->reads = reads;
	f->awaited_file = f->need == NEED_SWAP ? NULL : f->vma.file;
	if (f->awaited_file)
		file_get(f->awaited_file);	/* the VMA's reference, which the lock keeps, is still there */
	f->why = WHY_PAGE_IO;
	return false;
}

/* The page is not in memory, and this fault will read it. */
static void note_read(struct fault *f)
{
	f->major = true;
	if (f->waits && !f->gone) {
		f->gone = true;
		count(f->task, STAT_FAULT_IO_GONE);
	}
}

/* So many pages are read at once.  @context f->vma may be out of date: the flags it had are good enough */
static unsigned int window_of(const struct fault *f)
{
	return f->vma.flags & VM_RAND_READ ? 0 : f->mm->world->config.readahead;
}

static bool is_busy(struct fault *f)
{
	f->why = WHY_PAGE_BUSY;
	return false;
}

/* Lock the page, whose count becomes f->source's.  @return false: f->why */
static bool lock_source(struct fault *f, struct page *page)
{
	if (!trylock_page(page)) {
		if (f->gfp == GFP_NOWAIT) {
			page_put(f->task, page);	/* on another attempt it is found and locked anew */
			return is_busy(f);
		}
		if (!waits_here(f, page, false))
			return false;
		lock_page(page);
	}
	f->source = page;
	f->source_locked = true;
	return true;
}

void fault_drop_source(struct fault *f)
{
	struct page *page = f->source;

	if (!page)
		return;
	if (f->source_locked) {
		/*
		 * The page was swapped in.  It gives up its slot when it is about to be written to, or
		 * when slots are scarce, if no other entry has the slot.
		 */
		if ((READ_ONCE(page->flags) & PAGE_SWAPCACHE) &&
		    ((f->flags & FAULT_FLAG_WRITE) || swap_is_tight(&f->mm->world->swap)))
			swap_cache_drop(f->task, page);
		unlock_page(page);
	}
	if (READ_ONCE(page->flags) & PAGE_SWAPCACHE)
		swap_reap(f->task, page);
	page_put(f->task, f->source);
	f->source = NULL;
	f->source_locked = false;
}

/* --- files ------------------------------------------------------------------------------ */

static bool file_failed(struct fault *f, int err)
{
	f->why = err == -EFAULT ? WHY_SIGBUS : WHY_OOM;
	return false;
}

/* The page of the file with its contents and a count, read in if need be.  @return false: f->why */
static bool find_file_page(struct fault *f, u64 index, struct page **page)
{
	struct file *file = f->vma.file;
	int err;

	for (;;) {
		err = pagecache_find(f->task, file, index, page);
		if (err != -EAGAIN)
			return !err || file_failed(f, err);
		if (f->gfp == GFP_NOWAIT) {
			if (*page)
				page_put(f->task, *page);
			return is_busy(f);
		}
		if (*page) {	/* another thread reads it */
			if (!waits_here(f, *page, false))
				return false;
			wait_on_page_locked(*page);
			page_put(f->task, *page);
			continue;
		}
		note_read(f);
		err = pagecache_begin_read(f->task, file, index, page);
		if (err == -EEXIST)
			continue;
		if (err)
			return file_failed(f, err);
		if (!waits_here(f, *page, true))
			return false;
		pagecache_end_read(f->task, file, *page, window_of(f));
		return true;
	}
}

/*
 * Get the file's page with a count, lock it, and check that it is still the file's: truncation, which
 * locks the page to take it out, is then wholly before or wholly after the commit (F3).  This holds for a
 * copy too: one that is installed after truncation has looked for copies would stay.  Kernel twin:
 * do_cow_fault() (mm/memory.c)
 */
bool fault_make_file_page(struct fault *f)
{
	u64 index = fault_pgoff(f);
	struct page *page;

	while (!f->source) {
		if (!find_file_page(f, index, &page) || !lock_source(f, page))
			return false;
		/*
		 * Having found the page we read the size; truncation stores the size and then looks for
		 * pages.  @pairs{size stored, then pages looked for | pagecache_truncate()}
		 */
		smp_mb();
		if (READ_ONCE(page->file) != f->vma.file || index >= READ_ONCE(f->vma.file->nr_pages))
			fault_drop_source(f);		/* truncated meanwhile: look again */
	}
	return true;
}

/* --- swap ------------------------------------------------------------------------------- */

/* @context the page is in the swap cache for the slot, locked by the caller, and not read yet */
static void end_slot_read(struct fault *f, struct page *page)
{
	swap_read(f->task, f->slot, page);
	lru_add(f->task, page);
	swap_unlock_page(f->task, page);
}

/*
 * The swap cache has no frame: add a new one, locked before it can be found, and read it; others wait for
 * the lock.
 */
static bool read_slot(struct fault *f)
{
	struct task *t = f->task;
	struct page *page;

	if (f->gfp == GFP_NOWAIT)
		return is_busy(f);
	note_read(f);
	page = page_alloc(t, SITE_SWAP_PAGE, f->alloc_gfp);
	if (!page)
		return fault_make_failed(f);
	WRITE_ONCE(page->flags, PAGE_LOCKED);
	if (!swap_cache_add(t, f->slot, page)) {
		probe(t, PROBE_SWAP_READ, f->addr);
		if (!waits_here(f, page, true))
			return false;
		end_slot_read(f, page);
	}
	page_put(t, page);	/* the caller looks it up in the cache, like any other */
	return true;
}

/* Get the slot's frame from the swap cache and lock it, so that it stays the slot's until the commit. */
bool fault_make_swap(struct fault *f)
{
	struct page *page;

	while (!f->source) {
		page = swap_cache_get(f->task, f->slot);
		if (!page) {
			if (!read_slot(f))
				return false;
			continue;
		}
		if (!lock_source(f, page))
			return false;
		if (!(READ_ONCE(page->flags) & PAGE_SWAPCACHE) || READ_ONCE(page->swap) != f->slot)
			fault_drop_source(f);		/* it left the cache before we had the lock */
	}
	return true;
}

/* --- waiting with nothing held ------------------------------------------------------------ */

static void wait_for_page(struct fault *f)
{
	struct page *page = f->awaited;
	struct file *file = f->awaited_file;

	if (!f->reads)
		wait_on_page_locked(page);
	else if (file)
		pagecache_end_read(f->task, file, page, window_of(f));
	else
		end_slot_read(f, page);
	page_put(f->task, page);
	fault_drop(f);
	file_put(f->task, file);	/* may be the last, which takes the locks of the file's pages */
}

/* Does the next attempt keep its lock when it must wait? */
static bool is_tried(const struct fault *f)
{
	return f->major || f->held == ANON_LOCKED || f->waits > 1;
}

enum fault_result fault_wait(const struct scheme_inst *si, struct fault *f)
{
	const struct scheme_chain *chain = f->mm->chain;

	count(f->task, STAT_FAULT_IO_RETRY);
	probe(f->task, PROBE_FAULT_WAIT, f->addr);
	wait_for_page(f);
	probe(f->task, PROBE_FAULT_AGAIN, f->addr);
	f->waits++;
	f->tried = is_tried(f);
	f->why = WHY_NOT;
	if (f->mm->world->config.io == IO_RETRY_MMAP)
		si = &chain->inst[chain->nr - 1];
	return si->scheme->fault(si, f);
}
