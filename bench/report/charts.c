/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Bars with intervals, and lines over named points.
 */
#include <math.h>
#include <stdbool.h>

#include "bench/report/plot.h"

/* The width that a phone shows without shrinking it. */
#define WIDTH 356

#define ROW 34	/* px of a bar and its name */

void chart_bars(struct plots *p, FILE *page, const char *title, const struct chart_bar *bar, unsigned int nr)
{
	FILE *s = plot_begin(p, page, title, WIDTH, nr * ROW + 34);
	double most = 1, end = 1;

	for (unsigned int i = 0; i < nr; i++) {
		if (bar[i].value > most)
			most = bar[i].value;
		if (bar[i].high > end)
			end = bar[i].high;
	}
	/* One very wide interval must not flatten all the bars; the table shows its end. */
	end = fmin(end, 2 * most) * 1.04;
	fprintf(s, "set lmargin at screen 0.02\nset rmargin at screen 0.98\nset tmargin at screen 0.99\n"
		"set bmargin at screen %g\nset xrange [0:%.9g]\nset yrange [0:%u]\nunset ytics\nunset grid\n",
		26.0 / (nr * ROW + 34), end, nr);
	fputs("set xtics autofreq\n", s);
	for (unsigned int i = 0; i < nr; i++) {
		double y = nr - i - 0.28;

		fprintf(s, "set arrow from 1,%g to 1,%g nohead lw 1.5 dt 2 lc rgb 0x%06x front\n", nr - i - 0.98,
			nr - i - 0.46, plot_rgb(PLOT_DIM));
		fprintf(s, "set label \"~%u~\" at graph 0, first %g left textcolor rgb 0x%06x\n",
			plot_text(p, bar[i].name), y, plot_rgb(PLOT_INK));
		fprintf(s, "set label \"~%u~\" at graph 1, first %g right textcolor rgb 0x%06x\n",
			plot_text(p, bar[i].note), y, plot_rgb(PLOT_DIM));
	}
	fputs("$bars << EOD\n-1 -1 -1 -1 -1 -1 0\n", s);
	for (unsigned int i = 0; i < nr; i++)
		if (isfinite(bar[i].value))
			fprintf(s, "%.9g %g 0 %.9g %g %g %u\n", bar[i].value, nr - i - 0.7, bar[i].value,
				nr - i - 0.92, nr - i - 0.52, plot_rgb(PLOT_SERIES + bar[i].colour));
	fputs("EOD\n$intervals << EOD\n-1 -1 -1 -1\n", s);
	for (unsigned int i = 0; i < nr; i++)
		if (isfinite(bar[i].value) && isfinite(bar[i].low) && isfinite(bar[i].high) &&
		    bar[i].low < bar[i].high)
			fprintf(s, "%.9g %g %.9g %.9g\n", bar[i].value, nr - i - 0.72, bar[i].low, bar[i].high);
	fprintf(s, "EOD\nset bars 0.6\nplot $bars using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable, "
		"$intervals using 1:2:3:4 with xerrorbars pt 0 lw 1.5 lc rgb 0x%06x\n", plot_rgb(PLOT_INK));
}

/* --- lines ---------------------------------------------------------------------------------------- */

static void tick_text(char *text, size_t size, double value, const char *unit)
{
	if (*unit && value >= 1e9)
		snprintf(text, size, "%g s", value / 1e9);
	else if (*unit && value >= 1e6)
		snprintf(text, size, "%g ms", value / 1e6);
	else if (*unit && value >= 1e3)
		snprintf(text, size, "%g us", value / 1e3);
	else
		snprintf(text, size, "%g%s%s", value, *unit ? " " : "", unit);
}

/* 1, 2 and 5 of each decade; 1 alone where there are many. */
static void log_ticks(struct plots *p, FILE *s, const char *unit, double low, double high)
{
	bool few = high / low < 3000;
	const char *comma = "";
	char text[32];

	fputs("set ytics (", s);
	for (int e = (int)floor(log10(low)); e <= (int)ceil(log10(high)); e++)
		for (int m = 1; m <= 5; m += m == 1 ? 1 : 3) {
			double value = m * pow(10, e);

			if (value < low || value > high || (m > 1 && !few))
				continue;
			tick_text(text, sizeof(text), value, unit);
			fprintf(s, "%s\"~%u~\" %.9g", comma, plot_text(p, text), value);
			comma = ", ";
		}
	fputs(")\n", s);
}

void chart_lines(struct plots *p, FILE *page, const char *title, const char *unit,
		 const char *const *x, unsigned int nr_x, const struct chart_line *line, unsigned int nr)
{
	static const unsigned int points[] = { 7, 5, 9, 11, 13 };
	double low = INFINITY, high = 0;
	FILE *s;

	for (unsigned int i = 0; i < nr; i++)
		for (unsigned int k = 0; k < nr_x; k++)
			if (line[i].y[k] > 0) {
				low = fmin(low, line[i].y[k]);
				high = fmax(high, line[i].y[k]);
			}
	if (!(high > 0))
		low = high = 1;
	low /= 1.3;
	high *= 1.3;
	s = plot_begin(p, page, title, WIDTH, 250);
	fprintf(s, "set lmargin at screen 0.17\nset rmargin at screen 0.97\nset tmargin at screen 0.97\n"
		"set bmargin at screen 0.12\nset xrange [-0.25:%g]\nset logscale y\nset yrange [%.9g:%.9g]\n",
		nr_x - 0.75, low, high);
	log_ticks(p, s, unit, low, high);
	fputs("set xtics (", s);
	for (unsigned int k = 0; k < nr_x; k++)
		fprintf(s, "%s\"~%u~\" %u", k ? ", " : "", plot_text(p, x[k]), k);
	fputs(")\n", s);
	for (unsigned int i = 0; i < nr; i++) {
		fprintf(s, "$line%u << EOD\n", i);
		for (unsigned int k = 0; k < nr_x; k++)
			if (line[i].y[k] > 0)
				fprintf(s, "%u %.9g\n", k, line[i].y[k]);
			else
				fprintf(s, "%u NaN\n", k);
		fputs("EOD\n", s);
	}
	for (unsigned int i = 0; i < nr; i++)
		fprintf(s, "%s$line%u using 1:2 with linespoints lw 2 ps 0.6 pt %u lc rgb 0x%06x",
			i ? ", " : "plot ", i, points[i % 5], plot_rgb(PLOT_SERIES + line[i].colour));
	fputs(nr ? "\n" : "plot -1 notitle\n", s);
}
