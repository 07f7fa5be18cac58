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
#include "bench/sweep/sweep.h"
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
		twice[i] = 2 * base[i];		/* a disturbance of both cancels out */
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

/* Runs made one after the other; as in a comparison, the first column alternates. */
static bool tells_apart(const double *runs)
{
	double a[PAIRS], b[PAIRS];

	for (int i = 0; i < PAIRS; i++) {
		a[i] = runs[2 * i + i % 2];
		b[i] = runs[2 * i + 1 - i % 2];
	}
	return stat_verdict(stat_ratio(a, b, PAIRS), PAIRS, STAT_LEVEL) != STAT_CANNOT_TELL;
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
	/* Pairs that vary together give a narrower interval than wandering medians; the wider one counts. */
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

	/* A difference of five percent under a noise of two: seven runs nearly always detect it. */
	for (int i = 0; i < 50; i++) {
		for (int k = 0; k < PAIRS; k++) {
			a[k] = 300 + 3 * noise(&state);
			b[k] = 315 + 3 * noise(&state);
		}
		told += stat_verdict(stat_ratio(a, b, PAIRS), PAIRS, STAT_LEVEL) == STAT_FASTER;
		cr_assert(stat_verdict(stat_ratio(b, a, PAIRS), PAIRS, STAT_LEVEL) != STAT_FASTER);
	}
	cr_assert(told >= 45, "%d of 50", told);
	/* Five runs cannot say anything at 95 %. */
	cr_assert(stat_verdict(stat_ratio(a, b, 5), 5, STAT_LEVEL) == STAT_CANNOT_TELL);
}

/* --- p, by counting all ways -------------------------------------------------------------------- */

/* Ranks of the absolute values, their middle where some are equal. */
static double rank_of(const double *value, size_t n, size_t at)
{
	double rank = 0.5;

	for (size_t i = 0; i < n; i++)
		rank += fabs(value[i]) < fabs(value[at]) ? 1 : fabs(value[i]) == fabs(value[at]) ? 0.5 : 0;
	return rank;
}

/* In how many of all 2^n ways to give signs do the ranks come out as uneven as here? */
static double counted_p(const double *a, const double *b, size_t n)
{
	double value[12], positive = 0, all = (double)(n * (n + 1)) / 2;
	unsigned int as_uneven = 0;

	for (size_t i = 0; i < n; i++)
		value[i] = log(a[i] / b[i]);
	for (size_t i = 0; i < n; i++)
		positive += value[i] > 0 ? rank_of(value, n, i) : 0;
	for (unsigned int signs = 0; signs < 1u << n; signs++) {
		double sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += signs >> i & 1 ? rank_of(value, n, i) : 0;
		as_uneven += fabs(sum - all / 2) >= fabs(positive - all / 2) - 1e-9;
	}
	return (double)as_uneven / (double)(1u << n);
}

Test(stat, p_is_that_of_the_signs_and_goes_with_the_interval)
{
	u64 state = 11;
	int equal = 0;

	for (int i = 0; i < 300; i++) {
		size_t n = 6 + (size_t)i % 6;
		double a[12], b[12], counted;
		struct stat_ratio r;

		for (size_t k = 0; k < n; k++) {
			a[k] = 300 + 6 * noise(&state) + 2.0 * (i % 9);
			b[k] = 300 + 6 * noise(&state);
		}
		r = stat_ratio(a, b, n);
		counted = counted_p(a, b, n);
		cr_assert(r.p >= counted - 1e-9, "%zu runs: p %g, counted %g", n, r.p, counted);
		equal += r.p <= counted + 1e-9;
		cr_assert_eq(r.p <= 0.05, r.low > 1 || r.high < 1, "p %g, interval %g to %g", r.p, r.low, r.high);
	}
	/* In the other cases the bootstrap decides. */
	cr_assert(equal > 100, "p is the counted one in %d of 300", equal);
	cr_expect_float_eq(stat_least_p(7), 2.0 / 128, 1e-12);
	/* 40 runs have ranks of 820 in all, which vary by 40 * 41 * 81 / 24. */
	cr_expect_float_eq(stat_least_p(40), erfc((410 - 0.5) / sqrt(40 * 41 * 81 / 24.0) / sqrt(2)), 1e-12);
	cr_expect_eq(stat_runs_for(1), 6);
	cr_expect_eq(stat_runs_for(28), 11);
	cr_expect_eq(stat_runs_for(~0UL), 30, "more are never required: from there on p is not counted, but reckoned");
}

Test(stat, a_ratio_to_nothing_is_none)
{
	const double some[7] = { 1, 2, 3, 4, 5, 6, 7 }, none[7] = { 0 };
	struct stat_family family = { .p = NULL };
	struct stat_ratio r = stat_ratio(some, none, 7);

	cr_assert(stat_is_none(r));
	cr_assert(!(r.low <= 1e9) && r.p == 1);
	cr_assert_eq(stat_verdict(r, 7, 1), STAT_CANNOT_TELL);
	cr_assert(!stat_is_none(stat_ratio(none, some, 7)));
	stat_family_add(&family, r);
	cr_assert_eq(family.nr, 0);
}

/* --- families ------------------------------------------------------------------------------------- */

/* By the definition: the greatest p such that at least its share of all is as small. */
static double told_below(const double *p, size_t n)
{
	double level = 0;

	for (size_t i = 0; i < n; i++) {
		size_t rank = 0;

		for (size_t k = 0; k < n; k++)
			rank += p[k] <= p[i];
		if (p[i] <= 0.05 * (double)rank / (double)n && p[i] > level)
			level = p[i];
	}
	return level;
}

Test(stat, the_level_of_a_table)
{
	u64 state = 3;

	for (int i = 0; i < 500; i++) {
		struct stat_family family = { .p = NULL };
		size_t n = 1 + (size_t)i % 40;
		double p[40], level;

		for (size_t k = 0; k < n; k++) {
			p[k] = uniform(&state) * (uniform(&state) < 0.3 ? 0.02 : 1);
			stat_family_add(&family, (struct stat_ratio){ 1, 1, 1, p[k] });
		}
		level = stat_family_level(&family);	/* empties it, and the macro would do so twice */
		cr_assert_float_eq(level, told_below(p, n), 1e-15);
	}
	/* What is as small as its bound is told. */
	for (int nr = 1; nr < 4; nr++) {
		struct stat_family family = { .p = NULL };

		for (int k = 0; k < nr; k++)
			stat_family_add(&family, (struct stat_ratio){ 1, 1, 1, STAT_LEVEL });
		cr_assert_eq(stat_family_level(&family), STAT_LEVEL);
	}
}

#define TABLES 120
#define COLUMNS 8
#define RUNS 11

static struct sweep_cell *new_cell(void)
{
	struct sweep_cell *c = calloc(1, sizeof(*c));

	cr_assert(c && (c->column = calloc(COLUMNS, sizeof(*c->column))));
	return c;
}

/* Columns whose runs are alike, but for those from @a same on, which take 8 % longer. */
static void draw_table(struct sweep_cell *c, int shape, unsigned int same, u64 *state)
{
	double drift = 0;

	for (unsigned int run = 0; run < RUNS; run++) {
		drift += 0.03 * noise(state);
		for (unsigned int i = 0; i < COLUMNS; i++) {
			double ns = 300 + 6 * noise(state);

			ns *= i >= same ? 1.08 : 1;
			if (shape == 1 && uniform(state) < 0.15)
				ns += 400 * uniform(state);
			c->column[i].mm_ns[run] = ns * (shape == 2 ? exp(drift) : 1);
		}
	}
}

Test(stat, a_sentence_names_a_loser_among_equals_in_one_of_twenty_at_most)
{
	struct sweep *s = calloc(1, sizeof(*s));
	struct sweep_cell *c = new_cell();
	unsigned int named = 0;
	u64 state = 77;

	s->nr_schemes = COLUMNS;
	s->runs = RUNS;
	for (int t = 0; t < TABLES; t++) {
		struct verdict w;

		draw_table(c, t % 3, COLUMNS, &state);
		sweep_winner(s, c, &w);
		named += w.nr_level < COLUMNS;
	}
	cr_assert(named <= TABLES / 20, "%u of %u", named, TABLES);
	/* The columns that differ are named, and no others. */
	named = 0;
	for (int t = 0; t < 20; t++) {
		struct verdict w;

		draw_table(c, 0, 5, &state);
		sweep_winner(s, c, &w);
		named += !w.level[5] && !w.level[6] && !w.level[7] && w.level[0] && w.level[1] && w.level[2] &&
			 w.level[3] && w.level[4];
	}
	cr_assert(named >= 16, "%u of 20", named);
	free(s);
	free(c->column);
	free(c);
}

Test(stat, of_what_a_table_tells_one_in_twenty_is_false_at_most)
{
	struct sweep_cell *c = new_cell();
	double share = 0;
	unsigned int right = 0;
	u64 state = 99;

	for (int t = 0; t < TABLES; t++) {
		struct stat_family family = { .p = NULL };
		struct stat_ratio r[COLUMNS];
		unsigned int told = 0, wrong = 0;
		double level;

		draw_table(c, t % 3, 5, &state);
		for (unsigned int i = 1; i < COLUMNS; i++) {
			r[i] = stat_ratio(c->column[i].mm_ns, c->column[0].mm_ns, RUNS);
			stat_family_add(&family, r[i]);
		}
		level = stat_family_level(&family);
		for (unsigned int i = 1; i < COLUMNS; i++) {
			bool tell = stat_verdict(r[i], RUNS, level) != STAT_CANNOT_TELL;

			told += tell;
			wrong += tell && i < 5;
		}
		right += told - wrong;
		share += told ? (double)wrong / told : 0;
	}
	cr_assert(share / TABLES <= 0.05, "%.1f %% on average", 100 * share / TABLES);
	cr_assert(right > 2 * TABLES, "only %u of %u differences are told", right, 3 * TABLES);
	free(c->column);
	free(c);
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
