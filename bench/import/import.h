/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What `perf record` or `perf script` wrote on another machine becomes a trace.
 *
 *     perf_script.c  the text of perf script, a line each
 *     perf_data.c    the file of perf record: its head, its events, its records in order of time
 *     sample.c       one of its records, as the recorder's own decoder takes it
 *
 * Both must hold the tracepoints that `faultline record` uses, and perf's records of mappings, threads and exec.
 */
#ifndef BENCH_IMPORT_IMPORT_H
#define BENCH_IMPORT_IMPORT_H

#include "bench/record/convert.h"

struct import_outcome {
	struct convert_result result;
	u64 lost;		/**< events that perf says it lost */
	bool exec_only;		/**< perf recorded only mappings of code: it must be told -d */
};

/**
 * Read @a input and write the trace to @a output, whole or not at all; what the file held is kept as OUTPUT.old.
 * @return 0; -1: err says file, line or byte, and what
 */
int import_file(const char *input, const char *output, struct import_outcome *outcome, struct bench_error *err);

#endif /* BENCH_IMPORT_IMPORT_H */
