/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline matrix`: its options, and where the result goes.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/usage.h"
#include "bench/matrix/report.h"
#include "bench/cli/output.h"
#include "bench/run/specs.h"

static const char usage[] =
	"Usage: faultline matrix [OPTION]...\n"
	"Who waits for whom, and who retries: a fault is held at each point that it comes by,\n"
	"beside every operation on its own VMA and on another; then the operation is held at\n"
	"each of its points, and a fault sets out.  The same on any machine.\n"
	"\n"
	"  -s, --schemes A,B,...  which schemes, each NAME[:OPTION=VALUE]...; default: all\n"
	"      --op NAME          one operation only\n"
	"      --point NAME       one point only, such as fault_made or change_marked\n"
	"      --by-op            a table an operation, with a row a scheme, instead of a\n"
	"                         table a scheme\n"
	"      --list             the operations and the points, nothing else\n"
	"  -f, --format FORMAT    table (default), csv, json or md\n"
	"  -o, --output FILE      write there, all or nothing, instead of to stdout\n"
	"  -h, --help             this text\n";

enum { OPT_OP = 256, OPT_POINT, OPT_BY_OP, OPT_LIST };

struct settings {
	struct matrix_filter filter;
	enum output_format format;
	const char *output, *schemes;
	bool by_op, list;
};

static int parse_op(struct settings *s, const char *name)
{
	for (const struct matrix_op *op = matrix_ops; op->name; op++)
		if (!strcmp(op->name, name)) {
			s->filter.op = op->name;
			return 0;
		}
	return usage_error("--op=%s: no such operation; 'faultline matrix --list' has them all", name);
}

static int parse_point(struct settings *s, const char *name)
{
	for (unsigned int p = 0; p < NR_PROBE_POINTS; p++)
		if (!strcmp(probe_point_name(p), name)) {
			s->filter.point = p;
			return 0;
		}
	return usage_error("--point=%s: no such point; 'faultline matrix --list' has them all", name);
}

static int parse_option(struct settings *s, int opt)
{
	switch (opt) {
	case 's':
		s->schemes = optarg;
		return 0;
	case OPT_OP:
		return parse_op(s, optarg);
	case OPT_POINT:
		return parse_point(s, optarg);
	case OPT_BY_OP:
		s->by_op = true;
		return 0;
	case OPT_LIST:
		s->list = true;
		return 0;
	case 'f':
		return output_parse_format(optarg, &s->format);
	case 'o':
		s->output = optarg;
		return 0;
	}
	return EXIT_USAGE;
}

/* @return 0, or an exit code + 1: done already */
static int parse(struct settings *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "schemes", required_argument, NULL, 's' },
		{ "op", required_argument, NULL, OPT_OP },
		{ "point", required_argument, NULL, OPT_POINT },
		{ "by-op", no_argument, NULL, OPT_BY_OP },
		{ "list", no_argument, NULL, OPT_LIST },
		{ "format", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":s:f:o:h", options, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return EXIT_FINE + 1;
		}
		if (opt == '?')
			return usage_error("matrix: unknown option '%s'; see 'faultline matrix --help'",
					   argv[optind - 1]) + 1;
		if (opt == ':')
			return usage_error("matrix: '%s' needs a value", argv[optind - 1]) + 1;
		if (parse_option(s, opt))
			return EXIT_USAGE + 1;
	}
	if (optind < argc)
		return usage_error("matrix: '%s' is no option; see 'faultline matrix --help'", argv[optind]) + 1;
	return 0;
}

static void print_list(void)
{
	puts("operations");
	for (const struct matrix_op *op = matrix_ops; op->name; op++)
		printf("  %-18s %s\n", op->name, op->what);
	puts("\npoints");
	for (unsigned int p = 0; p < NR_PROBE_POINTS; p++)
		printf("  %-18s %s\n", probe_point_name(p), probe_point_where(p));
}

static int render(const void *result, enum output_format format, FILE *out)
{
	switch (format) {
	case OUTPUT_CSV:
		matrix_csv(result, out);
		return 0;
	case OUTPUT_JSON:
		return matrix_json(result, out);
	case OUTPUT_TABLE:
	case OUTPUT_MARKDOWN:
		matrix_print(result, format == OUTPUT_MARKDOWN, out);
		return 0;
	}
	return -1;
}

static int play_all(struct matrix_set *set, const struct settings *s)
{
	struct bench_error err;
	unsigned int cells = 0;
	int ret = 0;

	if (specs_parse(set->chain, MATRIX_MAX_SCHEMES, &set->nr, s->schemes, &err))
		return usage_error("%s", err.line);
	platform_thread_enter(0);
	for (unsigned int i = 0; i < set->nr && !ret; i++) {
		ret = matrix_play(&set->matrix[i], &set->chain[i], &s->filter, &err);
		cells += set->matrix[i].nr;
	}
	platform_thread_leave();
	if (ret)
		return usage_error("%s", err.line);
	if (!cells)
		return usage_error("matrix: nothing comes by '%s'", probe_point_name(s->filter.point));
	return 0;
}

static int run(int argc, char **argv)
{
	struct settings s = { .filter = { NULL, NR_PROBE_POINTS } };
	struct matrix_set *set;
	int ret = parse(&s, argc, argv);

	if (ret)
		return ret - 1;
	if (s.list) {
		print_list();
		return EXIT_FINE;
	}
	set = calloc(1, sizeof(*set));
	if (!set)
		return usage_error("not enough memory");
	set->by_op = s.by_op;
	set->argc = argc;
	set->argv = argv;
	ret = play_all(set, &s);
	if (!ret)
		ret = output_write(s.output, render, set, s.format);
	for (unsigned int i = 0; i < set->nr; i++)
		matrix_free(&set->matrix[i]);
	free(set);
	return ret;
}

const struct command cmd_matrix = {
	.name = "matrix",
	.summary = "who waits for whom, who retries",
	.run = run,
};
