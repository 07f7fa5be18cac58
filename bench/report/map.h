/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A sweep's document as a map, for the files that draw it and print its tables.
 */
#ifndef BENCH_REPORT_MAP_H
#define BENCH_REPORT_MAP_H

#include "config.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#define MAP_MAX_AXIS 64

struct map {
	struct report *report;
	struct reader *r;
	const struct at *top;
	struct at parameters, changes, pressures, schemes, cells, programs;
	unsigned int nr_x, nr_y;
	double x[MAP_MAX_AXIS];		/* changes a fault */
	char y[MAP_MAX_AXIS][64];		/* names of pressures */
	const json_t *cell[MAP_MAX_AXIS][MAP_MAX_AXIS];	/* [pressure][change]; NULL: not measured */
	size_t index[MAP_MAX_AXIS][MAP_MAX_AXIS];	/* in "cells" */
};

struct at map_cell(const struct map *m, unsigned int y, unsigned int x);
/** A recorded program's changes a fault. */
double map_rate(const struct map *m, const struct at *program);

/** The winner in a cell, as the map writes it and in words; and those that lose to it. */
struct map_verdict {
	char letters[64], words[400], behind[24];
	char last[24];			/* the one that takes longest, "A 2.10" */
	char losers[600];		/* all that can be told from the best, "C 1.08, A 2.10" */
	unsigned int best, others;
	double ratio;			/* of the next to the best */
	bool told;		/* the next one can be told from the best */
};

/** Median over a column's runs. */
double map_median_ns(struct reader *r, const struct at *column);

void map_verdict(const struct map *m, unsigned int y, unsigned int x, struct map_verdict *v);

/** The map itself. */
void map_plot(const struct map *m);
/** Ratio to the baseline over changes, a plot for each pressure that was measured. */
void map_plot_ratios(const struct map *m);
/** The map in words, and where recorded programs lie. */
void map_tables(const struct map *m);
/** Every scheme in every cell. */
void map_figures(const struct map *m);

#endif /* HAVE_JANSSON */
#endif /* BENCH_REPORT_MAP_H */
