/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The matrix in print.
 */
#ifndef BENCH_MATRIX_REPORT_H
#define BENCH_MATRIX_REPORT_H

#include <stdio.h>

#include "bench/matrix/matrix.h"

#define MATRIX_MAX_SCHEMES 64

/** All of one run of the command. */
struct matrix_set {
	struct scheme_chain chain[MATRIX_MAX_SCHEMES];
	struct matrix matrix[MATRIX_MAX_SCHEMES];
	unsigned int nr;
	bool by_op;			/**< a table an operation, instead of one a scheme */
	int argc;
	char **argv;
};

/** Aligned columns, or Markdown. */
void matrix_print(const struct matrix_set *set, bool markdown, FILE *out);
void matrix_csv(const struct matrix_set *set, FILE *out);
/** @return 0; -1: no memory, or @a out failed, or this build has no jansson */
int matrix_json(const struct matrix_set *set, FILE *out);

/** "goes on", "waits", "retries" or "falls": what the fault did on its first rung. */
const char *matrix_fault_word(const struct matrix_cell *cell);

#endif /* BENCH_MATRIX_REPORT_H */
