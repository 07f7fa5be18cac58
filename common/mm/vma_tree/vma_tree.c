/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Looking things up in the VMA tree: VMAs, by lock-free readers; gaps, by the writer.
 *
 * Why readers need neither lock nor retry.  A reader goes down by acquire loads,
 * each of which pairs with the one release store that made the pointer, so a node
 * is whole when it is seen.  What a node covers never changes, nor does what a
 * slot covers; so the leaf where a walk for an address ends covers that address,
 * whatever the writer has done meanwhile.  The reader may be in a node that has
 * been replaced: such a node is no longer written to, and shows its part of the
 * tree as it was at the moment of its replacement, which is a moment after the
 * walk began.  Hence for each address that a reader looks up it gets what the tree held for it at some
 * moment since the lookup began; and since the writer puts a change in place by a single store, there is
 * no moment at which an address that keeps its VMA has none.
 */
#include "common/mm/vma_tree/node.h"

#define NO_GAP (~0UL)

static __always_inline const struct vma_node *leaf_of(const struct vma_tree *tree,
						      unsigned long addr)
{
	const struct vma_node *node = rcu_dereference(tree->root);
	unsigned long head;

	if (unlikely(!node))
		return NULL;
	for (;;) {
		head = node->head;
		if (!(head & HEAD_LEVEL))
			return node;
		node = slot_load(inner_way(node, head, addr));
		node_prefetch(node, (head & HEAD_LEVEL) == 1);
	}
}

struct vma *vma_tree_walk(const struct vma_tree *tree, unsigned long addr)
{
	const struct vma_node *leaf;
	uintptr_t inside;
	unsigned int i;
	struct vma *vma;

	if (unlikely(addr >= tree->limit))
		return NULL;
	leaf = leaf_of(tree, addr);
	if (unlikely(!leaf))
		return NULL;
	if (likely(!node_wide(leaf))) {
		i = narrow_index(leaf, leaf->head, addr);
		vma = slot_load(&leaf->leaf.slot[i]);
		/*
		 * Below the first range it is far above all ends.  A mask, not a branch: a processor
		 * cannot predict which addresses are in a hole.
		 */
		inside = pages_above(leaf->head, addr) < (unsigned long)leaf->leaf.end[i];
		return (struct vma *)((uintptr_t)vma & -inside);
	}
	i = node_index(leaf, addr);
	vma = leaf_load(leaf, i);
	return addr >= range_start(leaf, i) && addr < range_end(leaf, i) ? vma : NULL;
}

/** The leaf that holds an address, and what it covers. */
struct leaf_view {
	const struct vma_node *leaf;
	unsigned long lo, hi;
};

/** @return false: the tree is empty */
static bool walk_to_leaf(const struct vma_tree *tree, unsigned long addr, struct leaf_view *view)
{
	const struct vma_node *node = rcu_dereference(tree->root);

	if (!node)
		return false;
	view->lo = 0;
	view->hi = tree->limit;
	while (node_level(node)) {
		unsigned int i = node_index(node, addr);

		view->hi = child_end(node, i, view->hi);
		view->lo = child_start(node, i, view->lo);
		node = slot_load(node_wide(node) ? &node->wide_inner.slot[i] : &node->inner.slot[i]);
	}
	view->leaf = node;
	return true;
}

/** The first range of a leaf that ends above @a addr and is not empty, its number into @a at. */
static inline struct vma *leaf_find(const struct vma_node *leaf, unsigned long addr,
				    unsigned int *at)
{
	unsigned int i = node_index(leaf, addr), nr = node_nr(leaf);

	for (i += range_end(leaf, i) <= addr; i < nr; i++) {
		struct vma *vma = leaf_load(leaf, i);

		*at = i;
		if (vma)
			return vma;
	}
	return NULL;
}

/*
 * Both searches below go from leaf to leaf by a new walk for the next address.  Since each leaf has a
 * range that is not empty, that happens at most once unless a writer interferes, and each turn advances
 * by a leaf.
 */

struct vma *vma_tree_find(const struct vma_tree *tree, unsigned long addr, unsigned long max)
{
	const struct vma_node *leaf;
	struct leaf_view view;
	struct vma *vma;
	unsigned int i;

	if (unlikely(addr >= tree->limit))
		return NULL;
	/* Usually the VMA is in this leaf, and where the leaf ends does not matter. */
	leaf = leaf_of(tree, addr);
	if (unlikely(!leaf))
		return NULL;
	vma = leaf_find(leaf, addr, &i);
	if (likely(vma))
		return range_start(leaf, i) < max ? vma : NULL;

	for (; addr < tree->limit && walk_to_leaf(tree, addr, &view); addr = view.hi) {
		vma = leaf_find(view.leaf, addr, &i);
		if (vma)
			return range_start(view.leaf, i) < max ? vma : NULL;
		if (view.hi >= max)
			return NULL;
	}
	return NULL;
}

struct vma *vma_tree_prev(const struct vma_tree *tree, unsigned long addr)
{
	struct leaf_view view;

	for (addr = min_ul(addr, tree->limit); addr && walk_to_leaf(tree, addr - 1, &view);
	     addr = view.lo) {
		unsigned int i = node_index(view.leaf, addr - 1);

		for (i += range_start(view.leaf, i) < addr; i--;) {
			struct vma *vma = leaf_load(view.leaf, i);

			if (vma)
				return vma;
		}
	}
	return NULL;
}

/* --- gaps: the writer ----------------------------------------------------------- */

u32 vma_leaf_gap(const struct vma_node *leaf, unsigned long lo, unsigned long next)
{
	unsigned int nr = node_nr(leaf);
	unsigned long begin = 0, max = 0;
	bool any = !lo;

	for (unsigned int i = 0; i < nr; i++) {
		if (!node_slot(leaf, i))
			continue;
		if (any)
			max = max_ul(max, range_start(leaf, i) - begin);
		any = true;
		begin = range_end(leaf, i);
	}
	if (any)
		max = max_ul(max, next - begin);
	return gap_units(max);
}

u32 vma_inner_gap(const struct vma_node *node)
{
	unsigned int nr = node_nr(node);
	u32 max = 0;

	for (unsigned int i = 0; i < nr; i++)
		if (node->inner.gap[i] > max)
			max = node->inner.gap[i];
	return max;
}

unsigned long vma_next_start(const struct vma_tree *tree, unsigned long addr)
{
	struct leaf_view view;

	for (; addr < tree->limit && walk_to_leaf(tree, addr, &view); addr = view.hi) {
		unsigned int i;

		if (leaf_find(view.leaf, addr, &i))
			return range_start(view.leaf, i);
	}
	return tree->limit;
}

struct gap_query {
	const struct vma_tree *tree;
	unsigned long size, lo, hi;
	u32 units;
	bool highest;
};

/** A place in [@a begin, @a end) for the query, or NO_GAP. */
static unsigned long place_in(const struct gap_query *q, unsigned long begin, unsigned long end)
{
	begin = max_ul(begin, q->lo);
	end = min_ul(end, q->hi);
	if (begin >= end || end - begin < q->size)
		return NO_GAP;
	return q->highest ? end - q->size : begin;
}

/** Search the holes that count for a leaf and begin at or above q->lo. */
static unsigned long gap_in_leaf(const struct vma_node *leaf, unsigned long lo, unsigned long hi,
				 const struct gap_query *q)
{
	unsigned long begin = 0, found = NO_GAP;
	unsigned int nr = node_nr(leaf);
	bool any = !lo;

	for (unsigned int i = 0; i <= nr; i++) {
		unsigned long at = NO_GAP;

		if (i < nr && !node_slot(leaf, i))
			continue;
		if (any && begin >= q->lo && begin < q->hi)
			at = place_in(q, begin,
				      i < nr ? range_start(leaf, i) : vma_next_start(q->tree, hi));
		if (at != NO_GAP) {
			found = at;
			if (!q->highest)
				break;
		}
		any = true;
		if (i < nr)
			begin = range_end(leaf, i);
	}
	return found;
}

/**
 * The lowest or highest place below @a node, which covers [@a lo, @a hi), in a hole that begins in
 * the query's bounds.
 *
 * A node that lies inside those and has a gap of enough units holds a place, but
 * for its last hole, which the upper bound may cut: so the search enters a node in vain only at the two
 * bounds, or where both gap and size are too large for a u32: O(height) nodes.
 */
static unsigned long gap_below(const struct vma_node *node, unsigned long lo, unsigned long hi,
			       const struct gap_query *q)
{
	unsigned int nr = node_nr(node);

	if (!node_level(node))
		return gap_in_leaf(node, lo, hi, q);
	for (unsigned int k = 0; k < nr; k++) {
		unsigned int i = q->highest ? nr - 1 - k : k;
		unsigned long start = child_start(node, i, lo), end = child_end(node, i, hi);
		unsigned long at;

		/* A hole begins where a range ends: at the node's end, at most. */
		if (end < q->lo || start >= q->hi || node->inner.gap[i] < q->units)
			continue;
		at = gap_below(node_child(node, i), start, end, q);
		if (at != NO_GAP)
			return at;
	}
	return NO_GAP;
}

static unsigned long find_gap(const struct vma_tree *tree, unsigned long size, unsigned long lo,
			      unsigned long hi, bool highest)
{
	const struct gap_query q = {
		.tree = tree, .size = size, .lo = lo, .hi = min_ul(hi, tree->limit),
		.units = gap_units(size), .highest = highest,
	};
	unsigned long first = NO_GAP, at;

	if (lo >= q.hi || q.hi - lo < size)
		return NO_GAP;
	if (!tree->root)
		return highest ? q.hi - size : lo;
	/* If the lower bound lies in a hole, that hole begins before the bound and is the lowest. */
	if (!vma_tree_walk(tree, lo))
		first = place_in(&q, lo, vma_next_start(tree, lo));
	if (first != NO_GAP && !highest)
		return first;
	at = gap_below(tree->root, 0, tree->limit, &q);
	return at != NO_GAP ? at : first;
}

unsigned long vma_tree_lowest_gap(const struct vma_tree *tree, unsigned long size,
				  unsigned long lo, unsigned long hi)
{
	return find_gap(tree, size, lo, hi, false);
}

unsigned long vma_tree_highest_gap(const struct vma_tree *tree, unsigned long size,
				   unsigned long lo, unsigned long hi)
{
	return find_gap(tree, size, lo, hi, true);
}
