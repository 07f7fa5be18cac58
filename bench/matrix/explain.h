/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One staged interleaving as a story: a fault is held half-way, an operation runs beside it, and the fault goes on.
 */
#ifndef BENCH_MATRIX_EXPLAIN_H
#define BENCH_MATRIX_EXPLAIN_H

#include <stdio.h>

#include "bench/matrix/matrix.h"

/* A fault on four rungs passes some twenty points, an operation fewer. */
#define EXPLAIN_MAX_STEPS 128

struct explain_step {
	bool of_op;		/**< else of the fault */
	bool blocked;		/**< it is held, or waits */
	char text[160];
};

struct explain {
	const struct scheme_chain *chain;
	const struct matrix_op *op;
	enum matrix_where where;
	enum probe_point point;		/**< where the fault is held */
	struct explain_step step[EXPLAIN_MAX_STEPS];
	unsigned int nr;
	struct matrix_cell end;		/**< how the fault fared: rungs, raced, result; whether the operation waited, for what */
};

/**
 * Play it.  @param e	chain, op, where and point are set
 * @return 0; -1: err, as when the fault does not come by the point
 * @context the caller has slot 0; slots 1 to 4 are free
 */
int explain_play(struct explain *e, struct bench_error *err);

/** "its page is present", "SIGSEGV", ... */
const char *explain_result(enum fault_result result);

/** The answer in sentences, then two columns. */
void explain_text(const struct explain *e, FILE *out);
/** The same as SVG. */
void explain_svg(const struct explain *e, FILE *out);

#endif /* BENCH_MATRIX_EXPLAIN_H */
