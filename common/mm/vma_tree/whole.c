/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Whole VMA trees that no reader can see: copied for fork, freed at exit, node by node.
 */
#include "common/mm/vma_tree/change.h"

#include <errno.h>
#include <string.h>

static void node_free(struct task *t, struct vma_tree *tree, struct vma_node *node)
{
	cache_free(t, CACHE_NODE, node);
	tree->nr_nodes--;
}

/** Free @a node and the first @a nr that it leads to, with all below those.  No leaf is read. */
static void nodes_free(struct task *t, struct vma_tree *tree, struct vma_node *node,
		       unsigned int nr)
{
	unsigned int level = node_level(node);

	for (unsigned int i = 0; level && i < nr; i++) {
		struct vma_node *child = node_child(node, i);

		if (level == 1)
			node_free(t, tree, child);
		else
			nodes_free(t, tree, child, node_nr(child));
	}
	node_free(t, tree, node);
}

/** @return a copy of @a from and of all below it, or NULL: no memory, and the partial copy is freed */
static struct vma_node *nodes_copy(struct task *t, struct vma_tree *to, const struct vma_node *from)
{
	struct vma_node *node = NULL;

	if (!inject_failure(t->world, SITE_TREE_NODE, current_gfp(t, GFP_KERNEL)))
		node = cache_alloc(t, CACHE_NODE);
	if (!node)
		return NULL;
	memcpy(node, from, sizeof(*node));
	to->nr_nodes++;
	for (unsigned int i = 0; node_level(node) && i < node_nr(node); i++) {
		struct vma_node *child = nodes_copy(t, to, node_child(from, i));

		if (!child) {
			nodes_free(t, to, node, i);
			return NULL;
		}
		node_slots(node)[i] = child;
	}
	return node;
}

int vma_tree_dup(struct task *t, struct vma_tree *to, const struct vma_tree *from)
{
	struct vma_node *root;

	BUG_ON(to->root || to->limit != from->limit);
	if (!from->root)
		return 0;
	root = nodes_copy(t, to, from->root);
	if (!root)
		return -ENOMEM;
	to->height = from->height;
	to->reuse = from->reuse;
	rcu_assign_pointer(to->root, root);
	return 0;
}

void vma_tree_exit(struct task *t, struct vma_tree *tree)
{
	struct vma_node *root = tree->root;

	if (root) {
		tree->root = NULL;
		nodes_free(t, tree, root, node_nr(root));
	}
	BUG_ON(tree->nr_nodes);
	tree->height = 0;
	vma_spare_drop(t, tree, 0);
}
