/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The map of Q2: address-space changes per fault x memory that is short, every scheme in every cell.
 *
 * A cell is a workload (workload_mix) with one ratio of changes to faults, and one
 * kind of pressure: episodes in which a set share of faults finds GFP_NOWAIT failing
 * and GFP_KERNEL slow; a machine with less memory than is touched; or a limit on what may be
 * charged, at which GFP_NOWAIT fails again and again and GFP_KERNEL reclaims, as at memory.max.  Cells
 * are independent of each other: each makes its own worlds, so they may be measured in
 * any order, on several machines, and merged.
 *
 * The figure of a cell is the time in the mm, faults and changes together, per fault:
 * a scheme whose faults never wait but whose writers wait for faults pays here too.
 */
#ifndef BENCH_SWEEP_SWEEP_H
#define BENCH_SWEEP_SWEEP_H

#include <stdio.h>

#include "bench/lib/error.h"
#include "bench/cli/output.h"
#include "bench/lib/stat.h"
#include "bench/lib/verdict.h"
#include "common/mm/scheme.h"

#define SWEEP_MAX_AXIS		16
#define SWEEP_MAX_COLUMNS	16
#define SWEEP_MAX_RUNS		64
#define SWEEP_MAX_PROGRAMS	64

/** What makes memory short. */
struct sweep_pressure {
	double share;		/**< of faults that meet an episode; used where memory is 0 */
	double memory;		/**< frames for each page touched: real watermarks; 0: episodes, or a limit */
	double limit;		/**< frames that may be charged for each page touched, of frames for all; 0: none */
	u64 delay_ns;		/**< reclaim's: of an allocation that waits, or of a page to and from swap */
};

struct sweep_options {
	struct scheme_chain chain[SWEEP_MAX_COLUMNS];
	unsigned int nr_schemes, baseline;
	unsigned int threads, runs, burst;
	u64 faults, seed;
	bool zero_pages;
	bool touch;		/**< what is mapped is touched before it is unmapped */
	double changes[SWEEP_MAX_AXIS];
	unsigned int nr_changes;
	struct sweep_pressure pressure[SWEEP_MAX_AXIS];
	unsigned int nr_pressures;
	unsigned int part, parts;	/**< cells whose number, modulo parts, is part */
	bool quiet;
};

/** One scheme in one cell, a value a run. */
struct sweep_column {
	double mm_ns[SWEEP_MAX_RUNS];		/**< per fault */
	double fault_ns[SWEEP_MAX_RUNS];	/**< mean of faults alone */
	double failed;				/**< allocations refused, per fault */
	double fell;				/**< faults that left the first rung, share */
};

struct sweep_cell {
	bool done;
	double changes;
	struct sweep_pressure pressure;
	u64 faults;			/**< of a thread in a run: fewer where delays would make it long */
	struct sweep_column *column;	/**< one a scheme, once done */
	char machine[160];		/**< that measured it */
};

/** A recorded program's place on the axis of changes. */
struct sweep_program {
	char name[64];
	u64 faults, changes;
};

struct sweep {
	/* two sweeps that agree in these are parts of one: */
	char name[SWEEP_MAX_COLUMNS][SCHEME_SPEC_SIZE];
	unsigned int nr_schemes, baseline, threads, runs, burst;
	u64 faults, seed;
	bool zero_pages, touch;
	struct sweep_cell *cell;
	unsigned int nr_cells, nr_changes, nr_pressures;	/* cell = pressure * nr_changes + change */

	struct sweep_program program[SWEEP_MAX_PROGRAMS];
	unsigned int nr_programs;
	bool read;			/**< from a file, not measured by this process */
	char revision[48];		/**< of the file; "" if it does not say one */
	bool partial;			/**< a signal ended it before all cells asked for were done */
	/* for the head of reports */
	int argc;
	char *const *argv;
};

/** All cells, none done.  @return NULL: no memory */
struct sweep *sweep_create(const struct sweep_options *options);
/** NULL is fine. */
void sweep_free(struct sweep *s);

/**
 * Measure those cells of this part that are not done; when a signal comes (interrupt.h) the
 * cell at hand is dropped, and those before it are kept.
 * @param state	NULL, or called after each cell: to keep what is there
 * @return 0; -1: err; -2: @a state failed, and told why
 */
int sweep_measure(struct sweep *s, const struct sweep_options *options,
		  int (*state)(const struct sweep *s, void *arg), void *arg,
		  struct bench_error *err);

/** Read a trace, count, and add it to the programs. @return 0; -1: err */
int sweep_place(struct sweep *s, const char *path, struct bench_error *err);

/* --- the fastest --------------------------------------------------------------------------------- */

/** The level of the verdicts of all columns in all cells against the baseline (stat_family_level()). */
double sweep_level(const struct sweep *s);
/** The winner of a cell, as verdict_best() finds it. */
void sweep_winner(const struct sweep *s, const struct sweep_cell *cell, struct verdict *v);

/**
 * The answer in sentences: the @a i-th, of the whole map and of each row.
 * @return @a buf; NULL: there are no more
 */
const char *sweep_answer(const struct sweep *s, unsigned int i, char buf[VERDICT_SENTENCE]);

/**
 * A figure as a file holds it, to nine digits: results computed from figures are the same whether these
 * were just measured or read from a file.
 */
double sweep_figure(double value);
double sweep_median(const struct sweep *s, const struct sweep_cell *cell, unsigned int scheme);
unsigned int sweep_nr_done(const struct sweep *s);
/** Machines that its cells were measured on. */
unsigned int sweep_nr_machines(const struct sweep *s);
/** Do pages of the cell's threads come and go, so that what they touch is wide? */
static inline bool sweep_reclaims(const struct sweep_pressure *p)
{
	return p->memory || p->limit;
}

/** "episodes 10 %, 100 us", "memory 75 %, 0 us" or "limit 75 %, 0 us" */
const char *sweep_pressure_name(const struct sweep_pressure *p, char buf[64]);

/* --- in and out ------------------------------------------------------------------------------- */

/** A render function for output_write(). */
int sweep_render(const void *sweep, enum output_format format, FILE *out);
int sweep_json(const struct sweep *s, FILE *out);

/**
 * Take over the cells that @a path has.
 * @param s	NULL in *s: made from the file
 * @return how many; -1: err (unreadable, no sweep, of another sweep, a cell that is there twice)
 */
int sweep_read(struct sweep **s, const char *path, struct bench_error *err);

#endif /* BENCH_SWEEP_SWEEP_H */
