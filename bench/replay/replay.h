/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A recorded program replayed over the mm core, under one scheme, on as many workers as asked for.
 */
#ifndef BENCH_REPLAY_REPLAY_H
#define BENCH_REPLAY_REPLAY_H

#include "bench/plan/plan.h"
#include "bench/run/result.h"

enum replay_mode {
	REPLAY_ASAP,	/**< each event as soon as its edges allow */
	REPLAY_PACED,	/**< and not before its recorded time */
	REPLAY_VERIFY,	/**< one worker, recorded order, every V line compared */
};

struct replay_config {
	const struct scheme_chain *chain;
	unsigned int workers;	/**< 1 .. run_max_workers() */
	/** The machine; nr_tasks is ignored.  With reclaim there is a background reclaimer. */
	struct world_config world;
};

struct replay;

/** From the next run on, time mmap_lock, which costs time: do not compare the times of such a run. */
void replay_time_locks(struct replay *r, bool on);

/** Makes the world.  @return 0; -1: err says why */
int replay_create(struct replay **out, const struct plan *plan, const struct replay_config *config,
		  struct bench_error *err);
/** NULL is fine. */
void replay_destroy(struct replay *r);

/** Replay once.  @return 0; -1: err.  run_result_free() frees what the result holds. */
int replay_run(struct replay *r, enum replay_mode mode, struct run_result *result,
	       struct bench_error *err);

/** How many events a thread may be ahead of the first that is not done. */
#define REPLAY_WINDOW 8192

/** A number of frames that suffices for every replay of @a plan; with reclaim also of swap slots. */
u64 replay_frames(const struct plan *plan);

#endif /* BENCH_REPLAY_REPLAY_H */
