/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief An ordered map from 64-bit keys to nodes that live in the caller's objects (a treap).
 *
 * The load analysis keeps ranges and pages in it.  Priorities are a hash of the
 * key, so that the shape depends on the keys alone.
 */
#ifndef BENCH_LIB_OMAP_H
#define BENCH_LIB_OMAP_H

#include "common/platform/types.h"

struct omap_node {
	u64 key;
	struct omap_node *left, *right;
};

struct omap {
	struct omap_node *root;
};

/** The node with the greatest key at or below @a key, or NULL. */
struct omap_node *omap_floor(const struct omap *map, u64 key);
/** The node with the least key at or above @a key, or NULL. */
struct omap_node *omap_ceil(const struct omap *map, u64 key);

/** node->key is set, and no other node has it. */
void omap_insert(struct omap *map, struct omap_node *node);
/** @a node is in the map; it is the caller's again. */
void omap_remove(struct omap *map, struct omap_node *node);

#endif /* BENCH_LIB_OMAP_H */
