/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Samples that were taken apart: the test's p is the share of orders, counted by hand, and the interval holds the ratio.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "bench/lib/apart.h"
#include "common/mm/hash.h"

Test(apart, p_is_the_share_of_orders)
{
	static const double low[] = { 1, 2, 3, 4, 5, 6 }, high[] = { 7, 8, 9, 10, 11, 12 }, mixed[] = { 1, 2, 7, 8 };
	struct stat_ratio r = stat_ratio_apart(low, 3, high, 3);

	/* One order of twenty, and its mirror. */
	cr_assert_float_eq(r.p, 2.0 / 20, 1e-12);
	/* One of 924. */
	cr_assert_float_eq(stat_ratio_apart(low, 6, high, 6).p, 2.0 / 924, 1e-12);
	/* Of { 1, 2, 7, 8 } and { 3, 4 } as many pairs lie this way as that. */
	cr_assert_float_eq(stat_ratio_apart(mixed, 4, low + 2, 2).p, 1, 1e-12);
	cr_assert_float_eq(stat_ratio_apart(low, 6, low, 6).p, 1, 1e-12);
}

Test(apart, swapped_sides_are_the_inverse)
{
	static const double a[] = { 10, 11, 12, 13, 14, 15, 16 }, b[] = { 20, 22, 24, 26, 28, 30, 32 };
	struct stat_ratio r = stat_ratio_apart(a, 7, b, 7), inverse = stat_ratio_apart(b, 7, a, 7);

	cr_assert_float_eq(r.ratio, 0.5, 1e-12);
	cr_assert(r.low <= 0.5 && r.high >= 0.5 && r.high < 1);
	cr_assert_float_eq(inverse.ratio, 2, 1e-12);
	cr_assert_float_eq(inverse.low, 1 / r.high, 1e-9);
	cr_assert_float_eq(inverse.p, r.p, 1e-12);
}

Test(apart, equals_are_told_apart_in_few_cases)
{
	unsigned int told = 0;
	u64 seed = 1;

	for (unsigned int t = 0; t < 400; t++) {
		double a[10], b[12];
		struct stat_ratio r;

		for (unsigned int i = 0; i < 10; i++)
			a[i] = 100 + (double)(hash64(seed++) % 1000) / 100;
		for (unsigned int i = 0; i < 12; i++)
			b[i] = 100 + (double)(hash64(seed++) % 1000) / 100;
		r = stat_ratio_apart(a, 10, b, 12);
		told += r.p <= STAT_LEVEL;
		cr_assert_eq(r.p <= STAT_LEVEL, r.low > 1 || r.high < 1, "interval and p agree: %g [%g, %g], p %g", r.ratio, r.low, r.high, r.p);
	}
	cr_assert(told <= 35, "%u of 400 equals are told apart", told);
}

/* Of many runs p is reckoned by the normal distribution: near the exact share, and 1 where both sides are the same. */
Test(apart, many_runs)
{
	double a[300], b[300];
	struct stat_ratio r;

	for (unsigned int i = 0; i < 300; i++) {
		a[i] = 100 + i;
		b[i] = 100 + (double)((i * 7) % 300);
	}
	cr_expect_float_eq(stat_ratio_apart(a, 300, b, 300).p, 1, 1e-9);
	/* Five of the one above all 95 of the other, one among them: 475 pairs of which 47 lie the other way. */
	for (unsigned int i = 0; i < 95; i++)
		b[i] = 1 + i;
	for (unsigned int i = 0; i < 5; i++)
		a[i] = i ? 200 + i : 48.5;
	r = stat_ratio_apart(a, 5, b, 95);
	cr_expect(r.p > 0.001 && r.p < 0.01, "%g", r.p);
	/* By the variance of the number of such pairs: two of its square roots from the middle are one of twenty. */
	cr_expect_float_eq(r.p, erfc((475 / 2.0 - 47 - 0.5) / sqrt(475 * 101 / 12.0) / sqrt(2)), 1e-9);
}

Test(apart, nothing_to_divide)
{
	static const double none[] = { 0, 1 }, some[] = { 1, 2 };

	cr_assert(isnan(stat_ratio_apart(none, 2, some, 2).ratio));
}
