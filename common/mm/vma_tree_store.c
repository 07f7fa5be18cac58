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
 * Nodes for @a nr_stores stores: the most that each level may need, and a root.
 * The tree may grow by the first of them; then the root has four slots in use at
 * most, and since a store adds two to it at most, it takes more than four to fill
 * it again.
 */
static unsigned int nodes_needed(const struct vma_tree *tree, unsigned int nr_stores)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < nr_stores; i++) {
		unsigned int height = tree->height + (i + 4) / 5;

		height = height < MAX_HEIGHT ? height : MAX_HEIGHT;
		nr += MAX_NEW_LEAVES + (height > 1 ? height - 1 : 0) * MAX_NEW_INNER + 1;
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

/**
 * Paths to the first and the last leaf that [*start, *end) touches, and the range
 * itself longer by what lies beside it and leads to @a vma already.
 */
static void paths_to(struct vma_change *c, unsigned long *start, unsigned long *end,
		     const void *vma)
{
	struct vma_path *first = &c->first, *last = first;
	const struct vma_tree *tree = c->tree;
	unsigned long at = *start;
	unsigned int i;

	/* With what lies before, if that may join. */
	vma_path_walk(tree, vma && at ? at - 1 : at, first);
	i = first->idx[0];
	if (vma && at && node_slot(first->node[0], i) == vma &&
	    range_end(first->node[0], i) >= at && range_start(first->node[0], i) < at)
		*start = range_start(first->node[0], i);
	else if (first->hi[0] <= at)
		vma_path_walk(tree, at, first);

	at = *end;
	if (at > first->hi[0]) {
		last = &c->other;
		vma_path_walk(tree, at - 1, last);
	}
	if (vma && at < tree->limit) {
		const struct vma_node *leaf = last->node[0];
		struct vma_path *behind = last;

		if (at == last->hi[0]) {
			behind = last == first ? &c->other : last;
			if (vma_next_start(tree, at) != at)
				goto out;
			/* Rare: two leaves meet here. */
			vma_path_walk(tree, at, behind);
			leaf = behind->node[0];
		}
		i = node_index(leaf, at);
		if (node_slot(leaf, i) == vma && range_start(leaf, i) <= at &&
		    range_end(leaf, i) > at) {
			*end = range_end(leaf, i);
			last = behind;
		} else if (behind == last && last != first) {
			vma_path_walk(tree, at - 1, last);
		}
	}
out:
	c->last = last;
}

/**
 * The slot that one store into it does all with, or NULL: a range of the very same
 * bounds, or, to be cleared, the only one that is touched.  *@a none: nothing is
 * there to be cleared.
 */
static void **slot_in_place(const struct vma_change *c, unsigned long start, unsigned long end,
			    const struct vma *vma, bool *none)
{
	struct vma_node *leaf = c->first.node[0];
	unsigned int nr = node_nr(leaf), touched = 0, live = 0;
	void **slots = node_slots(leaf), **found = NULL;

	*none = false;
	for (unsigned int i = 0; i < nr; i++) {
		unsigned long from, to;

		live += slots[i] != NULL;
		if (!slots[i] && !vma)
			continue;
		from = range_start(leaf, i);
		to = range_end(leaf, i);
		if (to <= start || from >= end)
			continue;
		if (vma ? from == start && to == end : from >= start && to <= end)
			found = &slots[i];
		touched += slots[i] != NULL;
	}
	if (!vma) {
		*none = !touched;
		/* What is left must keep the leaf worth its memory, or this be all there is. */
		if (touched != 1 || live <= (c->tree->height > 1 ? NODE_MIN : 1))
			return NULL;
	}
	return found;
}

/**
 * One slot leads elsewhere now: no node changes its shape.  It covers what it
 * covered before, all of it changes its VMA, and nothing else does: so there is no
 * order to keep but that of the VMA's contents before the pointer to it.  A reader
 * finds either the old or the new; that it may see two such stores in different
 * leaves in one order, and another reader in the other, is so with any two
 * changes that it does not look at in one step.
 */
static void store_in_place(struct vma_change *c, void **slot, struct vma *vma)
{
	struct vma_path *p = &c->first;
	struct vma_node *leaf = p->node[0];
	void **slots = node_slots(leaf);
	bool was = *slot != NULL;

	c->tree->nr += (vma != NULL) - was;
	vma_tree_publish(slot, vma);
	if (was == (vma != NULL))
		return;
	vma_gaps_update(c->tree, p, 1,
			vma_leaf_gap(leaf, p->lo[0], vma_next_start(c->tree, p->hi[0])));
	/* Where no range comes before it in the leaf, a hole of the leaf before ends here. */
	while (slot > slots && !slot[-1])
		slot--;
	if (slot == slots && p->lo[0])
		vma_gap_before(c->tree, p->lo[0]);
}

/** What stays of the leaves at both edges, and the new range between. */
static void leaf_items(struct vma_change *c, unsigned long start, unsigned long end,
		       struct vma *vma)
{
	const struct vma_node *first = c->first.node[0], *last = c->last->node[0];
	struct vma_items *it = &c->items;

	for (unsigned int i = 0; i < node_nr(first) && range_start(first, i) < start; i++)
		if (node_slot(first, i))
			items_add(it, range_start(first, i), min_ul(range_end(first, i), start),
				  node_slot(first, i), 0);
	it->at = it->nr;
	if (vma)
		items_add(it, start, end, vma, 0);
	for (unsigned int i = 0; i < node_nr(last); i++)
		if (node_slot(last, i) && range_end(last, i) > end)
			items_add(it, max_ul(range_start(last, i), end), range_end(last, i),
				  node_slot(last, i), 0);
}

static void store(struct task *t, struct vma_tree *tree, unsigned long start, unsigned long end,
		  struct vma *vma)
{
	struct vma_change c;

	BUG_ON((start | end) & ~PAGE_MASK);
	BUG_ON(start >= end || end > tree->limit);
	if (!vma && !tree->root)
		return;
	c.t = t;
	c.tree = tree;
	c.level = 0;
	c.nr_before = 0;
	c.items.nr = 0;
	c.items.at = 0;
	c.lo[0] = 0;
	c.hi[0] = tree->limit;

	if (tree->root) {
		paths_to(&c, &start, &end, vma);
		if (c.last == &c.first) {
			bool none;
			void **slot = slot_in_place(&c, start, end, vma, &none);

			if (none)
				return;
			if (slot) {
				if (*slot != vma)
					store_in_place(&c, slot, vma);
				return;
			}
		}
		c.lo[0] = c.first.lo[0];
		c.hi[0] = c.last->hi[0];
		c.nr_before = leaf_live(c.first.node[0]);
		if (c.last != &c.first)
			c.nr_before += leaf_live(c.last->node[0]);
		leaf_items(&c, start, end, vma);
	} else {
		items_add(&c.items, start, end, vma, 0);
	}
	vma_change_apply(&c);
	/* With the nodes that were pulled in, if any, a leaf may have another first range than before. */
	if (tree->root && c.lo[0])
		vma_gap_before(tree, c.lo[0]);
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
	BUG_ON(!limit || limit & ~PAGE_MASK || limit > 1UL << 62);
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
