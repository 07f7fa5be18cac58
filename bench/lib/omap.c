/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The treap: a search tree by key that is a heap by hashed key.
 *
 * Source: Aragon and Seidel, "Randomized search trees" (FOCS 1989).
 */
#include "bench/lib/omap.h"
#include "common/mm/hash.h"

struct omap_node *omap_floor(const struct omap *map, u64 key)
{
	struct omap_node *best = NULL;

	for (struct omap_node *n = map->root; n;) {
		if (n->key == key)
			return n;
		if (n->key < key) {
			best = n;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	return best;
}

struct omap_node *omap_ceil(const struct omap *map, u64 key)
{
	struct omap_node *best = NULL;

	for (struct omap_node *n = map->root; n;) {
		if (n->key == key)
			return n;
		if (n->key > key) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

/* Split the subtree in two at @a key. */
static void split(struct omap_node *n, u64 key, struct omap_node **left,
		  struct omap_node **right)
{
	while (n) {
		if (n->key < key) {
			*left = n;
			left = &n->right;
			n = n->right;
		} else {
			*right = n;
			right = &n->left;
			n = n->left;
		}
	}
	*left = *right = NULL;
}

void omap_insert(struct omap *map, struct omap_node *node)
{
	struct omap_node **at = &map->root;
	u64 prio = hash64(node->key);

	while (*at && hash64((*at)->key) > prio)
		at = node->key < (*at)->key ? &(*at)->left : &(*at)->right;
	split(*at, node->key, &node->left, &node->right);
	*at = node;
}

void omap_remove(struct omap *map, struct omap_node *node)
{
	struct omap_node **at = &map->root, *left = node->left, *right = node->right;

	while (*at != node)
		at = node->key < (*at)->key ? &(*at)->left : &(*at)->right;
	/* Join the node's two subtrees in its place. */
	while (left && right) {
		if (hash64(left->key) > hash64(right->key)) {
			*at = left;
			at = &left->right;
			left = left->right;
		} else {
			*at = right;
			at = &right->left;
			right = right->left;
		}
	}
	*at = left ? left : right;
}
