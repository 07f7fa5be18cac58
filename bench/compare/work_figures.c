/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Figures over the runs of workloads, their ratios, and warnings with remedies.
 */
#include <math.h>
#include <stdio.h>

#include "bench/compare/works.h"
#include "bench/lib/plural.h"

static void collect(const struct work_compare *w, unsigned int at, unsigned int column,
		    unsigned int kind, enum compare_figure figure, double *to)
{
	for (unsigned int i = 0; i < w->cases[at].nr_runs; i++)
		to[i] = compare_figure(&w->cases[at].run[column][i].result, kind, figure);
}

bool work_has_kind(const struct work_compare *w, unsigned int at, unsigned int kind)
{
	for (unsigned int column = 0; column < w->nr_columns; column++)
		for (unsigned int i = 0; i < w->cases[at].nr_runs; i++)
			if (w->cases[at].run[column][i].result.kind[kind].nr)
				return true;
	return false;
}

double work_over_runs(const struct work_compare *w, unsigned int at, unsigned int column,
		      unsigned int kind, enum compare_figure figure)
{
	double values[COMPARE_MAX_ROUNDS];

	collect(w, at, column, kind, figure, values);
	return compare_median(values, w->cases[at].nr_runs);
}

struct stat_ratio work_to_baseline(const struct work_compare *w, unsigned int at, unsigned int column,
				   unsigned int kind, enum compare_figure figure)
{
	double mine[COMPARE_MAX_ROUNDS], base[COMPARE_MAX_ROUNDS];

	if (column == w->options->baseline)
		return STAT_ITSELF;
	collect(w, at, column, kind, figure, mine);
	collect(w, at, w->options->baseline, kind, figure, base);
	return compare_survives(mine, base, w->cases[at].nr_runs, stat_ratio);
}

static void add_case(const struct work_compare *w, unsigned int at, struct stat_family *family)
{
	for (unsigned int column = 0; column < w->nr_columns; column++) {
		if (column == w->options->baseline || work_is_host(w, column))
			continue;
		stat_family_add(family, work_to_baseline(w, at, column, COMPARE_FAULTS, FIGURE_MEDIAN));
		stat_family_add(family, work_to_baseline(w, at, column, COMPARE_FAULTS, FIGURE_MEAN));
		for (unsigned int k = KIND_MMAP; k < NR_RUN_KINDS; k++)
			if (work_has_kind(w, at, k))
				stat_family_add(family, work_to_baseline(w, at, column, k, FIGURE_MEDIAN));
	}
}

/* The curves, and one shared VMA against one VMA per thread: each case against its control. */
static void add_shapes(const struct work_compare *w, struct stat_family *family)
{
	for (unsigned int at = 0; at < w->nr_cases; at++) {
		unsigned int control = w->cases[at].control;

		for (unsigned int column = 0; control != at && column < w->nr_columns; column++)
			for (enum compare_figure f = FIGURE_MEDIAN; f <= FIGURE_P99; f++)
				stat_family_add(family, work_to_case(w, at, control, column, f));
	}
}

struct case_of {
	const struct work_compare *w;
	unsigned int at;
};

static enum compare_figure answers_by(const struct work_compare *w)
{
	return w->work->laps ? FIGURE_MEDIAN : FIGURE_MEAN;
}

static struct stat_ratio pair(const void *samples, unsigned int a, unsigned int b)
{
	const struct case_of *of = samples;
	double mine[COMPARE_MAX_ROUNDS], theirs[COMPARE_MAX_ROUNDS];

	collect(of->w, of->at, a, COMPARE_FAULTS, answers_by(of->w), mine);
	collect(of->w, of->at, b, COMPARE_FAULTS, answers_by(of->w), theirs);
	return compare_survives(mine, theirs, of->w->cases[of->at].nr_runs, stat_ratio);
}

static void answer(struct work_compare *w, unsigned int at)
{
	const struct case_of of = { w, at };
	struct work_case *c = &w->cases[at];
	struct verdict_question q = { .nr = w->options->nr_schemes, .baseline = w->options->baseline, .ratio = pair,
				      .samples = &of, .runs = c->nr_runs / compare_variants() };
	char name[WORK_NAME_SIZE];
	double values[COMPARE_MAX_ROUNDS];

	for (unsigned int i = 0; i < q.nr; i++) {
		q.name[i] = w->column[i];
		q.median[i] = work_over_runs(w, at, i, COMPARE_FAULTS, answers_by(w));
		collect(w, at, i, COMPARE_FAULTS, answers_by(w), values);
		q.spread = fmax(q.spread, stat_spread(values, compare_nominal(values, c->nr_runs)));
	}
	verdict_judge(&q, &c->verdict);
	verdict_sentence(&q, &c->verdict, work_case_name(w, c, name), w->threads < 2 ? VERDICT_ONE_THREAD : VERDICT_SEVERAL_THREADS,
			 c->answer);
}

void work_judge(struct work_compare *w)
{
	struct stat_family family = { .p = NULL };

	for (unsigned int at = 0; at < w->nr_cases; at++) {
		if (!w->cases[at].nr_runs)
			continue;
		add_case(w, at, &family);
		w->cases[at].level = stat_family_level(&family);
		answer(w, at);
	}
	add_shapes(w, &family);
	w->shapes_level = stat_family_level(&family);
}

unsigned int work_rounds(const struct work_compare *w, unsigned int at, unsigned int control)
{
	unsigned int a = w->cases[at].nr_runs, b = w->cases[control].nr_runs;

	return a < b ? a : b;
}

struct stat_ratio work_over_baseline(const struct work_compare *w, unsigned int at, unsigned int column,
				     unsigned int kind, enum compare_figure figure)
{
	double mine[COMPARE_MAX_ROUNDS], base[COMPARE_MAX_ROUNDS];

	collect(w, at, column, kind, figure, mine);
	collect(w, at, w->options->baseline, kind, figure, base);
	return compare_survives(mine, base, w->cases[at].nr_runs, stat_difference);
}

struct stat_ratio work_to_case(const struct work_compare *w, unsigned int at, unsigned int control,
			       unsigned int column, enum compare_figure figure)
{
	double mine[COMPARE_MAX_ROUNDS], base[COMPARE_MAX_ROUNDS];

	if (control == at)
		return STAT_ITSELF;
	collect(w, at, column, COMPARE_FAULTS, figure, mine);
	collect(w, control, column, COMPARE_FAULTS, figure, base);
	return compare_survives(mine, base, work_rounds(w, at, control), stat_ratio);
}

double work_changes_per_second(const struct work_compare *w, unsigned int at, unsigned int column)
{
	double values[COMPARE_MAX_ROUNDS];

	for (unsigned int i = 0; i < w->cases[at].nr_runs; i++) {
		const struct work_result *r = &w->cases[at].run[column][i];

		values[i] = r->result.wall_ns ? 1e9 * (double)r->changes / (double)r->result.wall_ns : 0;
	}
	return compare_median(values, w->cases[at].nr_runs);
}

double work_on_rung0(const struct work_compare *w, unsigned int at, unsigned int column)
{
	u64 done = 0, all = 0;

	for (unsigned int i = 0; i < w->cases[at].nr_runs; i += compare_variants()) {
		done += w->cases[at].run[column][i].result.stats.rung[0][0];
		all += w->cases[at].run[column][i].result.stats.event[STAT_FAULT];
	}
	return all ? (double)done / (double)all : 0;
}

/* --- warnings ------------------------------------------------------------------------------------ */

static void warn_spread(const struct work_compare *w, unsigned int at)
{
	double values[COMPARE_MAX_ROUNDS], worst = 0, spread;
	unsigned int who = 0;
	char name[WORK_NAME_SIZE];

	for (unsigned int c = 0; c < w->nr_columns; c++) {
		collect(w, at, c, COMPARE_FAULTS, FIGURE_MEDIAN, values);
		spread = stat_spread(values, compare_nominal(values, w->cases[at].nr_runs));
		if (spread > worst) {
			worst = spread;
			who = c;
		}
	}
	compare_warn_spread(work_case_name(w, &w->cases[at], name), worst, w->column[who]);
}

static void warn_host_faults(const struct work_compare *w, unsigned int at)
{
	u64 most = 0, n;
	char name[WORK_NAME_SIZE];

	for (unsigned int c = 0; c < w->options->nr_schemes; c++) {
		for (unsigned int i = 0; i < w->cases[at].nr_runs; i++) {
			n = w->cases[at].run[c][i].result.host_faults;
			if (n > most)
				most = n;
		}
	}
	compare_warn_host_faults(work_case_name(w, &w->cases[at], name), most, w->work->faults);
}

void work_warn(const struct work_compare *w)
{
	for (unsigned int i = 0; i < w->nr_cases; i++) {
		warn_spread(w, i);
		warn_host_faults(w, i);
	}
	if (w->options->runs < STAT_MIN_RUNS)
		fprintf(stderr, "faultline: warning: %u run%s: no verdict below %d (--runs)\n",
			w->options->runs, plural(w->options->runs), STAT_MIN_RUNS);
	if (w->threads > platform_nr_cpus())
		fprintf(stderr, "faultline: warning: workloads: %u threads on %u CPU%s is torture, not timing: fewer --threads\n",
			w->threads, platform_nr_cpus(), plural(platform_nr_cpus()));
}
