/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The result of a run of a recorded program or a workload: times by kind of event, counters, leaks.
 */
#ifndef BENCH_RUN_RESULT_H
#define BENCH_RUN_RESULT_H

#include "bench/lib/histogram.h"
#include "common/mm/mm.h"
#include "common/mm/world.h"

/** What is timed: page faults from user mode, those of the kernel on user addresses, and the calls. */
#define RUN_KINDS(X) \
	X(FAULT,	fault) \
	X(KFAULT,	kernel_fault) \
	X(MMAP,		mmap) \
	X(MUNMAP,	munmap) \
	X(MPROTECT,	mprotect) \
	X(MREMAP,	mremap) \
	X(BRK,		brk) \
	X(MADVISE,	madvise) \
	X(FORK,		fork)

enum run_kind {
#define X(upper, lower) KIND_##upper,
	RUN_KINDS(X)
#undef X
	NR_RUN_KINDS
};

/** "fault" ..., as in JSON */
const char *run_kind_name(enum run_kind kind);

/** A line of the trace where the replay differed from the recording. */
struct run_note {
	u32 line;
	char what[160];
};
#define RUN_MAX_NOTES 8

/** Times of one kind of event in one run, clock's cost taken off. */
struct run_times {
	u64 nr, total_ns;
	double mean_ns, median_ns;	/**< 0 where nr is; so are the others */
	double p90_ns, p99_ns, p999_ns, max_ns;
};

/** An address space at its end. */
struct run_hash {
	u64 vmas;
	u64 pages;	/**< contents; of shared mappings only where nobody else may write to them now */
	u64 ptes;	/**< entries */
	u64 own_ptes;	/**< of them, those that other processes do not influence */
};

struct run_result {
	u64 wall_ns;
	struct run_times kind[NR_RUN_KINDS];
	struct run_times faults;	/**< both kinds of fault together */
	u64 mm_ns;			/**< all of them together */
	u64 edge_waits, edge_wait_ns;	/**< times that a worker could not go on for edges (or the window), and how long */
	u64 pace_wait_ns;		/**< paced: waited for the recorded time */
	u64 late_ns;			/**< paced: how far behind its recorded times the latest thread ended */
	u64 refaults;			/**< faults taken again, since another thread was quicker */
	u64 host_faults;		/**< of this process, meanwhile */
	struct stats stats;
	struct world_leaks leaks;
	struct run_hash *hash;		/**< by address space, at its end */
	u64 unexpected;			/**< events that ended otherwise than recorded */
	u64 out_of_frames;		/**< those of them that ran out of frames */
	u64 checked, mismatched;	/**< VERIFY: V lines, and those where the core's VMA differs */
	u64 lists_differ;		/**< VERIFY: address spaces that end otherwise mapped */
	u64 written_differ;		/**< VERIFY: that end with other private contents than the analysis says */
	struct run_note note[RUN_MAX_NOTES];
	unsigned int nr_notes;
};

/** Frees what the result holds, not the result. */
void run_result_free(struct run_result *result);

/** The times of @a n events, in ns, which it sorts. */
void run_times_of(struct run_times *times, double *ns, size_t n);
/** The same of values that were counted in a histogram: quantiles as near as its buckets are. */
void run_times_of_histogram(struct run_times *times, const struct histogram *h);

/** ns that reading the clock twice takes here. */
double run_clock_ns(void);

/** Page faults that this process has taken of the host so far. */
u64 run_host_faults(void);

/** Workers at most: with reclaim one slot is the background reclaimer's. */
static inline unsigned int run_max_workers(const struct world_config *world)
{
	return PLATFORM_MAX_SLOTS - world->reclaim;
}

#endif /* BENCH_RUN_RESULT_H */
