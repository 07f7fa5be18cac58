/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One thread in a loop over one tree after the other.
 */
#include "bench/vma_tree/tree_bench.h"

#include <time.h>

uint64_t thread_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

double run_loop(loop_fn loop, void *tree, struct side_load *l)
{
	uint64_t begun = thread_now(), took;

	l->sum = 0;
	loop(tree, l);
	took = thread_now() - begun;
	return l->done ? (double)took / l->done : 0;
}

static loop_fn loop_of(const struct side_ops *side, enum loop which)
{
	const loop_fn loops[] = { side->lookup, side->find, side->next, side->all, side->toggle, side->shift };

	return loops[which];
}

uint64_t calibrate(struct bench *b, enum loop which)
{
	double slow = 0;

	for (unsigned int s = 0; s < nr_sides; s++) {
		struct side_load l = {
			.turns = 2000, .nr = b->nr, .seed = 1, .present = b->present[s],
		};
		double ns = run_loop(loop_of(sides[s], which), b->tree[s], &l);

		if (ns > slow)
			slow = ns;
	}
	return b->o.ms * 1e6 / slow + 1;
}

void measure(struct bench *b, enum loop which, const char *what, double per_turn)
{
	struct figure *f = figure_new(b, what, "ns");
	uint64_t turns = calibrate(b, which);

	for (unsigned int round = 0; round < f->rounds; round++) {
		uint64_t sum[MAX_SIDES];

		for (unsigned int k = 0; k < nr_sides; k++) {
			unsigned int s = (round + k) % nr_sides;
			struct side_load l = {
				.turns = turns / 4 + 1, .nr = b->nr, .seed = 1000 + round,
				.present = b->present[s],
			};

			run_loop(loop_of(sides[s], which), b->tree[s], &l);	/* warm */
			l.turns = turns;
			f->value[s][round] = run_loop(loop_of(sides[s], which), b->tree[s], &l) / per_turn;
			sum[s] = l.sum;
		}
		for (unsigned int s = 1; s < nr_sides; s++)
			if (sum[s] != sum[0])
				die("the trees do not agree");
	}
	figure_print(f);
}
