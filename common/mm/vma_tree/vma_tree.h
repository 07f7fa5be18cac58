/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The range map from addresses to VMAs: a B-tree of 256-byte nodes, RCU readers, one writer.
 * See ADR/0007-vma-tree.md.
 *
 * Readers take no lock, make no store, never see a half-made node and never
 * restart because of a writer elsewhere.  Writers hold mmap_lock for writing.
 * Ranges are half-open, page-aligned and disjoint; bounds are kept in the nodes,
 * so that a reader touches no VMA to find one.  Room between ranges is summed up
 * the tree, so that finding a gap is O(log n); those sums are read by writers
 * alone.
 *
 * Kernel twin: the maple tree (lib/maple_tree.c).
 */
#ifndef COMMON_MM_VMA_TREE_VMA_TREE_H
#define COMMON_MM_VMA_TREE_VMA_TREE_H

#include "common/mm/world.h"

struct vma;
struct vma_node;

/** Size of a node; its cache aligns it to CACHELINE at least. */
#define VMA_NODE_BYTES 256
#define VMA_TREE_MAX_HEIGHT 16u

struct vma_tree {
	struct vma_node *root;		/**< RCU; NULL: empty */
	unsigned long limit;		/**< constant: ranges lie in [0, limit) */
	/* written with mmap_lock held for writing; on another line than what every reader loads first: */
	u64 nr_nodes __cacheline_aligned;	/**< nodes in the tree, without spare ones */
	/**
	 * How often nodes were replaced.  Stored by release before those nodes are given
	 * to RCU; cursors load it.
	 */
	u64 generation;
	unsigned int height;		/**< levels; 0: empty, 1: the root is a leaf */
	struct vma_node *spare;		/**< preallocated nodes, a list */
	unsigned int nr_spare;
	unsigned int reuse;		/**< how often empty ranges were reused lately, up to REUSE_MAX */
};

/* --- readers: inside RCU, or mmap_lock held in any mode -------------------------- */

/** @return the VMA whose range holds @a addr, or NULL.  Kernel twin: mas_walk() / mtree_load() */
struct vma *vma_tree_walk(const struct vma_tree *tree, unsigned long addr);

/**
 * @return the first VMA whose range ends above @a addr and begins below @a max, or NULL.
 * Kernel twin: mt_find(), find_vma().
 */
struct vma *vma_tree_find(const struct vma_tree *tree, unsigned long addr, unsigned long max);

/** @return the last VMA whose range begins below @a addr, or NULL.  Kernel twin: mas_prev() */
struct vma *vma_tree_prev(const struct vma_tree *tree, unsigned long addr);

/* --- cursors: as readers ----------------------------------------------------------- */

/**
 * A place in a tree, from which the ranges are visited upwards.  It stays in its
 * leaf and keeps the way down to it, so that most steps walk nowhere.
 *
 * A cursor belongs to the section it was used in: of mmap_lock, in any mode, or of RCU.
 * In another section, and after a change of the tree, call vma_cursor_set() first: it checks whether a
 * node was replaced, and then makes the cursor walk anew.
 *
 * Under mmap_lock it finds what the tree holds.  In an RCU section beside a writer it
 * finds of each address what the tree held at some moment since the cursor walked down,
 * which may have been at the section's start; it skips no range that stays, and visits no address twice.
 *
 * Kernel twin: struct vma_iterator, struct ma_state.  Those must be told to pause; ours checks by itself.
 */
struct vma_cursor {
	const struct vma_tree *tree;
	const struct vma_node *leaf;	/**< NULL: the next step walks to @a at */
	unsigned long at;		/**< ranges that end here or below have been visited */
	unsigned int slot;		/**< of the leaf, visited next; the one before was returned last */
	unsigned int nr;		/**< slots of the leaf */
	unsigned int height;		/**< levels above the leaf */
	u64 generation;			/**< the tree's, before the walk */
	struct {
		const struct vma_node *node;
		unsigned int slot;
	} above[VMA_TREE_MAX_HEIGHT - 1];	/**< the way to the leaf, from its parent up */
};

/** Stand before the first range that ends above @a addr. */
void vma_cursor_init(struct vma_cursor *c, const struct vma_tree *tree, unsigned long addr);

/**
 * @return the next range's VMA and stand behind it; NULL: none begins below @a max, and
 * the cursor stands where it stood.  Kernel twin: vma_find(), for_each_vma_range()
 */
struct vma *vma_cursor_next(struct vma_cursor *c, unsigned long max);

/**
 * Go on at @a addr, in a section that may be another, over a tree that may have changed.
 * The cursor stays in its leaf if it stands at @a addr and no node has been replaced since
 * it walked.  Kernel twin: vma_iter_set()
 */
void vma_cursor_set(struct vma_cursor *c, unsigned long addr);

/**
 * The ranges before and behind the one that vma_cursor_next() has just returned, NULL
 * where there is none.
 */
void vma_cursor_beside(const struct vma_cursor *c, struct vma **prev, struct vma **next);

/**
 * Redirect the range that vma_cursor_next() has just returned to @a vma, to which no neighbouring range
 * leads.  @context mmap_lock held for writing
 */
void vma_cursor_replace(struct vma_cursor *c, struct vma *vma);

/* --- writers: mmap_lock held for writing ------------------------------------------ */

/** An empty tree for ranges in [0, @a limit).  @a limit is page-aligned, above 0 */
void vma_tree_init(struct vma_tree *tree, unsigned long limit);

/**
 * Make @a to, which is empty, lead where @a from does, by a copy of each node.  Its ranges
 * are then of the VMAs of @a from until vma_cursor_replace() or vma_tree_clear().
 * Kernel twin: __mt_dup()
 * @return 0; -ENOMEM: @a to is still empty
 * @context mmap_lock of both held, that of @a to for writing, and no reader in it yet
 */
int vma_tree_dup(struct task *t, struct vma_tree *to, const struct vma_tree *from);

/**
 * Free all nodes, the spare ones too, at once; the VMAs are the caller's.
 * @context no reader is left or can come, as before freeing the tree itself
 */
void vma_tree_exit(struct task *t, struct vma_tree *tree);

/**
 * Make sure that the next @a nr_stores calls of vma_tree_store() or
 * vma_tree_clear() need no allocation, whatever their ranges.  Meant for the few
 * stores of one step: it sets aside three nodes a level for each, four for leaves.
 * @return 0; -ENOMEM: the tree is as it was
 */
int vma_tree_prealloc(struct task *t, struct vma_tree *tree, unsigned int nr_stores);

/**
 * Give back what vma_tree_prealloc() set aside and no store used.  A few nodes
 * stay with the tree for the next time, and are in use as far as the cache knows,
 * until vma_tree_exit(); none while failures are injected.
 */
void vma_tree_prealloc_end(struct task *t, struct vma_tree *tree);

/**
 * [start, end) now leads to @a vma, whatever it held before: ranges inside are
 * replaced, ranges that stick out keep the part that sticks out, and a range that
 * sticks out on both sides is cut in two that lead to the same VMA (until the
 * caller's next store).  If a neighbouring range leads to the same VMA already, the two become one longer
 * range.  A reader sees, for every address that keeps its VMA, that VMA at every moment.  Cannot fail
 * after vma_tree_prealloc().
 * @context may sleep, outside RCU (replaced nodes are freed)
 */
void vma_tree_store(struct task *t, struct vma_tree *tree, unsigned long start,
		    unsigned long end, struct vma *vma);

/** [start, end) now leads nowhere; as vma_tree_store() otherwise. */
void vma_tree_clear(struct task *t, struct vma_tree *tree, unsigned long start,
		    unsigned long end);

/**
 * Lowest, or highest, place of @a size free bytes within [lo, hi).
 * @return its first address, or ~0UL: there is none.  @a size > 0, all page-aligned
 */
unsigned long vma_tree_lowest_gap(const struct vma_tree *tree, unsigned long size,
				  unsigned long lo, unsigned long hi);
unsigned long vma_tree_highest_gap(const struct vma_tree *tree, unsigned long size,
				   unsigned long lo, unsigned long hi);

/**
 * Walk the whole structure and stop the program where an invariant is broken.
 * @return the number of ranges.  @context quiet
 */
u64 vma_tree_check(const struct vma_tree *tree);

#endif /* COMMON_MM_VMA_TREE_VMA_TREE_H */
