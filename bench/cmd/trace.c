/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline trace info`: what recorded programs did.  `faultline trace import`: what perf recorded becomes a trace.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "bench/cli/complete.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/import/import.h"
#include "bench/lib/plural.h"
#include "bench/trace/info.h"
#include "bench/trace/pack.h"

struct settings {
	enum output_format format;
	const char *output;
	struct option_words traces;
};

static const struct option_entry entries[] = {
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "trace info",
	.synopsis = "[OPTION]... FILE...",
	.about = "What recorded programs did: events by kind, rates, faults per change of the address space, threads, "
		 "processes, VMAs, what the faults hit.",
	.entry = entries,
	.end = "A change is an mmap, munmap, mprotect, mremap or a brk that moved, and did not fail.\n"
	       "Exit status: 0 fine, 2 wrong arguments or a damaged trace.",
	.operand = OPTION_OTHER(0, NULL, "FILE", option_word, NULL, OPTION_FIELD(struct settings, traces), .complete = option_files),
	.which = "a trace",
};

static int info(int argc, char **argv)
{
	struct settings s = { .format = OUTPUT_TABLE };
	struct trace_infos all = { .argc = argc, .argv = argv };
	int ret = options_parse(&options, &s, argc, argv);
	struct trace_info *infos;
	struct bench_error err;

	if (ret != OPTIONS_GO_ON) {
		free(s.traces.word);
		return ret;
	}
	ret = 0;
	all.info = infos = calloc(s.traces.nr, sizeof(*infos));
	if (!infos)
		ret = usage_error("not enough memory");
	for (; !ret && all.nr < s.traces.nr; all.nr++) {
		struct trace *trace;

		if (trace_read(&trace, s.traces.word[all.nr], &err)) {
			ret = usage_error("%s", err.line);
			break;
		}
		if (trace_info(&infos[all.nr], trace, &err))
			ret = usage_error("%s", err.line);
	}
	if (!ret)
		ret = output_write(s.output, trace_info_render, &all, s.format);
	for (unsigned int i = 0; i < all.nr; i++) {
		if (infos[i].trace->lost)
			fprintf(stderr, "faultline: warning: %s: %llu event%s lost when it was recorded\n",
				infos[i].trace->path, (unsigned long long)infos[i].trace->lost, plural(infos[i].trace->lost));
		trace_free((struct trace *)infos[i].trace);
	}
	free(infos);
	free(s.traces.word);
	return ret;
}

/* --- import ------------------------------------------------------------------------------ */

struct import_settings {
	const char *output;
	struct option_words files;
};

static const struct option_entry import_entries[] = {
	OPTION_TEXT('o', "output", "FILE", struct import_settings, output,
		    "default: FILE's name with " TRACE_SUFFIX " at its end, here; compressed if it ends in .zst", .complete = option_files),
	OPTION_END
};

static const struct options import_options = {
	.command = "trace import",
	.synopsis = "[OPTION]... FILE",
	.about = "What perf recorded on another machine becomes a trace.  There: perf record -d -k CLOCK_MONOTONIC "
		 "-e 'exceptions:page_fault_*' -e 'raw_syscalls:sys_*' -- COMMAND.  FILE is its perf.data; or the text that perf script --ns --show-task-events --show-mmap-events "
		 "prints of it, plain or compressed with zstd.",
	.entry = import_entries,
	.end = "Exit status: 0 fine, 2 wrong arguments, or FILE is damaged or holds no such recording.",
	.operand = OPTION_OTHER(0, NULL, "FILE", option_word, NULL, OPTION_FIELD(struct import_settings, files),
				.complete = option_files),
	.which = "a file of perf record or perf script",
};

static void say_imported(const struct import_outcome *out, const char *output)
{
	const u64 *n = out->result.nr_op;

	if (out->lost)
		fprintf(stderr, "faultline: warning: perf lost %" PRIu64 " event%s: the trace has holes\n", out->lost, plural(out->lost));
	if (out->exec_only)
		fputs("faultline: warning: mappings without code are not in it: perf record -d has them\n", stderr);
	left_out_print(stderr, &out->result.left_out, "faultline: warning: not in the trace: ", SIZE_MAX);
	if (out->result.alive)
		fprintf(stderr, "faultline: warning: %" PRIu64 " thread%s lived on at the end: the trace ends there\n",
			out->result.alive, plural(out->result.alive));
	fprintf(stderr, "faultline: imported %" PRIu64 " fault%s and %" PRIu64 " call%s of %" PRIu64 " process%s to %s\n",
		n[TRACE_FAULT] + n[TRACE_KFAULT], plural(n[TRACE_FAULT] + n[TRACE_KFAULT]), convert_calls(&out->result),
		plural(convert_calls(&out->result)), out->result.processes, out->result.processes == 1 ? "" : "es", output);
}

/* FILE's name without folder and ending. */
static char *name_of_output(const char *input)
{
	const char *slash = strrchr(input, '/'), *base = slash ? slash + 1 : input, *dot = strrchr(base, '.');
	char *name;

	return asprintf(&name, "%.*s" TRACE_SUFFIX, dot && dot != base ? (int)(dot - base) : (int)strlen(base), base) < 0 ? NULL : name;
}

static int import(int argc, char **argv)
{
	struct import_settings s = { NULL, { NULL, 0 } };
	int ret = options_parse(&import_options, &s, argc, argv);
	struct import_outcome outcome;
	struct bench_error err;
	char *name = NULL;

	if (ret != OPTIONS_GO_ON)
		goto out;
	if (s.files.nr > 1) {
		ret = usage_error("trace import: one file at a time");
		goto out;
	}
	if (!s.output)
		s.output = name = name_of_output(s.files.word[0]);
	if (!s.output) {
		ret = usage_error("not enough memory");
		goto out;
	}
	ret = output_regular(s.output);
	if (!ret)
		ret = output_possible(s.output);
	if (ret)
		goto out;
	if (import_file(s.files.word[0], s.output, &outcome, &err))
		ret = usage_error("%s", err.line);
	else
		say_imported(&outcome, s.output);
out:
	free(name);
	free(s.files.word);
	return ret;
}

/* --- which of them -------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} parts[] = { { "info", info }, { "import", import } };

static int run(int argc, char **argv)
{
	bool completes = argc > 1 && !strcmp(argv[1], COMPLETE_OPTION);
	const char *wanted = completes ? argv[2] : argv[1];

	if (completes && argc < 4) {
		for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
			puts(parts[i].name);
		return EXIT_FINE;
	}
	if (argc > 1 && !completes && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		info(argc, argv);
		putchar('\n');
		return import(argc, argv);
	}
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(parts); i++) {
		if (strcmp(wanted, parts[i].name))
			continue;
		if (completes)
			argv[2] = argv[1];
		return parts[i].run(argc - 1, argv + 1);
	}
	if (completes)
		return EXIT_FINE;
	return usage_error("trace: the subcommands are 'info' and 'import'; see 'faultline trace --help'");
}

const struct command cmd_trace = {
	.name = "trace",
	.summary = "what a recorded program did, in figures; import what perf recorded",
	.run = run,
};
