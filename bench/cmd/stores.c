/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline stores`: the program whose schemes are compiled with hooks does the work.
 */
#include <stddef.h>

#include "config.h"
#include "bench/cli/usage.h"
#include "bench/cmd/helper.h"

static int run(int argc, char **argv)
{
	(void)argc;
#ifdef WITH_STORES
	return helper_exec("bench/stores/stores", "stores", NULL, argv, "its program is not built: run make");
#else
	/* One that was built earlier may still be there. */
	return helper_missing(argv[0], "built without the program that sees every store: "
			      "a compiler with -fsanitize=thread is needed, and no other sanitizer");
#endif
}

const struct command cmd_stores = {
	.name = "stores",
	.summary = "stores to shared cache lines per fault, by field",
	.run = run,
};
