/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Look, make, drop: the steps of a fault that touch no table's lock.
 */
#include "common/mm/fault_io.h"
#include "common/mm/mmap_lock.h"
#include "common/mm/swap.h"

/* Kernel twin: access_error() (arch/x86/mm/fault.c). */
static bool access_error(const struct fault *f)
{
	if (f->flags & FAULT_FLAG_WRITE)
		return !(f->vma.flags & VM_WRITE);
	if (f->flags & FAULT_FLAG_INSTRUCTION)
		return !(f->vma.flags & VM_EXEC);
	return !(f->vma.flags & VM_ACCESS_FLAGS);
}

static bool is_private_write(const struct fault *f)
{
	return (f->flags & FAULT_FLAG_WRITE) && !(f->vma.flags & VM_SHARED);
}

static enum fault_need need_for_empty(const struct fault *f)
{
	if (f->vma.file)
		return is_private_write(f) ? NEED_FILE_COPY : NEED_FILE_PAGE;
	if ((f->flags & FAULT_FLAG_WRITE) || f->mm->world->config.no_zero_page)
		return NEED_PAGE;
	return NEED_ZERO_PAGE;
}

static enum fault_need need_for_entry(const struct fault *f, const struct page *page)
{
	if (pte_is_swap(f->entry))
		return NEED_SWAP;
	if ((f->entry & PTE_PRESENT) && (!(f->flags & FAULT_FLAG_WRITE) || (f->entry & PTE_WRITE)))
		return NEED_NOTHING;
	if (!is_private_write(f))
		return NEED_UPGRADE;
	/* A private page with one user may be written in place; the commit checks this again. */
	if (!(READ_ONCE(page->flags) & (PAGE_ZERO | PAGE_FILE)) && READ_ONCE(page->refcount) == 1)
		return NEED_UPGRADE;
	return NEED_COPY;
}

/*
 * F3: the source of a copy is pinned from here to the commit.  Take a count first, then read the entry
 * again: if it is the same, the page is what the entry maps, now with our count.  Without a count the
 * frame could be freed, reused, and mapped at the same address again by the time of the commit, and the
 * copy would be of something else.  A sole owner that takes the page over holds its count at 0 meanwhile
 * (F3), so we cannot pin it half-way.
 */
static bool pin_source(struct fault *f, struct page *page)
{
	if (!page_tryget(page))
		return false;
	if (pte_same(pgtable_read(f->table, pgtable_index(f->addr, 0)), f->entry)) {
		f->source = page;
		return true;
	}
	page_put(f->task, page);
	return false;
}

/*
 * F3: a pinned slot is not reused, so as long as the entry is the same, its contents are too.
 */
static bool pin_slot(struct fault *f)
{
	u32 slot = pte_slot(f->entry);

	if (!swap_tryget(f->mm->world, slot))
		return false;
	if (!pte_same(pgtable_read(f->table, pgtable_index(f->addr, 0)), f->entry)) {
		swap_put(f->task, slot);
		return false;
	}
	f->slot = slot;
	f->slot_pinned = true;
	return true;
}

static bool pin(struct fault *f, struct page *page)
{
	return f->need == NEED_COPY ? pin_source(f, page) : f->need != NEED_SWAP || pin_slot(f);
}

enum look_result fault_look(struct fault *f)
{
	const struct zone *zone = &f->mm->world->zone;
	struct page *page;

	if (access_error(f))
		return LOOK_SIGSEGV;
	for (unsigned int turn = 0;; turn++) {
		f->table = pgtable_walk(f->mm, f->addr);
		f->nr_missing = f->table->level;
		f->entry = f->nr_missing ? 0 : pgtable_read(f->table, pgtable_index(f->addr, 0));
		if (unlikely(pte_is_guard(f->entry)))
			return LOOK_SIGSEGV;
		page = f->entry ? frame_to_page(zone, pte_frame(f->entry)) : NULL;
		f->need = page ? need_for_entry(f, page) : need_for_empty(f);
		if (likely(pin(f, page)))
			break;
		/* Its count is held at 0: for a moment, or the entry changes.  No one word to wait for. */
		platform_relax(turn);
	}

	probe(f->task, PROBE_FAULT_LOOKED, f->addr);
	if (f->need != NEED_NOTHING)
		return LOOK_NEEDS;
	count(f->task, STAT_FAULT_SPURIOUS);
	return LOOK_DONE;
}

/*
 * A private page needs the VMA's anon_vma, and making that needs mmap_lock, since it looks at the
 * neighbours.  Kernel twin: vmf_anon_prepare().
 */
static bool make_anon(struct fault *f, enum fault_anon anon)
{
	int err;

	/* What was swapped out was anonymous, so the VMA has an anon_vma, even if our copy was taken before. */
	if ((!is_private_write(f) && f->need != NEED_PAGE && f->need != NEED_SWAP) || f->vma.anon)
		return true;

	if (anon == ANON_TRYLOCK && f->mm->world->config.anon_policy == ANON_AT_FAULT_LOCKED)
		anon = ANON_NEVER;
	/* Trylock: a writer may be waiting for the VMA lock that the caller holds. */
	if (anon == ANON_NEVER || (anon == ANON_TRYLOCK && !mmap_read_trylock(f->task, f->mm))) {
		f->why = WHY_NEEDS_MMAP_LOCK;
		return false;
	}
	err = anon_vma_prepare(f->task, f->mm, f->vma.vma);
	if (anon == ANON_TRYLOCK)
		mmap_read_unlock(f->task, f->mm);
	if (err) {
		f->why = WHY_OOM;
		return false;
	}
	f->vma.anon = vma_read_anon(f->vma.vma);
	return true;
}

/* Make the fresh page, private to the fault, with its contents; an earlier attempt may have left one. */
static bool make_page(struct fault *f)
{
	struct world *w = f->mm->world;
	enum fault_content content = CONTENT_ZEROS;
	void *memory;

	if (f->source && f->source != w->zone.zero_page)
		content = CONTENT_COPY;
	if (likely(!f->page)) {
		f->page = page_alloc(f->task, SITE_FAULT_PAGE, f->alloc_gfp);
		if (!f->page)
			return fault_make_failed(f);
	} else if (f->content == content) {
		return true;
	}

	f->content = content;
	memory = page_address(&w->zone, f->page);
	if (content == CONTENT_COPY)
		platform_copy_page(memory, page_address(&w->zone, f->source));
	else if (likely(w->config.zero_pages))
		platform_clear_page(memory);
	return true;
}

/*
 * If the page that would be copied looks shared only because the swap cache has a count, take it out of
 * the cache; then it may be written in place.
 */
static bool take_over(struct fault *f)
{
	struct page *page = f->source;
	bool ours;

	if (!(READ_ONCE(page->flags) & PAGE_SWAPCACHE) || !trylock_page(page))
		return false;
	ours = swap_cache_drop(f->task, page);
	swap_unlock_page(f->task, page);
	/* One entry and our pin; the commit checks this again. */
	if (!ours || READ_ONCE(page->refcount) != 2)
		return false;
	f->need = NEED_UPGRADE;
	return true;
}

static bool make_what_is_needed(struct fault *f)
{
	switch (f->need) {
	case NEED_FILE_PAGE:
		return fault_make_file_page(f);
	case NEED_FILE_COPY:
		return fault_make_file_page(f) && make_page(f);
	case NEED_COPY:
		return take_over(f) || make_page(f);
	case NEED_PAGE:
		return make_page(f);
	case NEED_SWAP:
		return fault_make_swap(f);
	case NEED_NOTHING:
	case NEED_ZERO_PAGE:
	case NEED_UPGRADE:
		break;
	}
	return true;
}

static bool make_all(struct fault *f, enum fault_anon anon)
{
	if (!make_anon(f, anon) || !make_what_is_needed(f))
		return false;
	while (unlikely(f->nr_made < f->nr_missing)) {
		struct pgtable *table = pgtable_alloc(f->task, SITE_FAULT_TABLE, f->alloc_gfp);

		if (!table)
			return fault_make_failed(f);
		f->made[f->nr_made++] = table;
	}
	probe(f->task, PROBE_FAULT_MADE, f->addr);
	return true;
}

/* The task's flag is set for this function only: nothing later allocates, fault_put() included. */
static __attribute__((noinline)) bool make_all_nowait(struct fault *f, enum fault_anon anon)
{
	bool made;

	memalloc_nowait_save(f->task);
	made = make_all(f, anon);
	memalloc_nowait_restore(f->task);
	return made;
}

bool fault_make(struct fault *f, enum fault_anon anon)
{
	f->alloc_gfp = f->gfp;
	f->held = anon;
	if (likely(f->gfp == GFP_KERNEL || f->mm->world->config.gfp == GFP_BY_ARGUMENT))
		return make_all(f, anon);
	f->alloc_gfp = GFP_KERNEL;
	return make_all_nowait(f, anon);
}

void fault_keep(struct fault *f)
{
	if (f->slot_pinned) {
		f->slot_pinned = false;
		swap_put(f->task, f->slot);
	}
	fault_drop_source(f);
	if (f->page && f->content == CONTENT_COPY)
		f->content = CONTENT_NONE;	/* its contents are of a source that may be another next time */
}

void fault_drop(struct fault *f)
{
	fault_keep(f);
	if (f->page) {
		count(f->task, STAT_FAULT_DROPPED);
		page_put(f->task, f->page);
		f->page = NULL;
	}
	while (unlikely(f->nr_made))
		pgtable_free_private(f->task, f->made[--f->nr_made]);
}

enum fault_result fault_below(const struct scheme_inst *si, struct fault *f)
{
	if (f->why == WHY_PAGE_IO)
		return fault_wait(si, f);
	fault_drop(f);
	return si->below->scheme->fault(si->below, f);
}

enum fault_result fault_below_keeping(const struct scheme_inst *si, struct fault *f)
{
	fault_keep(f);
	return si->below->scheme->fault(si->below, f);
}
