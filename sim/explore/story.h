/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One execution told step by step: as text, and as a picture.
 */
#ifndef SIM_EXPLORE_STORY_H
#define SIM_EXPLORE_STORY_H

#include "sim/explore/lines.h"
#include "sim/explore/search.h"

/** One step of the story. */
struct story_line {
	u32 step;			/**< index in ex.step */
	char place[LINES_TEXT];		/**< "function (file:line)" */
	char source[LINES_TEXT];	/**< the line, or "" */
	char what[256];			/**< "reads 3 from struct vma ... " */
	u32 from;			/**< line of the store it reads, if another thread's or old; 0: none */
	u32 missed;			/**< line of a newer store that it does not see; 0: none */
	bool old;			/**< there was a newer one */
};

struct story {
	struct explore_result result;
	unsigned int nr;		/**< lines from 1 */
	struct story_line *line;
	u32 nr_steps;			/**< that the execution had */
	char *seed;
};

/**
 * Run @a plan again, with every step kept.
 * @param all	include every atomic access; else only those through which threads influence each other
 * @return 0, or -ENOMEM; story_free() it
 */
int story_make(struct story *story, const struct explore_plan *plan, const char *spec, bool all);
void story_free(struct story *story);

void story_print(const struct story *story, FILE *out);
/** Draw one column per thread, time going down. @return 0 or -EIO */
int story_draw(const struct story *story, FILE *out);

#endif /* SIM_EXPLORE_STORY_H */
