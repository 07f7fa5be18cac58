/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Throughput over the number of CPUs of a simulated machine, and the field that limits it.
 */
#ifndef BENCH_SCALE_SCALE_H
#define BENCH_SCALE_SCALE_H

#include <stdio.h>

#include "bench/cli/grid.h"
#include "bench/cli/output.h"
#include "bench/lib/verdict.h"
#include "bench/plan/plan.h"
#include "bench/run/knobs.h"
#include "bench/run/machine.h"
#include "bench/stage/waits.h"
#include "bench/work/workload.h"

#define SCALE_MAX_SCHEMES	16u
#define SCALE_MAX_CPUS		64u	/**< numbers of CPUs */
#define SCALE_MAX_SOURCES	32u
#define SCALE_MAX_RUNS		32u
#define SCALE_MAX_FACTORS	8u

struct scale_options {
	const struct workload *workload[SCALE_MAX_SOURCES];
	unsigned int nr_workloads;
	const char *trace[SCALE_MAX_SOURCES];
	unsigned int nr_traces;
	struct scheme_chain chain[SCALE_MAX_SCHEMES];
	unsigned int nr_schemes;
	unsigned int cpus[SCALE_MAX_CPUS], nr_cpus;	/**< rising */
	double factor[SCALE_MAX_FACTORS];		/**< of all latencies; the first is 1 */
	unsigned int nr_factors, runs;			/**< runs: seeds for each factor */
	u64 faults, seed, writer_rate;
	bool processes;		/**< each thread has an address space of its own */
	bool fresh;		/**< memory that is touched for the first time, as pft does: pages come from the zone, not from caches */
	struct knobs knobs;
	bool quiet;
	int argc;
	char *const *argv;
};

struct scale_run {
	u64 seed, accesses;	/**< accesses: simulated, of the warm-up, too */
	double factor, faults_per_s, ns_per_fault;
};

struct scale_point {
	unsigned int cpus, nr_runs;
	struct scale_run run[SCALE_MAX_RUNS * SCALE_MAX_FACTORS];
	struct waits waits;			/**< of the first run */
	double thread_ns;			/**< all threads' time in it */
};

/** One workload or trace under one scheme. */
struct scale_curve {
	const char *source, *scheme;
	struct scale_point point[SCALE_MAX_CPUS];
	unsigned int nr_points;
};

struct scale {
	const struct scale_options *options;
	struct scale_curve *curve;	/**< by source, then by scheme */
	unsigned int nr_curves;		/**< room; of a partial result the last ones may have no point */
	char broken[8][400];
	unsigned int nr_broken;
	bool partial;
};

/** Measure, or until a signal: then what is whole is kept.  @return 0; -1: err */
int scale_measure(struct scale **out, const struct scale_options *o, struct bench_error *err);
void scale_free(struct scale *s);

/* --- figures.c --- */

/** Median over the seeds at nominal latencies. */
double scale_rate(const struct scale_point *p);
double scale_ns(const struct scale_point *p);
/** Index of the point with the highest rate. */
unsigned int scale_peak(const struct scale_curve *c);
/**
 * The knee: the last point up to which each further CPU brought at least half of what a CPU brought at first.
 * @return its index; nr_points - 1: it was not reached
 */
unsigned int scale_knee(const struct scale_curve *c);
/** Share of the first wait: of all waiting; of all threads' time. */
double scale_share_of_waiting(const struct scale_point *p);
double scale_share_of_time(const struct scale_point *p);
/** Is @a a's slowest run faster than @a b's fastest, by more than the simulation's resolution, at each of the latencies? */
bool scale_ahead(const struct scale_point *a, const struct scale_point *b);
/** Median over the seeds at a factor of all latencies; 0: there is no run of it. */
double scale_rate_at(const struct scale_point *p, double factor);
/** What becomes of the ranking whatever the latencies: the pairs of schemes that have the point. */
struct scale_pairs {
	unsigned int kept;	/**< one is ahead in every run of every factor */
	unsigned int level;	/**< neither is in any: all runs are within the simulation's resolution */
	unsigned int unsure;	/**< the latencies, or the seeds, decide */
};
struct scale_pairs scale_ranking(const struct scale *s, unsigned int source, unsigned int point);
/** The scheme that is ahead of all others at a point in every run of every factor; NULL: none is. */
const char *scale_winner(const struct scale *s, unsigned int source, unsigned int point);
/**
 * The answer for one workload or trace, on the most CPUs that all schemes have, against mmap_lock if it is there, else
 * the first: a scheme wins if it is ahead in every run, whatever the latencies.
 * @return @a buf
 */
const char *scale_answer(const struct scale *s, unsigned int source, char buf[VERDICT_SENTENCE]);
/**
 * How stable the ranking is where scale_answer() gives one.
 * @return @a buf; empty where there are no pairs, or the latencies were not varied
 */
const char *scale_stability(const struct scale *s, unsigned int source, char buf[VERDICT_SENTENCE]);
/** Workloads and traces. */
unsigned int scale_sources(const struct scale *s);
const struct scale_curve *scale_curve(const struct scale *s, unsigned int source, unsigned int scheme);

/* --- report.c, json.c --- */

int scale_render(const void *scale, enum output_format format, FILE *out);
/** @return 0; -1: this build has no jansson */
int scale_json(const struct scale *s, FILE *out);

#endif /* BENCH_SCALE_SCALE_H */
