/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The section of the map: who wins where, by how much, and where recorded programs live.
 */
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stat.h"

#define MAX_AXIS 64

struct map {
	struct report *report;
	struct reader *r;
	const struct at *top;
	struct at parameters, changes, pressures, schemes, cells, programs;
	unsigned int nr_x, nr_y;
	double x[MAX_AXIS];		/* changes a fault */
	char y[MAX_AXIS][64];		/* names of pressures */
	const json_t *cell[MAX_AXIS][MAX_AXIS];	/* [pressure][change]; NULL: not measured */
	size_t index[MAX_AXIS][MAX_AXIS];	/* in "cells" */
};

static struct at cell_at(const struct map *m, unsigned int y, unsigned int x)
{
	return at_element(m->r, &m->cells, m->index[y][x]);
}

static unsigned int scheme_number(const struct map *m, const struct at *cell, const char *name)
{
	for (size_t i = 0; i < at_size(&m->schemes); i++)
		if (!strcmp(at_text_element(m->r, &m->schemes, i), name))
			return (unsigned int)i;
	at_fail(m->r, cell, "its winner names a scheme that is not among the parameters");
	return 0;
}

/* --- reading -------------------------------------------------------------------------------------- */

static void read_pressure(struct map *m, unsigned int y)
{
	struct at p = at_element(m->r, &m->pressures, y);
	double us = (double)at_count(m->r, &p, "delay_ns", (u64)AT_MAX) / 1000;
	double share = at_number(m->r, &p, "episode_share");

	if (at_has(&p, "memory_share"))
		snprintf(m->y[y], sizeof(m->y[y]), "memory %.4g %%, %.4g us", 100 * at_number(m->r, &p, "memory_share"), us);
	else if (share > 0)
		snprintf(m->y[y], sizeof(m->y[y]), "episodes %.4g %%, %.4g us", 100 * share, us);
	else
		snprintf(m->y[y], sizeof(m->y[y]), "memory for all");
}

static void read_axes(struct map *m)
{
	m->nr_x = (unsigned int)at_size(&m->changes);
	m->nr_y = (unsigned int)at_size(&m->pressures);
	if (!m->nr_x || m->nr_x > MAX_AXIS || !m->nr_y || m->nr_y > MAX_AXIS)
		at_fail(m->r, &m->parameters, "an axis is empty, or too long");
	if (!at_size(&m->schemes) || at_size(&m->schemes) > 26)
		at_fail(m->r, &m->schemes, "from 1 to 26 are needed");
	for (unsigned int x = 0; !m->r->failed && x < m->nr_x; x++)
		m->x[x] = at_number_element(m->r, &m->changes, x);
	for (unsigned int y = 0; !m->r->failed && y < m->nr_y; y++)
		read_pressure(m, y);
}

static void read_cells(struct map *m)
{
	for (size_t i = 0; !m->r->failed && i < at_size(&m->cells); i++) {
		struct at cell = at_element(m->r, &m->cells, i);
		u64 number = at_count(m->r, &cell, "cell", (u64)m->nr_x * m->nr_y - 1);
		unsigned int y = (unsigned int)(number / m->nr_x), x = (unsigned int)(number % m->nr_x);

		if (m->cell[y][x])
			at_fail(m->r, &cell, "the same cell is there twice");
		m->cell[y][x] = cell.j;
		m->index[y][x] = i;
	}
}

/* --- the map -------------------------------------------------------------------------------------- */

#define CELL_WIDTH 52
#define CELL_HEIGHT 36
#define NAMES_WIDTH 150

struct verdict {
	char letters[64], words[400], behind[24];
	unsigned int best, others;
	bool told;		/* the next one can be told from the best */
};

static void verdict(const struct map *m, unsigned int y, unsigned int x, struct verdict *v)
{
	struct at cell = cell_at(m, y, x), winner = at_object(m->r, &cell, "winner");
	struct at level = at_array(m->r, &winner, "cannot_be_told_from");
	size_t n, w;

	v->best = scheme_number(m, &cell, at_text(m->r, &winner, "best"));
	v->others = (unsigned int)at_size(&level);
	n = (size_t)snprintf(v->letters, sizeof(v->letters), "%c", 'A' + v->best);
	w = (size_t)snprintf(v->words, sizeof(v->words), "%c", 'A' + v->best);
	for (unsigned int i = 0; i < v->others && i < 26; i++) {
		int letter = 'A' + (int)scheme_number(m, &cell, at_text_element(m->r, &level, i));

		w += (size_t)snprintf(v->words + w, sizeof(v->words) - w, "=%c", letter);
		if (v->others < 3)
			n += (size_t)snprintf(v->letters + n, sizeof(v->letters) - n, "=%c", letter);
	}
	if (v->others >= 3)
		snprintf(v->letters + n, sizeof(v->letters) - n, "+%u", v->others);
	v->told = at_has(&winner, "next");
	if (v->told) {
		struct measure_ratio q = measure_ratio(m->r, &winner, "next_to_best");

		snprintf(v->behind, sizeof(v->behind), "%.2f", q.ratio);
	} else {
		strcpy(v->behind, "?");
	}
}

/* Where a rate lies between the columns, on a scale of ratios; outside, at the edge. */
static double column_of(const struct map *m, double rate)
{
	double low, high, at;

	for (unsigned int x = 0; x + 1 < m->nr_x; x++) {
		if (!(m->x[x] <= rate && rate <= m->x[x + 1]))
			continue;
		low = log(m->x[x] + 1e-5);
		high = log(m->x[x + 1] + 1e-5);
		at = high > low ? (log(rate + 1e-5) - low) / (high - low) : 0;
		return x + at;
	}
	return rate < m->x[0] ? -0.4 : m->nr_x - 0.6;
}

static double rate_of(const struct map *m, const struct at *program)
{
	double faults = (double)at_count(m->r, program, "faults", (u64)AT_MAX);
	double changes = (double)at_count(m->r, program, "changes", (u64)AT_MAX);

	return faults ? changes / faults : 0;
}

static void plot_programs(const struct map *m, FILE *s)
{
	for (unsigned int i = 0; i < at_size(&m->programs); i++) {
		struct at program = at_element(m->r, &m->programs, i);
		double at = column_of(m, rate_of(m, &program)), y = m->nr_y - 0.15 + 0.55 * i;
		unsigned int text = plot_text(m->report->plots, at_text(m->r, &program, "name"));
		bool left = at > m->nr_x / 2.0;

		fprintf(s, "set arrow from %g,%g to %g,%g nohead lw 1 dt 3 lc rgb 0x%06x\n", at, y, at, m->nr_y - 0.5, plot_rgb(PLOT_DIM));
		fprintf(s, "set label \"~%u~\" at first %g, first %g %s offset %d,0 textcolor rgb 0x%06x "
			"point pt 7 ps 0.7 lc rgb 0x%06x\n", text, at, y, left ? "right" : "left", left ? -1 : 1,
			plot_rgb(PLOT_INK), plot_rgb(PLOT_INK));
	}
}

static void plot_map(const struct map *m)
{
	double rows = m->nr_y + 0.55 * (double)at_size(&m->programs);
	unsigned int width = NAMES_WIDTH + CELL_WIDTH * m->nr_x + 6, height = (unsigned int)(CELL_HEIGHT * rows) + 54;
	FILE *s = plot_begin(m->report->plots, m->report->page,
			     "Who wins: least time in the mm per fault, the changes included. Across: changes of the address space a fault", width, height);

	fprintf(s, "unset grid\nset lmargin at screen %g\nset rmargin at screen %g\nset bmargin at screen %g\nset tmargin at screen 0.995\n",
		(double)NAMES_WIDTH / width, 1 - 4.0 / width, 24.0 / height);
	fprintf(s, "set xrange [-0.5:%g]\nset yrange [-0.5:%g]\n", m->nr_x - 0.5, rows - 0.45);
	fputs("set xtics (", s);
	for (unsigned int x = 0; x < m->nr_x; x++)
		fprintf(s, "%s\"%g\" %u", x ? ", " : "", m->x[x], x);
	fputs(")\nset ytics (", s);
	for (unsigned int y = 0; y < m->nr_y; y++)
		fprintf(s, "%s\"~%u~\" %u", y ? ", " : "", plot_text(m->report->plots, m->y[y]), m->nr_y - 1 - y);
	fputs(")\n$cells << EOD\n-9 -9 -9 -9 -9 -9 0\n", s);
	for (unsigned int y = 0; y < m->nr_y; y++)
		for (unsigned int x = 0; x < m->nr_x; x++) {
			unsigned int row = m->nr_y - 1 - y, colour;
			struct verdict v;

			if (!m->cell[y][x])
				continue;
			verdict(m, y, x, &v);
			colour = v.others || !v.told ? PLOT_LEVEL :
				PLOT_AREA + page_colour(&m->report->names, at_text_element(m->r, &m->schemes, v.best));
			fprintf(s, "%u %u %g %g %g %g %u\n", x, row, x - 0.48, x + 0.48, row - 0.47, row + 0.47, plot_rgb(colour));
		}
	fputs("EOD\n", s);
	for (unsigned int y = 0; y < m->nr_y; y++)
		for (unsigned int x = 0; x < m->nr_x; x++) {
			unsigned int row = m->nr_y - 1 - y;
			struct verdict v;

			if (!m->cell[y][x]) {
				fprintf(s, "set label \"-\" at %u,%u center textcolor rgb 0x%06x\n", x, row, plot_rgb(PLOT_DIM));
				continue;
			}
			verdict(m, y, x, &v);
			fprintf(s, "set label \"~%u~\" at %u,%g center front textcolor rgb 0x%06x\n",
				plot_text(m->report->plots, v.letters), x, row + 0.17, plot_rgb(PLOT_INK));
			fprintf(s, "set label \"~%u~\" at %u,%g center front textcolor rgb 0x%06x\n",
				plot_text(m->report->plots, v.behind), x, row - 0.21, plot_rgb(PLOT_DIM));
		}
	plot_programs(m, s);
	fputs("plot $cells using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable\n", s);
}

/* @param kind of colour: 'a' of an area, 's' of a line */
static void legend(const struct map *m, char kind)
{
	FILE *out = m->report->page;

	fputs("<p class=\"legend\">", out);
	for (unsigned int i = 0; i < at_size(&m->schemes); i++) {
		const char *name = at_text_element(m->r, &m->schemes, i);

		fprintf(out, "<span class=\"key\" style=\"--c:var(--%c%u)\">%c ", kind,
			page_colour(&m->report->names, name), (char)('A' + i));
		html_text(out, name);
		fputs("</span>", out);
	}
	fputs("</p>\n", out);
}

/* --- beside it ------------------------------------------------------------------------------------ */

static bool row_measured(const struct map *m, unsigned int y)
{
	for (unsigned int x = 0; x < m->nr_x; x++)
		if (m->cell[y][x])
			return true;
	return false;
}

/* Ratio to the baseline over changes, a plot for each pressure. */
static void plot_ratios(const struct map *m, unsigned int y)
{
	struct chart_line line[26];
	char text[CHART_MAX_X][24], title[160];
	const char *names[CHART_MAX_X];
	unsigned int nr_x = m->nr_x < CHART_MAX_X ? m->nr_x : CHART_MAX_X, nr = (unsigned int)at_size(&m->schemes);

	for (unsigned int i = 0; i < nr; i++)
		line[i].colour = page_colour(&m->report->names, at_text_element(m->r, &m->schemes, i));
	for (unsigned int x = 0; x < nr_x; x++) {
		snprintf(text[x], sizeof(text[x]), "%g", m->x[x]);
		names[x] = text[x];
		for (unsigned int i = 0; i < nr; i++) {
			line[i].y[x] = NAN;
			if (m->cell[y][x]) {
				struct at cell = cell_at(m, y, x), columns = at_array(m->r, &cell, "columns");
				struct at column = at_element(m->r, &columns, i);

				line[i].y[x] = measure_ratio(m->r, &column, "to_baseline").ratio;
			}
		}
	}
	snprintf(title, sizeof(title), "%s: time per fault as a multiple of the baseline's, over changes a fault", m->y[y]);
	chart_lines(m->report->plots, m->report->page, title, "", names, nr_x, line, nr);
}

static double median_ns(struct reader *r, const struct at *column)
{
	struct at runs = at_array(r, column, "mm_ns_per_fault");
	size_t n = at_size(&runs);
	double values[256];

	if (!n || n > 256) {
		at_fail(r, &runs, "from 1 to 256 runs are needed");
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		values[i] = at_number_element(r, &runs, i);
	return stat_median(values, n);
}

static void figures(const struct map *m)
{
	FILE *out = m->report->page;

	fputs("<details><summary>Every scheme in every cell</summary><div class=\"scroll\"><table><thead><tr><th>memory</th>"
	      "<th class=\"n\">changes</th><th>scheme</th><th class=\"n\">ns per fault</th><th class=\"n\">ratio [95 %]</th><th></th>"
	      "<th class=\"n\">allocations refused a fault</th><th class=\"n\">faults that fell</th></tr></thead><tbody>\n", out);
	for (unsigned int y = 0; y < m->nr_y; y++)
		for (unsigned int x = 0; x < m->nr_x; x++) {
			if (!m->cell[y][x])
				continue;
			struct at cell = cell_at(m, y, x), columns = at_array(m->r, &cell, "columns");

			for (size_t i = 0; i < at_size(&columns); i++) {
				struct at column = at_element(m->r, &columns, i);
				struct measure_ratio q = measure_ratio(m->r, &column, "to_baseline");

				fputs("<tr>", out);
				html_element(out, "td", m->y[y]);
				html_number(out, "%g", m->x[x]);
				fputs("<th>", out);
				page_key(out, &m->report->names, at_text(m->r, &column, "scheme"));
				fputs("</th>", out);
				html_number(out, "%.0f", median_ns(m->r, &column));
				measure_ratio_cells(out, &q);
				html_number(out, "%.3g", at_number(m->r, &column, "failed_per_fault"));
				html_number(out, "%.3g", at_number(m->r, &column, "fell_share"));
				fputs("</tr>\n", out);
			}
		}
	fputs("</tbody></table></div></details>\n", out);
}

static void map_table(const struct map *m)
{
	FILE *out = m->report->page;

	fputs("<p class=\"dim\">The map in words. A=B: the runs cannot tell them apart (in the map A+3: A and three more); the number is how many"
	      " times as long the best of the others takes; grey: nobody wins alone.</p>\n<div class=\"scroll\"><table><thead><tr><th>memory \\ changes a fault</th>", out);
	for (unsigned int x = 0; x < m->nr_x; x++)
		fprintf(out, "<th>%g</th>", m->x[x]);
	fputs("</tr></thead><tbody>\n", out);
	for (unsigned int y = 0; y < m->nr_y; y++) {
		fputs("<tr>", out);
		html_element(out, "th", m->y[y]);
		for (unsigned int x = 0; x < m->nr_x; x++) {
			struct verdict v;

			if (!m->cell[y][x]) {
				fputs("<td class=\"dim\">not measured</td>", out);
				continue;
			}
			verdict(m, y, x, &v);
			if (v.told)
				fprintf(out, "<td>%s %s</td>", v.words, v.behind);
			else
				fputs("<td>cannot tell</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void programs_table(const struct map *m)
{
	FILE *out = m->report->page;

	if (!at_size(&m->programs))
		return;
	fputs("<div class=\"scroll\"><table><caption>Recorded programs, by changes a fault; how often memory was short there is not"
	      " recorded</caption><thead><tr><th>program</th><th class=\"n\">faults</th><th class=\"n\">changes</th>"
	      "<th class=\"n\">changes a fault</th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < at_size(&m->programs); i++) {
		struct at program = at_element(m->r, &m->programs, i);

		fputs("<tr>", out);
		html_element(out, "th", at_text(m->r, &program, "name"));
		html_number(out, "%.0f", (double)at_count(m->r, &program, "faults", (u64)AT_MAX));
		html_number(out, "%.0f", (double)at_count(m->r, &program, "changes", (u64)AT_MAX));
		html_number(out, "%.4f", rate_of(m, &program));
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void measured(const struct map *m)
{
	const struct at *p = &m->parameters;
	struct reader *r = m->r;
	u64 all = at_count(r, m->top, "cells_in_all", 1000000), runs = at_count(r, p, "runs", 1000000);
	bool complete = at_bool(r, m->top, "complete");

	measured_begin(m->report, r, m->top);
	measured_row(m->report, "runs", "%llu of each scheme in each cell, interleaved; %llu threads, %llu faults each",
		     (unsigned long long)runs, (unsigned long long)at_count(r, p, "threads", 1000000),
		     (unsigned long long)at_count(r, p, "faults", (u64)AT_MAX));
	measured_row(m->report, "seed", "%llu", (unsigned long long)at_count(r, p, "seed", ~0ULL >> 1));
	measured_row(m->report, "baseline", "%.200s", at_text(r, p, "baseline"));
	measured_row(m->report, "machine", "episodes of %llu faults; page zeroing %s",
		     (unsigned long long)at_count(r, p, "episode_faults", 1000000000), at_bool(r, p, "page_zeroing") ? "on" : "off");
	measured_row(m->report, "cells", "%zu of %llu%s", at_size(&m->cells), (unsigned long long)all, complete ? "" : ": PARTIAL");
	measured_end(m->report);
	if (!complete)
		measured_warn(m->report, "Partial: only %zu of %llu cells are measured.", at_size(&m->cells), (unsigned long long)all);
	if (runs < STAT_MIN_RUNS)
		measured_warn(m->report, "%llu runs give no verdict: at least %d with --runs.", (unsigned long long)runs, STAT_MIN_RUNS);
}

void section_sweep(struct report *report, struct reader *r, const struct at *top)
{
	struct map *m = calloc(1, sizeof(*m));

	if (!m)
		exit(page_no_memory());
	m->report = report;
	m->r = r;
	m->top = top;
	m->parameters = at_object(r, top, "parameters");
	m->changes = at_array(r, &m->parameters, "changes_per_fault");
	m->pressures = at_array(r, &m->parameters, "pressures");
	m->schemes = at_array(r, &m->parameters, "schemes");
	m->cells = at_array(r, top, "cells");
	m->programs = at_array(r, top, "programs");
	measured(m);
	read_axes(m);
	read_cells(m);
	if (!r->failed) {
		legend(m, 'a');
		fputs("<div class=\"plots\">\n", report->page);
		plot_map(m);
		fputs("<div>\n", report->page);
		map_table(m);
		programs_table(m);
		fputs("</div></div>\n", report->page);
		legend(m, 's');
		fputs("<div class=\"plots\">\n", report->page);
		for (unsigned int y = 0; y < m->nr_y; y++)
			if (row_measured(m, y))
				plot_ratios(m, y);
		fputs("</div>\n", report->page);
		figures(m);
	}
	free(m);
}

#endif /* HAVE_JANSSON */
