/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The model of `faultline place`: by hand, at its break-even points, and against a measured sweep.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "bench/place/place.h"
#include "bench/run/specs.h"
#include "tests/bench/bench_test.h"

static struct scheme_chain chain[COMPARE_MAX_SCHEMES];
static struct place_scheme known[COMPARE_MAX_SCHEMES];

static unsigned int all_known(void)
{
	struct bench_error err;
	unsigned int nr;

	cr_assert_eq(specs_parse(chain, COMPARE_MAX_SCHEMES, &nr, NULL, &err), 0);
	for (unsigned int i = 0; i < nr; i++)
		cr_expect(place_known(&chain[i], &known[i]), "%s", chain[i].name);
	return nr;
}

/* A new scheme, or a new counter of one, fails this test until the model knows it. */
Test(place, knows_every_scheme_and_counter)
{
	all_known();
	for (const struct scheme *const *s = schemes; *s; s++)
		for (unsigned int i = 0; (*s)->counters[i].name; i++)
			cr_expect_neq(place_cause((*s)->counters[i].name), CAUSE_UNKNOWN, "%s: %s", (*s)->name,
				      (*s)->counters[i].name);
	cr_expect_eq(place_cause("nothing"), CAUSE_UNKNOWN);
}

Test(place, by_hand)
{
	struct place_machine m = { .cost = { [PLACE_CPUS] = 1, [PLACE_TRAP] = 200, [PLACE_PAGE] = 250,
		[PLACE_WALK] = 40, [PLACE_LINE] = 100, [PLACE_SECTION] = 1000, [PLACE_WAKE] = 3000,
		[PLACE_RECLAIM] = 50000, [PLACE_GRACE] = 1e7 } };
	struct place_rates r = { .threads = 64, .counted = 1, .mm_moves = 1 };
	struct place_scheme lock = { .walks = 1, .mm_stores = 2, .holds = 1 };
	struct place_scheme rcu = { .walks = 1, .fall_failing = 1, .below_walks = 1 };

	/* One CPU meets no other. */
	cr_expect_float_eq(place_ns(&m, &r, &lock), 490, 1e-6);
	r.failing = 0.5;
	cr_expect_float_eq(place_ns(&m, &r, &lock), 490 + 25000, 1e-6);
	cr_expect_float_eq(place_ns(&m, &r, &rcu), 490 + 25000 + 20, 1e-6);
	/* Going on under the VMA's lock saves the walk. */
	rcu.fall_failing = 0;
	rcu.failing_vma_stores = 2;
	cr_expect_float_eq(place_ns(&m, &r, &rcu), 490 + 25000, 1e-6);
	r.failing = 0;
	/* Two CPUs: D (1 + Q), plus the time that two stores of 100 ns keep the other waiting. */
	m.cost[PLACE_CPUS] = 2;
	cr_expect_float_eq(place_ns(&m, &r, &lock), 490 + 200 * (1 + 200.0 / 690), 1e-6);
	cr_expect_float_eq(place_ns(&m, &r, &rcu), 490, 1e-6);
	/* Many CPUs: only the line matters, one store after the other. */
	m.cost[PLACE_CPUS] = 64;
	cr_expect_float_eq(place_ns(&m, &r, &lock), 64 * 200, 64 * 200 * 0.01);
	/* A grace period for each change, and changes one after the other. */
	m.cost[PLACE_CPUS] = 1;
	r.changes = 0.1;
	rcu.grace = 1;
	cr_expect_float_eq(place_ns(&m, &r, &rcu), 490 + 0.1 * (1000 + 1e7), 1e-3);
}

/* Just beyond its point a scheme is level with the cheapest, just before it is not. */
Test(place, break_even_points_are_such)
{
	struct place_machine m;
	struct place_rates r = { .changes = 0.03, .threads = 100, .counted = 2, .mm_moves = 0.5, .vma_moves = 0.2 };
	unsigned int nr = all_known(), found = 0;

	place_preset(&m, true);
	for (unsigned int i = 0; i < nr; i++) {
		for (unsigned int k = 0; k < NR_PLACE_KNOBS; k++) {
			struct place_break_even b = place_break_even(&m, &r, known, nr, i, k);

			if (!b.found || b.to == b.from || k == PLACE_CPUS)
				continue;
			found++;
			for (int at = 0; at < 2; at++) {
				struct place_machine there = m;
				struct place_rates rates = r;
				double value = at ? b.to : b.to * (b.to > b.from ? 0.99 : 1.01), best;

				*(k == PLACE_CHANGES ? &rates.changes : k == PLACE_FAILING ? &rates.failing :
				  &there.cost[k]) = value;
				best = place_ns(&there, &rates, &known[place_winner(&there, &rates, known, nr)]);
				cr_expect_eq(place_ns(&there, &rates, &known[i]) <= best * (1 + PLACE_LEVEL), at,
					     "%s, %s at %g", chain[i].name, place_knob_name(k), value);
			}
		}
	}
	cr_expect_geq(found, 1);
}

Test(place, moves_of_lines)
{
	struct trace *t = test_trace("# pftrace 1\n# name t\n# lost 0\n"
		"0 7 X prog\n"
		"1 7 V 400000 2000 0 rw-p 0 //anon\n"
		"1 7 V 500000 2000 0 rw-p 0 //anon\n"
		"2 7 C 8 7\n"
		"3 7 F 400000 0 6\n"
		"4 8 F 500000 0 6\n"	/* the address space's line moves */
		"5 8 F 400000 0 6\n"	/* the VMA's alone */
		"6 7 F 400000 0 6\n"	/* both */
		"7 7 C 9 9\n"
		"8 9 F 400000 0 7\n"	/* a copy of both: no thread was there */
		"9 7 u 500000 2000 0 1\n"
		"10 9 E 9\n"
		"11 8 E 7\n"
		"12 7 E 7\n");
	struct place_rates r;
	struct bench_error err;

	cr_assert_eq(place_moves(t, &r, &err), 0);
	cr_expect_float_eq(r.mm_moves, 2.0 / 5, 1e-9);
	cr_expect_float_eq(r.vma_moves, 2.0 / 5, 1e-9);
	trace_free(t);
}

/* The measured sweep that docs/record-your-program.md tells of. */
Test(place, holds_against_a_sweep)
{
	const char *srcdir = getenv("srcdir");
	struct sweep *s = NULL;
	struct place_machine m;
	struct place_error e, planted;
	struct bench_error err;
	char path[512];

#ifndef HAVE_JANSSON
	cr_skip("no jansson to read it");
#endif
	snprintf(path, sizeof(path), "%s/tests/bench/place-sweep.json", srcdir ? srcdir : ".");
	place_preset(&m, false);
	cr_assert_gt(sweep_read(&s, path, &err), 0, "%s", err.line);
	cr_assert_eq(place_check(s, &m, &e, &err), 0, "%s", err.line);
	fprintf(stderr, "# %u ratios, off by %.2f typically, %.2f at worst; %u of %u pairs in order\n", e.ratios, e.typical,
	       e.worst, e.right, e.pairs);
	cr_expect_leq(e.typical, PLACE_TYPICAL_ERROR);
	cr_expect_leq(e.worst, PLACE_WORST_ERROR);
	cr_expect_geq(e.right, PLACE_ORDER_RIGHT * e.pairs);
	cr_expect_geq(e.pairs, 10);
	/* The check fails if the measurements of two schemes are exchanged. */
	for (unsigned int i = 0; i < s->nr_cells; i++) {
		struct sweep_column first;

		if (!s->cell[i].done)
			continue;
		first = s->cell[i].column[0];
		s->cell[i].column[0] = s->cell[i].column[s->nr_schemes - 1];
		s->cell[i].column[s->nr_schemes - 1] = first;
	}
	place_preset(&m, false);
	cr_assert_eq(place_check(s, &m, &planted, &err), 0, "%s", err.line);
	cr_expect_gt(planted.typical, PLACE_TYPICAL_ERROR);
	cr_expect_lt(planted.right, PLACE_ORDER_RIGHT * planted.pairs);
	sweep_free(s);
}
