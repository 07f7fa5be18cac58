// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Random programs, one after the other; one that breaks is shortened call by call, while it breaks in the same way.
 */
#include "tests/explore/program.h"

#include "bench/cli/usage.h"

/* @return whether it breaks; @a kind says how, without what differs from execution to execution */
static bool breaks(const char *program, const char *spec, const struct search *request, char *kind, size_t size,
		   struct explore_total *total)
{
	char name[PROGRAM_TEXT + sizeof(PROGRAM_PREFIX)], why[512];
	const struct explore_scene *scene;
	struct search s = *request;

	snprintf(name, sizeof(name), PROGRAM_PREFIX "%s", program);
	scene = program_scene(name);
	if (!scene)
		return false;
	if (explore_open(scene, spec, why, sizeof(why))) {
		snprintf(kind, size, "%.200s", why);
		return true;
	}
	search_run(&s);
	explore_close();
	total->executions += s.total.executions;
	total->bounds += s.total.bounds;
	if (s.found)
		finding_kind(&s.result, kind, size);
	path_free(&s.path);
	return s.found;
}

/* Leave out one call after the other. */
static void shorten(char *program, const char *spec, const struct search *request, const char *kind)
{
	struct explore_total unused = { 0 };
	char shorter[PROGRAM_TEXT], got[256];

	for (size_t at = 0; program[at];) {
		if (program[at] == '_') {
			at++;
			continue;
		}
		snprintf(shorter, sizeof(shorter), "%.*s%s", (int)at, program, program + at + 2);
		if (breaks(shorter, spec, request, got, sizeof(got), &unused) && !strcmp(got, kind))
			strcpy(program, shorter);
		else
			at += 2;
	}
	/* A last thread without a call. */
	snprintf(shorter, sizeof(shorter), "%s", program);
	for (size_t n = strlen(shorter); n && shorter[n - 1] == '_'; n--)
		shorter[n - 1] = '\0';
	if (breaks(shorter, spec, request, got, sizeof(got), &unused) && !strcmp(got, kind))
		strcpy(program, shorter);
}

int programs_explore(u64 from, u64 nr, const char *const *specs, const struct search *request,
		     int (*tell)(const struct explore_scene *scene, const char *spec))
{
	char program[PROGRAM_TEXT], name[PROGRAM_TEXT + sizeof(PROGRAM_PREFIX)], kind[256];
	struct explore_total total = { 0 };
	unsigned int nr_specs = 0;

	while (specs[nr_specs])
		nr_specs++;
	for (u64 i = from; i < from + nr; i++) {
		const char *spec = specs[i % nr_specs];

		program_random(program, sizeof(program), i);
		if (!breaks(program, spec, request, kind, sizeof(kind), &total))
			continue;
		printf("Program %llu, %s%s under %s, breaks: %s\n", (unsigned long long)i, PROGRAM_PREFIX, program, spec, kind);
		shorten(program, spec, request, kind);
		snprintf(name, sizeof(name), PROGRAM_PREFIX "%s", program);
		return tell(program_scene(name), spec);
	}
	printf("No finding: %llu programs, %llu executions; %llu of them were cut off at %u steps.\n", (unsigned long long)nr,
	       (unsigned long long)total.executions, (unsigned long long)total.bounds, EXPLORE_MAX_STEPS);
	return 0;
}
