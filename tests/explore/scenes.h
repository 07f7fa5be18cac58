/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief All scenes: of the memory model, of locks and RCU, and of the mm core under each scheme.
 */
#ifndef TESTS_EXPLORE_SCENES_H
#define TESTS_EXPLORE_SCENES_H

#include "sim/explore/scene.h"

/** Scenes by number, from 0; NULL: no more. */
const struct explore_scene *scene_nr(unsigned int nr);
const struct explore_scene *scene_find(const char *name);

/** Each file's own, ends with NULL. */
extern const struct explore_scene *const litmus_scenes[], *const sync_scenes[], *const tree_scenes[], *const protocol_scenes[],
	*const planted_scenes[];
extern const struct explore_scene tree_planted_scene;
/** Of the mm core: kinds of fault beside changes; made from tables. */
const struct explore_scene *mm_scene_nr(unsigned int nr);

/** A litmus test's registers, as one digit each, first one first: 0x10 is r0 = 1, r1 = 0. */
struct litmus {
	const char *sc, *weak;	/**< every outcome that there is, in order, separated by blanks */
	const char *lkmm;	/**< what the kernel's memory model says of the outcome that the test is about */
};

#endif /* TESTS_EXPLORE_SCENES_H */
