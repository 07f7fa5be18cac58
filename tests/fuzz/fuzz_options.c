// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Any words as a command line: the table of options, scheme specs, and the knobs that all commands share.
 *
 * One word per line.  A list that is accepted must mean the same when it is read again by its canonical names.
 */
#include "bench/cli/usage.h"
#include "bench/run/knobs.h"
#include "bench/run/specs.h"
#include "tests/support/check.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS	64
#define MAX_SPECS	16

static struct scheme_chain chains[MAX_SPECS], again[1];

static void try_specs(const char *list)
{
	struct bench_error err = { "" };
	unsigned int nr = 0;
	char name[1024];

	if (specs_parse(chains, MAX_SPECS, &nr, list, &err)) {
		check(err.line[0] && !strchr(err.line, '\n'), "specs are refused without a line");
		return;
	}
	check(nr && nr <= MAX_SPECS, "%u specs", nr);
	for (unsigned int i = 0; i < nr; i++) {
		check(chains[i].nr, "an empty chain");
		snprintf(name, sizeof(name), "%s", chains[i].name);
		check(!spec_parse(&again[0], name, &err), "its own name is refused: %s", err.line);
		check(!strcmp(again[0].name, name), "'%s' is called '%s'", name, again[0].name);
	}
	check(specs_baseline(chains, nr) < nr, "no baseline");
}

static int take_specs(const struct option_entry *e, void *to, const char *list, struct bench_error *err)
{
	(void)e, (void)to, (void)err;
	try_specs(list);
	return 0;
}

static int take_knob(void *knobs, const struct option_entry *e, const char *value, struct bench_error *err)
{
	int ret = knobs_take(knobs, e, value, err);

	check(!ret || (err->line[0] && !strchr(err->line, '\n')), "an option is refused without a line");
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct option_entry entries[] = {
		OPTION_OTHER(0, "schemes", "A,B,...", take_specs, ""), OPTION_END
	};
	static const struct options options = {
		.command = "fuzz", .synopsis = "", .about = "", .entry = entries,
		.group = { { .title = "", .entry = knobs_entry, .take = take_knob } },
		.operand = OPTION_OTHER(0, NULL, "A", take_specs, NULL),
	};
	char *text = malloc(size + 1), *rest = text, *word, *argv[MAX_WORDS + 2] = { "faultline" };
	struct bench_error err = { "" };
	struct knobs knobs;
	int argc = 1, ret;

	check(text, "no memory");
	memcpy(text, data, size);
	text[size] = 0;
	while (argc <= MAX_WORDS && (word = strsep(&rest, "\n")))
		argv[argc++] = word;
	knobs_init(&knobs);
	ret = options_parse(&options, &knobs, argc, argv);
	check(ret == OPTIONS_GO_ON || ret == EXIT_USAGE || ret == EXIT_FINE, "exit code %d", ret);
	if (ret == OPTIONS_GO_ON && knobs_check(&knobs, &err))
		check(err.line[0] && !strchr(err.line, '\n'), "options are refused without a line");
	free(text);
	return 0;
}
