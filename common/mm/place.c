/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Where a mapping goes: the address the caller named, or the highest free place below mmap_base,
 * or the lowest.
 *
 * Kernel twins: __get_unmapped_area(), vm_unmapped_area() (mm/mmap.c, mm/vma.c),
 * arch_get_unmapped_area_topdown() (arch/x86/kernel/sys_x86_64.c).
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

#define HUGE_PAGE_SIZE	(PAGE_SIZE << 9)
#define NO_PLACE	(~0UL)

/* Kernel twin: unmapped_area_topdown() */
static unsigned long highest_place(struct mm *mm, unsigned long len, unsigned long hi)
{
	while (hi >= MMAP_MIN_ADDR + len) {
		unsigned long addr = vma_tree_highest_gap(&mm->tree, len, MMAP_MIN_ADDR, hi);
		struct vma *above;

		if (addr == NO_PLACE)
			break;
		/* Leave free the guard gap of a stack above. */
		above = vma_tree_find(&mm->tree, addr + len, mm->tree.limit);
		if (!above || vma_start_gap(above) >= addr + len)
			return addr;
		hi = vma_start_gap(above);
	}
	return NO_PLACE;
}

/* Kernel twin: unmapped_area() */
static unsigned long lowest_place(struct mm *mm, unsigned long len, unsigned long lo)
{
	lo = max_ul(lo, MMAP_MIN_ADDR);
	while (lo + len <= mm->tree.limit) {
		unsigned long addr = vma_tree_lowest_gap(&mm->tree, len, lo, mm->tree.limit);
		struct vma *above;

		if (addr == NO_PLACE)
			break;
		above = vma_tree_find(&mm->tree, addr + len, mm->tree.limit);
		if (!above || vma_start_gap(above) >= addr + len)
			return addr;
		lo = above->vm_end;
	}
	return NO_PLACE;
}

static unsigned long any_place(struct mm *mm, unsigned long len)
{
	unsigned long addr = highest_place(mm, len, mm->mmap_base);

	if (addr == NO_PLACE)
		addr = lowest_place(mm, len, PAGE_ALIGN(mm->tree.limit / 3));
	return addr;
}

/*
 * Since 6.7 (6.13: whole huge pages only) anonymous memory without a named address starts
 * at a multiple of the huge page size.  Kernel twin: __thp_get_unmapped_area()
 */
static unsigned long huge_place(struct mm *mm, unsigned long len)
{
	unsigned long addr = any_place(mm, len + HUGE_PAGE_SIZE);

	if (addr == NO_PLACE)
		return any_place(mm, len);
	/* Align upwards; if the address is aligned already, the next multiple is inside the room as well. */
	return (addr + HUGE_PAGE_SIZE) & ~(HUGE_PAGE_SIZE - 1);
}

static bool wish_is_free(struct mm *mm, unsigned long addr, unsigned long len)
{
	struct vma *above = vma_tree_find(&mm->tree, addr, mm->tree.limit);

	return addr <= mm->tree.limit - len && (!above || addr + len <= vma_start_gap(above));
}

unsigned long mm_find_place(struct mm *mm, unsigned long addr, unsigned long len, int flags,
			    bool huge)
{
	if (len > mm->tree.limit)
		return -ENOMEM;
	if (!(flags & MM_MAP_FIXED)) {
		addr &= PAGE_MASK;
		if (addr && addr < MMAP_MIN_ADDR)
			addr = MMAP_MIN_ADDR;
		if (addr && wish_is_free(mm, addr, len))
			return addr;
		if (huge && !addr && !(len & (HUGE_PAGE_SIZE - 1)))
			addr = huge_place(mm, len);
		else
			addr = any_place(mm, len);
		if (addr == NO_PLACE)
			return -ENOMEM;
	}
	if (addr > mm->tree.limit - len)
		return -ENOMEM;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr < MMAP_MIN_ADDR)
		return -EPERM;
	return addr;
}

bool mm_may_expand(struct mm *mm, unsigned long more, unsigned long start, unsigned long end)
{
	u64 limit = mm->world->config.max_pages, pages = more >> PAGE_SHIFT;
	struct vma_cursor at;
	struct vma *vma;

	if (likely(!limit))
		return true;
	vma_cursor_init(&at, &mm->tree, 0);
	while ((vma = vma_cursor_next(&at, mm->tree.limit))) {
		unsigned long from = max_ul(vma->vm_start, start), to = min_ul(vma->vm_end, end);

		pages += vma_pages(vma);
		if (from < to)
			pages -= (to - from) >> PAGE_SHIFT;
	}
	return pages <= limit;
}
