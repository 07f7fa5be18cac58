/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The bounded histogram against the values themselves, sorted.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "bench/lib/histogram.h"
#include "bench/lib/stat.h"
#include "common/mm/hash.h"

#define N 20000

static u64 draw_small(u64 i)
{
	return hash64(i) % 100;
}

static u64 draw_wide(u64 i)
{
	return hash64(i) >> (28 + hash64(~i) % 32);
}

/* Latencies: nearly all alike, few a thousand times as long. */
static u64 draw_tail(u64 i)
{
	u64 x = hash64(i);

	return 300 + x % 50 + (x >> 32 < 0x08000000 ? (x >> 8) % 300000 : 0);
}

static u64 draw_same(u64 i)
{
	(void)i;
	return 123457;
}

Test(histogram, quantiles_are_those_of_the_sorted_values)
{
	static u64 (*const draw[])(u64 i) = { draw_small, draw_wide, draw_tail, draw_same };
	static const double quantile[] = { 0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	struct histogram *h = malloc(sizeof(*h)), *half = malloc(sizeof(*half));
	double *value = malloc(N * sizeof(*value));

	for (size_t d = 0; d < ARRAY_SIZE(draw); d++) {
		u64 total = 0, max = 0;

		*h = *half = (struct histogram){ .nr = 0 };
		for (u64 i = 0; i < N; i++) {
			u64 v = draw[d](i);

			/* In two parts, merged. */
			histogram_add(i % 3 ? h : half, v);
			value[i] = (double)v;
			total += v;
			max = v > max ? v : max;
		}
		histogram_merge(h, half);
		cr_assert(h->nr == N && h->total == total && h->max == max);
		qsort(value, N, sizeof(*value), stat_compare);
		for (size_t q = 0; q < ARRAY_SIZE(quantile); q++) {
			double want = stat_quantile(value, N, quantile[q]);
			double got = histogram_quantile(h, quantile[q]);
			size_t at = (size_t)(quantile[q] * (N - 1));
			/* Between two values far apart the histogram knows only the two. */
			double low = value[at] * (1 - 1.0 / HISTOGRAM_SUB) - 1;
			double high = value[at + 1 < N ? at + 1 : at] * (1 + 1.0 / HISTOGRAM_SUB) + 1;

			cr_expect(got >= low && got <= high, "draw %zu, quantile %g: %g, sorted %g", d,
				  quantile[q], got, want);
		}
	}
	free(h);
	free(half);
	free(value);
}

Test(histogram, buckets_are_narrow_and_bounded)
{
	struct histogram *h = calloc(1, sizeof(*h));
	unsigned int last = 0;

	cr_assert(histogram_quantile(h, 0.5) == 0);
	for (u64 v = 0; v < 1ULL << (HISTOGRAM_TOP + 2); v += 1 + v / 200) {
		unsigned int b = histogram_bucket(v);

		cr_assert(b >= last && b < HISTOGRAM_SIZE, "value %llu", (unsigned long long)v);
		if (v >> (HISTOGRAM_TOP - 1) == 0 && v >= HISTOGRAM_SUB)
			cr_assert(histogram_bucket(v + v / HISTOGRAM_SUB + 1) > b, "value %llu",
				  (unsigned long long)v);
		last = b;
	}
	/* Beyond the last bucket the greatest is still known. */
	histogram_add(h, ~0ULL >> 8);
	cr_assert(histogram_quantile(h, 1) == (double)(~0ULL >> 8));
	free(h);
}
