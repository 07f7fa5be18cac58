/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief MADV_FREE: pages that reclaim may drop, unless they are written to before.
 *
 * Kernel twin: madvise_free_pte_range() (mm/madvise.c)
 */
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/swap.h"

/*
 * Mark one page that only we map, and clear its dirty bit.  The mark comes before the entry becomes
 * clean: reclaim, having found the mark, reads the entry under the table's lock, which we hold.  First
 * the page leaves the swap cache, whose slot would keep the old contents.  We check with the page locked
 * that only we have it: another's swap entry becomes this page only under that lock, and a present entry
 * is copied only under our table's lock.
 * @whole{hardware sets bits in the entry, others in the flags; the two locks order those who read them}
 */
static bool make_lazy(struct mmu_gather *tlb, struct page *page, u64 *entry)
{
	bool lazy = false, alone;

	if ((READ_ONCE(page->flags) & (PAGE_ZERO | PAGE_FILE)) || !trylock_page(page))
		return false;
	alone = READ_ONCE(page->mapcount) == 1;
	if (alone && (READ_ONCE(page->flags) & PAGE_SWAPCACHE))
		swap_cache_drop(tlb->task, page);
	if (alone && !(READ_ONCE(page->flags) & (PAGE_SWAPCACHE | PAGE_WRITEBACK))) {
		fetch_or(&page->flags, PAGE_LAZYFREE);
		fetch_and(&page->flags, ~PAGE_DIRTY);
		fetch_and(entry, ~PTE_HW_BITS);
		lazy = true;
	}
	swap_unlock_page(tlb->task, page);
	return lazy;
}

/* @context the table is locked; unlocks it */
static void lazyfree_leaf(struct mmu_gather *tlb, struct pgtable *table, unsigned long addr,
			  unsigned long end)
{
	const struct zone *zone = &tlb->mm->world->zone;

	for (; addr < end; addr += PAGE_SIZE) {
		u64 *entry = &table->entry[pgtable_index(addr, 0)];
		u64 pte = READ_ONCE(*entry);

		if (pte_is_swap(pte))	/* @whole{as any entry is cleared; swap_put() orders what follows} */
			swap_put(tlb->task, pte_slot(xchg(entry, 0)));
		else if (pte_has_page(pte) &&
			 make_lazy(tlb, frame_to_page(zone, pte_frame(pte)), entry))
			/*
			 * A TLB entry that is dirty already would let a write pass without setting the
			 * bit in the table.
			 */
			tlb_gather_range(tlb, addr, addr + PAGE_SIZE);
	}
	/* Flush before we drop the lock: reclaim, which takes a clean page, must come after the flush. */
	tlb_finish_mmu(tlb);
	spin_unlock(&table->lock);
}

void lazyfree_page_range(struct mmu_gather *tlb, unsigned long start, unsigned long end)
{
	unsigned long addr, next;

	for (addr = start; addr < end; addr = next) {
		struct pgtable *table = pgtable_leaf_lock(tlb->mm, addr, &next);

		next = min_ul(next, end);
		if (table)
			lazyfree_leaf(tlb, table, addr, next);
	}
}
