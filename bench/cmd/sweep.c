/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline sweep`: its options, and continuing a sweep that was killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/ratio.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/lib/plural.h"
#include "bench/run/machine_options.h"
#include "bench/run/specs.h"
#include "bench/sweep/sweep.h"
#include "bench/work/workload.h"

#define MAX_PARTS 1000000

/* Numbers that were given for one axis of the map. */
struct axis {
	double at[SWEEP_MAX_AXIS];
	unsigned int nr;
};

struct settings {
	struct sweep_options sweep;
	struct axis changes, share, delay;
	struct shortages {
		struct axis frames, limit;
	} memory;
	const char *baseline, *output, *schemes;
	struct option_words traces;
	enum output_format format;
};

/* --- arguments ------------------------------------------------------------------------------------ */

static int take_numbers(const char *name, const char *list, double min, double max, struct axis *axis,
			struct bench_error *err)
{
	const char *at = list;
	char *end;

	for (axis->nr = 0;; at = end + 1) {
		double *n = &axis->at[axis->nr];

		errno = 0;
		*n = strtod(at, &end);
		/* Not NaN, no hexadecimal, no blanks. */
		if (!(strchr("0123456789.", *at) && *at) || strpbrk(list, "xX") || end == at || errno ||
		    (*end && *end != ',') || !(*n >= min && *n <= max))
			return bench_fail(err, "--%s=%s: the value must be numbers from %g to %g, with ',' between", name, list, min, max);
		for (unsigned int i = 0; i < axis->nr; i++)
			if (axis->at[i] == *n)
				return bench_fail(err, "--%s=%s: %g is there twice", name, list, *n);
		if (++axis->nr > SWEEP_MAX_AXIS - 1 && *end)
			return bench_fail(err, "--%s: there may be no more than %d at once", name, SWEEP_MAX_AXIS);
		if (!*end)
			return 0;
	}
}

static int take_axis(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	return take_numbers(e->name, value, (double)e->min, (double)e->max, to, err);
}

#define LIMIT "limit:"

/* Those of the list that begin with LIMIT, without it, or the others; ',' between. */
static void pick(const char *list, bool limits, char *out, size_t size)
{
	size_t used = 0;

	for (out[0] = '\0';; list++) {
		size_t n = strcspn(list, ","), skip = strncmp(list, LIMIT, strlen(LIMIT)) ? 0 : strlen(LIMIT);

		if (!!skip == limits && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%.*s", used ? "," : "", (int)(n - skip), list + skip);
		list += n;
		if (!*list)
			return;
	}
}

static int take_memory(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct shortages *memory = to;
	char frames[512], limits[512];
	int ret = 0;

	memory->frames.nr = memory->limit.nr = 0;
	if (!strcmp(value, "none"))
		return 0;
	if (strlen(value) >= sizeof(frames))
		return bench_fail(err, "--%s: the list is too long", e->name);
	pick(value, false, frames, sizeof(frames));
	pick(value, true, limits, sizeof(limits));
	if (*frames || !strstr(value, LIMIT))
		ret = take_numbers(e->name, frames, 0.1, 10, &memory->frames, err);
	if (!ret && strstr(value, LIMIT))
		ret = take_numbers(e->name, limits, 0.1, 10, &memory->limit, err);
	return ret;
}

static int take_part(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct sweep_options *o = to;
	char *slash = strchrnul(value, '/'), first[24];
	u64 part, parts;

	snprintf(first, sizeof(first), "%.*s", (int)(slash - value), value);
	if (!*slash || !options_number(first, &part) || !options_number(slash + 1, &parts) || !part ||
	    part > parts || parts > MAX_PARTS)
		return bench_fail(err, "--%s=%s: the value must be I/N, with I from 1 to N, and N no more than %d", e->name, value,
				  MAX_PARTS);
	o->part = (unsigned int)part - 1;
	o->parts = (unsigned int)parts;
	return 0;
}

static const struct option_entry entries[] = {
	RUN_MACHINE_OPTIONS,
	SPECS_OPTION(struct settings, schemes,
		     "which schemes, each NAME[:BELOW]...; default: all"),
	OPTION_TEXT('b', "baseline", "NAME", struct settings, baseline, "which one ratios are to; default: mmap_lock",
		    .complete = specs_complete),
	OPTION_OTHER(0, "changes", "A,B,...", take_axis, "changes per fault, each from 0 to 100; default: 0,0.001,0.01,0.1,1",
		     OPTION_FIELD(struct settings, changes), .max = 100),
	OPTION_OTHER(0, "episodes", "A,B,...", take_axis,
		     "shares of faults that meet short memory, from 0 to 1: GFP_NOWAIT fails, GFP_KERNEL takes as long as "
		     "reclaim; default: 0,0.01,0.1,0.5", OPTION_FIELD(struct settings, share), .max = 1),
	OPTION_NUMBER(0, "episode-faults", "N", struct settings, sweep.burst, 1, 1000000,
		      "how many faults in a row an episode lasts; default 32"),
	OPTION_OTHER(0, "memory", "A,B,...", take_memory,
		     "frames per page touched, each from 0.1 to 10: real watermarks and swap; limit:A: so many may be charged, "
		     "and there are more: GFP_NOWAIT is refused again and again; default: 0.75,limit:0.25; none: no such cells",
		     OPTION_FIELD(struct settings, memory), .values = "none|0.75|limit:0.25"),
	OPTION_OTHER(0, "delays", "A,B,...", take_axis, "what reclaim takes, in us; default: 0,50",
		     OPTION_FIELD(struct settings, delay), .max = 1000000),
	OPTION_OTHER(0, "trace", "FILE", option_word, "place a recorded program on the map; may be repeated",
		     OPTION_FIELD(struct settings, traces), .complete = option_files),
	OPTION_NUMBER('r', "runs", "N", struct settings, sweep.runs, 1, SWEEP_MAX_RUNS,
		      "timed runs of each scheme in each cell; default: as many as can name the best, 6 for 2 schemes, 10 for 6 or 7.  A cell "
		      "names a loser only where all its pairs of schemes together leave 5 % for an error"),
	OPTION_NUMBER('j', "threads", "N", struct settings, sweep.threads, 1, PLATFORM_MAX_SLOTS - 1,
		      "default: as many as CPUs"),
	OPTION_NUMBER(0, "faults", "N", struct settings, sweep.faults, 1, 100000000, "of each thread in a run; default 2048"),
	OPTION_NUMBER(0, "seed", "N", struct settings, sweep.seed, 0, ~0ULL >> 1, "default 1"),
	OPTION_FLAG(0, "touch", struct settings, sweep.touch,
		    "touch the pages of a new mapping before it is unmapped: a VMA's first faults, which schemes without a lock begin below"),
	OPTION_CLEAR(0, "no-zero", struct settings, sweep.zero_pages, "do not clear pages"),
	OPTION_OTHER(0, "cell", "I/N", take_part,
		     "only every N-th cell, from the I-th on (I from 1); see 'faultline merge'", OPTION_FIELD(struct settings, sweep)),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OPTION_TEXT('o', "output", "FILE", struct settings, output,
		    "with json: FILE is kept up to date cell by cell, and the same command goes on with what it lacks",
		    .complete = option_files),
	OPTION_END
};

static const struct options options = {
	.command = "sweep",
	.synopsis = "[OPTION]...",
	.about = "A map of which scheme is fastest where: address-space changes per fault, by memory that is short.",
	.entry = entries,
	.end = "Exit status: 0 fine, 2 wrong arguments or input, 128 + N ended by signal N: SIGINT and SIGTERM end it, and the "
	       "cells that are whole by then are printed, marked as partial; a second one ends it at once (the same one within "
	       "half a second counts as one).",
};

static int choose_schemes(struct settings *s)
{
	struct sweep_options *o = &s->sweep;
	struct bench_error err;

	if (specs_parse(o->chain, SWEEP_MAX_COLUMNS, &o->nr_schemes, s->schemes, &err) ||
	    specs_choose_baseline(o->chain, o->nr_schemes, s->baseline, &o->baseline, &err))
		return usage_error("%s", err.line);
	if (!o->runs)
		o->runs = (unsigned int)verdict_least_runs(o->nr_schemes);
	return 0;
}

static int add_pressure(struct sweep_options *o, struct sweep_pressure pressure, double delay_us)
{
	if (o->nr_pressures == SWEEP_MAX_AXIS)
		return usage_error("--episodes, --memory and --delays make more than %d rows", SWEEP_MAX_AXIS);
	pressure.delay_ns = (u64)(delay_us * 1000);
	o->pressure[o->nr_pressures++] = pressure;
	return 0;
}

static int choose_axes(struct settings *s)
{
	struct sweep_options *o = &s->sweep;
	int ret = 0;

	/* With a share of 0 nobody waits, so the delay makes no difference. */
	for (unsigned int i = 0; !ret && i < s->share.nr; i++)
		for (unsigned int d = 0; !ret && d < (s->share.at[i] ? s->delay.nr : 1); d++)
			ret = add_pressure(o, (struct sweep_pressure){ .share = s->share.at[i] }, s->share.at[i] ? s->delay.at[d] : 0);
	for (unsigned int i = 0; !ret && i < s->memory.frames.nr; i++)
		for (unsigned int d = 0; !ret && d < s->delay.nr; d++)
			ret = add_pressure(o, (struct sweep_pressure){ .memory = s->memory.frames.at[i] }, s->delay.at[d]);
	for (unsigned int i = 0; !ret && i < s->memory.limit.nr; i++)
		for (unsigned int d = 0; !ret && d < s->delay.nr; d++)
			ret = add_pressure(o, (struct sweep_pressure){ .limit = s->memory.limit.at[i] }, s->delay.at[d]);
	memcpy(o->changes, s->changes.at, sizeof(o->changes));
	o->nr_changes = s->changes.nr;
	return ret;
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
	for (unsigned int i = 0; i < settings->traces.nr; i++)
		if (sweep_place(s, settings->traces.word[i], &err))
			return usage_error("%s", err.line);
	if (keep && !access(settings->output, F_OK)) {
		ret = sweep_read(&s, settings->output, &err);
		if (ret < 0)
			return usage_error("%s", err.line);
		fprintf(stderr, "faultline: %s has %d of %u cells: going on\n", settings->output, ret,
			s->nr_cells);
	}
	ratio_note_runs("each cell", s->nr_schemes, s->runs);
	interrupt_catch();
	ret = sweep_measure(s, &settings->sweep, keep ? keep_state : NULL, settings, &err);
	if (ret)
		return ret == -2 ? EXIT_USAGE : usage_error("%s", err.line);
	if (s->partial && !sweep_nr_done(s)) {
		fputs("faultline: interrupted before a cell was measured whole\n", stderr);
		return interrupt_status();
	}
	if (sweep_nr_machines(s) > 1)
		fprintf(stderr, "faultline: warning: the cells are of %u machines: each names the fastest on its own\n",
			sweep_nr_machines(s));
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
			.faults = 2048, .seed = 1, .burst = 32, .parts = 1,
			.zero_pages = true, .threads = platform_nr_cpus(),
		},
		.changes = { { 0, 0.001, 0.01, 0.1, 1 }, 5 },
		.share = { { 0, 0.01, 0.1, 0.5 }, 4 },
		.memory = { .frames = { { 0.75 }, 1 }, .limit = { { 0.25 }, 1 } },
		.delay = { { 0, 50 }, 2 },
	};
	struct sweep *sweep = NULL;
	int ret;

	if (s.sweep.threads > PLATFORM_MAX_SLOTS - 1)
		s.sweep.threads = PLATFORM_MAX_SLOTS - 1;
	ret = options_parse(&options, &s, argc, argv);
	if (ret != OPTIONS_GO_ON)
		goto out;
	ret = choose_schemes(&s);
	ret = ret ? ret : choose_axes(&s);
	if (ret)
		goto out;
	if (s.sweep.threads > platform_nr_cpus())
		fprintf(stderr, "faultline: warning: %u threads on %u CPU%s is torture, not timing: fewer --threads\n",
			s.sweep.threads, platform_nr_cpus(), plural(platform_nr_cpus()));
	sweep = sweep_create(&s.sweep);
	if (!sweep) {
		ret = usage_error("not enough memory");
		goto out;
	}
	sweep->argc = argc;
	sweep->argv = argv;
	ret = measure(&s, sweep);
	if (!ret && s.sweep.runs < STAT_MIN_RUNS)
		fprintf(stderr, "faultline: warning: %u run%s: no verdict below %d (--runs)\n",
			s.sweep.runs, plural(s.sweep.runs), STAT_MIN_RUNS);
out:
	sweep_free(sweep);
	free(s.traces.word);
	return ret;
}

const struct command cmd_sweep = {
	.name = "sweep",
	.summary = "the map: changes per fault, by memory that is short",
	.run = run,
};
