/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Entries take the rights of their VMA.
 */
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"

/*
 * May the entry be made writable now, without a fault?  Only an anonymous page that nobody else maps may;
 * a write to any other page must fault.
 * Kernel twin: can_change_pte_writable() (mm/mprotect.c).
 */
static bool can_make_writable(const struct zone *zone, u64 pte, unsigned long flags)
{
	const struct page *page = frame_to_page(zone, pte_frame(pte));

	return (flags & VM_WRITE) && !(flags & VM_SHARED) &&
	       !(READ_ONCE(page->flags) & (PAGE_ZERO | PAGE_FILE)) &&
	       READ_ONCE(page->refcount) == 1;
}

static u64 change_pte(const struct zone *zone, u64 pte, unsigned long flags)
{
	u64 rights = PTE_PRESENT;

	if (!(flags & VM_ACCESS_FLAGS))
		rights = PTE_PROTNONE;
	else if (pte & PTE_WRITE ? flags & VM_WRITE : can_make_writable(zone, pte, flags))
		rights |= PTE_WRITE;
	return (pte & ~(PTE_PRESENT | PTE_WRITE | PTE_PROTNONE)) | rights;
}

/* Bits that hardware acts on and that @a old had and @a new has not. */
static bool pte_loses_rights(u64 old, u64 new)
{
	return (old & ~new & (PTE_PRESENT | PTE_WRITE)) != 0;
}

static void protect_leaf(struct mmu_gather *tlb, struct pgtable *table, unsigned long addr,
			 unsigned long end, unsigned long flags)
{
	const struct zone *zone = &tlb->mm->world->zone;

	spin_lock(&table->lock);
	BUG_ON(!pgtable_is_here(table, tlb->mm, addr));
	for (; addr < end; addr += PAGE_SIZE) {
		u64 *entry = &table->entry[pgtable_index(addr, 0)];
		u64 old = READ_ONCE(*entry), new;

		if (!pte_has_page(old))		/* a swap entry takes its VMA's rights when it is swapped in */
			continue;
		/*
		 * @whole{repeated until hardware sets no bit in between; the flush comes before the marks
		 * end}
		 */
		do {
			new = change_pte(zone, old, flags);
		} while (!try_cmpxchg(entry, &old, new));
		if (pte_loses_rights(old, new))
			tlb_gather_range(tlb, addr, addr + PAGE_SIZE);
	}
	spin_unlock(&table->lock);
}

void change_protection(struct mmu_gather *tlb, unsigned long start, unsigned long end,
		       unsigned long flags)
{
	unsigned long addr, next;

	for (addr = start; addr < end; addr = next) {
		struct pgtable *table = pgtable_leaf(tlb->mm, addr, &next);

		next = min_ul(next, end);
		if (table)
			protect_leaf(tlb, table, addr, next, flags);
	}
}
