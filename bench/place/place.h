/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which scheme a recorded program wants: a part of it replayed on a simulated machine, on several numbers of CPUs,
 * at the program's own pace and as soon as possible.
 *
 * At its own pace the program's threads are as far apart as they were when they were recorded.  As soon as possible is the
 * upper bound of contention: there is nothing between a thread's events but their order.
 */
#ifndef BENCH_PLACE_PLACE_H
#define BENCH_PLACE_PLACE_H

#include <stdio.h>

#include "bench/cli/output.h"
#include "bench/lib/sentence.h"
#include "bench/lib/verdict.h"
#include "bench/plan/plan.h"
#include "bench/run/knobs.h"
#include "bench/run/machine.h"
#include "bench/stage/waits.h"

#define PLACE_MAX_SCHEMES	16u
#define PLACE_MAX_CPUS		16u	/**< numbers of CPUs */
#define PLACE_MAX_SEEDS		10u
#define PLACE_MAX_TRACES	32u

struct place_options {
	const char *trace[PLACE_MAX_TRACES];
	unsigned int nr_traces;
	struct scheme_chain chain[PLACE_MAX_SCHEMES];
	unsigned int nr_schemes, baseline;		/**< baseline: index into chain */
	unsigned int cpus[PLACE_MAX_CPUS], nr_cpus;	/**< rising; none: powers of two */
	unsigned int seeds;
	u64 events;		/**< faults and calls of a recording that are timed; 0: all */
	struct knobs knobs;
	bool quiet;		/**< no progress bar */
	int argc;
	char *const *argv;
};

enum place_pace {
	PLACE_OWN_PACE,
	PLACE_ASAP,
	NR_PLACE_PACES
};

struct place_run {
	u64 seed;
	double latencies;	/**< factor to all that the machine waits for */
	u64 mm_ns;		/**< in faults and calls, of all threads together */
	u64 late_ns;		/**< at the program's own pace: how far behind the recording its latest thread ended */
	u64 unexpected;		/**< events that end otherwise than recorded */
};

/** One scheme on one number of CPUs. */
struct place_point {
	struct place_run run[PLACE_MAX_SEEDS * RUN_MACHINE_NR_FACTORS];
	unsigned int nr_runs;
	struct waits waits;	/**< of the first run, within faults and calls */
};

/** What is timed of a recording. */
struct place_part {
	u32 from, to;		/**< events of the plan */
	u64 faults, calls, all_faults;
	u64 meetings;		/**< of them, those before which another thread had one in the same address space */
	u64 begins_ns, ends_ns;	/**< recorded time */
	unsigned int threads;	/**< that have some of them */
};

struct place_program {
	char name[64];
	struct place_part part;
	unsigned int peak_threads;	/**< of a recorded process at a time */
	unsigned int recorded_cpus;	/**< 0: the recording does not say */
	bool alone;			/**< no thread meets another: one CPU, at the program's own pace, is all that there is to measure */
	unsigned int cpus[PLACE_MAX_CPUS + 1], nr_cpus;
	unsigned int beyond;		/**< the largest number of CPUs that was wanted and that it cannot use; 0: none */
	struct place_point *point;	/**< place_point() finds them */
};

struct place {
	const struct place_options *options;
	const struct run_machine *machine;
	struct place_program program[PLACE_MAX_TRACES];
	unsigned int nr_programs;
	char broken[8][512];
	unsigned int nr_broken;
};

/** The same recordings on each of several machines. */
struct places {
	struct place *of[RUN_MAX_MACHINES];
	unsigned int nr;
};

/** On run_machine(). @return 0; -1: err, also where a signal came (interrupt.h) */
int place_measure(struct place **out, const struct place_options *o, struct bench_error *err);
void place_free(struct place *p);

static inline struct place_point *place_point(const struct place *p, const struct place_program *g, enum place_pace pace,
					      unsigned int cpus, unsigned int scheme)
{
	return &g->point[(pace * g->nr_cpus + cpus) * p->options->nr_schemes + scheme];
}

/** Paces at which a program was measured. */
static inline unsigned int place_paces(const struct place_program *g)
{
	return g->alone ? 1 : NR_PLACE_PACES;
}

/* --- part.c --- */

/**
 * Choose what is timed: @a events faults and calls in a row where threads meet most, of several such what lies nearest to
 * the middle; or all.  @return 0; -1: err (no memory)
 */
int place_choose_part(struct place_part *part, const struct plan *plan, u64 events, struct bench_error *err);

/* --- figures.c --- */

/** Time in the mm at nominal latencies, median over the seeds, ns. */
double place_mm_ns(const struct place_point *point);
/** The same of how late it is. */
double place_late_ns(const struct place_point *point);
/** Recorded time of the part, ns; at least 1. */
double place_span_ns(const struct place_program *g);

/** How two schemes stand; a difference counts beyond the simulation's resolution. */
enum place_order {
	PLACE_FASTER,	/**< in every run, whatever the latencies */
	PLACE_SLOWER,
	PLACE_LEVEL,	/**< in every run they are too near to each other to tell */
	PLACE_UNSURE,	/**< some runs say so, some otherwise */
};
enum place_order place_order(const struct place_point *a, const struct place_point *b);

enum place_outcome {
	PLACE_WIN,		/**< some scheme is ahead of the baseline, and nothing ahead of it */
	PLACE_NO_DIFFERENCE,	/**< all are level with the baseline */
	PLACE_BASELINE,		/**< nothing is ahead of the baseline, and some are behind it */
	PLACE_CANNOT_TELL,	/**< nothing is ahead of the baseline, and the latencies decide how some stand to it */
};

/** On one number of CPUs, at one pace. */
struct place_verdict {
	enum place_outcome outcome;
	unsigned int best;			/**< the least time at nominal latencies */
	bool wins[PLACE_MAX_SCHEMES];
	enum place_order to_baseline[PLACE_MAX_SCHEMES];	/**< PLACE_LEVEL for itself */
	unsigned int kept, level, unsure;	/**< pairs of schemes: in an order that the latencies keep; level; in none */
};
void place_judge(const struct place *p, const struct place_program *g, enum place_pace pace, unsigned int cpus,
		 struct place_verdict *v);
/** From which number of CPUs on a scheme wins, up to the last. @return index into g->cpus; g->nr_cpus: on the last it does not */
unsigned int place_wins_from(const struct place *p, const struct place_program *g, enum place_pace pace, unsigned int scheme);

/* --- answer.c --- */

/** The @a i-th sentence of the answer for a program: what wins, then what limits that answer. @return @a buf; NULL: there are no more */
const char *place_answer(const struct place *p, const struct place_program *g, unsigned int i, char buf[VERDICT_SENTENCE]);
/** "at its own pace", ... */
const char *place_pace_text(enum place_pace pace);
/** "own", "asap": as in JSON and CSV */
const char *place_pace_name(enum place_pace pace);

/* --- machines.c --- */

/**
 * The @a i-th sentence about several machines, one for each program and pace: what wins on all of them, or how they differ.
 * @return @a buf; NULL: there are no more, or there is one machine only
 */
const char *places_answer(const struct places *ps, unsigned int i, char buf[VERDICT_SENTENCE]);
/** The outcome in words: "A and B win", "there is no difference", ... */
void place_outcome(struct sentence *t, const struct place *p, const struct place_verdict *v);

/* --- report.c, json.c --- */

/** An output_render_fn; @a places is a struct places. */
int place_render(const void *places, enum output_format format, FILE *out);
/** @return 0; -1: this build has no jansson */
int place_json(const struct places *ps, FILE *out);

#endif /* BENCH_PLACE_PLACE_H */
