/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Storing in the VMA tree: the supplies, which pieces a store touches, and what becomes of them.
 */
#include "common/mm/vma_tree/change.h"

#include <errno.h>

/** Spare nodes that a tree keeps from one write section to the next. */
#define KEEP_SPARE	32u

/**
 * Empty ranges are kept while the score is above half of this.  While none are kept, few can be found, so
 * one that is found counts as much as sixteen leaves built anew.
 */
#define REUSE_MAX	64u
#define REUSE_FOUND	16u

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

void vma_spare_drop(struct task *t, struct vma_tree *tree, unsigned int keep)
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

		if (!inject_failure(t->world, SITE_TREE_NODE, current_gfp(t, GFP_KERNEL)))
			node = cache_alloc(t, CACHE_NODE);
		if (!node) {
			vma_spare_drop(t, tree, before);
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
	/*
	 * With failure injection keep none, so that each section allocates and can fail, whatever came
	 * before.
	 */
	vma_spare_drop(t, tree, t->world->injector.on ? 0 : KEEP_SPARE);
}

struct vma_node *vma_node_take(struct vma_tree *tree)
{
	struct vma_node *node = tree->spare;

	BUG_ON(!node);		/* vma_tree_prealloc() was not called, or for too few stores */
	tree->spare = node->next_spare;
	tree->nr_spare--;
	tree->nr_nodes++;
	return node;
}

/* --- storing ---------------------------------------------------------------------------- */

/**
 * Find the paths to the first and the last leaf that [*start, *end) touches; extend the range by
 * neighbours that lead to @a vma already.
 */
static void paths_to(struct vma_change *c, unsigned long *start, unsigned long *end,
		     const void *vma)
{
	struct vma_path *first = &c->first, *last = first;
	const struct vma_tree *tree = c->tree;
	unsigned long at = *start;
	unsigned int i;

	/* Include the range before, if it may join. */
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
			/* Rare: the range ends at a leaf's bound. */
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

/** A store found an empty range of its bounds, or had a leaf built anew. */
static void note_reuse(struct vma_tree *tree, bool found)
{
	if (found)
		tree->reuse = min_ul(tree->reuse + REUSE_FOUND, REUSE_MAX);
	else if (tree->reuse)
		tree->reuse--;
}

/**
 * A leaf with so few ranges is not cleared in place: what is left must keep it worth its
 * memory, or be all there is.  Where empty ranges come back it may become emptier; each time lowers the
 * score, so that a tree that only shrinks has few such leaves.
 */
static unsigned int least_live(const struct vma_tree *tree)
{
	if (tree->height == 1)
		return 1;
	return tree->reuse > REUSE_MAX / 2 ? NODE_SPARSE : NODE_MIN;
}

/** What a store finds in the one leaf that it touches. */
struct in_place {
	unsigned int at;	/**< the slot where one store does everything */
	bool possible;		/**< there is one */
	bool none;		/**< there is nothing to clear */
};

/**
 * One store into a slot is enough where a range has the very same bounds, empty
 * or not, or where it is the only one touched, and cleared.
 */
static void find_in_place(const struct vma_change *c, unsigned long start, unsigned long end,
			  const struct vma *vma, struct in_place *found)
{
	struct vma_node *leaf = c->first.node[0];
	unsigned int nr = node_nr(leaf), touched = 0, live = 0;
	void **slots = node_slots(leaf);

	found->at = 0;
	found->possible = false;
	for (unsigned int i = node_index(leaf, start); i < nr; i++) {
		unsigned long from = range_start(leaf, i), to = range_end(leaf, i);

		if (from >= end)
			break;
		if (to <= start || (!vma && !slots[i]))
			continue;
		if (vma ? from == start && to == end : from >= start && to <= end) {
			found->at = i;
			found->possible = true;
		}
		touched++;
	}
	found->none = !vma && !touched;
	if (vma || !found->possible)
		return;
	for (unsigned int i = 0; i < nr; i++)
		live += slots[i] != NULL;
	if (touched != 1 || live <= least_live(c->tree))
		found->possible = false;
	else if (live <= NODE_MIN)
		note_reuse(c->tree, false);
}

/** The last hole of the leaf before the changed one ends at the first range of the changed one. */
static void gap_of_leaf_before(struct vma_change *c)
{
	struct vma_path *p = &c->first;
	unsigned int i = p->idx[1];
	const struct vma_node *before;

	if (!i) {
		vma_gap_before(c->tree, p->lo[0]);
		return;
	}
	p->idx[1] = --i;
	before = node_child(p->node[1], i);
	vma_gaps_update(c->tree, p, 1, vma_leaf_gap(before, child_start(p->node[1], i, p->lo[1]),
						    leaf_first(p->node[0])));
	p->idx[1] = i + 1;
}

/**
 * The hole around slot @a at of a leaf has appeared or gone: update the leaves for which it counts.  All
 * holes of a leaf are searched only if its largest may have gone.
 */
static void gap_around(struct vma_change *c, unsigned int at, bool gone)
{
	const struct vma_path *p = &c->first;
	const struct vma_node *leaf = p->node[0];
	unsigned int nr = node_nr(leaf), i, k;
	unsigned long begin = 0, end;
	u32 units, old;

	if (c->tree->height == 1)
		return;			/* a tree of one leaf keeps no sums */
	for (i = at; i && !node_slot(leaf, i - 1); i--)
		;
	for (k = at + 1; k < nr && !node_slot(leaf, k); k++)
		;
	if (!i && p->lo[0]) {
		/* No range comes before it in the leaf, so the hole belongs to the leaf before. */
		gap_of_leaf_before(c);
		begin = range_start(leaf, at);
	} else if (i) {
		begin = range_end(leaf, i - 1);
	}
	end = k < nr ? range_start(leaf, k) : vma_start_behind(c->tree, p);
	units = gap_units(end - begin);
	old = p->node[1]->inner.gap[p->idx[1]];
	if (gone ? units < old : (i || !p->lo[0]) && units <= old)
		return;
	if (!gone && (i || !p->lo[0])) {
		vma_gaps_update(c->tree, p, 1, units);
		return;
	}
	vma_gaps_update(c->tree, p, 1,
			vma_leaf_gap(leaf, p->lo[0], vma_start_behind(c->tree, p)));
}

/**
 * Redirect one slot; no node changes its shape.  The slot covers what it covered before, and only that
 * range changes its VMA, so the one order to keep is the VMA's contents before the pointer to it.  A
 * reader finds either the old VMA or the new.
 */
static void store_in_place(struct vma_change *c, unsigned int at, struct vma *vma)
{
	void **slot = &node_slots(c->first.node[0])[at];
	bool was = *slot != NULL;

	vma_tree_publish(slot, vma);
	if (was != (vma != NULL))
		gap_around(c, at, vma);
}

/** Does this range stay, whole or in part, beside [@a start, @a end)?  An empty range stays only whole. */
static bool stays_before(const struct vma_node *leaf, unsigned int i, unsigned long start)
{
	return node_slot(leaf, i) ? range_start(leaf, i) < start : range_end(leaf, i) <= start;
}

static bool stays_behind(const struct vma_node *leaf, unsigned int i, unsigned long end)
{
	return node_slot(leaf, i) ? range_end(leaf, i) > end : range_start(leaf, i) >= end;
}

/**
 * Collect what stays of the leaves at both edges, and the new range between; empty ranges too, which
 * keep_empty() thins out.
 */
static void leaf_items(struct vma_change *c, unsigned long start, unsigned long end,
		       struct vma *vma)
{
	const struct vma_node *first = c->first.node[0], *last = c->last->node[0];
	struct vma_items *it = &c->items;

	for (unsigned int i = 0; i < node_nr(first) && range_start(first, i) < start; i++)
		if (stays_before(first, i, start))
			items_add(it, range_start(first, i), min_ul(range_end(first, i), start),
				  node_slot(first, i), 0);
	it->at = it->nr;
	if (vma)
		items_add(it, start, end, vma, 0);
	for (unsigned int i = 0; i < node_nr(last); i++)
		if (stays_behind(last, i, end))
			items_add(it, max_ul(range_start(last, i), end), range_end(last, i),
				  node_slot(last, i), 0);
}

/** Drop empty items, the first ones first, until @a most are left or none is empty. */
static void drop_empty(struct vma_items *it, unsigned int most)
{
	unsigned int to = 0, at = it->at, nr = it->nr;

	for (unsigned int i = 0; i < nr; i++) {
		if (!it->slot[i] && it->nr > most) {
			it->nr--;
			at -= i < it->at;
			continue;
		}
		it->start[to] = it->start[i];
		it->end[to] = it->end[i];
		it->gap[to] = it->gap[i];
		it->slot[to++] = it->slot[i];
	}
	it->at = at;
}

/**
 * Empty ranges stay in a leaf that is built anew as long as it has room for them,
 * and stores use them: what comes next may have the bounds of one, and be one
 * store.  They are no reason to split a leaf, to keep one from merging, or to make
 * it wide.
 */
static void keep_empty(struct vma_change *c)
{
	struct vma_items *it = &c->items;
	unsigned int live = 0;

	for (unsigned int i = 0; i < it->nr; i++)
		live += it->slot[i] != NULL;
	if (c->tree->reuse <= REUSE_MAX / 2 || c->last != &c->first || !live || live > MAX_SLOTS ||
	    (live < NODE_MIN && live < c->nr_before) ||
	    (it->end[it->nr - 1] - it->start[0]) >> PAGE_SHIFT > KEY_MAX)
		drop_empty(it, 0);
	else
		drop_empty(it, MAX_SLOTS);
}

/** Where the first item that is not empty begins; ~0UL: there is none. */
static unsigned long items_first(const struct vma_items *it)
{
	for (unsigned int i = 0; i < it->nr; i++)
		if (it->slot[i])
			return it->start[i];
	return ~0UL;
}

static void debug_check(const struct vma_tree *tree)
{
	if (VMA_TREE_CHECK_NODES && tree->nr_nodes <= VMA_TREE_CHECK_NODES)
		vma_tree_check(tree);
}

static void store(struct task *t, struct vma_tree *tree, unsigned long start, unsigned long end,
		  struct vma *vma)
{
	struct vma_change c;
	unsigned long lo;
	bool moved;

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
			struct in_place found;

			find_in_place(&c, start, end, vma, &found);
			if (found.none)
				return;
			if (found.possible) {
				if (vma && !node_slot(c.first.node[0], found.at))
					note_reuse(tree, true);
				if (node_slot(c.first.node[0], found.at) != vma)
					store_in_place(&c, found.at, vma);
				return;
			}
		}
		if (vma)
			note_reuse(tree, false);
		c.lo[0] = c.first.lo[0];
		c.hi[0] = c.last->hi[0];
		c.nr_before = leaf_live(c.first.node[0]);
		if (c.last != &c.first)
			c.nr_before += leaf_live(c.last->node[0]);
		leaf_items(&c, start, end, vma);
		keep_empty(&c);
	} else {
		items_add(&c.items, start, end, vma, 0);
	}
	lo = c.lo[0];
	moved = lo && items_first(&c.items) != leaf_first(c.first.node[0]);
	vma_change_apply(&c);
	/*
	 * The last hole of the leaf before ends at the first range of this one; update it unless that
	 * leaf was built anew as well.
	 */
	if (moved && tree->root && c.lo[0] == lo)
		vma_gap_before(tree, lo);
}

void vma_tree_store(struct task *t, struct vma_tree *tree, unsigned long start,
		    unsigned long end, struct vma *vma)
{
	BUG_ON(!vma);
	store(t, tree, start, end, vma);
	debug_check(tree);
}

void vma_tree_clear(struct task *t, struct vma_tree *tree, unsigned long start,
		    unsigned long end)
{
	store(t, tree, start, end, NULL);
	debug_check(tree);
}

/* --- birth and end ------------------------------------------------------------------------ */

void vma_tree_init(struct vma_tree *tree, unsigned long limit)
{
	BUG_ON(!limit || limit & ~PAGE_MASK || limit > 1UL << 62);
	tree->root = NULL;
	tree->limit = limit;
	tree->nr_nodes = 0;
	tree->generation = 0;
	tree->height = 0;
	tree->spare = NULL;
	tree->nr_spare = 0;
	tree->reuse = 0;
}
