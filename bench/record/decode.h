/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Decodes raw records.
 */
#ifndef BENCH_RECORD_DECODE_H
#define BENCH_RECORD_DECODE_H

#include "bench/record/record.h"

/** When it happened, for the merge of several streams. */
u64 decode_time(const struct record_layout *layout, const struct perf_event_header *raw);

/**
 * @a out's names point into @a raw.  Whatever the record says, nothing behind its size is read.
 */
void decode(const struct record_layout *layout, const struct perf_event_header *raw,
	    struct record *out);

#endif /* BENCH_RECORD_DECODE_H */
