/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Many executions of a scene: until a finding, a number, a time, or all.
 */
#ifndef SIM_EXPLORE_SEARCH_H
#define SIM_EXPLORE_SEARCH_H

#include "sim/explore/explore.h"

#define SEED_TEXT 4096u

struct search {
	/* the request; set by the caller */
	enum explore_strategy strategy;
	bool mixed;		/**< the random strategies in turn: POS, walk, PCT */
	bool weak;
	u64 first;		/**< number of the first random execution */
	u64 executions;		/**< at most; 0: no limit */
	double seconds;		/**< of CPU time, at most; 0: no limit */
	int preemptions;	/**< EXPLORE_DFS: at most; -1: no bound */
	bool naive;		/**< EXPLORE_DFS: sleep sets alone */
	bool go_on;		/**< continue after a finding */
	bool count_classes;	/**< slower, and takes memory */
	/* the result */
	struct explore_total total;
	u64 classes;
	double took;		/**< CPU seconds */
	bool complete;		/**< every execution was made: EXPLORE_DFS without a bound, and none was cut off */
	u64 first_bound;	/**< number of the first that ran into the bound of steps, if total.bounds */
	bool found;
	struct explore_plan plan;	/**< of the first finding */
	struct explore_result result;
	struct path path;		/**< of the finding, for EXPLORE_DFS; path_free() it */
};

/** The scene is open. */
void search_run(struct search *s);

/** CPU seconds of this process. */
double search_clock(void);

/** The seed of an execution: everything that is necessary to repeat it, scene and scheme included. */
void seed_print(char *text, size_t size, const char *scene, const char *spec, const struct explore_plan *plan);

struct seed {
	char scene[128], spec[256];
	struct explore_plan plan;
	struct path path;	/**< plan.path points here; path_free() it */
};
/** @return 0, or -1: @a why */
int seed_parse(struct seed *seed, const char *text, char *why, size_t size);

/**
 * Number of points of an execution of the open scene: the same for each seed, so that PCT can repeat
 * executions.
 */
u64 search_length(bool weak);

/* --- shrink.c --------------------------------------------------------------- */

/** A finding's text without the parts that differ from execution to execution. */
void finding_kind(const struct explore_result *r, char *text, size_t size);

/**
 * Search for the same finding with fewer switches and old reads.
 * @param plan	receives the shortest execution found, as a path
 * @return executions made
 */
u64 shrink(const struct explore_plan *from, struct explore_plan *plan, struct path *path);

#endif /* SIM_EXPLORE_SEARCH_H */
