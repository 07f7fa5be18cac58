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

double machine_latencies(unsigned int i)
{
	return i ? 0 : 1;
}

void machine_begin(double latencies)
{
	(void)latencies;
}

u64 machine_now_ns(void)
{
	return platform_now();
}

bool machine_is_simulated(void)
{
	return false;
}
