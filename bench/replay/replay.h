/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A recorded program replayed over the mm core, under one scheme, on as many workers as asked for.
 */
#ifndef BENCH_REPLAY_H
#define BENCH_REPLAY_H

#include "bench/plan/plan.h"
#include "common/mm/mm.h"

/** What is timed. */
#define REPLAY_KINDS(X) \
	X(FAULT,	fault,		"page faults from user mode") \
	X(KFAULT,	kernel_fault,	"page faults of the kernel on user addresses") \
	X(MMAP,		mmap,		"mmap") \
	X(MUNMAP,	munmap,		"munmap") \
	X(MPROTECT,	mprotect,	"mprotect") \
	X(MREMAP,	mremap,		"mremap") \
	X(BRK,		brk,		"brk") \
	X(MADVISE,	madvise,	"madvise") \
	X(FORK,		fork,		"fork")

enum replay_kind {
#define X(upper, lower, meaning) KIND_##upper,
	REPLAY_KINDS(X)
#undef X
	NR_REPLAY_KINDS
};

/** "fault" ..., as in JSON */
const char *replay_kind_name(enum replay_kind kind);

enum replay_mode {
	REPLAY_ASAP,	/**< each event as soon as its edges allow */
	REPLAY_PACED,	/**< and not before its recorded time */
	REPLAY_VERIFY,	/**< one worker, recorded order, every V line compared */
};

struct replay_config {
	const struct scheme_chain *chain;
	unsigned int workers;	/**< 1 .. replay_max_workers() */
	/** The machine; nr_tasks is not looked at.  With reclaim there is a background reclaimer. */
	struct world_config world;
};

/** A line of the trace where the replay went otherwise than the recording. */
struct replay_note {
	u32 line;
	char what[160];
};
#define REPLAY_MAX_NOTES 8

/** Times of one kind of event in one run, clock's cost taken off. */
struct replay_times {
	u64 nr, total_ns;
	double mean_ns, median_ns;	/**< 0 where nr is; so are the others */
	double p90_ns, p99_ns, p999_ns, max_ns;
};

/** An address space at its end. */
struct replay_hash {
	u64 vmas;
	u64 pages;	/**< contents; of shared mappings only where nobody else may write to them now */
	u64 ptes;	/**< entries */
	u64 own_ptes;	/**< of them, what other processes do not decide */
};

struct replay_result {
	u64 wall_ns;
	struct replay_times kind[NR_REPLAY_KINDS];
	struct replay_times faults;	/**< both kinds of fault together */
	u64 mm_ns;			/**< all of them together */
	u64 edge_waits, edge_wait_ns;	/**< times that a worker could not go on for edges (or the window), and how long */
	u64 pace_wait_ns;		/**< paced: waited for the recorded time */
	u64 refaults;			/**< faults taken again, since another thread was quicker */
	u64 host_faults;		/**< of this process, meanwhile */
	struct stats stats;
	struct world_leaks leaks;
	struct replay_hash *hash;	/**< by address space, at its end */
	u64 unexpected;			/**< events that ended otherwise than recorded */
	u64 out_of_frames;		/**< of them, for want of frames */
	u64 checked, mismatched;	/**< VERIFY: V lines, and those where the core's VMA differs */
	u64 lists_differ;		/**< VERIFY: address spaces that end otherwise mapped */
	u64 written_differ;		/**< VERIFY: that end with other private contents than the analysis says */
	struct replay_note note[REPLAY_MAX_NOTES];
	unsigned int nr_notes;
};

struct replay;

/** From the next run on, mmap_lock is timed, which costs time: such a run's times are not to be compared. */
void replay_time_locks(struct replay *r, bool on);

/** Makes the world.  @return 0; -1: err says why */
int replay_create(struct replay **out, const struct plan *plan, const struct replay_config *config,
		  struct bench_error *err);
/** NULL is fine. */
void replay_destroy(struct replay *r);

/** Replay once.  @return 0; -1: err.  replay_result_free() frees what the result holds. */
int replay_run(struct replay *r, enum replay_mode mode, struct replay_result *result,
	       struct bench_error *err);
void replay_result_free(struct replay_result *result);

/** Events that a thread may be ahead of the first that is not done. */
#define REPLAY_WINDOW 8192

/** Workers at most: with reclaim one slot is the background reclaimer's. */
static inline unsigned int replay_max_workers(const struct world_config *world)
{
	return PLATFORM_MAX_SLOTS - world->reclaim;
}

/** Frames that every replay of @a plan gets by with, and swap slots with reclaim. */
u64 replay_frames(const struct plan *plan);

/** ns that reading the clock twice takes here. */
double replay_clock_ns(void);

#endif /* BENCH_REPLAY_H */
