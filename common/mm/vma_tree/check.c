/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Checks every invariant of the VMA tree in every node.
 */
#include "common/mm/vma_tree/node.h"

/** What the walk in order of addresses has seen so far. */
struct check {
	const struct vma_tree *tree;
	u64 nr, nr_nodes;
	const void *before;		/**< what the range before leads to */
	unsigned long before_end;	/**< where that ends */
};

/** Unused slots are empty, and the keys in use rise. */
static void check_unused(const struct vma_node *node)
{
	unsigned int nr = node_nr(node), slots = MAX_SLOTS;

	if (node_wide(node))
		slots = node_level(node) ? WIDE_INNER_SLOTS : WIDE_LEAF_SLOTS;
	BUG_ON(nr > slots);
	for (unsigned int i = 0; i + 1 < slots; i++) {
		if (i + 1 < nr)
			BUG_ON(i && node_key(node, i) <= node_key(node, i - 1));
		else if (!node_wide(node))
			BUG_ON(node->leaf.key[i] != KEY_UNUSED);
		else
			BUG_ON(node_key(node, i) != ~0UL);
	}
	for (unsigned int i = nr; i < slots; i++) {
		BUG_ON(node_slot(node, i));
		BUG_ON(node_level(node) && node->inner.gap[i]);
	}
}

/** Ranges lie in order inside [lo, hi), empty ones too; neighbours differ. */
static void check_leaf(struct check *c, const struct vma_node *leaf, unsigned long lo,
		       unsigned long hi)
{
	unsigned long at = lo;

	for (unsigned int i = 0; i < node_nr(leaf); i++) {
		unsigned long start = range_start(leaf, i), end = range_end(leaf, i);
		const void *vma = node_slot(leaf, i);

		BUG_ON(start < at || end <= start || end > hi);
		BUG_ON((start | end) & ~PAGE_MASK);
		at = end;
		if (!vma)
			continue;
		BUG_ON(vma == c->before && start == c->before_end);	/* would have to be one range */
		c->before = vma;
		c->before_end = end;
		c->nr++;
	}
}

static void check_node(struct check *c, const struct vma_node *node, unsigned int level,
		       unsigned long lo, unsigned long hi, bool root)
{
	BUG_ON(!node);
	BUG_ON(node_level(node) != level);
	BUG_ON(lo >= hi);
	BUG_ON(node_nr(node) < (root && level ? 2 : 1));
	c->nr_nodes++;
	check_unused(node);
	if (!level) {
		BUG_ON(!leaf_live(node));
		check_leaf(c, node, lo, hi);
		return;
	}
	for (unsigned int i = 0; i < node_nr(node); i++) {
		const struct vma_node *child = node_child(node, i);
		unsigned long start = child_start(node, i, lo), end = child_end(node, i, hi);

		BUG_ON(start & ~PAGE_MASK);
		check_node(c, child, level - 1, start, end, false);
		if (level > 1)
			BUG_ON(node->inner.gap[i] != vma_inner_gap(child));
		else
			BUG_ON(node->inner.gap[i] !=
			       vma_leaf_gap(child, start, vma_next_start(c->tree, end)));
	}
}

u64 vma_tree_check(const struct vma_tree *tree)
{
	struct check c = { .tree = tree };
	unsigned int nr_spare = 0;

	if (tree->root) {
		BUG_ON(!tree->height || tree->height > MAX_HEIGHT);
		check_node(&c, tree->root, tree->height - 1, 0, tree->limit, true);
	} else {
		BUG_ON(tree->height);
	}
	BUG_ON(c.nr_nodes != tree->nr_nodes);

	for (const struct vma_node *n = tree->spare; n; n = n->next_spare)
		nr_spare++;
	BUG_ON(nr_spare != tree->nr_spare);
	return c.nr;
}
