/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Medians, spreads and intervals of samples whose answers are known.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/lib/rounds.h"
#include "bench/lib/stat.h"
#include "common/mm/hash.h"

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

/* --- A/A: of equals, few may be called different ------------------------------------------------ */

#define PAIRS		7
#define VERDICTS	200
#define MAX_WRONG	17	/* 5 % of 200, and two and a quarter standard deviations */

/* Runs made one after the other; as in a comparison, who is first alternates. */
static bool tells_apart(const double *runs)
{
	double a[PAIRS], b[PAIRS];

	for (int i = 0; i < PAIRS; i++) {
		a[i] = runs[2 * i + i % 2];
		b[i] = runs[2 * i + 1 - i % 2];
	}
	return stat_verdict(stat_ratio(a, b, PAIRS), PAIRS) != STAT_CANNOT_TELL;
}

Test(stat, a_difference_is_in_the_units_of_what_is_compared)
{
	double a[21], b[21];
	struct stat_ratio d;

	for (int i = 0; i < 21; i++) {
		b[i] = 100 + i;
		a[i] = b[i] + 5 + 0.1 * (i % 3);
	}
	d = stat_difference(a, b, 21);
	cr_expect(d.ratio > 4.9 && d.ratio < 5.3);
	/* Pairs that go up and down together say it more narrowly than medians that wander: the wider counts. */
	cr_expect(d.low <= d.ratio && d.ratio <= d.high && d.low > 4 && d.high < 6.2);
	d = stat_difference(b, b, 21);
	cr_expect(d.ratio == 0 && d.low == 0 && d.high == 0);
	d = stat_difference(b, a, 21);
	cr_expect(d.low < -4 && d.high < 0);
}

Test(stat, recorded_runs_of_one_scheme_are_not_told_apart)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], line[4096];
	double runs[2 * PAIRS];
	int verdicts = 0, wrong = 0, n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/bench/aa-samples.txt", srcdir ? srcdir : ".");
	f = fopen(path, "r");
	cr_assert(f, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		char *at = line, *end;

		if (*line == '#')
			continue;
		for (n = 0; runs[n] = strtod(at, &end), end != at; at = end) {
			if (++n < 2 * PAIRS)
				continue;
			n = 0;
			if (verdicts++ < VERDICTS)
				wrong += tells_apart(runs);
		}
	}
	fclose(f);
	cr_assert(verdicts >= VERDICTS, "only %d", verdicts);
	cr_assert(wrong <= MAX_WRONG, "%d of %d equals are told apart", wrong, VERDICTS);
}

/* In [0, 1). */
static double uniform(u64 *state)
{
	return (double)(hash64((*state)++) >> 11) / 9007199254740992.0;
}

/* About normal, variance 1. */
static double noise(u64 *state)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += uniform(state);
	return sum;
}

/* A machine's runs: even noise, outliers, a drift, two states. */
static void draw_runs(int shape, u64 *state, double *runs)
{
	double drift = 0;

	for (int i = 0; i < 2 * PAIRS; i++) {
		double ns = 300 + 6 * noise(state);

		if (shape == 1 && uniform(state) < 0.15)
			ns += 400 * uniform(state);
		if (shape == 2)
			ns *= exp(drift += 0.03 * noise(state));
		if (shape == 3 && uniform(state) < 0.5)
			ns *= 1.15;
		runs[i] = ns;
	}
}

Test(stat, made_up_equals_are_not_told_apart)
{
	double runs[2 * PAIRS];
	int wrong = 0;
	u64 state = 1;

	for (int i = 0; i < VERDICTS; i++) {
		draw_runs(i % 4, &state, runs);
		wrong += tells_apart(runs);
	}
	cr_assert(wrong <= MAX_WRONG, "%d of %d equals are told apart", wrong, VERDICTS);
}

Test(stat, what_differs_is_told_apart)
{
	double a[PAIRS], b[PAIRS];
	u64 state = 5;
	int told = 0;

	/* Five percent, under a noise of two: seven runs see it nearly always. */
	for (int i = 0; i < 50; i++) {
		for (int k = 0; k < PAIRS; k++) {
			a[k] = 300 + 3 * noise(&state);
			b[k] = 315 + 3 * noise(&state);
		}
		told += stat_verdict(stat_ratio(a, b, PAIRS), PAIRS) == STAT_FASTER;
		cr_assert(stat_verdict(stat_ratio(b, a, PAIRS), PAIRS) != STAT_FASTER);
	}
	cr_assert(told >= 45, "%d of 50", told);
	/* Five runs cannot say anything at 95 %. */
	cr_assert(stat_verdict(stat_ratio(a, b, 5), 5) == STAT_CANNOT_TELL);
}

/* --- the order of runs -------------------------------------------------------------------------- */

Test(stat, nobody_gains_by_the_place_in_the_order)
{
	for (unsigned int n = 2; n <= 9; n++) {
		unsigned int rounds = n % 2 ? 2 * n : n, at[9][9] = { { 0 } }, after[9][9] = { { 0 } };

		for (unsigned int r = 0; r < rounds; r++) {
			for (unsigned int place = 0; place < n; place++) {
				unsigned int column = rounds_column(place, r, n);

				at[column][place]++;
				if (place)
					after[rounds_column(place - 1, r, n)][column]++;
			}
		}
		for (unsigned int a = 0; a < n; a++) {
			for (unsigned int b = 0; b < n; b++) {
				cr_expect(at[a][b] == rounds / n, "%u of %u at place %u: %u times", a, n, b,
					  at[a][b]);
				cr_expect(a == b ? !after[a][b] : after[a][b] == rounds / n,
					  "of %u: %u right after %u %u times", n, b, a, after[a][b]);
			}
		}
	}
}
