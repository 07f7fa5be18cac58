/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which run of a comparison has which seed and which latencies.
 */
#include "bench/run/machine.h"

void run_machine_round(unsigned int round)
{
	static const double factors[] = RUN_MACHINE_FACTORS;

	if (run_machine())
		run_machine()->next_run(1 + round / RUN_MACHINE_NR_FACTORS, factors[round % RUN_MACHINE_NR_FACTORS]);
}
