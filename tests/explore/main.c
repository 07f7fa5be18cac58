// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The program behind `faultline explore`: seeks a schedule that breaks a scene, and tells its story.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>

#include "bench/cli/options.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/run/specs.h"
#include "common/mm/scheme.h"
#include "sim/explore/story.h"
#include "sim/explore/weaken.h"
#include "tests/explore/scenes.h"

enum model { MODEL_WEAK, MODEL_SC };
enum strategy_option { STRATEGY_POS, STRATEGY_WALK, STRATEGY_PCT, STRATEGY_DFS, STRATEGY_RANDOM };

static struct settings {
	const char *scenes, *schemes, *log, *replay, *diagram;
	bool all_steps, list, keep_going, classes, naive, weaken;
	enum model model;
	enum strategy_option strategy;
	u64 executions, seconds, seed, preemptions;
	struct search search;	/* the settings with which each search begins */
} opt = { .scenes = "write_empty+*", .preemptions = 1000, };

static void complete_scene(const char *word, FILE *out)
{
	const struct explore_scene *s;

	for (unsigned int i = 0; (s = scene_nr(i)); i++)
		if (!strncmp(s->name, word, strlen(word)))
			fprintf(out, "%s\n", s->name);
}

static const struct option_entry entries[] = {
	OPTION_TEXT(0, "scene", "GLOB,...", struct settings, scenes, "which scenes; default: write_empty+*; --list has all",
		    .complete = complete_scene),
	SPECS_OPTION(struct settings, schemes, "under which schemes; default: all"),
	OPTION_CHOICE(0, "model", "weak|sc", struct settings, model, "weak|sc",
		      "weak memory (default), or sequential consistency"),
	OPTION_CHOICE(0, "strategy", "NAME", struct settings, strategy, "pos|walk|pct|dfs|random",
		      "pos: a random priority for each event (default); walk: a coin at each point; pct: random priorities of threads; "
		      "random: these three in turn; dfs: every execution, one of each class"),
	OPTION_NUMBER('n', "executions", "N", struct settings, executions, 1, 1ULL << 40,
		      "of each scene under each scheme; default: 1000, with dfs no limit"),
	OPTION_NUMBER(0, "seconds", "S", struct settings, seconds, 1, 10000000, "CPU time for each scene under each scheme"),
	OPTION_NUMBER(0, "seed", "N", struct settings, seed, 0, 1ULL << 62, "number of the first execution; default 0"),
	OPTION_NUMBER(0, "preemptions", "N", struct settings, preemptions, 0, 999,
		      "with dfs: no more than so many; then it is never complete"),
	OPTION_FLAG(0, "classes", struct settings, classes, "count the classes of executions that were reached"),
	OPTION_FLAG(0, "sleep-sets-alone", struct settings, naive, "dfs without DPOR: to check it"),
	OPTION_FLAG(0, "keep-going", struct settings, keep_going, "after a finding, with the next scene"),
	OPTION_FLAG(0, "weaken", struct settings, weaken,
		    "make each order that the scenes execute relaxed, one source line at a time, and say which scene notices"),
	OPTION_TEXT(0, "log", "FILE", struct settings, log, "add a line for each scene and scheme to FILE", .complete = option_files),
	OPTION_TEXT(0, "replay", "SEED", struct settings, replay, "one execution again, told step by step"),
	OPTION_TEXT(0, "diagram", "FILE", struct settings, diagram, "draw the story of the finding, or of --replay (SVG)",
		    .complete = option_files),
	OPTION_FLAG(0, "all-steps", struct settings, all_steps, "tell each atomic access, not only where threads meet"),
	OPTION_FLAG(0, "list", struct settings, list, "the scenes, a line each"),
	OPTION_END
};

static const struct options options = {
	.command = "explore",
	.synopsis = "[OPTION]...\n--replay SEED [--diagram FILE] [--all-steps]",
	.about = "Run small scenes of the C itself, from one atomic access to the next, in schedules that the explorer chooses, with "
		 "memory that may be weak, thousands of times a second.  What breaks is told with a seed, by which that execution "
		 "comes again, and the shortest story of it that was found.",
	.entry = entries,
	.end = "What the memory model has less than the kernel's: a load never reads what is stored later (load buffering); stores reach "
	       "a word in the order of execution (2+2W, S); a page that is copied, and words on a stack, are read as they are.  "
	       "What it has more: address, data and control dependencies order nothing; xchg() and cmpxchg() order as acquire and "
	       "release do.  So a dependency that the code leaned on would be a finding that no kernel has, and a bug that needs load "
	       "buffering is not found.  Plain accesses are no points of a schedule: two that race are a finding in any order.  A "
	       "search that was cut short by a bound is never called complete.\n\n"
	       "Exit status: 0 nothing was found, 1 something was, 2 wrong arguments or input.",
};

#define bad usage_error

static void settle(void)
{
	struct search *s = &opt.search;

	s->weak = opt.model == MODEL_WEAK;
	s->mixed = opt.strategy == STRATEGY_RANDOM;
	s->strategy = s->mixed ? EXPLORE_POS : (enum explore_strategy)opt.strategy;
	s->preemptions = opt.preemptions < 1000 ? (int)opt.preemptions : -1;
	s->executions = opt.executions;
	s->seconds = (double)opt.seconds;
	s->first = opt.seed;
	s->naive = opt.naive;
	s->count_classes = opt.classes;
	if (!s->executions && !opt.seconds && s->strategy != EXPLORE_DFS)
		s->executions = 1000;
}

/* --- stories ---------------------------------------------------------------------------------------------- */

static int draw(const struct story *story)
{
	char temporary[4096];
	FILE *out;
	int err;

	if (!opt.diagram)
		return 0;
	if (snprintf(temporary, sizeof(temporary), "%s.new", opt.diagram) >= (int)sizeof(temporary))
		return bad("--diagram: the name is too long");
	out = fopen(temporary, "w");
	if (!out)
		return bad("%s: %s", opt.diagram, strerror(errno));
	err = story_draw(story, out);
	if (fclose(out) || err || rename(temporary, opt.diagram)) {
		remove(temporary);
		return bad("%s: cannot be written", opt.diagram);
	}
	return 0;
}

/* The scene is open. */
static int tell(const struct explore_plan *plan, const char *spec)
{
	struct story story;
	int err;

	if (story_make(&story, plan, spec, opt.all_steps))
		return bad("no memory for a story");
	printf("\n%u of its %u steps:\n\n", story.nr, story.nr_steps);
	story_print(&story, stdout);
	printf("\n%s\n", story.result.end == EXPLORE_FINE ? "Nothing is wrong at the end." : story.result.what);
	err = draw(&story);
	story_free(&story);
	return err;
}

static int replay(void)
{
	const struct explore_scene *scene;
	struct seed seed;
	char why[512];
	int err;

	if (seed_parse(&seed, opt.replay, why, sizeof(why)))
		return bad("--replay: %s", why);
	scene = scene_find(seed.scene);
	if (!scene)
		return bad("--replay: no scene '%s' (--list has all)", seed.scene);
	if (explore_open(scene, seed.spec, why, sizeof(why)))
		return bad("%s", why);
	seed.plan.length = search_length(seed.plan.weak);
	explore_run(&seed.plan);
	printf("%s\nHash %016llx, %u points, %u switches, %u old reads.\n", opt.replay, (unsigned long long)ex.result.hash,
	       ex.result.points, ex.result.switches, ex.result.stale);
	err = tell(&seed.plan, seed.spec);
	explore_close();
	path_free(&seed.path);
	return err;
}

/* --- the search --------------------------------------------------------------------------------------------- */

static struct {
	u64 scenes, runs, executions, findings, bounds, complete;
	double took;
} sum;

static int add_to_log(const struct search *s, const char *scene, const char *spec)
{
	FILE *log;

	if (!opt.log)
		return 0;
	log = fopen(opt.log, "a");
	if (!log)
		return bad("%s: %s", opt.log, strerror(errno));
	fprintf(log, "%s\t%s\t%s\t%s\t%llu\t%llu\t%llu\t%llu\t%s\t%.1f\n", scene, spec, s->weak ? "weak" : "sc",
		s->mixed ? "random" : explore_strategy_ops(s->strategy)->name, (unsigned long long)s->total.executions,
		(unsigned long long)s->classes, (unsigned long long)s->total.bounds, (unsigned long long)s->total.findings,
		s->complete ? "complete" : "-", s->took);
	return fclose(log) ? bad("%s: cannot be written", opt.log) : 0;
}

static void print_row(const struct search *s, const char *scene, const char *spec)
{
	char classes[32] = "", bounds[64] = "";

	if (s->count_classes)
		snprintf(classes, sizeof(classes), ", %llu classes", (unsigned long long)s->classes);
	if (s->total.bounds)
		snprintf(bounds, sizeof(bounds), ", %llu cut off at %u steps (first: %llu)", (unsigned long long)s->total.bounds,
			 EXPLORE_MAX_STEPS, (unsigned long long)s->first_bound);
	printf("%-44s %-20s %10llu executions %8.2f s %8.0f/s%s%s%s%s\n", scene, spec,
	       (unsigned long long)s->total.executions, s->took, s->took > 0 ? (double)s->total.executions / s->took : 0,
	       s->strategy == EXPLORE_DFS && !s->mixed ? (s->complete ? ", complete" : ", not complete") : "", classes, bounds,
	       s->total.findings ? ", FINDING" : "");
	fflush(stdout);
}

static int tell_finding(struct search *s, const char *scene, const char *spec)
{
	struct explore_plan plan;
	struct path path;
	char *text = malloc(SEED_TEXT);
	u64 tries;
	int err;

	if (!text)
		return bad("no memory");
	if (s->plan.strategy == EXPLORE_DFS) {
		s->plan.strategy = EXPLORE_PATH;
		s->plan.path = &s->path;
	}
	s->plan.record = false;
	seed_print(text, SEED_TEXT, scene, spec, &s->plan);
	printf("\nFinding in %s under %s, execution %llu:\n%s\n\nSeed: %s\n", scene, spec,
	       (unsigned long long)s->total.executions, s->result.what, text);
	fflush(stdout);
	tries = shrink(&s->plan, &plan, &path);
	seed_print(text, SEED_TEXT, scene, spec, &plan);
	printf("\nThe shortest story that %llu more executions found; seed: %s\n", (unsigned long long)tries, text);
	err = tell(&plan, spec);
	path_free(&path);
	path_free(&s->path);
	free(text);
	return err;
}

/* @return 0, 1: found something, 2 */
static int explore_one(const struct explore_scene *scene, const char *spec)
{
	struct search s = opt.search;
	char why[512];
	int err;

	if (explore_open(scene, spec, why, sizeof(why))) {
		if (ex.result.end == EXPLORE_FINDING) {
			printf("Finding in %s under %s, before the threads begin:\n%s\n", scene->name, spec, why);
			sum.findings++;
			return 1;
		}
		return bad("%s", why);
	}
	search_run(&s);
	print_row(&s, scene->name, spec);
	sum.runs++;
	sum.executions += s.total.executions;
	sum.findings += s.total.findings != 0;
	sum.bounds += s.total.bounds;
	sum.complete += s.complete;
	sum.took += s.took;
	err = add_to_log(&s, scene->name, spec);
	if (!err && s.found) {
		err = tell_finding(&s, scene->name, spec);
		err = err ? err : 1;
	}
	explore_close();
	return err;
}

/* One of the globs of a list fits. */
static bool chosen(const char *name, const char *list)
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

static int explore_scene(const struct explore_scene *scene)
{
	char specs[4096], *spec, *rest = specs;
	int err, found = 0;

	sum.scenes++;
	if (!scene->schemes)
		return explore_one(scene, "-");
	if (!opt.schemes) {
		for (unsigned int i = 0; schemes[i]; i++) {
			err = explore_one(scene, schemes[i]->name);
			if (err && (err != 1 || !opt.keep_going))
				return err;
			found |= err;
		}
		return found;
	}
	snprintf(specs, sizeof(specs), "%s", opt.schemes);
	while ((spec = strsep(&rest, ","))) {
		err = explore_one(scene, spec);
		if (err && (err != 1 || !opt.keep_going))
			return err;
		found |= err;
	}
	return found;
}

static int check_schemes(void)
{
	char specs[4096], *spec, *rest = specs, why[256];
	static struct scheme_chain chain;

	if (!opt.schemes)
		return 0;
	if (snprintf(specs, sizeof(specs), "%s", opt.schemes) >= (int)sizeof(specs))
		return bad("--schemes: the list is too long");
	while ((spec = strsep(&rest, ",")))
		if (scheme_chain_parse(&chain, spec, why, sizeof(why)))
			return bad("%s", why);
	return 0;
}

/* --- orders, one at a time ------------------------------------------------------------------------------------ */

/* Search each chosen scene under each chosen scheme. @return true: found, @a text says where */
static bool anyone_notices(u64 executions, char *text, size_t size)
{
	const struct explore_scene *scene;
	char specs[4096], why[512], *spec, *rest;
	bool found = false;

	for (unsigned int i = 0; !found && (scene = scene_nr(i)); i++) {
		if (!chosen(scene->name, opt.scenes))
			continue;
		if (opt.schemes && scene->schemes) {
			snprintf(specs, sizeof(specs), "%s", opt.schemes);
		} else {
			specs[0] = '\0';
			for (unsigned int k = 0; schemes[k] && (scene->schemes || !k); k++)
				snprintf(specs + strlen(specs), sizeof(specs) - strlen(specs), "%s%s", k ? "," : "", schemes[k]->name);
		}
		rest = specs;
		while (!found && (spec = strsep(&rest, ","))) {
			struct search s = opt.search;

			s.executions = executions;
			if (explore_open(scene, spec, why, sizeof(why))) {
				snprintf(text, size, "%s under %s: %.100s", scene->name, spec, why);
				return true;
			}
			search_run(&s);
			explore_close();
			found = s.found;
			if (found)
				snprintf(text, size, "%s under %s, execution %llu: %.*s", scene->name, scene->schemes ? spec : "-",
					 (unsigned long long)s.total.executions, (int)strcspn(s.result.what, "\n"), s.result.what);
			path_free(&s.path);
		}
	}
	return found;
}

static int weaken_each(void)
{
	static const char *const orders[] = { [__ATOMIC_ACQUIRE] = "acquire", [__ATOMIC_RELEASE] = "release",
					      [__ATOMIC_ACQ_REL] = "acq_rel", [__ATOMIC_SEQ_CST] = "seq_cst" };
	u64 executions = opt.search.executions ? opt.search.executions : 1000;
	struct weaken_line *line;
	unsigned int nr = 0, noticed = 0;
	char text[512];

	weaken_watch(true);
	if (anyone_notices(executions / 10 + 1, text, sizeof(text))) {
		weaken_watch(false);
		return bad("--weaken: there is a finding before anything is weakened: %s", text);
	}
	weaken_watch(false);
	line = weaken_lines(&nr);
	if (!line)
		return bad("--weaken: addr2line (package binutils) does not say where the code stands");
	for (unsigned int i = 0; i < nr; i++) {
		bool found;

		weaken_only(line[i].place);
		found = anyone_notices(executions, text, sizeof(text));
		noticed += found;
		printf("%-70s %-8s %10llu %s\n", line[i].place, orders[line[i].order] ? orders[line[i].order] : "consume",
		       (unsigned long long)line[i].executed, found ? text : "-");
		fflush(stdout);
	}
	weaken_only(NULL);
	free(line);
	printf("Of %u lines with an order a scene notices that it is relaxed in %u.\n", nr, noticed);
	return 0;
}

static int list(void)
{
	const struct explore_scene *s;

	for (unsigned int i = 0; (s = scene_nr(i)); i++)
		printf("%-44s %s%s\n", s->name, s->what, s->schemes ? "" : " (no scheme)");
	return 0;
}

static int search(void)
{
	const struct explore_scene *s;
	int err, found = 0;

	for (unsigned int i = 0; (s = scene_nr(i)); i++) {
		if (!chosen(s->name, opt.scenes))
			continue;
		err = explore_scene(s);
		if (err == 2 || (err && !opt.keep_going))
			return err;
		found |= err;
	}
	if (!sum.scenes)
		return bad("--scene=%s: there is no such scene (--list has all)", opt.scenes);
	printf("%s: %llu scenes, %llu of scene and scheme%s", found ? "Findings" : "No finding", (unsigned long long)sum.scenes,
	       (unsigned long long)sum.runs, opt.search.strategy == EXPLORE_DFS ? "" : ", sampled");
	if (opt.search.strategy == EXPLORE_DFS)
		printf(", %llu of them complete", (unsigned long long)sum.complete);
	printf("; %llu executions in %.1f s; %llu of them were cut off at %u steps.\n", (unsigned long long)sum.executions, sum.took,
	       (unsigned long long)sum.bounds, EXPLORE_MAX_STEPS);
	return found;
}

int main(int argc, char **argv)
{
	int err = options_parse(&options, &opt, argc, argv);

	if (err != OPTIONS_GO_ON)
		return output_end(err);
	settle();
	if (explore_init())
		return bad("no memory for the simulated machine");
	err = check_schemes();
	if (!err)
		err = opt.list ? list() : opt.replay ? replay() : opt.weaken ? weaken_each() : search();
	return output_end(err);
}
