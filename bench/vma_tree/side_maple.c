/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The kernel's maple tree, compiled from its own source into user space, as the other side.
 *
 * The tree comes from one of the distribution's packages of the kernel's source, with
 * the headers of the kernel's own user-space tests; nothing of it is kept here.
 * maple.sh compiles this once for each: SIDE_OPS is what the side is called then,
 * SIDE_NAME and SIDE_KEY its names, SIDE_HAS_DUP says whether the tree has __mt_dup() (6.8).
 * The tests' slab allocator takes a global lock for each object, which would make every change
 * look slower than it is.  So objects come from magazines here, as they do on the
 * other side: a thread has 64 and changes half of them for others in a shared
 * depot.  Flags, and the order of RCU, are an mm_struct's.
 */
#define fallthrough __attribute__((__fallthrough__))
#include <stdlib.h>
#include <string.h>
#include <pthread.h>

#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/kernel.h>

#ifndef WARN_ON
#define WARN_ON(x) (!!(x))
#endif
#ifndef __init
#define __init
#endif

#define module_init(x)
#define module_exit(x)
#define MODULE_AUTHOR(x)
#define MODULE_LICENSE(x)
#define dump_stack() abort()
#include <lib/maple_tree.c>

#include "bench/vma_tree/side.h"

/* --- the allocator -------------------------------------------------------------------- */

#define MAGAZINE	64u

struct kmem_cache {
	unsigned int size, align;
	pthread_mutex_t lock;
	void **depot;
	size_t nr_depot, max_depot;
};

static __thread struct {
	unsigned int nr;
	void *object[MAGAZINE];
} magazine;


int preempt_count;

int lockdep_is_held(const void *lock)
{
	(void)lock;
	return 1;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     unsigned int flags, void (*ctor)(void *))
{
	struct kmem_cache *c = calloc(1, sizeof(*c));

	(void)name;
	(void)flags;
	(void)ctor;
	if (!c)
		abort();
	c->size = size;
	c->align = align > 64 ? align : 64;
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

static void magazine_fill(struct kmem_cache *c)
{
	size_t nr;

	pthread_mutex_lock(&c->lock);
	nr = c->nr_depot < MAGAZINE / 2 ? c->nr_depot : MAGAZINE / 2;
	c->nr_depot -= nr;
	if (nr)
		memcpy(magazine.object, c->depot + c->nr_depot, nr * sizeof(void *));
	pthread_mutex_unlock(&c->lock);
	magazine.nr = nr;
}

static void magazine_return(struct kmem_cache *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->nr_depot + MAGAZINE / 2 > c->max_depot) {
		c->max_depot = c->max_depot ? 2 * c->max_depot : 1024;
		c->depot = realloc(c->depot, c->max_depot * sizeof(void *));
		if (!c->depot)
			abort();
	}
	memcpy(c->depot + c->nr_depot, magazine.object, MAGAZINE / 2 * sizeof(void *));
	c->nr_depot += MAGAZINE / 2;
	pthread_mutex_unlock(&c->lock);
	memcpy(magazine.object, magazine.object + MAGAZINE / 2, MAGAZINE / 2 * sizeof(void *));
	magazine.nr = MAGAZINE / 2;
}

void *kmem_cache_alloc_lru(struct kmem_cache *c, struct list_lru *lru, int gfp)
{
	void *object;

	(void)lru;
	if (!magazine.nr)
		magazine_fill(c);
	object = magazine.nr ? magazine.object[--magazine.nr] : aligned_alloc(c->align, c->size);
	if (!object)
		abort();
	if (gfp & __GFP_ZERO)
		memset(object, 0, c->size);
	return object;
}

void kmem_cache_free(struct kmem_cache *c, void *object)
{
	if (magazine.nr == MAGAZINE)
		magazine_return(c);
	magazine.object[magazine.nr++] = object;
}

int kmem_cache_alloc_bulk(struct kmem_cache *c, gfp_t gfp, size_t nr, void **list)
{
	for (size_t i = 0; i < nr; i++)
		list[i] = kmem_cache_alloc_lru(c, NULL, gfp);
	return nr;
}

void kmem_cache_free_bulk(struct kmem_cache *c, size_t nr, void **list)
{
	for (size_t i = 0; i < nr; i++)
		kmem_cache_free(c, list[i]);
}

/* --- the tree -------------------------------------------------------------------------- */

static void store(struct maple_tree *mt, unsigned long start, unsigned long end, void *entry)
{
	MA_STATE(mas, mt, start, end - 1);

	if (mas_store_gfp(&mas, entry, GFP_KERNEL))
		abort();
}

static inline void side_store(void *tree, unsigned long start, unsigned long end, void *entry)
{
	store(tree, start, end, entry);
}

/* As lock_vma_under_rcu() looks up. */
static inline void *side_walk(void *tree, unsigned long addr)
{
	MA_STATE(mas, tree, addr, addr);
	void *entry;

	rcu_read_lock();
	entry = mas_walk(&mas);
	rcu_read_unlock();
	return entry;
}

/* As find_vma() looks up. */
static inline void *side_find(void *tree, unsigned long addr)
{
	return mt_find(tree, &addr, RANGE_LIMIT - 1);
}

static inline uint64_t side_next_n(void *tree, unsigned long addr, uint64_t n)
{
	MA_STATE(mas, tree, addr, addr);
	uint64_t sum = 0;
	void *entry;

	rcu_read_lock();
	for (uint64_t i = 0; i < n; i++) {
		entry = mas_find(&mas, RANGE_LIMIT - 1);
		if (!entry)
			break;
		sum += (uintptr_t)entry;
	}
	rcu_read_unlock();
	return sum;
}

#include "bench/vma_tree/side_loops.h"

static void *maple_create(void *beside)
{
	static bool ready;
	struct maple_tree *mt = aligned_alloc(64, 64);

	(void)beside;		/* all have the thread's stock */
	if (!mt)
		return NULL;
	if (!ready)
		maple_tree_init();
	ready = true;
	mt_init_flags(mt, MT_FLAGS_ALLOC_RANGE | MT_FLAGS_USE_RCU | MT_FLAGS_LOCK_EXTERN);
	return mt;
}

static void maple_settle(void *tree)
{
	(void)tree;
	rcu_barrier();
}

/* As exit_mmap(): no reader is left. */
static void maple_exit(void *tree)
{
	mt_clear_in_rcu(tree);
	__mt_destroy(tree);
}

static void maple_destroy(void *tree)
{
	maple_exit(tree);
	free(tree);
}

static void maple_put(void *tree, uint64_t i)
{
	store(tree, range_addr(i), range_addr(i) + RANGE_PAGES * TREE_PAGE, range_entry(i));
}

static void maple_erase(void *tree, uint64_t i)
{
	store(tree, range_addr(i), range_addr(i) + RANGE_PAGES * TREE_PAGE, NULL);
}

static void maple_erase_all(void *tree, uint64_t nr)
{
	store(tree, range_addr(0), range_addr(nr), NULL);
}

/* As dup_mmap() does: no reader is in the new tree yet. */
static void maple_fork(void *to, void *from, uint64_t nr)
{
	MA_STATE(mas, to, 0, 0);
	void *entry;

#ifdef SIDE_HAS_DUP
	(void)nr;
	if (__mt_dup(from, to, GFP_KERNEL))
		abort();
	mt_clear_in_rcu(to);
	mas_for_each(&mas, entry, ULONG_MAX)
		mas_store(&mas, (void *)((uintptr_t)entry + COPY_ENTRIES));
#else
	MA_STATE(old, from, 0, 0);

	if (mas_expected_entries(&mas, nr))
		abort();
	mt_clear_in_rcu(to);
	mas_for_each(&old, entry, ULONG_MAX) {
		mas.index = old.index;
		mas.last = old.last;
		mas_store(&mas, (void *)((uintptr_t)entry + COPY_ENTRIES));
	}
#endif
	if (mas_is_err(&mas))
		abort();
	mas_destroy(&mas);
	mt_set_in_rcu(to);
}

/* Nodes in use, by counting them: those that wait for a grace period are not the tree's. */
static uint64_t node_bytes(struct maple_tree *mt, struct maple_enode *enode, unsigned long min,
			   unsigned long max)
{
	enum maple_type type = mte_node_type(enode);
	struct maple_node *node = mte_to_node(enode);
	uint64_t bytes = sizeof(*node);
	unsigned char end;

	if (ma_is_leaf(type))
		return bytes;
	end = ma_data_end(node, type, ma_pivots(node, type), max);
	for (unsigned int i = 0; i <= end; i++) {
		unsigned long last = i < mt_pivots[type] ? ma_pivots(node, type)[i] : max;

		bytes += node_bytes(mt, mt_slot(mt, ma_slots(node, type), i), min, i == end ? max : last);
		min = last + 1;
	}
	return bytes;
}

static uint64_t maple_bytes(void *tree)
{
	struct maple_tree *mt = tree;
	uint64_t bytes;

	rcu_read_lock();
	bytes = xa_is_node(mt->ma_root) ? node_bytes(mt, mt->ma_root, 0, ULONG_MAX) : 0;
	rcu_read_unlock();
	return bytes;
}

const struct side_ops SIDE_OPS = {
	.name = SIDE_NAME,
	.key = SIDE_KEY,
	.create = maple_create,
	.destroy = maple_destroy,
	.settle = maple_settle,
	.put = maple_put,
	.erase = maple_erase,
	.erase_all = maple_erase_all,
	.fork = maple_fork,
	.exit = maple_exit,
	.bytes = maple_bytes,
	.lookup = loop_lookup,
	.find = loop_find,
	.next = loop_next,
	.all = loop_all,
	.toggle = loop_toggle,
	.shift = loop_shift,
};
