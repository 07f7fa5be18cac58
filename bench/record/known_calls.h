/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The system calls that the recorder looks at: those that a trace has lines for, and those that it can only name.
 */
#ifndef BENCH_RECORD_KNOWN_CALLS_H
#define BENCH_RECORD_KNOWN_CALLS_H

#include "bench/trace/trace.h"

struct known_call {
	const char *name;
	u64 nr;			/**< on the machine that this is built for; KNOWN_CALL_NONE: it has no such call */
	u64 nr_x86;		/**< on x86-64, where imported recordings come from */
	enum trace_op op;	/**< of its line; NR_TRACE_OPS: it changes an address space, or what may be done to it, and has no line */
};

#define KNOWN_CALL_NONE (~0ULL)
#define NR_KNOWN_CALLS 23

extern const struct known_call known_calls[NR_KNOWN_CALLS];

/** @return NULL: it is none of them */
const struct known_call *known_call(u64 nr);

/** The same by x86-64's number. */
const struct known_call *known_call_x86(u64 nr);

/** A call whose first argument tells that it leaves address spaces as they are: some of prctl(). */
bool known_call_is_harmless(const struct known_call *call, u64 first_arg);

#endif /* BENCH_RECORD_KNOWN_CALLS_H */
