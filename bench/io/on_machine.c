// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief io_waits on a simulated machine.
 */
#include "bench/io/run.h"
#include "sim/time/time.h"

static struct machine *chosen;

const char *machine_choose(const char *name)
{
	struct machine_error err;

	chosen = machine_open(name ? name : "rome-2s-128c", &err);
	if (!chosen)
		die(err.line);
	return chosen->name;
}

void machine_begin(void)
{
	struct time_settings settings = {
		.machine = chosen, .seed = 1, .placement = TIME_PACKED, .no_contents = true, .lookahead_ps = TIME_LOOKAHEAD,
	};

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
