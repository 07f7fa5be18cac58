/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief mm_check(): do VMAs, tree, tables and counts of a quiet address space fit together?
 */
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/swap.h"
#include "common/mm/vma.h"

/* VMAs are sorted and disjoint, agree with the tree, are at rest, and are counted. */
static void check_vmas(const struct mm *mm)
{
	u64 now = READ_ONCE(mm->lock_seq.sequence), nr = 0, ranges;
	unsigned long end = 0;
	struct vma_cursor at;
	struct vma *vma;

	ranges = vma_tree_check(&mm->tree);
	BUG_ON(now & 1);
	BUG_ON(mm->marks_open);
	vma_cursor_init(&at, &mm->tree, 0);
	for (; (vma = vma_cursor_next(&at, mm->tree.limit)); end = vma->vm_end) {
		nr++;
		BUG_ON(vma->vm_start < end || vma->vm_start >= vma->vm_end);
		BUG_ON(vma->vm_end > mm->tree.limit);
		BUG_ON((vma->vm_start | vma->vm_end) & ~PAGE_MASK);
		/* The tree's bounds are the VMA's own. */
		BUG_ON(vma_tree_walk(&mm->tree, vma->vm_start) != vma);
		BUG_ON(vma_tree_walk(&mm->tree, vma->vm_end - 1) != vma);
		BUG_ON(vma->vm_start && vma_tree_walk(&mm->tree, vma->vm_start - 1) == vma);
		BUG_ON(vma_tree_walk(&mm->tree, vma->vm_end) == vma);
		BUG_ON(vma->vm_mm != mm);
		/*
		 * The VMA's last mark is of a section that is over: its number is before now, even if the
		 * number wraps.
		 */
		BUG_ON(vma->lock_seq == VMA_GONE || (s64)(now - (vma->lock_seq | VMA_MARK)) <= 0);
	}
	BUG_ON(nr != mm->map_count || nr != ranges);
}

/* Counts of entries seen: one for each frame, then one for each swap slot. */
static void check_pte(const struct mm *mm, unsigned long addr, u64 pte, u32 *mapped)
{
	const struct zone *zone = &mm->world->zone;
	struct vma *vma = vma_tree_walk(&mm->tree, addr);
	u64 frame = pte_frame(pte);
	const struct page *page;

	BUG_ON(!vma);
	if (pte_is_guard(pte)) {	/* fork copies it */
		BUG_ON(vma_is_anonymous(vma) ? !vma->anon_vma : !mm->file_guards);
		return;
	}
	if (pte_is_swap(pte)) {
		BUG_ON(pte != pte_swap(pte_slot(pte)) || pte_slot(pte) >= mm->world->swap.nr);
		BUG_ON(!vma->anon_vma);
		mapped[zone->nr + pte_slot(pte)]++;
		return;
	}
	BUG_ON(frame >= zone->nr);
	BUG_ON((pte & PTE_PRESENT) && (pte & PTE_PROTNONE));
	BUG_ON(!(pte & (PTE_PRESENT | PTE_PROTNONE)));
	BUG_ON((pte & PTE_PRESENT) && !(vma->vm_flags & VM_ACCESS_FLAGS));
	BUG_ON((pte & PTE_WRITE) && (!(pte & PTE_PRESENT) || !(vma->vm_flags & VM_WRITE)));
	page = frame_to_page(zone, frame);
	if (page->flags & PAGE_ZERO)
		BUG_ON(pte & PTE_WRITE);
	else
		mapped[frame]++;
	/* The reverse mapping finds this VMA from the page: the VMA has an anon_vma of the page's family. */
	if (!(page->flags & (PAGE_ZERO | PAGE_FILE)))
		BUG_ON(!vma->anon_vma || vma->anon_vma->root != page->anon);
}

/* Headers are right, no table is dead or locked, and there is no table where there is no VMA. */
static void check_table(const struct mm *mm, const struct pgtable *table, unsigned int level,
			unsigned long base, u32 *mapped)
{
	BUG_ON(table->dead || table->level != level || table->base != base || table->mm != mm);
	BUG_ON(spin_is_locked(&table->lock));
	for (unsigned int i = 0; i < PGTABLE_ENTRIES; i++) {
		unsigned long addr = base + i * PGTABLE_SPAN(level);
		u64 entry = pgtable_read(table, i);

		if (!entry)
			continue;
		if (!level) {
			check_pte(mm, addr, entry, mapped);
			continue;
		}
		BUG_ON(!vma_tree_find(&mm->tree, addr, addr + PGTABLE_SPAN(level)));
		check_table(mm, pgtable_child(entry), level - 1, addr, mapped);
	}
}

/*
 * Each count belongs to an entry seen here, to the page cache or swap cache or, after a fork, to an entry
 * of another address space.
 */
static void check_count(const struct mm *mm, const struct page *page, u32 mapped)
{
	u32 refcount = READ_ONCE(page->refcount), flags = READ_ONCE(page->flags);
	u32 cache = flags & PAGE_FILE ? READ_ONCE(page->file) != NULL : (flags & PAGE_SWAPCACHE) != 0;
	bool shared = mm->forked || (flags & PAGE_FILE);

	if (!mapped)
		return;
	BUG_ON(READ_ONCE(page->flags) & PAGE_LOCKED);
	BUG_ON(shared ? refcount < mapped + cache : refcount != mapped + cache);
	BUG_ON(shared ? page->mapcount < mapped : page->mapcount != mapped);
	BUG_ON(!(flags & PAGE_FILE) && !page->anon);
}

static void check_slot(const struct mm *mm, const struct swap_slot *slot, u32 entries)
{
	u32 held = entries + (slot->page != NULL);

	if (!entries)
		return;
	BUG_ON(mm->forked ? slot->count < held : slot->count != held);
}

void mm_check(struct task *t, struct mm *mm)
{
	const struct zone *zone = &mm->world->zone;
	const struct swap *swap = &mm->world->swap;
	size_t bytes = (zone->nr + swap->nr) * sizeof(u32);
	u32 *mapped = platform_alloc(bytes, sizeof(u64), PLATFORM_MEM_OTHER);

	(void)t;
	BUG_ON(!mapped);
	check_vmas(mm);
	check_table(mm, mm->root, PGTABLE_LEVELS - 1, 0, mapped);
	for (u64 frame = 0; frame < zone->nr; frame++)
		check_count(mm, &zone->pages[frame], mapped[frame]);
	for (u32 slot = 0; slot < swap->nr; slot++)
		check_slot(mm, &swap->slot[slot], mapped[zone->nr + slot]);
	platform_free(mapped, bytes, PLATFORM_MEM_OTHER);
}
