// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Written calls here and on the running kernel: the same results, VMAs and contents, but where the script says why not.
 *
 *	host_scripts [FILE]... [--scheme SPEC | --every]
 *
 * Without a file it plays every one in tests/host/scripts.  Each script is played under one scheme, the
 * next script under the next scheme; with --every each under all.  docs/host.md says how a script is
 * written.
 */
#define _GNU_SOURCE
#include "tests/host/limits.h"
#include "tests/host/script.h"
#include "tests/support/check.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT_SECONDS	300
/* Exit statuses of the process that plays a script. */
enum { SAME, DIFFERS, CANNOT };

/* @return false: the two sides differ, and tw->why says how */
static bool play_step(struct twins *tw, const struct step *step, bool *cannot)
{
	switch (step->kind) {
	case STEP_LIMIT_AS:
		limit_as(tw, step->op.who, step->number);
		return true;
	case STEP_LIMIT_MAPS:
		*cannot = !limit_maps(tw, step->op.who, step->number);
		return true;
	default:
		return op_do(tw, &step->op);
	}
}

static int play_here(const struct script *s, const struct features *features, const char *spec)
{
	const struct twins_config config = { .spec = spec, .unit_shift = PAGE_SHIFT };
	bool same = true, cannot = false, ended;
	struct step step;
	struct twins tw;

	check_watchdog(SCRIPT_SECONDS);
	platform_thread_enter(0);
	twins_begin(&tw, features, &config);
	for (unsigned int i = 0; same && !cannot && i < s->nr; i++) {
		script_step(s, i, &tw, &step);
		check_context("%s: line %u: %s", s->name, s->number[i], s->line[i]);
		same = play_step(&tw, &step, &cannot);
		if (!same)
			printf("# line %u, %s: %s\n", s->number[i], s->line[i], tw.why);
	}
	if (same && !cannot && !s->many) {
		same = twins_same_contents(&tw);
		if (!same)
			printf("# at the end: %s\n", tw.why);
	}
	for (unsigned int who = 0; !same && who < NR_PUPPETS; who++)
		twins_print(&tw, who);
	ended = twins_end(&tw);
	if (same && !cannot && !ended)
		printf("# at the end: %s\n", tw.why);
	platform_thread_leave();
	return cannot ? CANNOT : same && ended ? SAME : DIFFERS;
}

/* In a process of its own: if mm_check() stops the program, that is a difference too. */
static int play(const struct script *s, const struct features *features, const char *spec)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	check(pid >= 0, "no process");
	if (!pid) {
		status = play_here(s, features, spec);
		fflush(stdout);
		_exit(status);
	}
	check(waitpid(pid, &status, 0) == pid, "no process");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	printf("# our side stopped the program\n");
	return DIFFERS;
}

struct run {
	struct features features;
	const char *spec;	/* NULL: one scheme after another */
	bool every;
	unsigned int nr_schemes, turn;
	unsigned int test, failed;
};

static void tell(struct run *run, const struct script *s, const char *spec, int result)
{
	bool ok = result == (s->differs[0] ? DIFFERS : SAME);

	if (result == CANNOT) {
		printf("ok %u - %s # SKIP vm.max_map_count is too high to be reached\n", ++run->test, s->name);
		return;
	}
	if (s->differs[0])
		printf("# %s: %s\n", ok ? "as docs/kernel-map.md says" : "no difference any more, but the script says",
		       s->differs);
	printf("%s %u - %s: %s\n", ok ? "ok" : "not ok", ++run->test, spec, s->name);
	run->failed += !ok;
}

static void play_file(struct run *run, const char *path)
{
	struct script_file *file = script_open(path);
	struct script script;

	printf("# %s\n", path);
	while (script_next(file, &script)) {
		if (script.heap && !run->features.repeats) {
			printf("ok %u - %s # SKIP addresses are randomised, whatever one asks\n",
			       ++run->test, script.name);
			continue;
		}
		/* The number of VMAs does not depend on the scheme, and takes long to reach. */
		for (unsigned int i = 0; !i || (run->every && !script.many && i < run->nr_schemes); i++) {
			const char *spec = run->spec ? run->spec : schemes[run->turn++ % run->nr_schemes]->name;

			tell(run, &script, spec, play(&script, &run->features, spec));
		}
	}
	script_close(file);
}

static void play_all(struct run *run)
{
	const char *srcdir = getenv("srcdir");
	char pattern[512];
	glob_t files;

	snprintf(pattern, sizeof(pattern), "%s/tests/host/scripts/*.script", srcdir ? srcdir : ".");
	check(!glob(pattern, 0, NULL, &files), "no scripts: %s", pattern);
	for (size_t i = 0; i < files.gl_pathc; i++)
		play_file(run, files.gl_pathv[i]);
	globfree(&files);
}

int main(int argc, char **argv)
{
	struct run run = { .test = 0 };
	struct options o = { .calls = 0 };
	const char *why;
	int nr_files = 0;

	puppet_main(argc, argv);
	while (1 + nr_files < argc && strncmp(argv[1 + nr_files], "--", 2))
		nr_files++;
	run.every = argc > 1 && !strcmp(argv[argc - 1], "--every");
	argc -= run.every;
	while (schemes[run.nr_schemes])
		run.nr_schemes++;
	options_parse(&o, argc - nr_files, argv + nr_files);
	run.spec = o.spec;
	why = features_impossible();
	if (!why)
		why = features_ask(&run.features);
	if (why)
		skip_all(why);
	for (int i = 1; i <= nr_files; i++)
		play_file(&run, argv[i]);
	if (!nr_files)
		play_all(&run);
	printf("1..%u\n", run.test);
	return run.failed != 0;
}
