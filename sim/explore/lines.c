// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Addresses of this program to lines of its source: one run of addr2line for all.
 *
 * It gets the addresses by a file, since two pipes that both fill up would block both sides.
 */
#define _GNU_SOURCE
#include "sim/explore/lines.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/engine.h"

/* Line @a nr of a file, without the space around it. */
static void read_source(const char *path, unsigned int nr, char *text)
{
	char line[1024], *from = line;
	FILE *in = fopen(path, "r");

	text[0] = '\0';
	line[0] = '\0';
	while (in && nr && fgets(line, sizeof(line), in))
		nr--;
	if (in)
		fclose(in);
	if (!in || nr)
		return;
	from += strspn(from, " \t");
	from[strcspn(from, "\n")] = '\0';
	snprintf(text, LINES_TEXT, "%.150s", from);
}

/* "fault_put at ../common/mm/fault_put.h:77 (discriminator 2)" to "fault_put (common/mm/fault_put.h:77)". */
static void shorten(const char *line, char *text, char *source)
{
	char function[80], path[PATH_MAX], *from = path, *folder, *number;

	if (sscanf(line, "%79s at %4095s", function, path) != 2 || !strcmp(path, "??:0") || !strcmp(path, "??:?")) {
		text[0] = '\0';
		return;
	}
	if (source)
		source[0] = '\0';
	for (const char *const *name = (const char *const[]){ "/common/", "/prototypes/", "/sim/", "/tests/", NULL }; *name; name++) {
		folder = strstr(path, *name);
		if (folder) {
			from = folder + 1;
			break;
		}
	}
	snprintf(text, LINES_TEXT, "%.60s (%.90s)", function, from);
	number = strrchr(path, ':');
	if (source && number) {
		*number = '\0';
		read_source(path, (unsigned int)strtoul(number + 1, NULL, 10), source);
	}
}

int lines_of(const void *const *where, unsigned int nr, char (*text)[LINES_TEXT], char (*source)[LINES_TEXT])
{
	char input[] = "/tmp/faultline-lines-XXXXXX", command[PATH_MAX + 128], exe[PATH_MAX], line[PATH_MAX + 256];
	const char *base;
	unsigned int done = 0;
	FILE *in, *out;
	Dl_info info;
	ssize_t n;
	int fd;

	for (unsigned int i = 0; i < nr; i++)
		sim_place(where[i], text[i], LINES_TEXT);
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n < 0 || !nr || !dladdr((const void *)(uintptr_t)lines_of, &info))
		return -ENOENT;
	exe[n] = '\0';
	base = info.dli_fbase;
	fd = mkstemp(input);
	if (fd < 0)
		return -errno;
	in = fdopen(fd, "w");
	if (!in) {
		close(fd);
		unlink(input);
		return -ENOMEM;
	}
	/*
	 * Subtract 1 to name the call, not the instruction behind it.  In a program at a fixed address
	 * the symbols have absolute addresses.
	 */
	for (unsigned int i = 0; i < nr; i++)
		fprintf(in, "%#zx\n", (size_t)((uintptr_t)where[i] - 1 - ((uintptr_t)base > 0x1000000 ? (uintptr_t)base : 0)));
	fclose(in);
	snprintf(command, sizeof(command), "addr2line -f -p -e '%s' < %s 2>/dev/null", exe, input);
	out = popen(command, "r");
	while (out && done < nr && fgets(line, sizeof(line), out)) {
		char better[LINES_TEXT];

		shorten(line, better, source ? source[done] : NULL);
		if (better[0])
			memcpy(text[done], better, LINES_TEXT);
		done++;
	}
	if (out)
		pclose(out);
	unlink(input);
	return done == nr ? 0 : -ENOENT;
}
