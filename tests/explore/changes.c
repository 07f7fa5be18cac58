// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The lists of changes, and what they share.
 */
#include "tests/explore/changes.h"

#include <string.h>

struct changes_world *changes_now;

void changes_begin(struct changes_world *w)
{
	changes_now = w;
}

bool suits_anonymous(enum scene_kind kind)
{
	return !scene_kind_is_file(kind);
}

bool suits_has_page(enum scene_kind kind)
{
	return scene_unwritten(kind) == OLD && suits_anonymous(kind);
}

bool suits_plain(enum scene_kind kind)
{
	return kind < NR_KINDS && suits_anonymous(kind);
}

bool suits_none(enum scene_kind kind)
{
	(void)kind;
	return false;
}

const struct change *const change_lists[] = { vma_changes, page_changes, other_changes, kill_changes, maps_changes, remote_changes, NULL };

const struct change *change_find(const char *id)
{
	for (const struct change *const *list = change_lists; *list; list++)
		for (const struct change *c = *list; c->id; c++)
			if (!strcmp(c->id, id))
				return c;
	BUG_ON(true);
	return NULL;
}
