/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline trace info`: what recorded programs did.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/usage.h"
#include "bench/trace/info.h"

static const char usage[] =
	"Usage: faultline trace info [OPTION]... FILE...\n"
	"What recorded programs did: events by kind, rates, faults per change of the address\n"
	"space, threads, processes, VMAs, what the faults hit.\n"
	"\n"
	"  -f, --format FORMAT    table (default), csv, json or md\n"
	"  -o, --output FILE      write there, all or nothing, instead of to stdout\n"
	"  -h, --help             this text\n"
	"\n"
	"A change is an mmap, munmap, mprotect, mremap or a brk that moved, and did not fail.\n"
	"Exit status: 0 fine, 2 wrong arguments or a damaged trace.\n";

struct settings {
	enum output_format format;
	const char *output;
};

/* 0: go on; else exit code + 1. */
static int parse(struct settings *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, ret = 0;

	opterr = 0;
	while (!ret && (opt = getopt_long(argc, argv, ":f:o:h", options, NULL)) != -1) {
		switch (opt) {
		case 'f':
			ret = output_parse_format(optarg, &s->format);
			break;
		case 'o':
			s->output = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_FINE + 1;
		case ':':
			ret = usage_error("trace info: option '%s' needs a value", argv[optind - 1]);
			break;
		default:
			ret = usage_error("trace info: unknown option '%s'; see 'faultline trace info --help'",
					  argv[optind - 1]);
		}
	}
	if (!ret && optind == argc)
		ret = usage_error("trace info: which trace? See 'faultline trace info --help'");
	return ret ? ret + 1 : 0;
}

static int info(int argc, char **argv)
{
	struct settings s = { .format = OUTPUT_TABLE };
	struct trace_infos all = { .argc = argc, .argv = argv };
	int ret = parse(&s, argc, argv), nr = argc - optind;
	struct trace_info *infos;
	struct bench_error err;

	if (ret)
		return ret - 1;
	infos = calloc((size_t)nr, sizeof(*infos));
	if (!infos)
		return usage_error("not enough memory");
	all.info = infos;
	for (; !ret && all.nr < (unsigned int)nr; all.nr++) {
		struct trace *trace;

		if (trace_read(&trace, argv[optind + (int)all.nr], &err)) {
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
			fprintf(stderr, "faultline: warning: %s: %llu events were lost when it was recorded\n",
				infos[i].trace->path, (unsigned long long)infos[i].trace->lost);
		trace_free((struct trace *)infos[i].trace);
	}
	free(infos);
	return ret;
}

static int run(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(usage, stdout);
		return EXIT_FINE;
	}
	if (argc < 2 || strcmp(argv[1], "info"))
		return usage_error("trace: 'info' is what can be asked; see 'faultline trace info --help'");
	return info(argc - 1, argv + 1);
}

const struct command cmd_trace = {
	.name = "trace",
	.summary = "what a recorded program did, in figures",
	.run = run,
};
