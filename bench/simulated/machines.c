/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline machines`: all of them, or what is known of one, and from where.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/grid.h"
#include "bench/cli/options.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "sim/time/machine.h"

static unsigned int guesses(const struct machine *m)
{
	unsigned int nr = m->between_from.guessed + m->grant_from.guessed + m->pairs_from.guessed + m->migratory_from.guessed;

	for (unsigned int n = 0; n < NR_MACHINE_NUMBERS; n++)
		nr += m->number[n].guessed;
	return nr;
}

static int list(void)
{
	struct grid *g = grid_create();
	struct machine_error err;

	grid_row(g);
	grid_cell(g, true, "name");
	grid_cell(g, false, "CPUs");
	grid_cell(g, false, "guessed");
	grid_cell(g, true, "what it is");
	for (const struct machine_text *each = machine_texts; each->name; each++) {
		struct machine *m = machine_open(each->name, &err);

		if (!m)
			return usage_error("%s", err.line);
		grid_row(g);
		grid_cell(g, true, "%s", m->name);
		grid_cell(g, false, "%u", machine_cpus(m));
		grid_cell(g, false, "%u of %u", guesses(m), NR_MACHINE_NUMBERS + 4);
		grid_cell(g, true, "%s", m->title);
		machine_free(m);
	}
	grid_print(g, GRID_TEXT, stdout);
	grid_free(g);
	puts("\n'faultline machines NAME' says where each number comes from.");
	return EXIT_FINE;
}

static void number(struct grid *g, const char *key, const char *value, const struct machine_value *from, const char *meaning)
{
	grid_row(g);
	grid_cell(g, true, "%s", key);
	grid_cell(g, false, "%s", value);
	grid_cell(g, true, "%s", meaning);
	grid_cell(g, true, "%s%s", from->guessed ? "GUESSED: " : "", from->from);
}

static void distances(const struct machine *m)
{
	unsigned int sockets = (unsigned int)m->number[MACHINE_SOCKETS].value;

	printf("\nA line from one core to another, ns one way, by sockets (%s%s):\n", m->between_from.guessed ? "GUESSED: " : "",
	       m->between_from.from);
	for (unsigned int i = 0; i < sockets; i++) {
		for (unsigned int k = 0; k < sockets; k++)
			printf("%8g", m->between[i][k]);
		putchar('\n');
	}
}

static const char *trust(const char *name)
{
	for (const struct machine_text *each = machine_texts; each->name; each++)
		if (!strcmp(each->name, name) && *each->trust)
			return each->trust;
	return "nothing that was measured on such a machine has been compared with it.";
}

static int show(const char *name)
{
	struct machine_error err;
	struct machine *m = machine_open(name, &err);
	struct grid *g;
	char text[32];

	if (!m)
		return usage_error("machines: %s", err.line);
	printf("%s: %s. %u CPUs; %u of %u numbers and rules are guessed.\n\n", m->name, m->title, machine_cpus(m), guesses(m),
	       NR_MACHINE_NUMBERS + 4);
	g = grid_create();
	grid_row(g);
	grid_cell(g, true, "number");
	grid_cell(g, false, "value");
	grid_cell(g, true, "what it is");
	grid_cell(g, true, "from");
	for (unsigned int n = 0; n < NR_MACHINE_NUMBERS; n++) {
		snprintf(text, sizeof(text), "%g", m->number[n].value);
		number(g, machine_key(n), text, &m->number[n], machine_meaning(n));
	}
	number(g, "grant", m->local_first ? "local-first" : "fifo", &m->grant_from, "which waiter gets a line next");
	number(g, "pairs", m->pairs ? "yes" : "no", &m->pairs_from, "a miss brings the line's neighbour, too");
	number(g, "migratory_reads", m->migratory ? "yes" : "no", &m->migratory_from, "a load takes a line that its owner has written");
	grid_print(g, GRID_TEXT, stdout);
	grid_free(g);
	distances(m);
	printf("\nHow far to trust it: %s\n", trust(m->name));
	machine_free(m);
	return EXIT_FINE;
}

static const struct options options = {
	.command = "machines",
	.synopsis = "[NAME|FILE]",
	.about = "The machines that --machine knows; or of one of them, or of a description such as 'faultline calibrate' writes, "
		 "each number, what it means, and where it comes from.",
	.end = "Exit status: 0 fine, 2 wrong arguments, or no description of a machine.",
	.operand = OPTION_OTHER(0, NULL, "NAME", option_word, NULL, .complete = option_files),
};

static int run(int argc, char **argv)
{
	struct option_words names = { .word = NULL };
	int ret = options_parse(&options, &names, argc, argv);

	if (ret == OPTIONS_GO_ON && names.nr > 1)
		ret = usage_error("machines: '%s' is one argument too many", names.word[1]);
	else if (ret == OPTIONS_GO_ON)
		ret = names.nr ? show(names.word[0]) : list();
	free(names.word);
	return ret;
}

const struct command cmd_machines = {
	.name = "machines",
	.summary = "the simulated machines, and what is known of each",
	.run = run,
};
