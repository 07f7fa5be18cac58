/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Loops whose throughput follows from a machine's numbers, compiled with hooks.
 *
 * Each runs until the clock of its thread has passed @a end, in ps, and returns its number of rounds.
 */
#ifndef TESTS_SIM_KERNELS_H
#define TESTS_SIM_KERNELS_H

#include "common/sync/spinlock.h"

#define KERNEL_THREADS	256u

/** Everything that threads share; each part has lines of its own. */
struct kernel_shared {
	u64 counter __cacheline_aligned;
	u32 ticket __cacheline_aligned;		/**< next to be given */
	u32 serving __cacheline_aligned;
	u32 locked __cacheline_aligned;
	spinlock_t spinlock __cacheline_aligned;
	struct kernel_node *tail __cacheline_aligned;
	struct kernel_node {
		struct kernel_node *next __cacheline_aligned;
		u32 granted;
	} node[KERNEL_THREADS];
	u64 own[KERNEL_THREADS][8] __cacheline_aligned;
	u64 guarded __cacheline_aligned;
	struct {
		u32 gate __cacheline_aligned;	/**< its members park on it */
		u32 members, waiting;
	} team[2];
	struct kernel_callback {
		struct platform_rcu_head head __cacheline_aligned;
		struct kernel_shared *shared;
		u32 done;
	} callback[KERNEL_THREADS];
};

typedef u64 kernel_fn(struct kernel_shared *s, unsigned int nr, u64 end);

kernel_fn kernel_add;		/**< fetch_add of one counter */
kernel_fn kernel_own;		/**< fetch_add of a counter of one's own */
kernel_fn kernel_store;		/**< plain increments of one counter */
kernel_fn kernel_ticket;	/**< a ticket lock around one store, and as much work without it */
kernel_fn kernel_ttas;		/**< test and test-and-set, likewise */
kernel_fn kernel_mcs;		/**< Mellor-Crummey and Scott's queue, likewise */
kernel_fn kernel_spin;		/**< the core's spinlock, likewise */
kernel_fn kernel_park;		/**< two teams park on a word each, which a leader changes as soon as all do; one lost wake stops it */
kernel_fn kernel_callbacks;	/**< callbacks of RCU fill and drain the store buffer of the CPU where a thread does the same */
kernel_fn kernel_flushed;	/**< thread 0 flushes the TLBs of two; returns ps: of 1, from its wake to its next step, of 2, that it lost */
kernel_fn kernel_load_miss;	/**< a load from memory and work that hits, MISSES times; returns ps */
kernel_fn kernel_turns;		/**< two threads use one line by turns; returns ps of two accesses, in 32 bits each */
kernel_fn kernel_cas;		/**< increments of one counter by load and compare-and-exchange */
kernel_fn kernel_atomic_miss;	/**< the same with a fetch_add instead of the load */

#define MISSES 1000u

/** How often kernel_flushed() does so. */
#define FLUSHES 100u

#endif /* TESTS_SIM_KERNELS_H */
