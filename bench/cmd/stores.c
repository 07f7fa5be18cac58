/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline stores`: the program whose schemes are compiled with hooks does the work.
 */
#include <stddef.h>

#include "bench/cli/usage.h"
#include "bench/cmd/helper.h"

#ifdef WITH_STORES
#define MISSING "its program is not built: run make"
#else
#define MISSING "built without the program that sees every store: a compiler with -fsanitize=thread is needed, " \
		"and no other sanitizer"
#endif

static int run(int argc, char **argv)
{
	(void)argc;
	return helper_exec("bench/stores/stores", "stores", NULL, argv, MISSING);
}

const struct command cmd_stores = {
	.name = "stores",
	.summary = "stores to shared cache lines per fault, by field",
	.run = run,
};
