/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A recorded program's place: its rates, the schemes' counts for it by replay, and what the model makes of them.
 */
#ifndef BENCH_PLACE_PLACE_H
#define BENCH_PLACE_PLACE_H

#include "bench/compare/traces.h"
#include "bench/cli/output.h"
#include "bench/place/model.h"
#include "bench/sweep/sweep.h"

/** One scheme for the program. */
struct place_column {
	struct place_scheme counts;
	double fell;			/**< measured: faults that left the first rung, share */
	double measured_ns;		/**< in the mm per fault, changes included; median of runs; 0: no runs */
	double median_fault_ns;		/**< of the runs' median faults */
	double model_ns;
	struct place_break_even turn[NR_PLACE_KNOBS];
};

/** How far the model is from a sweep's measurements. */
struct place_error {
	unsigned int ratios;	/**< of schemes to the baseline that were predicted */
	double typical;		/**< predicted over measured: geometric mean of the larger over the smaller */
	double worst;		/**< the largest */
	unsigned int pairs;	/**< of schemes in one cell whose intervals to the baseline do not touch */
	unsigned int right;	/**< of them, those in the order that the model says, equals not being one */
};

struct place {
	struct trace_compare *compare;
	const struct place_machine *machine;
	struct place_error error;	/**< ratios 0: no sweep was given */
	const char *calibrated_by;
	struct place_rates rates;
	u64 faults, changes;
	unsigned int winner;
	struct place_column column[COMPARE_MAX_SCHEMES];
	int argc;
	char *const *argv;
};

/** The factor by which the model's ratios are typically off: by the sweep that it was given, else by that in its tests. */
double place_error_factor(const struct place *p);

/** The share of faults before which another thread faulted in the same address space, and VMA. @return 0; -1: err (no memory) */
int place_moves(const struct trace *trace, struct place_rates *r, struct bench_error *err);

/**
 * What a scheme does by design: walks, stores to shared lines, whether mmap_lock is held.
 * tests/bench/place.sh checks that this equals the counts of `faultline stores`.
 * @return false: the model does not know the scheme
 */
bool place_known(const struct scheme_chain *chain, struct place_scheme *counts);

/** What a scheme's counter counts, for the model. */
enum place_cause {
	CAUSE_NONE,	/**< no fall */
	CAUSE_CHANGED,	/**< fell because it met a change */
	CAUSE_AGAIN,	/**< tried again because of a change */
	CAUSE_FAILING,	/**< fell because no memory was available at once */
	CAUSE_OTHER,	/**< fell for a reason in the program */
	CAUSE_UNKNOWN,
};
enum place_cause place_cause(const char *counter);

/** Fill all but compare, machine and argv. @return 0; -1: err */
int place_program(struct place *p, struct bench_error *err);

/** An output_render_fn of a struct place. */
int place_render(const void *place, enum output_format format, FILE *out);
int place_json(const struct place *p, FILE *out);

/* --- the model against a sweep ------------------------------------------------------------------------------- */

/**
 * Predict a sweep's ratios to the baseline in all cells without real watermarks.  Two costs that differ
 * between machines and with their load are taken from the baseline itself: page_ns from the cell without
 * changes, wake_ns from the one with the most.  So the baseline's own ns are fitted in these two cells,
 * and nothing else is fitted.
 * @param m	page and wake are set
 * @return 0; -1: err: no such cells, or an unknown scheme
 */
int place_check(const struct sweep *s, struct place_machine *m, struct place_error *e,
		struct bench_error *err);

/** The upper bound on the sweep in the tests: they check it, and the command states it. */
#define PLACE_TYPICAL_ERROR 1.3
#define PLACE_WORST_ERROR 2.5
/** Share of pairs in order, at least. */
#define PLACE_ORDER_RIGHT 0.9

#endif /* BENCH_PLACE_PLACE_H */
