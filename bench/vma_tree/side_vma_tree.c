/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The VMA tree's side of the comparison.
 */
#include "bench/vma_tree/side.h"
#include "common/mm/scheme.h"
#include "common/mm/vma.h"
#include "common/mm/vma_tree/vma_tree.h"
#include "common/mm/world.h"
#include "common/sync/rcu.h"

#include <stdlib.h>

struct side {
	struct vma_tree tree;
	struct world *world;
	struct task *t;
	bool borrowed;		/**< the world is another tree's */
};

static void store(struct side *s, unsigned long start, unsigned long end, void *entry)
{
	/* Like an operation: first everything that can fail, then the change. */
	if (vma_tree_prealloc(s->t, &s->tree, 1))
		abort();
	if (entry)
		vma_tree_store(s->t, &s->tree, start, end, entry);
	else
		vma_tree_clear(s->t, &s->tree, start, end);
	vma_tree_prealloc_end(s->t, &s->tree);
}

static inline void side_store(void *tree, unsigned long start, unsigned long end, void *entry)
{
	store(tree, start, end, entry);
}

static inline void *side_walk(void *tree, unsigned long addr)
{
	struct side *s = tree;
	void *entry;

	rcu_read_lock();
	entry = vma_tree_walk(&s->tree, addr);
	rcu_read_unlock();
	return entry;
}

static inline void *side_find(void *tree, unsigned long addr)
{
	struct side *s = tree;
	void *entry;

	rcu_read_lock();
	entry = vma_tree_find(&s->tree, addr, RANGE_LIMIT);
	rcu_read_unlock();
	return entry;
}

static inline uint64_t side_next_n(void *tree, unsigned long addr, uint64_t n)
{
	struct side *s = tree;
	struct vma_cursor c;
	uint64_t sum = 0;
	void *entry;

	rcu_read_lock();
	vma_cursor_init(&c, &s->tree, addr);
	for (uint64_t i = 0; i < n; i++) {
		entry = vma_cursor_next(&c, RANGE_LIMIT);
		if (!entry)
			break;
		sum += (uintptr_t)entry;
	}
	rcu_read_unlock();
	return sum;
}

#include "bench/vma_tree/side_loops.h"

static void *vma_side_create(void *beside)
{
	static const struct scheme_chain no_chain = { .vma_bytes = sizeof(struct vma) };
	struct world_config config = world_config_default(64);
	struct side *s = aligned_alloc(CACHELINE, (sizeof(*s) + CACHELINE - 1) / CACHELINE * CACHELINE);
	struct side *other = beside;

	config.nr_tasks = 1;
	if (!s)
		return NULL;
	s->borrowed = other != NULL;
	if (other)
		s->world = other->world;
	else if (world_create(&s->world, &config, &no_chain))
		return NULL;
	s->t = world_task(s->world, 0);
	vma_tree_init(&s->tree, RANGE_LIMIT);
	return s;
}

static void vma_side_settle(void *tree)
{
	struct side *s = tree;

	world_leaks(s->world);		/* waits for deferred frees */
}

static void vma_side_destroy(void *tree)
{
	struct side *s = tree;

	vma_tree_exit(s->t, &s->tree);
	if (!s->borrowed) {
		vma_side_settle(s);
		world_destroy(s->world);
	}
	free(s);
}

static void vma_side_put(void *tree, uint64_t i)
{
	store(tree, range_addr(i), range_addr(i) + RANGE_PAGES * TREE_PAGE, range_entry(i));
}

static void vma_side_erase(void *tree, uint64_t i)
{
	store(tree, range_addr(i), range_addr(i) + RANGE_PAGES * TREE_PAGE, NULL);
}

static void vma_side_erase_all(void *tree, uint64_t nr)
{
	store(tree, range_addr(0), range_addr(nr), NULL);
}

/* As dup_vmas() (common/mm/fork.c). */
static void vma_side_fork(void *to, void *from, uint64_t nr)
{
	struct side *s = to, *other = from;
	struct vma_cursor c;
	void *entry;

	(void)nr;
	if (vma_tree_dup(s->t, &s->tree, &other->tree) || vma_tree_prealloc(s->t, &s->tree, 1))
		abort();
	vma_cursor_init(&c, &s->tree, 0);
	while ((entry = vma_cursor_next(&c, RANGE_LIMIT)))
		vma_cursor_replace(&c, (void *)((uintptr_t)entry + COPY_ENTRIES));
	vma_tree_prealloc_end(s->t, &s->tree);
}

static void vma_side_exit(void *tree)
{
	struct side *s = tree;

	vma_tree_exit(s->t, &s->tree);
}

static uint64_t vma_side_bytes(void *tree)
{
	struct side *s = tree;

	return s->tree.nr_nodes * VMA_NODE_BYTES;
}

uint64_t side_now(void)
{
	return platform_now();
}

const struct side_ops side_vma_tree = {
	.name = "vma_tree",
	.key = "vma_tree",
	.create = vma_side_create,
	.destroy = vma_side_destroy,
	.settle = vma_side_settle,
	.put = vma_side_put,
	.erase = vma_side_erase,
	.erase_all = vma_side_erase_all,
	.fork = vma_side_fork,
	.exit = vma_side_exit,
	.bytes = vma_side_bytes,
	.lookup = loop_lookup,
	.find = loop_find,
	.next = loop_next,
	.all = loop_all,
	.toggle = loop_toggle,
	.shift = loop_shift,
};
