// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief io_waits on this machine.
 */
#include "bench/io/run.h"

const char *machine_choose(const char *name)
{
	if (name)
		die("--machine: this program runs here; io_waits has simulated machines");
	return "this machine";
}

void machine_begin(void)
{
}

u64 machine_now_ns(void)
{
	return platform_now();
}

bool machine_is_simulated(void)
{
	return false;
}
