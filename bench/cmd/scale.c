/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline scale`: its options, and where the result goes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/run/machine_options.h"
#include "bench/run/specs.h"
#include "bench/scale/scale.h"

struct settings {
	struct scale_options scale;
	const char *schemes, *output;
	enum output_format format;
};

/* --- arguments ----------------------------------------------------------------------------------- */

static int add_factor(const struct option_entry *e, struct scale_options *o, const char *text, struct bench_error *err)
{
	double factor;
	char *end;

	errno = 0;
	factor = strtod(text, &end);
	if (!*text || *end || errno || strspn(text, "0123456789.") != strlen(text) || !(factor >= 0.01 && factor <= 100))
		return bench_fail(err, "--%s=%s: the value must be a number from 0.01 to 100", e->name, text);
	if (!o->nr_factors && factor != 1)
		return bench_fail(err, "--%s: the first one must be 1, not %s", e->name, text);
	if (o->nr_factors == SCALE_MAX_FACTORS)
		return bench_fail(err, "--%s: there may be no more than %u at once", e->name, SCALE_MAX_FACTORS);
	for (unsigned int i = 0; i < o->nr_factors; i++)
		if (o->factor[i] == factor)
			return bench_fail(err, "--%s: %s is there twice", e->name, text);
	o->factor[o->nr_factors++] = factor;
	return 0;
}

static int add_workload(const struct option_entry *e, struct scale_options *o, const char *text, struct bench_error *err)
{
	const struct workload *workload = workload_find(text);

	if (!workload)
		return bench_fail(err, "unknown workload '%s' (see 'faultline list')", text);
	for (unsigned int i = 0; i < o->nr_workloads; i++)
		if (o->workload[i] == workload)
			return bench_fail(err, "--%s: %s is there twice", e->name, text);
	o->workload[o->nr_workloads++] = workload;
	return 0;
}

/* Each text between commas. */
static int take_each(const struct option_entry *e, struct scale_options *o, const char *list, struct bench_error *err,
		     int (*add)(const struct option_entry *e, struct scale_options *o, const char *text, struct bench_error *err))
{
	char *copy = strdup(list), *rest = copy, *text;
	int ret = copy ? 0 : bench_fail_memory(err, "reading the arguments");

	while (!ret && (text = strsep(&rest, ",")))
		ret = add(e, o, text, err);
	free(copy);
	return ret;
}

static int take_cpus(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct scale_options *o = to;

	return options_rising(e->name, value, 1, PLATFORM_MAX_SLOTS - 1, o->cpus, SCALE_MAX_CPUS, &o->nr_cpus, err);
}

static int take_factors(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	((struct scale_options *)to)->nr_factors = 0;
	return take_each(e, to, value, err, add_factor);
}

static int take_workloads(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	return take_each(e, to, value, err, add_workload);
}

static int take_trace(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct scale_options *o = to;

	if (o->nr_traces == SCALE_MAX_SOURCES / 2)
		return bench_fail(err, "--%s: there may be no more than %u at once", e->name, SCALE_MAX_SOURCES / 2);
	o->trace[o->nr_traces++] = value;
	return 0;
}

static int take_rate(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct scale_options *o = to;

	o->writer_rate = WORK_RATE_MAX;
	return strcmp(value, "max") ? options_number_in(e->name, value, 0, 1000000000, &o->writer_rate, err) : 0;
}

static const struct option_entry entries[] = {
	RUN_MACHINE_OPTION("which one, see 'faultline machines'; default: " RUN_MACHINE_DEFAULT),
	RUN_PLACEMENT_OPTION(.needs = NULL),
	OPTION_OTHER(0, "cpus", "A,B,...", take_cpus, "numbers of CPUs, a thread each; default: 1 to all of the machine",
		     OPTION_FIELD(struct settings, scale)),
	OPTION_OTHER('w', "workload", "A,B,...", take_workloads,
		     "micro workloads, see 'faultline list'; default: anon,anon-one-vma", OPTION_FIELD(struct settings, scale)),
	OPTION_OTHER('t', "trace", "FILE", take_trace, "a recorded program, with as many workers as CPUs; may be repeated",
		     OPTION_FIELD(struct settings, scale), .complete = option_files),
	SPECS_OPTION(struct settings, schemes, "which schemes, each NAME[:OPTION=VALUE]...; default: all as usual"),
	OPTION_NUMBER('r', "runs", "N", struct settings, scale.runs, 1, SCALE_MAX_RUNS, "seeds for each point; default 1"),
	OPTION_OTHER(0, "latencies", "A,B,...", take_factors,
		     "factors to all latencies, 1 first: a scheme is ahead where it is with each of them; default: 1,0.7,1.3",
		     OPTION_FIELD(struct settings, scale)),
	OPTION_OTHER(0, "writer-rate", "R", take_rate, "changes a second of the workload's writer, or max (default)",
		     OPTION_FIELD(struct settings, scale)),
	OPTION_NUMBER(0, "faults", "N", struct settings, scale.faults, 1, 100000000, "of each thread; default 1024"),
	OPTION_FLAG(0, "processes", struct settings, scale.processes,
		    "workloads run in an address space for each thread, as processes: what is left is not of the shared one"),
	OPTION_FLAG(0, "fresh", struct settings, scale.fresh,
		    "nothing is given back while faults are timed, so that each takes a page that no cache has, as pft does"),
	OPTION_NUMBER(0, "seed", "N", struct settings, scale.seed, 0, ~0ULL >> 1, "the first one; default 1"),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "scale",
	.synopsis = "[OPTION]...",
	.about = "Throughput and time per fault over the number of CPUs of a simulated machine, where the curve bends, and the "
		 "field that limits it.",
	.entry = entries,
	.group = { KNOBS_GROUP(struct settings, scale.knobs) },
	.end = "Exit status: 0 fine, 1 something fails or leaks, 2 wrong arguments or input, 77 this build has no simulated "
	       "machine, 128 + N ended by signal N: SIGINT and SIGTERM end it, and the points that are whole by then are "
	       "printed, marked as partial.",
};

static int complete_settings(struct settings *s)
{
	static const double factors[] = RUN_MACHINE_FACTORS;
	struct scale_options *o = &s->scale;
	struct bench_error err;

	if (!o->nr_factors) {
		memcpy(o->factor, factors, sizeof(factors));
		o->nr_factors = ARRAY_SIZE(factors);
	}
	if (!o->nr_workloads && !o->nr_traces) {
		o->workload[o->nr_workloads++] = workload_find("anon");
		o->workload[o->nr_workloads++] = workload_find("anon-one-vma");
	}
	if (specs_parse(o->chain, SCALE_MAX_SCHEMES, &o->nr_schemes, s->schemes, &err))
		return usage_error("scale: %s", err.line);
	if (specs_single_thread(o->chain, o->nr_schemes) < o->nr_schemes)
		return usage_error("scale: --schemes: floor has no locks, so it runs with one thread only");
	if (knobs_check(&o->knobs, &err))
		return usage_error("scale: %s", err.line);
	return 0;
}

/* --- on the simulated machine ---------------------------------------------------------------------- */

static int choose_cpus(struct scale_options *o)
{
	static const unsigned int usual[] = { 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384 };
	unsigned int all = run_machine()->cpus;

	if (o->nr_cpus) {
		if (o->cpus[o->nr_cpus - 1] > all)
			return usage_error("scale: --cpus: %s has %u CPUs, not %u", run_machine()->name, all, o->cpus[o->nr_cpus - 1]);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(usual) && usual[i] < all; i++)
		o->cpus[o->nr_cpus++] = usual[i];
	if (all < PLATFORM_MAX_SLOTS)
		o->cpus[o->nr_cpus++] = all;
	return 0;
}

static int report(struct settings *s, const struct scale *result)
{
	int ret;

	if (result->partial && !result->curve[0].nr_points) {
		fputs("faultline: interrupted before a point was measured whole\n", stderr);
		return interrupt_status();
	}
	ret = output_write(s->output, scale_render, result, s->format);
	for (unsigned int i = 0; i < result->nr_broken; i++)
		fprintf(stderr, "faultline: broken: %s\n", result->broken[i]);
	if (!ret && result->nr_broken)
		ret = EXIT_BROKEN;
	if (result->partial) {
		fputs("faultline: interrupted: the result is partial\n", stderr);
		ret = ret ? ret : interrupt_status();
	}
	return ret;
}

static int measure(struct settings *s)
{
	struct bench_error err;
	struct scale *result;
	int ret = choose_cpus(&s->scale);

	ret = ret ? ret : output_possible(s->output);
	if (ret)
		return ret;
	interrupt_catch();
	if (scale_measure(&result, &s->scale, &err))
		return usage_error("scale: %s", err.line);
	ret = report(s, result);
	scale_free(result);
	return ret;
}

static int run(int argc, char **argv)
{
	struct settings s = {
		.scale = { .runs = 1, .faults = 1024, .seed = 1, .writer_rate = WORK_RATE_MAX, .argc = argc, .argv = argv },
	};
	int ret;

	knobs_init(&s.scale.knobs);
	ret = options_parse(&options, &s, argc, argv);
	if (ret != OPTIONS_GO_ON)
		return ret;
	ret = complete_settings(&s);
	if (ret)
		return ret;
	return run_machine() ? measure(&s) : helper_simulated(argv);
}

const struct command cmd_scale = {
	.name = "scale",
	.summary = "throughput over the number of CPUs of a simulated machine",
	.run = run,
};
