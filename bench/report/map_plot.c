/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The map of a sweep as a plot, and the curves over its rows.
 */
#include "config.h"
#include "bench/report/map.h"

#ifdef HAVE_JANSSON

#include <math.h>

#define CELL_WIDTH 46
#define CELL_HEIGHT 48
#define NAMES_WIDTH 132

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

static void plot_programs(const struct map *m, FILE *s)
{
	for (unsigned int i = 0; i < at_size(&m->programs); i++) {
		struct at program = at_element(m->r, &m->programs, i);
		double at = column_of(m, map_rate(m, &program)), y = m->nr_y - 0.15 + 0.55 * i;
		unsigned int text = plot_text(m->report->plots, at_text(m->r, &program, "name"));
		bool left = at > m->nr_x / 2.0;

		fprintf(s, "set arrow from %g,%g to %g,%g nohead lw 1 dt 3 lc rgb 0x%06x\n", at, y, at, m->nr_y - 0.5, plot_rgb(PLOT_DIM));
		fprintf(s, "set label \"~%u~\" at first %g, first %g %s offset %d,0 textcolor rgb 0x%06x "
			"point pt 7 ps 0.7 lc rgb 0x%06x\n", text, at, y, left ? "right" : "left", left ? -1 : 1,
			plot_rgb(PLOT_INK), plot_rgb(PLOT_INK));
	}
}

/* The darker, the further the next one is behind. */
static unsigned int shade(const struct map *m, const struct map_verdict *v)
{
	static const double from[PLOT_SHADES] = { 0, 1.05, 1.15, 1.4 };
	unsigned int step = 0;

	if (!v->told)
		return PLOT_LEVEL;
	while (step + 1 < PLOT_SHADES && v->ratio >= from[step + 1])
		step++;
	return v->others ? PLOT_GREY + step : PLOT_SHADE + step +
		PLOT_SHADES * page_colour(&m->report->names, at_text_element(m->r, &m->schemes, v->best));
}

void map_plot(const struct map *m)
{
	double rows = m->nr_y + 0.55 * (double)at_size(&m->programs);
	unsigned int width = NAMES_WIDTH + CELL_WIDTH * m->nr_x + 6, height = (unsigned int)(CELL_HEIGHT * rows) + 54;
	FILE *s = plot_begin(m->report->plots, m->report->page,
			     "The fastest: least time in the mm per fault, the changes included. Across: changes of the address space a fault", width, height);

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
			struct map_verdict v;

			if (!m->cell[y][x])
				continue;
			map_verdict(m, y, x, &v);
			colour = shade(m, &v);
			fprintf(s, "%u %u %g %g %g %g %u\n", x, row, x - 0.48, x + 0.48, row - 0.47, row + 0.47, plot_rgb(colour));
		}
	fputs("EOD\n", s);
	for (unsigned int y = 0; y < m->nr_y; y++)
		for (unsigned int x = 0; x < m->nr_x; x++) {
			unsigned int row = m->nr_y - 1 - y;
			struct map_verdict v;

			if (!m->cell[y][x]) {
				fprintf(s, "set label \"-\" at %u,%u center textcolor rgb 0x%06x\n", x, row, plot_rgb(PLOT_DIM));
				continue;
			}
			map_verdict(m, y, x, &v);
			fprintf(s, "set label \"~%u~\" at %u,%g center front textcolor rgb 0x%06x\n",
				plot_text(m->report->plots, v.letters), x, row + 0.28, plot_rgb(PLOT_INK));
			fprintf(s, "set label \"~%u~\" at %u,%g center front textcolor rgb 0x%06x\n",
				plot_text(m->report->plots, v.behind), x, row - 0.02, plot_rgb(PLOT_INK));
			fprintf(s, "set label \"~%u~\" at %u,%g center front textcolor rgb 0x%06x\n",
				plot_text(m->report->plots, v.last), x, row - 0.32, plot_rgb(PLOT_INK));
		}
	plot_programs(m, s);
	fputs("plot $cells using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable\n", s);
}

static bool row_measured(const struct map *m, unsigned int y)
{
	for (unsigned int x = 0; x < m->nr_x; x++)
		if (m->cell[y][x])
			return true;
	return false;
}

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
				struct at cell = map_cell(m, y, x), columns = at_array(m->r, &cell, "columns");
				struct at column = at_element(m->r, &columns, i);

				line[i].y[x] = measure_ratio(m->r, &column, "to_baseline").ratio;
			}
		}
	}
	snprintf(title, sizeof(title), "%s: time per fault as a multiple of the baseline's, over changes a fault", m->y[y]);
	chart_ratios(m->report->plots, m->report->page, title, names, nr_x, line, nr);
}

void map_plot_ratios(const struct map *m)
{
	for (unsigned int y = 0; y < m->nr_y; y++)
		if (row_measured(m, y))
			plot_ratios(m, y);
}

#endif /* HAVE_JANSSON */
