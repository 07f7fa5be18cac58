/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which simulated machine this program runs on, once its main has said so.
 */
#include "bench/run/machine.h"

#include <stddef.h>

static const struct run_machine *machine;	/* of the process: set once, before anything is measured */

const struct run_machine *run_machine(void)
{
	return machine;
}

void run_machine_aside(bool aside)
{
	if (machine)
		machine->aside(aside);
}

void run_machine_use(const struct run_machine *m)
{
	machine = m;
}
