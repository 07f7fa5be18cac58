/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Workloads as tables: one per case, then the effect of writers and of a shared VMA on each column.
 */
#include <math.h>
#include <stdio.h>

#include "bench/cli/ratio.h"
#include "bench/cli/host.h"
#include "bench/compare/works.h"
#include "bench/lib/plural.h"

struct writer {
	const struct work_compare *w;
	FILE *out;
	enum grid_style style;
};

/* --- a case ---------------------------------------------------------------------------------- */

static void figure_cells(const struct writer *p, struct grid *g, unsigned int at, unsigned int column,
			enum compare_figure figure)
{
	struct stat_ratio r = work_to_baseline(p->w, at, column, COMPARE_FAULTS, figure);

	grid_cell(g, false, "%.0f", work_over_runs(p->w, at, column, COMPARE_FAULTS, figure));
	if (work_is_host(p->w, column)) {
		grid_cell(g, false, "-");
		grid_cell(g, true, "another machine");
		grid_cell(g, true, "-");
		return;
	}
	ratio_cells(g, r, column == p->w->options->baseline, p->w->cases[at].nr_runs / compare_variants(), p->w->cases[at].level);
}

static void laps(const struct writer *p, unsigned int at)
{
	struct grid *g = grid_create();

	grid_row(g);
	grid_cell(g, true, "ns a fault, by laps of %lu", WORK_LAP);
	grid_cell(g, false, "median");
	grid_cell(g, false, "more than %s", p->w->column[p->w->options->baseline]);
	grid_cell(g, true, "95 %% interval");
	grid_cell(g, false, "ratio");
	grid_cell(g, true, "95 %% interval");
	for (unsigned int c = 0; c < p->w->nr_columns; c++) {
		struct stat_ratio more = work_over_baseline(p->w, at, c, COMPARE_FAULTS, FIGURE_MEDIAN);
		struct stat_ratio ratio = work_to_baseline(p->w, at, c, COMPARE_FAULTS, FIGURE_MEDIAN);

		grid_row(g);
		grid_cell(g, true, "%s", p->w->column[c]);
		grid_cell(g, false, "%.1f", work_over_runs(p->w, at, c, COMPARE_FAULTS, FIGURE_MEDIAN));
		grid_cell(g, false, "%.1f", more.ratio);
		grid_cell(g, true, "%.1f to %.1f", more.low, more.high);
		grid_cell(g, false, "%.3f", ratio.ratio);
		grid_cell(g, true, "%.3f - %.3f", ratio.low, ratio.high);
	}
	grid_end(g, "Faults", p->style, p->out);
}

static double median_tail(const struct work_compare *w, unsigned int at, unsigned int column,
			  size_t offset)
{
	double values[COMPARE_MAX_ROUNDS];

	for (unsigned int i = 0; i < w->cases[at].nr_runs; i++)
		values[i] = *(const double *)((const char *)&w->cases[at].run[column][i].result.faults +
					      offset);
	return compare_median(values, w->cases[at].nr_runs);
}

static void faults(const struct writer *p, unsigned int at)
{
	struct grid *g = grid_begin("ns a fault|>median|>ratio|95 % interval|verdict|>mean|>ratio|95 % interval|verdict|"
				    ">p90|>p99|>p99.9|>on rung 0");

	for (unsigned int c = 0; c < p->w->nr_columns; c++) {
		grid_row(g);
		grid_cell(g, true, "%s", p->w->column[c]);
		figure_cells(p, g, at, c, FIGURE_MEDIAN);
		figure_cells(p, g, at, c, FIGURE_MEAN);
		grid_cell(g, false, "%.0f", median_tail(p->w, at, c, offsetof(struct run_times, p90_ns)));
		grid_cell(g, false, "%.0f", median_tail(p->w, at, c, offsetof(struct run_times, p99_ns)));
		grid_cell(g, false, "%.0f", median_tail(p->w, at, c, offsetof(struct run_times, p999_ns)));
		if (work_is_host(p->w, c))
			grid_cell(g, false, "-");
		else
			grid_cell(g, false, "%.2f %%", 100 * work_on_rung0(p->w, at, c));
	}
	grid_end(g, "Faults", p->style, p->out);
}

static void calls(const struct writer *p, unsigned int at)
{
	const struct work_compare *w = p->w;
	struct grid *g = grid_begin("ns a call, median (ratio)");

	for (unsigned int k = KIND_MMAP; k < NR_RUN_KINDS; k++)
		if (work_has_kind(w, at, k))
			grid_cell(g, false, "%s", run_kind_name((enum run_kind)k));
	grid_cell(g, false, "changes/s");
	for (unsigned int c = 0; c < w->nr_columns; c++) {
		grid_row(g);
		grid_cell(g, true, "%s", w->column[c]);
		for (unsigned int k = KIND_MMAP; k < NR_RUN_KINDS; k++) {
			char text[RATIO_SIZE];
			struct stat_ratio r;
			double ns;

			if (!work_has_kind(w, at, k))
				continue;
			ns = work_over_runs(w, at, c, k, FIGURE_MEDIAN);
			if (isnan(ns)) {
				grid_cell(g, false, "no call");
				continue;
			}
			if (work_is_host(w, c)) {
				grid_cell(g, false, "%.0f (-)", ns);
				continue;
			}
			r = work_to_baseline(w, at, c, k, FIGURE_MEDIAN);
			grid_cell(g, false, "%.0f (%s)", ns,
				  ratio_text(r, c == w->options->baseline, w->cases[at].nr_runs / compare_variants(),
						     w->cases[at].level, text));
		}
		grid_cell(g, false, "%.0f", work_changes_per_second(w, at, c));
	}
	grid_end(g, "Calls", p->style, p->out);
}

/* --- shapes: a column against itself ------------------------------------------------------------ */

static void shape_cell(const struct writer *p, struct grid *g, unsigned int at, unsigned int control,
		       unsigned int column, enum compare_figure figure)
{
	struct stat_ratio r = work_to_case(p->w, at, control, column, figure);
	char text[RATIO_SIZE];

	grid_cell(g, false, "%s", ratio_text(r, control == at, work_rounds(p->w, at, control) / compare_variants(),
						     p->w->shapes_level, text));
}

/* Over the writer's rate: faults beside it against faults beside a thread that only spins. */
static void curves(const struct writer *p)
{
	const struct work_compare *w = p->w;
	char name[WORK_NAME_SIZE];

	for (unsigned int at = 0, end; at < w->nr_cases; at = end) {
		struct grid *g;

		for (end = at + 1; end < w->nr_cases && w->cases[end].workload == w->cases[at].workload;)
			end++;
		if (!w->cases[at].workload->writer || w->cases[at].rate || end == at + 1)
			continue;
		g = grid_begin("mean fault beside the writer, against beside a spinner");
		for (unsigned int i = at + 1; i < end; i++) {
			if (w->cases[i].rate == WORK_RATE_MAX)
				grid_cell(g, false, "full speed");
			else
				grid_cell(g, false, "%llu/s", (unsigned long long)w->cases[i].rate);
		}
		grid_cell(g, false, "p99, last");
		for (unsigned int c = 0; c < w->nr_columns; c++) {
			grid_row(g);
			grid_cell(g, true, "%s", w->column[c]);
			for (unsigned int i = at + 1; i < end; i++)
				shape_cell(p, g, i, at, c, FIGURE_MEAN);
			shape_cell(p, g, end - 1, at, c, FIGURE_P99);
		}
		snprintf(name, sizeof(name), "%s, over the writer's rate", w->cases[at].workload->name);
		grid_end(g, name, p->style, p->out);
	}
}

/* The case with the same faults and one VMA per thread. */
static unsigned int own_vma_case(const struct work_compare *w, unsigned int at)
{
	const struct workload *one = w->cases[at].workload;

	for (unsigned int i = 0; one->shared_vma && !one->writer && i < w->nr_cases; i++) {
		const struct workload *own = w->cases[i].workload;

		if (!own->shared_vma && !own->writer && own->memory == one->memory &&
		    own->step == one->step)
			return i;
	}
	return at;
}

static void one_vma(const struct writer *p)
{
	const struct work_compare *w = p->w;
	struct grid *g = grid_begin("mean fault in one VMA for all, against one a thread");
	unsigned int nr = 0;

	for (unsigned int at = 0; at < w->nr_cases; at++) {
		if (own_vma_case(w, at) == at)
			continue;
		grid_cell(g, false, "%s", w->cases[at].workload->name);
		nr++;
	}
	for (unsigned int c = 0; nr && c < w->nr_columns; c++) {
		grid_row(g);
		grid_cell(g, true, "%s", w->column[c]);
		for (unsigned int at = 0; at < w->nr_cases; at++)
			if (own_vma_case(w, at) != at)
				shape_cell(p, g, at, own_vma_case(w, at), c, FIGURE_MEAN);
	}
	if (nr) {
		grid_end(g, "One VMA", p->style, p->out);
	} else {
		grid_free(g);
	}
}

void work_table(const struct work_compare *w, enum grid_style style, FILE *out)
{
	const struct writer p = { w, out, style };
	char name[WORK_NAME_SIZE];

	if (w->work->host) {
		struct host host;

		host_describe(&host);
		fprintf(out, "%sThe host's column is %s; per-VMA locks: %s; hypervisor: %s.  Its times are of another machine than the prototypes': only ratios within it stand beside ratios within theirs.\n",
			style == GRID_MARKDOWN ? "\n" : "", host.system, host.per_vma_locks, host.hypervisor);
	}
	for (unsigned int at = 0; at < w->nr_cases; at++) {
		const struct work_case *c = &w->cases[at];

		fprintf(out, style == GRID_MARKDOWN ? "\n## %s\n\n" : "\n%s\n", work_case_name(w, c, name));
		fprintf(out, "%s%s; %u thread%s, %llu timed fault%s of each that faults\n",
			style == GRID_MARKDOWN ? "" : "  ", c->workload->stands_for, w->threads,
			plural(w->threads), (unsigned long long)w->work->faults, plural(w->work->faults));
		if (!w->whole)
			fprintf(out, "%sPARTIAL: %u of %u run%s\n", style == GRID_MARKDOWN ? "\n" : "  ",
				c->nr_runs / compare_variants(), w->options->runs, plural(w->options->runs));
		else if (w->options->by_need)
			fprintf(out, "%s%u runs of each column\n", style == GRID_MARKDOWN ? "\n" : "  ", c->nr_runs);
		if (w->work->laps)
			laps(&p, at);
		else
			faults(&p, at);
		calls(&p, at);
	}
	curves(&p);
	one_vma(&p);
	for (unsigned int i = 0; i < w->broken.nr; i++)
		fprintf(out, "\nBROKEN: %s\n", w->broken.line[i]);
	if (!w->broken.nr && w->nr_cases)
		fprintf(out, "%sEvery column did the same operations in the same order per thread (seed %llu), and every scheme left the same VMAs; nothing leaked.\n",
			style == GRID_MARKDOWN ? "\n" : "\n", (unsigned long long)w->work->seed);
}
