/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The file that `perf record` writes, as tools/perf/Documentation/perf.data-file-format.txt describes it.
 */
#ifndef BENCH_IMPORT_PERF_DATA_H
#define BENCH_IMPORT_PERF_DATA_H

#include "bench/import/import.h"

/** As import_file(), of a file that begins with PERFILE2. */
int perf_data_import(const char *input, const char *output, struct import_outcome *outcome, struct bench_error *err);

#endif /* BENCH_IMPORT_PERF_DATA_H */
