// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Planted bugs are found and named, correct scenes are explored to the end without a finding, and
 * executions repeat.
 */
#include <stdlib.h>

#include "common/mm/scheme.h"
#include "sim/explore/search.h"
#include "tests/explore/scenes.h"
#include "tests/explore/tap.h"

static bool explored(const struct explore_scene *s, struct search *search)
{
	char why[256];

	if (explore_open(s, "", why, sizeof(why))) {
		tap_note("%s", why);
		return false;
	}
	search_run(search);
	explore_close();
	return true;
}

/* Find the bug by exploring every execution, and at random. */
static void planted(const struct explore_scene *s)
{
	struct search all = { .strategy = EXPLORE_DFS, .weak = true, .preemptions = -1, .executions = 200000 };
	struct search some = { .mixed = true, .weak = true, .executions = 20000 };
	const char *says = s->arg;
	bool ok = explored(s, &all) && explored(s, &some);

	if (!says) {
		ok = ok && !all.found && all.complete && !some.found;
		tap(ok, "%s: right, every execution (%llu)", s->name, (unsigned long long)all.total.executions);
	} else {
		ok = ok && all.found && strstr(all.result.what, says) && some.found && strstr(some.result.what, says);
		tap(ok, "%s: found at execution %llu of all, %llu at random", s->name,
		    (unsigned long long)all.total.executions, (unsigned long long)some.total.executions);
	}
	if (!ok)
		tap_note("%s; %s", all.found ? all.result.what : "nothing", some.found ? some.result.what : "nothing");
	path_free(&all.path);
}

/* Explore a correct scene, up to @a limit executions. */
static void right(const struct explore_scene *s, u64 limit)
{
	struct search all = { .strategy = EXPLORE_DFS, .weak = true, .preemptions = -1, .executions = limit };
	struct search some = { .mixed = true, .weak = true, .executions = 3000 };
	bool ok = explored(s, &all) && explored(s, &some) && !all.found && !some.found;

	tap(ok, "%s: %llu executions%s, and 3000 at random", s->name, (unsigned long long)all.total.executions,
	    all.complete ? ", all that there are" : "");
	if (!ok)
		tap_note("%s; %s", all.found ? all.result.what : "", some.found ? some.result.what : "");
	path_free(&all.path);
}

#define SEEDS 200

/*
 * Run executions in order and then in reverse order: the hashes agree; and each one repeats by its
 * recorded path.
 */
static void comes_again(const struct explore_scene *s, const char *spec)
{
	static u64 hash[SEEDS];
	struct explore_plan plan = { .weak = true, .length = 100, .record = true };
	unsigned int differ = 0, other_path = 0;
	char why[256];
	struct path path;

	if (explore_open(s, spec, why, sizeof(why))) {
		tap(false, "%s under %s: %s", s->name, spec, why);
		return;
	}
	for (unsigned int i = 0; i < SEEDS; i++) {
		plan.number = i;
		plan.strategy = (enum explore_strategy)(i % 3);
		hash[i] = explore_run(&plan)->hash;
	}
	for (unsigned int i = SEEDS; i-- > 0;) {
		plan.number = i;
		plan.strategy = (enum explore_strategy)(i % 3);
		differ += explore_run(&plan)->hash != hash[i];
		if (path_recorded(&path))
			continue;
		other_path += explore_run(&(struct explore_plan){ .weak = true, .strategy = EXPLORE_PATH, .path = &path })->hash !=
			hash[i];
		path_free(&path);
	}
	explore_close();
	tap(!differ && !other_path, "%s under %s: %d seeds backward have the hashes of forward, by path too", s->name, spec, SEEDS);
	if (differ || other_path)
		tap_note("%u differ, %u by path", differ, other_path);
}

/* DPOR reaches the classes that plain sleep sets reach. */
static void same_classes(const struct explore_scene *s, const char *spec, bool weak)
{
	struct search dpor = { .strategy = EXPLORE_DFS, .weak = weak, .preemptions = -1, .count_classes = true };
	struct search plain = dpor;
	char why[256];

	plain.naive = true;
	if (explore_open(s, spec, why, sizeof(why))) {
		tap(false, "%s: %s", s->name, why);
		return;
	}
	search_run(&dpor);
	search_run(&plain);
	explore_close();
	tap(dpor.classes == plain.classes && dpor.complete && plain.complete && !dpor.found && !plain.found,
	    "%s%s%s %s: %llu classes, by DPOR in %llu executions, by sleep sets alone in %llu", s->name, spec[0] ? " under " : "",
	    spec, weak ? "weak" : "sc",
	    (unsigned long long)dpor.classes, (unsigned long long)dpor.total.executions,
	    (unsigned long long)plain.total.executions);
	if (dpor.classes != plain.classes)
		tap_note("sleep sets have %llu", (unsigned long long)plain.classes);
}

/* Executions of a scene under a scheme that make check has time for; the rest is for the night. */
#define NR_FEW	2000u

/* Every execution with weak memory, or the first few: nothing is wrong in any. */
static void every_execution(const struct explore_scene *s, const char *spec)
{
	struct search all = { .strategy = EXPLORE_DFS, .weak = true, .preemptions = -1, .executions = NR_FEW };
	char why[256];

	if (explore_open(s, spec, why, sizeof(why))) {
		tap(false, "%s under %s: %s", s->name, spec, why);
		return;
	}
	search_run(&all);
	explore_close();
	tap(!all.found && (all.complete || all.total.executions == NR_FEW), "%s under %s: %llu executions%s", s->name, spec,
	    (unsigned long long)all.total.executions, all.complete ? ", all that there are" : "");
	if (all.found)
		tap_note("%s", all.result.what);
	path_free(&all.path);
}

/* Has the scheme a hand in marks and locks?  The others' protocol is that of the first. */
static bool protocol_is_its_own(unsigned int scheme)
{
	const struct scheme *s = schemes[scheme];

	return !scheme || s->vma_mark || s->marks_done || s->vma_tryread;
}

int main(void)
{
	const struct explore_scene *s;

	if (explore_init())
		return 99;
	for (unsigned int i = 0; (s = planted_scenes[i]); i++)
		planted(s);
	for (unsigned int i = 0; (s = sync_scenes[i]); i++)
		right(s, 30000);
	for (unsigned int i = 0; (s = tree_scenes[i]); i++)
		right(s, 2000);
	same_classes(scene_find("sync/seqcount"), "", false);
	same_classes(scene_find("sync/seqcount"), "", true);
	same_classes(scene_find("sync/spinlock"), "", false);
	same_classes(scene_find("sync/rwsem"), "", false);
	same_classes(scene_find("sync/rcu"), "", true);
	same_classes(scene_find("sync/rcu_call"), "", true);
	if (getenv("FAULTLINE_LONG"))
		same_classes(scene_find("write_empty+munmap_all"), schemes[0]->name, false);
	for (unsigned int i = 0; schemes[i]; i++) {
		/* This checks DPOR.  Of the schemes that lock the VMA, whose executions are the most, one is enough. */
		if (!schemes[i]->vma_tryread || i < 2 || getenv("FAULTLINE_LONG")) {
			same_classes(scene_find("small/write_empty+advice"), schemes[i]->name, false);
			same_classes(scene_find("small/write_empty+dontneed"), schemes[i]->name, false);
		}
		/* Three threads make too many with weak memory: those are sampled. */
		for (unsigned int k = 0; protocol_is_its_own(i) && (s = protocol_scenes[k]); k++)
			if (s->nr_threads == 2)
				every_execution(s, schemes[i]->name);
		comes_again(scene_find("write_empty+munmap_all"), schemes[i]->name);
		comes_again(scene_find("write_child+child_writes+reclaim"), schemes[i]->name);
	}
	return tap_end();
}
