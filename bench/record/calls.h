/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief System calls by ptrace, where tracepoints are not permitted; only the calls of
 * known_calls.c stop.
 */
#ifndef BENCH_RECORD_CALLS_H
#define BENCH_RECORD_CALLS_H

#include "bench/record/spool.h"

/** The child, before it execs: only known calls stop, in all that it becomes and makes. @return 0; -1 with errno */
int calls_filter_self(void);

/** The recorder: trace the child, which waits; if the recorder dies, so does what it traces. @return 0; -1: err says what is not permitted */
int calls_attach(pid_t child, struct bench_error *err);

/**
 * Handle the result of waitpid(-1, status, __WALL) for @a tid, and let it go on.
 * @param stream  where the calls are noted; NULL: the recording has ended
 * @return 0; -1: err, the stream cannot be written
 */
int calls_stopped(pid_t tid, int status, struct spool *stream, struct bench_error *err);

#endif /* BENCH_RECORD_CALLS_H */
