/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Allocating and freeing objects: from a thread's stock, else half a stock from the depot, else
 * newly made.
 *
 * Freeing after a grace period is in cache_rcu.c.
 */
#include "common/mm/cache_internal.h"

#include <string.h>

void cache_init(struct cache *c, const char *what, size_t size, size_t align,
		void (*ctor)(struct world *w, void *object))
{
	c->what = what;
	c->size = (size + align - 1) & ~(align - 1);	/* nothing else comes to lie in its last line */
	c->align = align;
	c->ctor = ctor;
	spin_lock_init(&c->lock);
	c->depot = NULL;
	c->nr_depot = 0;
	c->max_depot = 0;
	c->nr_made = 0;
}

void cache_exit(struct cache *c)
{
	BUG_ON(READ_ONCE(c->nr_made) != c->nr_depot);
	for (size_t i = 0; i < c->nr_depot; i++)
		platform_free(c->depot[i], c->size, PLATFORM_MEM_OBJECT);
	if (c->depot)
		platform_free(c->depot, c->max_depot * sizeof(*c->depot), PLATFORM_MEM_OTHER);
}

/*
 * Room in the depot for one object more.  Growing doubles, so it is rare; it
 * allocates under the lock, which is no sleep.
 */
static bool depot_reserve(struct cache *c)
{
	bool ok = true;
	void **depot;
	size_t max;

	spin_lock(&c->lock);
	if (READ_ONCE(c->nr_made) == c->max_depot) {
		max = c->max_depot ? 2 * c->max_depot : 4 * CACHE_STOCK;
		depot = platform_alloc(max * sizeof(*depot), CACHELINE, PLATFORM_MEM_OTHER);
		if (!depot) {
			ok = false;
			goto out;
		}
		if (c->depot) {
			memcpy(depot, c->depot, c->nr_depot * sizeof(*depot));
			platform_free(c->depot, c->max_depot * sizeof(*depot), PLATFORM_MEM_OTHER);
		}
		c->depot = depot;
		c->max_depot = max;
	}
	fetch_add_relaxed(&c->nr_made, 1);
out:
	spin_unlock(&c->lock);
	return ok;
}

/* A new object from the platform, constructed. */
static void *object_make(struct world *w, struct cache *c)
{
	void *object;

	if (!platform_recycles())
		fetch_add_relaxed(&c->nr_made, 1);
	else if (!depot_reserve(c))
		return NULL;
	object = platform_alloc(c->size, c->align, PLATFORM_MEM_OBJECT);
	if (!object) {
		fetch_add_relaxed(&c->nr_made, -1ULL);
		return NULL;
	}
	platform_objects(object, c->what, c->size, 1);
	if (c->ctor)
		c->ctor(w, object);
	return object;
}

/* Move up to half a stock from the depot to the empty stock. */
static void stock_fill(struct cache *c, struct cache_stock *stock)
{
	size_t nr;

	spin_lock(&c->lock);
	nr = min_ul(c->nr_depot, CACHE_STOCK / 2);
	c->nr_depot -= nr;
	if (nr)
		memcpy(stock->object, c->depot + c->nr_depot, nr * sizeof(void *));
	spin_unlock(&c->lock);
	stock->nr = nr;
}

/*
 * Move the @nr objects that have lain longest in the stock to the depot; @nr is all of them, or at most
 * half.
 */
static void stock_return(struct cache *c, struct cache_stock *stock, unsigned int nr)
{
	unsigned int left = stock->nr - nr;

	spin_lock(&c->lock);
	BUG_ON(c->nr_depot + nr > c->max_depot);
	memcpy(c->depot + c->nr_depot, stock->object, nr * sizeof(void *));
	c->nr_depot += nr;
	spin_unlock(&c->lock);
	if (left)
		memcpy(stock->object, stock->object + nr, left * sizeof(void *));
	stock->nr = left;
}

void cache_take_back(struct task *t, enum cache_id id, void *object)
{
	struct cache *c = &t->world->cache[id];
	struct cache_stock *stock = &t->stock[id];

	if (!platform_recycles()) {
		cache_give_up(c, object);
		return;
	}
	if (stock->nr == CACHE_STOCK)
		stock_return(c, stock, CACHE_STOCK / 2);
	stock->object[stock->nr++] = object;
}

void cache_give_up(struct cache *c, void *object)
{
	platform_free(object, c->size, PLATFORM_MEM_OBJECT);
	fetch_add_relaxed(&c->nr_made, -1ULL);
}

void *cache_alloc(struct task *t, enum cache_id id)
{
	struct cache *c = &t->world->cache[id];
	struct cache_stock *stock = &t->stock[id];
	void *object;

	if (!stock->nr && platform_recycles())
		stock_fill(c, stock);
	object = stock->nr ? stock->object[--stock->nr] : object_make(t->world, c);
	if (object)
		cache_account(t, id, 1);
	return object;
}

void cache_free(struct task *t, enum cache_id id, void *object)
{
	cache_account(t, id, -1ULL);
	cache_take_back(t, id, object);
}

void cache_free_as(struct task *t, enum cache_id id, void *object, enum freeing how)
{
	if (how == FREE_AFTER_GRACE || (how == FREE_TYPE_STABLE && !platform_recycles()))
		cache_free_rcu(t, id, object);
	else
		cache_free(t, id, object);
}

u64 cache_in_use(struct world *w, enum cache_id id)
{
	u64 sum = 0;

	/* One thread may free what another allocated, so a thread's number may be below 0; the sum is not. */
	for (unsigned int i = 0; i < w->config.nr_tasks; i++)
		sum += READ_ONCE(w->tasks[i].taken[id]);
	return sum;
}

void cache_task_exit(struct task *t)
{
	cache_rcu_exit(t);
	for (unsigned int id = 0; id < NR_CACHES; id++)
		if (t->stock[id].nr)
			stock_return(&t->world->cache[id], &t->stock[id], t->stock[id].nr);
}
