/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline compare`: its options, and where the result goes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/compare/against.h"
#include "bench/compare/comparison.h"
#include "bench/compare/need.h"
#include "bench/run/machine_options.h"
#include "bench/run/specs.h"

/* Until --runs says how many. */
#define RUNS_BY_NEED (~0u)

struct settings {
	struct compare_options compare;
	struct work_options work;
	struct option_words traces;
	const char *schemes, *baseline, *against;
	enum output_format format;
	const char *output;
};

static void complete_workloads(const char *word, FILE *out)
{
	(void)word;
	for (const struct workload *w = workloads; w->name; w++)
		fprintf(out, "%s\n", w->name);
	fputs("all\n", out);
}

static int take_threads(const struct option_entry *e, void *to, const char *list, struct bench_error *err)
{
	struct compare_options *o = to;

	if (options_rising(e->name, list, 1, PLATFORM_MAX_SLOTS, o->curve, COMPARE_MAX_THREADS, &o->nr_curve, err))
		return -1;
	/* Whatever is checked of one number is checked of the largest. */
	o->threads = o->curve[o->nr_curve - 1];
	if (o->nr_curve == 1)
		o->nr_curve = 0;
	return 0;
}

static const struct option_entry entries[] = {
	RUN_MACHINE_OPTIONS,
	OPTION_OTHER('t', "trace", "FILE...", option_word, "recorded programs (format pftrace 1, plain or zstd)",
		     OPTION_FIELD(struct settings, traces), .complete = option_files),
	SPECS_OPTION(struct settings, schemes,
		     "which schemes, each NAME[:BELOW]..., or 'floor': no locking at all, one thread; default: all"),
	OPTION_OTHER('w', "workload", "A,B,...", work_take_workloads,
		     "micro workloads; 'all': all that 'faultline list' names", OPTION_FIELD(struct settings, work),
		     .complete = complete_workloads),
	OPTION_OTHER(0, "writer-rate", "R,...", work_take_rates,
		     "changes a second of the thread that changes the address space beside the others, in workloads that have "
		     "one; 0: it spins, which is the control; max: as many as it can.  Default: 0,1000,10000,max",
		     OPTION_FIELD(struct settings, work), .values = "0|1000|10000|max", .needs = "workload"),
	OPTION_FLAG(0, "host", struct settings, work.host, "the workloads on this machine's kernel, too", .needs = "workload"),
	OPTION_NUMBER(0, "faults", "N", struct settings, work.faults, 1, 100000000,
		      "of each thread in a run of a workload; default 8192", .needs = "workload"),
	OPTION_NUMBER(0, "seed", "N", struct settings, work.seed, 0, ~0ULL, "of the workloads; default 1", .needs = "workload"),
	OPTION_FLAG(0, "laps", struct settings, work.laps,
		    "of workloads whose threads only fault: time 400 faults at once, not each, so that the clock's tick does "
		    "not matter", .needs = "workload"),
	OPTION_OTHER(0, "vmas", "N,...", work_take_vmas, "VMAs that lie beside what they work on; default 0",
		     OPTION_FIELD(struct settings, work), .needs = "workload"),
	OPTION_TEXT('b', "baseline", "NAME", struct settings, baseline,
		    "which scheme ratios are to; default: mmap_lock, or the first where it is not among them",
		    .complete = specs_complete),
	OPTION_TEXT(0, "against", "OLD.json", struct settings, against,
		    "what has changed since OLD.json was measured, of the same programs with the same options: before and after a change of a "
		    "scheme.  Each counts as a multiple of the baseline in its own rounds", .complete = option_files),
	OPTION_NUMBER('r', "runs", "N", struct settings, compare.runs, 0, COMPARE_MAX_RUNS,
		      "timed runs of each scheme, interleaved; default: by need, for each program at least 3 s, and as many as name the best "
		      "of the schemes (6 for 2 schemes, 10 for 6), then more until the intervals are narrow (5 %), at most 30 or 10 s.  All "
		      "ratios of a table are judged together: of the verdicts that it gives, 5 % are false on average.  0: only check VMAs "
		      "and contents, in recorded order"),
	OPTION_OTHER('j', "threads", "N,...", take_threads,
		     "worker threads; several numbers, which rise: recorded programs with each of them, as a curve; default: as many as "
		     "CPUs, and no more than the recorded program had", OPTION_FIELD(struct settings, compare)),
	OPTION_CHOICE('m', "mode", "MODE", struct settings, compare.mode, "asap|paced",
		      "asap (as soon as order allows, default) or paced (and with the recorded time between a thread's events)"),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "compare",
	.synopsis = "[OPTION]... --trace FILE...\n[OPTION]... --workload NAME[,NAME]...",
	.about = "Run recorded programs, or micro workloads, under each scheme and compare the time in the mm.",
	.entry = entries,
	.group = { KNOBS_GROUP(struct settings, compare.knobs) },
	.end = "Without --frames there are as many as the trace needs; with --reclaim as many swap slots, where "
	       "--swap-slots does not say otherwise.\n\n"
	       "Exit status: 0 fine, 1 schemes do not end alike or something leaks, 2 wrong arguments or a damaged trace, "
	       "128 + N ended by signal N: SIGINT and SIGTERM end it after what runs now, and what is whole by then is "
	       "printed, marked as partial; a second one ends it at once (the same one within half a second counts as one).",
	/* --trace a b c: the rest are traces too. */
	.operand = OPTION_OTHER(0, NULL, "FILE", option_word, NULL, OPTION_FIELD(struct settings, traces), .complete = option_files),
};

/* @return 0, or an exit code */
static int check(struct settings *s)
{
	struct compare_options *o = &s->compare;
	unsigned int most = run_max_workers(&o->knobs.config);
	struct bench_error err;

	o->path = s->traces.word;
	o->nr_traces = s->traces.nr;
	if (!o->nr_traces && !s->work.nr_workloads)
		return usage_error("compare: give a trace or a workload: --trace FILE or --workload NAME");
	o->by_need = o->runs == RUNS_BY_NEED && !run_machine();
	if (s->work.nr_workloads && !o->runs)
		return usage_error("--runs=0 checks recorded order alone, which a --workload does not have");
	if (s->work.nr_workloads && work_check_options(&s->work, &err))
		return usage_error("%s", err.line);
	if (knobs_check(&o->knobs, &err))
		return usage_error("compare: %s", err.line);
	if (o->threads > most)
		return usage_error("--threads=%u: with --reclaim there may be no more than %u", o->threads, most);
	if (specs_parse(o->chain, COMPARE_MAX_SCHEMES, &o->nr_schemes, s->schemes, &err))
		return usage_error("%s", err.line);
	if (o->nr_curve && s->work.nr_workloads)
		return usage_error("--threads: several numbers are for recorded programs; 'faultline scale' draws curves of workloads");
	if (o->threads != 1 && specs_single_thread(o->chain, o->nr_schemes) < o->nr_schemes)
		return usage_error("--schemes: floor has no locks, so it runs with --threads 1 only");
	if (specs_choose_baseline(o->chain, o->nr_schemes, s->baseline, &o->baseline, &err))
		return usage_error("%s", err.line);
	if (s->against && against_possible(s->against, o, &err))
		return usage_error("%s", err.line);
	/* On a simulated machine a run's length on this one decides nothing. */
	if (o->runs == RUNS_BY_NEED)
		o->runs = o->by_need ? NEED_MOST_RUNS : need_least_runs(o);
	return 0;
}

/* --- the result -------------------------------------------------------------------------- */

static int render(const void *result, enum output_format format, FILE *out)
{
	switch (format) {
	case OUTPUT_TABLE:
		comparison_table(result, GRID_TEXT, out);
		return 0;
	case OUTPUT_CSV:
		comparison_csv(result, out);
		return 0;
	case OUTPUT_JSON:
		return comparison_json(result, out);
	case OUTPUT_MARKDOWN:
		comparison_table(result, GRID_MARKDOWN, out);
		return 0;
	}
	return -1;
}

static bool nothing_whole(const struct comparison *c)
{
	return !c->traces->nr_traces && !(c->works && c->works->nr_cases) && !comparison_broken(c, 0);
}

static int run(int argc, char **argv)
{
	struct settings s = {
		.compare = { .runs = RUNS_BY_NEED, .argc = argc, .argv = argv },
		.work = { .rate = { 0, 1000, 10000, WORK_RATE_MAX }, .nr_rates = 4, .faults = 8192,
			  .seed = 1, .nr_vmas = 1 },
	};
	struct bench_error err;
	struct comparison *c;
	int ret;

	knobs_init(&s.compare.knobs);
	ret = options_parse(&options, &s, argc, argv);
	if (ret != OPTIONS_GO_ON)
		goto out;
	ret = check(&s);
	ret = ret ? ret : output_possible(s.output);
	if (ret)
		goto out;
	interrupt_catch();
	if (comparison_measure(&c, &s.compare, s.work.nr_workloads ? &s.work : NULL, &err)) {
		ret = usage_error("%s", err.line);
		goto out;
	}
	if (c->partial && nothing_whole(c)) {
		fputs("faultline: interrupted before anything was measured whole\n", stderr);
		ret = interrupt_status();
		goto out_free;
	}
	if (s.against && against_make(&c->against, s.against, c, &err)) {
		ret = usage_error("%s", err.line);
		goto out_free;
	}
	/* First, so that on a terminal the answer comes last. */
	comparison_warn(c);
	ret = output_write(s.output, render, c, s.format);
	for (unsigned int i = 0; comparison_broken(c, i); i++)
		fprintf(stderr, "faultline: broken: %s\n", comparison_broken(c, i));
	if (!ret && comparison_broken(c, 0))
		ret = EXIT_BROKEN;
	if (c->partial) {
		fputs("faultline: interrupted: the result is partial\n", stderr);
		ret = ret ? ret : interrupt_status();
	}
out_free:
	comparison_free(c);
out:
	free(s.traces.word);
	return ret;
}

const struct command cmd_compare = {
	.name = "compare",
	.summary = "the schemes on recorded programs and micro workloads",
	.run = run,
};
