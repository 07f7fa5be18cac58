/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The rank-sum test and its interval.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lib/apart.h"

#define EXACT_RUNS	30u

/* Of na + nb equal values in any order: in which share of cases are at most @most of the na * nb pairs the other way round? */
static double share_exact(size_t na, size_t nb, size_t most)
{
	size_t top = na * nb;
	/* ways[k][u]: k of the ranks so far are a's, and u pairs have b's before a's. */
	double *ways = calloc((na + 1) * (top + 1), sizeof(*ways)), sum = 0, all = 0;

	if (!ways)
		return 1;
	ways[0] = 1;
	for (size_t rank = 0; rank < na + nb; rank++)
		for (size_t k = rank < na ? rank + 1 : na; k; k--) {
			/* The k-th of a at this rank has rank - (k - 1) of b's before it. */
			size_t before = rank + 1 - k;

			for (size_t u = top + 1; before <= nb && u-- > before;)
				ways[k * (top + 1) + u] += ways[(k - 1) * (top + 1) + u - before];
		}
	for (size_t u = 0; u <= top; u++) {
		all += ways[na * (top + 1) + u];
		sum += u <= most ? ways[na * (top + 1) + u] : 0;
	}
	free(ways);
	return sum / all;
}

static double share(size_t na, size_t nb, size_t most)
{
	double a = (double)na, b = (double)nb;

	if (na <= EXACT_RUNS && nb <= EXACT_RUNS)
		return share_exact(na, nb, most);
	return erfc((a * b / 2 - (double)most - 0.5) / sqrt(a * b * (a + b + 1) / 12) / sqrt(2)) / 2;
}

/* The greatest k for which fewer than k pairs the other way round happen in at most 2.5 % of cases. */
static size_t left_out(size_t na, size_t nb)
{
	size_t low = 0, high = na * nb / 2;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (share(na, nb, middle) <= 0.025)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct stat_ratio stat_ratio_apart(const double *a, size_t na, const double *b, size_t nb)
{
	struct stat_ratio r = { NAN, NAN, NAN, 1 };
	size_t nr = 0, out, below = 0, above = 0;
	double *ratio = malloc(na * nb * sizeof(*ratio));

	for (size_t i = 0; ratio && i < na; i++)
		for (size_t k = 0; k < nb; k++)
			if (a[i] > 0 && b[k] > 0)
				ratio[nr++] = a[i] / b[k];
	if (!ratio || nr < na * nb)
		goto out;
	qsort(ratio, nr, sizeof(*ratio), stat_compare);
	/* What is equal counts for both sides. */
	while (below < nr && ratio[below] <= 1)
		below++;
	while (above < nr && ratio[nr - 1 - above] >= 1)
		above++;
	out = left_out(na, nb);
	out -= out > 0;
	r.ratio = stat_median(a, na) / stat_median(b, nb);
	r.low = fmin(ratio[out], r.ratio);
	r.high = fmax(ratio[nr - 1 - out], r.ratio);
	r.p = fmin(1, 2 * share(na, nb, below < above ? below : above));
out:
	free(ratio);
	return r;
}
