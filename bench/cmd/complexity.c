/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline complexity`: the program that has libclang in it does the work.
 */
#include <stddef.h>

#include "config.h"
#include "bench/cli/usage.h"
#include "bench/cmd/helper.h"

static int run(int argc, char **argv)
{
	(void)argc;
#ifdef WITH_COMPLEXITY
	return helper_exec("bench/complexity/complexity", "complexity", NULL, argv, "its program is not built: run make");
#else
	/* One that was built earlier may still be there. */
	return helper_missing(argv[0], "built without libclang, which reads the sources: all columns are missing "
			      "(install libclang-dev, then configure and build again)");
#endif
}

const struct command cmd_complexity = {
	.name = "complexity",
	.summary = "how complex each scheme is, by one rule for all",
	.run = run,
};
