// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Any words as a command line: scheme specs and the knobs that all commands share.
 *
 * One word a line.  A list that is understood must mean the same when it is read again
 * by its canonical names.
 */
#include "bench/run/knobs.h"
#include "bench/run/specs.h"
#include "tests/support/check.h"
#include "tests/fuzz/fuzz.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS	64
#define MAX_SPECS	16
#define OPT_SCHEMES	1

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct option options[] = {
		{ "schemes", required_argument, NULL, OPT_SCHEMES }, KNOB_OPTIONS { NULL, 0, NULL, 0 },
	};
	char *text = malloc(size + 1), *rest = text, *word, *argv[MAX_WORDS + 2] = { "faultline" };
	struct bench_error err = { "" };
	struct knobs knobs;
	int argc = 1, opt;
	bool refused = false;

	check(text, "no memory");
	memcpy(text, data, size);
	text[size] = 0;
	while (argc <= MAX_WORDS && (word = strsep(&rest, "\n")))
		argv[argc++] = word;
	knobs_init(&knobs);
	optind = 0;
	opterr = 0;
	while (!refused && (opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == OPT_SCHEMES)
			try_specs(optarg);
		else if (knobs_has(opt))
			refused = knobs_option(&knobs, opt, optarg, &err);
	}
	if (!refused)
		refused = knobs_check(&knobs, &err);
	if (refused)
		check(err.line[0] && !strchr(err.line, '\n'), "an option is refused without a line");
	free(text);
	return 0;
}
