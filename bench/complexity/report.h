/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The complexity of schemes, or of files, as text, CSV and JSON.
 */
#ifndef BENCH_COMPLEXITY_REPORT_H
#define BENCH_COMPLEXITY_REPORT_H

#include <stdio.h>

#include "bench/complexity/scope.h"
#include "bench/cli/grid.h"

struct cx_report {
	struct cx_program *program;
	const char *source;	/**< root of the tree; NULL: files were named */
	char **scheme;		/**< those asked for, in this order */
	size_t nr_schemes;
	bool functions;		/**< also one row per function */
	int argc;
	char **argv;
};

/** Does @a f belong to the report: to the ladder of one of its schemes, or to a named file? */
bool cx_report_wants(const struct cx_report *r, const struct cx_function *f);

void cx_report_table(const struct cx_report *r, enum grid_style style, FILE *out);
/** One row per function and one per sum, under one head. */
void cx_report_csv(const struct cx_report *r, FILE *out);
/** @return 0; -1: built without jansson */
int cx_report_json(const struct cx_report *r, FILE *out);

#endif /* BENCH_COMPLEXITY_REPORT_H */
