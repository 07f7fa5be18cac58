/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief In which order recorded events took effect, and what each V line belongs to.
 *
 * A system call stands in a trace at the time of its entry, but others run before
 * it takes effect.  Where the kernel reported the mapping that the call made (a V
 * line of the same thread between entry and exit), that is the moment; an mmap
 * without one counts from its exit; everything else from its entry.  Within a
 * thread the order is that of the lines, always.
 */
#ifndef BENCH_PLAN_TIMELINE_H
#define BENCH_PLAN_TIMELINE_H

#include "bench/trace/trace.h"

#define TIMELINE_NONE (~0u)

struct timeline {
	u32 *order;		/**< indices of events, by effect */
	/**
	 * By event.  V line: the call or fault that caused it, or TIMELINE_NONE: exec,
	 * or a call that is not recorded.  Calls and faults: the first V line that
	 * they caused, or TIMELINE_NONE.
	 */
	u32 *partner;
	u32 *next;		/**< by event: its thread's next, or TIMELINE_NONE */
	u32 *first;		/**< by thread: its first event, or TIMELINE_NONE */
};

/** @return 0; -1: no memory */
int timeline_build(struct timeline *line, const struct trace *trace, struct bench_error *err);
void timeline_free(struct timeline *line);

#endif /* BENCH_PLAN_TIMELINE_H */
