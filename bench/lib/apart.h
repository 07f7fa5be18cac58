/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The ratio of samples that were taken apart, on two days or of two builds: runs do not form pairs.
 */
#ifndef BENCH_LIB_APART_H
#define BENCH_LIB_APART_H

#include "bench/lib/stat.h"

/**
 * The ratio median(a) / median(b), 0 < na, nb <= STAT_MAX_RUNS, all values above 0.  The interval is that of the rank-sum
 * test over all na * nb ratios, p is the test's: exact up to 30 runs a side, beyond it by the normal distribution.  Without
 * ratios or memory all is NAN, p 1.
 *
 * Source: Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other" (1947);
 * Hodges and Lehmann, "Estimates of location based on rank tests" (1963).
 */
struct stat_ratio stat_ratio_apart(const double *a, size_t na, const double *b, size_t nb);

#endif /* BENCH_LIB_APART_H */
