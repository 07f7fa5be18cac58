/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The comparison as CSV, long form: one figure a line, every run kept.
 *
 * Names of traces are quoted; all else is names of ours and numbers.
 */
#include "bench/compare/works.h"

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
	if (!t->nr)
		return;
	name(row);
	fprintf(row->out, "%s_count,%llu\n", kind, (unsigned long long)t->nr);
	name(row);
	fprintf(row->out, "%s_median_ns,%.9g\n", kind, t->median_ns);
	name(row);
	fprintf(row->out, "%s_mean_ns,%.9g\n", kind, t->mean_ns);
	name(row);
	fprintf(row->out, "%s_p99_ns,%.9g\n", kind, t->p99_ns);
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
		for (unsigned int k = 0; k < NR_RUN_KINDS; k++)
			times(row, run_kind_name((enum run_kind)k), &r->kind[k]);
	} else if (!row->run) {
		number(row, "vmas_checked", r->checked);
		number(row, "vmas_mismatched", r->mismatched);
		number(row, "unexpected", r->unexpected);
	}
	for (unsigned int e = 0; e < NR_STATS_EVENTS; e++)
		if (r->stats.event[e])
			number(row, stats_event_name((enum stats_event)e), r->stats.event[e]);
	for (unsigned int g = 0; g < chain->nr; g++) {
		const struct scheme *s = chain->inst[g].scheme;

		for (unsigned int i = 0; s->counters[i].name; i++) {
			name(row);
			fprintf(row->out, "%s.%s,%llu\n", s->name, s->counters[i].name,
				(unsigned long long)r->stats.rung[g][i]);
		}
	}
}

void compare_csv(const struct compare *c, FILE *out)
{
	const struct compare_options *o = c->options;

	fputs("trace,scheme,run,metric,value\n", out);
	for (unsigned int i = 0; i < c->nr_traces; i++) {
		const struct compare_trace *t = &c->trace[i];

		for (unsigned int s = 0; s < o->nr_schemes; s++) {
			struct row row = { out, t->trace->name, o->chain[s].name, 0 };

			result(&row, &c->options->chain[s], &t->cell[s].verify);
			for (unsigned int k = 0; k < t->cell[s].nr_runs; k++) {
				row.run = (int)k + 1;
				result(&row, &c->options->chain[s], &t->cell[s].run[k]);
			}
			row.run = -1;
			if (t->locks)
				result(&row, &c->options->chain[s], &t->cell[s].lock);
		}
	}
	if (c->partial)
		fputs("\"\",,,partial,1\n", out);
	if (c->work)
		work_csv(c->work, out);
}
