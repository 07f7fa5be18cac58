/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline place`: its options, and where the result goes.
 */
#include <stdio.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/place/place.h"
#include "bench/run/machine_options.h"
#include "bench/run/specs.h"

struct settings {
	struct place_options place;
	const char *schemes, *output;
	enum output_format format;
};

static int take_trace(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct place_options *o = to;

	(void)e;
	if (o->nr_traces == PLACE_MAX_TRACES)
		return bench_fail(err, "place: there may be no more than %u traces at once", PLACE_MAX_TRACES);
	o->trace[o->nr_traces++] = value;
	return 0;
}

static int take_cpus(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct place_options *o = to;

	return options_rising(e->name, value, 1, PLATFORM_MAX_SLOTS - 1, o->cpus, PLACE_MAX_CPUS, &o->nr_cpus, err);
}

static const struct option_entry entries[] = {
	OPTION_OTHER(0, "machine", "NAME|FILE,...", run_machine_take,
		     "which, see 'faultline machines', or several, with commas between: then the answer says what holds on all of them; default: "
		     RUN_MACHINE_DEFAULT),
	RUN_PLACEMENT_OPTION(.needs = NULL),
	OPTION_OTHER(0, "cpus", "A,B,...", take_cpus,
		     "numbers of CPUs; default: 1, 2, 4 and so on up to the threads of the recording, which cannot use more",
		     OPTION_FIELD(struct settings, place)),
	SPECS_OPTION(struct settings, schemes, "which schemes, each NAME[:BELOW]...; default: all in their published form, without the pages of open questions"),
	OPTION_NUMBER(0, "events", "N", struct settings, place.events, 0, 1000000000,
		      "how many faults and calls of a recording are timed, in a row, where its threads meet most; what comes before them is "
		      "done in no time.  0: all; default 10000"),
	OPTION_NUMBER('r', "runs", "N", struct settings, place.seeds, 1, PLACE_MAX_SEEDS,
		      "seeds, each with all latencies as they are, lower and higher; default 1"),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "place",
	.synopsis = "[OPTION]... FILE...",
	.about = "Which scheme a recorded program wants, from how many CPUs on, and what limits the others: the recording on a simulated "
		 "machine, or on each of several, with the recorded time between each thread's events, and as soon as possible, which is an upper bound of "
		 "contention.",
	.entry = entries,
	.group = { KNOBS_GROUP(struct settings, place.knobs) },
	.end = "A difference counts if it is more than 3 % in every run, also with all latencies of the machine times 0.7 and 1.3; where "
	       "runs differ about it the answer is that it cannot tell.\n\n"
	       "Exit status: 0 fine, 1 schemes do not end alike, 2 wrong arguments or a damaged trace, 77 this build has no simulated "
	       "machine, 128 + N ended by signal N.",
	.operand = OPTION_OTHER(0, NULL, "FILE", take_trace, NULL, OPTION_FIELD(struct settings, place), .complete = option_files),
	.which = "a trace",
};

/* @return 0, or an exit code */
static int check(struct settings *s)
{
	struct place_options *o = &s->place;
	struct bench_error err;

	if (s->schemes ? specs_parse(o->chain, PLACE_MAX_SCHEMES, &o->nr_schemes, s->schemes, &err) :
			 specs_published(o->chain, PLACE_MAX_SCHEMES, &o->nr_schemes, &err))
		return usage_error("place: %s", err.line);
	if (specs_single_thread(o->chain, o->nr_schemes) < o->nr_schemes)
		return usage_error("place: --schemes: floor has no locks, so it runs with one thread only");
	if (knobs_check(&o->knobs, &err))
		return usage_error("place: %s", err.line);
	o->baseline = specs_baseline(o->chain, o->nr_schemes);
	return 0;
}

/* --- on the simulated machine ------------------------------------------------------------------------- */

/* On each machine in turn. @return 0, or an exit code */
static int measure_all(struct places *ps, const struct place_options *o)
{
	struct bench_error err;

	for (unsigned int i = 0; i < run_machines(); i++) {
		run_machine_choose(i);
		if (!place_measure(&ps->of[i], o, &err)) {
			ps->nr++;
			continue;
		}
		if (!interrupt_pending())
			return usage_error("%s", err.line);
		fputs("faultline: interrupted before all was measured\n", stderr);
		return interrupt_status();
	}
	return 0;
}

static int report(const struct places *ps, const struct settings *s)
{
	int ret = output_write(s->output, place_render, ps, s->format);
	bool broken = false;

	for (unsigned int i = 0; i < ps->nr; i++)
		for (unsigned int k = 0; k < ps->of[i]->nr_broken; k++) {
			fprintf(stderr, "faultline: broken: %s\n", ps->of[i]->broken[k]);
			broken = true;
		}
	return !ret && broken ? EXIT_BROKEN : ret;
}

static int measure(struct settings *s)
{
	const struct place_options *o = &s->place;
	struct places result = { .nr = 0 };
	int ret;

	for (unsigned int i = 0; i < run_machines(); i++) {
		run_machine_choose(i);
		if (o->nr_cpus && o->cpus[o->nr_cpus - 1] > run_machine()->cpus)
			return usage_error("place: --cpus: %s has %u CPUs, not %u", run_machine()->name, run_machine()->cpus, o->cpus[o->nr_cpus - 1]);
	}
	ret = output_possible(s->output);
	if (ret)
		return ret;
	interrupt_catch();
	ret = measure_all(&result, o);
	if (!ret)
		ret = report(&result, s);
	for (unsigned int i = 0; i < result.nr; i++)
		place_free(result.of[i]);
	return ret;
}

static int run(int argc, char **argv)
{
	struct settings s = { .place = { .seeds = 1, .events = 10000, .argc = argc, .argv = argv } };
	int ret;

	knobs_init(&s.place.knobs);
	ret = options_parse(&options, &s, argc, argv);
	if (ret != OPTIONS_GO_ON)
		return ret;
	ret = check(&s);
	if (ret)
		return ret;
	return run_machine() ? measure(&s) : helper_simulated(argv);
}

const struct command cmd_place = {
	.name = "place",
	.summary = "which scheme a recorded program wants, and from how many CPUs on",
	.run = run,
};
