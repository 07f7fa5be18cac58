/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Taking pages out: gather, flush, free; and taking out the tables by the bounds of VMAs.
 */
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/swap.h"

void tlb_gather_mmu(struct mmu_gather *tlb, struct task *t, struct mm *mm)
{
	tlb->task = t;
	tlb->mm = mm;
	tlb->start = ~0UL;
	tlb->end = 0;
	tlb->nr = 0;
}

void tlb_gather_range(struct mmu_gather *tlb, unsigned long start, unsigned long end)
{
	tlb->start = min_ul(tlb->start, start);
	tlb->end = max_ul(tlb->end, end);
}

void tlb_gather_page(struct mmu_gather *tlb, unsigned long addr, u64 pte)
{
	struct page *page = frame_to_page(&tlb->mm->world->zone, pte_frame(pte));

	if (pte_is_swap(pte)) {		/* no TLB has it */
		swap_put(tlb->task, pte_slot(pte));
		return;
	}
	/*
	 * @whole{others change bits beside it; the entry's count, which is put later, orders those who
	 * read it}
	 */
	if ((pte & PTE_DIRTY) && (READ_ONCE(page->flags) & PAGE_FILE))
		fetch_or(&page->flags, PAGE_DIRTY);
	tlb->page[tlb->nr++] = page;
	tlb_gather_range(tlb, addr, addr + PAGE_SIZE);
}

void tlb_finish_mmu(struct mmu_gather *tlb)
{
	/* Pages are freed only when no TLB leads to them any more (F3). */
	if (tlb->start < tlb->end)
		tlb_flush_range(tlb->task, tlb->mm, tlb->start, tlb->end);
	/*
	 * Not before the flush: reclaim assumes that a page without a mapping is no longer
	 * written to, writes it out, makes it clean, and would lose what a thread has stored
	 * through its TLB since.  Linux, 5df397dec7c4 (2022).
	 */
	for (unsigned int i = 0; i < tlb->nr; i++)
		page_unmap(tlb->page[i]);
	/*
	 * Reclaim puts a page into the swap cache, then finds it mapped and keeps it; we have unmapped it, and look whether
	 * it is in the swap cache.  Not both may see what was before, or nobody drops the page.
	 * @pairs{unmapped, then in the swap cache? | swap_reap()}
	 */
	smp_mb();
	for (unsigned int i = 0; i < tlb->nr; i++) {
		if (unlikely(READ_ONCE(tlb->page[i]->flags) & PAGE_SWAPCACHE))
			swap_reap(tlb->task, tlb->page[i]);
		page_put(tlb->task, tlb->page[i]);
	}
	tlb_gather_mmu(tlb, tlb->task, tlb->mm);
}

/* @whole{hardware may be setting accessed or dirty in it now; tlb_finish_mmu() orders what follows} */
static void zap_entry(struct mmu_gather *tlb, u64 *entry, unsigned long addr, enum zap_guards guards)
{
	u64 pte = READ_ONCE(*entry);

	if (!pte)
		return;
	if (unlikely(pte_is_guard(pte))) {	/* hardware and TLBs never hold a guard */
		if (guards == ZAP_GUARDS)
			WRITE_ONCE(*entry, 0);
		return;
	}
	tlb_gather_page(tlb, addr, xchg(entry, 0));
}

/*
 * Clear entries of one leaf table, which is locked, until done or the gather is full; unlock it.
 * Returns the address to go on from.
 */
static unsigned long zap_leaf(struct mmu_gather *tlb, struct pgtable *table,
			      unsigned long addr, unsigned long end, enum zap_guards guards)
{
	for (; addr < end && tlb->nr < GATHER_PAGES; addr += PAGE_SIZE)
		zap_entry(tlb, &table->entry[pgtable_index(addr, 0)], addr, guards);
	spin_unlock(&table->lock);
	return addr;
}

void zap_page_range(struct mmu_gather *tlb, unsigned long start, unsigned long end,
		    enum zap_guards guards)
{
	unsigned long addr, next;

	for (addr = start; addr < end;) {
		struct pgtable *table = pgtable_leaf_lock(tlb->mm, addr, &next);

		next = min_ul(next, end);
		addr = table ? zap_leaf(tlb, table, addr, next, guards) : next;
		if (tlb->nr == GATHER_PAGES)
			tlb_finish_mmu(tlb);
	}
}

/*
 * The child at @index is taken out of @table; both are locked.  A table's header changes only under its own lock, taken
 * inside its parent's.  A fault that walked to the child before finds it dead under the lock; its memory stays for a
 * grace period.
 */
static void take_out(struct task *t, struct pgtable *table, unsigned int index, struct pgtable *child)
{
	child->dead = 1;
	pgtable_publish(table, index, 0);
	spin_unlock(&child->lock);
	spin_unlock(&table->lock);

	if (t->world->config.poison)	/* an entry left in it would be a lost page or table */
		for (unsigned int i = 0; i < PGTABLE_ENTRIES; i++)
			BUG_ON(READ_ONCE(child->entry[i]));
	count(t, STAT_TABLE_FREE);
	cache_free_rcu(t, CACHE_TABLE, child);
}

static void pgtable_unlink(struct task *t, struct pgtable *table, unsigned int index)
{
	struct pgtable *child;

	spin_lock(&table->lock);
	child = pgtable_child(pgtable_read(table, index));
	spin_lock(&child->lock);
	take_out(t, table, index, child);
}

/*
 * F1.6: the child goes because it is empty, and that is so only with its lock held: a fault that stores an entry there
 * does so under that lock, before us, and the child is not empty; or after us, and F1.9 says that it is dead.
 */
static void reclaim_child(struct task *t, struct pgtable *table, unsigned int index)
{
	struct pgtable *child;
	unsigned int used = 0;

	spin_lock(&table->lock);
	child = pgtable_child(pgtable_read(table, index));
	if (!child) {
		spin_unlock(&table->lock);
		return;
	}
	spin_lock(&child->lock);
	while (used < PGTABLE_ENTRIES && !READ_ONCE(child->entry[used]))
		used++;
	if (used == PGTABLE_ENTRIES) {
		count(t, STAT_TABLE_RECLAIM);
		take_out(t, table, index, child);
		return;
	}
	spin_unlock(&child->lock);
	spin_unlock(&table->lock);
}

/* The table of level 1 on the way to @addr, or NULL.  @context as pgtable_reclaim(): such tables stay */
static struct pgtable *parent_of_leaf(const struct mm *mm, unsigned long addr)
{
	struct pgtable *table = mm->root;

	while (table && table->level > 1)
		table = pgtable_child(pgtable_read(table, pgtable_index(addr, table->level)));
	return table;
}

void pgtable_reclaim(struct task *t, struct mm *mm, unsigned long start, unsigned long end)
{
	const unsigned long span = PGTABLE_SPAN(1);
	struct pgtable *parent;

	probe(t, PROBE_PT_RECLAIM, start);
	for (unsigned long addr = (start + span - 1) & ~(span - 1); addr < end && end - addr >= span; addr += span) {
		parent = parent_of_leaf(mm, addr);
		if (parent)
			reclaim_child(t, parent, pgtable_index(addr, 1));
	}
}

static void free_level(struct task *t, struct pgtable *table, unsigned long start,
		       unsigned long end, unsigned long floor, unsigned long ceiling)
{
	unsigned int level = table->level;
	unsigned long span = PGTABLE_SPAN(level), addr, next;

	for (addr = start; addr < end; addr = next) {
		unsigned int index = pgtable_index(addr, level);
		unsigned long base = addr & ~(span - 1);
		u64 entry;

		next = min_ul(base + span, end);
		spin_lock(&table->lock);
		entry = pgtable_read(table, index);
		spin_unlock(&table->lock);
		if (!entry)
			continue;
		/* Deepest first: a table is freed only when no table is left below it. */
		if (level > 1)
			free_level(t, pgtable_child(entry), addr, next, floor, ceiling);
		if (base >= floor && base + span - 1 < ceiling)
			pgtable_unlink(t, table, index);
	}
}

void free_pgtables(struct task *t, struct mm *mm, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling)
{
	free_level(t, mm->root, start, end, floor, ceiling);
}
