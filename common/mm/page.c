/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Allocating and freeing frames: from a thread's own list, else a batch from its node's, else from another node's.
 *
 * A free frame is on exactly one list, has refcount 0 and, where the platform
 * watches memory, must not be touched (platform_memory_off()).
 */
#include "common/mm/page.h"
#include "common/mm/charge.h"
#include "common/mm/lru.h"
#include "common/mm/reclaim.h"
#include "common/mm/world.h"

#include <errno.h>

static void poison_fill(void *memory)
{
	u64 *words = memory;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = PAGE_POISON;
}

/* If this stops the program, a thread wrote to a frame after it was freed. */
static void poison_check(const void *memory)
{
	const u64 *words = memory;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		BUG_ON(words[i] != PAGE_POISON);
}

/* A frame comes into use. */
static void frame_on(const struct zone *z, const struct page *page)
{
	void *memory = page_address(z, page);

	if (!platform_recycles())
		platform_memory_on(memory, PAGE_SIZE);
	if (unlikely(z->poison))
		poison_check(memory);
}

/* A frame goes out of use. */
static void frame_off(const struct zone *z, const struct page *page)
{
	void *memory = page_address(z, page);

	if (unlikely(z->poison))
		poison_fill(memory);
	if (!platform_recycles())
		platform_memory_off(memory, PAGE_SIZE);
}

int zone_init(struct zone *z, u64 nr, unsigned int nr_nodes, bool poison)
{
	if (nr > SIZE_MAX / PAGE_SIZE)
		return -ENOMEM;
	z->pages = platform_alloc(nr * sizeof(*z->pages), CACHELINE, PLATFORM_MEM_OTHER);
	if (!z->pages)
		return -ENOMEM;
	z->memory = platform_alloc(nr * PAGE_SIZE, PAGE_SIZE, PLATFORM_MEM_FRAMES);
	if (!z->memory) {
		platform_free(z->pages, nr * sizeof(*z->pages), PLATFORM_MEM_OTHER);
		return -ENOMEM;
	}
	platform_objects(z->pages, "page", sizeof(*z->pages), nr);
	platform_objects(z->memory, "frame", PAGE_SIZE, nr);
	z->nr = nr;
	z->nr_nodes = nr_nodes;
	z->nr_each = (nr + nr_nodes - 1) / nr_nodes;
	z->poison = poison;
	z->zero_page = &z->pages[0];
	z->zero_page->flags = PAGE_ZERO;
	z->zero_page->refcount = 1;

	for (unsigned int i = 0; i < nr_nodes; i++)
		spin_lock_init(&z->node[i].lock);
	for (u64 i = nr - 1; i > 0; i--) {	/* so that the lowest is taken first */
		struct page *page = &z->pages[i];
		struct zone_node *node = &z->node[page_to_nid(z, page)];

		page->next = node->free;
		node->free = page;
		node->nr_free++;
		frame_off(z, page);
	}
	return 0;
}

void zone_exit(struct zone *z)
{
	BUG_ON(zone_nr_free(z) != z->nr - 1);
	if (!platform_recycles())
		platform_memory_on(z->memory, z->nr * PAGE_SIZE);
	platform_free(z->memory, z->nr * PAGE_SIZE, PLATFORM_MEM_FRAMES);
	platform_free(z->pages, z->nr * sizeof(*z->pages), PLATFORM_MEM_OTHER);
}

/* Move up to a batch from the node to the empty stock; the last @keep frames stay. */
static bool stock_take(struct zone_node *node, struct page_stock *stock, u64 keep, unsigned int batch)
{
	struct page *first = NULL, *last;
	unsigned int nr = 0;
	u64 most = 0;

	spin_lock(&node->lock);
	if (node->nr_free > keep)
		most = min_ul(node->nr_free - keep, batch);
	if (most) {
		for (first = last = node->free, nr = 1; nr < most; nr++)
			last = last->next;
		node->free = last->next;
		WRITE_ONCE(node->nr_free, node->nr_free - nr);
		last->next = NULL;
	}
	spin_unlock(&node->lock);
	stock->free = first;
	stock->nr = nr;
	return nr;
}

/*
 * From the caller's node, or else from the next that has any.  Of the last @keep frames of the world each node keeps
 * its share.  Kernel twin: get_page_from_freelist() with its zonelist (mm/page_alloc.c)
 */
static bool stock_fill(struct zone *z, struct page_stock *stock, u64 keep)
{
	unsigned int own = z->nr_nodes > 1 ? platform_node() % z->nr_nodes : 0;

	keep = (keep + z->nr_nodes - 1) / z->nr_nodes;
	for (unsigned int i = 0; i < z->nr_nodes; i++)
		if (stock_take(&z->node[(own + i) % z->nr_nodes], stock, keep, z->batch))
			return true;
	return false;
}

/* Move @nr > 0 frames of the stock to their nodes: those in a row that are of one node at once. */
static void stock_return(struct zone *z, struct page_stock *stock, unsigned int nr)
{
	while (nr) {
		struct page *first = stock->free, *last = first;
		unsigned int nid = page_to_nid(z, first), run = 1;
		struct zone_node *node = &z->node[nid];

		for (; run < nr && page_to_nid(z, last->next) == nid; run++)
			last = last->next;
		stock->free = last->next;
		stock->nr -= run;
		nr -= run;

		spin_lock(&node->lock);
		last->next = node->free;
		node->free = first;
		WRITE_ONCE(node->nr_free, node->nr_free + run);
		spin_unlock(&node->lock);
	}
}

/*
 * Get frames for the empty stock.  Below low the background reclaimer is woken; below min a caller that
 * may sleep reclaims, a bounded number of times, and one that may not fails.  The frames below min are
 * for reclaim itself, which must not wait for itself.
 * Kernel twin: __alloc_pages_slowpath() (mm/page_alloc.c)
 */
static bool stock_refill(struct task *t, gfp_t gfp)
{
	struct world *w = t->world;
	struct zone *z = &w->zone;
	bool had = stock_fill(z, &t->pages, t->memalloc ? 0 : z->min);

	if (!w->config.reclaim)
		return had;
	if (zone_nr_free(z) < z->low)
		reclaim_wake(t);
	if (had) {
		if (unlikely(t->memalloc))
			count(t, STAT_RESERVE_USED);
		return true;
	}
	if (gfp == GFP_NOWAIT || t->memalloc)
		return false;
	for (unsigned int turn = 0; turn < RECLAIM_TURNS; turn++) {
		reclaim_direct(t, turn, z->batch);
		/* Frames that we freed ourselves are on our own list already. */
		if (t->pages.free || stock_fill(z, &t->pages, z->min))
			return true;
	}
	return false;
}

/*
 * An episode of short memory that a measurement arranges for one thread.  Whether it
 * meets a fault does not depend on what the scheme asks for: GFP_NOWAIT fails,
 * GFP_KERNEL gets its page after as long as direct reclaim would take.
 */
static __attribute__((noinline)) bool squeezed_alloc(struct task *t, gfp_t gfp)
{
	if (gfp == GFP_NOWAIT)
		return false;
	platform_delay(t->squeeze_ns);
	return true;
}

struct page *page_alloc(struct task *t, enum alloc_site site, gfp_t gfp)
{
	struct page_stock *stock = &t->pages;
	struct zone *z = &t->world->zone;
	struct page *page;

	gfp = current_gfp(t, gfp);
	if (gfp == GFP_KERNEL)
		might_sleep();
	if (inject_failure(t->world, site, gfp))
		goto fail;
	if (unlikely(t->squeezed) && site == SITE_FAULT_PAGE && !squeezed_alloc(t, gfp))
		goto fail;
	if (!charge_page(t, gfp))
		goto fail;
	if (!stock->free && !stock_refill(t, gfp)) {
		uncharge_page(t);
		goto fail;
	}
	page = stock->free;
	stock->free = page->next;
	stock->nr--;

	frame_on(z, page);
	page->next = NULL;
	page->anon = NULL;
	page->file = NULL;
	page->index = 0;
	WRITE_ONCE(page->mapcount, 0);
	WRITE_ONCE(page->swap, 0);
	WRITE_ONCE(page->flags, 0);
	/*
	 * Release: a thread that still follows an old entry or slot, and gets a count, reads it again and
	 * finds it changed.  @pairs{the frame is another's before its count is anew | page_tryget()}
	 */
	smp_store_release(&page->refcount, 1);
	count(t, STAT_PAGE_ALLOC);
	return page;
fail:
	count(t, STAT_PAGE_ALLOC_FAIL);
	return NULL;
}

void page_get(struct page *page)
{
	if (READ_ONCE(page->flags) & PAGE_ZERO)
		return;
	/* Relaxed: the caller's reference, or the table's lock, keeps the frame already. */
	BUG_ON(!fetch_add_relaxed(&page->refcount, 1));
}

bool page_tryget(struct page *page)
{
	u32 seen = READ_ONCE(page->refcount);

	if (READ_ONCE(page->flags) & PAGE_ZERO)
		return true;
	do {
		if (!seen)
			return false;
		/*
		 * Acquire: what the caller reads next is read with the count held, and shows why the
		 * count is what it is.
		 * @pairs{what was done at 0 before the count is back | page_unfreeze()}
		 * @pairs{the frame is another's before its count is anew | page_alloc()}
		 */
	} while (!try_cmpxchg(&page->refcount, &seen, seen + 1));
	return true;
}

void page_put(struct task *t, struct page *page)
{
	u32 seen;

	if (READ_ONCE(page->flags) & PAGE_ZERO)
		return;
	/*
	 * Release: what this user did to the frame is over before its count goes.
	 * @pairs{use before the count | page_put(), page_freeze()}
	 */
	seen = fetch_add_release(&page->refcount, -1u);
	BUG_ON(!seen);
	if (seen > 1)
		return;
	/*
	 * Acquire, from the 0 at the end of the chain that all puts form: every
	 * user's work is over before the frame can have another.  It is a load and
	 * not a fence, so that ThreadSanitizer sees it; on x86 it is free.
	 * @pairs{use before the count | page_put()}
	 */
	(void)smp_load_acquire(&page->refcount);
	page_free_frozen(t, page);
}

bool page_freeze(struct page *page, u32 users)
{
	/*
	 * Acquire: every user's work, whose put was a release, is over.
	 * @pairs{use before the count | page_put()}
	 */
	return try_cmpxchg(&page->refcount, &users, 0);
}

/*
 * Release: a thread that gets a count from now on sees what was done meanwhile.
 * @pairs{what was done at 0 before the count is back | page_tryget()}
 */
void page_unfreeze(struct page *page, u32 users)
{
	smp_store_release(&page->refcount, users);
}

void page_map(struct page *page)
{
	page_get(page);
	if (!(READ_ONCE(page->flags) & PAGE_ZERO))
		fetch_add_relaxed(&page->mapcount, 1);
}

/*
 * Release: a thread that finds no mapping sees all that was written through it.
 * @pairs{the flush before the mapping is gone | page_mapped()}
 */
void page_unmap(struct page *page)
{
	if (!(READ_ONCE(page->flags) & PAGE_ZERO))
		fetch_add_release(&page->mapcount, -1u);
}

void page_free_frozen(struct task *t, struct page *page)
{
	struct zone *z = &t->world->zone;

	if (READ_ONCE(page->flags) & (PAGE_LRU | PAGE_BATCHED))
		lru_forget(t->world, page);
	frame_off(z, page);
	page->next = t->pages.free;
	t->pages.free = page;
	count(t, STAT_PAGE_FREE);
	/*
	 * At twice a batch one batch goes back, so that a thread which allocates and frees in turn does
	 * not touch the zone.
	 */
	if (++t->pages.nr == 2 * z->batch)
		stock_return(z, &t->pages, z->batch);
	uncharge_page(t);
}

void page_task_exit(struct task *t)
{
	if (t->pages.nr)
		stock_return(&t->world->zone, &t->pages, t->pages.nr);
}

u64 zone_nr_free(const struct zone *z)
{
	u64 nr = 0;

	for (unsigned int i = 0; i < z->nr_nodes; i++)
		nr += READ_ONCE(z->node[i].nr_free);
	return nr;
}

u64 page_nr_free(struct world *w)
{
	u64 nr = zone_nr_free(&w->zone);

	for (unsigned int i = 0; i < w->config.nr_tasks; i++)
		nr += w->tasks[i].pages.nr;
	return nr;
}
