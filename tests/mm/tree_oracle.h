/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a VMA tree should hold, as one number a page: slow, and too simple to be wrong.
 *
 * Page p of the oracle stands for the addresses [p, p + 1) * unit.  Number 0 is a
 * hole, any other number is a VMA; a run of equal numbers is one range.
 */
#ifndef TESTS_MM_TREE_ORACLE_H
#define TESTS_MM_TREE_ORACLE_H

#include "common/platform/types.h"

#define ORACLE_PAGES	4096u
#define ORACLE_NONE	(~0u)

struct oracle {
	u16 id[ORACLE_PAGES];
};

/** Where the run of equal numbers that holds page @a p begins, and where it ends. */
static inline unsigned int oracle_start(const struct oracle *o, unsigned int p)
{
	while (p && o->id[p - 1] == o->id[p])
		p--;
	return p;
}

static inline unsigned int oracle_end(const struct oracle *o, unsigned int p)
{
	unsigned int id = o->id[p];

	while (p < ORACLE_PAGES && o->id[p] == id)
		p++;
	return p;
}

static inline void oracle_store(struct oracle *o, unsigned int a, unsigned int b, unsigned int id)
{
	for (unsigned int p = a; p < b; p++)
		o->id[p] = id;
}

/** First page at or above @a p that is not a hole, or ORACLE_PAGES. */
static inline unsigned int oracle_next(const struct oracle *o, unsigned int p)
{
	while (p < ORACLE_PAGES && !o->id[p])
		p++;
	return p;
}

/** First range that ends above page @a p and begins below page @a max. */
static inline unsigned int oracle_find(const struct oracle *o, unsigned int p, unsigned int max)
{
	p = oracle_next(o, p);
	return p < ORACLE_PAGES && oracle_start(o, p) < max ? o->id[p] : 0;
}

/** Last range that begins below page @a p. */
static inline unsigned int oracle_prev(const struct oracle *o, unsigned int p)
{
	while (p && !o->id[p - 1])
		p--;
	return p ? o->id[p - 1] : 0;
}

/** Lowest or highest page from which @a size pages within [@a lo, @a hi) are free. */
static inline unsigned int oracle_gap(const struct oracle *o, unsigned int size, unsigned int lo,
				      unsigned int hi, bool highest)
{
	unsigned int found = ORACLE_NONE, run = 0;

	for (unsigned int p = lo; p < hi; p++) {
		run = o->id[p] ? 0 : run + 1;
		if (run >= size) {
			found = p + 1 - size;
			if (!highest)
				break;
		}
	}
	return found;
}

static inline u64 oracle_nr(const struct oracle *o)
{
	u64 nr = 0;

	for (unsigned int p = 0; p < ORACLE_PAGES; p = oracle_end(o, p))
		nr += o->id[p] != 0;
	return nr;
}

#endif /* TESTS_MM_TREE_ORACLE_H */
