/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a node of the VMA tree looks like, and how a key is looked up in one.
 *
 * A leaf holds ranges in order, each with where it begins, where it ends and the
 * VMA that it leads to.  A range that leads to NULL is empty: its VMA has been cleared in place, and its
 * slot can take a VMA of the same bounds, until the room goes to another range.  An inner node holds the
 * nodes below it, which divide its part of the address space: each begins where the one before ends, and
 * the last one ends where the node ends, which is told by the node above.  Ranges do not cross the bounds
 * of their leaf, and each leaf has one at least that is not empty.  A tree without any VMA has no node.
 *
 * Keys are numbers of pages above the node's base, 31 bits each, so that a search
 * reads one cache line and compares four keys at a time.  A node whose keys lie
 * too far apart for that, 8 TiB, is wide: addresses of 64 bits, and fewer of them.
 *
 * Which thread may touch what, once a reader can reach the node:
 *
 *  - head, keys and ends never change;
 *  - a slot is changed by one release store, and what it leads to then covers
 *    the same part of the address space as before;
 *  - gap[] is the writer's own.  It changes in place with plain stores, and no
 *    reader ever loads it; it has a cache line of its own, so that those stores
 *    take no line away from readers either.
 *
 * Private to the files of this folder.
 */
#ifndef COMMON_MM_VMA_TREE_NODE_H
#define COMMON_MM_VMA_TREE_NODE_H

#include "common/mm/vma_tree/vma_tree.h"
#include "common/sync/rcu.h"

#define MAX_SLOTS	15u
#define WIDE_LEAF_SLOTS	10u
#define WIDE_INNER_SLOTS 12u
/**
 * A change that leaves fewer merges the node with a sibling; a third of the slots keeps split and merge
 * apart.
 */
#define NODE_MIN	5u
/** Where empty ranges are often reused, a leaf may be cleared down to this. */
#define NODE_SPARSE	2u
#define MAX_HEIGHT	VMA_TREE_MAX_HEIGHT

#define KEYS		(MAX_SLOTS - 1)
#define KEY_MAX		(INT32_MAX - 1)
#define KEY_UNUSED	INT32_MAX

/* head: the base in the bits of a page's address, and below them: */
#define HEAD_LEVEL	0xfUL		/**< 0: a leaf */
#define HEAD_NR_SHIFT	4		/**< slots in use, 5 bits */
#define HEAD_NR		(0x1fUL << HEAD_NR_SHIFT)
#define HEAD_WIDE	0x200UL

struct vma_node {
	unsigned long head;
	/* Key i is where range i + 1 begins, or where node i ends. */
	union {
		struct {
			s32 key[KEYS];			/**< unused: KEY_UNUSED */
			s32 end[MAX_SLOTS];		/**< unused: 0 */
			void *slot[MAX_SLOTS];		/**< RCU; VMA, or NULL: empty */
		} leaf;					/**< the base: where range 0 begins */
		struct {
			s32 key[KEYS];			/**< unused: KEY_UNUSED */
			void *slot[MAX_SLOTS + 1];	/**< RCU; node; the last one is unused */
			u32 gap[MAX_SLOTS];		/**< largest hole below, gap_units() */
		} inner;				/**< the base: a page below key 0 */
		struct {
			unsigned long key[WIDE_LEAF_SLOTS - 1];	/**< unused: ~0UL */
			unsigned long end[WIDE_LEAF_SLOTS];	/**< unused: 0 */
			void *slot[WIDE_LEAF_SLOTS];
		} wide_leaf;
		struct {
			unsigned long key[WIDE_INNER_SLOTS - 1];	/**< unused: ~0UL */
			void *slot[WIDE_INNER_SLOTS];
			u32 gap[WIDE_INNER_SLOTS];	/**< where inner.gap is */
		} wide_inner;
		struct vma_node *next_spare;			/**< in no tree */
	};
};

_Static_assert(sizeof(struct vma_node) == VMA_NODE_BYTES, "a node is 256 bytes");
_Static_assert(offsetof(struct vma_node, leaf.end) == CACHELINE, "a search reads one line");
_Static_assert(offsetof(struct vma_node, inner.slot) == CACHELINE, "a search reads one line");
_Static_assert(offsetof(struct vma_node, inner.gap) % CACHELINE == 0,
	       "the writer's gaps share no cache line with what readers load");
_Static_assert(offsetof(struct vma_node, inner.gap) == offsetof(struct vma_node, wide_inner.gap),
	       "gaps lie in one place");

/** In debug builds the whole tree is checked after each change, up to this many nodes, and so are cursors. */
#ifndef VMA_TREE_CHECK_NODES
#define VMA_TREE_CHECK_NODES 0u
#endif

/* --- the head ------------------------------------------------------------------------- */

static __always_inline unsigned int node_level(const struct vma_node *node)
{
	return node->head & HEAD_LEVEL;
}

static __always_inline unsigned int node_nr(const struct vma_node *node)
{
	return (node->head & HEAD_NR) >> HEAD_NR_SHIFT;
}

static __always_inline bool node_wide(const struct vma_node *node)
{
	return node->head & HEAD_WIDE;
}

static __always_inline unsigned long node_base(const struct vma_node *node)
{
	return node->head & PAGE_MASK;
}

/* --- searching ------------------------------------------------------------------------ */

/**
 * The keys are compared four at a time, in the compiler's own vector type: it uses what the machine has.
 * Keys never change once published, so a vector may load them.  Defined as 0 on the command line: one at
 * a time.
 */
#ifndef VMA_TREE_SIMD
#define VMA_TREE_SIMD 1
#endif

#if VMA_TREE_SIMD
typedef s32 vma_keys __attribute__((vector_size(16), may_alias));

/** How many keys are at most @a at.  The head, in the first two places, is not counted. */
static __always_inline unsigned int keys_upto(const struct vma_node *node, s32 at)
{
	const vma_keys *k = (const vma_keys *)node;
	const vma_keys than = { at, at, at, at };
#ifdef __SSE2__
	/* A bit for each place, of keys above; they rise, so the lowest bit tells. */
	typedef s32 s32x4 __attribute__((vector_size(16)));
	s32x4 a = (s32x4)(k[0] > than), b = (s32x4)(k[1] > than);
	s32x4 c = (s32x4)(k[2] > than), d = (s32x4)(k[3] > than);
	unsigned int above = __builtin_ia32_pmovmskb128(__builtin_ia32_packsswb128(
		__builtin_ia32_packssdw128(a, b), __builtin_ia32_packssdw128(c, d)));

	return __builtin_ctz(above >> 2 | 1u << KEYS);
#else
	const vma_keys head = { 0, 0, -1, -1 };
	vma_keys above = ((k[0] > than) & head) + (k[1] > than) + (k[2] > than) + (k[3] > than);

	/* Each key above has counted as -1. */
	return KEYS + (above[0] + above[1] + above[2] + above[3]);
#endif
}
#else
static __always_inline unsigned int keys_upto(const struct vma_node *node, s32 at)
{
	unsigned int i = 0;

	/* Compare all of them, used or not, so that there is no branch to mispredict. */
#pragma GCC unroll 16
	for (unsigned int k = 0; k < KEYS; k++)
		i += node->leaf.key[k] <= at;
	return i;
}
#endif

/** Pages from the base to @a addr; far above all keys if it lies below. */
static __always_inline unsigned long pages_above(unsigned long head, unsigned long addr)
{
	return (addr - (head & PAGE_MASK)) >> PAGE_SHIFT;
}

static __always_inline unsigned int narrow_index(const struct vma_node *node, unsigned long head,
						 unsigned long addr)
{
	s64 at = (s64)(addr - (head & PAGE_MASK)) >> PAGE_SHIFT;

	at = at < 0 ? 0 : at;		/* keys are above 0 */
	at = at > KEY_MAX ? KEY_MAX : at;
	return keys_upto(node, at);
}

static inline unsigned int wide_index(const unsigned long *key, unsigned int nr, unsigned long addr)
{
	unsigned int i = 0;

	for (unsigned int k = 0; k < nr; k++)
		i += key[k] <= addr;
	return i;
}

/** Where the way to @a addr goes on.  @a head: of the node, loaded already */
static __always_inline void *const *inner_way(const struct vma_node *node, unsigned long head,
					      unsigned long addr)
{
	if (unlikely(head & HEAD_WIDE))
		return &node->wide_inner.slot[wide_index(node->wide_inner.key, WIDE_INNER_SLOTS - 1,
							 addr)];
	return &node->inner.slot[narrow_index(node, head, addr)];
}

/**
 * In a leaf: the last range that begins at or below @a addr, else the first; in an inner node: the child
 * that holds @a addr.
 */
static inline unsigned int node_index(const struct vma_node *node, unsigned long addr)
{
	if (likely(!node_wide(node)))
		return narrow_index(node, node->head, addr);
	return node_level(node) ? wide_index(node->wide_inner.key, WIDE_INNER_SLOTS - 1, addr) :
				  wide_index(node->wide_leaf.key, WIDE_LEAF_SLOTS - 1, addr);
}

/* --- what stands in a node ---------------------------------------------------------------- */

/** Key @a i, as an address. */
static inline unsigned long node_key(const struct vma_node *node, unsigned int i)
{
	if (likely(!node_wide(node)))
		return node_base(node) + ((unsigned long)node->leaf.key[i] << PAGE_SHIFT);
	return node_level(node) ? node->wide_inner.key[i] : node->wide_leaf.key[i];
}

static inline unsigned long range_start(const struct vma_node *leaf, unsigned int i)
{
	return i ? node_key(leaf, i - 1) : node_base(leaf);
}

static inline unsigned long range_end(const struct vma_node *leaf, unsigned int i)
{
	if (likely(!node_wide(leaf)))
		return node_base(leaf) + ((unsigned long)leaf->leaf.end[i] << PAGE_SHIFT);
	return leaf->wide_leaf.end[i];
}

/** Where child @a i of a node that covers [@a lo, ...) begins. */
static inline unsigned long child_start(const struct vma_node *node, unsigned int i,
					unsigned long lo)
{
	return i ? node_key(node, i - 1) : lo;
}

/** Where child @a i of a node that covers [..., @a hi) ends. */
static inline unsigned long child_end(const struct vma_node *node, unsigned int i,
				      unsigned long hi)
{
	return i + 1 < node_nr(node) ? node_key(node, i) : hi;
}

/** The slots, of any node. */
static inline void **node_slots(struct vma_node *node)
{
	if (node_level(node))
		return node_wide(node) ? node->wide_inner.slot : node->inner.slot;
	return node_wide(node) ? node->wide_leaf.slot : node->leaf.slot;
}

/**
 * What a slot leads to, whole: contents are read after the pointer.
 * @pairs{a node's contents, and a VMA's, before the pointer to it | vma_tree_publish()}
 */
static __always_inline void *slot_load(void *const *slot)
{
	return smp_load_acquire(slot);
}

static inline void *leaf_load(const struct vma_node *leaf, unsigned int i)
{
	return slot_load(node_wide(leaf) ? &leaf->wide_leaf.slot[i] : &leaf->leaf.slot[i]);
}

/**
 * Fetch all that a reader may need of a node at once: which of its lines the
 * search will end in is known only after the first has come.  The last line of an
 * inner node is the writer's, and left alone.
 */
static __always_inline void node_prefetch(const struct vma_node *node, bool leaf)
{
	__builtin_prefetch((const char *)node + CACHELINE);
	__builtin_prefetch((const char *)node + 2 * CACHELINE);
	__builtin_prefetch((const char *)node + (leaf ? 3 : 2) * CACHELINE);
}

/** What slot @a i leads to.  @context the writer */
static inline void *node_slot(const struct vma_node *node, unsigned int i)
{
	return node_slots((struct vma_node *)node)[i];
}

static inline struct vma_node *node_child(const struct vma_node *node, unsigned int i)
{
	return node_slot(node, i);
}

/** Ranges of a leaf that are not empty.  @context the writer */
static inline unsigned int leaf_live(const struct vma_node *leaf)
{
	unsigned int live = 0, nr = node_nr(leaf);

	for (unsigned int i = 0; i < nr; i++)
		live += node_slot(leaf, i) != NULL;
	return live;
}

/** Where the first range of a leaf that is not empty begins.  @context the writer */
static inline unsigned long leaf_first(const struct vma_node *leaf)
{
	unsigned int i = 0;

	while (!node_slot(leaf, i))
		i++;
	return range_start(leaf, i);
}

/**
 * A hole's size in pages, as sums have it: 2^32 - 1 stands for that and more.
 * Of such holes an address space of 2^47 bytes has eight at most.
 */
static inline u32 gap_units(unsigned long bytes)
{
	return bytes >> PAGE_SHIFT < UINT32_MAX ? bytes >> PAGE_SHIFT : UINT32_MAX;
}

/**
 * A hole counts for the leaf that has the range before it, wherever the hole ends; one that begins at
 * address 0 counts for the first leaf.
 * @param lo	where the leaf begins
 * @param next	where the first range behind the leaf begins, or the tree's limit
 * @return the largest hole that counts for @a leaf.  @context the writer
 */
u32 vma_leaf_gap(const struct vma_node *leaf, unsigned long lo, unsigned long next);

/** The largest of an inner node's gaps.  @context the writer */
u32 vma_inner_gap(const struct vma_node *node);

/** Where the first range at or above @a addr begins, a leaf's bound; or the limit. @context the writer */
unsigned long vma_next_start(const struct vma_tree *tree, unsigned long addr);

#endif /* COMMON_MM_VMA_TREE_NODE_H */
