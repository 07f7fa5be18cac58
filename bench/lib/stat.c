/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The few statistics that a report needs.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lib/stat.h"
#include "common/mm/hash.h"

#define MAX_VALUES 4096
#define DRAWS 2000
#define SEED 0x666c7430ULL

int stat_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double stat_quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t low = (size_t)at;

	if (low + 1 >= n)
		return sorted[n - 1];
	return sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

static void sort_into(double *to, const double *values, size_t n)
{
	memcpy(to, values, n * sizeof(*to));
	qsort(to, n, sizeof(*to), stat_compare);
}

double stat_median(const double *values, size_t n)
{
	double sorted[MAX_VALUES];

	if (n > MAX_VALUES)
		n = MAX_VALUES;
	sort_into(sorted, values, n);
	return stat_quantile(sorted, n, 0.5);
}

double stat_spread(const double *values, size_t n)
{
	double sorted[MAX_VALUES], median;

	if (n > MAX_VALUES)
		n = MAX_VALUES;
	sort_into(sorted, values, n);
	median = stat_quantile(sorted, n, 0.5);
	if (median <= 0)
		return 0;
	return (stat_quantile(sorted, n, 0.75) - stat_quantile(sorted, n, 0.25)) / median;
}

/* --- ratios ------------------------------------------------------------------------------------ */

#define MAX_RUNS	256
/* Up to here the distribution of the signed ranks' sum is counted, beyond it is near to a normal one. */
#define EXACT_RUNS	30

/* What is asked of two medians, or of a pair. */
enum contrast { RATIO, DIFFERENCE };

static void bootstrap(const double *a, const double *b, size_t n, enum contrast how, struct stat_ratio *r)
{
	double value[DRAWS], x[MAX_RUNS], y[MAX_RUNS];
	u64 state = SEED;

	for (int d = 0; d < DRAWS; d++) {
		for (size_t i = 0; i < n; i++) {
			size_t pick = (size_t)(hash64(state++) % n);

			x[i] = a[pick];
			y[i] = b[pick];
		}
		double above = stat_median(x, n), below = stat_median(y, n);

		value[d] = how == DIFFERENCE ? above - below : below > 0 ? above / below : 1;
	}
	qsort(value, DRAWS, sizeof(*value), stat_compare);
	r->low = stat_quantile(value, DRAWS, 0.025);
	r->high = stat_quantile(value, DRAWS, 0.975);
}

/*
 * How many of the pairwise means are left out at either end: the greatest k for which
 * the signed ranks of n symmetric values sum up to less than k in at most 2.5 % of cases.
 */
static size_t means_left_out(size_t n)
{
	double ways[EXACT_RUNS * (EXACT_RUNS + 1) / 2 + 1] = { 1 }, sum = 0, all = 1;
	size_t top = n * (n + 1) / 2, k = 0;

	if (n > EXACT_RUNS) {
		double mean = (double)top / 2, runs = (double)n;

		return (size_t)(mean - 1.96 * sqrt(runs * (runs + 1) * (2 * runs + 1) / 24));
	}
	for (size_t rank = 1; rank <= n; rank++) {
		all *= 2;
		for (size_t w = top; w >= rank; w--)
			ways[w] += ways[w - rank];
	}
	while (k < top && sum + ways[k] <= 0.025 * all)
		sum += ways[k++];
	return k;
}

/* Widen @r to the signed-rank interval of the pairs' ratios, or differences. */
static void signed_rank(const double *a, const double *b, size_t n, enum contrast how, struct stat_ratio *r)
{
	double pair[MAX_RUNS], *mean = malloc(n * (n + 1) / 2 * sizeof(*mean)), low, high;
	size_t nr = 0, out = means_left_out(n);

	if (!mean) {	/* then nothing is known */
		r->low = how == DIFFERENCE ? -INFINITY : 0;
		r->high = INFINITY;
		return;
	}
	for (size_t i = 0; i < n; i++)
		pair[i] = how == DIFFERENCE ? a[i] - b[i] : a[i] > 0 && b[i] > 0 ? log(a[i] / b[i]) : 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i; k < n; k++)
			mean[nr++] = (pair[i] + pair[k]) / 2;
	qsort(mean, nr, sizeof(*mean), stat_compare);
	if (out)
		out--;		/* the k-th from either end is the interval's */
	low = how == DIFFERENCE ? mean[out] : exp(mean[out]);
	high = how == DIFFERENCE ? mean[nr - 1 - out] : exp(mean[nr - 1 - out]);
	free(mean);
	if (low < r->low)
		r->low = low;
	if (high > r->high)
		r->high = high;
}

struct stat_ratio stat_ratio(const double *a, const double *b, size_t n)
{
	struct stat_ratio r = { 1, 1, 1 };
	double below;

	if (n > MAX_RUNS)
		n = MAX_RUNS;
	below = stat_median(b, n);
	if (below <= 0)
		return r;
	r.ratio = stat_median(a, n) / below;
	bootstrap(a, b, n, RATIO, &r);
	signed_rank(a, b, n, RATIO, &r);
	return r;
}

struct stat_ratio stat_difference(const double *a, const double *b, size_t n)
{
	struct stat_ratio r;

	if (n > MAX_RUNS)
		n = MAX_RUNS;
	r.ratio = stat_median(a, n) - stat_median(b, n);
	bootstrap(a, b, n, DIFFERENCE, &r);
	signed_rank(a, b, n, DIFFERENCE, &r);
	return r;
}

enum stat_verdict stat_verdict(struct stat_ratio r, size_t runs)
{
	if (runs < STAT_MIN_RUNS || (r.low <= 1 && r.high >= 1))
		return STAT_CANNOT_TELL;
	return r.high < 1 ? STAT_FASTER : STAT_SLOWER;
}

const char *stat_verdict_name(enum stat_verdict verdict)
{
	static const char *const names[] = {
		[STAT_CANNOT_TELL] = "cannot tell",
		[STAT_FASTER] = "faster",
		[STAT_SLOWER] = "slower",
	};

	return names[verdict];
}
