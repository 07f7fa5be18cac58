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

/* A few values far apart: a bucket for each, and nothing between. */
static u64 draw_sparse(u64 i)
{
	return 200 + (hash64(i) % 40 ? hash64(i) % 60 : (hash64(i) >> 8) % 2000000000);
}

static u64 draw_same(u64 i)
{
	(void)i;
	return 123457;
}

/* The width of a value's bucket; a small value has one for itself. */
static double width_of(double value)
{
	return value < 2 * HISTOGRAM_SUB ? 0 : exp2(floor(log2(value)) - HISTOGRAM_BITS);
}

/* A quantile lies between two values, each of which is known up to its bucket. */
static double may_be_off(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1), part = at - floor(at);
	size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;

	return (1 - part) * width_of(sorted[low]) + part * width_of(sorted[high]) + 1e-6;
}

Test(histogram, quantiles_are_those_of_the_sorted_values)
{
	static u64 (*const draw[])(u64 i) = { draw_small, draw_wide, draw_tail, draw_same, draw_sparse };
	static const size_t sizes[] = { 1, 2, 3, 200, N };
	static const double quantile[] = { 0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	struct histogram *h = malloc(sizeof(*h)), *half = malloc(sizeof(*half));
	double *value = malloc(N * sizeof(*value));

	for (size_t d = 0; d < ARRAY_SIZE(draw) * ARRAY_SIZE(sizes); d++) {
		size_t n = sizes[d % ARRAY_SIZE(sizes)];
		u64 total = 0, max = 0;

		*h = *half = (struct histogram){ .nr = 0 };
		for (u64 i = 0; i < n; i++) {
			u64 v = draw[d / ARRAY_SIZE(sizes)](i);

			/* In two parts, merged. */
			histogram_add(i % 3 ? h : half, v);
			value[i] = (double)v;
			total += v;
			max = v > max ? v : max;
		}
		histogram_merge(h, half);
		cr_assert(h->nr == n && h->total == total && h->max == max);
		qsort(value, n, sizeof(*value), stat_compare);
		for (size_t q = 0; q < ARRAY_SIZE(quantile); q++) {
			double want = stat_quantile(value, n, quantile[q]);
			double got = histogram_quantile(h, quantile[q]);
			double off = may_be_off(value, n, quantile[q]);

			cr_expect(fabs(got - want) <= off, "draw %zu, %zu values, quantile %g: %g, sorted %g, off by more than %g",
				  d, n, quantile[q], got, want, off);
		}
	}
	free(h);
	free(half);
	free(value);
}

/* What is longer than a minute shares one bucket, of which the longest alone is known. */
Test(histogram, beyond_its_range)
{
	struct histogram *h = calloc(1, sizeof(*h));

	histogram_add(h, 100);
	for (int i = 0; i < 3; i++)
		histogram_add(h, (2ULL << HISTOGRAM_TOP) + 1000);
	cr_expect(histogram_quantile(h, 0) == 100);
	cr_expect(histogram_quantile(h, 0.5) == (double)(2ULL << HISTOGRAM_TOP) + 1000, "%g", histogram_quantile(h, 0.5));
	free(h);
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

/* 198 values of about 300 and two of 90,000: the 99th percentile lies between the two kinds. */
Test(histogram, a_quantile_between_values_far_apart)
{
	struct histogram *h = calloc(1, sizeof(*h));
	double value[200];

	for (unsigned int i = 0; i < 200; i++) {
		u64 v = i < 198 ? 280 + i % 23 : 90000;

		histogram_add(h, v);
		value[i] = (double)v;
	}
	qsort(value, 200, sizeof(*value), stat_compare);
	cr_expect_float_eq(histogram_quantile(h, 0.99), stat_quantile(value, 200, 0.99), 8);
	free(h);
}
