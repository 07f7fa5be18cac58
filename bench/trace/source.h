/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The lines of a file, plain or compressed with zstd, one after the other in bounded memory.
 */
#ifndef BENCH_TRACE_SOURCE_H
#define BENCH_TRACE_SOURCE_H

#include "bench/lib/error.h"
#include "common/platform/types.h"

/** A longer line is refused.  The longest that the format needs is a path of 4096 bytes and six numbers. */
#define TRACE_MAX_LINE 8192

/**
 * A compressed file may begin with this much text for nothing, and then expand
 * TRACE_MAX_RATIO-fold.  Recorded traces expand 6- to 10-fold.
 */
#define TRACE_FREE_BYTES (16UL << 20)
#define TRACE_MAX_RATIO 200

struct trace_source;

/** @return 0; -1: err says why */
int trace_source_open(struct trace_source **out, const char *path, struct bench_error *err);

/**
 * The next line, without its newline, ended by a NUL; it is the source's and holds
 * until the next call.
 * @return 1; 0: the file has ended, and ended well; -1: err says why.  A last line
 * without newline and a compressed frame that does not end are errors: the file was cut.
 */
int trace_source_line(struct trace_source *source, char **line, struct bench_error *err);

/** NULL is fine. */
void trace_source_close(struct trace_source *source);

#endif /* BENCH_TRACE_SOURCE_H */
