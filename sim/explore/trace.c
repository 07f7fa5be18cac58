// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Every step of one execution, kept for its story.
 */
#include "sim/explore/memory.h"

#include <stdlib.h>

#define MAX_NOTES 400000u

u32 ex_note(enum explore_step_kind kind, const void *p, unsigned int size, u64 value, int order, const void *where)
{
	struct explore_step *s;

	if (!ex.step)
		ex.step = calloc(MAX_NOTES, sizeof(*ex.step));
	BUG_ON(!ex.step);
	if (ex.nr_steps + 1 < MAX_NOTES)
		ex.nr_steps++;
	s = &ex.step[ex.nr_steps];
	*s = (struct explore_step){
		.kind = (u8)kind, .thread = (u8)ex_lane(), .size = (u8)size, .order = (u8)order,
		.p = p, .value = value, .where = where,
	};
	return ex.nr_steps;
}
