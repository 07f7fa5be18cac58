/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline verify`: a script reads the ADR and measures; this finds it.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/usage.h"
#include "bench/cmd/helper.h"

static const char usage[] =
	"Usage: faultline verify ADR/NNNN-WORDS.md...\n"
	"Measure on this machine what the claims of a decision name, and say of each claim\n"
	"whether it holds.  The commands stand in evidence/measure.list beside the ADR; the\n"
	"committed evidence is neither read nor changed.\n"
	"\n"
	"  -h, --help   this text\n"
	"\n"
	"Exit status: 0 every claim holds, 1 one is broken, 2 wrong arguments or a claim that\n"
	"cannot be read, 77 none is broken, but this machine cannot tell of all.\n";

static int run(int argc, char **argv)
{
	char self[PATH_MAX], build[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char **args;
	int at = 0;

	if (argc < 2)
		return usage_error("verify: which ADR? ADR/NNNN-WORDS.md");
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return EXIT_FINE;
	}
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			return usage_error("verify: unknown option '%s'; see 'faultline verify --help'", argv[i]);
	if (n < 0)
		return usage_error("verify: /proc/self/exe cannot be read");
	self[n] = '\0';
	snprintf(build, sizeof(build), "--build=%.*s", (int)(strrchr(self, '/') - self), self);
	args = calloc(argc + 3, sizeof(*args));
	if (!args || setenv("FAULTLINE", self, 1) || setenv("PYTHONDONTWRITEBYTECODE", "1", 1))
		return usage_error("verify: no memory");
	args[at++] = argv[0];
	args[at++] = argv[0];
	args[at++] = build;
	memcpy(args + at, argv + 1, (argc - 1) * sizeof(*args));
	return helper_exec("ADR/tools/evidence.py", "evidence/evidence.py", "python3", args,
			   "its scripts are not installed beside this program (evidence/evidence.py)");
}

const struct command cmd_verify = {
	.name = "verify",
	.summary = "measure here what a decision claims",
	.run = run,
};
