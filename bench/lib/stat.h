/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Medians, quantiles, ratios with intervals, and verdicts on them.
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

/** A ratio with its 95 % confidence interval. */
struct stat_ratio {
	double ratio, low, high;
	double p;	/**< how often equal columns would differ as much, either way; 1 if nothing is known */
};

/** The ratio of a column to itself. */
#define STAT_ITSELF ((struct stat_ratio){ 1, 1, 1, 1 })
/** There is no ratio: stat_is_none(). */
#define STAT_NONE ((struct stat_ratio){ NAN, NAN, NAN, 1 })

/** Runs that an interval takes at least, to be called one of 95 %. */
#define STAT_MIN_RUNS 6
/** The most runs that options accept. */
#define STAT_MAX_RUNS 1000

/**
 * The ratio median(a) / median(b), 0 < n.  Runs a[i] and b[i] were made one after the other, so they stay
 * paired: a disturbance of the machine that affected both cancels out.
 *
 * The interval is the wider, on either side, of two.  The bootstrap: the middle 95 % of what 2000
 * seeded draws of pairs with replacement give for the ratio of medians.  And the
 * signed-rank interval of the pairs' ratios, which is exact where swapping the two
 * of a pair changes nothing: at most 5 % of equals are called different.  The bootstrap alone is too narrow
 * for few runs: of 7, it tells 6 to 8 % of equals apart (docs/measuring.md).
 *
 * Below STAT_MIN_RUNS no exact interval exists: it is then all that the pairs span, and no verdict comes
 * from it.  p is the greater of the p of the two tests behind the intervals: at p <= 0.05 both leave out 1.
 * Where the median of @a b is not above 0 there is no ratio: all is NAN, p 1 (stat_is_none()).
 * @context n <= STAT_MAX_RUNS
 *
 * Source: Efron and Tibshirani, "An introduction to the bootstrap" (1993); Hodges and Lehmann, "Estimates of
 * location based on rank tests" (1963).
 */
struct stat_ratio stat_ratio(const double *a, const double *b, size_t n);

/**
 * The difference median(a) - median(b), the same way: `ratio`, `low` and `high` are differences then.
 */
struct stat_ratio stat_difference(const double *a, const double *b, size_t n);

bool stat_is_none(struct stat_ratio r);

/* --- several at once -------------------------------------------------------------------------- */

/** The level of a single question: 5 % of equals are called different. */
#define STAT_LEVEL 0.05

/** The p of a question, counted with those of its family. */
struct stat_family {
	double *p;
	size_t nr, max;
	bool no_memory;		/**< then no difference is reported */
};

void stat_family_add(struct stat_family *f, struct stat_ratio r);
/**
 * For a table: the p up to which differences are reported, so that on average at most 5 % of those
 * reported are false.  0: none.  Empties the family.
 * Source: Benjamini and Hochberg, "Controlling the false discovery rate" (1995).
 */
double stat_family_level(struct stat_family *f);

/**
 * For a sentence: the p up to which the next difference is reported when @a told of @a nr are reported
 * already, least p first, so that with 95 % none of the @a nr is false.
 * Source: Holm, "A simple sequentially rejective multiple test procedure" (1979).
 */
static inline double stat_sentence_level(size_t nr, size_t told)
{
	return STAT_LEVEL / (double)(nr - told);
}

/** The least p that so many runs can come to. */
double stat_least_p(size_t runs);
/** Runs that can tell one difference alone among @a nr questions. */
size_t stat_runs_for(size_t nr);

/** The verdict on a ratio of times. */
enum stat_verdict {
	STAT_CANNOT_TELL,	/**< not at this level, or the runs are too few, or there is no ratio */
	STAT_FASTER,
	STAT_SLOWER,
};

/** @param level	STAT_LEVEL for a question that stands alone, else its family's */
enum stat_verdict stat_verdict(struct stat_ratio r, size_t runs, double level);
/** "faster", "slower", "cannot tell" */
const char *stat_verdict_name(enum stat_verdict verdict);

#endif /* BENCH_LIB_STAT_H */
