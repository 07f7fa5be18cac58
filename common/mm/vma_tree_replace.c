/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Changing the VMA tree: build what changes anew, put it in place by one store, free the old.
 *
 * A store replaces, level by level from the leaves up, the nodes of a growing
 * interval of the address space by at most MAX_NEW new ones.  It can stop at the
 * first level where one node takes the place of one node that covers the same: there
 * the slot above is redirected, and this store, or the one to the root, is
 * the only one that readers can see.  Until then they walk the old nodes, which
 * nobody touches; afterwards the new ones, or old ones until they leave RCU.
 */
#include "common/mm/vma_tree_change.h"

/* --- going down ---------------------------------------------------------------------- */

void vma_path_walk(const struct vma_tree *tree, unsigned long addr, struct vma_path *p)
{
	struct vma_node *node = tree->root;
	unsigned long lo = 0, hi = tree->limit;

	for (unsigned int level = tree->height; level--;) {
		unsigned int i = node_index(node, addr);

		p->node[level] = node;
		p->idx[level] = i;
		p->lo[level] = lo;
		p->hi[level] = hi;
		if (!level)
			break;
		hi = slot_end(node, i, hi);
		lo = slot_start(node, i, lo);
		node = node_child(node, i);
	}
}

/* --- building ------------------------------------------------------------------------ */

/** A new node of items [@a first, @a first + @a nr). */
static struct vma_node *build_node(struct vma_tree *tree, unsigned int level,
				   const struct vma_items *it, unsigned int first, unsigned int nr)
{
	struct vma_node *node = vma_node_take(tree);
	unsigned int slots = level ? INNER_SLOTS : LEAF_SLOTS;
	unsigned long *end = level ? node->inner.end : node->leaf.end;
	void **slot = level ? node->inner.slot : node->leaf.slot;

	node->level = level;
	node->nr = nr;
	for (unsigned int i = 0; i + 1 < slots; i++)
		end[i] = i + 1 < nr ? it->start[first + i + 1] : ~0UL;
	for (unsigned int i = 0; i < slots; i++) {
		slot[i] = i < nr ? it->slot[first + i] : NULL;
		if (level)
			node->inner.gap[i] = i < nr ? it->gap[first + i] : 0;
		else
			tree->nr += slot[i] != NULL;
	}
	return node;
}

static unsigned int nodes_for(unsigned int nr_items, unsigned int level)
{
	unsigned int slots = level ? INNER_SLOTS : LEAF_SLOTS;

	return (nr_items + slots - 1) / slots;
}

/** Spread the items of this level evenly over as few new nodes as hold them: @a up. */
static void build_level(struct vma_change *c, struct vma_items *up)
{
	const struct vma_items *it = &c->items;
	unsigned int nr_new = nodes_for(it->nr, c->level);
	unsigned int first = 0;

	BUG_ON(nr_new > MAX_NEW);
	up->nr = 0;
	for (unsigned int k = 0; k < nr_new; k++) {
		unsigned int nr = (it->nr - first) / (nr_new - k);
		unsigned long lo = it->start[first];
		unsigned long hi = k + 1 < nr_new ? it->start[first + nr] : c->hi[c->level];
		struct vma_node *node = build_node(c->tree, c->level, it, first, nr);

		items_add(up, lo, node, vma_node_gap(node, lo, hi));
		first += nr;
	}
}

/* --- keeping nodes full enough -------------------------------------------------------- */

/** The node before joins those that are replaced. */
static void pull_before(struct vma_change *c)
{
	struct vma_path *p = &c->first;
	struct vma_items *it = &c->items;
	struct vma_node *node;

	vma_path_walk(c->tree, c->lo[c->level] - 1, p);
	node = p->node[c->level];
	BUG_ON(it->nr + node->nr > MAX_ITEMS);
	for (unsigned int i = it->nr; i--;) {
		it->start[i + node->nr] = it->start[i];
		it->slot[i + node->nr] = it->slot[i];
		it->gap[i + node->nr] = it->gap[i];
	}
	it->nr += node->nr;
	c->lo[c->level] = p->lo[c->level];
	for (unsigned int i = 0; i < node->nr; i++) {
		it->start[i] = slot_start(node, i, p->lo[c->level]);
		it->slot[i] = node_slot(node, i);
		it->gap[i] = node->level ? node->inner.gap[i] : 0;
	}
}

/** The node behind joins those that are replaced. */
static void pull_behind(struct vma_change *c)
{
	struct vma_path *p = &c->last;

	vma_path_walk(c->tree, c->hi[c->level], p);
	items_add_slots(&c->items, p->node[c->level], p->lo[c->level], 0, p->node[c->level]->nr);
	c->hi[c->level] = p->hi[c->level];
}

/** Would a node of @a nr slots join without a further node, and leave some room? */
static bool worth_sharing(const struct vma_change *c, unsigned int nr)
{
	unsigned int slots = c->level ? INNER_SLOTS : LEAF_SLOTS;

	return c->items.nr + nr + slots / 4 <= nodes_for(c->items.nr, c->level) * slots;
}

/**
 * Too few items for a node: merge with one beside it.  Too many: rather share
 * with one beside it that has room than split.  A node under the same parent is
 * preferred; sharing with another would change more parents, and is not done.
 */
static void balance(struct vma_change *c)
{
	unsigned int min = c->level ? INNER_MIN : LEAF_MIN;
	const struct vma_node *first = c->first.node[c->level + 1];
	const struct vma_node *last = c->last.node[c->level + 1];
	unsigned int i = c->first.idx[c->level + 1], j = c->last.idx[c->level + 1];
	bool before = i > 0, behind = j + 1u < last->nr;

	if (c->items.nr < min) {
		if (before || (!behind && c->lo[c->level]))
			pull_before(c);
		else
			pull_behind(c);
	} else if (nodes_for(c->items.nr, c->level) > 1) {
		if (before && worth_sharing(c, node_child(first, i - 1)->nr))
			pull_before(c);
		else if (behind && worth_sharing(c, node_child(last, j + 1)->nr))
			pull_behind(c);
	}
}

/* --- putting in place ------------------------------------------------------------------ */

void vma_gaps_update(const struct vma_tree *tree, const struct vma_path *p, unsigned int level,
			u32 gap)
{
	for (; level < tree->height; level++) {
		struct vma_node *node = p->node[level];

		if (node->inner.gap[p->idx[level]] == gap)
			return;
		node->inner.gap[p->idx[level]] = gap;
		gap = vma_node_gap(node, p->lo[level], p->hi[level]);
	}
}

/**
 * Free the old nodes below @a top, and itself, that new ones have replaced.
 * Lowest level first: the nodes above still show the way.
 */
static void free_replaced(struct vma_change *c, struct vma_node *top)
{
	for (unsigned int level = 0; level <= top->level; level++) {
		unsigned long addr = c->lo[level];

		while (addr < c->hi[level]) {
			struct vma_node *node = top;
			unsigned long hi = c->hi[top->level];

			while (node->level > level) {
				unsigned int i = inner_index(node, addr);

				hi = slot_end(node, i, hi);
				node = node_child(node, i);
			}
			for (unsigned int i = 0; !level && i < node->nr; i++)
				c->tree->nr -= node->leaf.slot[i] != NULL;
			addr = hi;
			if (node == top)
				break;
			cache_free_rcu(c->t, CACHE_NODE, node);
			c->tree->nr_nodes--;
		}
	}
	cache_free_rcu(c->t, CACHE_NODE, top);
	c->tree->nr_nodes--;
}

void vma_change_root(struct vma_change *c, struct vma_node *root)
{
	struct vma_tree *tree = c->tree;
	struct vma_node *old = tree->root;

	/* Where the tree has become lower, the levels above go as well. */
	for (unsigned int level = c->level; level < tree->height; level++) {
		c->lo[level] = 0;
		c->hi[level] = tree->limit;
	}
	tree->height = root ? c->level + 1 : 0;
	rcu_assign_pointer(tree->root, root);
	if (old)
		free_replaced(c, old);
}

/** What stays of the two nodes at the edges on the level above, and the new between. */
static void next_level(struct vma_change *c, const struct vma_items *up)
{
	unsigned int level = ++c->level;
	const struct vma_node *first = c->first.node[level], *last = c->last.node[level];

	c->lo[level] = c->first.lo[level];
	c->hi[level] = c->last.hi[level];
	c->items.nr = 0;
	items_add_slots(&c->items, first, c->first.lo[level], 0, c->first.idx[level]);
	for (unsigned int i = 0; i < up->nr; i++)
		items_add(&c->items, up->start[i], up->slot[i], up->gap[i]);
	items_add_slots(&c->items, last, c->last.lo[level], c->last.idx[level] + 1, last->nr);
}

static bool covers_all(const struct vma_change *c)
{
	return c->lo[c->level] == 0 && c->hi[c->level] == c->tree->limit;
}

void vma_change_apply(struct vma_change *c)
{
	struct vma_items up;

	for (;;) {
		if (!covers_all(c))
			balance(c);
		build_level(c, &up);
		if (covers_all(c)) {
			if (up.nr == 1) {
				vma_change_root(c, up.slot[0]);
				return;
			}
			BUG_ON(++c->level >= MAX_HEIGHT);
			c->lo[c->level] = 0;
			c->hi[c->level] = c->tree->limit;
			c->items = up;
			continue;
		}

		struct vma_node *above = c->first.node[c->level + 1];
		unsigned int i = c->first.idx[c->level + 1];

		if (up.nr == 1 && above == c->last.node[c->level + 1] &&
		    i == c->last.idx[c->level + 1]) {
			struct vma_node *old = node_child(above, i);

			vma_tree_publish(&above->inner.slot[i], up.slot[0]);
			vma_gaps_update(c->tree, &c->first, c->level + 1, up.gap[0]);
			free_replaced(c, old);
			return;
		}
		next_level(c, &up);
	}
}
