/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Walks over a page's VMAs: to see whether it was accessed, and to unmap it.
 */
#include "common/mm/rmap_walk.h"
#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/swap.h"
#include "common/mm/vma.h"

struct walk {
	struct task *task;
	struct page *page;
	/** One entry that maps the page.  @context its table's lock */
	void (*visit)(struct walk *walk, struct mm *mm, u64 *entry, unsigned long addr);
	u64 instead;
	bool lazy;		/**< the page had PAGE_LAZYFREE when the walk began: see take_lazy() */
	unsigned int found;
};

/*
 * F3: without mmap_lock the table may be taken out at any moment; RCU keeps its
 * memory, and under its lock it says whether it is here.  The entry's frame tells whether the page is
 * mapped there, and we want every entry that maps it: so it does not matter if the VMA is dead by now and
 * its range is another's.
 */
static void visit_vma(struct walk *walk, const struct vma *vma)
{
	const struct page *page = walk->page;
	struct mm *mm = vma->vm_mm;
	struct pgtable *table;
	unsigned long addr;
	u64 *entry, pte;

	if (page->index < vma->vm_pgoff || page->index - vma->vm_pgoff >= vma_pages(vma))
		return;
	addr = vma->vm_start + ((page->index - vma->vm_pgoff) << PAGE_SHIFT);
	for (;;) {
		table = pgtable_walk(mm, addr);
		if (table->level)
			return;
		spin_lock(&table->lock);
		if (pgtable_is_here(table, mm, addr))
			break;
		spin_unlock(&table->lock);	/* taken out meanwhile: look again */
	}
	entry = &table->entry[pgtable_index(addr, 0)];
	pte = READ_ONCE(*entry);
	if (pte_has_page(pte) && pte_frame(pte) == page_to_frame(&mm->world->zone, page))
		walk->visit(walk, mm, entry, addr);
	spin_unlock(&table->lock);
}

static void walk_file(struct walk *walk, struct file *file)
{
	struct rmap_list *list = &file->i_mmap;

	spin_lock(&list->lock);
	for (struct rmap_link *l = list->first; l; l = l->next)
		visit_vma(walk, container_of(l, struct vma, file_link));
	spin_unlock(&list->lock);
}

static void walk_family(struct walk *walk, struct anon_vma *root)
{
	struct rmap_list *list = &root->family;

	spin_lock(&list->lock);
	for (struct rmap_link *l = list->first; l; l = l->next)
		visit_vma(walk, container_of(l, struct vma, anon_link));
	spin_unlock(&list->lock);
}

/*
 * Find the object behind the page.  A file: page->file does not change under the page's lock, and a file
 * is freed only after locking each of its pages.  A family: if the page is mapped, checked inside RCU, a
 * VMA has a reference now or had one when the RCU section began, and the root is freed after a grace
 * period.  Kernel twin: folio_lock_anon_vma_read()
 */
static void walk_page(struct walk *walk)
{
	struct page *page = walk->page;
	struct file *file = READ_ONCE(page->file);

	rcu_read_lock();
	if (READ_ONCE(page->flags) & PAGE_FILE) {
		if (file)
			walk_file(walk, file);
	} else if (page_mapped(page) && page->anon) {
		walk_family(walk, page->anon);
	}
	rcu_read_unlock();
}

static void visit_referenced(struct walk *walk, struct mm *mm, u64 *entry, unsigned long addr)
{
	(void)mm;
	(void)addr;
	/*
	 * As on x86 there is no flush: an access through the TLB may go unnoticed for a while.
	 * @whole{hardware sets bits beside it}
	 */
	if (fetch_and(entry, ~PTE_ACCESSED) & PTE_ACCESSED)
		walk->found++;
}

unsigned int rmap_referenced(struct task *t, struct page *page)
{
	struct walk walk = { .task = t, .page = page, .visit = visit_referenced };

	walk_page(&walk);
	return walk.found;
}

/*
 * A page of MADV_FREE is unmapped only while it is clean, one of MAP_DROPPABLE always.
 * @whole{hardware sets dirty in the very entry; tlb_flush_range() orders what follows}
 */
static bool take_lazy(const struct page *page, u64 *entry, u64 *old)
{
	bool dirty_too = READ_ONCE(page->flags) & PAGE_DROPPABLE;

	*old = READ_ONCE(*entry);
	do {
		if ((*old & PTE_DIRTY) && !dirty_too)
			return false;
	} while (!try_cmpxchg(entry, old, 0));
	return true;
}

static void visit_unmap(struct walk *walk, struct mm *mm, u64 *entry, unsigned long addr)
{
	struct page *page = walk->page;
	struct task *t = walk->task;
	u64 old;

	if (walk->lazy) {
		/*
		 * One dirty entry keeps the page in all VMAs, later ones included: after a fork others
		 * map the page too, and clearing their entries would lose its contents.
		 */
		if (!(READ_ONCE(page->flags) & PAGE_LAZYFREE))
			return;
		if (!take_lazy(page, entry, &old)) {
			fetch_and(&page->flags, ~PAGE_LAZYFREE);
			return;
		}
	} else {	/* @whole{hardware sets bits in the entry; tlb_flush_range() orders what follows} */
		if (pte_is_swap(walk->instead))	/* count the slot before the entry can be seen */
			swap_get(mm->world, pte_slot(walk->instead));
		old = xchg(entry, walk->instead);
	}
	tlb_flush_range(t, mm, addr, addr + PAGE_SIZE);
	if (old & PTE_DIRTY)
		fetch_or(&page->flags, PAGE_DIRTY);
	page_unmap(page);
	page_put(t, page);	/* not the last count: the walker has one */
	walk->found++;
}

void rmap_unmap(struct task *t, struct page *page, u64 instead)
{
	struct walk walk = {
		.task = t, .page = page, .visit = visit_unmap, .instead = instead,
		.lazy = READ_ONCE(page->flags) & PAGE_LAZYFREE,
	};

	walk_page(&walk);
}
