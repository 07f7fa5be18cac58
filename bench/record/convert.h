/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Records in order of time become the lines of a trace.
 */
#ifndef BENCH_RECORD_CONVERT_H
#define BENCH_RECORD_CONVERT_H

#include <stdio.h>

#include "bench/record/record.h"
#include "bench/record/zero_page.h"
#include "bench/trace/trace.h"

/** What the head of the file says. */
struct convert_head {
	const char *name;	/**< of the program */
	char *const *command;	/**< ends with NULL */
	bool err_known;		/**< the kernel reports error codes of faults */
	u64 lost;
	enum zero_page zero_page;
};

struct convert_result {
	u64 nr_op[NR_TRACE_OPS];
	u64 processes;
	u64 strangers;		/**< records of threads whose creation was not recorded: left out */
	u64 alive;		/**< threads that lived on when the recording ended */
	bool compat;		/**< a 32-bit program ran: its calls are not in the trace */
};

struct convert;

/** @return NULL: no memory.  @a head and @a out stay the caller's and must outlive it. */
struct convert *convert_begin(const struct convert_head *head, FILE *out);

/** Add the next record.  Records before the first exec are left out. @return 0; -1: no memory */
int convert_record(struct convert *c, const struct record *r);

/**
 * The recording ended: threads that live on end here.  Frees.
 * @return 0; -1: no memory, or out could not be written
 */
int convert_end(struct convert *c, struct convert_result *result);

#endif /* BENCH_RECORD_CONVERT_H */
