/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline compare`: its options, and where the result goes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/usage.h"
#include "bench/compare/comparison.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/output.h"
#include "bench/run/specs.h"

#define DEFAULT_RUNS 7

static const char usage[] =
	"Usage: faultline compare [OPTION]... --trace FILE...\n"
	"       faultline compare [OPTION]... --workload NAME[,NAME]...\n"
	"Run recorded programs, or micro workloads, under each scheme and compare the time\n"
	"in the mm.\n"
	"\n"
	"  -t, --trace FILE...    recorded programs (format pftrace 1, plain or zstd)\n"
	"  -s, --schemes A,B,...  which schemes, each NAME[:OPTION=VALUE]..., or 'floor': no\n"
	"                         locking at all, one thread; default: all as usual\n"
	"  -w, --workload A,B...  micro workloads; 'all': all that 'faultline list' names\n"
	"      --writer-rate R,.. changes a second of the thread that changes the address space\n"
	"                         beside the others, in workloads that have one; 0: it spins,\n"
	"                         which is the control; max: as many as it can.  Default:\n"
	"                         0,1000,10000,max\n"
	"      --host             the workloads on this machine's kernel, too\n"
	"      --faults N         of each thread in a run of a workload; default 8192\n"
	"      --seed N           of the workloads; default 1\n"
	"      --laps             of workloads whose threads only fault: time 400 faults at once,\n"
	"                         not each, so that the clock's tick does not matter\n"
	"      --vmas N,..        VMAs that lie beside what they work on; default 0\n"
	"  -b, --baseline NAME    which scheme ratios are to; default: mmap_lock, or the first\n"
	"                         where it is not among them\n"
	"  -r, --runs N           timed runs of each scheme, interleaved; default 7.\n"
	"                         0: only check VMAs and contents, in recorded order\n"
	"  -j, --threads N        worker threads; default: as many as CPUs, and no more\n"
	"                         than the recorded program had\n"
	"  -m, --mode MODE        asap (as soon as order allows, default) or paced (not\n"
	"                         before the recorded time)\n"
	"  -f, --format FORMAT    table (default), csv, json or md\n"
	"  -o, --output FILE      write there, all or nothing, instead of to stdout\n"
	"  -h, --help             this text\n";

static const char usage_end[] =
	"\nWithout --frames there are as many as the trace needs; with --reclaim as many swap\n"
	"slots, where --swap-slots does not say otherwise.\n"
	"\nExit status: 0 fine, 1 schemes do not end alike or something leaks, 2 wrong\n"
	"arguments or a damaged trace, 128 + N ended by signal N: SIGINT and SIGTERM end it after\n"
	"what runs now, and what is whole by then is printed, marked as partial; a second one ends\n"
	"it at once (the same one within half a second counts as one).\n";

struct settings {
	struct compare_options compare;
	struct work_options work;
	const char *baseline;
	enum output_format format;
	const char *output;
	const char *of_workloads;	/* an option that says nothing of a trace; NULL: none */
};

/* --- arguments ------------------------------------------------------------------------- */

static int parse_number(const char *name, const char *text, u64 min, u64 max, u64 *out)
{
	if (!knobs_number(text, out) || *out < min || *out > max)
		return usage_error("--%s=%s: a number from %llu to %llu is needed", name, text,
				   (unsigned long long)min, (unsigned long long)max);
	return 0;
}

static int parse_schemes(struct compare_options *o, const char *list)
{
	struct bench_error err;

	return specs_parse(o->chain, COMPARE_MAX_SCHEMES, &o->nr_schemes, list, &err) ?
		usage_error("%s", err.line) : 0;
}

/* Of workloads alone. */
enum { OPT_RATE = 256, OPT_HOST, OPT_FAULTS, OPT_SEED, OPT_VMAS, OPT_LAPS };

static const struct option options[] = {
	{ "trace", required_argument, NULL, 't' },
	{ "workload", required_argument, NULL, 'w' },
	{ "writer-rate", required_argument, NULL, OPT_RATE },
	{ "host", no_argument, NULL, OPT_HOST },
	{ "faults", required_argument, NULL, OPT_FAULTS },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "vmas", required_argument, NULL, OPT_VMAS },
	{ "laps", no_argument, NULL, OPT_LAPS },
	{ "baseline", required_argument, NULL, 'b' },
	{ "schemes", required_argument, NULL, 's' },
	{ "runs", required_argument, NULL, 'r' },
	{ "threads", required_argument, NULL, 'j' },
	{ "mode", required_argument, NULL, 'm' },
	{ "format", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	KNOB_OPTIONS
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int parse_option(struct settings *s, int opt, const char **path)
{
	struct compare_options *o = &s->compare;
	struct bench_error err;
	u64 n;

	switch (opt) {
	case 't':
		path[o->nr_traces++] = optarg;
		return 0;
	case 'w':
		return work_parse_workloads(&s->work, optarg, &err) ? usage_error("%s", err.line) : 0;
	case OPT_RATE:
		return work_parse_rates(&s->work, optarg, &err) ? usage_error("%s", err.line) : 0;
	case OPT_HOST:
		s->work.host = true;
		return 0;
	case OPT_FAULTS:
		return parse_number("faults", optarg, 1, 100000000, &s->work.faults);
	case OPT_SEED:
		return parse_number("seed", optarg, 0, ~0ULL, &s->work.seed);
	case OPT_VMAS:
		return work_parse_vmas(&s->work, optarg, &err) ? usage_error("%s", err.line) : 0;
	case OPT_LAPS:
		s->work.laps = true;
		return 0;
	case 'b':
		s->baseline = optarg;
		return 0;
	case 's':
		return parse_schemes(o, optarg);
	case 'r':
		if (parse_number("runs", optarg, 0, COMPARE_MAX_RUNS, &n))
			return EXIT_USAGE;
		o->runs = (unsigned int)n;
		return 0;
	case 'j':
		if (parse_number("threads", optarg, 1, PLATFORM_MAX_SLOTS, &n))
			return EXIT_USAGE;
		o->threads = (unsigned int)n;
		return 0;
	case 'm':
		if (strcmp(optarg, "asap") && strcmp(optarg, "paced"))
			return usage_error("--mode=%s: asap or paced is needed", optarg);
		o->mode = strcmp(optarg, "asap") ? REPLAY_PACED : REPLAY_ASAP;
		return 0;
	case 'f':
		return output_parse_format(optarg, &s->format);
	case 'o':
		s->output = optarg;
		return 0;
	}
	if (knobs_option(&o->knobs, opt, optarg, &err))
		return usage_error("%s", err.line);
	return 0;
}

static int parse_baseline(struct settings *s)
{
	struct compare_options *o = &s->compare;
	struct scheme_chain named;
	struct bench_error err;

	o->baseline = specs_baseline(o->chain, o->nr_schemes);
	if (!s->baseline)
		return 0;
	if (spec_parse(&named, s->baseline, &err))
		return usage_error("%s", err.line);
	for (unsigned int i = 0; i < o->nr_schemes; i++) {
		if (strcmp(o->chain[i].name, named.name))
			continue;
		o->baseline = i;
		return 0;
	}
	return usage_error("--baseline=%s is not among the schemes compared", s->baseline);
}

/* @return 0, or an exit code + 1: done already */
static int parse(struct settings *s, int argc, char **argv, const char **path)
{
	struct compare_options *o = &s->compare;
	struct bench_error err;
	int opt, at = 0;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":t:w:b:s:r:j:m:f:o:h", options, &at)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			knobs_help(stdout);
			fputs(usage_end, stdout);
			return EXIT_FINE + 1;
		}
		if (opt == '?')
			return usage_error("compare: unknown option '%s'; see 'faultline compare --help'",
					   argv[optind - 1]) + 1;
		if (opt == ':')
			return usage_error("compare: '%s' needs a value", argv[optind - 1]) + 1;
		if (parse_option(s, opt, path))
			return EXIT_USAGE + 1;
		if (opt >= OPT_RATE && opt <= OPT_LAPS)
			s->of_workloads = options[at].name;
	}
	/* --trace a b c: the rest are traces, too. */
	while (optind < argc)
		path[o->nr_traces++] = argv[optind++];
	if (!o->nr_traces && !s->work.nr_workloads)
		return usage_error("compare: which trace, or workload? --trace FILE or --workload NAME") + 1;
	if (s->work.nr_workloads && !o->runs)
		return usage_error("--runs=0 is a check of recorded order: no --workload") + 1;
	if (s->of_workloads && !s->work.nr_workloads)
		return usage_error("--%s is for workloads: --workload NAME", s->of_workloads) + 1;
	if (s->work.nr_workloads && work_check_options(&s->work, &err))
		return usage_error("%s", err.line) + 1;
	if (knobs_check(&o->knobs, &err))
		return usage_error("compare: %s", err.line) + 1;
	if (o->threads > run_max_workers(&o->knobs.config))
		return usage_error("--threads=%u: with --reclaim no more than %u", o->threads,
				   run_max_workers(&o->knobs.config)) + 1;
	if (!o->nr_schemes && parse_schemes(o, NULL))
		return EXIT_USAGE + 1;
	if (o->threads != 1 && specs_single_thread(o->chain, o->nr_schemes) < o->nr_schemes)
		return usage_error("--schemes: floor has no locks: --threads 1 is needed") + 1;
	return parse_baseline(s) ? EXIT_USAGE + 1 : 0;
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
		.compare = { .runs = DEFAULT_RUNS, .argc = argc, .argv = argv },
		.work = { .rate = { 0, 1000, 10000, WORK_RATE_MAX }, .nr_rates = 4, .faults = 8192,
			  .seed = 1, .nr_vmas = 1 },
	};
	const char **path = calloc((size_t)argc + 1, sizeof(*path));
	struct bench_error err;
	struct comparison *c;
	int ret;

	if (!path)
		return usage_error("not enough memory");
	s.compare.path = path;
	knobs_init(&s.compare.knobs);
	ret = parse(&s, argc, argv, path);
	if (ret) {
		ret--;
		goto out;
	}
	ret = output_possible(s.output);
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
	ret = output_write(s.output, render, c, s.format);
	comparison_warn(c);
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
	free(path);
	return ret;
}

const struct command cmd_compare = {
	.name = "compare",
	.summary = "the schemes on recorded programs and micro workloads",
	.run = run,
};
