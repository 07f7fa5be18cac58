/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline record`: its options, and its report when the command has ended.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/lib/plural.h"
#include "bench/record/session.h"
#include "bench/trace/pack.h"

#define MAX_RING_KIB (1UL << 20)

/* What follows the recording. */
enum then { THEN_NOTHING, THEN_COMPARE, THEN_REPORT };

struct settings {
	struct record_options record;	/* first: the entries are of it */
	enum then then;
};

static int take_buffer(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	u64 kib;

	if (!options_number(value, &kib) || kib < 4 || kib > MAX_RING_KIB || kib & (kib - 1))
		return bench_fail(err, "record: --%s=%s: the value must be a power of two from 4 to %lu", e->name, value, MAX_RING_KIB);
	*(size_t *)to = (size_t)kib << 10;
	return 0;
}

static void complete_commands(const char *word, FILE *out)
{
	(void)word;
	fputs(":commands\n", out);
}

static const struct option_entry entries[] = {
	OPTION_TEXT('o', "output", "FILE", struct record_options, output,
		    "default: COMMAND" TRACE_SUFFIX " here; compressed if it ends in .zst", .complete = option_files),
	OPTION_CHOICE('M', "method", "METHOD", struct record_options, method, "best|tracepoints|ptrace",
		      "tracepoints: all there is to know; as root, or with CAP_PERFMON and the right to read tracefs\n"
		      "ptrace: as anyone; without kernel-mode faults and error codes, and slower for each call (the file says so)\n"
		      "best: tracepoints where permitted, else ptrace; the default"),
	OPTION_OTHER('b', "buffer", "KIB", take_buffer,
		     "of each CPU's ring, a power of two; default: what is permitted, up to 16384.  More, where events are lost",
		     OPTION_FIELD(struct record_options, ring_bytes)),
	OPTION_CHOICE(0, "then", "WHAT", struct settings, then, "nothing|compare|report",
		      "when the command has ended: nothing (default); compare, which prints the schemes on the recording; report, which writes that "
		      "beside the trace as a page (.html) and its numbers (.json), and prints the answer"),
	OPTION_END
};

static const struct options options = {
	.command = "record",
	.synopsis = "[OPTION]... [--] COMMAND [ARG]...",
	.about = "Run a command and record what it, its threads and its children do to their address spaces: a trace for "
		 "'faultline compare' and 'faultline trace info'.",
	.entry = entries,
	.end = "The recording ends with the command (with ptrace: with the last of its children), or with Ctrl-C; the file "
	       "is whole either way.\n"
	       "faultline record --then report -- COMMAND is all it takes from a program to a page.\n"
	       "Exit status: the command's own; 2 wrong arguments, or no file could be written; 77 recording is not "
	       "permitted here.",
	.operand = { .complete = complete_commands },
	.which = "a command",
	.stops = true,
};

static void say(const struct record_options *o, const struct record_outcome *out)
{
	const u64 *n = out->result.nr_op;

	if (out->why_not[0])
		fprintf(stderr, "faultline: record: without tracepoints (%s): no kernel-mode faults, no error codes\n",
			out->why_not);
	if (out->lost)
		fprintf(stderr, "faultline: warning: %" PRIu64 " events were lost: the trace has holes; a larger --buffer may help\n",
			out->lost);
	left_out_print(stderr, &out->result.left_out, "faultline: warning: not in the trace: ", SIZE_MAX);
	if (out->result.alive && !out->interrupted)
		fprintf(stderr, "faultline: warning: %" PRIu64 " thread%s lived on when the command had ended: the trace ends there\n",
			out->result.alive, plural(out->result.alive));
	fprintf(stderr, "faultline: recorded %" PRIu64 " faults and %" PRIu64 " calls of %" PRIu64
		" process%s to %s, %" PRIu64 " events lost\n", n[TRACE_FAULT] + n[TRACE_KFAULT], convert_calls(&out->result),
		out->result.processes, out->result.processes == 1 ? "" : "es", o->output, out->lost);
}

/* End as the command did. */
static int end_like(int status)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t mask;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &no_core);
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

/* --- what follows ------------------------------------------------------------------------------------- */

/* "gcc.html" for "gcc.trace.zst"; the caller frees it.  NULL: no memory. */
static char *beside(const char *trace, const char *suffix)
{
	size_t n = strlen(trace);
	char *name;

	if (n > 4 && !strcmp(trace + n - 4, ".zst"))
		n -= 4;
	if (n > 6 && !strncmp(trace + n - 6, ".trace", 6))
		n -= 6;
	return asprintf(&name, "%.*s%s", (int)n, trace, suffix) < 0 ? NULL : name;
}

/* Another command in this process, as if it had been typed. */
static int command(const struct command *cmd, char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	optind = 0;
	return cmd->run(argc, argv);
}

static int print_answer(const char *json)
{
#ifdef HAVE_JANSSON
	struct bench_error err;
	json_t *j = json_read(json, &err);
	size_t i;
	json_t *line;

	if (!j)
		return usage_error("%s", err.line);
	json_array_foreach(json_object_get(j, "verdict"), i, line)
		puts(json_string_value(line));
	json_decref(j);
#else
	(void)json;
#endif
	return 0;
}

static int compare_and_report(const char *trace)
{
	char *json = beside(trace, ".json"), *page = beside(trace, ".html");
	char *compare[] = { "compare", "--trace", (char *)trace, "--format", "json", "--output", json, NULL };
	char *report[] = { "report", "--output", page, json, NULL };
	int ret;

	if (!json || !page) {
		ret = usage_error("not enough memory");
		goto out;
	}
	ret = command(&cmd_compare, compare);
	if (!ret)
		ret = command(&cmd_report, report);
	if (!ret)
		ret = print_answer(json);
	if (!ret)
		fprintf(stderr, "faultline: the page is %s, its numbers are in %s\n", page, json);
out:
	free(json);
	free(page);
	return ret;
}

static int go_on(enum then then, const char *trace)
{
	char *compare[] = { "compare", "--trace", (char *)trace, NULL };

	switch (then) {
	case THEN_NOTHING:
		return 0;
	case THEN_COMPARE:
		return command(&cmd_compare, compare);
	case THEN_REPORT:
		return compare_and_report(trace);
	}
	return 0;
}

static int run(int argc, char **argv)
{
	struct settings s = { .record = { .method = RECORD_BEST } };
	struct record_outcome outcome;
	struct bench_error err;
	char *name = NULL;
	struct record_options o;
	int ret = options_parse(&options, &s, argc, argv);

	if (ret != OPTIONS_GO_ON)
		return ret;
	o = s.record;
	o.command = argv + optind;
	if (!o.output) {
		const char *slash = strrchr(o.command[0], '/');

		if (asprintf(&name, "%s" TRACE_SUFFIX, slash ? slash + 1 : o.command[0]) < 0)
			return usage_error("not enough memory");
		o.output = name;
	}
#ifndef HAVE_JANSSON
	if (s.then == THEN_REPORT)
		return usage_error("record: --then=report: this build has no jansson to write the numbers with (libjansson-dev)");
#endif
#ifndef HAVE_LIBZSTD
	if (strlen(o.output) > 4 && !strcmp(o.output + strlen(o.output) - 4, ".zst")) {
		return usage_error("record: %s: this build has no libzstd; give a name without .zst",
				   o.output);	/* from the user: the default has no .zst here */
	}
#endif
	ret = output_regular(o.output);
	if (ret)
		goto out;
	ret = record_session(&o, &outcome, &err);
	if (!ret) {
		say(&o, &outcome);
		ret = outcome.interrupted ? 0 : go_on(s.then, o.output);
		if (!ret)
			ret = end_like(outcome.status);
	} else {
		bool permitted = ret != RECORD_NOT_PERMITTED;

		usage_error("%s%s", permitted ? "" : "recording is not permitted here: ", err.line);
		ret = permitted ? EXIT_USAGE : EXIT_CANNOT_TELL;
	}
out:
	free(name);
	return ret;
}

const struct command cmd_record = {
	.name = "record",
	.summary = "record a program of your own",
	.run = run,
};
