/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief From a page to every entry that maps it.
 *
 * A walk holds the list's lock, and at each entry its table's.  What fork and mremap
 * copy or move meanwhile goes to a VMA further down the list, or, where mremap
 * merged, under the list's lock: so no entry passes the walk by.
 *
 * Kernel twin: rmap_walk(), folio_referenced(), try_to_unmap() (mm/rmap.c, mm/vmscan.c)
 */
#ifndef COMMON_MM_RMAP_WALK_H
#define COMMON_MM_RMAP_WALK_H

#include "common/mm/page.h"

/** How many entries had been accessed; they are not any more.  @context the page's lock is held, and a count */
unsigned int rmap_referenced(struct task *t, struct page *page);

/**
 * Unmap the page everywhere: each entry is replaced by one of @a instead (0: empty; a
 * swap entry: its slot is counted), what hardware noted goes to the page, and its
 * TLBs are flushed.  A page with PAGE_LAZYFREE is not unmapped where somebody wrote to it.
 * @context the page's lock is held, and a count
 */
void rmap_unmap(struct task *t, struct page *page, u64 instead);

#endif /* COMMON_MM_RMAP_WALK_H */
