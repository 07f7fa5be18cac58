/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the threads of a run on a simulated machine waited for, by the name of the field.
 */
#ifndef BENCH_STAGE_WAITS_H
#define BENCH_STAGE_WAITS_H

#include "common/mm/scheme.h"

#define WAITS_KEPT	5u

struct waits {
	struct wait_at {
		char name[96];		/**< "mm.mmap_lock.count"; what has no place is called by its kind */
		const char *kind;	/**< of struct run_wait */
		double ns;		/**< of all threads together */
	} at[WAITS_KEPT];		/**< most first */
	unsigned int nr;
	double all_ns;			/**< of all of them, those that are not kept, too */
};

/** From now on waits are counted, from 0. @context objects_begin() was called before anything was allocated */
void waits_begin(void);
/** No longer; @a out is what came together. @context while all that was waited for is there, so that it has its name */
void waits_end(const struct scheme_chain *chain, struct waits *out);

#endif /* BENCH_STAGE_WAITS_H */
