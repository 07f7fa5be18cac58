/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline machines`: the program that knows the machines.
 */
#include "bench/cmd/commands.h"

static int run(int argc, char **argv)
{
	(void)argc;
	return helper_simulated(argv);
}

const struct command cmd_machines = {
	.name = "machines",
	.summary = "the simulated machines, and what is known of each",
	.run = run,
};
