/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which of the two formats it is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/import/import.h"
#include "bench/import/perf_data.h"
#include "bench/import/perf_script.h"

static int first_bytes(const char *path, char *to, size_t n, struct bench_error *err)
{
	FILE *in = fopen(path, "rb");
	struct stat st;
	size_t got;

	if (!in || fstat(fileno(in), &st)) {
		bench_fail(err, "%s: cannot be opened: %s", *path ? path : "''", strerror(errno));
		goto out_close;
	}
	if (!S_ISREG(st.st_mode)) {	/* it is read more than once */
		bench_fail(err, "%s is not a regular file", path);
		goto out_close;
	}
	memset(to, 0, n);
	got = fread(to, 1, n, in);
	if (!got && ferror(in)) {
		bench_fail(err, "%s: cannot be read: %s", path, strerror(errno));
		goto out_close;
	}
	fclose(in);
	return 0;

out_close:
	if (in)
		fclose(in);
	return -1;
}

int import_file(const char *input, const char *output, struct import_outcome *outcome, struct bench_error *err)
{
	char magic[8];

	memset(outcome, 0, sizeof(*outcome));
	if (first_bytes(input, magic, sizeof(magic), err))
		return -1;
	if (!memcmp(magic, "2ELIFREP", sizeof(magic)))
		return bench_fail(err, "%s: is of a machine with the other order of bytes", input);
	if (!memcmp(magic, "PERFFILE", sizeof(magic)))
		return bench_fail(err, "%s: is perf's format of before Linux 3.6: convert it with perf script", input);
	if (!memcmp(magic, "PERFILE2", sizeof(magic)))
		return perf_data_import(input, output, outcome, err);
	return perf_script_import(input, output, outcome, err);
}
