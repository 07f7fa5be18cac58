/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Calls as the lines of a trace, with what the host answered: as if `faultline record` had watched.
 */
#ifndef TESTS_HOST_OP_TRACE_H
#define TESTS_HOST_OP_TRACE_H

#include <stdio.h>

#include "tests/host/host_vma.h"
#include "tests/host/twins.h"

/** What the host had mapped at the end of an address space. */
struct op_trace_end {
	struct host_vma *vma;
	unsigned int nr;
};

struct op_trace {
	FILE *out;
	u64 time;
	u64 faults_refused;	/**< accesses that the host answered by SIGSEGV */
	unsigned int tid[NR_PUPPETS], nr_tids;
	unsigned int space[NR_PUPPETS];	/**< the number of its address space, in the order in which they begin */
	unsigned int nr_spaces, max_spaces;
	struct op_trace_end *end;	/**< by space */
};

/** The head, exec, and the break. @param max_spaces how many address spaces there may be */
void op_trace_begin(struct op_trace *t, struct twins *tw, unsigned int max_spaces);

/**
 * Make the call on both sides, and write the host's lines: the call's, and that of the mapping that it made.  ftruncate, which a trace has
 * no line for, is not made.
 * @return false: the sides differ, and tw->why says how
 */
bool op_trace_do(struct op_trace *t, struct twins *tw, const struct op *op);

/** The processes end. */
void op_trace_end(struct op_trace *t, struct twins *tw);

void op_trace_free(struct op_trace *t);

#endif /* TESTS_HOST_OP_TRACE_H */
