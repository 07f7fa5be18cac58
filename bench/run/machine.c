/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which simulated machines this program runs on, once its main has said so.
 */
#include "bench/run/machine.h"

#include <stddef.h>

/* Of the process: set once, before anything is measured. */
static const struct run_machine *machines, *machine;
static unsigned int nr_machines;

const struct run_machine *run_machine(void)
{
	return machine;
}

void run_machine_aside(bool aside)
{
	if (machine)
		machine->aside(aside);
}

unsigned int run_machines(void)
{
	return nr_machines;
}

void run_machine_choose(unsigned int i)
{
	machine = &machines[i];
	machine->next_run(1, 1);
}

void run_machine_use(const struct run_machine *list, unsigned int nr)
{
	machines = list;
	nr_machines = nr;
	run_machine_choose(0);
}
