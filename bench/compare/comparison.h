/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The schemes compared on recorded programs, on micro workloads, or on both.
 */
#ifndef BENCH_COMPARE_COMPARISON_H
#define BENCH_COMPARE_COMPARISON_H

#include "bench/compare/traces.h"
#include "bench/compare/works.h"

struct against;

struct comparison {
	const struct compare_options *options;
	struct trace_compare *traces;	/**< perhaps of no trace */
	struct work_compare *works;	/**< NULL: no workload, or none was begun */
	struct against *against;	/**< an earlier one; NULL: none.  comparison_free() frees it */
	bool partial;			/**< a signal ended it before all was measured */
};

/**
 * Measure the traces, then the workloads, or until a signal (interrupt.h): then whole rounds are kept.
 * @param work	NULL: no workloads
 * @return 0, even if an invariant is broken or no round is whole; -1: err
 */
int comparison_measure(struct comparison **out, const struct compare_options *options,
		       const struct work_options *work, struct bench_error *err);
/** NULL is fine. */
void comparison_free(struct comparison *c);

/** Print warnings about the measurements, with their remedies, one line each, on stderr. */
void comparison_warn(const struct comparison *c);
/** The answer for the @a i-th trace or workload that has runs, in a sentence; NULL: there are no more. */
const char *comparison_answer(const struct comparison *c, unsigned int i);
/** The @a i-th invariant that did not hold; NULL: there are no more. */
const char *comparison_broken(const struct comparison *c, unsigned int i);

/* --- reports: written to a stream in memory, so that nothing half-written is ever seen ------ */

/** For a terminal, or in Markdown. */
void comparison_table(const struct comparison *c, enum grid_style style, FILE *out);
void comparison_csv(const struct comparison *c, FILE *out);
/** @return 0; -1: this build has no jansson, or no memory */
int comparison_json(const struct comparison *c, FILE *out);

#endif /* BENCH_COMPARE_COMPARISON_H */
