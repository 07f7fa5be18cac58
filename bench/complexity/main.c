/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline complexity`: its options.
 *
 * A program of its own, which `faultline` runs: libclang's library takes a tenth of
 * a second to load, and no other command shall wait for it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "bench/cli/usage.h"
#include "bench/complexity/report.h"
#include "bench/cli/output.h"
#include "common/mm/scheme.h"

static const char usage[] =
	"Usage: faultline complexity [OPTION]... [FILE.c]...\n"
	"How complex each scheme is, and the functions of the core that it reaches, by one\n"
	"rule for all; with FILE, how complex the functions of these files are.\n"
	"\n"
	"  -s, --schemes A,B,...  which schemes; default: all\n"
	"  -S, --source DIR       the source tree; default: the one this was built from,\n"
	"                         " SOURCE_FOLDER "\n"
	"  -F, --functions        a row for each function, too, with the schemes that reach it\n"
	"  -f, --format FORMAT    table (default), csv, json or md; csv and json have all rows\n"
	"  -o, --output FILE      write there, all or nothing, instead of to stdout\n"
	"  -h, --help             this text\n"
	"\n"
	"lines hold a token; cyclomatic: 1 + if, loops, case, ?:, && and ||; cognitive: as\n"
	"SonarSource defines it; nesting: the deepest; volume: Halstead's, in bits, macros\n"
	"unexpanded; shared: distinct variables that atomic accesses name; orderings:\n"
	"accesses and fences stronger than relaxed; locks, RCU: calls.  A sum adds, but for\n"
	"nesting (the deepest) and shared (distinct).  ways down: reasons that send a fault\n"
	"to the rung below.  The seam, common/platform, counts for nobody.\n"
	"\n"
	"Exit status: 0 fine, 2 wrong arguments or sources that do not parse.\n";

struct settings {
	struct cx_report report;
	enum output_format format;
	const char *schemes, *output;
};

/* @return -1, or the exit code */
static int parse_arguments(int argc, char **argv, struct settings *s)
{
	static const struct option options[] = {
		{ "schemes", required_argument, NULL, 's' },
		{ "source", required_argument, NULL, 'S' },
		{ "functions", no_argument, NULL, 'F' },
		{ "format", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "s:S:Ff:o:h", options, NULL)) != -1) {
		switch (opt) {
		case 's':
			s->schemes = optarg;
			break;
		case 'S':
			s->report.source = optarg;
			break;
		case 'F':
			s->report.functions = true;
			break;
		case 'f':
			if (output_parse_format(optarg, &s->format))
				return EXIT_USAGE;
			break;
		case 'o':
			s->output = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_FINE;
		default:
			return usage_error("complexity: unknown option or missing value: '%s'; see 'faultline complexity --help'",
					   argv[optind - 1]);
		}
	}
	if (optind < argc && (s->schemes || s->report.source))
		return usage_error("complexity: --schemes and --source are for a tree, not for files");
	return -1;
}

static int render(const void *result, enum output_format format, FILE *out)
{
	const struct cx_report *r = result;

	switch (format) {
	case OUTPUT_CSV:
		cx_report_csv(r, out);
		return 0;
	case OUTPUT_JSON:
		return cx_report_json(r, out);
	default:
		cx_report_table(r, format == OUTPUT_MARKDOWN ? GRID_MARKDOWN : GRID_TEXT, out);
		return 0;
	}
}

/* --- which schemes ------------------------------------------------------------------------ */

/* All: in the order in which they are registered, then what only that tree has. */
static void all_schemes(struct cx_program *p, struct cx_names *wanted)
{
	for (const struct scheme *const *s = schemes; *s; s++)
		if (cx_scheme_find(p, (*s)->name))
			cx_names_add(p, wanted, (*s)->name);
	for (size_t i = 0; i < p->nr_schemes; i++)
		cx_names_add(p, wanted, p->scheme[i].name);
}

static int choose_schemes(struct cx_program *p, const char *list, struct cx_names *wanted)
{
	char *copy, *rest, *name;
	int ret = 0;

	if (!list) {
		all_schemes(p, wanted);
		return 0;
	}
	rest = copy = strdup(list);
	while (!ret && (name = strsep(&rest, ","))) {
		if (cx_scheme_find(p, name))
			cx_names_add(p, wanted, name);
		else
			ret = usage_error("complexity: '%s' is no scheme of that tree", name);
	}
	free(copy);
	return ret;
}

static int measure(struct settings *s, int nr_files, char **file)
{
	struct cx_program program = { .nr_functions = 0 };
	struct cx_names wanted = { .nr = 0 };
	struct bench_error err;
	int ret;

	if (nr_files)
		ret = cx_parse_files(&program, file, nr_files, &err);
	else
		ret = cx_parse_tree(&program, s->report.source, &err);
	if (ret) {
		ret = usage_error("complexity: %s", err.line);
		goto out;
	}
	if (!nr_files) {
		cx_scope_mark(&program);
		ret = choose_schemes(&program, s->schemes, &wanted);
		if (ret)
			goto out;
	}
	if (program.no_memory) {
		ret = usage_error("complexity: no memory");
		goto out;
	}
	s->report.program = &program;
	s->report.scheme = wanted.name;
	s->report.nr_schemes = wanted.nr;
	ret = output_write(s->output, render, &s->report, s->format);
out:
	cx_names_free(&wanted);
	cx_program_free(&program);
	return ret;
}

int main(int argc, char **argv)
{
	struct settings s = { .report = { .argc = argc, .argv = argv } };
	int ret = parse_arguments(argc, argv, &s);
	char *root;

	if (ret >= 0)
		return output_end(ret);
	if (optind < argc)
		return measure(&s, argc - optind, argv + optind);
	/* Paths below it are told by their beginning. */
	root = realpath(s.report.source ? s.report.source : SOURCE_FOLDER, NULL);
	if (!root)
		return usage_error("complexity: %s: %s", s.report.source ? s.report.source : SOURCE_FOLDER,
				   strerror(errno));
	s.report.source = root;
	ret = measure(&s, 0, NULL);
	free(root);
	return ret;
}
