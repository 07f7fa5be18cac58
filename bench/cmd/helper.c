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

#include "bench/cli/usage.h"
#include "bench/cmd/helper.h"

#ifndef PKGLIBEXECDIR
#define PKGLIBEXECDIR "."
#endif

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

static int find(char *path, size_t size, const char *built, const char *name)
{
	char folder[PATH_MAX];

	if (!own_folder(folder, sizeof(folder)) &&
	    snprintf(path, size, "%s/%s", folder, built) < (int)size && !access(path, R_OK))
		return 0;
	return snprintf(path, size, "%s/%s", PKGLIBEXECDIR, name) < (int)size && !access(path, R_OK) ? 0 : -1;
}

int helper_exec(const char *built, const char *name, const char *interpreter, char **argv, const char *missing)
{
	char path[2 * PATH_MAX];
	int argc = 0, at = 0;
	char **args;

	if (find(path, sizeof(path), built, name)) {
		fprintf(stderr, "faultline: %s: %s\n", argv[0], missing);
		return EXIT_CANNOT_TELL;
	}
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
