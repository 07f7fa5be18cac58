/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The few statistics that a report needs.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/stat.h"
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

struct stat_interval stat_ratio_interval(const double *a, const double *b, size_t n)
{
	static const size_t cap = 256;
	double ratio[DRAWS], x[256], y[256];
	u64 state = SEED;

	if (n > cap)
		n = cap;
	for (int d = 0; d < DRAWS; d++) {
		for (size_t i = 0; i < n; i++) {
			size_t pick = (size_t)(hash64(state++) % n);

			x[i] = a[pick];
			y[i] = b[pick];
		}
		double below = stat_median(y, n);

		ratio[d] = below > 0 ? stat_median(x, n) / below : 1;
	}
	qsort(ratio, DRAWS, sizeof(*ratio), stat_compare);
	return (struct stat_interval){ stat_quantile(ratio, DRAWS, 0.025),
				       stat_quantile(ratio, DRAWS, 0.975) };
}
