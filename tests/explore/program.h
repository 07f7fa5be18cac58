/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Programs of calls as scenes, and at random.
 */
#ifndef TESTS_EXPLORE_PROGRAM_H
#define TESTS_EXPLORE_PROGRAM_H

#include "sim/explore/scene.h"
#include "sim/explore/search.h"

#define PROGRAM_PREFIX	"program/"
#define PROGRAM_THREADS	3u
#define PROGRAM_OPS	4u	/**< of a thread, at most */
/** A program as text. */
#define PROGRAM_TEXT	(PROGRAM_THREADS * (2 * PROGRAM_OPS + 1))

/** @return the scene "program/...", one at a time; NULL: that is no program */
const struct explore_scene *program_scene(const char *name);

/** Program number @a number, without the prefix. */
void program_random(char *text, size_t size, u64 number);

/**
 * Explore programs @a from on, each under one scheme in turn; what breaks is made as short as it
 * stays broken.
 * @param tell	called for a finding; returns the exit status
 * @return exit status
 */
int programs_explore(u64 from, u64 nr, const char *const *specs, const struct search *request,
		     int (*tell)(const struct explore_scene *scene, const char *spec));

#endif /* TESTS_EXPLORE_PROGRAM_H */
