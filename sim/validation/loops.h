/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The loops whose published curves a simulated machine is held against; compiled with hooks.
 */
#ifndef SIM_VALIDATION_LOOPS_H
#define SIM_VALIDATION_LOOPS_H

#include "common/sync/rwsem.h"

#define LOOP_THREADS	512u

/** An element of perfbook's routing table (CodeSamples/defer/route_*.c); malloc() puts one each 48 bytes. */
struct loop_route {
	struct loop_route *next;
	u64 addr, iface;
	u32 refcnt, freed;
	u64 malloc_header[2];
};
#define LOOP_ROUTES	10u

/** A VMA as a fault uses it: what it reads, and the count that it takes and gives back, in three layouts. */
struct loop_vma {
	u64 start, end, flags, seq;			/**< the first line, only read */
	u64 beside __attribute__((aligned(CACHELINE)));	/**< a count in the other line of the pair */
	u64 apart __attribute__((aligned(2 * CACHELINE))); /**< a count in a pair of lines of its own */
	u64 seq_beside;					/**< seq in the line of that count */
};

/** What the threads share; each part has lines of its own, and so has each thread. */
struct loop_shared {
	u64 counter __cacheline_aligned;
	struct rw_semaphore sem __cacheline_aligned;
	u64 before_mmap_lock[7] __cacheline_aligned;
	struct rw_semaphore mmap_lock;			/**< its count ends a line, as in mm_struct */
	u64 seq __cacheline_aligned;
	u64 go __cacheline_aligned;			/**< each reader looks whether it may go on; never written */
	struct loop_route routes __attribute__((aligned(2 * CACHELINE)));	/**< the list's head */
	struct loop_route route[LOOP_ROUTES];
	struct loop_vma vma __attribute__((aligned(2 * CACHELINE)));
	struct {
		u64 in, out;		/**< of srcu */
		u64 hazard[2];
		u64 random;
	} __attribute__((aligned(2 * CACHELINE))) own[LOOP_THREADS];
	u64 section_ns;			/**< how long a read-side section lasts */
	u64 outside_ns;			/**< what a thread does between two sections */
};

void loops_init(struct loop_shared *s);

/** Run rounds until the thread's clock has passed @a end, in ps. @return their number */
typedef u64 loop_fn(struct loop_shared *s, unsigned int nr, u64 end);

struct loop {
	const char *name, *what;
	loop_fn *fn;
};

/** Ends with NULL. */
extern const struct loop loops[];

#endif /* SIM_VALIDATION_LOOPS_H */
