/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What traces and workloads share in a comparison: figures of runs, warnings, broken invariants.
 */
#ifndef BENCH_COMPARE_FIGURES_H
#define BENCH_COMPARE_FIGURES_H

#include "bench/lib/stat.h"
#include "bench/run/machine.h"
#include "bench/run/result.h"

enum compare_figure {
	FIGURE_MEDIAN,
	FIGURE_MEAN,
	FIGURE_P99,
};

/** In place of a kind of event: all faults together. */
#define COMPARE_FAULTS NR_RUN_KINDS

#define COMPARE_MAX_ROUNDS (1000 * RUN_MACHINE_NR_FACTORS)

/** The figure of one run, ns; NAN if it had no such event: a writer may be held up for a whole run. */
double compare_figure(const struct run_result *run, unsigned int kind, enum compare_figure figure);

/**
 * On a simulated machine each seed is run with nominal latencies, then with all of them lower, then higher; a difference
 * counts only if it survives all three.  Rounds are in this order; natively there are as many rounds as runs.  @{
 */
static inline unsigned int compare_variants(void)
{
	return run_machine() ? RUN_MACHINE_NR_FACTORS : 1;
}

/** Keep those of @a nr values, one a round, that have nominal latencies and are not NAN; in place. @return how many */
size_t compare_nominal(double *values, size_t nr);
/** The median of what compare_nominal() keeps; NAN if that is nothing. */
double compare_median(double *values, size_t nr);
/**
 * stat_ratio() or stat_difference() of the nominal rounds; its interval is as wide as to hold those of the others, too,
 * and a ratio's wider by what the simulation does not resolve.
 * STAT_NONE if any value is NAN: to leave that run out would leave out the worst of them.
 */
struct stat_ratio compare_survives(const double *mine, const double *base, size_t nr,
				   struct stat_ratio (*figure)(const double *a, const double *b, size_t n));
/** @} */

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
