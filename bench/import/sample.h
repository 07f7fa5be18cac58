/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A record as perf asked the kernel for it becomes one as the recorder asks for it.
 *
 * perf chooses what a sample holds (perf_event_attr.sample_type), so the place of each field differs from file
 * to file.  The recorder's samples always hold TID, TIME and RAW, and its other records end with TID and TIME.
 */
#ifndef BENCH_IMPORT_SAMPLE_H
#define BENCH_IMPORT_SAMPLE_H

#include <linux/perf_event.h>

#include "bench/lib/error.h"
#include "common/platform/types.h"

/** Room for any record, rewritten: its size has 16 bits, and it may gain some bytes. */
#define SAMPLE_BYTES ((1u << 16) + 64)

/** The id that tells which event a record is of. @return false: the record is too short */
bool sample_id(const struct perf_event_header *raw, u64 sample_type, u64 *id);

/** Of an event with this sample_type. @return false: it is too short; *time is 0 then */
bool sample_time(const struct perf_event_header *raw, u64 sample_type, u64 *time);

/**
 * Rewrite.  A record that is too short for its sample_type becomes one that the decoder does not know.
 * @param to SAMPLE_BYTES bytes, aligned to 8
 */
void sample_rewrite(const struct perf_event_header *raw, u64 sample_type, struct perf_event_header *to);

/** Can this sample_type be rewritten?  @param tracepoint is it of one?  @return NULL, or why not */
const char *sample_type_refused(u64 sample_type, bool tracepoint);

#endif /* BENCH_IMPORT_SAMPLE_H */
