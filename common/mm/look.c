/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What an address space looks like: its VMAs one by one, and hashes to compare two.
 */
#include "common/mm/file.h"
#include "common/mm/hash.h"
#include "common/mm/mm.h"
#include "common/mm/mmap_lock.h"
#include "common/mm/pagecache.h"
#include "common/mm/pgtable.h"
#include "common/mm/swap.h"
#include "common/mm/vma.h"

static u64 vma_inode(const struct vma *vma)
{
	return vma->vm_file ? vma->vm_file->inode : 0;
}

bool mm_next_vma(struct task *t, struct mm *mm, unsigned long addr, struct vma_info *info)
{
	struct vma *vma;

	mmap_read_lock(t, mm);
	vma = vma_tree_find(&mm->tree, addr, mm->tree.limit);
	if (vma) {
		info->start = vma->vm_start;
		info->end = vma->vm_end;
		info->flags = vma->vm_flags;
		info->pgoff = vma->vm_pgoff;
		info->inode = vma_inode(vma);
		info->has_anon = vma_read_anon(vma) != NULL;
	}
	mmap_read_unlock(t, mm);
	return vma != NULL;
}

u64 mm_hash_vmas(struct task *t, struct mm *mm)
{
	struct vma_cursor at;
	struct vma *vma;
	u64 hash = 1;

	mmap_read_lock(t, mm);
	vma_cursor_init(&at, &mm->tree, 0);
	while ((vma = vma_cursor_next(&at, mm->tree.limit))) {
		hash = hash64_2(hash, vma->vm_start);
		hash = hash64_2(hash, vma->vm_end);
		hash = hash64_2(hash, vma->vm_flags);
		hash = hash64_2(hash, vma->vm_pgoff);
		hash = hash64_2(hash, vma_inode(vma));
	}
	mmap_read_unlock(t, mm);
	return hash;
}

/*
 * A file's page with its original contents adds nothing to what the VMA says; and whether it is mapped
 * depends on what else was in memory.
 */
static bool as_on_disk(const struct page *page, const u64 *word)
{
	const struct file *file = READ_ONCE(page->file);

	if (!(READ_ONCE(page->flags) & PAGE_FILE) || !file)
		return false;
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		if (word[i] != (file->shmem ? 0 : file_word(file->inode, page->index, i)))
			return false;
	return true;
}

/* A page of zeros hashes like no page: whether one was ever touched is not content. */
static u64 hash_words(u64 hash, unsigned long addr, const u64 *word)
{
	u64 page = addr, any = 0;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u64); i++) {
		page = hash64_2(page, word[i]);
		any |= word[i];
	}
	return any ? hash64_2(hash, page) : hash;
}

static u64 hash_frame(u64 hash, const struct mm *mm, unsigned long addr, const struct page *page)
{
	const u64 *word = page_address(&mm->world->zone, page);

	return as_on_disk(page, word) ? hash : hash_words(hash, addr, word);
}

static u64 hash_page(u64 hash, const struct mm *mm, unsigned long addr, u64 pte)
{
	const struct page *page;

	if (pte_is_guard(pte))
		return hash64_2(hash, addr);
	if (pte_is_swap(pte))		/* hash it as if it were mapped */
		return hash_words(hash, addr, swap_contents(mm->world, pte_slot(pte)));
	page = frame_to_page(&mm->world->zone, pte_frame(pte));
	/* With reclaim, whether a file's page is mapped depends on what else was in memory. */
	if (mm->world->config.reclaim && (READ_ONCE(page->flags) & PAGE_FILE))
		return hash;
	/* Shared contents are hashed from the file (hash_shared()). */
	if ((READ_ONCE(page->flags) & PAGE_FILE) && (vma_tree_walk(&mm->tree, addr)->vm_flags & VM_SHARED))
		return hash;
	return hash_frame(hash, mm, addr, page);
}

static u64 hash_table(u64 hash, const struct pgtable *table)
{
	for (unsigned int i = 0; i < PGTABLE_ENTRIES; i++) {
		u64 entry = pgtable_read(table, i);

		if (!entry)
			continue;
		if (table->level)
			hash = hash_table(hash, pgtable_child(entry));
		else
			hash = hash_page(hash, table->mm, table->base + i * PAGE_SIZE, entry);
	}
	return hash;
}

/*
 * Hash what the file of a shared mapping holds, mapped or not: which pages fault-around has mapped
 * depends on timing.
 */
static u64 hash_shared(u64 hash, const struct mm *mm, const struct vma *vma)
{
	const struct page *page;

	for (u64 index = vma->vm_pgoff; (page = pagecache_next(vma->vm_file, &index)); index++) {
		if (index - vma->vm_pgoff >= vma_pages(vma))
			break;
		hash = hash_frame(hash, mm, vma->vm_start + ((index - vma->vm_pgoff) << PAGE_SHIFT), page);
	}
	return hash;
}

u64 mm_hash_pages(struct task *t, struct mm *mm)
{
	struct vma *vma = NULL;
	u64 hash = hash_table(1, mm->root);

	(void)t;
	while ((vma = vma_tree_find(&mm->tree, vma ? vma->vm_end : 0, mm->tree.limit)))
		if ((vma->vm_flags & VM_SHARED) && !mm->world->config.reclaim)
			hash = hash_shared(hash, mm, vma);
	return hash;
}

/* --- private pages, and entries ------------------------------------------------------- */

/* What word @a i of the page at @a addr held before anybody wrote to it. */
static u64 untouched(const struct vma *vma, unsigned long addr, unsigned int i)
{
	if (!vma->vm_file || vma->vm_file->shmem)
		return 0;
	return file_word(vma->vm_file->inode,
			 vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT), i);
}

static u64 written_page(const struct mm *mm, unsigned long addr, u64 pte)
{
	const struct zone *zone = &mm->world->zone;
	const struct vma *vma = vma_tree_walk(&mm->tree, addr);
	const u64 *word;
	u64 sum = 0;

	if (pte_is_guard(pte))
		return 0;
	if (pte_is_swap(pte)) {
		word = swap_contents(mm->world, pte_slot(pte));
	} else {
		const struct page *page = frame_to_page(zone, pte_frame(pte));

		if (READ_ONCE(page->flags) & (PAGE_FILE | PAGE_ZERO))
			return 0;
		word = page_address(zone, page);
	}
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		if (word[i] != untouched(vma, addr, i))
			sum += hash64_2(addr + i * sizeof(u64), word[i]);
	return sum;
}

static u64 written_table(const struct pgtable *table)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < PGTABLE_ENTRIES; i++) {
		u64 entry = pgtable_read(table, i);

		if (entry && table->level)
			sum += written_table(pgtable_child(entry));
		else if (entry)
			sum += written_page(table->mm, table->base + i * PAGE_SIZE, entry);
	}
	return sum;
}

u64 mm_hash_written(struct task *t, struct mm *mm)
{
	(void)t;
	return written_table(mm->root);
}

static u64 hash_pte(u64 hash, const struct mm *mm, unsigned long addr, u64 pte, bool all)
{
	u64 bits = pte & ~PTE_HW_BITS & (all ? ~0ULL : ~PTE_WRITE) & (PAGE_SIZE - 1);

	if (pte_has_page(pte)) {
		u32 flags = READ_ONCE(frame_to_page(&mm->world->zone, pte_frame(pte))->flags);

		if ((flags & PAGE_FILE) && !all)
			return hash;
		bits |= (u64)(flags & (PAGE_FILE | PAGE_ZERO)) << PAGE_SHIFT;
	}
	return hash64_2(hash64_2(hash, addr), bits);
}

static u64 hash_ptes(u64 hash, const struct pgtable *table, bool all)
{
	for (unsigned int i = 0; i < PGTABLE_ENTRIES; i++) {
		u64 entry = pgtable_read(table, i);

		if (entry && table->level)
			hash = hash_ptes(hash, pgtable_child(entry), all);
		else if (entry)
			hash = hash_pte(hash, table->mm, table->base + i * PAGE_SIZE, entry, all);
	}
	return hash;
}

u64 mm_hash_ptes(struct task *t, struct mm *mm, bool all)
{
	(void)t;
	return hash_ptes(1, mm->root, all);
}
