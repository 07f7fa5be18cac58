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
#include "common/mm/vma_tree_node.h"

#include <errno.h>

/**
 * New nodes on one level.  What remains of two nodes at the edges, with what is
 * new between, is at most 2 * LEAF_SLOTS + 1 pieces, or 2 * (INNER_SLOTS - 1) +
 * MAX_NEW nodes: three nodes' worth.
 */
#define MAX_NEW		3u
#define MAX_ITEMS	(MAX_NEW * MAX_SLOTS)

/** Spare nodes that a tree keeps from one write section to the next. */
#define KEEP_SPARE	32u

/** The nodes and slots that lead to an address, and what the nodes cover; by level. */
struct path {
	struct vma_node *node[MAX_HEIGHT];
	unsigned int idx[MAX_HEIGHT];
	unsigned long lo[MAX_HEIGHT], hi[MAX_HEIGHT];
};

/** What the new nodes of a level will hold, in order. */
struct items {
	unsigned int nr;
	unsigned long start[MAX_ITEMS];
	void *slot[MAX_ITEMS];
	u32 gap[MAX_ITEMS];	/**< above the leaves */
};

struct change {
	struct task *t;
	struct vma_tree *tree;
	unsigned int level;
	/** To the first and the last node that is replaced; good from this level upwards. */
	struct path first, last;
	/** For each level up to this: the old nodes of [lo, hi) are replaced. */
	unsigned long lo[MAX_HEIGHT], hi[MAX_HEIGHT];
	struct items items;
};

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

static struct vma_node *node_take(struct vma_tree *tree)
{
	struct vma_node *node = tree->spare;

	BUG_ON(!node);		/* vma_tree_prealloc() was not called, or for too few */
	tree->spare = node->next_spare;
	tree->nr_spare--;
	tree->nr_nodes++;
	return node;
}

/* --- going down ---------------------------------------------------------------------- */

static void path_walk(const struct vma_tree *tree, unsigned long addr, struct path *p)
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

/** What the piece at the end of a path leads to, and its bounds. */
static void *path_piece(const struct path *p, unsigned long *start, unsigned long *end)
{
	*start = slot_start(p->node[0], p->idx[0], p->lo[0]);
	*end = slot_end(p->node[0], p->idx[0], p->hi[0]);
	return p->node[0]->leaf.slot[p->idx[0]];
}

/* --- building ------------------------------------------------------------------------ */

static void items_add(struct items *it, unsigned long start, void *slot, u32 gap)
{
	BUG_ON(it->nr >= MAX_ITEMS);
	it->start[it->nr] = start;
	it->slot[it->nr] = slot;
	it->gap[it->nr++] = gap;
}

/** Append slots [@a from, @a to) of a node that begins at @a lo. */
static void items_add_slots(struct items *it, const struct vma_node *node, unsigned long lo,
			    unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		items_add(it, slot_start(node, i, lo), node_slot(node, i),
			  node->level ? node->inner.gap[i] : 0);
}

/** A new node of items [@a first, @a first + @a nr). */
static struct vma_node *build_node(struct vma_tree *tree, unsigned int level,
				   const struct items *it, unsigned int first, unsigned int nr)
{
	struct vma_node *node = node_take(tree);
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
static void build_level(struct change *c, struct items *up)
{
	const struct items *it = &c->items;
	unsigned int nr_new = nodes_for(it->nr, c->level);
	unsigned int first = 0;

	BUG_ON(nr_new > MAX_NEW);
	up->nr = 0;
	for (unsigned int k = 0; k < nr_new; k++) {
		unsigned int nr = (it->nr - first) / (nr_new - k);
		unsigned long lo = it->start[first];
		unsigned long hi = k + 1 < nr_new ? it->start[first + nr] : c->hi[c->level];
		struct vma_node *node = build_node(c->tree, c->level, it, first, nr);

		items_add(up, lo, node, node_gap(node, lo, hi));
		first += nr;
	}
}

/* --- keeping nodes full enough -------------------------------------------------------- */

/** The node before joins those that are replaced. */
static void pull_before(struct change *c)
{
	struct path *p = &c->first;
	struct items *it = &c->items;
	struct vma_node *node;

	path_walk(c->tree, c->lo[c->level] - 1, p);
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
static void pull_behind(struct change *c)
{
	struct path *p = &c->last;

	path_walk(c->tree, c->hi[c->level], p);
	items_add_slots(&c->items, p->node[c->level], p->lo[c->level], 0, p->node[c->level]->nr);
	c->hi[c->level] = p->hi[c->level];
}

/** Would a node of @a nr slots join without a further node, and leave some room? */
static bool worth_sharing(const struct change *c, unsigned int nr)
{
	unsigned int slots = c->level ? INNER_SLOTS : LEAF_SLOTS;

	return c->items.nr + nr + slots / 4 <= nodes_for(c->items.nr, c->level) * slots;
}

/**
 * Too few items for a node: merge with one beside it.  Too many: rather share
 * with one beside it that has room than split.  A node under the same parent is
 * preferred; sharing with another would change more parents, and is not done.
 */
static void balance(struct change *c)
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

/**
 * Lead readers to @a new, by a slot; rcu_assign_pointer() does so at the root.  All
 * that it leads to is written before, and the release keeps it so.
 * @pairs{a node's contents, and a VMA's, before the pointer to it | slot_load()}
 */
static void vma_tree_publish(void **slot, void *new)
{
	smp_store_release(slot, new);
}

/** The largest hole below slot idx[level] of a path is now @a gap: tell the levels above. */
static void gaps_update(const struct vma_tree *tree, const struct path *p, unsigned int level,
			u32 gap)
{
	for (; level < tree->height; level++) {
		struct vma_node *node = p->node[level];

		if (node->inner.gap[p->idx[level]] == gap)
			return;
		node->inner.gap[p->idx[level]] = gap;
		gap = node_gap(node, p->lo[level], p->hi[level]);
	}
}

/**
 * Free the old nodes below @a top, and itself, that new ones have replaced.
 * Lowest level first: the nodes above still show the way.
 */
static void free_replaced(struct change *c, struct vma_node *top)
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

/** The tree is now what @a root, on this level, leads to. */
static void replace_root(struct change *c, struct vma_node *root)
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
static void next_level(struct change *c, const struct items *up)
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

static bool covers_all(const struct change *c)
{
	return c->lo[c->level] == 0 && c->hi[c->level] == c->tree->limit;
}

/** Replace the leaves of [lo[0], hi[0]) by the items, and what must follow above. */
static void replace(struct change *c)
{
	struct items up;

	for (;;) {
		if (!covers_all(c))
			balance(c);
		build_level(c, &up);
		if (covers_all(c)) {
			if (up.nr == 1) {
				replace_root(c, up.slot[0]);
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
			gaps_update(c->tree, &c->first, c->level + 1, up.gap[0]);
			free_replaced(c, old);
			return;
		}
		next_level(c, &up);
	}
}

/* --- storing ---------------------------------------------------------------------------- */

/**
 * Make [*start, *end) longer by what lies beside it and leads to @a vma already,
 * so that no two pieces side by side lead to the same; paths lead to the first and
 * the last piece that it then touches.
 */
static void extend(struct change *c, unsigned long *start, unsigned long *end, const void *vma)
{
	unsigned long from, to;

	path_walk(c->tree, *start, &c->first);
	if (path_piece(&c->first, &from, &to) == vma) {
		*start = from;
	} else if (from == *start && from) {
		struct path before;

		path_walk(c->tree, from - 1, &before);
		if (path_piece(&before, &from, &to) == vma) {
			*start = from;
			c->first = before;
		}
	}

	path_walk(c->tree, *end - 1, &c->last);
	if (path_piece(&c->last, &from, &to) == vma) {
		*end = to;
	} else if (to == *end && to < c->tree->limit) {
		struct path behind;

		path_walk(c->tree, to, &behind);
		if (path_piece(&behind, &from, &to) == vma) {
			*end = to;
			c->last = behind;
		}
	}
}

/** The piece at both paths' end, all of it, leads to @a vma now: no node changes its shape. */
static void store_in_place(struct change *c, struct vma *vma)
{
	struct vma_node *leaf = c->first.node[0];
	void **slot = &leaf->leaf.slot[c->first.idx[0]];

	c->tree->nr += (vma != NULL) - (*slot != NULL);
	vma_tree_publish(slot, vma);
	gaps_update(c->tree, &c->first, 1, node_gap(leaf, c->first.lo[0], c->first.hi[0]));
}

static void store(struct task *t, struct vma_tree *tree, unsigned long start, unsigned long end,
		  struct vma *vma)
{
	unsigned long first_start = 0, last_end = tree->limit, ignored;
	struct change c;
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
		replace_root(&c, NULL);
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
	replace(&c);
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
