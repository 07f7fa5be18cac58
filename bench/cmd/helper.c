/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Find the program of a subcommand, and become it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"
#include "bench/cli/usage.h"
#include "bench/cmd/helper.h"

/* The folder of the program that runs now. */
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

/* Can folder/name be read?  It is left in path. */
static int found(char *path, size_t size, const char *folder, const char *name)
{
	return snprintf(path, size, "%s/%s", folder, name) < (int)size && !access(path, R_OK);
}

/*
 * In the build tree of this program; where it would be beside this program if both are
 * still as they were installed, under whatever folder; where it was installed.
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

int helper_missing(const char *command, const char *why)
{
	fprintf(stderr, "faultline: %s: %s\n", command, why);
	return EXIT_CANNOT_TELL;
}

int helper_exec(const char *built, const char *name, const char *interpreter, char **argv, const char *missing)
{
	char path[2 * PATH_MAX];
	int argc = 0, at = 0;
	char **args;

	if (find(path, sizeof(path), built, name))
		return helper_missing(argv[0], missing);
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
