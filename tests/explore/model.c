// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The memory model has exactly the outcomes that litmus.c says; DPOR finds each, and plain sleep sets find no more.
 */
#include "tests/explore/scenes.h"
#include "tests/explore/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static u32 outcomes[64], nr_outcomes;

static int order(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void note_outcome(u32 outcome)
{
	for (unsigned int i = 0; i < nr_outcomes; i++)
		if (outcomes[i] == outcome)
			return;
	if (nr_outcomes < ARRAY_SIZE(outcomes))
		outcomes[nr_outcomes++] = outcome;
}

/* As litmus.c writes them. */
static const char *all_outcomes(unsigned int digits)
{
	static char text[512];
	size_t at = 0;

	qsort(outcomes, nr_outcomes, sizeof(*outcomes), order);
	text[0] = '\0';
	for (unsigned int i = 0; i < nr_outcomes; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%0*x", i ? " " : "", (int)digits, outcomes[i]);
	return text;
}

/* Explored to the end. @return executions, 0: a finding */
static u64 explore_all(const struct explore_scene *s, bool weak, bool naive)
{
	struct explore_plan plan = { .strategy = EXPLORE_DFS, .weak = weak };
	struct dfs_options options = { .preemptions = -1, .naive = naive };
	char why[256];
	u64 nr = 0;

	nr_outcomes = 0;
	if (explore_open(s, "", why, sizeof(why))) {
		tap_note("%s", why);
		return 0;
	}
	dfs_start(&options);
	do {
		const struct explore_result *r = explore_run(&plan);

		if (r->end == EXPLORE_CUT)
			continue;
		if (r->end != EXPLORE_FINE) {
			tap_note("%s", r->what);
			nr = 0;
			break;
		}
		nr++;
		note_outcome(r->outcome);
	} while (dfs_more());
	explore_close();
	return nr;
}

static bool has_exactly(const struct explore_scene *s, bool weak, bool naive, u64 *nr)
{
	const struct litmus *l = s->arg;
	const char *want = weak ? l->weak : l->sc, *got;

	*nr = explore_all(s, weak, naive);
	got = all_outcomes((unsigned int)strcspn(want, " "));
	if (*nr && !strcmp(got, want))
		return true;
	tap_note("%s, %s, %s: want %s", s->name, weak ? "weak" : "sc", naive ? "sleep sets" : "DPOR", want);
	tap_note("got %s in %llu executions", got, (unsigned long long)*nr);
	return false;
}

int main(void)
{
	const struct explore_scene *s;

	if (explore_init())
		return 99;
	for (unsigned int i = 0; (s = litmus_scenes[i]); i++) {
		u64 sc, weak, plain_sc, plain_weak;
		bool ok = has_exactly(s, false, false, &sc);

		/* All four, so that each says what it found. */
		ok &= has_exactly(s, true, false, &weak);
		ok &= has_exactly(s, false, true, &plain_sc);
		ok &= has_exactly(s, true, true, &plain_weak);

		tap(ok, "%s (kernel's model: %s): %llu executions, weak %llu; by plain sleep sets %llu and %llu", s->name,
		    ((const struct litmus *)s->arg)->lkmm, (unsigned long long)sc, (unsigned long long)weak, (unsigned long long)plain_sc,
		    (unsigned long long)plain_weak);
	}
	return tap_end();
}
