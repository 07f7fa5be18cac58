/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Slots and their counts, the frames that stand for them, reading and writing.
 */
#include "common/mm/swap.h"
#include "common/mm/world.h"

#include <errno.h>
#include <string.h>

int swap_init(struct swap *s, u64 nr)
{
	spin_lock_init(&s->lock);
	if (!nr)
		return 0;
	if (nr > 0xfffffffeULL)
		return -ENOMEM;
	s->slot = platform_alloc(nr * sizeof(*s->slot), CACHELINE, PLATFORM_MEM_OTHER);
	if (!s->slot)
		return -ENOMEM;
	s->store = platform_alloc(nr * PAGE_SIZE, PAGE_SIZE, PLATFORM_MEM_OTHER);
	if (!s->store) {
		platform_free(s->slot, nr * sizeof(*s->slot), PLATFORM_MEM_OTHER);
		return -ENOMEM;
	}
	platform_objects(s->slot, "swap_slot", sizeof(*s->slot), nr);
	s->nr = s->nr_free = nr;
	for (u32 i = 0; i < s->nr; i++)
		s->slot[i].next_free = i + 1 < s->nr ? i + 2 : 0;
	s->first_free = 1;
	return 0;
}

void swap_exit(struct swap *s)
{
	BUG_ON(s->nr_free != s->nr);
	if (!s->nr)
		return;
	platform_free(s->store, s->nr * PAGE_SIZE, PLATFORM_MEM_OTHER);
	platform_free(s->slot, s->nr * sizeof(*s->slot), PLATFORM_MEM_OTHER);
}

u64 swap_nr_used(const struct swap *s)
{
	return s->nr - READ_ONCE(s->nr_free);
}

bool swap_is_tight(const struct swap *s)
{
	return swap_nr_used(s) > s->nr / 2;
}

/* --- slots ----------------------------------------------------------------------------- */

bool swap_alloc(struct task *t, u32 *slot)
{
	struct swap *s = &t->world->swap;
	u32 first = 0;

	if (inject_failure(t->world, SITE_SWAP_SLOT, GFP_NOWAIT))
		goto out;
	spin_lock(&s->lock);
	first = s->first_free;
	if (first) {
		*slot = first - 1;
		s->first_free = s->slot[*slot].next_free;
		WRITE_ONCE(s->nr_free, s->nr_free - 1);
		/* @pairs{an entry is gone before its slot's count | swap_tryget()} */
		smp_store_release(&s->slot[*slot].count, 1);
	}
	spin_unlock(&s->lock);
out:
	if (!first)
		count(t, STAT_SWAP_FULL);
	return first;
}

static void slot_free(struct world *w, u32 slot)
{
	struct swap *s = &w->swap;

	BUG_ON(READ_ONCE(s->slot[slot].page));
	spin_lock(&s->lock);
	s->slot[slot].next_free = s->first_free;
	s->first_free = slot + 1;
	WRITE_ONCE(s->nr_free, s->nr_free + 1);
	spin_unlock(&s->lock);
}

bool swap_tryget(struct world *w, u32 slot)
{
	struct swap_slot *s = &w->swap.slot[slot];
	u32 seen = READ_ONCE(s->count);

	/*
	 * Acquire: the caller reads the entry again with the slot pinned.  If the slot had been reused by
	 * now, the entry would have been cleared before the count that we found, and the caller sees
	 * that.
	 * @pairs{an entry is gone before its slot's count | swap_put(), swap_alloc()}
	 */
	do {
		if (!seen)
			return false;
	} while (!try_cmpxchg_acquire(&s->count, &seen, seen + 1));
	return true;
}

void swap_get(struct world *w, u32 slot)
{
	/* Relaxed: the caller's own count keeps the slot already. */
	BUG_ON(!fetch_add_relaxed(&w->swap.slot[slot].count, 1));
}

void swap_put(struct task *t, u32 slot)
{
	struct swap_slot *s = &t->world->swap.slot[slot];
	struct page *page;
	/*
	 * Acquire and release: what was done with the slot is over before another gets it.
	 * @pairs{use of the slot before its count | swap_put(), swap_cache_drop()}
	 * @pairs{an entry is gone before its slot's count | swap_tryget()}
	 */
	u32 seen = fetch_add(&s->count, -1u);

	BUG_ON(!seen);
	if (seen == 1)
		slot_free(t->world, slot);
	if (seen != 2)
		return;
	/*
	 * The last count may be the cache's.  We have none any more, so the slot may have been reused by
	 * now: swap_reap() looks at the page, not at the slot.
	 */
	page = swap_cache_get(t, slot);
	if (page) {
		swap_reap(t, page);
		page_put(t, page);
	}
}

/* --- the swap cache ---------------------------------------------------------------------- */

struct page *swap_cache_get(struct task *t, u32 slot)
{
	struct swap_slot *s = &t->world->swap.slot[slot];
	struct page *page;

	/*
	 * As in pagecache_get(): take a count first, then read the slot again.
	 * @pairs{in the cache, then read | swap_cache_add()}
	 * @pairs{the store is written before the page is out | cache_remove()}
	 */
	for (unsigned int turn = 0; (page = smp_load_acquire(&s->page)); turn++) {
		if (page_tryget(page)) {
			if (smp_load_acquire(&s->page) == page)
				return page;
			page_put(t, page);
		} else {
			platform_relax(turn);	/* frozen: soon out or unfrozen; no single word to wait for */
		}
	}
	return NULL;
}

int swap_cache_add(struct task *t, u32 slot, struct page *page)
{
	struct swap *s = &t->world->swap;
	int err = -EEXIST;

	BUG_ON(!(READ_ONCE(page->flags) & PAGE_LOCKED));
	spin_lock(&s->lock);
	if (!READ_ONCE(s->slot[slot].page)) {
		err = 0;
		swap_get(t->world, slot);
		page_get(page);
		WRITE_ONCE(page->swap, slot);
		fetch_or(&page->flags, PAGE_SWAPCACHE);
		/* @pairs{in the cache, then read | swap_cache_get()} */
		smp_store_release(&s->slot[slot].page, page);
	}
	spin_unlock(&s->lock);
	return err;
}

/* @context the page's lock is held, and the slot's count or the page's is frozen at 0 */
static void cache_remove(struct task *t, struct page *page)
{
	struct swap_slot *s = &t->world->swap.slot[READ_ONCE(page->swap)];

	BUG_ON(READ_ONCE(s->page) != page);
	/*
	 * Release: a thread that finds no frame here sees what was written to the store.
	 * @pairs{the store is written before the page is out | swap_cache_get()}
	 */
	smp_store_release(&s->page, NULL);
	fetch_and(&page->flags, ~PAGE_SWAPCACHE);
}

bool swap_cache_drop(struct task *t, struct page *page)
{
	u32 slot = READ_ONCE(page->swap), cache = 1;
	/*
	 * The thread that writes it does not hold the page's lock.  @pairs{the slot is written before
	 * WRITEBACK goes | write_to_slot()}
	 */
	u32 flags = smp_load_acquire(&page->flags);

	BUG_ON(!(flags & PAGE_LOCKED));
	if ((flags & (PAGE_SWAPCACHE | PAGE_WRITEBACK)) != PAGE_SWAPCACHE)
		return false;
	/*
	 * Move the count from 1 to 0 in one step: then nobody can pin the slot any more, and no entry has it.
	 * @pairs{use of the slot before its count | swap_put()}
	 */
	if (!try_cmpxchg(&t->world->swap.slot[slot].count, &cache, 0))
		return false;
	cache_remove(t, page);
	slot_free(t->world, slot);
	page_put(t, page);
	return true;
}

void swap_cache_remove_frozen(struct task *t, struct page *page)
{
	BUG_ON(READ_ONCE(page->refcount));
	cache_remove(t, page);
	swap_put(t, READ_ONCE(page->swap));
}

static bool is_left_over(struct world *w, const struct page *page)
{
	u32 flags = READ_ONCE(page->flags);

	return (flags & (PAGE_SWAPCACHE | PAGE_WRITEBACK)) == PAGE_SWAPCACHE &&
	       !page_mapped(page) &&
	       READ_ONCE(w->swap.slot[READ_ONCE(page->swap)].count) == 1;
}

/*
 * Two threads may meet at a page: one has lowered the slot's count, or unmapped, and finds the page
 * locked; the other unlocks it and finds the slot still in use.  With a full barrier on both sides
 * between the two steps, not both can happen, so one of them drops the frame.
 * @pairs{the last user gone, or the lock let go, then the question | swap_reap()}
 * @pairs{unmapped, then in the swap cache? | tlb_finish_mmu(), fault_install_copy()}
 */
void swap_reap(struct task *t, struct page *page)
{
	for (;;) {
		smp_mb();
		if (!is_left_over(t->world, page) || !trylock_page(page))
			return;
		if (is_left_over(t->world, page))
			swap_cache_drop(t, page);
		unlock_page(page);
	}
}

void swap_unlock_page(struct task *t, struct page *page)
{
	unlock_page(page);
	if (READ_ONCE(page->flags) & PAGE_SWAPCACHE)
		swap_reap(t, page);
}

/* --- the store --------------------------------------------------------------------------- */

static u8 *slot_memory(struct world *w, u32 slot)
{
	return w->swap.store + ((u64)slot << PAGE_SHIFT);
}

void swap_read(struct task *t, u32 slot, struct page *page)
{
	struct world *w = t->world;

	might_sleep();
	if (w->config.swap_read_ns)
		platform_sleep(w->config.swap_read_ns);
	platform_copy_page(page_address(&w->zone, page), slot_memory(w, slot));
	count(t, STAT_SWAP_IN);
}

/*
 * Copy word by word: a fault may map the page while we write it out, and a thread may store to it.  The
 * page is dirty again then, and written again before it is freed.
 */
void swap_write(struct task *t, u32 slot, struct page *page)
{
	struct world *w = t->world;
	const u64 *from = page_address(&w->zone, page);
	u64 *to = (u64 *)slot_memory(w, slot);

	might_sleep();
	if (w->config.swap_write_ns)
		platform_sleep(w->config.swap_write_ns);
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		to[i] = READ_ONCE(from[i]);
	count(t, STAT_SWAP_OUT);
}

const void *swap_contents(struct world *w, u32 slot)
{
	const struct page *page = READ_ONCE(w->swap.slot[slot].page);

	return page ? page_address(&w->zone, page) : (const void *)slot_memory(w, slot);
}
