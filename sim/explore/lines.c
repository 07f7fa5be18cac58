// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Return addresses as lines of the source, and what stands there.
 */
#include "sim/explore/lines.h"

#include <stdio.h>
#include <string.h>

#include "sim/engine.h"

/* Line @a nr of a file, without the space around it. */
static void read_source(const char *path, int nr, char *text)
{
	char line[1024], *from = line;
	FILE *in = fopen(path, "r");

	text[0] = '\0';
	line[0] = '\0';
	while (in && nr && fgets(line, sizeof(line), in))
		nr--;
	if (in)
		fclose(in);
	if (!in || nr)
		return;
	from += strspn(from, " \t");
	from[strcspn(from, "\n")] = '\0';
	snprintf(text, LINES_TEXT, "%.150s", from);
}

/* "../common/mm/vma.c" without what depends on where it was built. */
static const char *in_tree(const char *path)
{
	static const char *const folders[] = { "/common/", "/prototypes/", "/sim/", "/tests/" };

	for (unsigned int i = 0; i < ARRAY_SIZE(folders); i++) {
		const char *found = strstr(path, folders[i]);

		if (found)
			return found + 1;
	}
	return path;
}

bool line_of(const void *where, char *text, char *source)
{
	struct sim_source at;

	if (source)
		source[0] = '\0';
	if (!sim_source(where, &at) || !at.path) {
		sim_place(where, text, LINES_TEXT);
		return false;
	}
	snprintf(text, LINES_TEXT, "%.60s (%.90s:%d)", at.function, in_tree(at.path), at.line);
	if (source)
		read_source(at.path, at.line, source);
	return true;
}
