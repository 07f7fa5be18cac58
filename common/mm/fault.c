/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Look, make, drop: the steps of a fault that touch no table's lock.
 */
#include "common/mm/fault.h"
#include "common/mm/file.h"
#include "common/mm/mmap_lock.h"

/* Kernel twin: access_error() (arch/x86/mm/fault.c). */
static bool access_error(const struct fault *f)
{
	if (f->flags & FAULT_FLAG_WRITE)
		return !(f->vma.flags & VM_WRITE);
	if (f->flags & FAULT_FLAG_INSTRUCTION)
		return !(f->vma.flags & VM_EXEC);
	return !(f->vma.flags & VM_ACCESS_FLAGS);
}

static enum fault_need need_for_empty(const struct fault *f)
{
	if (f->vma.file)
		return NEED_FILE_PAGE;
	return f->flags & FAULT_FLAG_WRITE ? NEED_PAGE : NEED_ZERO_PAGE;
}

static enum fault_need need_for_entry(const struct fault *f, u64 entry)
{
	const struct zone *zone = &f->mm->world->zone;

	if ((entry & PTE_PRESENT) && (!(f->flags & FAULT_FLAG_WRITE) || (entry & PTE_WRITE)))
		return NEED_NOTHING;
	if ((f->flags & FAULT_FLAG_WRITE) && frame_to_page(zone, pte_frame(entry)) == zone->zero_page)
		return NEED_COPY;
	return NEED_UPGRADE;
}

enum look_result fault_look(struct fault *f)
{
	if (access_error(f))
		return LOOK_SIGSEGV;

	f->table = pgtable_walk(f->mm, f->addr);
	f->entry = f->table->level ? 0 : pgtable_read(f->table, pgtable_index(f->addr, 0));
	f->need = f->entry ? need_for_entry(f, f->entry) : need_for_empty(f);
	probe(f->task, PROBE_FAULT_LOOKED, f->addr);
	if (f->need != NEED_NOTHING)
		return LOOK_NEEDS;
	count(f->task, STAT_FAULT_SPURIOUS);
	return LOOK_DONE;
}

/*
 * A private page that is written needs the VMA's anon_vma, and that needs
 * mmap_lock: the neighbours are looked at.  Kernel twin: vmf_anon_prepare().
 */
static bool make_anon(struct fault *f, enum fault_anon anon)
{
	int err;

	if (!(f->flags & FAULT_FLAG_WRITE) || (f->vma.flags & VM_SHARED) || f->vma.anon)
		return true;

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

static bool make_failed(struct fault *f)
{
	f->why = f->gfp == GFP_NOWAIT ? WHY_WOULD_SLEEP : WHY_OOM;
	return false;
}

static bool make_page(struct fault *f)
{
	struct world *w = f->mm->world;
	void *memory;

	if (f->need == NEED_ZERO_PAGE || f->need == NEED_UPGRADE || f->page)
		return true;
	f->page = page_alloc(f->task, SITE_FAULT_PAGE, f->gfp);
	if (!f->page)
		return make_failed(f);

	memory = page_address(&w->zone, f->page);
	if (f->need == NEED_FILE_PAGE) {
		u64 pgoff = f->vma.pgoff + ((f->addr - f->vma.start) >> PAGE_SHIFT);

		file_fill_page(f->vma.file, pgoff, memory);
		f->page->flags |= PAGE_FILE;
	} else if (likely(w->config.zero_pages)) {
		platform_clear_page(memory);
	}
	return true;
}

bool fault_make(struct fault *f, enum fault_anon anon)
{
	if (!make_anon(f, anon) || !make_page(f))
		return false;
	while (unlikely(f->nr_made < f->table->level)) {
		struct pgtable *table = pgtable_alloc(f->task, SITE_FAULT_TABLE, f->gfp);

		if (!table)
			return make_failed(f);
		f->made[f->nr_made++] = table;
	}
	probe(f->task, PROBE_FAULT_MADE, f->addr);
	return true;
}

void fault_drop(struct fault *f)
{
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
	fault_drop(f);
	return si->below->scheme->fault(si->below, f);
}
