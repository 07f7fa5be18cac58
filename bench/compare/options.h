/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Settings of a comparison: the schemes, the number of runs, the machine.
 */
#ifndef BENCH_COMPARE_OPTIONS_H
#define BENCH_COMPARE_OPTIONS_H

#include "bench/lib/stat.h"
#include "bench/replay/replay.h"
#include "bench/run/knobs.h"

#define COMPARE_MAX_SCHEMES 16
#define COMPARE_MAX_RUNS STAT_MAX_RUNS
#define COMPARE_MAX_THREADS 8

struct compare_options {
	const char *const *path;	/**< of the traces */
	unsigned int nr_traces;
	struct scheme_chain chain[COMPARE_MAX_SCHEMES];
	unsigned int nr_schemes, baseline;	/**< baseline: index into chain */
	unsigned int runs;		/**< of each scheme; with by_need at most */
	bool by_need;			/**< as many as the intervals take: need.h */
	unsigned int threads;		/**< workers; 0: as many as CPUs and as the trace has threads */
	unsigned int curve[COMPARE_MAX_THREADS];	/**< each trace with so many workers, one after the other; rising */
	unsigned int nr_curve;		/**< 0: with threads */
	enum replay_mode mode;
	struct knobs knobs;		/**< frames 0: from the trace */
	bool quiet;			/**< no progress bar */
	int argc;
	char *const *argv;		/**< as the command was called */
};

/** Each trace with each number of workers: what is measured and shown as a trace of its own. */
static inline unsigned int compare_nr_traces(const struct compare_options *o)
{
	return o->nr_traces * (o->nr_curve ? o->nr_curve : 1);
}

#endif /* BENCH_COMPARE_OPTIONS_H */
