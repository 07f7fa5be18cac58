/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline place`: where a recorded program lies on the map, and which scheme wins there.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/usage.h"
#include "bench/place/place.h"
#include "bench/run/specs.h"

#define DEFAULT_RUNS 3

static const char usage[] =
	"Usage: faultline place [OPTION]... FILE\n"
	"Where a recorded program lies on the map of 'faultline sweep'; what the schemes cost\n"
	"it here, by replay, and on a given machine, by a model of their counts; which wins,\n"
	"and which rate or cost would have to change, and to what, for another to win.\n"
	"\n"
	"  -s, --schemes A,B,...  which schemes, each NAME[:OPTION=VALUE]...; default: all\n"
	"  -r, --runs N           timed replays of each scheme; default 3\n"
	"  -j, --threads N        workers of the replay; default: as many as CPUs, and no more\n"
	"                         than the recorded program had\n"
	"      --calibrate SWEEP  JSON of a 'faultline sweep' of the host: --page-ns and --wake-ns are\n"
	"                         fitted to it, and the model's error there is told\n"
	"  -f, --format FORMAT    table (default), csv, json or md\n"
	"  -o, --output FILE      write there, all or nothing, instead of to stdout\n"
	"  -h, --help             this text\n"
	"\nThe given machine, for the model; in brackets what --preset kernel makes of it:\n";

static const char usage_end[] =
	"\n--trap-ns is one option: it stands with both machines because both take it.  With --reclaim and few\n"
	"--frames GFP_NOWAIT fails in the replay, and the share is the program's second coordinate; where memory\n"
	"is enough it is 0.\n"
	"\nExit status: 0 fine, 1 schemes do not end alike or something leaks, 2 wrong\n"
	"arguments or a damaged trace.\n";

/* Beyond what getopt_long() returns for the knobs. */
enum { OPT_CALIBRATE = 256, OPT_COST = 0x2000 };

struct settings {
	struct compare_options compare;
	struct place_machine machine;
	bool set[NR_PLACE_COSTS];
	enum output_format format;
	const char *output, *calibrate, *file;
};

/* --- arguments ----------------------------------------------------------------------------------------------- */

static void help(void)
{
	fputs(usage, stdout);
	for (unsigned int i = 0; i < NR_PLACE_COSTS; i++) {
		const struct place_cost_info *c = &place_costs[i];
		int used = printf("      --%s N", c->option);

		printf("%*s%s; default %.10g [%.10g]\n", used < 28 ? 28 - used : 1, "", c->meaning, c->host,
		       c->kernel);
	}
	knobs_help(stdout);
	fputs(usage_end, stdout);
}

static int parse_cost(struct settings *s, enum place_cost cost, const char *text)
{
	u64 n, min = cost == PLACE_CPUS, max = cost == PLACE_CPUS ? 65536 : 1000000000000ULL;

	if (!knobs_number(text, &n) || n < min || n > max)
		return usage_error("--%s=%s: a number from %llu to %llu is needed", place_costs[cost].option,
				   text, (unsigned long long)min, (unsigned long long)max);
	s->machine.cost[cost] = (double)n;
	s->set[cost] = true;
	return 0;
}

static int parse_number(const char *name, const char *text, u64 max, unsigned int *out)
{
	u64 n;

	if (!knobs_number(text, &n) || n < 1 || n > max)
		return usage_error("--%s=%s: a number from 1 to %llu is needed", name, text,
				   (unsigned long long)max);
	*out = (unsigned int)n;
	return 0;
}

static int parse_option(struct settings *s, int opt)
{
	struct compare_options *o = &s->compare;
	struct bench_error err;
	int ret;

	switch (opt) {
	case 's':
		ret = specs_parse(o->chain, COMPARE_MAX_SCHEMES, &o->nr_schemes, optarg, &err);
		return ret ? usage_error("%s", err.line) : 0;
	case 'r':
		return parse_number("runs", optarg, COMPARE_MAX_RUNS, &o->runs);
	case 'j':
		return parse_number("threads", optarg, PLATFORM_MAX_SLOTS, &o->threads);
	case 'f':
		return output_parse_format(optarg, &s->format);
	case 'o':
		s->output = optarg;
		return 0;
	case OPT_CALIBRATE:
		s->calibrate = optarg;
		return 0;
	}
	if (opt >= OPT_COST)
		return parse_cost(s, (enum place_cost)(opt - OPT_COST), optarg);
	if (opt == KNOB_OPT_FIRST + KNOB_TRAP_NS && parse_cost(s, PLACE_TRAP, optarg))
		return EXIT_USAGE;
	return knobs_option(&o->knobs, opt, optarg, &err) ? usage_error("%s", err.line) : 0;
}

static const struct option options[] = {
	{ "schemes", required_argument, NULL, 's' },
	{ "runs", required_argument, NULL, 'r' },
	{ "threads", required_argument, NULL, 'j' },
	{ "calibrate", required_argument, NULL, OPT_CALIBRATE },
	{ "format", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ "cpus", required_argument, NULL, OPT_COST + PLACE_CPUS },
	{ "page-ns", required_argument, NULL, OPT_COST + PLACE_PAGE },
	{ "walk-ns", required_argument, NULL, OPT_COST + PLACE_WALK },
	{ "line-ns", required_argument, NULL, OPT_COST + PLACE_LINE },
	{ "section-ns", required_argument, NULL, OPT_COST + PLACE_SECTION },
	{ "wake-ns", required_argument, NULL, OPT_COST + PLACE_WAKE },
	{ "reclaim-ns", required_argument, NULL, OPT_COST + PLACE_RECLAIM },
	{ "grace-ns", required_argument, NULL, OPT_COST + PLACE_GRACE },
	KNOB_OPTIONS
	{ NULL, 0, NULL, 0 },
};

/* What was not given goes by the preset; the place of --preset among the options does not matter. */
static void fill_machine(struct settings *s)
{
	struct place_machine preset;

	place_preset(&preset, s->compare.knobs.preset);
	if (!s->compare.knobs.preset)
		preset.cost[PLACE_CPUS] = platform_nr_cpus();
	for (unsigned int i = 0; i < NR_PLACE_COSTS; i++)
		if (!s->set[i])
			s->machine.cost[i] = preset.cost[i];
}

/* @return 0, or an exit code + 1: done already */
static int parse(struct settings *s, int argc, char **argv)
{
	struct compare_options *o = &s->compare;
	struct bench_error err;
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":s:r:j:f:o:h", options, NULL)) != -1) {
		if (opt == 'h') {
			help();
			return EXIT_FINE + 1;
		}
		if (opt == '?')
			return usage_error("place: unknown option '%s'; see 'faultline place --help'",
					   argv[optind - 1]) + 1;
		if (opt == ':')
			return usage_error("place: '%s' needs a value", argv[optind - 1]) + 1;
		if (parse_option(s, opt))
			return EXIT_USAGE + 1;
	}
	if (optind != argc - 1)
		return usage_error("place: one trace is needed; see 'faultline place --help'") + 1;
	s->file = argv[optind];
	if (knobs_check(&o->knobs, &err))
		return usage_error("place: %s", err.line) + 1;
	if (o->threads > run_max_workers(&o->knobs.config))
		return usage_error("--threads=%u: with --reclaim no more than %u", o->threads,
				   run_max_workers(&o->knobs.config)) + 1;
	if (!o->nr_schemes && specs_parse(o->chain, COMPARE_MAX_SCHEMES, &o->nr_schemes, NULL, &err))
		return usage_error("%s", err.line) + 1;
	for (unsigned int i = 0; i < o->nr_schemes; i++) {
		struct place_scheme counts;

		if (!place_known(&o->chain[i], &counts))
			return usage_error("--schemes: of %s the model knows no walks and stores", o->chain[i].name) + 1;
	}
	o->baseline = specs_baseline(o->chain, o->nr_schemes);
	fill_machine(s);
	return 0;
}

/* --- the result ------------------------------------------------------------------------------------------------- */

static int calibrate(struct settings *s, struct place *p, struct bench_error *err)
{
	struct place_machine fitted = s->machine;
	struct sweep *sweep = NULL;
	int ret;

	if (!s->calibrate)
		return 0;
	/* The sweep ran here, without a trap. */
	fitted.cost[PLACE_TRAP] = 0;
	ret = sweep_read(&sweep, s->calibrate, err) < 0 || place_check(sweep, &fitted, &p->error, err) ? -1 : 0;
	sweep_free(sweep);
	if (ret)
		return ret;
	p->calibrated_by = s->calibrate;
	if (!s->set[PLACE_PAGE])
		s->machine.cost[PLACE_PAGE] = fitted.cost[PLACE_PAGE];
	if (!s->set[PLACE_WAKE])
		s->machine.cost[PLACE_WAKE] = fitted.cost[PLACE_WAKE];
	return 0;
}

static int run(int argc, char **argv)
{
	struct settings s = { .compare = { .runs = DEFAULT_RUNS, .argc = argc, .argv = argv } };
	struct place *p = calloc(1, sizeof(*p));
	struct bench_error err;
	int ret;

	if (!p)
		return usage_error("not enough memory");
	knobs_init(&s.compare.knobs);
	ret = parse(&s, argc, argv);
	if (ret) {
		ret--;
		goto out;
	}
	ret = output_possible(s.output);
	if (ret)
		goto out;
	s.compare.path = &s.file;
	s.compare.nr_traces = 1;
	p->machine = &s.machine;
	p->argc = argc;
	p->argv = argv;
	if (calibrate(&s, p, &err) || traces_measure(&p->compare, &s.compare, &err) ||
	    place_program(p, &err)) {
		ret = usage_error("%s", err.line);
		goto out;
	}
	ret = output_write(s.output, place_render, p, s.format);
	traces_warn(p->compare);
	for (unsigned int i = 0; i < p->compare->broken.nr; i++)
		fprintf(stderr, "faultline: broken: %s\n", p->compare->broken.line[i]);
	if (!ret && p->compare->broken.nr)
		ret = EXIT_BROKEN;
out:
	traces_free(p->compare);
	free(p);
	return ret;
}

const struct command cmd_place = {
	.name = "place",
	.summary = "where a recorded program lies on the map, and which scheme wins there",
	.run = run,
};
