/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reclaiming one page, how many pages a turn looks at, and the background reclaimer.
 */
#include "common/mm/reclaim.h"
#include "common/mm/lru.h"
#include "common/mm/pagecache.h"
#include "common/mm/pgtable.h"
#include "common/mm/rmap_walk.h"
#include "common/mm/swap.h"
#include "common/mm/world.h"

/** Pages isolated at once; the kernel's SWAP_CLUSTER_MAX. */
#define BATCH 32

/** What becomes of a page: it is freed, or goes back to a list. */
enum verdict { FREED, KEEP };

/*
 * Second chance: a page that was accessed stays, and that is noted.  If it was accessed again when
 * reclaim next looks at it, it goes to the active list.  Kernel twin: folio_check_references()
 * @whole{others change bits beside these; they are hints}
 */
static bool was_accessed(struct task *t, struct page *page)
{
	if (!rmap_referenced(t, page)) {
		fetch_and(&page->flags, ~PAGE_REFERENCED);
		return false;
	}
	if (fetch_or(&page->flags, PAGE_REFERENCED) & PAGE_REFERENCED) {
		fetch_or(&page->flags, PAGE_ACTIVE);
		count(t, STAT_PAGE_ACTIVATED);
	}
	return true;
}

/*
 * Freeze the page if only its object and we have it, and nobody has written to it since we last checked;
 * then we may free it.  Dirty is read again with the count at 0: a writer had a count, set dirty, and put
 * its count after that.
 */
static bool freeze_clean(struct page *page)
{
	const u32 ours_and_the_objects = 2;

	if (!page_freeze(page, ours_and_the_objects))
		return false;
	if (!(READ_ONCE(page->flags) & PAGE_DIRTY))
		return true;
	page_unfreeze(page, ours_and_the_objects);
	return false;
}

static enum verdict keep(struct task *t, struct page *page)
{
	swap_unlock_page(t, page);
	return KEEP;
}

static enum verdict freed(struct task *t, struct page *page)
{
	page_free_frozen(t, page);
	count(t, STAT_PAGE_RECLAIMED);
	return FREED;
}

/*
 * Put the page into the swap cache and make it dirty: its slot holds nothing yet.
 * @whole{others change bits beside it; the page's lock, which we hold, orders those who read it}
 */
static bool give_slot(struct task *t, struct page *page)
{
	u32 slot;

	if (!swap_alloc(t, &slot))
		return false;
	fetch_or(&page->flags, PAGE_DIRTY);
	BUG_ON(swap_cache_add(t, slot, page));
	swap_put(t, slot);	/* the cache holds the slot now */
	return true;
}

/*
 * Write the page to its slot, unlocked: a fault may find it in the cache and map it.  Dirty is cleared
 * before the write, so that a store to the page meanwhile is not lost.
 * @pairs{the slot is written before WRITEBACK goes | swap_cache_drop()}
 * @return true: written, and locked again
 */
static bool write_to_slot(struct task *t, struct page *page)
{
	fetch_and(&page->flags, ~PAGE_DIRTY);
	fetch_or(&page->flags, PAGE_WRITEBACK);
	unlock_page(page);
	probe(t, PROBE_RECLAIM_WRITE, 0);
	swap_write(t, READ_ONCE(page->swap), page);
	fetch_and(&page->flags, ~PAGE_WRITEBACK);
	if (trylock_page(page))
		return true;
	swap_reap(t, page);	/* drop it if only our lock was in the way */
	return false;
}

/* Drop a page of MADV_FREE that nobody wrote to since, or of MAP_DROPPABLE: the next read finds zeros. */
static enum verdict drop_lazyfree(struct task *t, struct page *page)
{
	rmap_unmap(t, page, 0);
	/* If it is unmapped and did not become dirty, ours is the only count. */
	if (page_mapped(page) || !page_freeze(page, 1))
		return keep(t, page);
	count(t, STAT_LAZY_FREED);
	return freed(t, page);
}

static enum verdict shrink_anon(struct task *t, struct page *page, bool force)
{
	if (page_mapped(page)) {
		if (!force && was_accessed(t, page))
			return keep(t, page);
		if (READ_ONCE(page->flags) & PAGE_LAZYFREE)
			return drop_lazyfree(t, page);
		if (!(READ_ONCE(page->flags) & PAGE_SWAPCACHE) && !give_slot(t, page))
			return keep(t, page);
		rmap_unmap(t, page, pte_swap(READ_ONCE(page->swap)));
		probe(t, PROBE_RECLAIM_UNMAPPED, 0);
	}
	/* A page that is neither mapped nor swapped is about to be freed, or not mapped yet. */
	if (page_mapped(page) || !(READ_ONCE(page->flags) & PAGE_SWAPCACHE))
		return keep(t, page);
	/*
	 * No entry has the slot any more, and everything was unmapped meanwhile: the page is freed when
	 * we put our count.
	 */
	if (swap_cache_drop(t, page))
		return keep(t, page);
	if (READ_ONCE(page->flags) & PAGE_DIRTY) {
		if (!write_to_slot(t, page))
			return KEEP;
		if (!(READ_ONCE(page->flags) & PAGE_SWAPCACHE))
			return keep(t, page);
	}
	if (page_mapped(page) || !freeze_clean(page))
		return keep(t, page);
	swap_cache_remove_frozen(t, page);
	return freed(t, page);
}

/*
 * The page is locked throughout, so nobody maps or truncates it meanwhile.
 * @whole{others change bits beside it; freeze_clean() checks again whether it became dirty meanwhile}
 */
static enum verdict shrink_file(struct task *t, struct page *page, bool force)
{
	struct file *file = READ_ONCE(page->file);

	if (!file)	/* truncated */
		return keep(t, page);
	if (page_mapped(page)) {
		if (!force && was_accessed(t, page))
			return keep(t, page);
		rmap_unmap(t, page, 0);
		probe(t, PROBE_RECLAIM_UNMAPPED, 0);
	}
	if (page_mapped(page))
		return keep(t, page);
	if (READ_ONCE(page->flags) & PAGE_DIRTY) {
		fetch_and(&page->flags, ~PAGE_DIRTY);
		if (file_write_page(t, file, page)) {
			fetch_or(&page->flags, PAGE_DIRTY);
			return keep(t, page);
		}
	}
	if (!freeze_clean(page))
		return keep(t, page);
	pagecache_remove_frozen(t, file, page);
	return freed(t, page);
}

static enum verdict shrink_page(struct task *t, struct page *page, bool force)
{
	if (!trylock_page(page))
		return KEEP;
	if (READ_ONCE(page->flags) & PAGE_FILE)
		return shrink_file(t, page, force);
	return shrink_anon(t, page, force);
}

static u64 shrink_inactive(struct task *t, bool force, unsigned int nr)
{
	struct page *page[BATCH];
	unsigned int n = lru_isolate(t->world, LRU_INACTIVE, page, min_ul(nr, BATCH)), kept = 0;

	for (unsigned int i = 0; i < n; i++)
		if (shrink_page(t, page[i], force) == KEEP)
			page[kept++] = page[i];
	for (unsigned int i = 0; i < kept; i++)
		if (READ_ONCE(page[i]->flags) & PAGE_SWAPCACHE)
			swap_reap(t, page[i]);
	lru_putback(t, page, kept);
	return n - kept;
}

/*
 * Move pages from the old end of the active list to the new end of the inactive one, where accesses to
 * them are noticed again.
 * @whole{others change bits beside these; they are hints, and the list's lock orders ACTIVE}
 */
static void shrink_active(struct task *t)
{
	struct page *page[BATCH];
	unsigned int n = lru_isolate(t->world, LRU_ACTIVE, page, BATCH);

	for (unsigned int i = 0; i < n; i++) {
		fetch_and(&page[i]->flags, ~(PAGE_ACTIVE | PAGE_REFERENCED));
		if (trylock_page(page[i])) {
			rmap_referenced(t, page[i]);
			swap_unlock_page(t, page[i]);
		}
	}
	lru_putback(t, page, n);
}

u64 reclaim_pages(struct task *t, unsigned int turn, u64 want)
{
	const struct world *w = t->world;
	bool force = turn >= RECLAIM_FORCE;
	u64 freed_nr = 0, budget;

	might_sleep();
	BUG_ON(t->memalloc);
	t->memalloc = true;
	if (turn)	/* the first found too little: look in others' batches */
		lru_drain(t->world);
	else
		lru_drain_own(t);
	budget = lru_nr(w, LRU_ACTIVE) + lru_nr(w, LRU_INACTIVE);
	if (!turn)
		budget /= 2;
	for (budget += BATCH; freed_nr < want; budget -= BATCH) {
		if (lru_nr(w, LRU_INACTIVE) <= lru_nr(w, LRU_ACTIVE))
			shrink_active(t);
		freed_nr += shrink_inactive(t, force, BATCH);
		if (budget <= BATCH)
			break;
	}
	t->memalloc = false;
	return freed_nr;
}

u64 reclaim_direct(struct task *t, unsigned int turn, u64 want)
{
	count(t, STAT_RECLAIM_DIRECT);
	return reclaim_pages(t, turn, want);
}

/* --- the background reclaimer --------------------------------------------------------- */

void reclaim_wake(struct task *t)
{
	u32 *wanted = &t->world->reclaim_wakeup.wanted;

	/*
	 * Store only if not wanted yet, not at every allocation, so that the line stays shared.
	 * @whole{one caller wakes it; a shortage that the reclaimer has not seen yet calls it again}
	 */
	if (READ_ONCE(*wanted) || xchg(wanted, 1))
		return;
	count(t, STAT_RECLAIM_WAKE);
	platform_unpark(wanted, 1);
}

static bool below_high(struct world *w)
{
	return zone_nr_free(&w->zone) < w->zone.high ||
	       (w->charge.limit && READ_ONCE(w->charge.used) >= w->charge.limit);
}

static void reclaimer_run(void *arg)
{
	struct reclaimer *r = arg;
	struct world *w = r->world;
	struct task *t = world_task(w, r->slot);
	u32 *wanted = &w->reclaim_wakeup.wanted;

	/* Take a call, then check for the end again. @pairs{the end, then the call | reclaimer_stop()} */
	while (!READ_ONCE(r->stop)) {
		if (!xchg(wanted, 0)) {
			platform_park(wanted, 0);
			continue;
		}
		for (unsigned int turn = 0; below_high(w) && !READ_ONCE(r->stop); turn++) {
			if (turn >= RECLAIM_FORCE)	/* everything is in use: let other threads run */
				break;
			if (reclaim_pages(t, turn, BATCH))
				turn = 0;
			page_task_exit(t);	/* hand what it freed to others */
		}
	}
}

int reclaimer_start(struct reclaimer *r, struct world *w, unsigned int slot)
{
	r->world = w;
	r->slot = slot;
	r->stop = 0;
	return platform_thread_create(&r->thread, slot, -1, reclaimer_run, r);
}

void reclaimer_stop(struct reclaimer *r)
{
	u32 *wanted = &r->world->reclaim_wakeup.wanted;

	/*
	 * Store the end before the call; the reclaimer reads it after the call.  @pairs{the end, then the
	 * call | reclaimer_run()}
	 */
	WRITE_ONCE(r->stop, 1);
	xchg(wanted, 1);
	platform_unpark(wanted, 1);
	platform_thread_join(r->thread);
	WRITE_ONCE(*wanted, 0);
}
