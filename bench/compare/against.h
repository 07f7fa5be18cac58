/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A comparison against an earlier one: what has a change of a scheme changed?
 *
 * The two were measured apart, and the machine may not be what it was.  So a scheme's runs count as multiples of the
 * baseline's in the same rounds, and these multiples are compared: what slows all schemes down alike cancels out.  Of the
 * baseline itself nothing is learnt.
 */
#ifndef BENCH_COMPARE_AGAINST_H
#define BENCH_COMPARE_AGAINST_H

#include "config.h"
#include "bench/compare/comparison.h"

/** A program or workload that both have, under one scheme. */
struct against_row {
	const char *scheme;
	double before, now;		/**< median multiples of the baseline */
	struct stat_ratio ratio;	/**< now to before */
	size_t runs;			/**< of the one that has fewer */
	enum stat_verdict verdict;	/**< of all rows of the case together (stat_sentence_level()) */
};

struct against_case {
	char what[WORK_NAME_SIZE];
	struct against_row row[COMPARE_MAX_SCHEMES];
	unsigned int nr;
	char answer[VERDICT_SENTENCE];
};

struct against {
	const char *path;
	struct against_case *cases;
	unsigned int nr;
};

/**
 * Before the wait: is @a path a comparison with this baseline, mode and machine?
 * @return 0; -1: err
 */
int against_possible(const char *path, const struct compare_options *o, struct bench_error *err);
/** @return 0; -1: err, also when they have nothing in common */
int against_make(struct against **out, const char *path, const struct comparison *c, struct bench_error *err);
/** NULL is fine. */
void against_free(struct against *a);
#ifdef HAVE_JANSSON
#include <jansson.h>
json_t *against_json(const struct against *a);
#endif
void against_table(const struct against *a, enum grid_style style, FILE *out);

#endif /* BENCH_COMPARE_AGAINST_H */
