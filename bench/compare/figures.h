/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What traces and workloads share in a comparison: figures of runs, warnings, broken invariants.
 */
#ifndef BENCH_COMPARE_FIGURES_H
#define BENCH_COMPARE_FIGURES_H

#include "bench/run/result.h"

enum compare_figure {
	FIGURE_MEDIAN,
	FIGURE_MEAN,
	FIGURE_P99,
};

/** In place of a kind of event: all faults together. */
#define COMPARE_FAULTS NR_RUN_KINDS

/** The figure of one run, ns. */
double compare_figure(const struct run_result *run, unsigned int kind, enum compare_figure figure);

/**
 * Warn if the runs of @a what differ by more than STAT_SPREAD; @a worst is the largest spread, under @a
 * scheme.
 */
void compare_warn_spread(const char *what, double worst, const char *scheme);
/** Warn if the host took @a most page faults of its own in a run of @a faults. */
void compare_warn_host_faults(const char *what, u64 most, u64 faults);

#define COMPARE_MAX_BROKEN 32

/** Invariants that did not hold, one line each; the first few are kept. */
struct compare_broken {
	char line[COMPARE_MAX_BROKEN][256];
	unsigned int nr;
};

void compare_broken(struct compare_broken *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Note that @a what leaked under @a scheme, if it did. */
void compare_broken_leaks(struct compare_broken *b, const char *what, const char *scheme, const struct world_leaks *l);

#endif /* BENCH_COMPARE_FIGURES_H */
