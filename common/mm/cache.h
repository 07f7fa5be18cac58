/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Objects of one size: a stock per thread over a shared depot, and freeing after a grace period in batches.
 *
 * A cached object is *constructed*: its constructor ran once, when its memory
 * was obtained, and the caller that frees it brings it back to that state where the constructor says so
 * (a page table comes back all zero).
 *
 * The kernel's twins: SLUB with sheaves (mm/slub.c, 6.18) for the stock, kfree_rcu()
 * batching (kernel/rcu/tree.c: kvfree_call_rcu) for the deferred part.
 */
#ifndef COMMON_MM_CACHE_H
#define COMMON_MM_CACHE_H

#include "common/platform/platform.h"
#include "common/sync/spinlock.h"

struct task;
struct world;

/** Which object; a world has one cache for each. */
enum cache_id {
	CACHE_VMA,
	CACHE_TABLE,
	CACHE_NODE,		/**< nodes of VMA trees */
	CACHE_ANON_VMA,
	NR_CACHES
};

/** When freed memory may be used again; a chain of schemes takes the strictest. */
enum freeing {
	FREE_AT_ONCE,		/**< at once: nobody reads the object without a lock */
	FREE_TYPE_STABLE,	/**< lock-free readers take a lock in the object, then check again what it is */
	FREE_AFTER_GRACE,	/**< lock-free readers read the object, and only RCU protects it */
};

#define CACHE_STOCK 64

/** One thread's stock of one cache; touched by that thread alone. */
struct cache_stock {
	unsigned int nr;
	void *object[CACHE_STOCK];
};

/** Objects of one batch wait for one grace period together. */
struct rcu_batch;

/**
 * Once obtained, an object stays with its cache until cache_exit(): its memory is
 * type-stable.  So that it always finds a place, the depot's room grows when an
 * object is made, which may fail, and not when one comes back, which must not.
 * Where platform_recycles() is false there is neither stock nor depot.
 */
struct cache {
	/* constant after cache_init() */
	const char *what;		/**< the struct's name */
	size_t size, align;
	void (*ctor)(struct world *w, void *object);
	/* under lock */
	spinlock_t lock __cacheline_aligned;
	void **depot;			/**< array of idle objects */
	size_t nr_depot, max_depot;	/**< max_depot >= nr_made */
	/* relaxed atomic */
	u64 nr_made;			/**< objects obtained from the platform and not returned */
};

/** Objects are struct @a what; @a ctor may be NULL (they start zeroed).  Takes no memory yet. */
void cache_init(struct cache *c, const char *what, size_t size, size_t align,
		void (*ctor)(struct world *w, void *object));
/** Stops the program unless every object is idle in the depot (cache_task_exit() of all tasks). */
void cache_exit(struct cache *c);

/**
 * @return an object or NULL (out of memory).  The caller asks the injector: only it knows the site and
 * what the allocation may do
 * @context any; does not sleep
 */
void *cache_alloc(struct task *t, enum cache_id id);

/**
 * Give back an object that nobody can see.  For FREE_TYPE_STABLE see cache_free_as().
 * @context any
 */
void cache_free(struct task *t, enum cache_id id, void *object);

/**
 * Give back an object that RCU readers may still look at: after a grace period.
 * Cannot fail: without memory for the batch it waits for a grace period itself.
 * @context may sleep; outside RCU
 */
void cache_free_rcu(struct task *t, enum cache_id id, void *object);

/**
 * Give back an object as @a how demands.  FREE_TYPE_STABLE frees at once where memory is recycled, and
 * after a grace period where memory goes back to the platform, since readers may touch it until then.
 * @context may sleep; outside RCU
 */
void cache_free_as(struct task *t, enum cache_id id, void *object, enum freeing how);

/** Objects in use (neither idle nor waiting for a grace period). @context all tasks are quiet */
u64 cache_in_use(struct world *w, enum cache_id id);

/** Send off the open batch and take back what has passed its grace period; does not wait. @context outside RCU */
void cache_flush_rcu(struct task *t);

/** Send off every task's open batch, wait, take all back.  @context all tasks are quiet; may sleep, outside RCU */
void cache_drain(struct world *w);

/** Empty the stocks of @a t into the depots; every batch of @a t has come back. @context may sleep, outside RCU */
void cache_task_exit(struct task *t);

#endif /* COMMON_MM_CACHE_H */
