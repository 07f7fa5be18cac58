/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline merge`: parts of a sweep put together, or one shown again.
 */
#include <getopt.h>

#include "bench/cli/usage.h"
#include "bench/sweep/sweep.h"

static const char usage[] =
	"Usage: faultline merge [OPTION]... FILE...\n"
	"Put the parts of a sweep together (JSON of 'faultline sweep --cell I/N'), or show one\n"
	"again in another format.\n"
	"\n"
	"  -f, --format FORMAT    table (default), csv, json or md\n"
	"  -o, --output FILE      write there, all or nothing, instead of to stdout\n"
	"  -h, --help             this text\n"
	"\n"
	"Exit status: 0 fine, 2 wrong arguments, or parts that do not fit together.\n";

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	enum output_format format = OUTPUT_TABLE;
	const char *output = NULL;
	struct sweep *s = NULL;
	struct bench_error err;
	int opt, ret = 0;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":f:o:h", options, NULL)) != -1) {
		switch (opt) {
		case 'f':
			if (output_parse_format(optarg, &format))
				return EXIT_USAGE;
			break;
		case 'o':
			output = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_FINE;
		case ':':
			return usage_error("merge: '%s' needs a value", argv[optind - 1]);
		default:
			return usage_error("merge: unknown option '%s'; see 'faultline merge --help'",
					   argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage_error("merge: which files?");
	for (int i = optind; !ret && i < argc; i++)
		if (sweep_read(&s, argv[i], &err) < 0)
			ret = usage_error("%s", err.line);
	if (!ret) {
		s->argc = argc;
		s->argv = argv;
		if (sweep_nr_done(s) < s->nr_cells)
			fprintf(stderr, "faultline: warning: %u of %u cells: the other parts are missing\n",
				sweep_nr_done(s), s->nr_cells);
		ret = output_write(output, sweep_render, s, format);
	}
	sweep_free(s);
	return ret;
}

const struct command cmd_merge = {
	.name = "merge",
	.summary = "parts of a sweep, put together",
	.run = run,
};
