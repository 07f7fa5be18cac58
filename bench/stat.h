/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Medians, quantiles, and bootstrap intervals of a ratio.
 */
#ifndef BENCH_STAT_H
#define BENCH_STAT_H

#include "common/platform/types.h"

/** For qsort() of doubles. */
int stat_compare(const void *a, const void *b);

/** The quantile @a q in [0, 1] of @a n > 0 sorted values, between two of them by their distance. */
double stat_quantile(const double *sorted, size_t n, double q);

/** The median of @a n > 0 values in any order.  At most 4096 of them. */
double stat_median(const double *values, size_t n);

/** (third quartile - first) / median: how much runs differ.  0 for one run. */
double stat_spread(const double *values, size_t n);

struct stat_interval {
	double low, high;
};

/**
 * Where the ratio median(a) / median(b) lies: the middle 95 % of what 2000 draws
 * of runs with replacement give.  Runs a[i] and b[i] were made one after the
 * other, so they are drawn together: what disturbed the machine for both cancels
 * out.  Seeded: the same runs give the same interval.
 *
 * Source: Efron and Tibshirani, "An introduction to the bootstrap" (1993), percentile interval of pairs.
 */
struct stat_interval stat_ratio_interval(const double *a, const double *b, size_t n);

#endif /* BENCH_STAT_H */
