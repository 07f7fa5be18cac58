// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The program behind `faultline explore`: seeks a schedule that breaks a scene, and tells its story.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>

#include "common/mm/scheme.h"
#include "sim/explore/story.h"
#include "tests/explore/scenes.h"

static const char usage[] =
	"Usage: faultline explore [OPTION]...\n"
	"       faultline explore --replay SEED [--diagram FILE] [--all-steps]\n"
	"Runs small scenes of the C itself, from one atomic access to the next, in schedules that\n"
	"it chooses, with memory that may be weak, thousands of times a second; says what breaks,\n"
	"with a seed by which that execution comes again and the shortest story of it that was found.\n"
	"\n"
	"      --scene GLOB,...       which scenes; default: write_empty+* (--list has all)\n"
	"  -s, --schemes A,B,...      under which schemes; default: all\n"
	"      --model sc|weak        sequential consistency, or weak memory (default)\n"
	"      --strategy NAME        pos: random priorities of events (default); walk: a coin at\n"
	"                             each point; pct: random priorities of threads; random: these in\n"
	"                             turn; dfs: every execution, one of each class\n"
	"  -n, --executions N         of each scene under each scheme; default 1000, dfs: no limit\n"
	"      --seconds S            CPU time for each scene under each scheme\n"
	"      --seed N               number of the first execution; default 0\n"
	"      --preemptions N        dfs: no more than so many; never complete\n"
	"      --classes              count the classes of executions that were reached\n"
	"      --keep-going           after a finding, with the next scene\n"
	"      --log FILE             add a line a scene and scheme to FILE\n"
	"      --replay SEED          one execution again, told step by step\n"
	"      --diagram FILE         draw the story of the finding, or of --replay (SVG)\n"
	"      --all-steps            tell each atomic access, not only where threads meet\n"
	"      --list                 scenes, a line each\n"
	"  -h, --help                 this text\n"
	"\n"
	"Exit status: 0 nothing was found, 1 something was, 2 an argument is wrong.\n"
	"\n"
	"What the memory model has less than the kernel's: a load never reads what is stored later\n"
	"(load buffering); stores reach a word in the order of execution (2+2W, S); a page that is\n"
	"copied, and words on a stack, are read as they are.  What it has more: address, data and\n"
	"control dependencies order nothing; xchg() and cmpxchg() order as acquire and release.\n"
	"So a dependency that the code leaned on would be a finding that no kernel has, and a bug\n"
	"that needs load buffering is not found.  Plain accesses are no points of a schedule: two that\n"
	"race are a finding in any order.  A search that a bound cut short is never called complete.\n";

enum { OPT_SCENE = 256, OPT_MODEL, OPT_STRATEGY, OPT_SECONDS, OPT_SEED, OPT_PREEMPTIONS, OPT_CLASSES, OPT_KEEP_GOING, OPT_LOG,
       OPT_REPLAY, OPT_DIAGRAM, OPT_ALL_STEPS, OPT_LIST, OPT_NAIVE };

static const struct option options[] = {
	{ "scene", required_argument, NULL, OPT_SCENE }, { "schemes", required_argument, NULL, 's' },
	{ "model", required_argument, NULL, OPT_MODEL }, { "strategy", required_argument, NULL, OPT_STRATEGY },
	{ "executions", required_argument, NULL, 'n' }, { "seconds", required_argument, NULL, OPT_SECONDS },
	{ "seed", required_argument, NULL, OPT_SEED }, { "preemptions", required_argument, NULL, OPT_PREEMPTIONS },
	{ "classes", no_argument, NULL, OPT_CLASSES }, { "keep-going", no_argument, NULL, OPT_KEEP_GOING },
	{ "log", required_argument, NULL, OPT_LOG }, { "replay", required_argument, NULL, OPT_REPLAY },
	{ "diagram", required_argument, NULL, OPT_DIAGRAM }, { "all-steps", no_argument, NULL, OPT_ALL_STEPS },
	{ "list", no_argument, NULL, OPT_LIST }, { "sleep-sets-alone", no_argument, NULL, OPT_NAIVE },
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }
};

static struct {
	const char *scenes, *schemes, *log, *replay, *diagram;
	bool all_steps, list, keep_going, limited;
	struct search search;	/* as each begins */
} opt = { .scenes = "write_empty+*", .search = { .weak = true, .preemptions = -1 } };

static int bad(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int bad(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "faultline explore: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	return 2;
}

static int parse_u64(const char *name, const char *text, u64 max, u64 *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || *out > max)
		return bad("--%s=%s: a number from 0 to %llu is needed", name, text, (unsigned long long)max);
	return 0;
}

static int parse_strategy(const char *name)
{
	opt.search.mixed = !strcmp(name, "random");
	if (opt.search.mixed)
		return 0;
	for (int s = EXPLORE_POS; s <= EXPLORE_DFS; s++)
		if (!strcmp(explore_strategy_ops((enum explore_strategy)s)->name, name)) {
			opt.search.strategy = (enum explore_strategy)s;
			return 0;
		}
	return bad("--strategy=%s: pos, walk, pct, random or dfs is needed", name);
}

static int parse_option(int o)
{
	char *end;
	u64 n;

	switch (o) {
	case OPT_SCENE: opt.scenes = optarg; return 0;
	case 's': opt.schemes = optarg; return 0;
	case OPT_MODEL:
		opt.search.weak = !strcmp(optarg, "weak");
		return opt.search.weak || !strcmp(optarg, "sc") ? 0 : bad("--model=%s: sc or weak is needed", optarg);
	case OPT_STRATEGY: return parse_strategy(optarg);
	case 'n': opt.limited = true; return parse_u64("executions", optarg, 1ULL << 40, &opt.search.executions);
	case OPT_SECONDS:
		opt.limited = true;
		opt.search.seconds = strtod(optarg, &end);
		return *end || end == optarg || !(opt.search.seconds > 0) || opt.search.seconds > 1e7 ?
			bad("--seconds=%s: a number of seconds above 0 is needed", optarg) : 0;
	case OPT_SEED: return parse_u64("seed", optarg, 1ULL << 62, &opt.search.first);
	case OPT_PREEMPTIONS:
		if (parse_u64("preemptions", optarg, 1000, &n))
			return 2;
		opt.search.preemptions = (int)n;
		return 0;
	case OPT_CLASSES: opt.search.count_classes = true; return 0;
	case OPT_KEEP_GOING: opt.keep_going = true; return 0;
	case OPT_LOG: opt.log = optarg; return 0;
	case OPT_REPLAY: opt.replay = optarg; return 0;
	case OPT_DIAGRAM: opt.diagram = optarg; return 0;
	case OPT_ALL_STEPS: opt.all_steps = true; return 0;
	case OPT_LIST: opt.list = true; return 0;
	case OPT_NAIVE: opt.search.naive = true; return 0;
	default: return bad("see faultline explore --help");
	}
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
	int o, err;

	while ((o = getopt_long(argc, argv, "s:n:h", options, NULL)) != -1) {
		if (o == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		err = parse_option(o);
		if (err)
			return err;
	}
	if (optind < argc)
		return bad("'%s' is no option; see faultline explore --help", argv[optind]);
	if (explore_init())
		return bad("no memory for the simulated machine");
	if (!opt.limited && opt.search.strategy != EXPLORE_DFS)
		opt.search.executions = 1000;
	err = check_schemes();
	if (err)
		return err;
	if (opt.list)
		return list();
	return opt.replay ? replay() : search();
}
