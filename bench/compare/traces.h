/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The schemes compared on recorded programs: what is measured, and in which order.
 *
 * For each trace: every scheme replays it once in recorded order, not timed, each V
 * line compared (this warms its world up, too); then runs, interleaved between
 * schemes (A B C A B C), so that a disturbance of the machine affects all alike; then one run per scheme
 * that times mmap_lock, which is not among the timed ones.
 */
#ifndef BENCH_COMPARE_TRACES_H
#define BENCH_COMPARE_TRACES_H

#include <stdio.h>

#include "bench/cli/grid.h"
#include "bench/compare/figures.h"
#include "bench/compare/options.h"
#include "bench/lib/stat.h"
#include "bench/lib/verdict.h"

/** One trace under one scheme. */
struct compare_cell {
	struct replay *replay;		/**< while it is measured */
	struct run_result verify, lock;
	struct run_result *run;	/**< room for options->runs */
	unsigned int nr_runs;		/**< of whole rounds: all schemes of a trace have as many */
};

struct compare_trace {
	struct trace *trace;
	struct plan *plan;
	unsigned int workers;
	unsigned int peak_threads;	/**< of a recorded process at a time */
	struct world_config world;
	bool locks;			/**< the runs that time mmap_lock are there */
	bool whole;			/**< all was measured */
	double level;			/**< of its table's verdicts, which are one family (stat.h) */
	struct verdict verdict;		/**< by traces_mm_ns() */
	char answer[VERDICT_SENTENCE];	/**< the same in a sentence */
	struct compare_cell cell[COMPARE_MAX_SCHEMES];
};

struct trace_compare {
	const struct compare_options *options;
	struct compare_trace *trace;
	unsigned int nr_traces;		/**< that every scheme replayed in recorded order; the rest has no figures */
	bool partial;			/**< a signal ended it before all was measured */
	double clock_ns;
	struct compare_broken broken;
};

/**
 * Measure all, or until a signal (interrupt.h): then what is whole is kept.
 * @return 0, also where an invariant is broken, or nothing is whole; -1: err
 */
int traces_measure(struct trace_compare **out, const struct compare_options *options, struct bench_error *err);
/** NULL is fine. */
void traces_free(struct trace_compare *c);

/** Warnings of what was measured, with their remedies, one line each, on stderr. */
void traces_warn(const struct trace_compare *c);

/** Of a kind of event, the median over a cell's runs. */
double traces_over_runs(const struct compare_cell *cell, unsigned int kind, enum compare_figure figure);

/** Against the baseline; all 1 for the baseline itself. */
struct stat_ratio traces_to_baseline(const struct trace_compare *c, const struct compare_trace *t, unsigned int scheme,
				     unsigned int kind, enum compare_figure figure);

/**
 * Time in the mm, faults and calls, per fault: what the answer is by, and sweep's figure, too.  Median over the
 * runs, and a scheme's ratio to another's.
 */
double traces_mm_ns(const struct compare_cell *cell);
struct stat_ratio traces_mm_ratio(const struct compare_trace *t, unsigned int scheme, unsigned int other);

/** The answer of each trace, and the level of its table's verdicts.  @context all is measured */
void traces_judge(struct trace_compare *c);

/** Events of a kind that a trace has. */
u64 traces_events(const struct compare_trace *t, unsigned int kind);

/** A counter of the core, or of a rung's scheme, over all timed runs of nominal latencies (the verify run where there is none). */
u64 traces_counter(const struct compare_cell *cell, enum stats_event event);
u64 traces_rung(const struct compare_cell *cell, unsigned int rung, unsigned int counter);

/** Each trace's tables. */
void traces_table(const struct trace_compare *c, enum grid_style style, FILE *out);

#endif /* BENCH_COMPARE_TRACES_H */
