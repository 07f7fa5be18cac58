/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The comparison as CSV, long form: one figure a line, every run kept.
 *
 * Names of traces and of cases are quoted; all else is names of ours and numbers.
 */
#include "bench/compare/comparison.h"

struct row {
	FILE *out;
	const char *trace, *scheme;
	int run;	/* from 1; 0: the run in recorded order; -1: the one that times mmap_lock */
};

static void name(const struct row *row)
{
	fputc('"', row->out);
	for (const char *c = row->trace; *c; c++) {
		if (*c == '"')
			fputc('"', row->out);
		fputc(*c, row->out);
	}
	fprintf(row->out, "\",%s,", row->scheme);
	if (row->run < 0)
		fputs("lock,", row->out);
	else if (!row->run)
		fputs("verify,", row->out);
	else
		fprintf(row->out, "%d,", row->run);
}

static void number(const struct row *row, const char *what, u64 value)
{
	name(row);
	fprintf(row->out, "%s,%llu\n", what, (unsigned long long)value);
}

static void times(const struct row *row, const char *kind, const struct run_times *t)
{
	const struct {
		const char *what;
		double value;
	} figures[] = {
		{ "median_ns", t->median_ns }, { "mean_ns", t->mean_ns }, { "p90_ns", t->p90_ns },
		{ "p99_ns", t->p99_ns }, { "p999_ns", t->p999_ns }, { "max_ns", t->max_ns },
	};

	if (!t->nr)
		return;
	name(row);
	fprintf(row->out, "%s_count,%llu\n", kind, (unsigned long long)t->nr);
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		name(row);
		fprintf(row->out, "%s_%s,%.9g\n", kind, figures[i].what, figures[i].value);
	}
}

static void kinds(const struct row *row, const struct run_result *r)
{
	for (unsigned int k = 0; k < NR_RUN_KINDS; k++)
		times(row, run_kind_name((enum run_kind)k), &r->kind[k]);
}

static void core(const struct row *row, const struct stats *stats)
{
	for (unsigned int e = 0; e < NR_STATS_EVENTS; e++)
		if (stats->event[e])
			number(row, stats_event_name((enum stats_event)e), stats->event[e]);
}

static void result(const struct row *row, const struct scheme_chain *chain,
		   const struct run_result *r)
{
	if (row->run > 0) {
		number(row, "wall_ns", r->wall_ns);
		number(row, "mm_ns", r->mm_ns);
		number(row, "edge_wait_ns", r->edge_wait_ns);
		number(row, "pace_wait_ns", r->pace_wait_ns);
		number(row, "edge_waits", r->edge_waits);
		number(row, "refaults", r->refaults);
		number(row, "host_faults", r->host_faults);
		times(row, "all_faults", &r->faults);
		kinds(row, r);
	} else if (!row->run) {
		number(row, "vmas_checked", r->checked);
		number(row, "vmas_mismatched", r->mismatched);
		number(row, "unexpected", r->unexpected);
	}
	core(row, &r->stats);
	for (unsigned int g = 0; g < chain->nr; g++) {
		const struct scheme *s = chain->inst[g].scheme;

		for (unsigned int i = 0; s->counters[i].name; i++) {
			name(row);
			fprintf(row->out, "%s.%s,%llu\n", s->name, s->counters[i].name,
				(unsigned long long)r->stats.rung[g][i]);
		}
	}
}

static void traces(const struct trace_compare *c, FILE *out)
{
	const struct compare_options *o = c->options;

	for (unsigned int i = 0; i < c->nr_traces; i++) {
		const struct compare_trace *t = &c->trace[i];

		for (unsigned int s = 0; s < o->nr_schemes; s++) {
			struct row row = { out, t->trace->name, o->chain[s].name, 0 };

			result(&row, &o->chain[s], &t->cell[s].verify);
			for (unsigned int k = 0; k < t->cell[s].nr_runs; k += compare_variants()) {
				row.run = (int)(k / compare_variants()) + 1;
				result(&row, &o->chain[s], &t->cell[s].run[k]);
			}
			row.run = -1;
			if (t->locks)
				result(&row, &o->chain[s], &t->cell[s].lock);
		}
	}
}

static void works(const struct work_compare *w, FILE *out)
{
	for (unsigned int at = 0; at < w->nr_cases; at++) {
		const struct work_case *c = &w->cases[at];
		char text[WORK_NAME_SIZE];

		for (unsigned int i = 0; i < w->nr_columns * c->nr_runs; i += compare_variants()) {
			const struct work_result *r = &c->run[i / c->nr_runs][i % c->nr_runs];
			const struct row row = { out, work_case_name(w, c, text), w->column[i / c->nr_runs],
						 (int)(i % c->nr_runs / compare_variants()) + 1 };

			kinds(&row, &r->result);
			number(&row, "wall_ns", r->result.wall_ns);
			number(&row, "mm_ns", r->result.mm_ns);
			number(&row, "changes", r->changes);
			core(&row, &r->result.stats);
		}
	}
}

void comparison_csv(const struct comparison *c, FILE *out)
{
	fputs("trace,scheme,run,metric,value\n", out);
	traces(c->traces, out);
	if (c->partial)
		fputs("\"\",,,partial,1\n", out);
	if (c->works)
		works(c->works, out);
}
