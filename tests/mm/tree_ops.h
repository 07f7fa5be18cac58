/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Lists of operations on a VMA tree: made from a seed, run against the oracle, shrunk when they fail.
 *
 * A run is a process of its own, so that a list can be shrunk also when it ends in
 * a BUG_ON or a crash.
 */
#ifndef TESTS_MM_TREE_OPS_H
#define TESTS_MM_TREE_OPS_H

#include "common/mm/vma_tree/vma_tree.h"

/** How a list is run. */
struct tree_run {
	unsigned long unit;	/**< bytes a page of the oracle stands for */
	unsigned int prealloc;	/**< stores prepared at once; 0 means 1 */
	bool keep_spares;	/**< else each prealloc finds none */
	bool check_each;	/**< the structure after each operation, else now and then */
};

/** SEEK and NEXT are of one cursor, which is kept from operation to operation: to page a; c ranges on. */
enum tree_op_kind { STORE, CLEAR, WALK, FIND, PREV, LOWEST, HIGHEST, SEEK, NEXT, DUP };

/** @a a and @a b are pages; @a c is an id, a page or a size, as the kind needs. */
struct tree_op {
	enum tree_op_kind kind;
	unsigned int a, b, c;
};

/** Sizes and mixture of a generated list. */
struct tree_mix {
	unsigned int max_pages;	/**< ranges are mostly no longer */
	bool again;		/**< those ranges have their places, max_pages apart, and come back there, but one in 50 */
	unsigned int ids;	/**< number of VMAs; with few, neighbours merge often */
	unsigned int clear_pct;	/**< of the changes */
	unsigned int long_pct;	/**< of the changes: up to all of the address space */
};

void tree_ops_make(struct tree_op *ops, unsigned int nr, u64 seed, const struct tree_mix *mix);

/**
 * Run @a ops on an empty tree, in a child.
 * @return NULL: as the oracle says; else what was wrong, after the list has been
 * shrunk in place to *@a nr and printed on stderr as code
 */
const char *tree_ops_run(const struct tree_run *run, struct tree_op *ops, unsigned int *nr,
			 u64 seed);

/** A world for trees alone: nothing in it faults. */
struct world *tree_world(void);

/** splitmix64, its author's constants (Vigna 2015): the same everywhere. */
static inline u64 tree_random(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

#endif /* TESTS_MM_TREE_OPS_H */
