/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A second thread that does what it is told, one thing at a time, and can be held at a probe point.
 *
 * The test's own thread directs: it gives an actor a job, waits until the actor is
 * held, asleep or done, and lets it go.  No outcome hangs on how much time passes.
 */
#ifndef TESTS_COMMON_ACTOR_H
#define TESTS_COMMON_ACTOR_H

#include "tests/common/mm_test.h"

#define NR_ACTORS 4

/** No point: not to be held. */
#define NOWHERE NR_PROBE_POINTS

struct stage;

struct actor {
	struct stage *stage;
	unsigned int slot;		/**< its task is world_task(world, slot) */
	struct platform_thread *thread;
	int tid;
	/* atomics, between director and actor: */
	u32 state;			/**< enum in actor.c */
	u32 hold_at;			/**< point to be held at, once, or NOWHERE */
	u32 held;			/**< the actor says so: 1 + the point */
	u32 go;				/**< the director says so; the actor sleeps on it */
	u64 seen;			/**< bit mask of points passed since the job began */
	/* handed over by state: */
	void (*job)(struct actor *actor, void *arg);
	void *arg;
};

/** The director's hand: listens to the world's probes. */
struct stage {
	struct probe probe;		/* first: hit() gets its address */
	struct mm_test *m;
	u32 news;			/**< goes up whenever an actor has something to tell */
	struct actor actor[NR_ACTORS];	/**< [i] has slot i + 1 */
};

/** Start the actors.  They are attached to m->mm at each job, not in between. */
void stage_begin(struct stage *s, struct mm_test *m);
void stage_end(struct stage *s);

/** Give @a a a job; it is held when it first comes by @a hold_at (or NOWHERE). */
void actor_begin(struct actor *a, enum probe_point hold_at,
		 void (*job)(struct actor *a, void *arg), void *arg);

bool actor_is_held(const struct actor *a);
/** Where it is held, or NOWHERE. */
enum probe_point actor_held_at(const struct actor *a);
bool actor_is_done(const struct actor *a);
/** In the middle of a job, not held, and asleep in the system: it waits for somebody. */
bool actor_is_asleep(const struct actor *a);
/** Has come by @a point in this job. */
bool actor_has_seen(const struct actor *a, enum probe_point point);

/** Let a held actor go, to be held again at @a next, or NOWHERE.  Fine if it is not held. */
void actor_release(struct actor *a, enum probe_point next);

/** Until @a a is held, done or asleep.  @return true: held */
bool actor_wait_settled(struct actor *a);
/** Until it is done; it is not held on its way any more. */
void actor_finish(struct actor *a);

/** One turn of the director's waiting: until an actor has news, or a moment has passed. */
void stage_wait(struct stage *s);

#endif /* TESTS_COMMON_ACTOR_H */
