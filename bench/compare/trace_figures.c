/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Figures over runs, ratios to the baseline, and warnings with their remedies.
 */
#include <math.h>

#include "bench/compare/traces.h"
#include "bench/lib/plural.h"

static void collect(const struct compare_cell *cell, unsigned int kind,
		    enum compare_figure figure, double *to)
{
	for (unsigned int i = 0; i < cell->nr_runs; i++)
		to[i] = compare_figure(&cell->run[i], kind, figure);
}

double traces_over_runs(const struct compare_cell *cell, unsigned int kind,
			 enum compare_figure figure)
{
	double values[COMPARE_MAX_ROUNDS];

	if (!cell->nr_runs)
		return 0;
	collect(cell, kind, figure, values);
	return compare_median(values, cell->nr_runs);
}

struct stat_ratio traces_to_baseline(const struct trace_compare *c, const struct compare_trace *t,
					 unsigned int scheme, unsigned int kind,
					 enum compare_figure figure)
{
	double mine[COMPARE_MAX_ROUNDS], base[COMPARE_MAX_ROUNDS];

	if (scheme == c->options->baseline || !t->cell[scheme].nr_runs)
		return STAT_ITSELF;
	collect(&t->cell[scheme], kind, figure, mine);
	collect(&t->cell[c->options->baseline], kind, figure, base);
	return compare_survives(mine, base, t->cell[scheme].nr_runs, stat_ratio);
}

static void collect_mm(const struct compare_cell *cell, double *to)
{
	for (unsigned int i = 0; i < cell->nr_runs; i++) {
		const struct run_result *r = &cell->run[i];

		to[i] = (double)r->mm_ns / (double)(r->faults.nr ? r->faults.nr : 1);
	}
}

double traces_mm_ns(const struct compare_cell *cell)
{
	double values[COMPARE_MAX_ROUNDS];

	if (!cell->nr_runs)
		return 0;
	collect_mm(cell, values);
	return stat_median(values, compare_nominal(values, cell->nr_runs));
}

struct stat_ratio traces_mm_ratio(const struct compare_trace *t, unsigned int scheme, unsigned int other)
{
	double mine[COMPARE_MAX_ROUNDS], theirs[COMPARE_MAX_ROUNDS];

	if (scheme == other || !t->cell[scheme].nr_runs)
		return STAT_ITSELF;
	collect_mm(&t->cell[scheme], mine);
	collect_mm(&t->cell[other], theirs);
	return compare_survives(mine, theirs, t->cell[scheme].nr_runs, stat_ratio);
}

static struct stat_ratio pair(const void *samples, unsigned int a, unsigned int b)
{
	return traces_mm_ratio(samples, a, b);
}

static void answer(const struct trace_compare *c, struct compare_trace *t)
{
	const struct compare_options *o = c->options;
	struct verdict_question q = { .nr = o->nr_schemes, .baseline = o->baseline, .ratio = pair, .samples = t,
				      .runs = t->cell[0].nr_runs / compare_variants() };
	double values[COMPARE_MAX_ROUNDS];

	for (unsigned int s = 0; s < o->nr_schemes; s++) {
		q.name[s] = o->chain[s].name;
		q.median[s] = traces_mm_ns(&t->cell[s]);
		if (!t->cell[s].nr_runs)
			continue;
		collect_mm(&t->cell[s], values);
		q.spread = fmax(q.spread, stat_spread(values, compare_nominal(values, t->cell[s].nr_runs)));
	}
	verdict_judge(&q, &t->verdict);
	verdict_sentence(&q, &t->verdict, t->trace->name, t->peak_threads < 2 ? VERDICT_ONE_THREAD :
			 t->workers < 2 ? VERDICT_ONE_WORKER : VERDICT_SEVERAL_THREADS, t->answer);
}

void traces_judge(struct trace_compare *c)
{
	struct stat_family family = { .p = NULL };

	for (unsigned int i = 0; i < c->nr_traces; i++) {
		struct compare_trace *t = &c->trace[i];

		for (unsigned int s = 0; s < c->options->nr_schemes; s++) {
			if (s == c->options->baseline || !t->cell[s].nr_runs)
				continue;
			stat_family_add(&family, traces_mm_ratio(t, s, c->options->baseline));
			stat_family_add(&family, traces_to_baseline(c, t, s, COMPARE_FAULTS, FIGURE_MEDIAN));
			stat_family_add(&family, traces_to_baseline(c, t, s, COMPARE_FAULTS, FIGURE_MEAN));
			for (unsigned int k = KIND_MMAP; k < NR_RUN_KINDS; k++)
				if (traces_events(t, k))
					stat_family_add(&family, traces_to_baseline(c, t, s, k, FIGURE_MEDIAN));
		}
		t->level = stat_family_level(&family);
		if (t->cell[0].nr_runs)
			answer(c, t);
	}
}

u64 traces_events(const struct compare_trace *t, unsigned int kind)
{
	const struct run_result *r = &t->cell[0].verify;

	return kind == COMPARE_FAULTS ? r->faults.nr : r->kind[kind].nr;
}

u64 traces_counter(const struct compare_cell *cell, enum stats_event event)
{
	u64 sum = 0;

	if (!cell->nr_runs)
		return cell->verify.stats.event[event];
	for (unsigned int i = 0; i < cell->nr_runs; i += compare_variants())
		sum += cell->run[i].stats.event[event];
	return sum;
}

u64 traces_rung(const struct compare_cell *cell, unsigned int rung, unsigned int counter)
{
	u64 sum = 0;

	if (!cell->nr_runs)
		return cell->verify.stats.rung[rung][counter];
	for (unsigned int i = 0; i < cell->nr_runs; i += compare_variants())
		sum += cell->run[i].stats.rung[rung][counter];
	return sum;
}

/* --- warnings ------------------------------------------------------------------------------ */

static void warn_notes(const struct compare_trace *t, const struct run_result *r)
{
	if (!r->unexpected && !r->mismatched && !r->lists_differ)
		return;
	fprintf(stderr, "faultline: warning: %s: %llu events end otherwise than recorded, %llu VMAs and %llu final maps differ\n",
		t->trace->name, (unsigned long long)r->unexpected,
		(unsigned long long)r->mismatched, (unsigned long long)r->lists_differ);
	for (unsigned int i = 0; i < r->nr_notes; i++)
		fprintf(stderr, "faultline: warning: %s:%u: %s\n", t->trace->path,
			r->note[i].line, r->note[i].what);
	if (r->mismatched && !t->plan->no_zero_page)
		fprintf(stderr, "faultline: warning: %s: if the recorded kernel has no zero page, the VMAs are as recorded with --no-zero-page\n",
			t->trace->name);
}

static void warn_spread(const struct trace_compare *c, const struct compare_trace *t)
{
	double values[COMPARE_MAX_ROUNDS], worst = 0;
	unsigned int at = 0;

	for (unsigned int s = 0; s < c->options->nr_schemes && t->cell[s].nr_runs; s++) {
		collect(&t->cell[s], COMPARE_FAULTS, FIGURE_MEDIAN, values);

		double spread = stat_spread(values, compare_nominal(values, t->cell[s].nr_runs));

		if (spread > worst) {
			worst = spread;
			at = s;
		}
	}
	compare_warn_spread(t->trace->name, worst, c->options->chain[at].name);
}

static void warn_host_faults(const struct trace_compare *c, const struct compare_trace *t)
{
	u64 most = 0;

	for (unsigned int s = 0; s < c->options->nr_schemes; s++)
		for (unsigned int i = 0; i < t->cell[s].nr_runs; i++)
			if (t->cell[s].run[i].host_faults > most)
				most = t->cell[s].run[i].host_faults;
	compare_warn_host_faults(t->trace->name, most, traces_events(t, COMPARE_FAULTS));
}

void traces_warn(const struct trace_compare *c)
{
	for (unsigned int i = 0; i < c->nr_traces; i++) {
		const struct compare_trace *t = &c->trace[i];

		if (t->trace->lost)
			fprintf(stderr, "faultline: warning: %s: the recorder lost %llu event%s: record again with larger buffers\n",
				t->trace->name, (unsigned long long)t->trace->lost, plural(t->trace->lost));
		warn_notes(t, &t->cell[0].verify);
		warn_spread(c, t);
		warn_host_faults(c, t);
		if (t->workers > platform_nr_cpus())
			fprintf(stderr, "faultline: warning: %s: %u threads on %u CPU%s is torture, not timing: fewer --threads\n",
				t->trace->name, t->workers, platform_nr_cpus(), plural(platform_nr_cpus()));
	}
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	fputs("faultline: warning: built with a sanitizer: times mean nothing\n", stderr);
#endif
}
