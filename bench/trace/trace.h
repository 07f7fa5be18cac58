/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A recorded program as it stands in a file of format "pftrace 1": events, checked field by field.
 *
 * The format is described in bench/traces/README.md.  The reader trusts nothing:
 * every number has its limits, time does not run backwards, a thread exists before
 * it acts and does not act after its end, and the file ends when every thread has.
 * That last rule is what finds a file that was cut between two lines.
 */
#ifndef BENCH_TRACE_TRACE_H
#define BENCH_TRACE_TRACE_H

#include "bench/lib/error.h"
#include "common/platform/types.h"

enum trace_op {
	TRACE_EXEC,		/**< X */
	TRACE_NAME,		/**< N */
	TRACE_CLONE,		/**< C */
	TRACE_END,		/**< E */
	TRACE_VMA,		/**< V */
	TRACE_FAULT,		/**< F */
	TRACE_KFAULT,		/**< K */
	TRACE_MMAP,		/**< m */
	TRACE_MUNMAP,		/**< u */
	TRACE_MPROTECT,		/**< p */
	TRACE_MREMAP,		/**< r */
	TRACE_BRK,		/**< b */
	TRACE_MADVISE,		/**< a */
	NR_TRACE_OPS
};

/** The kind of a mapping, from the name in its V line. */
enum trace_vma_kind {
	TRACE_VMA_ANON,		/**< //anon, [heap] and the like */
	TRACE_VMA_STACK,	/**< [stack] */
	TRACE_VMA_SPECIAL,	/**< [vdso] and its kin: the kernel's own pages */
	TRACE_VMA_FILE,
};

/** A system call whose thread ended before it returned. */
#define TRACE_NEVER (~0ULL)

/** Bits of ERR in F and K lines: x86's page fault error code. */
#define TRACE_ERR_PROTECTION 0x1
#define TRACE_ERR_WRITE	0x2
#define TRACE_ERR_FETCH	0x10

/** One line. */
struct trace_event {
	u64 time;		/**< ns since the first event */
	u64 addr;		/**< ADDR, START, OLD, BRK */
	u64 len;		/**< LEN, OLDLEN */
	union {
		u64 offset;	/**< mmap: OFF.  V: PGOFF */
		u64 err;	/**< F, K */
		u64 new_len;	/**< mremap */
		u64 advice;	/**< madvise */
		u64 child;	/**< C: index of the thread made */
	};
	union {
		u64 inode;	/**< V */
		u64 fd;		/**< mmap */
		u64 new_addr;	/**< mremap */
	};
	u64 ret;		/**< raw result of the call */
	u64 dt;			/**< ns that the call took, or TRACE_NEVER */
	u32 flags;		/**< mmap, mremap */
	u32 prot;		/**< mmap, mprotect; V: bits 1, 2, 4 */
	u32 line;
	u32 thread;		/**< index into trace->threads */
	u8 op;			/**< enum trace_op */
	u8 kind;		/**< V: enum trace_vma_kind */
	bool shared;		/**< V */
};

/** One thread that lived; a number used again later is another one. */
struct trace_thread {
	u32 tid, pid;
	u32 process;		/**< index of the process's first thread */
	u32 lives;		/**< of a process's first thread: threads that the process has had, and processes that it made */
	u32 alive;		/**< of a process's first thread: threads at the line at hand */
	u32 parent_event;	/**< the C line that made it, or TRACE_NO_EVENT */
	bool ended;
};

#define TRACE_NO_EVENT (~0u)

/** Threads of one process that may live at once. */
#define TRACE_MAX_ALIVE 4096

/** Further lines "# missing" are as good as these. */
#define TRACE_MAX_MISSING 8

struct trace {
	char *path;
	char name[64];		/**< from the header, else the file's name */
	u64 lost;		/**< events that the recorder reports as lost */
	bool no_zero_page;	/**< the recorder says that a read of untouched anonymous memory made a page */
	u32 cpus;		/**< of the recorded machine; 0: the recorder does not say */
	u32 sampled_vmas;	/**< the most VMAs of a process that the recorder saw; 0: it did not look */
	char missing[TRACE_MAX_MISSING][96];	/**< what the recorder says it could not see */
	unsigned int nr_missing;
	struct trace_event *event;
	u32 nr_events;
	struct trace_thread *thread;
	u32 nr_threads;
	u64 nr_op[NR_TRACE_OPS];
};

/**
 * Read a whole trace.  Memory stays within a small multiple of the text's length.
 * @return 0; -1: err says file, line and what
 */
int trace_read(struct trace **out, const char *path, struct bench_error *err);
/** NULL is fine. */
void trace_free(struct trace *trace);

/** The letter of an operation. */
char trace_op_letter(enum trace_op op);

#endif /* BENCH_TRACE_TRACE_H */
