/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief From the streams of a recording to its file.
 */
#ifndef BENCH_RECORD_SAVE_H
#define BENCH_RECORD_SAVE_H

#include "bench/record/session.h"
#include "bench/record/spool.h"

struct save_input {
	const struct record_options *options;
	const struct record_layout *layout;
	struct spool *const *stream;
	unsigned int nr_streams;
	u64 lost;	/**< as the kernel counts them */
};

/** Hands out the next record, in order of time. @return 1; 0: that was all; -1: err */
typedef int save_next_fn(void *from, struct record *r, struct bench_error *err);

/**
 * Write the trace of these records to @a path, whole or not at all; what the file held is kept as PATH.old.
 * @param nothing	what is wrong where no program begins in them
 * @return 0; -1: err, and no file was written
 */
int save_records(const char *path, const struct convert_head *head, save_next_fn *next, void *from,
		 const char *nothing, struct convert_result *result, struct bench_error *err);

/** Sets the outcome's lost and result. @return 0; -1: err, and no file was written */
int save_trace(const struct save_input *in, struct record_outcome *outcome,
	       struct bench_error *err);

#endif /* BENCH_RECORD_SAVE_H */
