/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Plots of a page: scripts are collected, gnuplot runs once, its SVG goes into the page.
 *
 * gnuplot never sees a word from a file: a script has "~7~" where text 7 belongs, and colours
 * that stand for names (PLOT_INK and so on); both are put in afterwards, the text escaped, the colour
 * as a CSS variable, which the page sets for light and dark.  So every text has to be placed by
 * the script, by SVG's anchors: gnuplot does not know how long it is.
 */
#ifndef BENCH_REPORT_PLOT_H
#define BENCH_REPORT_PLOT_H

#include <stddef.h>
#include <stdio.h>

#include "bench/lib/error.h"

struct plots;

/** @return NULL: no memory */
struct plots *plots_create(void);
void plots_free(struct plots *p);

/** Colours, to be written as PLOT_RGB. The page has a variable for each: --ink, --grid, --dim, --s0... */
enum plot_colour {
	PLOT_INK,
	PLOT_GRID,
	PLOT_DIM,
	PLOT_LEVEL,		/**< an area without a winner */
	PLOT_SERIES = 16,	/**< + its number */
	PLOT_AREA = 48,		/**< + its number: paler, text is readable on it */
	PLOT_SHADE = 80,	/**< + its number * PLOT_SHADES + step: paler still, the last step is the area's */
	PLOT_GREY = 128,	/**< + step: an area that several win together */
};
#define PLOT_MAX_SERIES	10	/**< colours that can be told from each other */
#define PLOT_SHADES	4
#define PLOT_RGB	"0x%06x"
#define plot_rgb(colour) (0x010100u + (unsigned int)(colour))

/**
 * A figure in the page, and the head of its script: margins, no border, no key.
 * @param width, height in px
 * @return the script
 */
FILE *plot_begin(struct plots *p, FILE *page, const char *title, unsigned int width, unsigned int height);

/** The number to write between two '~' for @a text, in a quoted string of the script. */
unsigned int plot_text(struct plots *p, const char *text);

/**
 * Run gnuplot, put the plots into @a page and print that.
 * @return 0; -1: err; -2: there is no gnuplot: err
 */
int plots_finish(struct plots *p, const char *page, FILE *out, struct bench_error *err);

/* --- kinds of plots that several sections use, charts.c ------------------------------------------- */

struct chart_row {
	const char *name;
	char note[48];			/**< at the right end */
	unsigned int colour;		/**< number of a series */
	double value, low, high;	/**< NaN: no dot, no interval */
	const double *run;		/**< single runs */
	size_t nr_runs;
};

/** A row for each of several ratios: the dot, its interval, the single runs, and a line at 1 through all of them. */
void chart_dots(struct plots *p, FILE *page, const char *title, const struct chart_row *row, unsigned int nr);

#define CHART_MAX_X 16

struct chart_line {
	unsigned int colour;
	double y[CHART_MAX_X];		/**< NaN: a gap */
};

/** Lines of ratios over named points, on a logarithmic scale with a line at 1: a value not above 0 is a gap. */
void chart_ratios(struct plots *p, FILE *page, const char *title, const char *const *x, unsigned int nr_x,
		  const struct chart_line *line, unsigned int nr);

#endif /* BENCH_REPORT_PLOT_H */
