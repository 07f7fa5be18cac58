// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The scenes that globs choose, under each of a list of specs.
 */
#include "tests/explore/stages.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "tests/explore/program.h"
#include "tests/explore/scenes.h"

bool stages_match(const char *name, const char *list)
{
	char each[256];

	while (*list) {
		size_t n = strcspn(list, ",");

		snprintf(each, sizeof(each), "%.*s", (int)n, list);
		if (!fnmatch(each, name, 0))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

static int add(struct stages *s, const struct explore_scene *scene, const char *spec)
{
	struct stage *more = realloc(s->stage, (s->nr + 1) * sizeof(*more));

	if (!more)
		return -1;
	s->stage = more;
	more[s->nr].scene = scene;
	snprintf(more[s->nr++].spec, sizeof(more->spec), "%s", spec);
	return 0;
}

/* The scene under each spec of a list. */
static int add_each(struct stages *s, const struct explore_scene *scene, const char *specs)
{
	char spec[SCHEME_SPEC_SIZE];
	int err = 0;

	while (!err && *specs) {
		size_t n = strcspn(specs, ",");

		snprintf(spec, sizeof(spec), "%.*s", (int)n, specs);
		err = add(s, scene, spec);
		specs += n + (specs[n] == ',');
	}
	return err;
}

static int add_scene(struct stages *s, const struct explore_scene *scene, const char *specs)
{
	int err = 0;

	s->scenes++;
	if (!scene->schemes)
		return add(s, scene, "-");
	if (specs)
		return add_each(s, scene, specs);
	for (unsigned int k = 0; !err && schemes[k]; k++)
		err = add(s, scene, schemes[k]->name);
	return err;
}

static int check_specs(const char *specs, char *why, size_t size)
{
	static struct scheme_chain chain;
	char spec[SCHEME_SPEC_SIZE];

	while (*specs) {
		size_t n = strcspn(specs, ",");

		if (n >= sizeof(spec)) {
			snprintf(why, size, "--schemes: '%.40s...' is too long", specs);
			return -1;
		}
		snprintf(spec, sizeof(spec), "%.*s", (int)n, specs);
		if (scheme_chain_parse(&chain, spec, why, size))
			return -1;
		specs += n + (specs[n] == ',');
	}
	return 0;
}

int stages_choose(struct stages *s, const char *scenes, const char *specs, char *why, size_t size)
{
	const struct explore_scene *scene;
	int err = 0;

	*s = (struct stages){ 0 };
	if (specs && check_specs(specs, why, size))
		return -1;
	for (unsigned int i = 0; !err && (scene = scene_nr(i)); i++)
		if (stages_match(scene->name, scenes))
			err = add_scene(s, scene, specs);
	scene = program_scene(scenes);
	if (scene)
		err = add_scene(s, scene, specs);
	if (err)
		snprintf(why, size, "no memory");
	else if (!s->nr)
		snprintf(why, size, "--scene=%s: there is no such scene (--list has all)", scenes);
	return s->nr ? err : -1;
}
