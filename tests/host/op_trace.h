/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Calls as the lines of a trace, with what the host answered: as if `faultline record` had watched.
 */
#ifndef TESTS_HOST_OP_TRACE_H
#define TESTS_HOST_OP_TRACE_H

#include <stdio.h>

#include "tests/host/twins.h"

struct op_trace {
	FILE *out;
	u64 time;
	u64 faults_refused;	/**< accesses that the host answered by SIGSEGV */
};

/** The head, exec, and the break. */
void op_trace_begin(struct op_trace *t, struct twins *tw);

/** Make the call on the host, and write its line, with that of the mapping that it made.  Those that a trace has no line for are not made; nor is
 * fork, since a trace does not say who shares an address space, and random accesses mislead the planner that has to find out. */
void op_trace_do(struct op_trace *t, struct twins *tw, const struct op *op);

/** The process ends. */
void op_trace_end(struct op_trace *t, struct twins *tw);

#endif /* TESTS_HOST_OP_TRACE_H */
