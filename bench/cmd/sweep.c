/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline sweep`: its options, and going on where a killed one stopped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/usage.h"
#include "bench/cli/interrupt.h"
#include "bench/run/knobs.h"
#include "bench/run/specs.h"
#include "bench/sweep/sweep.h"
#include "bench/work/workload.h"

#define MAX_PARTS 1000000

static const char usage[] =
	"Usage: faultline sweep [OPTION]...\n"
	"A map of who wins where: address-space changes per fault, by memory that is short.\n"
	"\n"
	"  -s, --schemes A,B,...  which schemes, each NAME[:OPTION=VALUE]...; default: all as\n"
	"                         usual, and those that differ in what a failed fault does\n"
	"  -b, --baseline NAME    which one ratios are to; default: mmap_lock\n"
	"      --changes A,B,...  changes per fault, each from 0 to 100; default: 0,0.001,0.01,0.1,1\n"
	"      --episodes A,B,... shares of faults that meet short memory, from 0 to 1: GFP_NOWAIT\n"
	"                         fails, GFP_KERNEL takes as long as reclaim; default: 0,0.01,0.1,0.5\n"
	"      --episode-faults N how many faults in a row an episode lasts; default 32\n"
	"      --memory A,B,...   frames per page touched, each from 0.1 to 10: real watermarks and\n"
	"                         swap; default: 0.75; none: no such cells\n"
	"      --delays A,B,...   what reclaim takes, in us; default: 0,50\n"
	"      --trace FILE       place a recorded program on the map; may be repeated\n"
	"  -r, --runs N           timed runs of each scheme in each cell; default 7\n"
	"  -j, --threads N        default: as many as CPUs\n"
	"      --faults N         of each thread in a run; default 2048\n"
	"      --seed N           default 1\n"
	"      --no-zero          do not clear pages\n"
	"      --cell I/N         only every N-th cell, from the I-th on (I from 1); see\n"
	"                         'faultline merge'\n"
	"  -f, --format FORMAT    table (default), csv, json or md\n"
	"  -o, --output FILE      with json: FILE is kept up to date cell by cell, and the same\n"
	"                         command goes on with what it lacks\n"
	"  -h, --help             this text\n"
	"\n"
	"Exit status: 0 fine, 2 wrong arguments or input, 128 + N ended by signal N: SIGINT and\n"
	"SIGTERM end it, and the cells that are whole by then are printed, marked as partial; a\n"
	"second one ends it at once (the same one within half a second counts as one).\n";

struct settings {
	struct sweep_options sweep;
	double share[SWEEP_MAX_AXIS], memory[SWEEP_MAX_AXIS], delay[SWEEP_MAX_AXIS];
	unsigned int nr_shares, nr_memory, nr_delays;
	const char *baseline, *output, *schemes;
	const char **trace;
	unsigned int nr_traces;
	enum output_format format;
};

/* --- arguments ------------------------------------------------------------------------------------ */

static int parse_numbers(const char *name, const char *list, double min, double max, double *out,
			 unsigned int *nr)
{
	const char *at = list;
	char *end;

	for (*nr = 0;; at = end + 1) {
		errno = 0;
		out[*nr] = strtod(at, &end);
		/* Not NaN, no hexadecimal, no blanks. */
		if (!(strchr("0123456789.", *at) && *at) || strpbrk(list, "xX") || end == at || errno ||
		    (*end && *end != ',') || !(out[*nr] >= min && out[*nr] <= max))
			return usage_error("--%s=%s: numbers from %g to %g are needed, with ',' between",
					   name, list, min, max);
		for (unsigned int i = 0; i < *nr; i++)
			if (out[i] == out[*nr])
				return usage_error("--%s=%s: %g is there twice", name, list, out[i]);
		if (++*nr > SWEEP_MAX_AXIS - 1 && *end)
			return usage_error("--%s: no more than %d at once", name, SWEEP_MAX_AXIS);
		if (!*end)
			return 0;
	}
}

static int parse_number(const char *name, const char *text, u64 min, u64 max, u64 *out)
{
	if (!knobs_number(text, out) || *out < min || *out > max)
		return usage_error("--%s=%s: a number from %llu to %llu is needed", name, text,
				   (unsigned long long)min, (unsigned long long)max);
	return 0;
}

static int parse_part(struct sweep_options *o, const char *text)
{
	char *slash = strchrnul(text, '/'), first[24];
	u64 part, parts;

	snprintf(first, sizeof(first), "%.*s", (int)(slash - text), text);
	if (!*slash || !knobs_number(first, &part) || !knobs_number(slash + 1, &parts) || !part ||
	    part > parts || parts > MAX_PARTS)
		return usage_error("--cell=%s: I/N is needed, with I from 1 to N, and N no more than %d", text,
				   MAX_PARTS);
	o->part = (unsigned int)part - 1;
	o->parts = (unsigned int)parts;
	return 0;
}

enum { OPT_CHANGES = 256, OPT_EPISODES, OPT_BURST, OPT_MEMORY, OPT_DELAYS, OPT_TRACE, OPT_FAULTS,
       OPT_SEED, OPT_NO_ZERO, OPT_CELL };

static const struct option options[] = {
	{ "schemes", required_argument, NULL, 's' },
	{ "baseline", required_argument, NULL, 'b' },
	{ "changes", required_argument, NULL, OPT_CHANGES },
	{ "episodes", required_argument, NULL, OPT_EPISODES },
	{ "episode-faults", required_argument, NULL, OPT_BURST },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "delays", required_argument, NULL, OPT_DELAYS },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "runs", required_argument, NULL, 'r' },
	{ "threads", required_argument, NULL, 'j' },
	{ "faults", required_argument, NULL, OPT_FAULTS },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "no-zero", no_argument, NULL, OPT_NO_ZERO },
	{ "cell", required_argument, NULL, OPT_CELL },
	{ "format", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int parse_option(struct settings *s, int opt)
{
	struct sweep_options *o = &s->sweep;
	u64 n = 0;
	int ret = 0;

	switch (opt) {
	case 's':
		s->schemes = optarg;
		return 0;
	case 'b':
		s->baseline = optarg;
		return 0;
	case OPT_CHANGES:
		return parse_numbers("changes", optarg, 0, 100, o->changes, &o->nr_changes);
	case OPT_EPISODES:
		return parse_numbers("episodes", optarg, 0, 1, s->share, &s->nr_shares);
	case OPT_MEMORY:
		s->nr_memory = 0;
		return strcmp(optarg, "none") ?
			parse_numbers("memory", optarg, 0.1, 10, s->memory, &s->nr_memory) : 0;
	case OPT_DELAYS:
		return parse_numbers("delays", optarg, 0, 1e6, s->delay, &s->nr_delays);
	case OPT_BURST:
		ret = parse_number("episode-faults", optarg, 1, 1000000, &n);
		o->burst = (unsigned int)n;
		return ret;
	case OPT_TRACE:
		s->trace[s->nr_traces++] = optarg;
		return 0;
	case 'r':
		ret = parse_number("runs", optarg, 1, SWEEP_MAX_RUNS, &n);
		o->runs = (unsigned int)n;
		return ret;
	case 'j':
		ret = parse_number("threads", optarg, 1, PLATFORM_MAX_SLOTS - 1, &n);
		o->threads = (unsigned int)n;
		return ret;
	case OPT_FAULTS:
		return parse_number("faults", optarg, 1, 100000000, &o->faults);
	case OPT_SEED:
		return parse_number("seed", optarg, 0, ~0ULL >> 1, &o->seed);
	case OPT_NO_ZERO:
		o->zero_pages = false;
		return 0;
	case OPT_CELL:
		return parse_part(o, optarg);
	case 'f':
		return output_parse_format(optarg, &s->format);
	case 'o':
		s->output = optarg;
		return 0;
	}
	return EXIT_USAGE;
}

/* Where nothing was asked for: each scheme as usual, and each answer that one has to a fault that failed. */
static int default_schemes(struct sweep_options *o, struct bench_error *err)
{
	char spec[SCHEME_SPEC_SIZE];

	if (specs_parse(o->chain, SWEEP_MAX_COLUMNS, &o->nr_schemes, NULL, err))
		return -1;
	for (const struct scheme *const *each = schemes; *each; each++) {
		for (const struct scheme_opt *opt = (*each)->opts; opt && opt->name; opt++) {
			if (strcmp(opt->name, "on-failure"))
				continue;
			for (unsigned int v = 0; opt->values[v]; v++) {
				if (v == opt->initial || o->nr_schemes == SWEEP_MAX_COLUMNS)
					continue;
				snprintf(spec, sizeof(spec), "%s:on-failure=%s", (*each)->name,
					 opt->values[v]);
				if (spec_parse(&o->chain[o->nr_schemes], spec, err))
					return -1;
				o->nr_schemes++;
			}
		}
	}
	return 0;
}

static int choose_schemes(struct settings *s)
{
	struct sweep_options *o = &s->sweep;
	struct scheme_chain named;
	struct bench_error err;

	if (s->schemes ? specs_parse(o->chain, SWEEP_MAX_COLUMNS, &o->nr_schemes, s->schemes, &err) :
			 default_schemes(o, &err))
		return usage_error("%s", err.line);
	o->baseline = specs_baseline(o->chain, o->nr_schemes);
	if (!s->baseline)
		return 0;
	if (spec_parse(&named, s->baseline, &err))
		return usage_error("%s", err.line);
	for (o->baseline = 0; o->baseline < o->nr_schemes; o->baseline++)
		if (!strcmp(o->chain[o->baseline].name, named.name))
			return 0;
	return usage_error("--baseline=%s is not among the schemes", s->baseline);
}

static int add_pressure(struct sweep_options *o, double share, double memory, double delay_us)
{
	if (o->nr_pressures == SWEEP_MAX_AXIS)
		return usage_error("--episodes, --memory and --delays make more than %d rows", SWEEP_MAX_AXIS);
	o->pressure[o->nr_pressures++] = (struct sweep_pressure){
		.share = share, .memory = memory, .delay_ns = (u64)(delay_us * 1000),
	};
	return 0;
}

static int choose_pressures(struct settings *s)
{
	struct sweep_options *o = &s->sweep;
	int ret = 0;

	/* Where nobody waits, how long makes no difference. */
	for (unsigned int i = 0; !ret && i < s->nr_shares; i++)
		for (unsigned int d = 0; !ret && d < (s->share[i] ? s->nr_delays : 1); d++)
			ret = add_pressure(o, s->share[i], 0, s->share[i] ? s->delay[d] : 0);
	for (unsigned int i = 0; !ret && i < s->nr_memory; i++)
		for (unsigned int d = 0; !ret && d < s->nr_delays; d++)
			ret = add_pressure(o, 0, s->memory[i], s->delay[d]);
	return ret;
}

/* @return 0, or an exit code + 1: done already */
static int parse(struct settings *s, int argc, char **argv)
{
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":s:b:r:j:f:o:h", options, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return EXIT_FINE + 1;
		}
		if (opt == '?')
			return usage_error("sweep: unknown option '%s'; see 'faultline sweep --help'",
					   argv[optind - 1]) + 1;
		if (opt == ':')
			return usage_error("sweep: '%s' needs a value", argv[optind - 1]) + 1;
		if (parse_option(s, opt))
			return EXIT_USAGE + 1;
	}
	if (optind < argc)
		return usage_error("sweep: '%s' is one argument too many", argv[optind]) + 1;
	return choose_schemes(s) || choose_pressures(s) ? EXIT_USAGE + 1 : 0;
}

/* --- running -------------------------------------------------------------------------------------- */

static int keep_state(const struct sweep *s, void *arg)
{
	const struct settings *settings = arg;

	return output_write(settings->output, sweep_render, s, OUTPUT_JSON);
}

static int measure(struct settings *settings, struct sweep *s)
{
	bool keep = settings->output && settings->format == OUTPUT_JSON;
	struct bench_error err;
	int ret = keep ? output_regular(settings->output) : 0;

	ret = ret ? ret : output_possible(settings->output);
	if (ret)
		return ret;
	for (unsigned int i = 0; i < settings->nr_traces; i++)
		if (sweep_place(s, settings->trace[i], &err))
			return usage_error("%s", err.line);
	if (keep && !access(settings->output, F_OK)) {
		ret = sweep_read(&s, settings->output, &err);
		if (ret < 0)
			return usage_error("%s", err.line);
		fprintf(stderr, "faultline: %s has %d of %u cells: going on\n", settings->output, ret,
			s->nr_cells);
	}
	interrupt_catch();
	ret = sweep_measure(s, &settings->sweep, keep ? keep_state : NULL, settings, &err);
	if (ret)
		return ret == -2 ? EXIT_USAGE : usage_error("%s", err.line);
	if (s->partial && !sweep_nr_done(s)) {
		fputs("faultline: interrupted before a cell was measured whole\n", stderr);
		return interrupt_status();
	}
	ret = output_write(settings->output, sweep_render, s, settings->format);
	if (s->partial)
		fprintf(stderr, "faultline: interrupted: %u of %u cells; with --format json -o FILE the same command goes on\n",
			sweep_nr_done(s), s->nr_cells);
	return ret || !s->partial ? ret : interrupt_status();
}

static int run(int argc, char **argv)
{
	struct settings s = {
		.sweep = {
			.runs = 7, .faults = 2048, .seed = 1, .burst = 32, .parts = 1,
			.zero_pages = true, .threads = platform_nr_cpus(),
			.changes = { 0, 0.001, 0.01, 0.1, 1 }, .nr_changes = 5,
		},
		.share = { 0, 0.01, 0.1, 0.5 }, .nr_shares = 4,
		.memory = { 0.75 }, .nr_memory = 1,
		.delay = { 0, 50 }, .nr_delays = 2,
	};
	struct sweep *sweep = NULL;
	int ret;

	s.trace = calloc((size_t)argc + 1, sizeof(*s.trace));
	if (!s.trace)
		return usage_error("not enough memory");
	if (s.sweep.threads > PLATFORM_MAX_SLOTS - 1)
		s.sweep.threads = PLATFORM_MAX_SLOTS - 1;
	ret = parse(&s, argc, argv);
	if (ret) {
		ret--;
		goto out;
	}
	if (s.sweep.threads > platform_nr_cpus())
		fprintf(stderr, "faultline: warning: %u threads on %u CPUs is torture, not timing: fewer --threads\n",
			s.sweep.threads, platform_nr_cpus());
	sweep = sweep_create(&s.sweep);
	if (!sweep) {
		ret = usage_error("not enough memory");
		goto out;
	}
	sweep->argc = argc;
	sweep->argv = argv;
	ret = measure(&s, sweep);
	if (!ret && s.sweep.runs < STAT_MIN_RUNS)
		fprintf(stderr, "faultline: warning: %u runs give no verdict: at least %d with --runs\n",
			s.sweep.runs, STAT_MIN_RUNS);
out:
	sweep_free(sweep);
	free(s.trace);
	return ret;
}

const struct command cmd_sweep = {
	.name = "sweep",
	.summary = "the map: changes per fault, by memory that is short",
	.run = run,
};
