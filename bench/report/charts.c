/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ratios as dots with intervals and single runs, and as lines over named points.
 */
#include <math.h>
#include <stdbool.h>

#include "bench/report/plot.h"

/* The width that a phone shows without shrinking it. */
#define WIDTH 330

#define ROW 34	/* px of a row and its name */

/* --- ticks ---------------------------------------------------------------------------------------- */

/* 1, 2, 5, 10... times a power of ten, so that about five lie in @span. */
static double tick_step(double span)
{
	double step = pow(10, floor(log10(span / 5)));

	return span / step <= 6 ? step : span / step <= 12 ? 2 * step : span / step <= 30 ? 5 * step : 10 * step;
}

static void tick(struct plots *p, FILE *s, const char *comma, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.4g", value);
	fprintf(s, "%s\"~%u~\" %.9g", comma, plot_text(p, text), value);
}

static void even_ticks(struct plots *p, FILE *s, double low, double high)
{
	double step = tick_step(high - low);
	const char *comma = "";

	for (double value = ceil(low / step) * step; value <= high; value += step) {
		tick(p, s, comma, fabs(value) < step / 1e3 ? 0 : value);
		comma = ", ";
	}
}

/* 1, 2 and 5 of each decade; 1 alone where there are many. */
static void decade_ticks(struct plots *p, FILE *s, double low, double high)
{
	bool few = high / low < 3000;
	const char *comma = "";

	for (int e = (int)floor(log10(low)); e <= (int)ceil(log10(high)); e++)
		for (int m = 1; m <= 5; m += m == 1 ? 1 : 3) {
			double value = m * pow(10, e);

			if (value < low || value > high || (m > 1 && !few))
				continue;
			tick(p, s, comma, value);
			comma = ", ";
		}
}

/* --- dots ----------------------------------------------------------------------------------------- */

struct range {
	double low, high;
};

static void take(struct range *r, double value)
{
	if (!isfinite(value))
		return;
	r->low = fmin(r->low, value);
	r->high = fmax(r->high, value);
}

/* One very wide interval, or one run, must not push all the others together; the table shows its end. */
static struct range dots_range(const struct chart_row *row, unsigned int nr)
{
	struct range dots = { 1, 1 }, all = { 1, 1 };
	double more;

	for (unsigned int i = 0; i < nr; i++) {
		take(&dots, row[i].value);
		take(&all, row[i].value);
		take(&all, row[i].low);
		take(&all, row[i].high);
		for (size_t k = 0; k < row[i].nr_runs; k++)
			take(&all, row[i].run[k]);
	}
	more = fmax(dots.high - dots.low, 0.1);
	all.low = fmax(all.low, dots.low - more);
	all.high = fmin(all.high, dots.high + more);
	more = fmax(0.04 * (all.high - all.low), 0.005);
	return (struct range){ all.low - more, all.high + more };
}

static double inside(const struct range *x, double value)
{
	return fmin(fmax(value, x->low), x->high);
}

static void dots_data(FILE *s, const struct chart_row *row, unsigned int nr, const struct range *x)
{
	fputs("$runs << EOD\n-99 -99 0\n", s);
	for (unsigned int i = 0; i < nr; i++)
		for (size_t k = 0; k < row[i].nr_runs; k++)
			if (row[i].run[k] >= x->low && row[i].run[k] <= x->high)
				fprintf(s, "%.9g %g %u\n", row[i].run[k], nr - i - 0.82, plot_rgb(PLOT_SERIES + row[i].colour));
	fputs("EOD\n$intervals << EOD\n-99 -99 -99 -99 0\n", s);
	for (unsigned int i = 0; i < nr; i++)
		if (isfinite(row[i].value) && isfinite(row[i].low) && isfinite(row[i].high) && row[i].low < row[i].high)
			fprintf(s, "%.9g %g %.9g %.9g %u\n", row[i].value, nr - i - 0.64, inside(x, row[i].low), inside(x, row[i].high),
				plot_rgb(PLOT_SERIES + row[i].colour));
	fputs("EOD\n$dots << EOD\n-99 -99 0\n", s);
	for (unsigned int i = 0; i < nr; i++)
		if (isfinite(row[i].value))
			fprintf(s, "%.9g %g %u\n", row[i].value, nr - i - 0.64, plot_rgb(PLOT_SERIES + row[i].colour));
	fputs("EOD\n", s);
}

void chart_dots(struct plots *p, FILE *page, const char *title, const struct chart_row *row, unsigned int nr)
{
	FILE *s = plot_begin(p, page, title, WIDTH, nr * ROW + 34);
	struct range x = dots_range(row, nr);

	fprintf(s, "set lmargin at screen 0.02\nset rmargin at screen 0.98\nset tmargin at screen 0.99\n"
		"set bmargin at screen %g\nset xrange [%.9g:%.9g]\nset yrange [0:%u]\nunset ytics\nset grid xtics noytics\nset xtics (",
		26.0 / (nr * ROW + 34), x.low, x.high, nr);
	/* A number at an edge would be cut off. */
	even_ticks(p, s, x.low + 0.05 * (x.high - x.low), x.high - 0.05 * (x.high - x.low));
	fputs(")\n", s);
	for (unsigned int i = 0; i < nr; i++) {
		double y = nr - i - 0.25;

		fprintf(s, "set arrow from 1,%g to 1,%g nohead lw 1.5 dt 2 lc rgb 0x%06x back\n", nr - i - 0.95, nr - i - 0.45, plot_rgb(PLOT_DIM));
		fprintf(s, "set label \"~%u~\" at graph 0, first %g left front textcolor rgb 0x%06x\n",
			plot_text(p, row[i].name), y, plot_rgb(PLOT_INK));
		fprintf(s, "set label \"~%u~\" at graph 1, first %g right front textcolor rgb 0x%06x\n",
			plot_text(p, row[i].note), y, plot_rgb(PLOT_DIM));
	}
	dots_data(s, row, nr, &x);
	fputs("set bars 0.5\nplot $runs using 1:2:3 with points pt 7 ps 0.4 lc rgb variable, "
	      "$intervals using 1:2:3:4:5 with xerrorbars pt 0 lw 2 lc rgb variable, "
	      "$dots using 1:2:3 with points pt 7 ps 0.8 lc rgb variable\n", s);
}

/* --- lines ---------------------------------------------------------------------------------------- */

void chart_ratios(struct plots *p, FILE *page, const char *title, const char *const *x, unsigned int nr_x,
		  const struct chart_line *line, unsigned int nr)
{
	static const unsigned int points[] = { 7, 5, 9, 11, 13 };
	struct range y = { 1, 1 };
	FILE *s;

	for (unsigned int i = 0; i < nr; i++)
		for (unsigned int k = 0; k < nr_x; k++)
			if (line[i].y[k] > 0)
				take(&y, line[i].y[k]);
	y.low /= 1.06;
	y.high *= 1.06;
	s = plot_begin(p, page, title, WIDTH, 240);
	fprintf(s, "set lmargin at screen %g\nset rmargin at screen 0.97\nset tmargin at screen 0.97\n"
		"set bmargin at screen 0.12\nset xrange [-0.25:%g]\nset logscale y\nset yrange [%.9g:%.9g]\nset ytics (",
		y.low < 0.01 || y.high > 1000 ? 0.18 : 0.12, nr_x - 0.75, y.low, y.high);
	if (y.high / y.low < 4)
		even_ticks(p, s, y.low, y.high);
	else
		decade_ticks(p, s, y.low, y.high);
	fputs(")\nset xtics (", s);
	for (unsigned int k = 0; k < nr_x; k++)
		fprintf(s, "%s\"~%u~\" %u", k ? ", " : "", plot_text(p, x[k]), k);
	fprintf(s, ")\nset arrow from graph 0, first 1 to graph 1, first 1 nohead lw 1.5 dt 2 lc rgb 0x%06x back\n", plot_rgb(PLOT_DIM));
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
