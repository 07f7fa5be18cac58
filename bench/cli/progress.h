/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Progress on a terminal, with an estimate of the time left; nothing if stderr is not a terminal,
 * nothing in the first two seconds.
 *
 * Nothing that faultline prints has a colour, with NO_COLOR or without.  TERM=dumb: one line for each ten
 * percent.
 */
#ifndef BENCH_CLI_PROGRESS_H
#define BENCH_CLI_PROGRESS_H

#include "common/platform/types.h"

struct progress_bar {
	bool on, dumb;		/**< dumb: the terminal cannot go back to the beginning of a line */
	unsigned int told;	/**< dumb: how many tenths */
	u64 start, done, all;
};

/** @param all steps to come, of about the same length  @param quiet never show it */
void progress_begin(struct progress_bar *bar, u64 all, bool quiet);
/** The next step begins; @a what and @a who say which it is. */
void progress_step(struct progress_bar *bar, const char *what, const char *who);
/** Take the bar off the terminal: before anything else is printed. */
void progress_end(struct progress_bar *bar);

#endif /* BENCH_CLI_PROGRESS_H */
