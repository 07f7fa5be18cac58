/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The schemes, and the host's kernel, compared on micro workloads.
 *
 * A case is a workload, and for one with a writer a rate of it.  For each case every
 * column (a scheme, or the host) runs once untimed; then runs, interleaved between
 * columns in an order that is balanced over the rounds (rounds.h).
 */
#ifndef BENCH_COMPARE_WORKS_H
#define BENCH_COMPARE_WORKS_H

#include "bench/cli/grid.h"
#include "bench/compare/figures.h"
#include "bench/compare/options.h"
#include "bench/lib/stat.h"
#include "bench/lib/verdict.h"
#include "bench/work/workload.h"

#define WORK_MAX_CASES		64
#define WORK_MAX_RATES		8
#define WORK_MAX_COLUMNS	(COMPARE_MAX_SCHEMES + 1)

struct work_options {
	const struct workload *workload[WORK_MAX_CASES];
	unsigned int nr_workloads;
	u64 rate[WORK_MAX_RATES];	/**< of writers, ascending */
	unsigned int nr_rates;
	u64 faults;			/**< of a thread in a run */
	u64 seed;
	u64 vmas[WORK_MAX_RATES];	/**< that lie beside what is worked on, ascending */
	unsigned int nr_vmas;
	bool laps;			/**< time a lap of faults, not each */
	bool host;			/**< the kernel that runs this, too */
};

/** Of a command's options, for a struct work_options: `NAME,NAME...` (added to what is there), `RATE,RATE...`, `N,N...`. */
option_take_fn work_take_workloads, work_take_rates, work_take_vmas;
/** Refuse options that exclude each other.  @return 0; -1: err */
int work_check_options(const struct work_options *work, struct bench_error *err);

struct work_case {
	const struct workload *workload;
	u64 rate, vmas;
	unsigned int control;	/**< index of the case whose writer spins; its own index: none */
	struct work_result *run[WORK_MAX_COLUMNS];	/**< room for options->runs of each */
	unsigned int nr_runs;	/**< of whole rounds: as many as asked for, unless a signal ended it */
	double level;		/**< of its table's verdicts, which are one family (stat.h) */
	struct verdict verdict;	/**< by the mean time of a fault, of laps by the median; without the host */
	char answer[VERDICT_SENTENCE];	/**< the same in a sentence */
};

struct work_compare {
	const struct compare_options *options;	/**< schemes, runs, threads, ... */
	const struct work_options *work;
	unsigned int threads, nr_columns;
	const char *column[WORK_MAX_COLUMNS];	/**< names; the host's is the last */
	double clock_ns;
	struct work_case *cases;
	double shapes_level;	/**< of all verdicts on a case against its control */
	unsigned int nr_cases;	/**< that have a whole round at least */
	unsigned int nr_asked;	/**< cases in all */
	bool whole;		/**< all was measured */
	struct compare_broken broken;
};

/**
 * @return 0, also where an invariant is broken; -1: err.  If a signal came (interrupt.h) it is -1 too,
 * but *out is set and holds the whole rounds.
 */
int work_measure(struct work_compare **out, const struct compare_options *options,
		 const struct work_options *work, struct bench_error *err);
/** NULL is fine. */
void work_free(struct work_compare *w);

#define WORK_NAME_SIZE	96
/** "beside-mmap, 1000/s". */
const char *work_case_name(const struct work_compare *w, const struct work_case *c, char buf[WORK_NAME_SIZE]);
/**
 * What distinguishes it from the other cases of its workload: "idle", "1000", "max", "vmas_1000"; "":
 * nothing.
 */
const char *work_case_key(const struct work_compare *w, const struct work_case *c, char buf[WORK_NAME_SIZE]);
bool work_is_host(const struct work_compare *w, unsigned int column);

/** Any run of any column of the case has an event of this kind. */
bool work_has_kind(const struct work_compare *w, unsigned int at, unsigned int kind);

/** The figure over the runs of one column; NAN if none of them has an event of this kind. */
double work_over_runs(const struct work_compare *w, unsigned int at, unsigned int column,
		      unsigned int kind, enum compare_figure figure);
/** The ratio to the baseline's column.  Not for the host, whose faults do different work. */
struct stat_ratio work_to_baseline(const struct work_compare *w, unsigned int at, unsigned int column,
				   unsigned int kind, enum compare_figure figure);
/** The answer of each case; the levels of each case's verdicts, and of the shapes'.  @context all is measured */
void work_judge(struct work_compare *w);

/** The same in ns: the median over the runs less the baseline's. */
struct stat_ratio work_over_baseline(const struct work_compare *w, unsigned int at, unsigned int column,
				     unsigned int kind, enum compare_figure figure);
/** Faults of the case @a at against those of the case @a control, in one column. */
struct stat_ratio work_to_case(const struct work_compare *w, unsigned int at, unsigned int control,
			       unsigned int column, enum compare_figure figure);
/** Rounds that both cases have: a signal may have cut the later one short. */
unsigned int work_rounds(const struct work_compare *w, unsigned int at, unsigned int control);
/** The measured rate of calls that change the address space, per second; median over runs. */
double work_changes_per_second(const struct work_compare *w, unsigned int at, unsigned int column);
/** The share of all faults that the column's first rung handled, in runs of nominal latencies. */
double work_on_rung0(const struct work_compare *w, unsigned int at, unsigned int column);

/** Warnings with their remedies, on stderr. */
void work_warn(const struct work_compare *w);

void work_table(const struct work_compare *w, enum grid_style style, FILE *out);

#endif /* BENCH_COMPARE_WORKS_H */
