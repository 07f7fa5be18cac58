// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Any bytes as a trace: it is refused in one line, or a plan can be made of it, or that is refused.
 */
#define _GNU_SOURCE
#include "bench/plan/plan.h"
#include "bench/trace/trace.h"
#include "tests/support/check.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void check_line(const struct bench_error *err)
{
	size_t len = strlen(err->line);

	check(len && len < sizeof(err->line) - 1 + 1, "refused without a word");
	for (size_t i = 0; i < len; i++)
		check((unsigned char)err->line[i] >= ' ', "a control character in a line for the terminal");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench_error err = { "" };
	struct trace *trace = NULL;
	struct plan *plan = NULL;
	char path[64];
	int fd = memfd_create("trace", 0);

	check(fd >= 0 && write(fd, data, size) == (ssize_t)size, "no file in memory");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (trace_read(&trace, path, &err)) {
		check_line(&err);
	} else {
		if (plan_build(&plan, trace, false, &err))
			check_line(&err);
		plan_free(plan);
		trace_free(trace);
	}
	close(fd);
	return 0;
}
