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
	/**
	 * And no sooner after its thread's event before than recorded, from beginning to beginning: a thread that comes
	 * late stays as late, and does not hurry.
	 */
	REPLAY_PACED,
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

/** A part of a plan: the workers do it, and it is timed. */
struct replay_part {
	u32 from, to;		/**< events in the order of effect, without the last */
	/** NULL, or called just before the workers begin, and when they have ended, while all that they used is there. */
	void (*begin)(void *arg), (*end)(void *arg);
	void *arg;
};

/**
 * From the next run on only @a part is timed: what comes before and after is done in recorded order by the thread that calls
 * replay_run(), for which a simulated machine takes no time.
 */
void replay_only(struct replay *r, const struct replay_part *part);
/** From the next run on with so many workers, and no more than it was made with. */
void replay_workers(struct replay *r, unsigned int workers);
/**
 * Do now what comes before the part, for runs in copies of this process (fork), each of which goes on from there.  What
 * comes after the part is not done then, and the replay is of no other use.
 * @return 0; -1: err
 */
int replay_ahead(struct replay *r, struct bench_error *err);

/** Replay once.  @return 0; -1: err.  run_result_free() frees what the result holds. */
int replay_run(struct replay *r, enum replay_mode mode, struct run_result *result,
	       struct bench_error *err);

/** How many events a thread may be ahead of the first that is not done. */
#define REPLAY_WINDOW 8192

/** A number of frames that suffices for every replay of @a plan; with reclaim also of swap slots. */
u64 replay_frames(const struct plan *plan);

#endif /* BENCH_REPLAY_REPLAY_H */
