/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline record`: its options, and what it says when the command has ended.
 */
#define _GNU_SOURCE
#include <errno.h>
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
#include "bench/cli/usage.h"
#include "bench/cli/output.h"
#include "bench/record/session.h"

#define MAX_RING_KIB (1UL << 20)

#ifdef HAVE_LIBZSTD
#define SUFFIX ".trace.zst"
#else
#define SUFFIX ".trace"
#endif

static const char usage[] =
	"Usage: faultline record [OPTION]... [--] COMMAND [ARG]...\n"
	"Run a command and record what it, its threads and its children do to their address\n"
	"spaces: a trace for 'faultline compare' and 'faultline trace info'.\n"
	"\n"
	"  -o, --output FILE    default: COMMAND" SUFFIX " here; compressed if it ends in .zst\n"
	"  -M, --method METHOD  tracepoints: all there is to know; as root, or with\n"
	"                         CAP_PERFMON and the right to read tracefs\n"
	"                       ptrace: as anyone; without kernel-mode faults and error\n"
	"                         codes, and slower for each call (the file says so)\n"
	"                       default: tracepoints where permitted, else ptrace\n"
	"  -b, --buffer KIB     of each CPU's ring, a power of two; default: what is\n"
	"                         permitted, up to 16384.  More, where events are lost\n"
	"  -h, --help           this text\n"
	"\n"
	"The recording ends with the command (with ptrace: with the last of its children),\n"
	"or with Ctrl-C; the file is whole either way.\n"
	"Exit status: the command's own; 2 wrong arguments, or no file could be written;\n"
	"77 recording is not permitted here.\n";

/* As compare: what getopt did not like, by its name. */
static int bad_option(char **argv, int opt)
{
	const char *what = argv[optind - 1];

	return usage_error(opt == ':' ? "record: option '%s' needs a value" :
			   "record: unknown option '%s'; see 'faultline record --help'", what);
}

static int parse_buffer(const char *text, size_t *bytes)
{
	char *end;
	unsigned long kib;

	errno = 0;
	kib = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || kib < 4 || kib > MAX_RING_KIB ||
	    kib & (kib - 1))
		return usage_error("record: --buffer=%s: a power of two from 4 to %lu is needed", text,
				   MAX_RING_KIB);
	*bytes = kib << 10;
	return 0;
}

static int parse_method(const char *name, enum record_method *method)
{
	if (!strcmp(name, "tracepoints"))
		*method = RECORD_TRACEPOINTS;
	else if (!strcmp(name, "ptrace"))
		*method = RECORD_PTRACE;
	else
		return usage_error("record: --method=%s: tracepoints or ptrace is needed", name);
	return 0;
}

/* 0: go on; else exit code + 1. */
static int parse(struct record_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "method", required_argument, NULL, 'M' },
		{ "buffer", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, ret = 0;

	opterr = 0;
	while (!ret && (opt = getopt_long(argc, argv, "+:o:M:b:h", options, NULL)) != -1) {
		switch (opt) {
		case 'o':
			o->output = optarg;
			break;
		case 'M':
			ret = parse_method(optarg, &o->method);
			break;
		case 'b':
			ret = parse_buffer(optarg, &o->ring_bytes);
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_FINE + 1;
		default:
			ret = bad_option(argv, opt);
		}
	}
	if (!ret && optind == argc)
		ret = usage_error("record: which command? See 'faultline record --help'");
	o->command = argv + optind;
	return ret ? ret + 1 : 0;
}

static const char *plural(u64 n)
{
	return n == 1 ? "" : "s";
}

static void say(const struct record_options *o, const struct record_outcome *out)
{
	const u64 *n = out->result.nr_op;
	u64 calls = n[TRACE_MMAP] + n[TRACE_MUNMAP] + n[TRACE_MPROTECT] + n[TRACE_MREMAP] +
		    n[TRACE_BRK] + n[TRACE_MADVISE];

	if (out->why_not[0])
		fprintf(stderr, "faultline: record: without tracepoints (%s): no kernel-mode faults, no error codes\n",
			out->why_not);
	if (out->lost)
		fprintf(stderr, "faultline: warning: %" PRIu64 " events were lost: the trace has holes; a larger --buffer may help\n",
			out->lost);
	if (out->result.strangers)
		fprintf(stderr, "faultline: warning: %" PRIu64 " events of threads whose beginning was lost are left out\n",
			out->result.strangers);
	if (out->result.compat)
		fputs("faultline: warning: a 32-bit program ran: its calls are not in the trace\n", stderr);
	if (out->result.alive && !out->interrupted)
		fprintf(stderr, "faultline: warning: %" PRIu64 " thread%s lived on when the command had ended: the trace ends there\n",
			out->result.alive, plural(out->result.alive));
	fprintf(stderr, "faultline: recorded %" PRIu64 " faults and %" PRIu64 " calls of %" PRIu64
		" process%s to %s, %" PRIu64 " events lost\n", n[TRACE_FAULT] + n[TRACE_KFAULT], calls,
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

static int run(int argc, char **argv)
{
	struct record_options o = { .method = RECORD_BEST };
	struct record_outcome outcome;
	struct bench_error err;
	char *name = NULL;
	int ret = parse(&o, argc, argv);

	if (ret)
		return ret - 1;
	if (!o.output) {
		const char *slash = strrchr(o.command[0], '/');

		if (asprintf(&name, "%s" SUFFIX, slash ? slash + 1 : o.command[0]) < 0)
			return usage_error("not enough memory");
		o.output = name;
	}
#ifndef HAVE_LIBZSTD
	if (strlen(o.output) > 4 && !strcmp(o.output + strlen(o.output) - 4, ".zst")) {
		return usage_error("record: %s: this build has no libzstd; give a name without .zst",
				   o.output);	/* the user's: the default has no .zst here */
	}
#endif
	ret = output_regular(o.output);
	if (ret)
		goto out;
	ret = record_session(&o, &outcome, &err);
	if (!ret) {
		say(&o, &outcome);
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
