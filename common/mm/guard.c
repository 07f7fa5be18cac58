/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Guards are installed and removed, under mmap_lock held for reading and without a mark.
 *
 * A concurrent fault takes the table's lock before or after us.  Before: we take its page out, like one
 * that was there already.  After: the entry is no longer the empty one that it saw, so it installs
 * nothing, and its access faults again and finds the guard (F1's comparison, fault_put()).  A look finds
 * the entry empty, with a page, or as a guard, and each was true at that moment; whether the VMA was
 * still the same then is for the scheme to check, as for any SIGSEGV.
 */
#include "common/mm/guard.h"
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"

/*
 * Install guards in one leaf, which is locked, until done or the gather is full; unlock it.  One exchange replaces the page by the
 * guard, so no fault finds the entry empty in between.
 * @whole{hardware sets bits in the entry until it is replaced; tlb_finish_mmu() orders what follows}
 * @return the address to go on from
 */
static unsigned long install_leaf(struct mmu_gather *tlb, struct pgtable *table, unsigned long addr,
				  unsigned long end)
{
	for (; addr < end && tlb->nr < GATHER_PAGES; addr += PAGE_SIZE) {
		unsigned int index = pgtable_index(addr, 0);
		u64 pte = READ_ONCE(table->entry[index]);

		if (!pte)
			pgtable_publish(table, index, PTE_GUARD);
		else if (!pte_is_guard(pte))
			tlb_gather_page(tlb, addr, xchg(&table->entry[index], PTE_GUARD));
	}
	spin_unlock(&table->lock);
	return addr;
}

int guard_install(struct mmu_gather *tlb, struct vma *vma, unsigned long start, unsigned long end)
{
	unsigned long addr = start, next;
	struct pgtable *table;
	int err = 0;

	/*
	 * So that fork copies the guards: of anonymous memory it copies the entries, and an
	 * anon_vma says, as for a page, that there may be some; of files it is told by the mm.
	 */
	if (vma_is_anonymous(vma))
		err = anon_vma_prepare(tlb->task, tlb->mm, vma);
	else
		WRITE_ONCE(tlb->mm->file_guards, true);
	while (!err && addr < end) {
		err = pgtable_populate(tlb->task, tlb->mm, addr, SITE_GUARD_TABLE);
		if (err)
			break;
		table = pgtable_leaf_lock(tlb->mm, addr, &next);
		if (!table)	/* DONTNEED of another thread found it empty and took it out */
			continue;
		addr = install_leaf(tlb, table, addr, min_ul(next, end));
		if (tlb->nr == GATHER_PAGES)
			tlb_finish_mmu(tlb);
	}
	return err;
}

/* @context the table is locked; unlocks it */
static void remove_leaf(struct pgtable *table, unsigned long addr, unsigned long end)
{
	for (; addr < end; addr += PAGE_SIZE) {
		unsigned int index = pgtable_index(addr, 0);

		/* No TLB holds a guard, so there is nothing to flush. */
		if (pte_is_guard(READ_ONCE(table->entry[index])))
			pgtable_publish(table, index, 0);
	}
	spin_unlock(&table->lock);
}

void guard_remove(struct mm *mm, unsigned long start, unsigned long end)
{
	unsigned long addr, next;

	for (addr = start; addr < end; addr = next) {
		struct pgtable *table = pgtable_leaf_lock(mm, addr, &next);

		next = min_ul(next, end);
		if (table)
			remove_leaf(table, addr, next);
	}
}
