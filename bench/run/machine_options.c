/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief --machine and --placement where a command reads its options.
 */
#include "bench/run/machine_options.h"

int run_machine_take(const struct option_entry *entry, void *to, const char *value, struct bench_error *err)
{
	(void)entry;
	(void)to;
	(void)value;
	(void)err;
	return 0;
}
