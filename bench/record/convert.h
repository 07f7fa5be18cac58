/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Records in order of time become the lines of a trace.
 */
#ifndef BENCH_RECORD_CONVERT_H
#define BENCH_RECORD_CONVERT_H

#include <stdio.h>

#include "bench/record/left_out.h"
#include "bench/record/record.h"
#include "bench/record/zero_page.h"
#include "bench/trace/trace.h"

/** What the head of the file says. */
struct convert_head {
	const char *name;	/**< of the program; NULL: as its first exec calls it */
	char *const *command;	/**< ends with NULL; NULL: not known */
	bool err_known;		/**< the kernel reports error codes of faults */
	u64 lost;
	enum zero_page zero_page;
	const char *release;	/**< of the kernel that was recorded; NULL: this machine's, and its CPUs */
	unsigned int cpus;	/**< 0: not known */
};

struct convert_result {
	u64 nr_op[NR_TRACE_OPS];
	u64 processes;
	struct left_out_counts left_out;
	u64 alive;		/**< threads that lived on when the recording ended */
};

struct convert;

/** System calls in the trace. */
u64 convert_calls(const struct convert_result *result);

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
