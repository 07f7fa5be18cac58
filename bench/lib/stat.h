/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Medians, quantiles, intervals of a ratio, and what they let one say.
 */
#ifndef BENCH_LIB_STAT_H
#define BENCH_LIB_STAT_H

#include "common/platform/types.h"

/** For qsort() of doubles. */
int stat_compare(const void *a, const void *b);

/** The quantile @a q in [0, 1] of @a n > 0 sorted values, between two of them by their distance. */
double stat_quantile(const double *sorted, size_t n, double q);

/** The median of @a n > 0 values in any order.  At most 4096 of them. */
double stat_median(const double *values, size_t n);

/** (third quartile - first) / median: how much runs differ.  0 for one run. */
double stat_spread(const double *values, size_t n);
/** Runs that differ by more than this get a warning. */
#define STAT_SPREAD 0.10

/** A ratio, and between which two it lies with 95 % confidence. */
struct stat_ratio {
	double ratio, low, high;
};

/** Runs that an interval takes at least, to be called one of 95 %. */
#define STAT_MIN_RUNS 6

/**
 * The ratio median(a) / median(b), 0 < n.  Runs a[i] and b[i] were made one after the other, so
 * they stay together: what disturbed the machine for both cancels out.
 *
 * The interval is the wider, on either side, of two.  The bootstrap: the middle 95 % of what 2000
 * seeded draws of pairs with replacement give for the ratio of medians.  And the
 * signed-rank interval of the pairs' ratios, which is exact where swapping the two
 * of a pair changes nothing: of equals at most 5 % are called different.  The bootstrap alone is too narrow
 * for few runs: of 7, it tells 6 to 8 % of equals apart (docs/measuring.md).
 *
 * At most 256 runs are looked at.  Below STAT_MIN_RUNS no exact interval exists: it is then all that the
 * pairs span, and no verdict comes from it.
 *
 * Source: Efron and Tibshirani, "An introduction to the bootstrap" (1993); Hodges and Lehmann, "Estimates of
 * location based on rank tests" (1963).
 */
struct stat_ratio stat_ratio(const double *a, const double *b, size_t n);

/**
 * The difference median(a) - median(b), the same way: `ratio`, `low` and `high` are differences then.
 */
struct stat_ratio stat_difference(const double *a, const double *b, size_t n);

/** What an interval says of times. */
enum stat_verdict {
	STAT_CANNOT_TELL,	/**< 1 is within, or the runs are too few */
	STAT_FASTER,
	STAT_SLOWER,
};

enum stat_verdict stat_verdict(struct stat_ratio r, size_t runs);
/** "faster", "slower", "cannot tell" */
const char *stat_verdict_name(enum stat_verdict verdict);

#endif /* BENCH_LIB_STAT_H */
