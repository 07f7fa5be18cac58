/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Measuring workloads: interleaved and rotated runs, and what must hold of each.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/progress.h"
#include "bench/cli/ratio.h"
#include "bench/lib/rounds.h"
#include "bench/compare/need.h"
#include "bench/compare/works.h"
#include "bench/work/host_process.h"

struct measuring {
	struct work_compare *w;
	struct target_core_config world[WORK_MAX_COLUMNS];	/* of a scheme's column */
	struct work_host *host;
	struct progress_bar bar;
	struct bench_error *err;
};

/*
 * Every call succeeds, every column's threads do the same in the same order and leave the same VMAs, nothing leaks.
 * Each step takes its own changes back, so neither the number of steps nor their order decides what is mapped.
 */
static void check(struct work_compare *w, const struct work_case *c, unsigned int column,
		  const struct work_result *r)
{
	char name[WORK_NAME_SIZE];

	if (r->result.unexpected)
		compare_broken(&w->broken, "%s under %s: %llu operations fail", work_case_name(w, c, name),
		       w->column[column], (unsigned long long)r->result.unexpected);
	if (r->order != c->run[0][0].order)
		compare_broken(&w->broken, "%s under %s: the operations, or their order, are not those of the first run",
		       work_case_name(w, c, name), w->column[column]);
	if (r->mapped != c->run[0][0].mapped && !work_is_host(w, column))
		compare_broken(&w->broken, "%s under %s: the VMAs are not those of the first run when all threads have ended",
			       work_case_name(w, c, name), w->column[column]);
	compare_broken_leaks(&w->broken, work_case_name(w, c, name), w->column[column], &r->result.leaks);
}

static struct work_config run_config(const struct measuring *m, const struct work_case *c, u64 faults)
{
	return (struct work_config){
		.workload = c->workload,
		.threads = m->w->threads,
		.faults = faults,
		.seed = m->w->work->seed,
		.writer_rate = c->rate,
		.clock_ns = m->w->clock_ns,
		.laps = m->w->work->laps,
	};
}

/*
 * Each run in a world of its own, warmed up by a run that is not timed.  Where a world happens to lie in
 * memory makes a run some percent faster or slower: a world kept for all runs would have the same luck in
 * all of them, and the pairs would agree on a difference that does not exist.
 */
static int run_in_new_world(struct measuring *m, const struct work_case *c, unsigned int column,
			    struct work_result *out)
{
	struct target *target = target_core_create(&m->world[column], m->err);
	struct work_config warm = run_config(m, c, m->w->work->faults / 4 + 1);
	struct work_config config = run_config(m, c, m->w->work->faults);
	int ret;

	if (!target)
		return -1;
	target->vmas = c->vmas;
	warm.target = config.target = target;
	ret = work_run(&warm, out, m->err);
	if (!ret)
		ret = work_run(&config, out, m->err);
	target_destroy(target);
	return ret;
}

static int run_once(struct measuring *m, const struct work_case *c, unsigned int column,
		    struct work_result *out)
{
	const struct work_compare *w = m->w;
	const struct work_config config = run_config(m, c, w->work->faults);
	char name[WORK_NAME_SIZE];

	progress_step(&m->bar, work_case_name(w, c, name), w->column[column]);
	if (interrupt_pending())
		return bench_fail(m->err, "interrupted");
	if (work_is_host(w, column)) {
		const struct work_config warm = run_config(m, c, w->work->faults / 4 + 1);

		return work_host_run(m->host, &warm, out, m->err) ? -1 :
		       work_host_run(m->host, &config, out, m->err);
	}
	return run_in_new_world(m, c, column, out);
}

static int measure_round(struct measuring *m, struct work_case *c, unsigned int round)
{
	struct work_compare *w = m->w;

	for (unsigned int i = 0; i < w->nr_columns; i++) {
		unsigned int column = rounds_column(i, round, w->nr_columns);

		run_machine_round(round);
		if (run_once(m, c, column, &c->run[column][round]))
			return -1;
	}
	for (unsigned int i = 0; i < w->nr_columns; i++)
		check(w, c, i, &c->run[i][round]);
	c->nr_runs++;
	return 0;
}

/* With runs by need: are there enough after @nr rounds that began at @start? */
static bool enough(const struct work_compare *w, unsigned int nr, u64 start)
{
	const struct compare_options *o = w->options;
	u64 passed = platform_now() - start;

	if (!o->by_need || nr < need_least_runs(o) || passed < NEED_LEAST_NS)
		return false;
	if (passed >= NEED_MOST_NS * w->nr_asked)
		return true;
	for (unsigned int at = 0; at < w->nr_asked; at++)
		for (unsigned int s = 0; s < o->nr_schemes; s++)
			if (!need_is_narrow(work_to_baseline(w, at, s, COMPARE_FAULTS, FIGURE_MEAN)))
				return false;
	return true;
}

/*
 * Each round runs every case: a fault beside a writer is compared with one beside a spinner, and many
 * VMAs with few, so their runs must not be minutes apart on a machine that changes.
 */
static int measure(struct measuring *m)
{
	struct work_compare *w = m->w;
	u64 start = platform_now();
	int ret = 0;

	for (unsigned int round = 0; !ret && round < w->options->runs * compare_variants() && !enough(w, round, start); round++)
		for (unsigned int i = 0; !ret && i < w->nr_asked; i++)
			ret = measure_round(m, &w->cases[i], round);
	for (unsigned int i = 0; i < w->nr_asked; i++)
		w->nr_cases += w->cases[i].nr_runs > 0;
	w->whole = !ret;
	return ret;
}

/* --- making ---------------------------------------------------------------------------------- */

static int add_case(struct work_compare *w, const struct workload *workload, u64 rate, u64 vmas,
		    unsigned int control)
{
	struct work_case *c = &w->cases[w->nr_asked++];

	*c = (struct work_case){ .workload = workload, .rate = rate, .vmas = vmas, .control = control };
	for (unsigned int i = 0; i < w->nr_columns; i++) {
		c->run[i] = calloc(w->options->runs * compare_variants(), sizeof(*c->run[i]));
		if (!c->run[i])
			return -1;
	}
	return 0;
}

static int add_rates(struct work_compare *w, const struct workload *workload, u64 vmas)
{
	const struct work_options *o = w->work;
	unsigned int first = w->nr_asked;
	int ret = 0;

	if (!workload->writer)
		return add_case(w, workload, 0, vmas, first);
	for (unsigned int r = 0; !ret && r < o->nr_rates; r++)
		ret = add_case(w, workload, o->rate[r], vmas, o->rate[0] ? w->nr_asked : first);
	return ret;
}

static int add_cases(struct work_compare *w)
{
	const struct work_options *o = w->work;
	int ret = 0;

	w->cases = calloc((size_t)o->nr_workloads * WORK_MAX_RATES * o->nr_vmas, sizeof(*w->cases));
	if (!w->cases)
		return -1;
	for (unsigned int i = 0; !ret && i < o->nr_workloads; i++)
		for (unsigned int v = 0; !ret && v < o->nr_vmas; v++)
			ret = add_rates(w, o->workload[i], o->vmas[v]);
	return ret;
}

static int prepare(struct measuring *m)
{
	struct work_compare *w = m->w;
	const struct compare_options *o = w->options;

	/* Start it before the first world exists, since it copies this process. */
	if (w->work->host) {
		m->host = work_host_start(m->err);
		if (!m->host)
			return -1;
	}
	for (unsigned int i = 0; i < o->nr_schemes; i++) {
		struct target_core_config *world = &m->world[i];

		*world = (struct target_core_config){
			.chain = &o->chain[i],
			.threads = w->threads,
			.world = o->knobs.config,
			.max_vmas = w->work->vmas[w->work->nr_vmas - 1],
			.background = o->knobs.config.reclaim,
		};
		if (!world->world.nr_frames)
			world->world.nr_frames = work_frames(w->threads);
		if (world->world.reclaim && !o->knobs.set[KNOB_SWAP_SLOTS])
			world->world.swap_slots = world->world.nr_frames;
	}
	return 0;
}

int work_measure(struct work_compare **out, const struct compare_options *o,
		 const struct work_options *work, struct bench_error *err)
{
	struct work_compare *w = calloc(1, sizeof(*w));
	struct measuring m = { .w = w, .err = err };
	unsigned int cpus = platform_nr_cpus();
	int ret = -1;

	if (!w) {
		bench_fail_memory(err, "comparing");
		return -1;
	}
	w->options = o;
	w->work = work;
	w->clock_ns = run_clock_ns();
	w->threads = o->threads ? o->threads : cpus < 2 ? 2 : cpus;
	if (w->threads > run_max_workers(&o->knobs.config))
		w->threads = run_max_workers(&o->knobs.config);
	for (unsigned int i = 0; i < o->nr_schemes; i++)
		w->column[w->nr_columns++] = o->chain[i].name;
	if (work->host)
		w->column[w->nr_columns++] = "host";
	if (add_cases(w)) {
		bench_fail_memory(err, "comparing");
		goto out;
	}
	if (prepare(&m))
		goto out;
	if (!o->quiet)
		ratio_note_runs("workloads", o->nr_schemes, o->runs);
	progress_begin(&m.bar, (u64)w->nr_asked * w->nr_columns * o->runs * compare_variants(), o->quiet);
	ret = measure(&m);
	progress_end(&m.bar);
out:
	work_host_stop(m.host);
	if (ret && !interrupt_pending()) {
		work_free(w);
		w = NULL;
	}
	*out = w;
	return ret;
}

void work_free(struct work_compare *w)
{
	if (!w)
		return;
	for (unsigned int i = 0; i < w->nr_asked; i++)
		for (unsigned int c = 0; c < w->nr_columns; c++)
			free(w->cases[i].run[c]);
	free(w->cases);
	free(w);
}
