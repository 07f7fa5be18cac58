/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A scene: a small world, a few threads, and what must hold when they are done.
 *
 * A scene is compiled with the hooks, like the code that it runs.  Its own variables are outside
 * simulated memory: the explorer does not restore them, so start() must set them.
 */
#ifndef SIM_EXPLORE_SCENE_H
#define SIM_EXPLORE_SCENE_H

#include "sim/explore/explore.h"

#define SCENE_MAX_THREADS 5

struct explore_scene {
	char name[64];
	char what[128];			/**< one line */
	bool schemes;			/**< runs under each scheme; false: the spec is ignored */
	bool recycles;			/**< freed objects are used again at once: platform_recycles() */
	bool spins;			/**< writers spin before they sleep: not oversubscribed */
	/** Outcomes that a scene without a judge may have, for litmus tests: see scene_outcome(). */
	const void *arg;		/**< the scene's own */
	/** Make the world, once.  @return 0, or -1: @a why */
	int (*open)(const struct explore_scene *s, const char *spec, char *why, size_t size);
	/** Before each execution; memory is as open() left it. */
	void (*start)(const struct explore_scene *s);
	unsigned int nr_threads;
	void (*thread[SCENE_MAX_THREADS])(void *scene);	/**< thread i has slot i + 1 */
	const char *thread_name[SCENE_MAX_THREADS];	/**< for stories */
	/**
	 * Called when all threads are done; may call whatever a thread may; reports a fault by
	 * ex_finding().
	 */
	void (*judge)(const struct explore_scene *s);
	/** Give the world back. */
	void (*close)(const struct explore_scene *s);
};

/** A litmus test notes its outcome; the explorer counts outcomes. */
void scene_outcome(u32 outcome);

#endif /* SIM_EXPLORE_SCENE_H */
