/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Raw records kept on disk while the command runs, one stream a ring, read back in order of time.
 *
 * While the command runs its records are only copied: they are processed after it has ended, which
 * disturbs neither the command nor the draining.  The files have no name and vanish with the process,
 * however it ends.
 */
#ifndef BENCH_RECORD_SPOOL_H
#define BENCH_RECORD_SPOOL_H

#include "bench/record/record.h"

struct spool;

/** One stream, in the directory of the file @a beside.  @return 0; -1: err */
int spool_create(struct spool **out, const char *beside, struct bench_error *err);
/** NULL is fine. */
void spool_free(struct spool *s);

/** Whole records, in order of time. @return 0; -1: err */
int spool_append(struct spool *s, const void *records, size_t bytes, struct bench_error *err);

/**
 * The streams are complete; the earliest record of them all that was not handed out yet.
 * Streams with equal times come in the order of the array.
 * @return 1: @a raw is the spool's until the next call; 0: that was all; -1: err
 */
int spool_merge(struct spool *const *stream, unsigned int nr, const struct record_layout *layout,
		const struct perf_event_header **raw, struct bench_error *err);

/** spool_merge() begins with the first record again. */
void spool_rewind(struct spool *s);

#endif /* BENCH_RECORD_SPOOL_H */
