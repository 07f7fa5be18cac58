/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Recording a command: what the parts of the recorder share.
 *
 *     session.c      starts the command, drains the rings while it runs, ends the recording
 *     tracepoint.c   numbers of the kernel's tracepoints, and where their fields are
 *     perf.c         events and rings of perf_event_open()
 *     calls.c        system calls by ptrace, where tracepoints are not permitted
 *     spool.c        raw records on disk while the command runs
 *     decode.c       a raw record's meaning
 *     known_calls.c  the system calls that it looks at
 *     convert.c      records in order of time become the lines of a trace
 *     lines.c        the lines, printed in order
 *     left_out.c     what could not be put into the trace, by name
 *     save.c         from the streams to the file
 */
#ifndef BENCH_RECORD_RECORD_H
#define BENCH_RECORD_RECORD_H

#include <linux/perf_event.h>
#include <sys/types.h>

#include "bench/lib/error.h"
#include "common/platform/types.h"

/** How to record. */
enum record_method {
	RECORD_BEST,		/**< the first of the others that is permitted */
	RECORD_TRACEPOINTS,	/**< perf_event_open() with tracepoints: all of it */
	RECORD_PTRACE,		/**< software page-fault events, and ptrace for the calls */
};

enum record_kind {
	RECORD_EXEC,
	RECORD_NAME,
	RECORD_FORK,
	RECORD_EXIT,
	RECORD_VMA,
	RECORD_FAULT,
	RECORD_KFAULT,
	RECORD_ENTER,
	RECORD_LEAVE,
	RECORD_LOST,
	RECORD_UNKNOWN,		/**< of another kind, or too short for its kind: nothing but pid, tid and time may be read */
	RECORD_NOTHING,		/**< of a kind that no trace wants to know of */
};

/** One record, decoded. */
struct record {
	u64 time;		/**< CLOCK_MONOTONIC, ns */
	u32 pid, tid;		/**< the thread that it is about; RECORD_FORK: the parent */
	enum record_kind kind;
	union {
		const char *name;	/**< EXEC, NAME */
		struct {
			u32 tid, pid;
		} child;		/**< FORK */
		struct {
			u64 start, len, pgoff, inode;
			u32 prot;	/**< PROT_* */
			u32 flags;	/**< MAP_* */
			const char *name;
		} vma;
		struct {
			u64 addr, ip, err;
			bool err_known;
		} fault;		/**< FAULT, KFAULT */
		struct {
			u64 nr, arg[6], ret;
		} call;			/**< ENTER: nr and arg.  LEAVE: nr and ret */
		u64 lost;		/**< LOST: how many */
	};
};

/**
 * What samples look like.  In the layout of RECORD_PTRACE a sample is a page fault
 * from user mode with its address and nothing else.
 */
struct record_layout {
	bool tracepoints;
	/** Numbers of the tracepoints, and offsets of their fields in a sample's raw data. */
	u16 fault_user, fault_kernel, enter, leave;
	u16 addr, ip, err, enter_nr, enter_args, leave_nr, leave_ret;
};

/** Types of records in a spool that this recorder writes itself, beside the kernel's. */
enum {
	RECORD_OWN_ENTER = 1u << 16,
	RECORD_OWN_LEAVE,
};

/** Their body; follows the header. */
struct record_own_call {
	struct perf_event_header header;
	u32 pid, tid;
	u64 time, nr, arg[6], ret;
};

#endif /* BENCH_RECORD_RECORD_H */
