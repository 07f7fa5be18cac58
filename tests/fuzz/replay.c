// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Stands in for the fuzzer in ordinary builds: every file of the committed corpus once; prints TAP.
 *
 *	fuzz_NAME [FILE...]	those, instead of $srcdir/tests/fuzz/corpus/NAME/...
 */
#include "tests/support/check.h"
#include "tests/fuzz/fuzz.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void replay(const char *path)
{
	FILE *in = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);
	size_t size;

	check(in && data, "%s cannot be read", path);
	size = fread(data, 1, 1 << 20, in);
	fclose(in);
	check_context("%s", path);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir"), *name = strrchr(argv[0], '/');
	char pattern[4096];
	glob_t files;

	check_watchdog(300);
	name = strstr(name ? name : argv[0], "fuzz_");
	check(name, "the program's name does not tell what it is to be fed");
	snprintf(pattern, sizeof(pattern), "%s/tests/fuzz/corpus/%s/*", srcdir ? srcdir : "..", name + 5);
	memset(&files, 0, sizeof(files));
	if (argc == 1 && glob(pattern, 0, NULL, &files)) {
		printf("1..0 # SKIP no file is %s\n", pattern);
		return 77;
	}
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	for (size_t i = 0; argc == 1 && i < files.gl_pathc; i++)
		replay(files.gl_pathv[i]);
	printf("1..1\nok 1 - %s # %zu inputs\n", name, argc == 1 ? files.gl_pathc : (size_t)argc - 1);
	globfree(&files);
	return 0;
}
