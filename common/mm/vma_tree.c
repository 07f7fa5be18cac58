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
 * walk began.  Hence for each address that a reader asks about it gets what the
 * tree held for it at some moment since the question; and since the writer puts
 * a change in place by a single store, there is no moment at which an address
 * that keeps its VMA has none.
 */
#include "common/mm/vma_tree_node.h"

#define NO_GAP (~0UL)

struct vma *vma_tree_walk(const struct vma_tree *tree, unsigned long addr)
{
	const struct vma_node *node;

	if (unlikely(addr >= tree->limit))
		return NULL;
	node = rcu_dereference(tree->root);
	if (unlikely(!node))
		return NULL;
	while (node->level)
		node = slot_load(&node->inner.slot[inner_index(node, addr)]);
	return slot_load(&node->leaf.slot[leaf_index(node, addr)]);
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
	while (node->level) {
		unsigned int i = inner_index(node, addr);

		view->hi = slot_end(node, i, view->hi);
		view->lo = slot_start(node, i, view->lo);
		node = slot_load(&node->inner.slot[i]);
	}
	view->leaf = node;
	return true;
}

/*
 * Both searches below go on from leaf to leaf by walking to the next address
 * anew.  Since a hole is one piece, that happens once at most unless a writer
 * interferes, and each turn gets further by a leaf.
 */

struct vma *vma_tree_find(const struct vma_tree *tree, unsigned long addr, unsigned long max)
{
	struct leaf_view view;

	for (; addr < tree->limit && walk_to_leaf(tree, addr, &view); addr = view.hi) {
		for (unsigned int i = leaf_index(view.leaf, addr); i < view.leaf->nr; i++) {
			struct vma *vma;

			if (slot_start(view.leaf, i, view.lo) >= max)
				return NULL;
			vma = slot_load(&view.leaf->leaf.slot[i]);
			if (vma)
				return vma;
		}
	}
	return NULL;
}

struct vma *vma_tree_prev(const struct vma_tree *tree, unsigned long addr)
{
	struct leaf_view view;

	for (addr = min_ul(addr, tree->limit); addr && walk_to_leaf(tree, addr - 1, &view);
	     addr = view.lo) {
		for (unsigned int i = leaf_index(view.leaf, addr - 1) + 1; i--;) {
			struct vma *vma = slot_load(&view.leaf->leaf.slot[i]);

			if (vma)
				return vma;
		}
	}
	return NULL;
}

/* --- gaps: the writer ----------------------------------------------------------- */

u32 vma_node_gap(const struct vma_node *node, unsigned long lo, unsigned long hi)
{
	u32 max = 0;

	for (unsigned int i = 0; i < node->nr; i++) {
		u32 gap;

		if (node->level)
			gap = node->inner.gap[i];
		else if (node->leaf.slot[i])
			continue;
		else
			gap = gap_units(slot_end(node, i, hi) - slot_start(node, i, lo));
		if (gap > max)
			max = gap;
	}
	return max;
}

struct gap_query {
	unsigned long size, lo, hi;
	u32 units;
	bool highest;
};

/**
 * The lowest or highest place below @a node, which covers [@a lo, @a hi).
 *
 * A node that lies inside the query's bounds and has a gap of enough units holds
 * a place, so the search goes into a node in vain only at the two bounds, or
 * where both gap and size are too large for a u32: O(height) nodes.
 */
static unsigned long gap_below(const struct vma_node *node, unsigned long lo, unsigned long hi,
			       const struct gap_query *q)
{
	for (unsigned int k = 0; k < node->nr; k++) {
		unsigned int i = q->highest ? node->nr - 1 - k : k;
		unsigned long start = slot_start(node, i, lo), end = slot_end(node, i, hi);
		unsigned long at;

		if (end <= q->lo || start >= q->hi)
			continue;
		if (node->level) {
			if (node->inner.gap[i] < q->units)
				continue;
			at = gap_below(node_child(node, i), start, end, q);
			if (at != NO_GAP)
				return at;
		} else if (!node->leaf.slot[i]) {
			start = max_ul(start, q->lo);
			end = min_ul(end, q->hi);
			if (end - start >= q->size)
				return q->highest ? end - q->size : start;
		}
	}
	return NO_GAP;
}

static unsigned long find_gap(const struct vma_tree *tree, unsigned long size, unsigned long lo,
			      unsigned long hi, bool highest)
{
	const struct gap_query q = {
		.size = size, .lo = lo, .hi = min_ul(hi, tree->limit),
		.units = gap_units(size), .highest = highest,
	};

	if (lo >= q.hi || q.hi - lo < size)
		return NO_GAP;
	if (!tree->root)
		return highest ? q.hi - size : lo;
	return gap_below(tree->root, 0, tree->limit, &q);
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
