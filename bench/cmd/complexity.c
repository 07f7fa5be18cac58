/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline complexity`: the program that has libclang in it does the work.
 */
#include <stddef.h>

#include "bench/cli/usage.h"
#include "bench/cmd/helper.h"

#ifdef WITH_COMPLEXITY
#define MISSING "its program is not built: run make"
#else
#define MISSING "built without libclang, which reads the sources: all columns are missing (install libclang-dev, " \
		"then configure and build again)"
#endif

static int run(int argc, char **argv)
{
	(void)argc;
	return helper_exec("bench/complexity/complexity", "complexity", NULL, argv, MISSING);
}

const struct command cmd_complexity = {
	.name = "complexity",
	.summary = "how complex each scheme is, by one rule for all",
	.run = run,
};
