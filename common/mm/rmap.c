/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The lists of VMAs that may map a file's, or an anon family's, pages; and unmapping through them.
 *
 * Links go to the end.  A walk goes from the first to the last: mremap and fork move or copy entries from
 * a VMA to one that was linked later, so a walk that comes to the first too late finds them at the
 * second.  Where mremap merged, the second may stand before the first, but then the move holds the list's
 * lock.
 */
#include "common/mm/rmap.h"
#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"

void rmap_list_init(struct rmap_list *list)
{
	spin_lock_init(&list->lock);
	list->first = NULL;
	list->last = &list->first;
}

static void link_tail(struct rmap_list *list, struct rmap_link *link)
{
	spin_lock(&list->lock);
	link->next = NULL;
	link->pprev = list->last;
	*list->last = link;
	list->last = &link->next;
	spin_unlock(&list->lock);
}

/* Check with the lock held whether it is linked: a neighbour that is unlinked changes our pprev. */
static void unlink_one(struct rmap_list *list, struct rmap_link *link)
{
	spin_lock(&list->lock);
	if (link->pprev) {
		*link->pprev = link->next;
		if (link->next)
			link->next->pprev = link->pprev;
		else
			list->last = link->pprev;
		link->pprev = NULL;
	}
	spin_unlock(&list->lock);
}

void rmap_link_file(struct vma *vma)
{
	if (vma->vm_file)
		link_tail(&vma->vm_file->i_mmap, &vma->file_link);
}

void rmap_link_anon(struct vma *vma)
{
	link_tail(&vma_read_anon(vma)->root->family, &vma->anon_link);
}

void rmap_unlink_anon(struct vma *vma)
{
	if (vma->anon_vma)
		unlink_one(&vma->anon_vma->root->family, &vma->anon_link);
}

void rmap_unlink(struct vma *vma)
{
	if (vma->vm_file)
		unlink_one(&vma->vm_file->i_mmap, &vma->file_link);
	rmap_unlink_anon(vma);
}

void rmap_edit_begin(struct vma *vma)
{
	if (vma->vm_file)
		spin_lock(&vma->vm_file->i_mmap.lock);
	if (vma_read_anon(vma))
		spin_lock(&vma_read_anon(vma)->root->family.lock);
}

void rmap_edit_end(struct vma *vma)
{
	if (vma_read_anon(vma))
		spin_unlock(&vma_read_anon(vma)->root->family.lock);
	if (vma->vm_file)
		spin_unlock(&vma->vm_file->i_mmap.lock);
}

/*
 * Clear entries of [start, end) in one leaf: with @a cows those of any page, else only those of the
 * file's own pages.
 * @whole{hardware sets bits in the entry until it is cleared; tlb_finish_mmu() orders what follows}
 */
static void unmap_leaf(struct mmu_gather *tlb, struct pgtable *table, unsigned long start,
		       unsigned long end, bool cows)
{
	const struct zone *zone = &tlb->mm->world->zone;

	/* A swap entry can only belong to a private copy. */
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		u64 *entry = &table->entry[pgtable_index(addr, 0)];
		u64 pte = READ_ONCE(*entry);
		struct page *page = frame_to_page(zone, pte_frame(pte));

		if (!pte || pte_is_guard(pte) || (!cows && (pte_is_swap(pte) || !(READ_ONCE(page->flags) & PAGE_FILE))))
			continue;
		if (tlb->nr == GATHER_PAGES)
			tlb_finish_mmu(tlb);
		tlb_gather_page(tlb, addr, xchg(entry, 0));
	}
}

/*
 * F3: without mmap_lock tables may be taken out at any moment.  RCU keeps their
 * memory, and under the lock the table says whether it is here.  We may miss an entry because its table
 * is not published yet; then its fault still holds the page's lock, and for a file's page truncate_page()
 * comes here again once it has that lock.
 */
static void unmap_range_no_mark(struct mmu_gather *tlb, unsigned long start, unsigned long end,
				bool cows)
{
	unsigned long addr = start, next;

	while (addr < end) {
		struct pgtable *table = pgtable_walk(tlb->mm, addr);
		unsigned int level = table->level;

		next = min_ul((addr | (PGTABLE_SPAN(level ? level : 1) - 1)) + 1, end);
		if (!level) {
			spin_lock(&table->lock);
			if (!pgtable_is_here(table, tlb->mm, addr)) {
				spin_unlock(&table->lock);
				continue;	/* taken out meanwhile: look again */
			}
			unmap_leaf(tlb, table, addr, next, cows);
			spin_unlock(&table->lock);
		}
		addr = next;
	}
}

void unmap_mapping_range(struct task *t, struct file *file, u64 index, u64 nr, bool cows)
{
	struct rmap_list *list = &file->i_mmap;
	u64 last = nr > ~0ULL - index ? ~0ULL : index + nr;

	spin_lock(&list->lock);
	for (struct rmap_link *l = list->first; l; l = l->next) {
		struct vma *vma = container_of(l, struct vma, file_link);
		u64 first = max_ul(index, vma->vm_pgoff);
		u64 end = min_ul(last, vma->vm_pgoff + vma_pages(vma));
		struct mmu_gather tlb;

		if (first >= end)
			continue;
		tlb_gather_mmu(&tlb, t, vma->vm_mm);
		rcu_read_lock();
		unmap_range_no_mark(&tlb, vma->vm_start + ((first - vma->vm_pgoff) << PAGE_SHIFT),
				    vma->vm_start + ((end - vma->vm_pgoff) << PAGE_SHIFT), cows);
		rcu_read_unlock();
		tlb_finish_mmu(&tlb);
	}
	spin_unlock(&list->lock);
}
