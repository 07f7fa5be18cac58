/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief --machine and --placement, the same for every command that measures.
 *
 * The program that simulates has looked at them before the command reads its options; natively main has become
 * that program where there is a --machine.
 */
#ifndef BENCH_RUN_MACHINE_OPTIONS_H
#define BENCH_RUN_MACHINE_OPTIONS_H

#include "bench/cli/options.h"
#include "bench/run/machine.h"

/** Is fine: what it says is known already. */
option_take_fn run_machine_take;

#define RUN_MACHINE_OPTION(text) \
	OPTION_OTHER(0, "machine", "NAME|FILE", run_machine_take, text)
#define RUN_PLACEMENT_OPTION(...) \
	OPTION_OTHER(0, "placement", "HOW", run_machine_take, \
		     "where its threads run: packed (core after core), spread (over sockets and L3 domains; the default) or " \
		     "random (by the seed)", .values = "packed|spread|random", __VA_ARGS__)

/** For commands that measure on the host where there is no --machine. */
#define RUN_MACHINE_OPTIONS \
	RUN_MACHINE_OPTION("on a simulated machine, see 'faultline machines'"), \
	RUN_PLACEMENT_OPTION(.needs = "machine")

#endif /* BENCH_RUN_MACHINE_OPTIONS_H */
