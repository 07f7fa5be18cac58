/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief fault_put(): the commit of a fault, rule F1 under the lock of the table that holds the entry.
 *
 * Always inlined with a constant @a valid, so that a scheme which has nothing to check pays nothing, and
 * none pays for an indirect call.
 */
#ifndef COMMON_MM_FAULT_PUT_H
#define COMMON_MM_FAULT_PUT_H

#include "common/mm/fault.h"
#include "common/mm/lru.h"
#include "common/mm/swap.h"

/** How a commit ended. */
enum put_result {
	PUT_DONE,	/**< installed, or raced with a fault that did: the access may be tried again */
	PUT_INVALID,	/**< what was seen may no longer hold; nothing was stored */
	PUT_BUSY,	/**< with PUT_TRYLOCK: another thread holds the lock; nothing was stored */
};

/** Does what the fault saw of its VMA still hold?  @context the table's lock is held */
typedef bool (*fault_valid_t)(const struct fault *f);

/** Always true: the fault holds a lock which keeps changes out. */
static __always_inline bool fault_valid_locked(const struct fault *f)
{
	(void)f;
	return true;
}

/** F2: the VMA was not marked since it was copied. */
static __always_inline bool fault_valid_vma_seq(const struct fault *f)
{
	return vma_snapshot_valid(&f->vma);
}

/** F2 for the whole mm: nobody has held mmap_lock for writing since the sample. */
static __always_inline bool fault_valid_mm_seq(const struct fault *f)
{
	return !read_seqcount_retry(&f->mm->lock_seq, f->mm_seq);
}

enum put_lock { PUT_LOCK, PUT_TRYLOCK };

/**
 * Map resident, unlocked pages of the file in the empty entries around f->addr, read-
 * only, no further than the VMA, the table and config.fault_around.
 * Kernel twin: do_fault_around(), filemap_map_pages() (mm/memory.c, mm/filemap.c)
 * Does nothing unless @a f was a read of a file's page.
 * @context the leaf is published, its lock is held and F1's checks have passed for @a f
 */
static inline void fault_around(struct fault *f, struct pgtable *leaf)
{
	if (f->need == NEED_FILE_PAGE && !(f->flags & FAULT_FLAG_WRITE))
		fault_around_file(f, leaf);
}

/* The entry for the page that was made or found, or the zero page. */
static inline u64 fault_pte(struct fault *f)
{
	const struct zone *zone = &f->mm->world->zone;
	struct page *page = f->page;
	u64 bits = PTE_PRESENT | PTE_ACCESSED;

	/* A fresh page is mapped writable if the VMA is, even if it was made for a read. */
	if ((f->flags & FAULT_FLAG_WRITE) || (f->need == NEED_PAGE && (f->vma.flags & VM_WRITE)))
		bits |= PTE_WRITE | PTE_DIRTY;
	if (f->need == NEED_ZERO_PAGE)
		return pte_make(page_to_frame(zone, zone->zero_page), bits);
	if (f->need == NEED_FILE_PAGE) {
		/*
		 * The entry is read-only unless this is a write: the first write then faults and makes
		 * the page dirty.
		 */
		page_map(f->source);
		/*
		 * @whole{others change bits beside it; the page's lock, which we hold, orders those who
		 * read it}
		 */
		if (bits & PTE_WRITE)
			fetch_or(&f->source->flags, PAGE_DIRTY);
		return pte_make(page_to_frame(zone, f->source), bits);
	}
	if (f->need == NEED_SWAP) {
		/*
		 * The page is locked, so it is still the slot's.  The entry is read-only: the first write
		 * checks whether the slot has other users.  All users are of one family and have the page
		 * at one offset, so storing index and anon again does not change them.
		 */
		page = f->source;
		page->index = fault_pgoff(f);
		page->anon = f->vma.anon->root;
		page_map(page);
		return pte_make(page_to_frame(zone, page), PTE_PRESENT | PTE_ACCESSED);
	}
	page->index = fault_pgoff(f);
	page->anon = f->vma.anon->root;
	WRITE_ONCE(page->mapcount, 1);
	if (unlikely(f->vma.flags & VM_DROPPABLE))	/* no other thread can see it yet */
		WRITE_ONCE(page->flags, READ_ONCE(page->flags) | PAGE_LAZYFREE | PAGE_DROPPABLE);
	lru_add(f->task, page);
	f->page = NULL;		/* it belongs to the entry now */
	return pte_make(page_to_frame(zone, page), bits);
}

/*
 * The tables from @a table down to the page are missing.  Build them, with the entry, while no other
 * thread can see them, and publish them by one store: a walk finds all or nothing.
 */
static inline void fault_link(struct fault *f, struct pgtable *table, unsigned int index)
{
	unsigned int level = table->level;
	struct pgtable *leaf = f->made[0];

	for (unsigned int l = 0; l < level; l++)
		pgtable_prepare(f->made[l], f->mm, l, f->addr);
	WRITE_ONCE(leaf->entry[pgtable_index(f->addr, 0)], fault_pte(f));
	for (unsigned int l = 1; l < level; l++)
		WRITE_ONCE(f->made[l]->entry[pgtable_index(f->addr, l)],
			   (u64)(uintptr_t)f->made[l - 1]);
	/*
	 * Holding the leaf's lock keeps others out until the neighbours are mapped too, so what we
	 * checked above holds for them.
	 */
	spin_lock(&leaf->lock);
	pgtable_publish(table, index, (u64)(uintptr_t)f->made[level - 1]);
	fault_around(f, leaf);
	spin_unlock(&leaf->lock);

	/* Tables that are not used, since deeper ones have appeared, are dropped later. */
	f->nr_made -= level;
	for (unsigned int l = 0; l < f->nr_made; l++)
		f->made[l] = f->made[l + level];
	count(f->task, STAT_TABLE_LINK);
}

/*
 * Clear, flush, install, all under the lock (F3): no thread may read the old page
 * through its TLB after another has written the new one.
 * @whole{hardware sets bits in the entry until it is cleared; tlb_flush_range() orders what follows}
 */
static inline void fault_install_copy(struct fault *f, struct pgtable *table, unsigned int index)
{
	struct page *old = frame_to_page(&f->mm->world->zone, pte_frame(xchg(&table->entry[index], 0)));

	tlb_flush_range(f->task, f->mm, f->addr, f->addr + PAGE_SIZE);
	pgtable_publish(table, index, fault_pte(f));
	page_unmap(old);
	/*
	 * As in tlb_finish_mmu(): fault_drop_source() is about to look.
	 * @pairs{unmapped, then in the swap cache? | swap_reap()}
	 */
	smp_mb();
	page_put(f->task, old);		/* puts the entry's count; our pin is still there */
	count(f->task, STAT_FAULT_COPY);
}

/*
 * More rights for the page that is there.  A private page only if this entry is its
 * one user, beside our pin: the count is held at 0 meanwhile, so that nobody pins it as a source between
 * the check and the store.  @return false: it has other users
 * @whole{hardware sets bits in the entry, others in the flags; a thread that takes the entry away reads
 * both under the table's lock, which we hold}
 */
static inline bool fault_upgrade(struct fault *f, struct pgtable *table, unsigned int index)
{
	bool write = f->flags & FAULT_FLAG_WRITE, own = write && !(f->vma.flags & VM_SHARED);
	u64 *entry = &table->entry[index], old = READ_ONCE(*entry);
	u64 more = PTE_PRESENT | PTE_ACCESSED | (write ? PTE_WRITE | PTE_DIRTY : 0);
	struct page *page = frame_to_page(&f->mm->world->zone, pte_frame(old));
	u32 users = 1 + (f->source == page);

	if (own && !page_freeze(page, users))
		return false;
	if (write && !own)
		fetch_or(&page->flags, PAGE_DIRTY);
	while (!try_cmpxchg(entry, &old, (old & ~PTE_PROTNONE) | more))
		;	/* hardware set a bit */
	if (own)
		page_unfreeze(page, users);
	count(f->task, STAT_FAULT_REUSE);
	return true;
}

/*
 * Install into the leaf's entry, which is still the one that was seen.  Always inlined: otherwise gcc
 * inlines it only in schemes that have a single commit.
 */
static __always_inline bool fault_install(struct fault *f, struct pgtable *table, unsigned int index)
{
	if (f->need == NEED_UPGRADE)
		return fault_upgrade(f, table, index);
	if (f->need == NEED_COPY) {
		fault_install_copy(f, table, index);
		return true;
	}
	pgtable_publish(table, index, fault_pte(f));
	if (f->need == NEED_SWAP)
		swap_put(f->task, pte_slot(f->entry));	/* puts the entry's count; our pin is still there */
	return true;
}

/**
 * Commit @a f: make F1's three checks under the lock of the table that holds the entry, then store.  The
 * fault no longer owns those of its page and tables that were used.
 *
 * Why no page is lost and no right is stale: a change stores the mark (or moves
 * the mm's number) before it takes the lock of any table of the range.  If this
 * section of the lock comes first, the change finds the entry under the same
 * lock.  If the change's comes first, the lock hands over its mark and valid()
 * says no, or hands over `dead`.
 *
 * @param valid	constant, inlined: the second check
 * @param how	PUT_TRYLOCK: do not wait for the table's lock
 * @context f->table is memory of a table for sure: from a walk in this RCU section, or under this lock if no table goes
 * beside it, or from an earlier section of which the caller knows that no table has been freed since (F2.7, G.2)
 */
static __always_inline enum put_result fault_put(struct fault *f, fault_valid_t valid,
						 enum put_lock how)
{
	enum stats_event installed = STAT_FAULT_INSTALLED;
	struct pgtable *table = f->table;
	unsigned int index;
	u64 entry;

	for (;;) {
		if (how == PUT_LOCK)
			spin_lock(&table->lock);
		else if (!spin_trylock(&table->lock))
			return PUT_BUSY;
		probe(f->task, PROBE_FAULT_PUT, f->addr);
		if (unlikely(!pgtable_is_here(table, f->mm, f->addr) || !valid(f))) {
			spin_unlock(&table->lock);
			return PUT_INVALID;
		}
		index = pgtable_index(f->addr, table->level);
		entry = READ_ONCE(table->entry[index]);
		if (likely(table->level == 0) || !entry)
			break;
		/* A deeper table has appeared: make all three checks again there. */
		spin_unlock(&table->lock);
		table = pgtable_child(entry);
		probe(f->task, PROBE_FAULT_DESCEND, f->addr);
	}

	if (unlikely(table->level)) {
		/* A table that was there at the look has gone since, with the entry that was seen; its successor was not made. */
		if (f->entry || f->nr_made < table->level) {
			spin_unlock(&table->lock);
			return PUT_INVALID;
		}
		fault_link(f, table, index);
	} else if (unlikely(!pte_same(entry, f->entry) || !fault_install(f, table, index))) {
		installed = STAT_FAULT_RACED;
	} else {
		fault_around(f, table);
	}
	spin_unlock(&table->lock);
	count(f->task, installed);
	return PUT_DONE;
}

#endif /* COMMON_MM_FAULT_PUT_H */
