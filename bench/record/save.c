/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The file of a recording: made in memory, compressed, then written whole.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/output.h"
#include "bench/record/decode.h"
#include "bench/record/save.h"
#include "bench/trace/pack.h"

/* The head of the file states how much was lost, so count that before the first line. */
static int count_lost(const struct save_input *in, u64 *lost, struct bench_error *err)
{
	const struct perf_event_header *raw;
	struct record r;
	int more;

	*lost = 0;
	while ((more = spool_merge(in->stream, in->nr_streams, in->layout, &raw, err)) > 0) {
		decode(in->layout, raw, &r);
		if (r.kind == RECORD_LOST)
			*lost += r.lost;
	}
	for (unsigned int i = 0; i < in->nr_streams; i++)
		spool_rewind(in->stream[i]);
	return more;
}

static int next_raw(void *from, struct record *r, struct bench_error *err)
{
	const struct save_input *in = from;
	const struct perf_event_header *raw;
	int more = spool_merge(in->stream, in->nr_streams, in->layout, &raw, err);

	if (more > 0)
		decode(in->layout, raw, r);
	return more;
}

static int convert_all(const struct convert_head *head, save_next_fn *next, void *from,
		       struct convert_result *result, FILE *out, struct bench_error *err)
{
	struct convert *c = convert_begin(head, out);
	struct record r;
	int more;

	if (!c)
		return bench_fail_memory(err, "writing the trace");
	while ((more = next(from, &r, err)) > 0) {
		if (convert_record(c, &r)) {
			more = bench_fail_memory(err, "writing the trace");
			break;
		}
	}
	if (convert_end(c, result) && !more)
		return bench_fail_memory(err, "writing the trace");
	return more;
}

/*
 * Write the file.  An older one is kept as NAME.old, since a recording cannot be repeated; where the new one cannot be
 * written, it gets its name back.
 * @return 0, or -1: err
 */
static int write_file(const char *path, const char *bytes, size_t size, struct bench_error *err)
{
	char *old;
	int ret;

	if (access(path, F_OK))
		return output_write_file(path, bytes, size, err);
	if (asprintf(&old, "%s.old", path) < 0)
		return bench_fail_memory(err, "writing the trace");
	if (rename(path, old)) {
		ret = bench_fail(err, "%s: cannot be kept as %s: %s", path, old, strerror(errno));
		goto out;
	}
	ret = output_write_file(path, bytes, size, err);
	if (!ret)
		fprintf(stderr, "faultline: what %s held is %s now\n", path, old);
	else if (rename(old, path))
		fprintf(stderr, "faultline: warning: what %s held is %s now\n", path, old);
out:
	free(old);
	return ret;
}

static bool is_packed(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !strcmp(path + n - 4, ".zst");
}

int save_records(const char *path, const struct convert_head *head, save_next_fn *next, void *from,
		 const char *nothing, struct convert_result *result, struct bench_error *err)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&bytes, &size), *out;
	int ret;

	if (!file)
		return bench_fail_memory(err, "writing the trace");
	out = is_packed(path) ? trace_pack(file) : file;
	if (!out) {
		fclose(file);
		free(bytes);
		return bench_fail_memory(err, "writing the trace");
	}
	ret = convert_all(head, next, from, result, out, err);
	if (out != file && fclose(out) && !ret)
		ret = bench_fail_memory(err, "writing the trace");
	if (output_close_memory(file, &bytes) && !ret)
		ret = bench_fail_memory(err, "writing the trace");
	if (!ret && !result->nr_op[TRACE_EXEC])
		ret = bench_fail(err, "%s", nothing);
	if (!ret)
		ret = write_file(path, bytes, size, err);
	free(bytes);
	return ret;
}

int save_trace(const struct save_input *in, struct record_outcome *outcome,
	       struct bench_error *err)
{
	const struct record_options *o = in->options;
	const char *slash = strrchr(o->command[0], '/');
	struct convert_head head = {
		.name = slash ? slash + 1 : o->command[0],
		.command = o->command,
		.err_known = in->layout->tracepoints,
		.zero_page = zero_page_ask(),
	};

	if (count_lost(in, &head.lost, err))
		return -1;
	if (head.lost < in->lost)
		head.lost = in->lost;
	outcome->lost = head.lost;
	return save_records(o->output, &head, next_raw, (void *)in,
			    "record: the command did not begin: nothing was recorded", &outcome->result, err);
}
