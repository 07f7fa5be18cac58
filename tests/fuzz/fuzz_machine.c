/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Descriptions of machines that were damaged, or never were any: each is read whole or refused with one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/time/machine.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine_error err = { "" };
	struct machine *m = machine_parse((const char *)data, size, "input", &err);

	if (!m) {
		check(*err.line && !strchr(err.line, '\n'), "refused without a line, or with more than one");
		return 0;
	}
	check(machine_cpus(m) >= 1 && machine_cpus(m) <= MACHINE_MAX_CPUS, "%u CPUs", machine_cpus(m));
	for (unsigned int n = 0; n < NR_MACHINE_NUMBERS; n++)
		check(m->number[n].value >= 0 && m->number[n].from, "number %u is %g", n, m->number[n].value);
	machine_free(m);
	return 0;
}
