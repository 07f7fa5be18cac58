/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Changing the VMA tree: build new nodes, put them in place by one store, free the old ones.
 *
 * A store replaces, level by level from the leaves up, the nodes of a growing
 * interval of the address space by at most MAX_NEW new ones.  It can stop at the
 * first level where one node takes the place of one node that covers the same: there
 * the slot above is redirected, and this store, or the one to the root, is
 * the only one that readers can see.  Until then they walk the old nodes, which
 * nobody touches; afterwards the new ones, or old ones until they leave RCU.
 */
#include "common/mm/vma_tree/change.h"

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
		hi = child_end(node, i, hi);
		lo = child_start(node, i, lo);
		if (level == 1 && i + 1 < node_nr(node)) {
			const char *behind = (const char *)node_child(node, i + 1);

			__builtin_prefetch(behind);
			__builtin_prefetch(behind + 2 * CACHELINE);
		}
		node = node_child(node, i);
		__builtin_prefetch((const char *)node + CACHELINE);
		__builtin_prefetch((const char *)node + 2 * CACHELINE);
		__builtin_prefetch((const char *)node + 3 * CACHELINE);
	}
}

unsigned long vma_start_behind(const struct vma_tree *tree, const struct vma_path *p)
{
	/* Usually the next leaf has the same parent; prefetch it. */
	if (tree->height > 1 && p->idx[1] + 1 < node_nr(p->node[1]))
		return leaf_first(node_child(p->node[1], p->idx[1] + 1));
	return tree->height ? vma_next_start(tree, p->hi[0]) : tree->limit;
}

/* --- building ------------------------------------------------------------------------ */

/** Keys of items [@a first, @a first + @a nr) fit into 31 bits above the lowest. */
static bool is_narrow(const struct vma_items *it, unsigned int level, unsigned int first,
		      unsigned int nr)
{
	unsigned long low, high;

	if (!level) {
		low = it->start[first];
		high = it->end[first + nr - 1];
	} else {
		if (nr < 2)
			return true;
		low = it->end[first] - PAGE_SIZE;
		high = it->start[first + nr - 1];
	}
	return (high - low) >> PAGE_SHIFT <= KEY_MAX;
}

static void fill_narrow(struct vma_node *node, const struct vma_items *it, unsigned int level,
			unsigned int first, unsigned int nr)
{
	unsigned long base = level ? (nr > 1 ? it->end[first] - PAGE_SIZE : 0) : it->start[first];
	void **slot = level ? node->inner.slot : node->leaf.slot;

	node->head = base | level | (unsigned long)nr << HEAD_NR_SHIFT;
	for (unsigned int i = 0; i < KEYS; i++)
		node->leaf.key[i] = i + 1 < nr ?
			(s32)((it->start[first + i + 1] - base) >> PAGE_SHIFT) : KEY_UNUSED;
	for (unsigned int i = 0; i < MAX_SLOTS; i++) {
		slot[i] = i < nr ? it->slot[first + i] : NULL;
		if (level)
			node->inner.gap[i] = i < nr ? it->gap[first + i] : 0;
		else
			node->leaf.end[i] = i < nr ?
				(s32)((it->end[first + i] - base) >> PAGE_SHIFT) : 0;
	}
}

static void fill_wide(struct vma_node *node, const struct vma_items *it, unsigned int level,
		      unsigned int first, unsigned int nr)
{
	unsigned int slots = level ? WIDE_INNER_SLOTS : WIDE_LEAF_SLOTS;
	unsigned long *key = level ? node->wide_inner.key : node->wide_leaf.key;
	void **slot = level ? node->wide_inner.slot : node->wide_leaf.slot;

	node->head = (level ? 0 : it->start[first]) | level | (unsigned long)nr << HEAD_NR_SHIFT |
		     HEAD_WIDE;
	for (unsigned int i = 0; i < slots; i++) {
		if (i + 1 < slots)
			key[i] = i + 1 < nr ? it->start[first + i + 1] : ~0UL;
		slot[i] = i < nr ? it->slot[first + i] : NULL;
		if (level)
			node->wide_inner.gap[i] = i < nr ? it->gap[first + i] : 0;
		else
			node->wide_leaf.end[i] = i < nr ? it->end[first + i] : 0;
	}
}

/** A new node of items [@a first, @a first + @a nr). */
static struct vma_node *build_node(struct vma_tree *tree, unsigned int level,
				   const struct vma_items *it, unsigned int first, unsigned int nr)
{
	struct vma_node *node = vma_node_take(tree);

	if (is_narrow(it, level, first, nr))
		fill_narrow(node, it, level, first, nr);
	else
		fill_wide(node, it, level, first, nr);
	return node;
}

/** Slots of a new node on this level: fewer if not all of the items can be narrow together. */
static unsigned int new_slots(const struct vma_change *c)
{
	if (!c->items.nr || is_narrow(&c->items, c->level, 0, c->items.nr))
		return MAX_SLOTS;
	return c->level ? WIDE_INNER_SLOTS : WIDE_LEAF_SLOTS;
}

static unsigned int nodes_for(unsigned int nr_items, unsigned int slots)
{
	return (nr_items + slots - 1) / slots;
}

/**
 * Spread the items of this level over as few new nodes, @a up, as hold them.  The spread is even, unless
 * the new item is the last or the first: then more will likely follow it, so the other items fill their
 * nodes.
 */
static void build_level(struct vma_change *c, struct vma_items *up)
{
	const struct vma_items *it = &c->items;
	unsigned int slots = new_slots(c), nr_new = nodes_for(it->nr, slots);
	unsigned int first = 0;

	BUG_ON(nr_new > (c->level ? MAX_NEW_INNER : MAX_NEW_LEAVES));
	up->nr = 0;
	up->at = 0;
	for (unsigned int k = 0; k < nr_new; k++) {
		unsigned int left = nr_new - k, nr = (it->nr - first) / left;
		unsigned long lo = k ? it->start[first] : c->lo[c->level], hi;
		struct vma_node *node;
		u32 gap;

		if (it->at + 1 == it->nr)
			nr = left > 1 ? slots : it->nr - first;
		else if (it->at == 0)
			nr = it->nr - first - (left - 1) * slots;
		hi = left > 1 ? it->start[first + nr] : c->hi[c->level];
		node = build_node(c->tree, c->level, it, first, nr);
		if (c->level)
			gap = vma_inner_gap(node);
		else
			gap = vma_leaf_gap(node, lo, left > 1 ? hi : vma_start_behind(c->tree, c->last));
		if (it->at >= first)
			up->at = k;
		items_add(up, lo, hi, node, gap);
		first += nr;
	}
}

/* --- keeping nodes full enough -------------------------------------------------------- */

/** The node before joins those that are replaced. */
static void pull_before(struct vma_change *c)
{
	unsigned int level = c->level;
	struct vma_path *p = &c->first;
	struct vma_items *it = &c->items, mine = *it;

	/* Keep the last node's path as it was, even if both paths were one. */
	if (c->last == p) {
		c->other = *p;
		c->last = &c->other;
	}
	vma_path_walk(c->tree, c->lo[level] - 1, p);
	it->nr = 0;
	items_add_slots(it, p->node[level], p->lo[level], p->hi[level], 0,
			node_nr(p->node[level]));
	it->at = it->nr + mine.at;
	for (unsigned int i = 0; i < mine.nr; i++)
		items_add(it, mine.start[i], mine.end[i], mine.slot[i], mine.gap[i]);
	c->lo[level] = p->lo[level];
}

/** The node behind joins those that are replaced. */
static void pull_behind(struct vma_change *c)
{
	unsigned int level = c->level;
	struct vma_path *p = &c->other;

	c->last = p;
	vma_path_walk(c->tree, c->hi[level], p);
	items_add_slots(&c->items, p->node[level], p->lo[level], p->hi[level], 0,
			node_nr(p->node[level]));
	c->hi[level] = p->hi[level];
}

/** Would this node join without a further one, and leave some room? */
static bool worth_sharing(const struct vma_change *c, const struct vma_node *node)
{
	unsigned int nr = node_level(node) ? node_nr(node) : leaf_live(node);
	unsigned int slots = new_slots(c);

	return slots == MAX_SLOTS && !node_wide(node) &&
	       c->items.nr + nr + slots / 4 <= nodes_for(c->items.nr, slots) * slots;
}

/**
 * If the items became fewer, and too few for a node, merge with a sibling.  If they are too many, share
 * with a sibling that has room rather than split.  A node under the same parent is preferred; sharing
 * with another would change more parents, and is not done.
 */
static void balance(struct vma_change *c)
{
	const struct vma_node *first = c->first.node[c->level + 1];
	const struct vma_node *last = c->last->node[c->level + 1];
	unsigned int i = c->first.idx[c->level + 1], j = c->last->idx[c->level + 1];
	bool before = i > 0, behind = j + 1u < node_nr(last);

	if (!c->items.nr || (c->items.nr < NODE_MIN && c->items.nr < c->nr_before)) {
		if (before || (!behind && c->lo[c->level]))
			pull_before(c);
		else
			pull_behind(c);
	} else if (nodes_for(c->items.nr, new_slots(c)) > 1) {
		if (before && worth_sharing(c, node_child(first, i - 1)))
			pull_before(c);
		else if (behind && worth_sharing(c, node_child(last, j + 1)))
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
		gap = vma_inner_gap(node);
	}
}

void vma_gap_before(const struct vma_tree *tree, unsigned long addr)
{
	struct vma_path p;

	vma_path_walk(tree, addr - 1, &p);
	vma_gaps_update(tree, &p, 1,
			vma_leaf_gap(p.node[0], p.lo[0], vma_start_behind(tree, &p)));
}

/**
 * Release: a cursor that reads this generation does not meet the nodes that were replaced, and one that
 * read an older generation has nodes that are not freed yet.
 * @pairs{new nodes in place, before the generation | cursor_walk()}
 */
static void vma_tree_replaced(struct vma_tree *tree)
{
	smp_store_release(&tree->generation, tree->generation + 1);
}

static void free_node(struct vma_change *c, struct vma_node *node)
{
	cache_free_rcu(c->t, CACHE_NODE, node);
	c->tree->nr_nodes--;
}

/**
 * Free @a node, which covers [@a lo, @a hi), and of the nodes below it those that new ones
 * have replaced.  What the others lead to stays.  No leaf below is read, since with many leaves each read
 * would be a cache miss.
 */
static void free_replaced(struct vma_change *c, struct vma_node *node, unsigned long lo,
			  unsigned long hi)
{
	unsigned int level = node_level(node);

	for (unsigned int i = 0; level && i < node_nr(node); i++) {
		unsigned long start = child_start(node, i, lo);

		if (start >= c->hi[level - 1])
			break;
		if (start < c->lo[level - 1])
			continue;
		if (level == 1)
			free_node(c, node_child(node, i));
		else
			free_replaced(c, node_child(node, i), start, child_end(node, i, hi));
	}
	free_node(c, node);
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
	vma_tree_replaced(tree);
	if (old)
		free_replaced(c, old, 0, tree->limit);
}

/** Items of the level above: what stays of the two nodes at the edges, and the new nodes between. */
static void next_level(struct vma_change *c, const struct vma_items *up)
{
	unsigned int level = ++c->level;
	const struct vma_path *p = &c->first, *q = c->last;
	const struct vma_node *first = p->node[level], *last = q->node[level];
	struct vma_items *it = &c->items;

	c->lo[level] = p->lo[level];
	c->hi[level] = q->hi[level];
	c->nr_before = node_nr(first) + (first != last ? node_nr(last) : 0);
	it->nr = 0;
	items_add_slots(it, first, p->lo[level], p->hi[level], 0, p->idx[level]);
	it->at = it->nr + up->at;
	for (unsigned int i = 0; i < up->nr; i++)
		items_add(it, up->start[i], up->end[i], up->slot[i], up->gap[i]);
	items_add_slots(it, last, q->lo[level], q->hi[level], q->idx[level] + 1, node_nr(last));
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
		if (!c->items.nr) {
			vma_change_root(c, NULL);
			return;
		}
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

		if (up.nr == 1 && above == c->last->node[c->level + 1] &&
		    i == c->last->idx[c->level + 1]) {
			struct vma_node *old = node_child(above, i);

			vma_tree_publish(&node_slots(above)[i], up.slot[0]);
			vma_gaps_update(c->tree, &c->first, c->level + 1, up.gap[0]);
			vma_tree_replaced(c->tree);
			free_replaced(c, old, c->lo[c->level], c->hi[c->level]);
			return;
		}
		next_level(c, &up);
	}
}
