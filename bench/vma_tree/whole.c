/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Whole trees: built range by range, copied as fork does, erased in one, freed as exit does.
 */
#include "bench/vma_tree/tree_bench.h"

#include <stdlib.h>

/** Ranges that a round goes through at least, in as many trees as that takes. */
#define ROUND_RANGES	100000u
#define MAX_COPIES	1000u
/** After so many single stores those nodes are waited for that RCU has not freed yet, which may fill the memory. */
#define SETTLE_STORES	1000000u

static void settle_at_times(const struct side_ops *side, void *tree, uint64_t nr_stores)
{
	if (nr_stores % SETTLE_STORES == 0)
		side->settle(tree);
}

void *build(struct bench *b, enum order order, unsigned int s)
{
	uint64_t *at = order == RANDOM ? must_alloc(b->nr * sizeof(*at)) : NULL, seed = 42;
	void *tree = sides[s]->create(NULL);

	if (!tree)
		die("no memory");
	for (uint64_t i = 0; at && i < b->nr; i++) {
		uint64_t j = side_below(&seed, i + 1);

		at[i] = at[j];
		at[j] = i;
	}
	for (uint64_t i = 0; i < b->nr; i++) {
		sides[s]->put(tree, at ? at[i] : order == DOWN ? b->nr - 1 - i : i);
		settle_at_times(sides[s], tree, i + 1);
	}
	free(at);
	return tree;
}

/** A way to do something to each of some trees. */
struct step {
	const struct side_ops *side;
	void *from;		/**< the tree that is copied */
	uint64_t nr;
	void *tree[MAX_COPIES];
	unsigned int nr_trees;
};

static void make_empty(struct step *x)
{
	for (unsigned int i = 0; i < x->nr_trees; i++)
		if (!(x->tree[i] = x->side->create(x->from)))
			die("no memory");
}

static void fork_all(struct step *x)
{
	for (unsigned int i = 0; i < x->nr_trees; i++)
		x->side->fork(x->tree[i], x->from, x->nr);
}

static void put_each(struct step *x)
{
	for (unsigned int i = 0; i < x->nr_trees; i++)
		for (uint64_t k = 0; k < x->nr; k++) {
			x->side->put(x->tree[i], k);
			settle_at_times(x->side, x->from, k + 1);
		}
}

static void erase_each(struct step *x)
{
	for (unsigned int i = 0; i < x->nr_trees; i++)
		for (uint64_t k = 0; k < x->nr; k++) {
			x->side->erase(x->tree[i], k);
			settle_at_times(x->side, x->from, k + 1);
		}
}

static void erase_in_one(struct step *x)
{
	for (unsigned int i = 0; i < x->nr_trees; i++)
		x->side->erase_all(x->tree[i], x->nr);
}

static void exit_all(struct step *x)
{
	for (unsigned int i = 0; i < x->nr_trees; i++)
		x->side->exit(x->tree[i]);
}

static void destroy_all(struct step *x)
{
	for (unsigned int i = 0; i < x->nr_trees; i++)
		x->side->destroy(x->tree[i]);
	x->side->settle(x->from);
}

/** @return ns a range */
static double timed(struct step *x, void (*step)(struct step *x))
{
	uint64_t begun = thread_now();

	step(x);
	return (double)(thread_now() - begun) / (x->nr * x->nr_trees);
}

enum { FORK, EXIT, STORE_EACH, ERASE_EACH, ERASE_IN_ONE, NR_WHOLE };

static void whole_round(struct step *x, double *ns)
{
	make_empty(x);
	ns[FORK] = timed(x, fork_all);
	ns[EXIT] = timed(x, exit_all);
	destroy_all(x);
	make_empty(x);
	ns[STORE_EACH] = timed(x, put_each);
	ns[ERASE_EACH] = timed(x, erase_each);
	destroy_all(x);
	make_empty(x);
	fork_all(x);
	ns[ERASE_IN_ONE] = timed(x, erase_in_one);
	destroy_all(x);
}

void measure_whole(struct bench *b)
{
	static const char *const names[NR_WHOLE] = {
		"fork: a copy, other entries", "exit: all nodes freed", "store each, upwards", "erase each, upwards",
		"erase all in one",
	};
	struct figure *f[NR_WHOLE];
	struct step x = { .nr = b->nr };
	double ns[NR_WHOLE];

	x.nr_trees = b->nr < ROUND_RANGES ? ROUND_RANGES / b->nr : 1;
	if (x.nr_trees > MAX_COPIES)
		x.nr_trees = MAX_COPIES;
	for (unsigned int k = 0; k < NR_WHOLE; k++)
		f[k] = figure_new(b, names[k], "ns");
	for (unsigned int round = 0; round < f[0]->rounds; round++)
		for (unsigned int k = 0; k < nr_sides; k++) {
			unsigned int s = (round + k) % nr_sides;

			x.side = sides[s];
			x.from = b->tree[s];
			if (!round)
				whole_round(&x, ns);	/* the stock of nodes fills */
			whole_round(&x, ns);
			for (unsigned int i = 0; i < NR_WHOLE; i++)
				f[i]->value[s][round] = ns[i];
		}
	for (unsigned int k = 0; k < NR_WHOLE; k++)
		figure_print(f[k]);
}
