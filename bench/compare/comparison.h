/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The schemes compared on recorded programs: what is measured, and in which order.
 *
 * For each trace: every scheme replays it once in recorded order, not timed, each V
 * line compared (this warms its world up, too); then runs, interleaved between
 * schemes (A B C A B C), so that what disturbs the machine disturbs all alike; then
 * one run a scheme that times mmap_lock, which is not among the timed ones.
 */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include <stdio.h>

#include "bench/cli/host.h"
#include "bench/run/knobs.h"
#include "bench/replay/replay.h"
#include "bench/lib/stat.h"

#define COMPARE_MAX_SCHEMES 16
#define COMPARE_MAX_RUNS 1000
#define COMPARE_MAX_BROKEN 32
/** Runs that differ more than this get a warning. */
#define COMPARE_SPREAD 0.10

struct work_compare;
struct work_options;

struct compare_options {
	const char *const *path;	/**< of the traces */
	unsigned int nr_traces;
	struct scheme_chain chain[COMPARE_MAX_SCHEMES];
	unsigned int nr_schemes, baseline;	/**< baseline: index into chain */
	const struct work_options *work;	/**< workloads, too; NULL: none */
	unsigned int runs;
	unsigned int threads;		/**< workers; 0: as many as CPUs and as the trace has threads */
	enum replay_mode mode;
	struct knobs knobs;		/**< frames 0: from the trace */
	bool quiet;			/**< no progress bar */
	int argc;
	char *const *argv;		/**< as the command was called */
};

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
	struct world_config world;
	bool locks;			/**< the runs that time mmap_lock are there */
	struct compare_cell cell[COMPARE_MAX_SCHEMES];
};

struct compare {
	const struct compare_options *options;
	struct compare_trace *trace;
	unsigned int nr_traces;		/**< that every scheme replayed in recorded order; the rest has no figures */
	bool partial;			/**< a signal ended it before all was measured */
	struct work_compare *work;	/**< NULL: none */
	double clock_ns;
	/** Invariants that did not hold, one line each. */
	char broken[COMPARE_MAX_BROKEN][256];
	unsigned int nr_broken;
};

/**
 * Measure all, or until a signal (interrupt.h): then what is whole is kept.
 * @return 0, also where an invariant is broken, or nothing is whole; -1: err
 */
int compare_measure(struct compare **out, const struct compare_options *options,
		    struct bench_error *err);
/** NULL is fine. */
void compare_free(struct compare *c);

/** Warnings of what was measured, with their remedies, one line each, on stderr. */
void compare_warn(const struct compare *c);

/* --- figures over the runs of a cell ------------------------------------------------------- */

enum compare_figure {
	FIGURE_MEDIAN,
	FIGURE_MEAN,
	FIGURE_P99,
};

/** Kind of event, or all faults together. */
#define COMPARE_FAULTS NR_RUN_KINDS

/** The figure of run @a run, ns. */
double compare_figure(const struct compare_cell *cell, unsigned int run, unsigned int kind,
		      enum compare_figure figure);
/** Its median over the runs. */
double compare_over_runs(const struct compare_cell *cell, unsigned int kind,
			 enum compare_figure figure);

/** Against the baseline; all 1 for the baseline itself. */
struct stat_ratio compare_to_baseline(const struct compare *c, const struct compare_trace *t,
					 unsigned int scheme, unsigned int kind,
					 enum compare_figure figure);

/** Events of a kind that a trace has. */
u64 compare_events(const struct compare_trace *t, unsigned int kind);

/** A counter of the core, or of a rung's scheme, over all timed runs (the verify run where there is none). */
u64 compare_event(const struct compare_cell *cell, enum stats_event event);
u64 compare_rung(const struct compare_cell *cell, unsigned int rung, unsigned int counter);

/* --- reports: written to a stream in memory, so that nothing half-written is ever seen ------ */

void compare_table(const struct compare *c, FILE *out);
void compare_markdown(const struct compare *c, FILE *out);
void compare_csv(const struct compare *c, FILE *out);
/** @return 0; -1: this build has no jansson, or no memory */
int compare_json(const struct compare *c, FILE *out);

#endif /* BENCH_COMPARE_H */
