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

static void link_batch(struct lru *lru, struct lru_batch *batch)
{
	spin_lock(&lru->lock);
	for (unsigned int i = 0; i < LRU_BATCH; i++) {
		struct page *page = READ_ONCE(batch->page[i]);

		/*
		 * We link the page before we drop the lock; a thread that frees it meanwhile waits for
		 * the lock.
		 */
		if (page && claim(page, PAGE_LRU))
			link_first(lru, page);
	}
	spin_unlock(&lru->lock);
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
	link_batch(&t->world->lru, batch);
	batch->nr = 0;
}

void lru_drain(struct world *w)
{
	for (unsigned int i = 0; i < w->config.nr_tasks; i++)
		link_batch(&w->lru, &w->tasks[i].lru_batch);
}

void lru_forget(struct world *w, struct page *page)
{
	if (claim(page, 0))
		return;
	/*
	 * Its count is 0, so nobody isolates it, and LRU stays set until we clear it.
	 * @whole{others change bits beside it; these two change only under the list's lock}
	 */
	spin_lock(&w->lru.lock);
	BUG_ON(!(READ_ONCE(page->flags) & PAGE_LRU));
	unlink_page(&w->lru, page);
	fetch_and(&page->flags, ~(PAGE_LRU | PAGE_ACTIVE));
	spin_unlock(&w->lru.lock);
}

/* --- isolation ------------------------------------------------------------------------ */

unsigned int lru_isolate(struct world *w, enum lru_which which, struct page **page,
			 unsigned int nr)
{
	struct lru *lru = &w->lru;
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

void lru_putback(struct task *t, struct page **page, unsigned int nr)
{
	struct lru *lru = &t->world->lru;

	spin_lock(&lru->lock);
	for (unsigned int i = 0; i < nr; i++) {	/* @whole{others change bits beside LRU, which is the lock's} */
		fetch_or(&page[i]->flags, PAGE_LRU);
		link_first(lru, page[i]);
	}
	spin_unlock(&lru->lock);
	for (unsigned int i = 0; i < nr; i++)
		page_put(t, page[i]);
}
