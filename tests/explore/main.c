// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The program behind `faultline explore`: seeks a schedule that breaks a scene, and tells its story.
 */
#include <errno.h>
#include <stdlib.h>

#include "bench/cli/options.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/run/specs.h"
#include "common/mm/scheme.h"
#include "sim/explore/story.h"
#include "tests/explore/program.h"
#include "tests/explore/scenes.h"
#include "tests/explore/stages.h"

enum model { MODEL_WEAK, MODEL_SC };
enum strategy_option { STRATEGY_POS, STRATEGY_WALK, STRATEGY_PCT, STRATEGY_DFS, STRATEGY_RANDOM };

static struct settings {
	const char *scenes, *schemes, *lines, *log, *replay, *diagram;
	bool all_steps, list, keep_going, classes, naive, weaken;
	enum model model;
	enum strategy_option strategy;
	u64 executions, seconds, seed, preemptions, programs;
	struct weaken_covers covers;
	struct search search;	/* the settings with which each search begins */
} opt = { .scenes = "write_empty+*", .lines = "*", .preemptions = 1000, };

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
	OPTION_NUMBER(0, "programs", "N", struct settings, programs, 1, 1ULL << 40,
		      "N random programs of calls for 2 or 3 threads, from number --seed on; one that breaks is shortened.  A program is a "
		      "scene, too: --scene program/w0_u0"),
	OPTION_TEXT(0, "lines", "GLOB,...", struct settings, lines,
		    "with --weaken: only lines that fit, as the table names them: 'FUNCTION (FILE:LINE)'"),
	OPTION_TEXT(0, "pairs", "GLOB,...", struct settings, covers.pairs,
		    "with --weaken: a line that nobody misses is relaxed together with each line that fits, since that may cover for it"),
	OPTION_TEXT(0, "with", "GLOB,...", struct settings, covers.with,
		    "with --weaken: such a line is relaxed together with all lines that fit, at once"),
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
	u64 executions, bounds, complete, resets;
	double took, reset_seconds;
} sum;

static int add_to_log(const struct search *s, const char *scene, const char *spec)
{
	FILE *log;

	if (!opt.log)
		return 0;
	log = fopen(opt.log, "a");
	if (!log)
		return bad("%s: %s", opt.log, strerror(errno));
	fprintf(log, "%s\t%s\t%s\t%s\t%llu\t%llu\t%llu\t%llu\t%s\t%.3f\n", scene, spec, s->weak ? "weak" : "sc",
		s->mixed ? "random" : explore_strategy_ops(s->strategy)->name, (unsigned long long)s->total.executions,
		(unsigned long long)s->classes, (unsigned long long)s->total.bounds, (unsigned long long)s->total.findings,
		s->complete ? "complete" : "-", s->took);
	return fclose(log) ? bad("%s: cannot be written", opt.log) : 0;
}

static void print_row(const struct search *s, const char *scene, const char *spec)
{
	char classes[32] = "", bounds[64] = "", cuts[64] = "";

	if (s->count_classes)
		snprintf(classes, sizeof(classes), ", %llu classes", (unsigned long long)s->classes);
	if (s->total.cuts)
		snprintf(cuts, sizeof(cuts), ", %llu begun like an earlier one", (unsigned long long)s->total.cuts);
	if (s->total.bounds)
		snprintf(bounds, sizeof(bounds), ", %llu cut off at %u steps (first: %llu)", (unsigned long long)s->total.bounds,
			 EXPLORE_MAX_STEPS, (unsigned long long)s->first_bound);
	printf("%-44s %-20s %10llu executions %8.2f s %8.0f/s%s%s%s%s%s\n", scene, spec,
	       (unsigned long long)s->total.executions, s->took, s->took > 0 ? (double)s->total.executions / s->took : 0,
	       s->strategy == EXPLORE_DFS && !s->mixed ? (s->complete ? ", complete" : ", not complete") : "", cuts, classes,
	       bounds,
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
			return 1;
		}
		return bad("%s", why);
	}
	search_run(&s);
	print_row(&s, scene->name, spec);
	sum.executions += s.total.executions;
	sum.bounds += s.total.bounds;
	sum.complete += s.complete;
	sum.took += s.took;
	sum.resets += s.total.resets;
	sum.reset_seconds += s.total.reset_seconds;
	err = add_to_log(&s, scene->name, spec);
	if (!err && s.found) {
		err = tell_finding(&s, scene->name, spec);
		err = err ? err : 1;
	}
	explore_close();
	return err;
}

static int list(void)
{
	const struct explore_scene *s;

	for (unsigned int i = 0; (s = scene_nr(i)); i++)
		printf("%-44s %s%s\n", s->name, s->what, s->schemes ? "" : " (no scheme)");
	return 0;
}

static int search(const struct stages *stages)
{
	int err, found = 0;

	for (unsigned int i = 0; i < stages->nr; i++) {
		err = explore_one(stages->stage[i].scene, stages->stage[i].spec);
		if (err == 2 || (err && !opt.keep_going))
			return err;
		found |= err;
	}
	printf("%s: %u scenes, %u of scene and scheme%s", found ? "Findings" : "No finding", stages->scenes, stages->nr,
	       opt.search.strategy == EXPLORE_DFS ? "" : ", sampled");
	if (opt.search.strategy == EXPLORE_DFS)
		printf(", %llu of them complete", (unsigned long long)sum.complete);
	printf("; %llu executions in %.1f s, of which %.1f us each to restore the memory; %llu of them were cut off at %u steps.\n",
	       (unsigned long long)sum.executions, sum.took, sum.resets ? sum.reset_seconds / (double)sum.resets * 1e6 : 0,
	       (unsigned long long)sum.bounds, EXPLORE_MAX_STEPS);
	return found;
}

static int random_programs(void)
{
	const char *specs[64], *given[2] = { opt.schemes, NULL };
	struct search each = opt.search;
	unsigned int nr = 0;

	for (; schemes[nr] && nr + 1 < ARRAY_SIZE(specs); nr++)
		specs[nr] = schemes[nr]->name;
	specs[nr] = NULL;
	each.first = 0;
	each.executions = opt.executions ? opt.executions : 200;
	return programs_explore(opt.seed, opt.programs, opt.schemes ? given : specs, &each, explore_one);
}

static int run(void)
{
	struct stages stages;
	char why[512];
	int err;

	if (opt.list)
		return list();
	if (opt.replay)
		return replay();
	if (opt.programs)
		return random_programs();
	if (stages_choose(&stages, opt.scenes, opt.schemes, why, sizeof(why)))
		return bad("%s", why);
	if (opt.weaken && !opt.search.executions)
		opt.search.executions = 1000;
	err = opt.weaken ? weaken_all(&stages, &opt.search, opt.lines, &opt.covers) : search(&stages);
	free(stages.stage);
	return err;
}

int main(int argc, char **argv)
{
	int err = options_parse(&options, &opt, argc, argv);

	if (err != OPTIONS_GO_ON)
		return output_end(err);
	settle();
	if (explore_init())
		return bad("no memory for the simulated machine");
	return output_end(run());
}
