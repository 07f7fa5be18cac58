/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One recording, from the start of the command to the file.
 */
#ifndef BENCH_RECORD_SESSION_H
#define BENCH_RECORD_SESSION_H

#include "bench/record/convert.h"

struct record_options {
	const char *output;
	char *const *command;		/**< ends with NULL */
	enum record_method method;
	size_t ring_bytes;		/**< of each CPU's ring, a power of two; 0: as permitted */
};

struct record_outcome {
	int status;			/**< the command's, as waitpid() tells it */
	enum record_method method;	/**< that was used */
	char why_not[512];		/**< why not tracepoints; empty: they were, or were not asked for */
	bool interrupted;		/**< a signal ended the recording before the command ended */
	u64 lost;
	struct convert_result result;
};

/** What record_session() says beside 0. */
enum {
	RECORD_FAILED = -1,		/**< wrong command, no memory, no room on the disk */
	RECORD_NOT_PERMITTED = -2,	/**< the machine does not let it */
};

/**
 * Run the command and write the trace, whole or not at all.  Blocks SIGCHLD and
 * what a terminal sends.  The command keeps stdin, stdout and stderr.
 * @return 0, once the command has ended; or as above, with err
 */
int record_session(const struct record_options *options, struct record_outcome *outcome,
		   struct bench_error *err);

#endif /* BENCH_RECORD_SESSION_H */
