/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Threads that do one job at a time on request, can be held at a probe point, and announce when
 * they wait.
 *
 * One thread directs: it gives an actor a job, waits until the actor is held, waits or
 * is done, and lets it go.  Nothing depends on how much time passes.  We do not guess that an actor
 * waits: it announces it through the seam (platform_listen()) before it parks, at every turn of a spin
 * loop and before it waits for RCU, with the word that it waits for; as long as it is there and the word
 * is unchanged, it cannot go on.
 */
#ifndef BENCH_STAGE_STAGE_H
#define BENCH_STAGE_STAGE_H

#include "common/mm/world.h"

#define NR_ACTORS 4

/** No point: not to be held.  Any point: the next that it passes. */
#define NOWHERE NR_PROBE_POINTS
#define ANYWHERE (NR_PROBE_POINTS + 1)

struct stage;

struct actor {
	struct stage *stage;
	unsigned int slot;		/**< its task is world_task(world, slot) */
	struct platform_thread *thread;
	/* atomics, between director and actor: */
	u32 state;			/**< enum in stage.c */
	u64 hold_at;			/**< bit mask of points: held at the first that it passes */
	u32 held;			/**< set by the actor: 1 + the point */
	u32 go;				/**< set by the director; the actor sleeps on it */
	u64 seen;			/**< bit mask of points passed since the job began */
	u32 waits;			/**< odd: it waits for what the next fields say */
	u32 wait_how;
	const void *wait_lock;
	const u32 *wait_word;
	u32 wait_seen;
	const u32 *wait_killed;
	bool in_rcu;			/**< held, or waiting, inside an RCU section */
	/* handed over by state: */
	void (*job)(struct actor *actor, void *arg);
	void *arg;
};

/** The director's hand: listens to the world's probes, and to the seam. */
struct stage {
	struct probe probe;		/* first: hit() gets its address */
	struct platform_listener listener;
	struct world *world;
	struct mm **mm;			/**< the one that jobs run in, looked up at each */
	u32 news;			/**< increased whenever an actor has news */
	u32 asleep;			/**< the director sleeps on news, or is about to */
	u32 heard;			/**< the director's own: news at its last turn */
	struct actor actor[NR_ACTORS];	/**< [i] has slot i + 1 */
};

/**
 * Start the actors, on one CPU with the caller.  They are attached to *@a mm at each job, not in between.
 * @param tools	also told of memory, or NULL: its objects and gone are called
 * @return 0, or as platform_thread_create(); -EINVAL: the world has too few tasks
 * @context the caller has a slot that no actor has; one stage a process at a time
 */
int stage_begin(struct stage *s, struct world *world, struct mm **mm,
		const struct platform_listener *tools);
void stage_end(struct stage *s);

/** Give @a a a job; it is held when it first passes @a hold_at (or ANYWHERE, or NOWHERE). */
void actor_begin(struct actor *a, enum probe_point hold_at,
		 void (*job)(struct actor *a, void *arg), void *arg);

bool actor_is_held(const struct actor *a);
/** Where it is held, or NOWHERE. */
enum probe_point actor_held_at(const struct actor *a);
bool actor_is_done(const struct actor *a);
/** Has it passed @a point in this job? */
bool actor_has_seen(const struct actor *a, enum probe_point point);

/**
 * Is it in the middle of a job and unable to go on until another thread does something:
 * parked, or spinning, on a word that is what it saw; or waiting for RCU while another
 * actor is held, or waits, inside a section.
 * @param w	receives what it waits for, or NULL
 */
bool actor_waits(const struct actor *a, struct platform_waiting *w);

/** Let a held actor go, to be held again at @a next, ANYWHERE or NOWHERE.  Fine if it is not held. */
void actor_release(struct actor *a, enum probe_point next);

/** Hold it at the next point of the mask that it passes.  @context held, or it waits */
void actor_hold_at_any(struct actor *a, u64 points);

/** Wait until @a a is held, done or waiting.  @return true: held */
bool actor_wait_settled(struct actor *a);
/** Wait until both are held, done or waiting at one moment, so that nothing moves any more. */
void actors_wait_settled(struct actor *a, struct actor *b);
/** Wait until it is done; it is not held again on its way. */
void actor_finish(struct actor *a);

/** One turn of the director's waiting: until an actor has news, or a moment has passed. */
void stage_wait(struct stage *s);

#endif /* BENCH_STAGE_STAGE_H */
