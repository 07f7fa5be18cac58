// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief All scenes in one list.
 */
#include "tests/explore/program.h"
#include "tests/explore/scenes.h"

#include <string.h>

static const struct explore_scene *const *const lists[] = { litmus_scenes, sync_scenes, tree_scenes, protocol_scenes, planted_scenes };

const struct explore_scene *scene_nr(unsigned int nr)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++)
		for (const struct explore_scene *const *s = lists[i]; *s; s++)
			if (!nr--)
				return *s;
	return mm_scene_nr(nr);
}

const struct explore_scene *scene_find(const char *name)
{
	const struct explore_scene *s;

	for (unsigned int i = 0; (s = scene_nr(i)); i++)
		if (!strcmp(s->name, name))
			return s;
	return program_scene(name);
}
