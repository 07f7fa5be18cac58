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
};

static void store(struct side *s, unsigned long start, unsigned long end, void *entry)
{
	/* What an operation does: all that can fail first, then the change. */
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

static inline uint64_t side_next_16(void *tree, unsigned long addr)
{
	struct side *s = tree;
	struct vma_cursor c;
	uint64_t sum = 0;
	void *entry;

	rcu_read_lock();
	vma_cursor_init(&c, &s->tree, addr);
	for (unsigned int i = 0; i < 16; i++) {
		entry = vma_cursor_next(&c, RANGE_LIMIT);
		if (!entry)
			break;
		sum += (uintptr_t)entry;
	}
	rcu_read_unlock();
	return sum;
}

#include "bench/vma_tree/side_loops.h"

static void *vma_side_create(void)
{
	static const struct scheme_chain no_chain = { .vma_bytes = sizeof(struct vma) };
	struct world_config config = world_config_default(64);
	struct side *s = aligned_alloc(CACHELINE, (sizeof(*s) + CACHELINE - 1) / CACHELINE * CACHELINE);

	config.nr_tasks = 1;
	if (!s || world_create(&s->world, &config, &no_chain))
		return NULL;
	s->t = world_task(s->world, 0);
	vma_tree_init(&s->tree, RANGE_LIMIT);
	return s;
}

static void vma_side_destroy(void *tree)
{
	struct side *s = tree;

	vma_tree_exit(s->t, &s->tree);
	world_leaks(s->world);		/* waits for what is being freed */
	world_destroy(s->world);
	free(s);
}

static void vma_side_put(void *tree, uint64_t i)
{
	store(tree, range_start(i), range_start(i) + RANGE_PAGES * TREE_PAGE, range_entry(i));
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
	.create = vma_side_create,
	.destroy = vma_side_destroy,
	.put = vma_side_put,
	.bytes = vma_side_bytes,
	.lookup = loop_lookup,
	.find = loop_find,
	.next = loop_next,
	.toggle = loop_toggle,
	.shift = loop_shift,
};
