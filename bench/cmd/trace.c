/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline trace info`: what recorded programs did.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/complete.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/lib/plural.h"
#include "bench/trace/info.h"

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
	.which = "which trace",
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

/* `info` is the only subcommand so far. */
static int run(int argc, char **argv)
{
	bool completes = argc > 1 && !strcmp(argv[1], COMPLETE_OPTION);

	if (completes && argc < 4) {
		puts("info");
		return EXIT_FINE;
	}
	if (completes)
		argv[2] = argv[1];
	else if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return info(argc, argv);
	else if (argc < 2 || strcmp(argv[1], "info"))
		return usage_error("trace: 'info' is what can be asked; see 'faultline trace info --help'");
	return info(argc - 1, argv + 1);
}

const struct command cmd_trace = {
	.name = "trace",
	.summary = "what a recorded program did, in figures",
	.run = run,
};
