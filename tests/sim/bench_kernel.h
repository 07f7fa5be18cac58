/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One loop on a simulated machine.
 */
#ifndef TESTS_SIM_BENCH_KERNEL_H
#define TESTS_SIM_BENCH_KERNEL_H

#include "sim/time/time.h"
#include "tests/sim/kernels.h"

struct kernel_run {
	kernel_fn *kernel;
	unsigned int threads;
	u64 ns;				/**< simulated */
	u64 seed, lookahead_ps;
	enum time_placement placement;
	u64 times[KERNEL_THREADS];	/**< of each thread: rounds */
};

/** @return simulated ns that a round takes, of all threads together */
double kernel_run(struct kernel_run *run, const struct machine *m);

#endif /* TESTS_SIM_BENCH_KERNEL_H */
