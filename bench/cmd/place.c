/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline place`: where a recorded program lies on the map, and which scheme wins there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/place/place.h"
#include "bench/run/specs.h"

struct settings {
	struct compare_options compare;
	struct place_machine machine;
	bool set[NR_PLACE_COSTS];
	enum output_format format;
	const char *schemes, *output, *calibrate, *file;
};

/* --- arguments ----------------------------------------------------------------------------------------------- */

/* One option for each cost in the model's table. */
static const struct option_entry *cost_entry(unsigned int i)
{
	static struct option_entry entry[NR_PLACE_COSTS];
	static char help[NR_PLACE_COSTS][128];

	if (i >= NR_PLACE_COSTS)
		return NULL;
	snprintf(help[i], sizeof(help[i]), "%s; default %.10g [%.10g]", place_costs[i].meaning, place_costs[i].host,
		 place_costs[i].kernel);
	entry[i] = (struct option_entry){
		.name = place_costs[i].option, .arg = "N", .at = i, .min = i == PLACE_CPUS,
		.max = i == PLACE_CPUS ? 65536 : 1000000000000ULL, .help = help[i],
	};
	return &entry[i];
}

static int take_cost(void *to, const struct option_entry *e, const char *value, struct bench_error *err)
{
	struct settings *s = to;
	u64 n;

	if (options_number_in(e->name, value, e->min, e->max, &n, err))
		return -1;
	s->machine.cost[e->at] = (double)n;
	s->set[e->at] = true;
	/* The simulated machine has an option of this name and takes the value too. */
	return e->at == PLACE_TRAP ? knobs_take(&s->compare.knobs, knobs_entry(KNOB_TRAP_NS + 1), value, err) : 0;
}

static int take_file(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	const char **file = to;

	(void)e;
	if (*file)
		return bench_fail(err, "place: give one trace, not several; see 'faultline place --help'");
	*file = value;
	return 0;
}

static const struct option_entry entries[] = {
	SPECS_OPTION(struct settings, schemes, "which schemes, each NAME[:BELOW]...; default: all"),
	OPTION_NUMBER('r', "runs", "N", struct settings, compare.runs, 1, COMPARE_MAX_RUNS,
		      "timed replays of each scheme; default 3"),
	OPTION_NUMBER('j', "threads", "N", struct settings, compare.threads, 1, PLATFORM_MAX_SLOTS,
		      "workers of the replay; default: as many as CPUs, and no more than the recorded program had"),
	OPTION_TEXT(0, "calibrate", "SWEEP", struct settings, calibrate,
		    "JSON of a 'faultline sweep' of the host: --page-ns and --wake-ns are fitted to it, and the model's error "
		    "there is told", .complete = option_files),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "place",
	.synopsis = "[OPTION]... FILE",
	.about = "Where a recorded program lies on the map of 'faultline sweep'; what the schemes cost it here, by replay, "
		 "and on a given machine, by a model of their counts; which wins, and which rate or cost would have to "
		 "change, and to what, for another to win.",
	.entry = entries,
	.group = {
		{ .title = "The given machine, for the model; in brackets what --preset kernel makes of it:",
		  .entry = cost_entry, .take = take_cost },
		KNOBS_GROUP(struct settings, compare.knobs),
	},
	.end = "--trap-ns is one option: it stands with both machines because both take it.  With --reclaim and few "
	       "--frames GFP_NOWAIT fails in the replay, and the share is the program's second coordinate; where memory is "
	       "enough it is 0.\n\n"
	       "Exit status: 0 fine, 1 schemes do not end alike or something leaks, 2 wrong arguments or a damaged trace.",
	.operand = OPTION_OTHER(0, NULL, "FILE", take_file, NULL, OPTION_FIELD(struct settings, file), .complete = option_files),
	.which = "a trace",
};

/* Costs that were not given come from the preset, wherever --preset stands among the options. */
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

/* Keep each scheme that the model knows; print a line about the others. */
static int all_known(struct compare_options *o, struct bench_error *err)
{
	struct place_scheme counts;

	for (const struct scheme *const *each = schemes; *each && o->nr_schemes < COMPARE_MAX_SCHEMES; each++) {
		if (spec_parse(&o->chain[o->nr_schemes], (*each)->name, err))
			return -1;
		if (place_known(&o->chain[o->nr_schemes], &counts))
			o->nr_schemes++;
		else
			fprintf(stderr, "faultline place: %s is left out: the model knows no walks and stores of it\n",
				(*each)->name);
	}
	return 0;
}

/* @return 0, or an exit code */
static int check(struct settings *s)
{
	struct compare_options *o = &s->compare;
	struct bench_error err;

	if (knobs_check(&o->knobs, &err))
		return usage_error("place: %s", err.line);
	if (o->threads > run_max_workers(&o->knobs.config))
		return usage_error("--threads=%u: with --reclaim there may be no more than %u", o->threads,
				   run_max_workers(&o->knobs.config));
	if (s->schemes ? specs_parse(o->chain, COMPARE_MAX_SCHEMES, &o->nr_schemes, s->schemes, &err) : all_known(o, &err))
		return usage_error("%s", err.line);
	for (unsigned int i = 0; i < o->nr_schemes; i++) {
		struct place_scheme counts;

		if (!place_known(&o->chain[i], &counts))
			return usage_error("--schemes: of %s the model knows no walks and stores", o->chain[i].name);
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
	struct settings s = { .compare = { .runs = 3, .argc = argc, .argv = argv } };
	struct place *p = calloc(1, sizeof(*p));
	struct bench_error err;
	int ret;

	if (!p)
		return usage_error("not enough memory");
	knobs_init(&s.compare.knobs);
	ret = options_parse(&options, &s, argc, argv);
	if (ret != OPTIONS_GO_ON)
		goto out;
	ret = check(&s);
	ret = ret ? ret : output_possible(s.output);
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
	traces_judge(p->compare);
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
	.summary = "where a program lies on the map, and which scheme wins there",
	.run = run,
};
