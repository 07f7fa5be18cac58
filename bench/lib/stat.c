/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The few statistics that reports use.
 */
#include <assert.h>
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

#define FEW 32u

/* A bootstrap sorts the few values of a sample thousands of times, and qsort() would spend most of its time on calls. */
static void sort_into(double *to, const double *values, size_t n)
{
	if (n > FEW) {
		memcpy(to, values, n * sizeof(*to));
		qsort(to, n, sizeof(*to), stat_compare);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		for (; at && to[at - 1] > values[i]; at--)
			to[at] = to[at - 1];
		to[at] = values[i];
	}
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

	if (!n)
		return 0;
	if (n > MAX_VALUES)
		n = MAX_VALUES;
	sort_into(sorted, values, n);
	median = stat_quantile(sorted, n, 0.5);
	if (median <= 0)
		return 0;
	return (stat_quantile(sorted, n, 0.75) - stat_quantile(sorted, n, 0.25)) / median;
}

/* --- ratios ------------------------------------------------------------------------------------ */

/* Up to here the distribution of the signed ranks' sum is counted, beyond it is near to a normal one. */
#define EXACT_RUNS	30

/* The quantity of interest of two medians, or of a pair. */
enum contrast { RATIO, DIFFERENCE };

/* Twice the share of the sorted values on the thinner side of @a middle; what is equal counts for both sides. */
static double two_sided(const double *sorted, size_t n, double middle)
{
	size_t below = 0, above = 0;

	while (below < n && sorted[below] <= middle)
		below++;
	while (above < n && sorted[n - 1 - above] >= middle)
		above++;
	return fmin(1, 2 * (double)(below < above ? below : above) / (double)n);
}

static void bootstrap(const double *a, const double *b, size_t n, enum contrast how, struct stat_ratio *r)
{
	double value[DRAWS], x[STAT_MAX_RUNS], y[STAT_MAX_RUNS];
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
	r->p = two_sided(value, DRAWS, how == DIFFERENCE ? 0 : 1);
}

/* Of n symmetric values: in which share of cases do their signed ranks sum up to no more than @a most? */
static double rank_sum_share(size_t n, size_t most)
{
	double ways[EXACT_RUNS * (EXACT_RUNS + 1) / 2 + 1] = { 1 }, sum = 0, all = 1;
	size_t top = n * (n + 1) / 2;

	if (n > EXACT_RUNS) {
		double runs = (double)n, deviation = sqrt(runs * (runs + 1) * (2 * runs + 1) / 24);

		return erfc(((double)top / 2 - (double)most - 0.5) / deviation / sqrt(2)) / 2;
	}
	for (size_t rank = 1; rank <= n; rank++) {
		all *= 2;
		for (size_t w = top; w >= rank; w--)
			ways[w] += ways[w - rank];
	}
	for (size_t w = 0; w <= most && w <= top; w++)
		sum += ways[w];
	return sum / all;
}

/*
 * How many of the pairwise means are left out at either end: the greatest k for which
 * the signed ranks of n symmetric values sum up to less than k in at most 2.5 % of cases.
 */
static size_t means_left_out(size_t n)
{
	size_t k = 0, top = n * (n + 1) / 2;

	while (k < top && rank_sum_share(n, k) <= 0.025)
		k++;
	return k;
}

/* Widen @r to the signed-rank interval of the pairs' ratios, or differences. */
static void signed_rank(const double *a, const double *b, size_t n, enum contrast how, struct stat_ratio *r)
{
	double pair[STAT_MAX_RUNS], *mean = malloc(n * (n + 1) / 2 * sizeof(*mean)), low, high;
	size_t nr = 0, out = means_left_out(n), below = 0, above = 0;

	if (!mean) {	/* without memory nothing is known */
		r->low = how == DIFFERENCE ? -INFINITY : 0;
		r->high = INFINITY;
		r->p = 1;
		return;
	}
	for (size_t i = 0; i < n; i++)
		pair[i] = how == DIFFERENCE ? a[i] - b[i] : a[i] > 0 && b[i] > 0 ? log(a[i] / b[i]) : 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i; k < n; k++)
			mean[nr++] = (pair[i] + pair[k]) / 2;
	qsort(mean, nr, sizeof(*mean), stat_compare);
	/* The number of means on one side of 0 equals the sum of the ranks of that side's values. */
	while (below < nr && mean[below] <= 0)
		below++;
	while (above < nr && mean[nr - 1 - above] >= 0)
		above++;
	r->p = fmax(r->p, fmin(1, 2 * rank_sum_share(n, below < above ? below : above)));
	if (out)
		out--;		/* the interval ends at the k-th mean from either end */
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
	struct stat_ratio r = STAT_NONE;
	double below;

	assert(n && n <= STAT_MAX_RUNS);
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

	assert(n && n <= STAT_MAX_RUNS);
	r.ratio = stat_median(a, n) - stat_median(b, n);
	bootstrap(a, b, n, DIFFERENCE, &r);
	signed_rank(a, b, n, DIFFERENCE, &r);
	return r;
}

bool stat_is_none(struct stat_ratio r)
{
	return isnan(r.ratio);
}

/* --- several at once -------------------------------------------------------------------------- */

void stat_family_add(struct stat_family *f, struct stat_ratio r)
{
	double *more;

	if (stat_is_none(r))
		return;
	if (f->nr == f->max) {
		more = realloc(f->p, (2 * f->max + 16) * sizeof(*more));
		if (!more) {
			f->no_memory = true;
			return;
		}
		f->p = more;
		f->max = 2 * f->max + 16;
	}
	f->p[f->nr++] = r.p;
}

double stat_family_level(struct stat_family *f)
{
	double level = 0;

	if (f->nr)
		qsort(f->p, f->nr, sizeof(*f->p), stat_compare);
	for (size_t i = f->nr; i && !level && !f->no_memory; i--)
		if (f->p[i - 1] <= STAT_LEVEL * (double)i / (double)f->nr)
			level = f->p[i - 1];
	free(f->p);
	*f = (struct stat_family){ .p = NULL };
	return level;
}

double stat_least_p(size_t runs)
{
	return fmin(1, 2 * rank_sum_share(runs, 0));
}

size_t stat_runs_for(size_t nr)
{
	size_t runs = STAT_MIN_RUNS;

	while (runs < EXACT_RUNS && stat_least_p(runs) > STAT_LEVEL / (double)nr)
		runs++;
	return runs;
}

enum stat_verdict stat_verdict(struct stat_ratio r, size_t runs, double level)
{
	if (stat_is_none(r) || runs < STAT_MIN_RUNS || r.p > level || (r.low <= 1 && r.high >= 1))
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
