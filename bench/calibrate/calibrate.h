/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief This host measured, for a description as a machine that can be simulated.
 *
 * Transfers, contended and uncontended read-modify-writes, hits, zeroing, waking: each by a loop of its own
 * (measure.c).  What accesses and functions cost with the instructions around them is fitted on the floor, never on a scheme (fit.c).
 */
#ifndef BENCH_CALIBRATE_CALIBRATE_H
#define BENCH_CALIBRATE_CALIBRATE_H

#include <stdio.h>

#include "bench/lib/error.h"
#include "common/platform/types.h"

/** Amounts of work behind a load that are tried: 1, 2, 4, ... times 16 loads that hit. */
#define CALIBRATE_WORKS 5u

/** All in ns. */
struct calibration {
	unsigned int cpus;
	long l1, l2, l3;			/**< bytes */
	double load_l1, load_l2, load_l3, load_memory;	/**< dependent loads */
	double load_and_work[CALIBRATE_WORKS];	/**< the last, each with so much work behind it that does not need it */
	double loads, loads_add;		/**< loads that hit; the same with a fetch_add */
	double add_contended;			/**< fetch_add of two threads together */
	double read, write_behind_read;		/**< a read of what the other CPU wrote; a write behind such a read */
	double transfer;			/**< a line from the one CPU to the other, one way */
	double fence, pause, rcu, alloc, grace;
	double clear_own, clear_other, clear_memory, copy;
	double unpark, wake;
	double access, function;		/**< fitted */
	double add;				/**< computed */
	double hold_share, ahead;		/**< computed */
	u64 stolen;				/**< windows that took more than twice as long as the fastest; of all */
	u64 loops;
};

/** All but what fit.c adds. @return 0; -1: err. @context no other thread; some seconds */
int calibration_measure(struct calibration *c, struct bench_error *err);

/**
 * Fit access and function: the floor natively, and on a machine with the numbers so far.
 * @param self the command's own program
 * @return 0; -1: err
 */
int calibration_fit(struct calibration *c, const char *self, struct bench_error *err);

/** The description. @return 0; -1: @a out failed, or no jansson */
int calibration_write(const struct calibration *c, const char *name, FILE *out);

#endif /* BENCH_CALIBRATE_CALIBRATE_H */
