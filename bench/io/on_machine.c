// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief io_waits on a simulated machine.
 */
#include "bench/io/run.h"
#include "sim/time/time.h"

static struct machine *chosen, scaled;

const char *machine_choose(const char *name)
{
	struct machine_error err;

	chosen = machine_open(name ? name : "rome-2s-128c", &err);
	if (!chosen)
		die(err.line);
	return chosen->name;
}

double machine_latencies(unsigned int i)
{
	static const double factor[] = { 1, 0.7, 1.3 };	/* as comparisons have them */

	return i < ARRAY_SIZE(factor) ? factor[i] : 0;
}

void machine_begin(double latencies)
{
	struct time_settings settings = {
		.machine = &scaled, .seed = 1, .placement = TIME_PACKED, .no_contents = true, .lookahead_ps = TIME_LOOKAHEAD,
	};

	scaled = *chosen;	/* its texts stay the other's */
	machine_scale(&scaled, latencies);
	time_begin(&settings);
}

u64 machine_now_ns(void)
{
	return time_now_ps() / 1000;
}

bool machine_is_simulated(void)
{
	return true;
}
