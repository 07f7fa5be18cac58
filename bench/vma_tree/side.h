/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One of the trees that are compared: what the measuring asks of it.
 *
 * Each side compiles the same loops (side_loops.h) around its own inlined
 * operations, so that no call of a function pointer stands between a loop and
 * the tree.  All keep the same ranges: number i is RANGE_PAGES pages long and
 * begins at range_addr(i), with GAP_PAGES free behind it.
 */
#ifndef BENCH_VMA_TREE_SIDE_H
#define BENCH_VMA_TREE_SIDE_H

#include <stdbool.h>
#include <stdint.h>

#define TREE_PAGE	4096ul
#define RANGE_PAGES	12ul
#define GAP_PAGES	4ul
#define RANGE_STEP	((RANGE_PAGES + GAP_PAGES) * TREE_PAGE)
/** Where Linux places a program's mappings; the tree's limit is user space's. */
#define RANGE_BASE	0x7e0000000000ul
#define RANGE_LIMIT	0x7ffffffff000ul

static inline unsigned long range_addr(uint64_t i)
{
	return RANGE_BASE + i * RANGE_STEP;
}

/** What a range leads to: an address that no tree follows.  64 bytes apart; those of a copy further on. */
#define ENTRY_BASE	0x100000000ul
#define COPY_ENTRIES	0x1000000000ul

static inline void *range_entry(uint64_t i)
{
	return (void *)(ENTRY_BASE + 64 * i);
}

/** splitmix64, its author's constants (Vigna 2015). */
static inline uint64_t side_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/** A number below @a n, by multiplication: no division in the loops. */
static inline uint64_t side_below(uint64_t *state, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)side_random(state) * n) >> 64);
}

struct side;

/** The parameters of a run of a loop: how many turns, over how many ranges, from which seed. */
struct side_load {
	uint64_t turns, nr, seed;
	uint8_t *present;	/**< mixes: is range i stored; one array a side */
	uint64_t pace_ns;	/**< mixes: no faster than a change in that time; 0: flat out */
	const uint32_t *stop;	/**< end as soon as it is not 0, if not NULL */
	uint64_t done;		/**< turns made */
	uint64_t sum;		/**< of what was found: all sides must agree */
};

struct side_ops {
	const char *name;	/**< in a report's head */
	const char *key;	/**< in its JSON */
	/**
	 * @param beside	a tree whose stock of nodes this one takes from and gives back to; NULL: one of its own
	 * @return an empty tree, or NULL.  @context a thread that is an RCU reader
	 */
	void *(*create)(void *beside);
	void (*destroy)(void *tree);
	/** Wait until what was freed is back in the stock.  @a tree: one with a stock of its own */
	void (*settle)(void *tree);
	void (*put)(void *tree, uint64_t i);
	void (*erase)(void *tree, uint64_t i);
	/** Erase ranges 0 to @a nr - 1 in one. */
	void (*erase_all)(void *tree, uint64_t nr);
	/** Fill @a to, which is empty, as fork does: the @a nr ranges of @a from, each with an entry of its own. */
	void (*fork)(void *to, void *from, uint64_t nr);
	/** Free all nodes, as exit does: @a tree is empty then. */
	void (*exit)(void *tree);
	uint64_t (*bytes)(void *tree);		/**< of the nodes of the tree itself */
	void (*lookup)(void *tree, struct side_load *l);
	void (*find)(void *tree, struct side_load *l);
	void (*next)(void *tree, struct side_load *l);	/**< 16 ranges in order a turn */
	void (*all)(void *tree, struct side_load *l);	/**< all ranges in order, a turn each */
	void (*toggle)(void *tree, struct side_load *l);
	void (*shift)(void *tree, struct side_load *l);
};

/** All of them, ours first; the kernel's maple trees as far as their sources are installed. */
extern const struct side_ops *const sides[];
extern const unsigned int nr_sides;
extern const struct side_ops side_vma_tree;
#define MAX_SIDES 3

uint64_t side_now(void);

#endif /* BENCH_VMA_TREE_SIDE_H */
