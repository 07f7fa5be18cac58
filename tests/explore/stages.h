/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Scenes under schemes, in the order in which the program explores them.
 */
#ifndef TESTS_EXPLORE_STAGES_H
#define TESTS_EXPLORE_STAGES_H

#include "common/mm/scheme.h"
#include "sim/explore/scene.h"
#include "sim/explore/search.h"

/** A scene under a scheme. */
struct stage {
	const struct explore_scene *scene;
	char spec[SCHEME_SPEC_SIZE];		/**< "-": the scene is of no scheme */
};

struct stages {
	struct stage *stage;
	unsigned int nr, scenes;
};

/**
 * @param scenes	globs, separated by commas
 * @param specs		the same of specs; NULL: each scheme
 * @return 0, or -1: @a why.  The caller frees stages->stage
 */
int stages_choose(struct stages *stages, const char *scenes, const char *specs, char *why, size_t size);

/** Does @a name fit one of the globs of a list, which are separated by commas? */
bool stages_match(const char *name, const char *globs);

/** Lines that may cover for others: globs as of stages_match(), or NULL. */
struct weaken_covers {
	const char *pairs;	/**< each of these */
	const char *with;	/**< all of these at once */
};

/**
 * One order at a time made relaxed; those that nobody misses together with what may cover for them; prints a table.
 * @param which	globs of lines as weaken_lines() gives them
 * @return exit status
 */
int weaken_all(const struct stages *stages, const struct search *request, const char *which,
	       const struct weaken_covers *covers);

#endif /* TESTS_EXPLORE_STAGES_H */
