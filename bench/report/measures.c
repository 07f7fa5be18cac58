/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One trace or workload under every scheme: bars with intervals, latency curves, and both as a table.
 */
#include "config.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lib/stat.h"

static const char *const percentile_keys[MEASURE_PERCENTILES] = {
	"median_ns", "p90_ns", "p99_ns", "p999_ns", "max_ns",
};

struct measure_ratio measure_ratio(struct reader *r, const struct at *up, const char *key)
{
	struct measure_ratio ratio = { NAN, NAN, NAN, NULL };
	struct at at;

	if (!at_has(up, key))
		return ratio;
	at = at_object(r, up, key);
	ratio.ratio = at_number(r, &at, "ratio");
	ratio.low = at_number(r, &at, "low");
	ratio.high = at_number(r, &at, "high");
	ratio.verdict = at_text(r, &at, "verdict");
	return ratio;
}

#define MAX_RUNS 4096	/* stat_median() takes */

static double median_of(double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(values[i]))
			return NAN;
	return n ? stat_median(values, n) : NAN;
}

void measure_runs(struct reader *r, const struct at *runs, const char *inner, const char *key, struct measure *m)
{
	size_t n = at_size(runs);
	double *values;

	m->spread = 0;
	for (unsigned int p = 0; p < MEASURE_PERCENTILES; p++)
		m->percentile[p] = NAN;
	if (n > MAX_RUNS) {
		at_fail(r, runs, "there are too many of them");
		return;
	}
	values = calloc(n + 1, sizeof(*values));
	if (!values)
		exit(page_no_memory());
	for (unsigned int p = 0; p < MEASURE_PERCENTILES; p++) {
		for (size_t i = 0; i < n; i++) {
			struct at run = at_element(r, runs, i);
			struct at outer = inner ? at_object(r, &run, inner) : run;
			struct at times = at_object(r, &outer, key);

			values[i] = at_number(r, &times, percentile_keys[p]);
		}
		m->percentile[p] = median_of(values, n);
		if (!p && isfinite(m->percentile[0]))
			m->spread = stat_spread(values, n);
	}
	free(values);
}

/* --- plots ---------------------------------------------------------------------------------------- */

#define MAX_LINES 32

static void bars(struct report *report, const struct measure *m, unsigned int nr, const char *baseline)
{
	struct chart_bar bar[MAX_LINES];
	unsigned int n = 0;
	char title[200];

	for (unsigned int i = 0; i < nr && n < MAX_LINES; i++) {
		const struct measure_ratio *q = &m[i].mean;

		if (!isfinite(q->ratio))
			continue;
		bar[n] = (struct chart_bar){ .name = m[i].name, .colour = page_colour(&report->names, m[i].name),
			.value = q->ratio, .low = q->low, .high = q->high };
		if (!strcmp(m[i].name, baseline))
			snprintf(bar[n].note, sizeof(bar[n].note), "1, the baseline");
		else if (q->verdict)
			snprintf(bar[n].note, sizeof(bar[n].note), "%.2f, %.24s", q->ratio, q->verdict);
		else
			snprintf(bar[n].note, sizeof(bar[n].note), "%.2f", q->ratio);
		n++;
	}
	snprintf(title, sizeof(title), "Mean time of a fault, as a multiple of %.80s's, with 95 %% intervals. Shorter is faster.",
		 baseline);
	if (n)
		chart_bars(report->plots, report->page, title, bar, n);
}

static void curves(struct report *report, const struct measure *m, unsigned int nr)
{
	static const char *const x[MEASURE_PERCENTILES] = { "median", "90 %", "99 %", "99.9 %", "longest" };
	struct chart_line line[MAX_LINES];
	unsigned int n = 0;

	for (unsigned int i = 0; i < nr && n < MAX_LINES; i++) {
		if (!isfinite(m[i].percentile[MEASURE_PERCENTILES - 1]))
			continue;
		line[n].colour = page_colour(&report->names, m[i].name);
		memcpy(line[n].y, m[i].percentile, sizeof(m[i].percentile));
		n++;
	}
	if (n)
		chart_lines(report->plots, report->page,
			    "Latency of a fault: so many faults take no longer (each point: median over runs)",
			    "ns", x, MEASURE_PERCENTILES, line, n);
}

/* --- tables --------------------------------------------------------------------------------------- */

void measure_ratio_cells(FILE *out, const struct measure_ratio *q)
{
	if (!isfinite(q->ratio)) {
		fputs("<td class=\"n\">-</td><td>", out);
		html_text(out, q->verdict ? q->verdict : "");
		fputs("</td>", out);
		return;
	}
	fprintf(out, "<td class=\"n\">%.3g", q->ratio);
	if (isfinite(q->low) && isfinite(q->high) && q->low != q->high)
		fprintf(out, " [%.3g, %.3g]", q->low, q->high);
	fputs("</td><td>", out);
	html_text(out, q->verdict ? q->verdict : q->low < q->high && q->low <= 1 && q->high >= 1 ? "~" : "");
	fputs("</td>", out);
}

void measure_head(struct report *report, const char *first)
{
	fprintf(report->page, "<thead><tr><th>%s</th><th>scheme</th><th class=\"n\">count</th>"
		"<th class=\"n\">median, ns</th><th class=\"n\">ratio [95 %%]</th><th></th>"
		"<th class=\"n\">mean, ns</th><th class=\"n\">ratio [95 %%]</th><th></th></tr></thead>\n", first);
}

void measure_row(struct report *report, const struct measure *m, const char *kind)
{
	FILE *out = report->page;

	fputs("<tr>", out);
	html_element(out, "td", kind);
	fputs("<th>", out);
	page_key(out, &report->names, m->name);
	fputs("</th>", out);
	html_number(out, "%.0f", m->count);
	html_number(out, "%.0f", m->median_ns);
	measure_ratio_cells(out, &m->median);
	html_number(out, "%.0f", m->mean_ns);
	measure_ratio_cells(out, &m->mean);
	fputs("</tr>\n", out);
}

static void table(struct report *report, const struct measure *m, unsigned int nr)
{
	static const char head[] =
		"<div class=\"scroll\"><table><thead><tr><th>a fault under</th><th class=\"n\">median, ns</th>"
		"<th class=\"n\">ratio [95 %]</th><th></th><th class=\"n\">mean, ns</th><th class=\"n\">ratio [95 %]</th><th></th>"
		"<th class=\"n\">90 %</th><th class=\"n\">99 %</th><th class=\"n\">99.9 %</th><th class=\"n\">longest</th>"
		"</tr></thead><tbody>\n";
	FILE *out = report->page;

	fputs(head, out);
	for (unsigned int i = 0; i < nr; i++) {
		fputs("<tr><th>", out);
		page_key(out, &report->names, m[i].name);
		fputs("</th>", out);
		html_number(out, "%.0f", m[i].median_ns);
		measure_ratio_cells(out, &m[i].median);
		html_number(out, "%.0f", m[i].mean_ns);
		measure_ratio_cells(out, &m[i].mean);
		for (unsigned int p = 1; p < MEASURE_PERCENTILES; p++)
			html_number(out, "%.0f", m[i].percentile[p]);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

void measures_print(struct report *report, const struct measure *m, unsigned int nr, const char *baseline)
{
	FILE *out = report->page;

	fputs("<p class=\"legend\">", out);
	for (unsigned int i = 0; i < nr; i++)
		page_key(out, &report->names, m[i].name);
	fputs("</p>\n<div class=\"plots\">\n", out);
	bars(report, m, nr, baseline);
	curves(report, m, nr);
	fputs("</div>\n", out);
	table(report, m, nr);
}

#endif /* HAVE_JANSSON */
