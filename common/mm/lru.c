/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The LRU lists and the batches before them.
 */
#include "common/mm/lru.h"
#include "common/mm/world.h"

void lru_init(struct lru *lru)
{
	spin_lock_init(&lru->lock);
	for (unsigned int i = 0; i < NR_LRU; i++)
		lru->list[i] = (struct lru_list){ 0 };
}

/* --- the lists; all under the lock ---------------------------------------------------- */

static struct lru_list *list_of(struct lru *lru, const struct page *page)
{
	return &lru->list[READ_ONCE(page->flags) & PAGE_ACTIVE ? LRU_ACTIVE : LRU_INACTIVE];
}

static void link_first(struct lru *lru, struct page *page)
{
	struct lru_list *list = list_of(lru, page);

	page->prev = NULL;
	page->next = list->first;
	if (list->first)
		list->first->prev = page;
	else
		list->last = page;
	list->first = page;
	WRITE_ONCE(list->nr, list->nr + 1);
}

static void unlink_page(struct lru *lru, struct page *page)
{
	struct lru_list *list = list_of(lru, page);

	if (page->prev)
		page->prev->next = page->next;
	else
		list->first = page->next;
	if (page->next)
		page->next->prev = page->prev;
	else
		list->last = page->prev;
	page->next = page->prev = NULL;
	WRITE_ONCE(list->nr, list->nr - 1);
}

/* --- batches -------------------------------------------------------------------------- */

/*
 * Replace PAGE_BATCHED by @instead.  False: another thread did so before, or the frame is another page by
 * now, in no batch.  If it is in another thread's batch by now, linking it is just as right.
 * @pairs{a page's fields before BATCHED | lru_add()}
 */
static bool claim(struct page *page, u32 instead)
{
	u32 seen = READ_ONCE(page->flags);

	while (seen & PAGE_BATCHED)
		if (try_cmpxchg(&page->flags, &seen, (seen & ~PAGE_BATCHED) | instead))
			return true;
	return false;
}

static struct lru *lru_of(struct world *w, const struct page *page)
{
	return &w->lru[page_to_nid(&w->zone, page)];
}

/* Hold @lru's lock instead of @held's; either may be NULL.  Kernel twin: folio_lruvec_relock_irqsave() */
static struct lru *relock(struct lru *held, struct lru *lru)
{
	if (held == lru)
		return lru;
	if (held)
		spin_unlock(&held->lock);
	if (lru)
		spin_lock(&lru->lock);
	return lru;
}

static void link_batch(struct world *w, struct lru_batch *batch)
{
	struct lru *held = NULL;

	for (unsigned int i = 0; i < LRU_BATCH; i++) {
		struct page *page = READ_ONCE(batch->page[i]);

		/*
		 * The owner leaves pages here that were linked or freed since; they cost a look, and no lock.  A page that is
		 * being added may look like one of them: it stays in the batch, for its owner or the next drain to link.
		 */
		if (!page || !(READ_ONCE(page->flags) & PAGE_BATCHED))
			continue;
		held = relock(held, lru_of(w, page));
		/*
		 * We link the page before we drop the lock; a thread that frees it meanwhile waits for
		 * the lock.
		 */
		if (claim(page, PAGE_LRU))
			link_first(held, page);
	}
	relock(held, NULL);
}

void lru_add(struct task *t, struct page *page)
{
	struct lru_batch *batch = &t->lru_batch;

	if (!t->world->config.reclaim)
		return;
	/* Release and more: @pairs{a page's fields before BATCHED | claim()} */
	fetch_or(&page->flags, PAGE_BATCHED);
	WRITE_ONCE(batch->page[batch->nr], page);
	if (++batch->nr < LRU_BATCH)
		return;
	link_batch(t->world, batch);
	batch->nr = 0;
}

void lru_drain_own(struct task *t)
{
	link_batch(t->world, &t->lru_batch);
}

void lru_drain(struct world *w)
{
	for (unsigned int i = 0; i < w->config.nr_tasks; i++)
		link_batch(w, &w->tasks[i].lru_batch);
}

void lru_forget(struct world *w, struct page *page)
{
	struct lru *lru = lru_of(w, page);

	if (claim(page, 0))
		return;
	/*
	 * Its count is 0, so nobody isolates it, and LRU stays set until we clear it.
	 * @whole{others change bits beside it; these two change only under the list's lock}
	 */
	spin_lock(&lru->lock);
	BUG_ON(!(READ_ONCE(page->flags) & PAGE_LRU));
	unlink_page(lru, page);
	fetch_and(&page->flags, ~(PAGE_LRU | PAGE_ACTIVE));
	spin_unlock(&lru->lock);
}

/* --- isolation ------------------------------------------------------------------------ */

static unsigned int isolate(struct lru *lru, enum lru_which which, struct page **page, unsigned int nr)
{
	struct lru_list *list = &lru->list[which];
	unsigned int n = 0;

	spin_lock(&lru->lock);
	for (u64 left = list->nr; left && n < nr; left--) {
		struct page *last = list->last;

		unlink_page(lru, last);
		if (page_tryget(last)) {	/* @whole{others change bits beside LRU, which is the lock's} */
			fetch_and(&last->flags, ~PAGE_LRU);
			page[n++] = last;
		} else {	/* about to be freed or, held at 0, taken over by its owner */
			link_first(lru, last);
		}
	}
	spin_unlock(&lru->lock);
	return n;
}

unsigned int lru_isolate(struct world *w, enum lru_which which, struct page **page,
			 unsigned int nr)
{
	unsigned int nodes = w->zone.nr_nodes, own = nodes > 1 ? platform_node() % nodes : 0, n = 0;

	for (unsigned int i = 0; i < nodes && n < nr; i++)
		n += isolate(&w->lru[(own + i) % nodes], which, page + n, nr - n);
	return n;
}

void lru_putback(struct task *t, struct page **page, unsigned int nr)
{
	struct lru *held = NULL;

	for (unsigned int i = 0; i < nr; i++) {	/* @whole{others change bits beside LRU, which is the lock's} */
		held = relock(held, lru_of(t->world, page[i]));
		fetch_or(&page[i]->flags, PAGE_LRU);
		link_first(held, page[i]);
	}
	relock(held, NULL);
	for (unsigned int i = 0; i < nr; i++)
		page_put(t, page[i]);
}

u64 lru_nr(const struct world *w, enum lru_which which)
{
	u64 nr = 0;

	for (unsigned int i = 0; i < w->zone.nr_nodes; i++)
		nr += READ_ONCE(w->lru[i].list[which].nr);
	return nr;
}
