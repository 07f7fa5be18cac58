/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The points of each curve, one run after the other.
 */
#include "bench/scale/scale.h"

#include <stdlib.h>
#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/progress.h"
#include "bench/replay/replay.h"
#include "bench/stage/objects.h"

struct measuring {
	struct scale *s;
	struct plan *plan[SCALE_MAX_SOURCES];
	struct trace *trace[SCALE_MAX_SOURCES];
	struct progress_bar bar;
	struct bench_error *err;
};

/* --- one run --------------------------------------------------------------------------------------- */

/* While a workload's faults are timed. */
struct watching {
	const struct scheme_chain *chain;
	struct waits *waits;
};

static void begin_watch(void *arg)
{
	(void)arg;
	waits_begin();
}

static void end_watch(void *arg)
{
	const struct watching *w = arg;

	waits_end(w->chain, w->waits);
}

static void broken(struct scale *s, const char *source, const struct scheme_chain *chain, unsigned int cpus,
		   const struct run_result *r)
{
	if (s->nr_broken == ARRAY_SIZE(s->broken) || (!r->unexpected && !world_leaks_any(&r->leaks)))
		return;
	snprintf(s->broken[s->nr_broken++], sizeof(s->broken[0]), "%s under %s on %u CPUs: %llu operations fail%s", source,
		 chain->name, cpus, (unsigned long long)r->unexpected, world_leaks_any(&r->leaks) ? ", and something leaks" : "");
}

static struct world_config world_of(const struct scale_options *o, u64 frames)
{
	struct world_config world = o->knobs.config;

	if (!world.nr_frames)
		world.nr_frames = frames;
	if (world.reclaim && !o->knobs.set[KNOB_SWAP_SLOTS])
		world.swap_slots = world.nr_frames;
	return world;
}

static int run_workload(struct measuring *m, const struct workload *workload, const struct scheme_chain *chain,
			struct scale_point *point, struct scale_run *run, bool watch)
{
	const struct scale_options *o = m->s->options;
	struct watching watching = { chain, &point->waits };
	const struct work_watch callbacks = { .begin = begin_watch, .end = end_watch, .arg = &watching };
	unsigned long region = workload_region(workload, o->faults, o->fresh);
	const struct target_core_config config = {
		.chain = chain,
		.threads = point->cpus,
		.world = world_of(o, work_frames(point->cpus) + point->cpus * region),
		.background = o->knobs.config.reclaim,
	};
	struct target *target = target_core_create(&config, m->err);
	struct work_config work = {
		.workload = workload, .target = target, .threads = point->cpus, .faults = o->faults, .seed = o->seed,
		.writer_rate = o->writer_rate, .watch = watch ? &callbacks : NULL, .fresh = o->fresh, .region = region,
		.processes = o->processes,
	};
	struct work_result *result = calloc(1, sizeof(*result));
	int ret = -1;

	if (!target || !result) {
		if (target)
			bench_fail_memory(m->err, "a workload");
		goto out;
	}
	ret = work_run(&work, result, m->err);
	if (ret)
		goto out;
	run->faults_per_s = result->faults_per_s;
	run->ns_per_fault = result->result.faults.mean_ns;
	if (watch)
		point->thread_ns = (double)result->busy_ns;
	broken(m->s, workload->name, chain, point->cpus, &result->result);
out:
	target_destroy(target);
	free(result);
	return ret;
}

static int run_trace(struct measuring *m, unsigned int trace, const struct scheme_chain *chain, struct scale_point *point,
		     struct scale_run *run, bool watch)
{
	struct watching watching = { chain, &point->waits };
	/* Without the ends of address spaces: then what was waited for would have no name any more. */
	const struct replay_part part = {
		.to = plan_up_to_last_timed(m->plan[trace]), .begin = watch ? begin_watch : NULL, .end = watch ? end_watch : NULL,
		.arg = &watching,
	};
	struct replay_config config = {
		.chain = chain,
		.workers = point->cpus,
		.world = world_of(m->s->options, replay_frames(m->plan[trace])),
	};
	struct run_result result = { 0 };
	struct replay *replay;
	int ret;

	config.world.no_zero_page = m->plan[trace]->no_zero_page;
	if (replay_create(&replay, m->plan[trace], &config, m->err))
		return -1;
	replay_only(replay, &part);
	ret = replay_run(replay, REPLAY_ASAP, &result, m->err);
	if (!ret) {
		run->faults_per_s = result.wall_ns ? 1e9 * (double)result.faults.nr / (double)result.wall_ns : 0;
		run->ns_per_fault = result.faults.mean_ns;
		if (watch)
			point->thread_ns = (double)result.wall_ns * point->cpus;
		broken(m->s, m->trace[trace]->name, chain, point->cpus, &result);
		run_result_free(&result);
	}
	replay_destroy(replay);
	return ret;
}

/* --- the points -------------------------------------------------------------------------------------- */

static int measure_point(struct measuring *m, unsigned int source, const struct scheme_chain *chain, struct scale_curve *curve)
{
	const struct scale_options *o = m->s->options;
	struct scale_point *point = &curve->point[curve->nr_points];
	char what[80];
	int ret;

	snprintf(what, sizeof(what), "%s, %u CPUs", curve->source, point->cpus);
	for (unsigned int seed = 0; seed < o->runs; seed++)
		for (unsigned int f = 0; f < o->nr_factors; f++) {
			struct scale_run *run = &point->run[point->nr_runs];
			bool watch = !point->nr_runs;

			progress_step(&m->bar, what, chain->name);
			if (interrupt_pending())
				return bench_fail(m->err, "interrupted");
			*run = (struct scale_run){ .seed = o->seed + seed, .factor = o->factor[f] };
			run_machine()->next_run(run->seed, run->factor);
			ret = source < o->nr_workloads ?
				run_workload(m, o->workload[source], chain, point, run, watch) :
				run_trace(m, source - o->nr_workloads, chain, point, run, watch);
			if (ret)
				return -1;
			run->accesses = run_machine()->accesses();
			point->nr_runs++;
		}
	curve->nr_points++;
	return 0;
}

/* A recorded program has no more workers than it had threads. */
static bool has_point(const struct measuring *m, unsigned int source, unsigned int cpus)
{
	const struct scale_options *o = m->s->options;

	if (source >= o->nr_workloads)
		return cpus <= m->plan[source - o->nr_workloads]->nr_threads;
	return cpus > 1 || !o->workload[source]->writer;
}

static int measure(struct measuring *m)
{
	const struct scale_options *o = m->s->options;
	u64 steps = 0;

	for (unsigned int source = 0; source < scale_sources(m->s); source++)
		for (unsigned int i = 0; i < o->nr_cpus; i++)
			steps += has_point(m, source, o->cpus[i]) * o->nr_schemes;
	progress_begin(&m->bar, steps * o->runs * o->nr_factors, o->quiet);
	for (unsigned int source = 0; source < scale_sources(m->s); source++)
		for (unsigned int scheme = 0; scheme < o->nr_schemes; scheme++) {
			struct scale_curve *curve = &m->s->curve[source * o->nr_schemes + scheme];

			for (unsigned int i = 0; i < o->nr_cpus; i++) {
				if (!has_point(m, source, o->cpus[i]))
					continue;
				curve->point[curve->nr_points].cpus = o->cpus[i];
				if (measure_point(m, source, &o->chain[scheme], curve))
					return -1;
			}
		}
	return 0;
}

static int load_traces(struct measuring *m)
{
	const struct scale_options *o = m->s->options;

	for (unsigned int i = 0; i < o->nr_traces; i++)
		if (trace_read(&m->trace[i], o->trace[i], m->err) ||
		    plan_build(&m->plan[i], m->trace[i], o->knobs.config.no_zero_page, m->err))
			return -1;
	return 0;
}

/* The names of traces stay with the result. */
static int name_curves(struct measuring *m)
{
	const struct scale_options *o = m->s->options;

	for (unsigned int source = 0; source < scale_sources(m->s); source++)
		for (unsigned int scheme = 0; scheme < o->nr_schemes; scheme++) {
			struct scale_curve *c = &m->s->curve[source * o->nr_schemes + scheme];

			c->scheme = o->chain[scheme].name;
			c->source = strdup(source < o->nr_workloads ? o->workload[source]->name :
					   m->trace[source - o->nr_workloads]->name);
			if (!c->source)
				return bench_fail_memory(m->err, "measuring");
		}
	return 0;
}

int scale_measure(struct scale **out, const struct scale_options *o, struct bench_error *err)
{
	struct measuring m = { .s = calloc(1, sizeof(*m.s)), .err = err };
	int ret = -1;

	if (!m.s) {
		bench_fail_memory(err, "measuring");
		return -1;
	}
	m.s->options = o;
	m.s->nr_curves = scale_sources(m.s) * o->nr_schemes;
	m.s->curve = calloc(m.s->nr_curves, sizeof(*m.s->curve));
	if (!m.s->curve)
		bench_fail_memory(err, "measuring");
	else if (!load_traces(&m) && !name_curves(&m)) {
		objects_begin();
		ret = measure(&m);
		objects_end();
		progress_end(&m.bar);
		m.s->partial = ret && interrupt_pending();
	}
	for (unsigned int i = 0; i < o->nr_traces; i++) {
		plan_free(m.plan[i]);
		trace_free(m.trace[i]);
	}
	if (ret && !m.s->partial) {
		scale_free(m.s);
		return -1;
	}
	*out = m.s;
	return 0;
}

void scale_free(struct scale *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; s->curve && i < s->nr_curves; i++)
		free((char *)(uintptr_t)s->curve[i].source);
	free(s->curve);
	free(s);
}
