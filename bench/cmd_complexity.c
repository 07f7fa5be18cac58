/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline complexity`: the program that has libclang in it does the work.
 */
#include <stddef.h>

#include "bench/commands.h"
#include "bench/helper.h"

static int run(int argc, char **argv)
{
	(void)argc;
	return helper_exec("bench/complexity/complexity", "complexity", NULL, argv,
			   "built without libclang, which reads the sources: all columns are missing "
			   "(install libclang-dev, then configure and build again)");
}

const struct command cmd_complexity = {
	.name = "complexity",
	.summary = "how complex each scheme is, by one rule for all",
	.run = run,
};
