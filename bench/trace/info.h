/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a recorded program did, in figures, without replaying it.
 */
#ifndef BENCH_TRACE_INFO_H
#define BENCH_TRACE_INFO_H

#include "bench/cli/output.h"
#include "bench/trace/trace.h"

/** What a fault hit. */
#define TRACE_PLACES(X) \
	X(ANON,		anonymous,	"private anonymous memory, the heap") \
	X(STACK,	stack,		"the first thread's stack") \
	X(FILE,		file,		"private mappings of files") \
	X(SHARED,	shared,		"shared mappings, of files and of memory") \
	X(SPECIAL,	special,	"the kernel's own pages: vdso and the like") \
	X(NONE,		no_mapping,	"no mapping: the program was told so by a signal or EFAULT")

enum trace_place {
#define X(upper, lower, meaning) PLACE_##upper,
	TRACE_PLACES(X)
#undef X
	NR_TRACE_PLACES
};

struct trace_info {
	const struct trace *trace;
	u64 duration_ns;
	u64 nr_op[NR_TRACE_OPS];
	u64 failed;		/**< calls that returned an error, or never */
	u64 faults;		/**< of user and kernel mode */
	u64 at[NR_TRACE_PLACES];	/**< faults of both modes */
	u64 written;		/**< faults that were writes */
	u64 fetched;		/**< instruction fetches */
	u64 cow;		/**< writes to a page that was there, in private memory */
	u64 changes;		/**< mmap, munmap, mprotect, mremap and brk that moved it, without those that failed */
	u32 processes, threads;
	u32 peak_threads;	/**< of one process at a time */
	u32 peak_vmas;		/**< of one process at a time, by what the trace says */
	u32 peak_processes;	/**< alive at a time */
};

/** @return 0; -1: err (no memory) */
int trace_info(struct trace_info *info, const struct trace *trace, struct bench_error *err);

/** Faults of both modes per change; without changes, per one. */
double trace_info_per_change(const struct trace_info *info);

/** Several traces' figures. */
struct trace_infos {
	const struct trace_info *info;
	unsigned int nr;
	int argc;
	char *const *argv;
};

/** An output_render_fn; @a result is a struct trace_infos. */
int trace_info_render(const void *result, enum output_format format, FILE *out);

#endif /* BENCH_TRACE_INFO_H */
