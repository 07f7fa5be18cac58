/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The loops whose published curves a simulated machine is held against; compiled with hooks.
 */
#ifndef SIM_VALIDATION_LOOPS_H
#define SIM_VALIDATION_LOOPS_H

#include "common/sync/rwsem.h"
#include "common/sync/seqcount.h"

#define LOOP_THREADS	512u

/** What the threads share; each part has lines of its own, and so has each thread. */
struct loop_shared {
	u64 counter __cacheline_aligned;
	struct rw_semaphore sem __cacheline_aligned;
	seqcount_t seq __cacheline_aligned;
	u64 element __attribute__((aligned(2 * CACHELINE)));	/**< what a reader looks up; never written */
	struct {
		u64 in, out;		/**< of srcu */
		u64 hazard;
	} __attribute__((aligned(2 * CACHELINE))) own[LOOP_THREADS];
	u64 section_ns;			/**< how long a read-side section lasts */
};

/** Run rounds until the thread's clock has passed @a end, in ps. @return their number */
typedef u64 loop_fn(struct loop_shared *s, unsigned int nr, u64 end);

struct loop {
	const char *name, *what;
	loop_fn *fn;
};

/** Ends with NULL. */
extern const struct loop loops[];

#endif /* SIM_VALIDATION_LOOPS_H */
