/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief From a page to every entry that maps it.
 *
 * A walk holds the list's lock, and at each entry its table's.  Entries that fork and mremap copy or move
 * meanwhile go to a VMA further down the list or, where mremap merged, are moved under the list's lock:
 * so the walk misses no entry.
 *
 * Kernel twin: rmap_walk(), folio_referenced(), try_to_unmap() (mm/rmap.c, mm/vmscan.c)
 */
#ifndef COMMON_MM_RMAP_WALK_H
#define COMMON_MM_RMAP_WALK_H

#include "common/mm/page.h"

/**
 * Count the entries that had been accessed, and clear that bit in them.
 * @context the page's lock is held, and a count
 */
unsigned int rmap_referenced(struct task *t, struct page *page);

/**
 * Unmap the page everywhere: each entry is replaced by one of @a instead (0: empty; a
 * swap entry: its slot is counted), dirty bits go to the page, and TLBs are flushed.  A page with
 * PAGE_LAZYFREE stays mapped where it was written to.
 * @context the page's lock is held, and a count
 */
void rmap_unmap(struct task *t, struct page *page, u64 instead);

#endif /* COMMON_MM_RMAP_WALK_H */
