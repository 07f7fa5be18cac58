/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A change of the VMA tree while it is being made.
 *
 * Private to the files of this folder.
 */
#ifndef COMMON_MM_VMA_TREE_CHANGE_H
#define COMMON_MM_VMA_TREE_CHANGE_H

#include "common/mm/vma_tree/node.h"

/**
 * New nodes on one level.  What remains of two leaves at the edges, with what is
 * new between, is at most 2 * MAX_SLOTS + 1 ranges: three nodes' worth, or four
 * if they are wide.  Above, it is 2 * (MAX_SLOTS - 1) nodes and the new ones:
 * three nodes' worth, wide or not.
 */
#define MAX_NEW_LEAVES	4u
#define MAX_NEW_INNER	3u
#define MAX_ITEMS	(3 * MAX_SLOTS)

/** The nodes and slots that lead to an address, and what the nodes cover, by level. */
struct vma_path {
	struct vma_node *node[MAX_HEIGHT];
	unsigned int idx[MAX_HEIGHT];
	unsigned long lo[MAX_HEIGHT], hi[MAX_HEIGHT];
};

/** What the new nodes of a level will hold, in order: ranges, or nodes. */
struct vma_items {
	unsigned int nr;
	unsigned int at;	/**< the new item, which decides where nodes are split */
	unsigned long start[MAX_ITEMS], end[MAX_ITEMS];
	void *slot[MAX_ITEMS];
	u32 gap[MAX_ITEMS];	/**< above the leaves */
};

struct vma_change {
	struct task *t;
	struct vma_tree *tree;
	unsigned int level;
	unsigned int nr_before;	/**< items that the replaced nodes of this level hold */
	/** Paths to the first and the last node that is replaced; valid from this level upwards. */
	struct vma_path first, *last;
	struct vma_path other;	/**< what @a last points to, if not to @a first */
	/** For each level up to this: the old nodes of [lo, hi) are replaced. */
	unsigned long lo[MAX_HEIGHT], hi[MAX_HEIGHT];
	struct vma_items items;
};

static inline void items_add(struct vma_items *it, unsigned long start, unsigned long end,
			     void *slot, u32 gap)
{
	BUG_ON(it->nr >= MAX_ITEMS);
	it->start[it->nr] = start;
	it->end[it->nr] = end;
	it->slot[it->nr] = slot;
	it->gap[it->nr++] = gap;
}

/** Append children [@a from, @a to) of a node that covers [lo, hi), or a leaf's ranges that are not empty. */
static inline void items_add_slots(struct vma_items *it, const struct vma_node *node,
				   unsigned long lo, unsigned long hi, unsigned int from,
				   unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		void *slot = node_slot(node, i);

		if (node_level(node))
			items_add(it, child_start(node, i, lo), child_end(node, i, hi), slot,
				  node->inner.gap[i]);
		else if (slot)
			items_add(it, range_start(node, i), range_end(node, i), slot, 0);
	}
}

/**
 * Lead readers to @a new, by a slot; rcu_assign_pointer() does so at the root.  All
 * that it leads to is written before, and the release keeps it so.
 * @pairs{a node's contents, and a VMA's, before the pointer to it | slot_load()}
 */
static inline void vma_tree_publish(void **slot, void *new)
{
	smp_store_release(slot, new);
}

/** A spare node that now belongs to the tree, contents undefined; stops where there is none. */
struct vma_node *vma_node_take(struct vma_tree *tree);

/** Give back spare nodes until @a keep are left. */
void vma_spare_drop(struct task *t, struct vma_tree *tree, unsigned int keep);

/** The way to @a addr.  @context the tree has a node */
void vma_path_walk(const struct vma_tree *tree, unsigned long addr, struct vma_path *p);

/** The largest hole below slot idx[level] of a path is now @a gap: tell the levels above. */
void vma_gaps_update(const struct vma_tree *tree, const struct vma_path *p, unsigned int level,
		     u32 gap);

/** Where the first range behind the leaf of a path begins; the limit: there is none. */
unsigned long vma_start_behind(const struct vma_tree *tree, const struct vma_path *p);

/** The last hole of the leaf before @a addr, a leaf's bound, may end elsewhere now: update its gap. */
void vma_gap_before(const struct vma_tree *tree, unsigned long addr);

/** Replace the leaves of [lo[0], hi[0]) by the items, and the nodes above as necessary. */
void vma_change_apply(struct vma_change *c);

/** The tree is now what @a root, a node of this level, leads to; NULL: nothing. */
void vma_change_root(struct vma_change *c, struct vma_node *root);

#endif /* COMMON_MM_VMA_TREE_CHANGE_H */
