/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Micro workloads of a comparison.
 */
#include "config.h"
#include "bench/lib/plural.h"
#include "bench/lib/stat.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void figure(struct reader *r, const struct at *over, const char *kind, struct measure *m)
{
	struct at at = at_object(r, over, kind);

	m->median_ns = at_number(r, &at, "median_ns");
	m->median = measure_ratio(r, &at, "median_to_baseline");
	m->mean_ns = at_number(r, &at, "mean_ns");
	m->mean = measure_ratio(r, &at, "mean_to_baseline");
}

/* The number of events of a kind in the first run. */
static double count_of(struct reader *r, const struct at *column, const char *kind)
{
	struct at runs = at_array(r, column, "runs"), run = at_element(r, &runs, 0);
	struct at all = at_object(r, &run, "kinds"), times;

	if (!at_has(&all, kind))
		return NAN;
	times = at_object(r, &all, kind);
	return (double)at_count(r, &times, "count", (u64)AT_MAX);
}

/* All kinds but faults, which stand above. */
static void kinds(struct report *report, struct reader *r, const struct at *columns)
{
	struct at first = at_element(r, columns, 0), all = at_object(r, &first, "over_runs");
	const char *kind;
	const json_t *value;

	if (at_size(&all) < 2)
		return;
	fputs("<details><summary>The calls beside the faults</summary><div class=\"scroll\" tabindex=\"0\"><table>\n", report->page);
	measure_head(report, "call", "The calls beside the faults, under every scheme");
	fputs("<tbody>\n", report->page);
	json_object_foreach((json_t *)all.j, kind, value) {
		for (size_t i = 0; strcmp(kind, "fault") && i < at_size(columns); i++) {
			struct at column = at_element(r, columns, i), over = at_object(r, &column, "over_runs");
			struct measure m = { .name = at_text(r, &column, "name") };

			if (!at_has(&over, kind))
				continue;
			figure(r, &over, kind, &m);
			m.count = count_of(r, &column, kind);
			measure_row(report, &m, kind);
		}
	}
	fputs("</tbody></table></div></details>\n", report->page);
}

/* A writer's effect on faults, relative to the same workload with an idle one. */
static void writer(struct report *report, struct reader *r, const struct at *columns)
{
	struct at first = at_element(r, columns, 0);
	FILE *out = report->page;

	if (!at_has(&first, "mean_fault_to_idle_writer"))
		return;
	fputs("<div class=\"scroll\" tabindex=\"0\"><table><caption>A fault beside this writer, as a multiple of one beside an idle writer</caption>"
	      "<thead><tr><th scope=\"col\">scheme</th><th scope=\"col\" class=\"n\">changes/s</th><th scope=\"col\" class=\"n\">mean [95 %]</th><th scope=\"col\"></th>"
	      "<th scope=\"col\" class=\"n\">99 % [95 %]</th><th scope=\"col\"></th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < at_size(columns); i++) {
		struct at column = at_element(r, columns, i);
		struct measure_ratio q[2] = {
			measure_ratio(r, &column, "mean_fault_to_idle_writer"),
			measure_ratio(r, &column, "p99_fault_to_idle_writer"),
		};

		fputs("<tr><th scope=\"row\">", out);
		page_key(out, &report->names, at_text(r, &column, "name"));
		fputs("</th>", out);
		html_number(out, "%.0f", at_number(r, &column, "changes_per_s"));
		measure_ratio_cells(out, &q[0]);
		measure_ratio_cells(out, &q[1]);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

void workload_title(struct reader *r, const struct at *at, char *text, size_t size)
{
	bool has_writer = at_bool(r, at, "has_writer");
	const char *name = at_text(r, at, "name");
	u64 vmas = at_has(at, "vmas_beside") ? at_count(r, at, "vmas_beside", (u64)AT_MAX) : 0;
	int n;

	if (has_writer && !at_has(at, "writer_rate_per_s"))
		n = snprintf(text, size, "%.180s, writer at full speed", name);
	else if (has_writer && at_number(r, at, "writer_rate_per_s") == 0)
		n = snprintf(text, size, "%.180s, writer idle", name);
	else if (has_writer)
		n = snprintf(text, size, "%.180s, %.0f changes a second", name, at_number(r, at, "writer_rate_per_s"));
	else
		n = snprintf(text, size, "%.180s", name);
	if (vmas && n > 0 && (size_t)n < size)
		snprintf(text + n, size - (size_t)n, ", beside %llu VMAs", (unsigned long long)vmas);
}

static void heading(struct report *report, struct reader *r, const struct at *at)
{
	u64 threads = at_count(r, at, "threads", 1000000);
	FILE *out = report->page;
	char title[256];

	workload_title(r, at, title, sizeof(title));
	html_element(out, "h3", title);
	fputs("\n<p class=\"dim\">Stands for ", out);
	html_text(out, at_text(r, at, "stands_for"));
	fprintf(out, ". %llu thread%s, %llu timed faults each, seed %llu.</p>\n", (unsigned long long)threads, plural(threads),
		(unsigned long long)at_count(r, at, "faults", (u64)AT_MAX),
		(unsigned long long)at_count(r, at, "seed", ~0ULL >> 1));
}

static void workload(struct report *report, struct reader *r, const struct at *at, u64 runs, const char *baseline)
{
	struct at columns = at_array(r, at, "columns");
	unsigned int nr = (unsigned int)at_size(&columns);
	struct measure *m = calloc(nr + 1, sizeof(*m));
	double worst = 0;

	if (!m)
		exit(page_no_memory());
	heading(report, r, at);
	if (!nr)
		at_fail(r, &columns, "it is empty");
	for (unsigned int i = 0; i < nr && !r->failed; i++) {
		struct at column = at_element(r, &columns, i), list = at_array(r, &column, "runs");
		struct at over = at_object(r, &column, "over_runs");

		if (at_size(&list) > runs)
			at_fail(r, &list, "it has more elements than \"runs\" says");
		m[i].name = at_text(r, &column, "name");
		figure(r, &over, "fault", &m[i]);
		measure_runs(r, &list, "kinds", "fault", &m[i]);
		measure_workload_samples(r, at, &list, &m[i]);
		worst = fmax(worst, m[i].spread);
	}
	if (worst > STAT_SPREAD)
		measured_warn(report, "Runs differ by %.0f %% (quartiles of the worst scheme): the machine was not quiet.", 100 * worst);
	if (!r->failed) {
		bool laps = !strcmp(at_text(r, at, "timed"), "laps");

		for (unsigned int i = 0; i < nr; i++)
			m[i].answer = laps ? m[i].median : m[i].mean;
		measures_print(report, m, nr, baseline, laps ? "Median lap of faults" : "Mean time of a fault");
		writer(report, r, &columns);
		kinds(report, r, &columns);
	}
	measures_free(m, nr);
	free(m);
}

void section_workloads(struct report *report, struct reader *r, const struct at *top)
{
	struct at workloads = at_array(r, top, "workloads");
	u64 runs = at_count(r, top, "runs", 1000000);

	for (size_t i = 0; i < at_size(&workloads) && !r->failed; i++) {
		struct at one = at_element(r, &workloads, i);

		workload(report, r, &one, runs, at_text(r, top, "baseline"));
	}
	fputs("<p class=\"dim\">Ratios are of medians over runs; \"faster\", \"slower\" and \"cannot tell\" come from their 95 % intervals.</p>\n", report->page);
}

#endif /* HAVE_JANSSON */
