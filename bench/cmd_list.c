/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline list`: schemes, and what is counted.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "bench/commands.h"
#include "bench/grid.h"
#include "common/mm/scheme.h"
#include "common/mm/stats.h"

static const char usage[] =
	"Usage: faultline list [OPTION]... [SCHEME]...\n"
	"The schemes that were built, with their fallbacks; with SCHEME, also what it counts.\n"
	"\n"
	"  -c, --counters   what every scheme and the core count\n"
	"  -h, --help       this text\n";

static void print_counters(const struct scheme *s)
{
	printf("\n%s counts\n", s->name);
	for (const struct scheme_counter *c = s->counters; c->name; c++)
		printf("  %-20s %s\n", c->name, c->meaning);
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
		grid_cell(g, true, "%s", (*s)->below ? (*s)->below : "-");
		grid_cell(g, true, "%04u", (*s)->adr);
		grid_cell(g, true, "%s", (*s)->summary);
	}
	grid_print(g, GRID_TEXT, stdout);
	grid_free(g);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "counters", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool counters = false;
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "ch", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			counters = true;
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
		if (!scheme_find(argv[i]))
			return usage_error("'%s' is no scheme; 'faultline list' has them all", argv[i]);
	print_schemes();
	for (int i = optind; i < argc; i++)
		print_counters(scheme_find(argv[i]));
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
	.summary = "the schemes, and what is counted",
	.run = run,
};
