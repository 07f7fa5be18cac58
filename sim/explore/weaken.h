/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Memory orders made relaxed while the code runs, by source line.
 */
#ifndef SIM_EXPLORE_WEAKEN_H
#define SIM_EXPLORE_WEAKEN_H

#include "common/platform/types.h"

/** A line of the source with an order stronger than relaxed that was executed. */
struct weaken_line {
	char place[160];	/**< "function (file:line)" */
	u64 executed;		/**< how often, since weaken_watch() */
	int order;		/**< the strongest there, __ATOMIC_* */
};

/** Note each place with an order from here on; or stop noting. */
void weaken_watch(bool on);
/** @return the lines so far, sorted, the caller's to free(); NULL: no memory, or no debug information */
struct weaken_line *weaken_lines(unsigned int *nr);
/**
 * From now on make the orders at @a place, as given by weaken_lines(), relaxed; NULL: weaken none.
 * weaken_also() adds a place.
 */
void weaken_only(const char *place);
void weaken_also(const char *place);

#endif /* SIM_EXPLORE_WEAKEN_H */
