/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Medians, spreads and intervals of samples whose answers are known.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "bench/stat.h"

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

Test(stat, median_and_quantiles)
{
	static const double odd[] = { 5, 1, 3 }, even[] = { 4, 1, 3, 2 };
	static const double sorted[] = { 0, 10, 20, 30, 40 };

	cr_assert(near(stat_median(odd, 3), 3));
	cr_assert(near(stat_median(even, 4), 2.5));
	cr_assert(near(stat_quantile(sorted, 5, 0), 0));
	cr_assert(near(stat_quantile(sorted, 5, 0.25), 10));
	cr_assert(near(stat_quantile(sorted, 5, 0.99), 39.6));
	cr_assert(near(stat_quantile(sorted, 5, 1), 40));
	cr_assert(near(stat_spread(sorted, 5), 1));
	cr_assert(near(stat_spread(odd, 1), 0));
}

Test(stat, the_interval_holds_the_ratio_and_is_as_wide_as_the_noise)
{
	double base[15], twice[15], noisy[15];
	struct stat_ratio exact, wide;

	for (int i = 0; i < 15; i++) {
		base[i] = 100 + i;
		twice[i] = 2 * base[i];		/* what disturbs both cancels out */
		noisy[i] = 200 + 40 * (i % 5);
	}
	exact = stat_ratio(twice, base, 15);
	cr_assert(near(exact.low, 2) && near(exact.high, 2));
	wide = stat_ratio(noisy, base, 15);
	cr_assert(wide.low < wide.high && wide.low > 1.7 && wide.high < 3.6);
	cr_assert(wide.low <= stat_median(noisy, 15) / stat_median(base, 15) &&
		  wide.high >= stat_median(noisy, 15) / stat_median(base, 15));
	/* The same again: it is seeded. */
	cr_assert(near(stat_ratio(noisy, base, 15).low, wide.low));
}
