/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One trace or workload under every scheme: dots with intervals, latency curves, and both as a table.
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

/* --- the runs' figures ------------------------------------------------------------------------------ */

typedef double sample_fn(struct reader *r, const struct at *one, const struct at *run);

static void samples(struct reader *r, const struct at *one, const struct at *runs, struct measure *m, sample_fn *take)
{
	m->nr_samples = at_size(runs);
	if (m->nr_samples > STAT_MAX_RUNS) {
		at_fail(r, runs, "there are too many of them");
		m->nr_samples = 0;
		return;
	}
	m->sample = calloc(m->nr_samples + 1, sizeof(*m->sample));
	if (!m->sample)
		exit(page_no_memory());
	for (size_t i = 0; i < m->nr_samples && !r->failed; i++) {
		struct at run = at_element(r, runs, i);

		m->sample[i] = take(r, one, &run);
		if (!isfinite(m->sample[i]))
			at_fail(r, &run, "its time is null");
	}
}

static double trace_sample(struct reader *r, const struct at *one, const struct at *run)
{
	struct at faults = at_object(r, run, "all_faults");
	u64 nr = at_count(r, &faults, "count", (u64)AT_MAX);

	(void)one;
	return (double)at_count(r, run, "mm_ns", (u64)AT_MAX) / (double)(nr ? nr : 1);
}

static double workload_sample(struct reader *r, const struct at *one, const struct at *run)
{
	struct at kinds = at_object(r, run, "kinds"), faults = at_object(r, &kinds, "fault");

	return at_number(r, &faults, strcmp(at_text(r, one, "timed"), "laps") ? "mean_ns" : "median_ns");
}

void measure_trace_samples(struct reader *r, const struct at *one, const struct at *runs, struct measure *m)
{
	samples(r, one, runs, m, trace_sample);
}

void measure_workload_samples(struct reader *r, const struct at *one, const struct at *runs, struct measure *m)
{
	samples(r, one, runs, m, workload_sample);
}

void measures_free(struct measure *m, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		free(m[i].sample);
}

/* --- plots ---------------------------------------------------------------------------------------- */

#define MAX_LINES 32

static const struct measure *baseline_of(const struct measure *m, unsigned int nr, const char *baseline)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!strcmp(m[i].name, baseline))
			return &m[i];
	return NULL;
}

void measures_answer(struct reader *r, const struct at *columns, struct measure *m, unsigned int nr, const char *baseline,
		     const char *key)
{
	const struct measure *base = baseline_of(m, nr, baseline);

	for (unsigned int i = 0; i < nr && !r->failed; i++) {
		struct at column = at_element(r, columns, i);
		struct stat_ratio q;

		if (at_has(&column, key)) {
			m[i].answer = measure_ratio(r, &column, key);
		} else if (base && base->nr_samples && base->nr_samples == m[i].nr_samples) {
			q = &m[i] == base ? STAT_ITSELF : stat_ratio(m[i].sample, base->sample, base->nr_samples);
			m[i].answer = (struct measure_ratio){ q.ratio, q.low, q.high, NULL };
		} else {
			m[i].answer = (struct measure_ratio){ NAN, NAN, NAN, NULL };
		}
		if (&m[i] == base)
			m[i].answer.verdict = NULL;
	}
}

/* The words that the terminal has; a document that has none is of a version that judged nothing here. */
static const char *verdict_words(const struct measure_ratio *q, size_t runs)
{
	if (q->verdict)
		return q->verdict;
	return runs < STAT_MIN_RUNS || (q->low <= 1 && q->high >= 1) ? "cannot tell" : "";
}

static void dots(struct report *report, const struct measure *m, unsigned int nr, const char *baseline, const char *what)
{
	const struct measure *base = baseline_of(m, nr, baseline);
	struct chart_row row[MAX_LINES];
	double *run = calloc(MAX_LINES * (STAT_MAX_RUNS + 1UL), sizeof(*run));
	unsigned int n = 0;
	char title[300];

	if (!run)
		exit(page_no_memory());
	for (unsigned int i = 0; i < nr && n < MAX_LINES; i++) {
		const struct measure_ratio *q = &m[i].answer;
		double *to = run + n * (STAT_MAX_RUNS + 1UL);

		if (!isfinite(q->ratio))
			continue;
		row[n] = (struct chart_row){ .name = m[i].name, .colour = page_colour(&report->names, m[i].name),
			.value = q->ratio, .low = q->low, .high = q->high, .run = to };
		for (size_t k = 0; base && &m[i] != base && k < m[i].nr_samples && k < base->nr_samples; k++)
			if (base->sample[k] > 0)
				to[row[n].nr_runs++] = m[i].sample[k] / base->sample[k];
		if (&m[i] == base)
			snprintf(row[n].note, sizeof(row[n].note), "1, the baseline");
		else
			snprintf(row[n].note, sizeof(row[n].note), "%.*g, %.24s", q->ratio < 0.1 ? 2 : 3, q->ratio,
				 verdict_words(q, m[i].nr_samples));
		n++;
	}
	snprintf(title, sizeof(title), "%.100s, as a multiple of %.80s's: each run, the median and its 95 %% interval. Left is faster.",
		 what, baseline);
	if (n)
		chart_dots(report->plots, report->page, title, row, n);
	free(run);
}

static void curves(struct report *report, const struct measure *m, unsigned int nr, const char *baseline)
{
	static const char *const x[MEASURE_PERCENTILES] = { "median", "90 %", "99 %", "99.9 %", "longest" };
	const struct measure *base = baseline_of(m, nr, baseline);
	struct chart_line line[MAX_LINES];
	unsigned int n = 0;
	char title[200];

	for (unsigned int i = 0; base && i < nr && n < MAX_LINES; i++) {
		/* The host's faults do other work. */
		if (&m[i] == base || !isfinite(m[i].percentile[MEASURE_PERCENTILES - 1]) || !isfinite(m[i].answer.ratio))
			continue;
		line[n].colour = page_colour(&report->names, m[i].name);
		for (unsigned int p = 0; p < MEASURE_PERCENTILES; p++)
			line[n].y[p] = m[i].percentile[p] / base->percentile[p];
		n++;
	}
	snprintf(title, sizeof(title), "Latency of a fault against %.80s's: the time that so many faults do not exceed, as a multiple", baseline);
	if (n)
		chart_ratios(report->plots, report->page, title, x, MEASURE_PERCENTILES, line, n);
}

/* --- tables --------------------------------------------------------------------------------------- */

void measure_time(FILE *out, double ns)
{
	if (!isfinite(ns))
		fputs("<td class=\"n\">-</td>", out);
	else if (ns >= 999.5e6)
		fprintf(out, "<td class=\"n\">%.3g s</td>", ns / 1e9);
	else if (ns >= 999.5e3)
		fprintf(out, "<td class=\"n\">%.3g ms</td>", ns / 1e6);
	else if (ns >= 9999.5)
		fprintf(out, "<td class=\"n\">%.3g us</td>", ns / 1e3);
	else
		fprintf(out, "<td class=\"n\">%.0f ns</td>", ns);
}

static void ratio(FILE *out, double x)
{
	fprintf(out, x < 999.5 ? "%.3g" : "%.0f", x);
}

void measure_ratio_cells(FILE *out, const struct measure_ratio *q)
{
	if (!isfinite(q->ratio)) {
		fputs("<td class=\"n\">-</td><td>", out);
		html_text(out, q->verdict ? q->verdict : "");
		fputs("</td>", out);
		return;
	}
	fputs("<td class=\"n\">", out);
	ratio(out, q->ratio);
	if (isfinite(q->low) && isfinite(q->high) && q->low != q->high) {
		fputs(" [", out);
		ratio(out, q->low);
		fputs(", ", out);
		ratio(out, q->high);
		fputc(']', out);
	}
	fputs("</td><td>", out);
	html_text(out, q->verdict ? q->verdict : q->low < q->high && q->low <= 1 && q->high >= 1 ? "cannot tell" : "");
	fputs("</td>", out);
}

void measure_head(struct report *report, const char *first, const char *caption)
{
	fprintf(report->page, "<caption>%s</caption><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">scheme</th>"
		"<th scope=\"col\" class=\"n\">count</th><th scope=\"col\" class=\"n\">median</th>"
		"<th scope=\"col\" class=\"n\">ratio [95 %%]</th><th scope=\"col\">verdict</th>"
		"<th scope=\"col\" class=\"n\">mean</th><th scope=\"col\" class=\"n\">ratio [95 %%]</th>"
		"<th scope=\"col\">verdict</th></tr></thead>\n", caption, first);
}

void measure_row(struct report *report, const struct measure *m, const char *kind)
{
	FILE *out = report->page;

	fputs("<tr>", out);
	html_element(out, "td", kind);
	fputs("<th scope=\"row\">", out);
	page_key(out, &report->names, m->name);
	fputs("</th>", out);
	html_number(out, "%.0f", m->count);
	measure_time(out, m->median_ns);
	measure_ratio_cells(out, &m->median);
	measure_time(out, m->mean_ns);
	measure_ratio_cells(out, &m->mean);
	fputs("</tr>\n", out);
}

/* The baseline has no verdict. */
static void ratio_cells(FILE *out, const struct measure *m, const struct measure_ratio *q, const char *baseline)
{
	struct measure_ratio is = *q;

	if (!strcmp(m->name, baseline))
		is.verdict = "baseline";
	measure_ratio_cells(out, &is);
}

static void table(struct report *report, const struct measure *m, unsigned int nr, const char *baseline)
{
	static const char head[] =
		"<div class=\"scroll\" tabindex=\"0\"><table><caption>A fault: ratios are to the baseline, with their 95 % intervals</caption>"
		"<thead><tr><th scope=\"col\">under</th><th scope=\"col\" class=\"n\">median</th>"
		"<th scope=\"col\" class=\"n\">ratio [95 %]</th><th scope=\"col\">verdict</th><th scope=\"col\" class=\"n\">mean</th>"
		"<th scope=\"col\" class=\"n\">ratio [95 %]</th><th scope=\"col\">verdict</th>"
		"<th scope=\"col\" class=\"n\">90 %</th><th scope=\"col\" class=\"n\">99 %</th>"
		"<th scope=\"col\" class=\"n\">99.9 %</th><th scope=\"col\" class=\"n\">longest</th></tr></thead><tbody>\n";
	FILE *out = report->page;

	fputs(head, out);
	for (unsigned int i = 0; i < nr; i++) {
		fputs("<tr><th scope=\"row\">", out);
		page_key(out, &report->names, m[i].name);
		fputs("</th>", out);
		measure_time(out, m[i].median_ns);
		ratio_cells(out, &m[i], &m[i].median, baseline);
		measure_time(out, m[i].mean_ns);
		ratio_cells(out, &m[i], &m[i].mean, baseline);
		for (unsigned int p = 1; p < MEASURE_PERCENTILES; p++)
			measure_time(out, m[i].percentile[p]);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

/* What the dots show, in numbers. */
static void answer_table(struct report *report, const struct measure *m, unsigned int nr, const char *baseline, const char *what)
{
	FILE *out = report->page;

	fprintf(out, "<div class=\"scroll\" tabindex=\"0\"><table><caption>%s: medians, to the baseline</caption><thead><tr>"
		"<th scope=\"col\">under</th><th scope=\"col\" class=\"n\">median</th><th scope=\"col\" class=\"n\">ratio [95 %%]</th>"
		"<th scope=\"col\">verdict</th><th scope=\"col\" class=\"n\">runs</th></tr></thead><tbody>\n", what);
	for (unsigned int i = 0; i < nr; i++) {
		struct measure_ratio q = m[i].answer;

		if (isfinite(q.ratio))
			q.verdict = verdict_words(&q, m[i].nr_samples);
		fputs("<tr><th scope=\"row\">", out);
		page_key(out, &report->names, m[i].name);
		fputs("</th>", out);
		measure_time(out, m[i].nr_samples ? stat_median(m[i].sample, m[i].nr_samples) : NAN);
		ratio_cells(out, &m[i], &q, baseline);
		fprintf(out, "<td class=\"n\">%zu</td></tr>\n", m[i].nr_samples);
	}
	fputs("</tbody></table></div>\n", out);
}

void measures_print(struct report *report, const struct measure *m, unsigned int nr, const char *baseline, const char *what)
{
	FILE *out = report->page;

	fputs("<p class=\"legend\">", out);
	for (unsigned int i = 0; i < nr; i++)
		page_key(out, &report->names, m[i].name);
	fputs("</p>\n<div class=\"plots\">\n", out);
	dots(report, m, nr, baseline, what);
	curves(report, m, nr, baseline);
	fputs("</div>\n", out);
	answer_table(report, m, nr, baseline, what);
	table(report, m, nr, baseline);
}

#endif /* HAVE_JANSSON */
