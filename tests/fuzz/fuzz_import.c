// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Any bytes as what perf wrote: refused in one line with nothing written, or a trace that the reader takes;
 * and as one record for the recorder's decoder, behind whose end nothing may be read.
 */
#define _GNU_SOURCE
#include "bench/import/import.h"
#include "bench/record/decode.h"
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
	check(err->line[0], "refused without a word");
	for (const char *c = err->line; *c; c++)
		check((unsigned char)*c >= ' ', "a control character in a line for the terminal");
}

/* A block of just that size: AddressSanitizer sees what is read behind it. */
static void decode_alone(const uint8_t *data, size_t size)
{
	struct record_layout layout = { .fault_user = 190, .fault_kernel = 189, .enter = 443, .leave = 442, .addr = 8,
					.ip = 16, .err = 24, .enter_nr = 8, .enter_args = 16, .leave_nr = 8, .leave_ret = 16 };
	struct perf_event_header *raw;
	size_t bytes = size & ~7ul;	/* the kernel's records are whole words */
	struct record r;

	if (bytes < sizeof(*raw) || bytes > 0xfff8)
		return;
	raw = malloc(bytes);
	check(raw, "no memory");
	memcpy(raw, data, bytes);
	raw->size = (u16)bytes;
	for (unsigned int i = 0; i < 2; i++) {
		layout.tracepoints = i;
		decode_time(&layout, raw);
		decode(&layout, raw, &r);
		if (r.kind == RECORD_NAME || r.kind == RECORD_EXEC)
			check(strlen(r.name) < bytes, "a name longer than its record");
		if (r.kind == RECORD_VMA)
			check(strlen(r.vma.name) < bytes, "a name longer than its record");
	}
	free(raw);
}

static void import_all(const uint8_t *data, size_t size)
{
	static char output[] = "/tmp/fuzz-import-XXXXXX";
	static int made = -1;
	struct import_outcome outcome;
	struct bench_error err = { "" };
	struct trace *trace = NULL;
	char path[64];
	int fd = memfd_create("perf", 0);

	if (made < 0) {
		made = mkstemp(output);
		check(made >= 0, "no file in /tmp");
	}
	unlink(output);		/* nothing older is to be kept */
	check(fd >= 0 && write(fd, data, size) == (ssize_t)size, "no file in memory");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (import_file(path, output, &outcome, &err)) {
		check_line(&err);
		check(access(output, F_OK), "refused, and a file was written");
	} else {
		/* More threads at once than the reader takes, or times beyond its limit, may be in a recording. */
		if (trace_read(&trace, output, &err))
			check_line(&err);
		trace_free(trace);
	}
	unlink(output);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode_alone(data, size);
	import_all(data, size);
	return 0;
}
