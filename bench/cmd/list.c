/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline list`: schemes, and what is counted.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "bench/cli/usage.h"
#include "bench/cli/grid.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/run/specs.h"
#include "bench/work/workload.h"
#include "common/mm/stats.h"

static const char usage[] =
	"Usage: faultline list [OPTION]... [SCHEME]...\n"
	"The schemes that were built, with their fallbacks and their own options; with SCHEME,\n"
	"also what it counts.  Where a command takes a scheme it takes NAME[:OPTION=VALUE]...;\n"
	"an option that a scheme lacks is looked for in those that it falls back to.\n"
	"\n"
	"  -c, --counters   what every scheme and the core count\n"
	"  -f, --format F   table (default), or json: the schemes alone, and what each adds\n"
	"                   to a VMA and to an address space, in bytes\n"
	"  -h, --help       this text\n";

static void print_counters(const struct scheme *s)
{
	printf("\n%s counts\n", s->name);
	for (const struct scheme_counter *c = s->counters; c->name; c++)
		printf("  %-20s %s\n", c->name, c->meaning);
}

/* "restart|keep|continue", or "0..8" */
static void print_values(struct grid *g, const struct scheme_opt *opt)
{
	char text[128];
	size_t n = 0;

	if (!opt->values[0])
		snprintf(text, sizeof(text), "%u..%u", opt->min, opt->max);
	for (unsigned int i = 0; opt->values[i] && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? "|" : "", opt->values[i]);
	grid_cell(g, true, "%s", text);
	if (opt->values[0])
		grid_cell(g, true, "%s", opt->values[opt->initial]);
	else
		grid_cell(g, true, "%u", opt->initial);
	grid_cell(g, true, "%s", opt->meaning);
}

/* The option that comes with more than one scheme that may stand below. */
static void print_below(struct grid *g, const struct scheme *s)
{
	struct scheme_opt opt = { .name = "below", .meaning = "which scheme a fault falls to" };
	unsigned int nr = 0;

	for (unsigned int i = 0; i < SCHEME_MAX_BELOW && s->below[i]; i++)
		if (scheme_find(s->below[i]))
			opt.values[nr++] = s->below[i];
	if (!s->below[0] || !s->below[1] || !nr)
		return;
	grid_row(g);
	grid_cell(g, true, "%s", s->name);
	grid_cell(g, true, "below");
	print_values(g, &opt);
}

static void print_options(void)
{
	struct grid *g = grid_create();

	grid_row(g);
	grid_cell(g, true, "scheme");
	grid_cell(g, true, "option");
	grid_cell(g, true, "values");
	grid_cell(g, true, "usual");
	grid_cell(g, true, "what");
	for (const struct scheme *const *s = schemes; *s; s++) {
		for (const struct scheme_opt *opt = (*s)->opts; opt && opt->name; opt++) {
			grid_row(g);
			grid_cell(g, true, "%s", (*s)->name);
			grid_cell(g, true, "%s", opt->name);
			print_values(g, opt);
		}
		print_below(g, *s);
	}
	putchar('\n');
	grid_print(g, GRID_TEXT, stdout);
	grid_free(g);
}

static void print_schemes(void)
{
	struct grid *g = grid_create();

	grid_row(g);
	grid_cell(g, true, "scheme");
	grid_cell(g, true, "falls back to");
	grid_cell(g, true, "ADR");
	grid_cell(g, true, "what");
	for (const struct scheme *const *s = schemes; *s; s++) {
		grid_row(g);
		grid_cell(g, true, "%s", (*s)->name);
		grid_cell(g, true, "%s", scheme_below(*s) ? scheme_below(*s)->name : "-");
		grid_cell(g, true, "%04u", (*s)->adr);
		grid_cell(g, true, "%s", (*s)->summary);
	}
	grid_print(g, GRID_TEXT, stdout);
	grid_free(g);
}

static void print_workloads(void)
{
	struct grid *g = grid_create();

	grid_row(g);
	grid_cell(g, true, "workload");
	grid_cell(g, true, "stands for");
	for (const struct workload *w = workloads; w->name; w++) {
		grid_row(g);
		grid_cell(g, true, "%s", w->name);
		grid_cell(g, true, "%s", w->stands_for);
	}
	putchar('\n');
	grid_print(g, GRID_TEXT, stdout);
	grid_free(g);
}

/* Without jansson output_parse_format() has refused it. */
#ifdef HAVE_JANSSON
static int print_json(int argc, char **argv)
{
	json_t *j = json_envelope("list", argc, argv), *all = json_array();

	for (const struct scheme *const *s = schemes; *s; s++) {
		json_t *o = json_object();

		json_put(o, "name", json_text((*s)->name));
		json_put(o, "below", json_text(scheme_below(*s) ? scheme_below(*s)->name : ""));
		json_put(o, "adr", json_u64((*s)->adr));
		json_put(o, "vma_bytes", json_u64((*s)->vma_bytes));
		json_put(o, "mm_bytes", json_u64((*s)->mm_bytes));
		json_append(all, o);
	}
	json_put(j, "schemes", all);
	return json_finish(j, stdout);
}
#else
static int print_json(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return -1;
}
#endif

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "counters", no_argument, NULL, 'c' },
		{ "format", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct scheme_chain chain;
	struct bench_error err;
	enum output_format format = OUTPUT_TABLE;
	bool counters = false;
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "cf:h", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			counters = true;
			break;
		case 'f':
			if (output_parse_format(optarg, &format))
				return EXIT_USAGE;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_FINE;
		default:
			return usage_error("list: unknown option '%s'; see 'faultline list --help'",
					   argv[optind - 1]);
		}
	}
	for (int i = optind; i < argc; i++)
		if (spec_parse(&chain, argv[i], &err))
			return usage_error("%s", err.line);
	if (format == OUTPUT_JSON)
		return print_json(argc, argv) ? EXIT_BROKEN : EXIT_FINE;
	if (format != OUTPUT_TABLE)
		return usage_error("list: --format is table or json");
	print_schemes();
	print_options();
	print_workloads();
	for (int i = optind; i < argc; i++) {
		spec_parse(&chain, argv[i], &err);
		print_counters(chain.inst[0].scheme);
	}
	if (!counters)
		return EXIT_FINE;
	for (const struct scheme *const *s = schemes; *s; s++)
		print_counters(*s);
	puts("\nthe core counts");
	for (unsigned int e = 0; e < NR_STATS_EVENTS; e++)
		printf("  %-26s %s\n", stats_event_name((enum stats_event)e),
		       stats_event_meaning((enum stats_event)e));
	return EXIT_FINE;
}

const struct command cmd_list = {
	.name = "list",
	.summary = "the schemes, the workloads, and what is counted",
	.run = run,
};
