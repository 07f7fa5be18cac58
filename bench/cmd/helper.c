/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Subcommands that are programs of their own, like some of git's: find the program and exec it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "paths.h"
#include "bench/cli/options.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"

/* The folder of the running program. */
static int own_folder(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (n < 0)
		return -1;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return -1;
	*slash = '\0';
	return 0;
}

/* Can folder/name be read?  The path is left in @path. */
static int found(char *path, size_t size, const char *folder, const char *name)
{
	return snprintf(path, size, "%s/%s", folder, name) < (int)size && !access(path, R_OK);
}

/*
 * Look in the build tree of this program; then at the same relative place as when both were installed,
 * under any prefix; then where it was installed.
 */
static int find(char *path, size_t size, const char *built, const char *name)
{
	char own[PATH_MAX], beside[PATH_MAX];

	if (!own_folder(own, sizeof(own))) {
		if (found(path, size, own, built))
			return 0;
		if (snprintf(beside, sizeof(beside), "%s/" HELPER_FOLDER_FROM_COMMAND, own) < (int)sizeof(beside) &&
		    found(path, size, beside, name))
			return 0;
	}
	return found(path, size, HELPER_FOLDER, name) ? 0 : -1;
}

static int missing(const char *command, const char *why)
{
	fprintf(stderr, "faultline: %s: %s\n", command, why);
	return EXIT_CANNOT_TELL;
}

/*
 * Exec the program @name with @argv: the one in the build tree in which this program runs (@built is its
 * path there), or the installed one; if an installation was moved as a whole, the one that was moved
 * along.  @interpreter, found by PATH, is put before it; NULL: none.
 * @return only if it cannot be run: EXIT_CANNOT_TELL, with @why on stderr
 */
static int become(const char *built, const char *name, const char *interpreter, char **argv, const char *why)
{
	char path[2 * PATH_MAX];
	int argc = 0, at = 0;
	char **args;

	if (find(path, sizeof(path), built, name))
		return missing(argv[0], why);
	while (argv[argc])
		argc++;
	args = calloc(argc + 2, sizeof(*args));
	if (!args)
		return usage_error("%s: no memory", argv[0]);
	args[at++] = interpreter ? (char *)interpreter : argv[0];
	if (interpreter)
		args[at++] = path;
	memcpy(args + at, argv + 1, (argc - 1) * sizeof(*args));
	execvp(interpreter ? interpreter : path, args);
	if (interpreter)
		fprintf(stderr, "faultline: %s: %s: %s (package %s)\n", argv[0], interpreter, strerror(errno), interpreter);
	else
		fprintf(stderr, "faultline: %s: %s: %s\n", argv[0], path, strerror(errno));
	free(args);
	return EXIT_CANNOT_TELL;
}

/* --- the program that has libclang in it -------------------------------------------------------- */

static int run_complexity(int argc, char **argv)
{
	(void)argc;
#ifdef WITH_COMPLEXITY
	return become("bench/complexity/complexity", "complexity", NULL, argv, "its program is not built: run make");
#else
	/* A helper from an earlier build may still be there. */
	return missing(argv[0], "built without libclang, which reads the sources: all columns are missing "
		       "(install libclang-dev, then configure and build again)");
#endif
}

const struct command cmd_complexity = {
	.name = "complexity",
	.summary = "how complex each scheme is, by one rule for all",
	.run = run_complexity,
};

/* --- the program whose schemes are compiled with hooks --------------------------------------------- */

static int run_stores(int argc, char **argv)
{
	(void)argc;
#ifdef WITH_STORES
	return become("bench/stores/stores", "stores", NULL, argv, "its program is not built: run make");
#else
	return missing(argv[0], "built without the program that sees every store, which "
		       "takes a compiler with -fsanitize=thread, and no other sanitizer");
#endif
}

const struct command cmd_stores = {
	.name = "stores",
	.summary = "stores to shared cache lines per fault, by field",
	.run = run_stores,
};

static int run_explore(int argc, char **argv)
{
	(void)argc;
#ifdef WITH_STORES
	return become("tests/explore/explore", "explore", NULL, argv, "its program is not built: run make");
#else
	return missing(argv[0], "built without the program that runs every access, which "
		       "takes a compiler with -fsanitize=thread, and no other sanitizer");
#endif
}

const struct command cmd_explore = {
	.name = "explore",
	.summary = "seek a schedule, or a reordering, that breaks a rule",
	.run = run_explore,
};

/* --- the script that reads an ADR and measures ------------------------------------------------------- */

static const struct options verify_options = {
	.command = "verify",
	.synopsis = "ADR/NNNN-WORDS.md...",
	.about = "Measure on this machine what the claims of a decision name, and say of each claim whether it holds.  The "
		 "commands stand in evidence/measure.list beside the ADR; one that the list of this faultline's own does not have is "
		 "run only after a question on the terminal.  The committed evidence is neither read nor changed.",
	.end = "Exit status: 0 every claim holds, 1 one is broken, 2 wrong arguments or a claim that cannot be read, 77 none is "
	       "broken, but this machine cannot tell of all.",
	.operand = OPTION_OTHER(0, NULL, "FILE", option_word, NULL, .complete = option_files),
	.which = "an ADR",
};

static int run_verify(int argc, char **argv)
{
	struct option_words files = { .word = NULL };
	char folder[PATH_MAX], build[PATH_MAX + 16], self[] = "/proc/self/exe", *program;
	int ret = options_parse(&verify_options, &files, argc, argv);
	char **args = NULL;

	if (ret != OPTIONS_GO_ON)
		goto out;
	program = realpath(self, NULL);
	if (!program || own_folder(folder, sizeof(folder))) {
		ret = usage_error("verify: %s cannot be read", self);
		goto out_program;
	}
	snprintf(build, sizeof(build), "--build=%s", folder);
	args = calloc(files.nr + 4UL, sizeof(*args));
	if (!args || setenv("FAULTLINE", program, 1) || setenv("PYTHONDONTWRITEBYTECODE", "1", 1)) {
		ret = usage_error("verify: no memory");
		goto out_program;
	}
	args[0] = args[1] = argv[0];
	args[2] = build;
	memcpy(args + 3, files.word, files.nr * sizeof(*args));
	ret = become("ADR/tools/evidence.py", "evidence/evidence.py", "python3", args,
		     "its scripts are not installed beside this program (evidence/evidence.py)");
out_program:
	free(program);
	free(args);
out:
	free(files.word);
	return ret;
}

const struct command cmd_verify = {
	.name = "verify",
	.summary = "measure here what a decision claims",
	.run = run_verify,
};

/* --- the program that simulates machines --------------------------------------------------------------- */

int helper_simulated(char **argv)
{
#ifdef WITH_TIME
	return become("bench/simulated/simulated", "simulated", NULL, argv, "its program is not built: run make");
#else
	return missing(argv[0], "built without simulated machines, which take jansson, a compiler with -fsanitize=thread, "
		       "and no other sanitizer");
#endif
}
