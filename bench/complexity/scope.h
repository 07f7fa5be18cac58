/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which functions are a scheme's: its own, those of the core that it reaches, the whole ladder's; and sums.
 */
#ifndef BENCH_COMPLEXITY_SCOPE_H
#define BENCH_COMPLEXITY_SCOPE_H

#include "bench/complexity/program.h"

enum cx_part {
	CX_OWN,		/**< what stands in the scheme's folder */
	CX_CORE,	/**< what its operations reach in common/, directly or not */
	CX_LADDER,	/**< both, of the scheme and of every rung below it, each function once */
	NR_CX_PARTS,
};

struct cx_sum {
	double figure[NR_CX_FIGURES];
	struct cx_names shared;
};

/** Fill each function's users: the schemes whose operations reach it. */
void cx_scope_mark(struct cx_program *p);

/** Is @a f in @a part of @a s? */
bool cx_scope_has(const struct cx_program *p, const struct cx_scheme *s, enum cx_part part,
		  const struct cx_function *f);

/** cx_names_free(&sum.shared) when done. */
struct cx_sum cx_scope_sum(struct cx_program *p, const struct cx_scheme *s, enum cx_part part);
/** Over every function of @a p. */
struct cx_sum cx_scope_sum_all(struct cx_program *p);

/** "own", "core", "ladder" */
const char *cx_part_name(enum cx_part part);
/** As a column's head and a key in JSON: "lines", ... */
const char *cx_figure_name(enum cx_figure figure);

#endif /* BENCH_COMPLEXITY_SCOPE_H */
