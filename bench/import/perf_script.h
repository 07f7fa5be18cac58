/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The text that `perf script --show-task-events --show-mmap-events` prints, a line an event.
 */
#ifndef BENCH_IMPORT_PERF_SCRIPT_H
#define BENCH_IMPORT_PERF_SCRIPT_H

#include "bench/import/import.h"

/**
 * One line, whose text is changed; names in @a r point into it.
 * @return 0: @a r is what it says, RECORD_NOTHING for what no trace wants to know of; -1: err says what is wrong
 * with it, without file and number
 */
int perf_script_line(char *line, struct record *r, struct bench_error *err);

/** As import_file(), plain or compressed with zstd. */
int perf_script_import(const char *input, const char *output, struct import_outcome *outcome, struct bench_error *err);

#endif /* BENCH_IMPORT_PERF_SCRIPT_H */
