/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a node of the VMA tree looks like, and how a key is looked up in one.
 *
 * The tree divides all of [0, limit) into pieces.  A piece leads to one VMA or to
 * none, and two pieces side by side never lead to the same: a hole, too, is one
 * piece, even where it meets the bounds of nodes.  A leaf holds the pieces of its
 * part of the address space, an inner node the nodes below it, each with the
 * address where it ends, which is where the next one begins.  The last one ends
 * where the node ends, and that is told by the node above.  A tree without any
 * VMA has no node.
 *
 * Who may touch what, once a reader can reach the node:
 *
 *  - level, nr and the ends never change;
 *  - a slot is changed by one release store, and what it leads to then covers
 *    the same part of the address space as before;
 *  - gap[] is the writer's own.  It changes in place with plain stores, and no
 *    reader ever loads it; it has a cache line of its own, so that those stores
 *    take no line away from readers either.
 *
 * Private to the vma_tree_*.c files.
 */
#ifndef COMMON_MM_VMA_TREE_NODE_H
#define COMMON_MM_VMA_TREE_NODE_H

#include "common/mm/vma_tree.h"
#include "common/sync/rcu.h"

#define LEAF_SLOTS	16u
#define INNER_SLOTS	12u
#define MAX_SLOTS	LEAF_SLOTS
/** Fewer, and a node is merged with one beside it; a third keeps split and merge apart. */
#define LEAF_MIN	5u
#define INNER_MIN	4u
/** INNER_MIN to the 15th leaves: more than there is memory. */
#define MAX_HEIGHT	16u

struct vma_node {
	u8 level;		/**< 0: a leaf */
	u8 nr;			/**< slots in use; ends in use are one less */
	union {
		struct {
			unsigned long end[LEAF_SLOTS - 1];	/**< unused: ~0UL */
			void *slot[LEAF_SLOTS];			/**< RCU; VMA, or NULL: a hole */
		} leaf;
		struct {
			unsigned long end[INNER_SLOTS - 1];	/**< unused: ~0UL */
			void *slot[INNER_SLOTS];		/**< RCU; node */
			u32 gap[INNER_SLOTS];			/**< largest hole below, gap_units() */
		} inner;
		struct vma_node *next_spare;			/**< in no tree */
	};
};

_Static_assert(sizeof(struct vma_node) == VMA_NODE_BYTES, "a node is 256 bytes");
_Static_assert(offsetof(struct vma_node, inner.gap) % CACHELINE == 0,
	       "the writer's gaps share no cache line with what readers load");

/**
 * Which of @a nr pieces holds @a addr: as many end at or before it.  All ends
 * are compared, used or not: that takes no branch which could be guessed wrong,
 * and the loads do not wait for one another.  An unused end, ~0UL, is above
 * every address below the tree's limit.
 */
static __always_inline unsigned int ends_upto(const unsigned long *end, unsigned int nr,
					      unsigned long addr)
{
	unsigned int i = 0;

#pragma GCC unroll 16
	for (unsigned int k = 0; k < nr; k++)
		i += end[k] <= addr;
	return i;
}

static __always_inline unsigned int leaf_index(const struct vma_node *leaf, unsigned long addr)
{
	return ends_upto(leaf->leaf.end, LEAF_SLOTS - 1, addr);
}

static __always_inline unsigned int inner_index(const struct vma_node *node, unsigned long addr)
{
	return ends_upto(node->inner.end, INNER_SLOTS - 1, addr);
}

static inline unsigned int node_index(const struct vma_node *node, unsigned long addr)
{
	return node->level ? inner_index(node, addr) : leaf_index(node, addr);
}

static inline const unsigned long *node_ends(const struct vma_node *node)
{
	return node->level ? node->inner.end : node->leaf.end;
}

/** Where slot @a i of a node that covers [@a lo, ...) begins. */
static inline unsigned long slot_start(const struct vma_node *node, unsigned int i,
				       unsigned long lo)
{
	return i ? node_ends(node)[i - 1] : lo;
}

/** Where slot @a i of a node that covers [..., @a hi) ends. */
static inline unsigned long slot_end(const struct vma_node *node, unsigned int i,
				     unsigned long hi)
{
	return i + 1u < node->nr ? node_ends(node)[i] : hi;
}

/**
 * What a slot leads to, whole: contents are read after the pointer.
 * @pairs{a node's contents, and a VMA's, before the pointer to it | vma_tree_publish()}
 */
static __always_inline void *slot_load(void *const *slot)
{
	return smp_load_acquire(slot);
}

/** What slot @a i leads to.  @context the writer */
static inline void *node_slot(const struct vma_node *node, unsigned int i)
{
	return node->level ? node->inner.slot[i] : node->leaf.slot[i];
}

static inline struct vma_node *node_child(const struct vma_node *node, unsigned int i)
{
	return node->inner.slot[i];
}

/**
 * A hole's size in pages, as sums have it: 2^32 - 1 stands for that and more.
 * Of such holes an address space of 2^47 bytes has eight at most.
 */
static inline u32 gap_units(unsigned long bytes)
{
	return bytes >> PAGE_SHIFT < UINT32_MAX ? bytes >> PAGE_SHIFT : UINT32_MAX;
}

/** The largest hole in a node that covers [lo, hi). @context the writer */
u32 vma_node_gap(const struct vma_node *node, unsigned long lo, unsigned long hi);

#endif /* COMMON_MM_VMA_TREE_NODE_H */
