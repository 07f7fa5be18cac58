/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A read fault on a file maps its neighbours that are in memory already.
 */
#include "common/mm/fault.h"
#include "common/mm/pagecache.h"

/*
 * Map one neighbour.  Its page is locked, by trylock since a table's lock is held, and checked to be
 * still the file's, like the faulting page itself (F3).  The faulting page stays locked until its table
 * is published; this one does not, so the table must be published by now: truncation, which gets the
 * page's lock next, walks to the table and waits for its lock, which we hold.  Reading the size here only
 * saves work: a page that is still the file's was added before truncation looks for pages, which then
 * finds it, or it is locked by the thread that adds it, which takes it out again (pagecache_begin_read()).
 */
static void map_neighbour(struct fault *f, struct pgtable *leaf, unsigned long addr)
{
	u64 pgoff = f->vma.pgoff + ((addr - f->vma.start) >> PAGE_SHIFT);
	unsigned int index = pgtable_index(addr, 0);
	struct page *page;

	if (READ_ONCE(leaf->entry[index]) || pgoff >= READ_ONCE(f->vma.file->nr_pages))
		return;
	page = pagecache_get(f->task, f->vma.file, pgoff);
	if (!page)
		return;
	if (trylock_page(page)) {
		if (READ_ONCE(page->file) == f->vma.file && page_uptodate(page)) {
			page_map(page);
			pgtable_publish(leaf, index,
					pte_make(page_to_frame(&f->mm->world->zone, page), PTE_PRESENT));
			count(f->task, STAT_FAULT_AROUND);
		}
		unlock_page(page);
	}
	page_put(f->task, page);
}

void fault_around_file(struct fault *f, struct pgtable *leaf)
{
	unsigned long window = (unsigned long)f->mm->world->config.fault_around << PAGE_SHIFT;
	unsigned long start, end;

	if (!window)
		return;
	start = max_ul(max_ul(f->addr & ~(window - 1), f->vma.start), leaf->base);
	end = min_ul((f->addr & ~(window - 1)) + window, f->vma.end);
	end = min_ul(end, leaf->base + (PGTABLE_SPAN(0) << 9));
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE)
		map_neighbour(f, leaf, addr);
	probe(f->task, PROBE_FAULT_AROUND, f->addr);
}
