/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Going through the VMA tree range by range, by a cursor that keeps its leaf and the way to it.
 *
 * Why a cursor in an RCU section skips no range that stays, and visits no address twice.  What a node
 * covers never changes, nor what a slot covers.  So the leaf that the slot behind leads to begins where
 * this leaf ends, whichever of the two the writer has replaced meanwhile, and whichever node above: a
 * replaced one still has its slots as they were when it was replaced, and what they led to has not been
 * freed, since this section began before.  A leaf that is found so shows its part of the tree as it is,
 * or, if it was replaced, as it was then; and both moments came after the cursor's walk.
 *
 * Why a cursor may keep its nodes from one RCU section to another if the tree's generation
 * is the same: vma_cursor_set().
 */
#include "common/mm/vma_tree/change.h"

void vma_cursor_init(struct vma_cursor *c, const struct vma_tree *tree, unsigned long addr)
{
	c->tree = tree;
	c->leaf = NULL;
	c->at = addr;
	c->slot = 0;
	c->nr = 0;
	c->generation = 0;
}

void vma_cursor_set(struct vma_cursor *c, unsigned long addr)
{
	/*
	 * The writer counts on before it gives replaced nodes to RCU.  If this load, in the
	 * section in which the cursor goes on, does not see that, the section is one that
	 * the nodes' grace period waits for.  And the cursor has none that were replaced
	 * before: see cursor_walk().  So this load needs no order; under mmap_lock the writer only reads
	 * its own stores.
	 */
	if (c->at == addr && c->generation == READ_ONCE(c->tree->generation))
		return;
	c->leaf = NULL;
	c->at = addr;
	c->slot = 0;
	c->nr = 0;
}

/** What slot @a i of an inner node leads to. */
static const struct vma_node *inner_load(const struct vma_node *node, unsigned int i)
{
	return slot_load(node_wide(node) ? &node->wide_inner.slot[i] : &node->inner.slot[i]);
}

/** The cursor has come to a leaf; prefetch the next one while this one is walked. */
static void cursor_enter(struct vma_cursor *c, const struct vma_node *leaf)
{
	const struct vma_node *behind;

	c->leaf = leaf;
	c->nr = node_nr(leaf);
	if (!c->height || c->above[0].slot + 1 >= node_nr(c->above[0].node))
		return;
	behind = inner_load(c->above[0].node, c->above[0].slot + 1);
	__builtin_prefetch(behind);
	node_prefetch(behind, true);
}

/** Down to the leaf that holds c->at.  @return false: there is none */
static bool cursor_walk(struct vma_cursor *c)
{
	const struct vma_node *node;
	unsigned int i;

	/*
	 * Load it before the root, and by acquire: the walk then meets no node that was replaced up to
	 * this generation.
	 * @pairs{new nodes in place, before the generation | vma_tree_replaced()}
	 */
	c->generation = smp_load_acquire(&c->tree->generation);
	node = rcu_dereference(c->tree->root);
	if (!node || c->at >= c->tree->limit)
		return false;
	c->height = node_level(node);
	for (unsigned int level = c->height; level--;) {
		i = node_index(node, c->at);
		c->above[level].node = node;
		c->above[level].slot = i;
		node = inner_load(node, i);
		node_prefetch(node, !level);
	}
	i = node_index(node, c->at);
	c->slot = i + (range_end(node, i) <= c->at);
	cursor_enter(c, node);
	return true;
}

/**
 * Go to the leaf behind or, at first, to that of c->at.  @return false: there is none, or it begins at
 * or above @a max
 */
static __attribute__((noinline)) bool cursor_leaf(struct vma_cursor *c, unsigned long max)
{
	const struct vma_node *node;
	unsigned int level = 0;

	if (!c->leaf)
		return cursor_walk(c);
	while (level < c->height && c->above[level].slot + 1 >= node_nr(c->above[level].node))
		level++;
	if (level == c->height)
		return false;
	node = c->above[level].node;
	if (node_key(node, c->above[level].slot) >= max)
		return false;
	node = inner_load(node, ++c->above[level].slot);
	while (level--) {
		c->above[level].node = node;
		c->above[level].slot = 0;
		node = inner_load(node, 0);
	}
	c->slot = 0;
	cursor_enter(c, node);
	return true;
}

struct vma *vma_cursor_next(struct vma_cursor *c, unsigned long max)
{
	const struct vma_node *leaf;
	unsigned long end;
	struct vma *vma;

	/*
	 * A holder of mmap_lock that changed the tree must call vma_cursor_set(); in an RCU section
	 * others may have changed it.
	 */
	if (VMA_TREE_CHECK_NODES)
		BUG_ON(c->leaf && !platform_rcu_read_held() && c->generation != c->tree->generation);
	do {
		leaf = c->leaf;
		for (unsigned int i = c->slot; i < c->nr; i++) {
			vma = leaf_load(leaf, i);
			if (!vma)
				continue;
			end = range_end(leaf, i);
			if (unlikely(end > max) && range_start(leaf, i) >= max)
				return NULL;
			c->slot = i + 1;
			c->at = end;
			return vma;
		}
	} while (cursor_leaf(c, max));
	return NULL;
}

void vma_cursor_beside(const struct vma_cursor *c, struct vma **prev, struct vma **next)
{
	const struct vma_node *leaf = c->leaf;
	unsigned int at = c->slot - 1;

	*prev = NULL;
	*next = NULL;
	for (unsigned int i = at; i-- && !*prev;)
		*prev = leaf_load(leaf, i);
	for (unsigned int i = c->slot; i < c->nr && !*next; i++)
		*next = leaf_load(leaf, i);
	if (!*prev)
		*prev = vma_tree_prev(c->tree, range_start(leaf, at));
	if (!*next)
		*next = vma_tree_find(c->tree, c->at, c->tree->limit);
}

void vma_cursor_replace(struct vma_cursor *c, struct vma *vma)
{
	void **slot = &node_slots((struct vma_node *)c->leaf)[c->slot - 1];

	BUG_ON(!*slot);
	/*
	 * As in store_in_place(): the slot covers what it covered, and a reader finds the old VMA or the
	 * new.
	 */
	vma_tree_publish(slot, vma);
}
