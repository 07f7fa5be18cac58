/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Every invariant of the VMA tree, asked of every node.
 */
#include "common/mm/vma_tree_node.h"

/** What the walk in order of addresses has seen so far. */
struct check {
	u64 nr, nr_nodes;
	const void *before;	/**< what the piece before led to */
	bool any;		/**< there was a piece before */
};

static void check_piece(struct check *c, const void *vma)
{
	BUG_ON(c->any && vma == c->before);	/* would have to be one piece */
	c->any = true;
	c->before = vma;
	c->nr += vma != NULL;
}

/** Ends rise strictly inside (lo, hi); what is not used is empty. */
static void check_ends(const struct vma_node *node, unsigned long lo, unsigned long hi)
{
	unsigned int slots = node->level ? INNER_SLOTS : LEAF_SLOTS;
	unsigned long last = lo;

	BUG_ON(lo >= hi);
	for (unsigned int i = 0; i + 1 < slots; i++) {
		unsigned long end = node_ends(node)[i];

		if (i + 1u < node->nr) {
			BUG_ON(end <= last || end >= hi);
			BUG_ON(end & ~PAGE_MASK);
			last = end;
		} else {
			BUG_ON(end != ~0UL);
		}
	}
	for (unsigned int i = node->nr; i < slots; i++) {
		BUG_ON(node_slot(node, i));
		BUG_ON(node->level && node->inner.gap[i]);
	}
}

static void check_node(struct check *c, const struct vma_node *node, unsigned int level,
		       unsigned long lo, unsigned long hi, bool root)
{
	unsigned int max = level ? INNER_SLOTS : LEAF_SLOTS;
	unsigned int min = level ? INNER_MIN : LEAF_MIN;

	BUG_ON(!node);
	BUG_ON(node->level != level);
	if (root)
		min = level ? 2 : 1;
	BUG_ON(node->nr < min || node->nr > max);
	c->nr_nodes++;
	check_ends(node, lo, hi);

	for (unsigned int i = 0; i < node->nr; i++) {
		unsigned long start = slot_start(node, i, lo), end = slot_end(node, i, hi);

		if (level) {
			const struct vma_node *child = node_child(node, i);

			check_node(c, child, level - 1, start, end, false);
			BUG_ON(node->inner.gap[i] != vma_node_gap(child, start, end));
		} else {
			check_piece(c, node->leaf.slot[i]);
		}
	}
}

void vma_tree_check(const struct vma_tree *tree)
{
	struct check c = { 0 };
	unsigned int nr_spare = 0;

	if (tree->root) {
		BUG_ON(!tree->height || tree->height > MAX_HEIGHT);
		check_node(&c, tree->root, tree->height - 1, 0, tree->limit, true);
		BUG_ON(!c.nr);		/* nothing but a hole: must have no node */
	} else {
		BUG_ON(tree->height);
	}
	BUG_ON(c.nr != tree->nr);
	BUG_ON(c.nr_nodes != tree->nr_nodes);

	for (const struct vma_node *n = tree->spare; n; n = n->next_spare)
		nr_spare++;
	BUG_ON(nr_spare != tree->nr_spare);
}
