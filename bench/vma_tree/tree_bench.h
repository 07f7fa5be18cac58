/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The parts of tree_bench: the figures and the functions that measure them.
 */
#ifndef BENCH_VMA_TREE_TREE_BENCH_H
#define BENCH_VMA_TREE_TREE_BENCH_H

#include "bench/vma_tree/side.h"

#include <stddef.h>

#define MAX_ROUNDS	99
#define MAX_RANGES	8
#define MAX_FIGURES	256

struct options {
	unsigned int rounds, ms, nr_ranges;
	uint64_t ranges[MAX_RANGES];
	bool growth;		/**< only what is shown of growth: little, and of large trees */
	const char *json;
};

/** What was measured of all sides, by round. */
struct figure {
	uint64_t ranges;
	const char *what, *unit;
	unsigned int rounds;
	double value[MAX_SIDES][MAX_ROUNDS];
};

struct bench {
	struct options o;
	uint64_t nr;
	void *tree[MAX_SIDES], *other[MAX_SIDES];	/**< other: for the control, a writer who is busy elsewhere */
	uint8_t *present[MAX_SIDES], *other_present[MAX_SIDES];
	struct figure *figure;
	unsigned int nr_figures;
};

typedef void (*loop_fn)(void *tree, struct side_load *l);

/** The loops that are measured, of any side. */
enum loop { LOOKUP, FIND, NEXT, ALL, TOGGLE, SHIFT };

/* --- figures (figure.c) ------------------------------------------------------------------------ */

void die(const char *what) __attribute__((noreturn));
void *must_alloc(size_t bytes);
struct figure *figure_new(struct bench *b, const char *what, const char *unit);
void figure_head(void);
/** Medians of all sides; of each maple tree its ratio to ours, of the rounds' median, and its quartiles. */
void figure_print(const struct figure *f);
void report_json(const struct bench *b);

/* --- one thread (loops.c) ----------------------------------------------------------------------- */

/** Time that this thread has run, in ns, so that other programs on the machine do not count. */
uint64_t thread_now(void);
/** @return ns a turn */
double run_loop(loop_fn loop, void *tree, struct side_load *l);
/** Turns of a loop that take the slowest side about as long as a slice. */
uint64_t calibrate(struct bench *b, enum loop which);
/** A figure of a loop, in ns a turn divided by @a per_turn. */
void measure(struct bench *b, enum loop which, const char *what, double per_turn);

/* --- whole trees (whole.c) ----------------------------------------------------------------------- */

enum order { UP, DOWN, RANDOM };

/** A tree of all ranges, stored one by one. */
void *build(struct bench *b, enum order order, unsigned int s);
/** What fork, munmap of everything and exit cost a range, and what single stores and erases do. */
void measure_whole(struct bench *b);

/* --- a reader beside a writer (beside.c) ----------------------------------------------------------- */

void bench_beside(struct bench *b);

#endif /* BENCH_VMA_TREE_TREE_BENCH_H */
