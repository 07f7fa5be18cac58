/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The cells of the map, and measuring one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/host.h"
#include "bench/cli/interrupt.h"
#include "bench/plan/plan.h"
#include "bench/cli/progress.h"
#include "bench/lib/rounds.h"
#include "bench/run/machine.h"
#include "bench/sweep/sweep.h"
#include "bench/work/workload.h"
#include "common/mm/charge.h"
#include "common/mm/page.h"

/* A run whose delays add up to more does fewer faults. */
#define MAX_DELAY_NS	100000000.0
#define MIN_FAULTS	256
/*
 * With real watermarks a thread touches this many pages before it gives them back.  Memory runs
 * short in the course of that, so what is timed is whole rounds.
 */
#define WIDE_REGION	(2 * WORK_REGION)

struct sweep *sweep_create(const struct sweep_options *o)
{
	struct sweep *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	for (unsigned int i = 0; i < o->nr_schemes; i++)
		snprintf(s->name[i], sizeof(s->name[i]), "%s", o->chain[i].name);
	s->nr_schemes = o->nr_schemes;
	s->baseline = o->baseline;
	s->threads = o->threads;
	s->runs = o->runs;
	s->burst = o->burst;
	s->faults = o->faults;
	s->seed = o->seed;
	s->zero_pages = o->zero_pages;
	s->touch = o->touch;
	s->nr_changes = o->nr_changes;
	s->nr_pressures = o->nr_pressures;
	s->nr_cells = o->nr_changes * o->nr_pressures;
	s->cell = calloc(s->nr_cells, sizeof(*s->cell));
	if (!s->cell) {
		free(s);
		return NULL;
	}
	for (unsigned int i = 0; i < s->nr_cells; i++) {
		struct sweep_cell *c = &s->cell[i];
		double delays;

		c->changes = o->changes[i % o->nr_changes];
		c->pressure = o->pressure[i / o->nr_changes];
		c->faults = o->faults;
		if (sweep_reclaims(&c->pressure)) {
			c->faults = WIDE_REGION;
			continue;
		}
		delays = c->pressure.share * (double)c->pressure.delay_ns;
		if (delays * (double)c->faults > MAX_DELAY_NS)
			c->faults = (u64)fmax(MIN_FAULTS, MAX_DELAY_NS / delays);
	}
	return s;
}

void sweep_free(struct sweep *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; i < s->nr_cells; i++)
		free(s->cell[i].column);
	free(s->cell);
	free(s);
}

/* --- one cell --------------------------------------------------------------------------------- */

static struct target *make_target(const struct sweep *s, const struct sweep_cell *c,
				  const struct scheme_chain *chain, struct bench_error *err)
{
	u64 overhead = s->threads * 2 * PAGE_BATCH + 128, touched = s->threads * WIDE_REGION;
	struct target_core_config config = { .chain = chain, .threads = s->threads };

	config.world = world_config_default(s->threads * (WORK_REGION + MIX_PIECE) + overhead);
	config.world.zero_pages = s->zero_pages;
	if (sweep_reclaims(&c->pressure)) {
		config.world.nr_frames = (u64)((c->pressure.memory ? c->pressure.memory : 2) * (double)touched) + overhead;
		config.world.reclaim = true;
		config.world.swap_slots = touched + overhead;
		config.world.swap_read_ns = config.world.swap_write_ns = c->pressure.delay_ns;
		/* One that gets a CPU of its own.  At a limit the threads reclaim alone, as at memory.max. */
		config.background = c->pressure.memory && s->threads < platform_nr_cpus();
	}
	if (c->pressure.limit)
		config.world.charge_limit = (u64)(c->pressure.limit * (double)touched) + s->threads * 2 * CHARGE_BATCH;
	return target_core_create(&config, err);
}

static int run_once(const struct sweep *s, const struct sweep_cell *c, struct target *target,
		    double clock_ns, struct work_result *out, struct bench_error *err)
{
	const struct work_config config = {
		.workload = &workload_mix,
		.target = target,
		.threads = s->threads,
		.faults = c->faults,
		.seed = s->seed,
		.clock_ns = clock_ns,
		.region = sweep_reclaims(&c->pressure) ? WIDE_REGION : WORK_REGION,
		.changes = c->changes,
		.touch = s->touch,
		.squeeze_share = sweep_reclaims(&c->pressure) ? 0 :
			c->pressure.share >= 1 ? ~0u : (u32)(c->pressure.share * 4294967296.0),
		.burst = s->burst,
		.squeeze_ns = c->pressure.delay_ns,
	};

	if (interrupt_pending())
		return bench_fail(err, "interrupted");
	if (work_run(&config, out, err))
		return -1;
	if (out->result.unexpected)
		return bench_fail(err, "%llu operations fail under %s: more memory",
				  (unsigned long long)out->result.unexpected, target->name);
	return 0;
}

double sweep_figure(double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.9g", value);
	return strtod(text, NULL);
}

static void keep(struct sweep_column *column, unsigned int run, const struct work_result *r)
{
	const struct stats *stats = &r->result.stats;
	double all = (double)stats->event[STAT_FAULT];

	column->mm_ns[run] = sweep_figure((double)r->result.mm_ns / (double)r->result.faults.nr);
	column->fault_ns[run] = sweep_figure(r->result.faults.mean_ns);
	if (all > 0) {
		column->failed += (double)stats->event[STAT_PAGE_ALLOC_FAIL] / all;
		column->fell += 1 - (double)stats->rung[0][0] / all;
	}
}

static int measure_cell(struct sweep *s, const struct sweep_options *o, struct sweep_cell *c,
			double clock_ns, struct progress_bar *bar, struct bench_error *err)
{
	struct target *target[SWEEP_MAX_COLUMNS] = { NULL };
	struct work_result r;
	struct host host;
	char what[64], name[96];
	int ret = -1;

	c->column = calloc(s->nr_schemes, sizeof(*c->column));
	if (!c->column)
		return bench_fail_memory(err, "a cell of the map");
	snprintf(name, sizeof(name), "%g changes a fault, %s", c->changes,
		 sweep_pressure_name(&c->pressure, what));
	for (unsigned int i = 0; i < s->nr_schemes; i++) {
		progress_step(bar, name, s->name[i]);
		target[i] = make_target(s, c, &o->chain[i], err);
		if (!target[i] || run_once(s, c, target[i], clock_ns, &r, err))
			goto out;
	}
	for (unsigned int run = 0; run < s->runs; run++) {
		for (unsigned int i = 0; i < s->nr_schemes; i++) {
			unsigned int at = rounds_column(i, run, s->nr_schemes);

			progress_step(bar, name, s->name[at]);
			run_machine_round(run);
			if (run_once(s, c, target[at], clock_ns, &r, err))
				goto out;
			keep(&c->column[at], run, &r);
		}
	}
	for (unsigned int i = 0; i < s->nr_schemes; i++) {
		c->column[i].failed /= s->runs;
		c->column[i].fell /= s->runs;
	}
	host_describe(&host);
	if (run_machine())
		snprintf(c->machine, sizeof(c->machine), "simulated: %.70s, threads placed %.20s", run_machine()->name,
			 run_machine()->placement);
	else
		snprintf(c->machine, sizeof(c->machine), "%.70s, %.80s", host.cpu, host.system);
	c->done = true;
	ret = 0;
out:
	for (unsigned int i = 0; i < s->nr_schemes; i++)
		target_destroy(target[i]);
	return ret;
}

int sweep_measure(struct sweep *s, const struct sweep_options *o,
		  int (*state)(const struct sweep *s, void *arg), void *arg,
		  struct bench_error *err)
{
	double clock_ns = run_clock_ns();
	struct progress_bar bar;
	u64 todo = 0;
	int ret = 0;

	for (unsigned int i = o->part; i < s->nr_cells; i += o->parts)
		todo += !s->cell[i].done;
	progress_begin(&bar, todo * s->nr_schemes * (s->runs + 1), o->quiet);
	for (unsigned int i = o->part; !ret && i < s->nr_cells; i += o->parts) {
		if (s->cell[i].done)
			continue;
		ret = measure_cell(s, o, &s->cell[i], clock_ns, &bar, err);
		if (!ret && state && state(s, arg))
			ret = -2;
	}
	progress_end(&bar);
	if (ret == -1 && interrupt_pending()) {
		s->partial = true;
		ret = 0;
	}
	return ret;
}

/* --- recorded programs -------------------------------------------------------------------------- */

int sweep_place(struct sweep *s, const char *path, struct bench_error *err)
{
	struct sweep_program *p = &s->program[s->nr_programs];
	struct trace *trace = NULL;
	struct plan *plan = NULL;
	int ret = -1;

	if (s->nr_programs == SWEEP_MAX_PROGRAMS)
		return bench_fail(err, "no more than %d traces at once", SWEEP_MAX_PROGRAMS);
	if (trace_read(&trace, path, err) || plan_build(&plan, trace, false, err))
		goto out;
	snprintf(p->name, sizeof(p->name), "%s", trace->name);
	for (u32 i = 0; i < plan->nr_events; i++) {
		switch (plan->event[i].act) {
		case ACT_FAULT:
			p->faults++;
			break;
		case ACT_MMAP:
		case ACT_MUNMAP:
		case ACT_MPROTECT:
		case ACT_MREMAP:
		case ACT_BRK:
			p->changes++;
			break;
		}
	}
	s->nr_programs++;
	ret = 0;
out:
	plan_free(plan);
	trace_free(trace);
	return ret;
}

/* --- the fastest ----------------------------------------------------------------------------------- */

double sweep_median(const struct sweep *s, const struct sweep_cell *c, unsigned int scheme)
{
	return stat_median(c->column[scheme].mm_ns, s->runs);
}

double sweep_level(const struct sweep *s)
{
	struct stat_family family = { .p = NULL };

	for (unsigned int at = 0; at < s->nr_cells; at++)
		for (unsigned int i = 0; s->cell[at].done && i < s->nr_schemes; i++)
			if (i != s->baseline)
				stat_family_add(&family, stat_ratio(s->cell[at].column[i].mm_ns,
								    s->cell[at].column[s->baseline].mm_ns, s->runs));
	return stat_family_level(&family);
}

struct cell_of {
	const struct sweep *s;
	const struct sweep_cell *c;
};

static struct stat_ratio cell_ratio(const void *samples, unsigned int a, unsigned int b)
{
	const struct cell_of *of = samples;

	return stat_ratio(of->c->column[a].mm_ns, of->c->column[b].mm_ns, of->s->runs);
}

void sweep_winner(const struct sweep *s, const struct sweep_cell *c, struct verdict *v)
{
	const struct cell_of of = { s, c };
	struct verdict_question q = { .nr = s->nr_schemes, .baseline = s->baseline, .runs = s->runs, .ratio = cell_ratio,
				      .samples = &of };

	for (unsigned int i = 0; i < s->nr_schemes; i++) {
		q.name[i] = s->name[i];
		q.median[i] = sweep_median(s, c, i);
	}
	verdict_best(&q, v);
}

unsigned int sweep_nr_machines(const struct sweep *s)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->nr_cells; i++) {
		bool seen = !s->cell[i].done;

		for (unsigned int k = 0; !seen && k < i; k++)
			seen = s->cell[k].done && !strcmp(s->cell[k].machine, s->cell[i].machine);
		n += !seen;
	}
	return n;
}

unsigned int sweep_nr_done(const struct sweep *s)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->nr_cells; i++)
		n += s->cell[i].done;
	return n;
}

const char *sweep_pressure_name(const struct sweep_pressure *p, char buf[64])
{
	if (p->memory)
		snprintf(buf, 64, "memory %g %%, %g us", 100 * p->memory, (double)p->delay_ns / 1e3);
	else if (p->limit)
		snprintf(buf, 64, "limit %g %%, %g us", 100 * p->limit, (double)p->delay_ns / 1e3);
	else if (p->share)
		snprintf(buf, 64, "episodes %g %%, %g us", 100 * p->share, (double)p->delay_ns / 1e3);
	else
		snprintf(buf, 64, "memory for all");
	return buf;
}
