/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Storing in the VMA tree: the supplies, which pieces a store touches, and what becomes of them.
 */
#include "common/mm/vma_tree_change.h"

#include <errno.h>

/** Spare nodes that a tree keeps from one write section to the next. */
#define KEEP_SPARE	32u

/* --- spare nodes -------------------------------------------------------------------- */

/**
 * Nodes for @a nr_stores stores: MAX_NEW on each level and a root.  The tree may
 * grow by the first of them; then the root is all but empty, and since a store
 * adds one slot to it at most, it takes more than five to fill it again (two
 * pieces a store where the root is a leaf).
 */
static unsigned int nodes_needed(const struct vma_tree *tree, unsigned int nr_stores)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < nr_stores; i++) {
		unsigned int height = tree->height + (i + 4) / 5;

		nr += MAX_NEW * (height < MAX_HEIGHT ? height : MAX_HEIGHT) + 1;
	}
	return nr;
}

static void spare_drop(struct task *t, struct vma_tree *tree, unsigned int keep)
{
	while (tree->nr_spare > keep) {
		struct vma_node *node = tree->spare;

		tree->spare = node->next_spare;
		tree->nr_spare--;
		cache_free(t, CACHE_NODE, node);
	}
}

int vma_tree_prealloc(struct task *t, struct vma_tree *tree, unsigned int nr_stores)
{
	unsigned int before = tree->nr_spare, needed = nodes_needed(tree, nr_stores);

	while (tree->nr_spare < needed) {
		struct vma_node *node = NULL;

		if (!inject_failure(t->world, SITE_TREE_NODE, GFP_KERNEL))
			node = cache_alloc(t, CACHE_NODE);
		if (!node) {
			spare_drop(t, tree, before);
			return -ENOMEM;
		}
		node->next_spare = tree->spare;
		tree->spare = node;
		tree->nr_spare++;
	}
	return 0;
}

void vma_tree_prealloc_end(struct task *t, struct vma_tree *tree)
{
	/* With failures injected each section meets them, whatever came before. */
	spare_drop(t, tree, t->world->injector.on ? 0 : KEEP_SPARE);
}

struct vma_node *vma_node_take(struct vma_tree *tree)
{
	struct vma_node *node = tree->spare;

	BUG_ON(!node);		/* vma_tree_prealloc() was not called, or for too few */
	tree->spare = node->next_spare;
	tree->nr_spare--;
	tree->nr_nodes++;
	return node;
}

/* --- storing ---------------------------------------------------------------------------- */

/** What the piece at the end of a path leads to, and its bounds. */
static void *path_piece(const struct vma_path *p, unsigned long *start, unsigned long *end)
{
	*start = slot_start(p->node[0], p->idx[0], p->lo[0]);
	*end = slot_end(p->node[0], p->idx[0], p->hi[0]);
	return p->node[0]->leaf.slot[p->idx[0]];
}

/**
 * Make [*start, *end) longer by what lies beside it and leads to @a vma already,
 * so that no two pieces side by side lead to the same; paths lead to the first and
 * the last piece that it then touches.
 */
static void extend(struct vma_change *c, unsigned long *start, unsigned long *end, const void *vma)
{
	unsigned long from, to;

	vma_path_walk(c->tree, *start, &c->first);
	if (path_piece(&c->first, &from, &to) == vma) {
		*start = from;
	} else if (from == *start && from) {
		struct vma_path before;

		vma_path_walk(c->tree, from - 1, &before);
		if (path_piece(&before, &from, &to) == vma) {
			*start = from;
			c->first = before;
		}
	}

	vma_path_walk(c->tree, *end - 1, &c->last);
	if (path_piece(&c->last, &from, &to) == vma) {
		*end = to;
	} else if (to == *end && to < c->tree->limit) {
		struct vma_path behind;

		vma_path_walk(c->tree, to, &behind);
		if (path_piece(&behind, &from, &to) == vma) {
			*end = to;
			c->last = behind;
		}
	}
}

/** The piece at both paths' end, all of it, leads to @a vma now: no node changes its shape. */
static void store_in_place(struct vma_change *c, struct vma *vma)
{
	struct vma_node *leaf = c->first.node[0];
	void **slot = &leaf->leaf.slot[c->first.idx[0]];

	c->tree->nr += (vma != NULL) - (*slot != NULL);
	vma_tree_publish(slot, vma);
	vma_gaps_update(c->tree, &c->first, 1, vma_node_gap(leaf, c->first.lo[0], c->first.hi[0]));
}

static void store(struct task *t, struct vma_tree *tree, unsigned long start, unsigned long end,
		  struct vma *vma)
{
	unsigned long first_start = 0, last_end = tree->limit, ignored;
	struct vma_change c;
	void *first_vma = NULL, *last_vma = NULL;

	BUG_ON((start | end) & ~PAGE_MASK);
	BUG_ON(start >= end || end > tree->limit);
	c.t = t;
	c.tree = tree;
	c.level = 0;
	c.lo[0] = 0;
	c.hi[0] = tree->limit;
	c.items.nr = 0;

	if (tree->root) {
		extend(&c, &start, &end, vma);
		c.lo[0] = c.first.lo[0];
		c.hi[0] = c.last.hi[0];
		first_vma = path_piece(&c.first, &first_start, &ignored);
		last_vma = path_piece(&c.last, &ignored, &last_end);
	}
	if (!vma && start == 0 && end == tree->limit) {
		vma_change_root(&c, NULL);
		return;
	}
	if (!vma && !tree->root)
		return;
	if (tree->root && start == first_start && end == last_end &&
	    c.first.node[0] == c.last.node[0] && c.first.idx[0] == c.last.idx[0]) {
		if (first_vma != vma)
			store_in_place(&c, vma);
		return;
	}

	if (tree->root)
		items_add_slots(&c.items, c.first.node[0], c.lo[0], 0, c.first.idx[0]);
	if (first_start < start)
		items_add(&c.items, first_start, first_vma, 0);
	items_add(&c.items, start, vma, 0);
	if (end < last_end)
		items_add(&c.items, end, last_vma, 0);
	if (tree->root)
		items_add_slots(&c.items, c.last.node[0], c.last.lo[0], c.last.idx[0] + 1,
				c.last.node[0]->nr);
	vma_change_apply(&c);
}

void vma_tree_store(struct task *t, struct vma_tree *tree, unsigned long start,
		    unsigned long end, struct vma *vma)
{
	BUG_ON(!vma);
	store(t, tree, start, end, vma);
}

void vma_tree_clear(struct task *t, struct vma_tree *tree, unsigned long start,
		    unsigned long end)
{
	store(t, tree, start, end, NULL);
}

/* --- birth and end ------------------------------------------------------------------------ */

void vma_tree_init(struct vma_tree *tree, unsigned long limit)
{
	BUG_ON(!limit || limit & ~PAGE_MASK);
	tree->root = NULL;
	tree->limit = limit;
	tree->nr = 0;
	tree->nr_nodes = 0;
	tree->height = 0;
	tree->spare = NULL;
	tree->nr_spare = 0;
}

void vma_tree_exit(struct task *t, struct vma_tree *tree)
{
	vma_tree_clear(t, tree, 0, tree->limit);
	spare_drop(t, tree, 0);
}
