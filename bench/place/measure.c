/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The runs.
 *
 * For each scheme a copy of this process does once what comes before the part, in no simulated time, and then makes a copy
 * of itself for each run: all runs of a scheme begin with the same memory to the byte, and what came before takes no longer
 * for many runs than for one.  Nothing depends on which copy runs when, so several do at once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/progress.h"
#include "bench/place/copy.h"
#include "bench/place/place.h"
#include "bench/replay/replay.h"
#include "bench/stage/objects.h"
#include "bench/trace/info.h"

#define MAX_COPIES	8u

struct measuring {
	const struct place *p;
	struct place_program *program;
	struct trace *trace;
	struct plan *plan;
	/* of the scheme at hand */
	unsigned int scheme;
	struct replay *replay;
	/* of the run at hand */
	enum place_pace pace;
	unsigned int cpus;		/* index */
	struct place_point *point;	/* shared; its next run */
	struct bench_error *err;	/* shared: a line for each scheme */
};

/* --- a run, in a copy of its own -------------------------------------------------------------------- */

static void begin_watch(void *arg)
{
	(void)arg;
	waits_begin();
}

static void end_watch(void *arg)
{
	struct measuring *m = arg;

	waits_end(&m->p->options->chain[m->scheme], &m->point->waits);
}

static int run(void *arg)
{
	struct measuring *m = arg;
	struct place_run *to = &m->point->run[m->point->nr_runs];
	struct replay_part part = { .from = m->program->part.from, .to = m->program->part.to, .arg = m };
	struct run_result result;

	if (!m->point->nr_runs) {
		part.begin = begin_watch;
		part.end = end_watch;
	}
	replay_only(m->replay, &part);
	replay_workers(m->replay, m->program->cpus[m->cpus]);
	run_machine()->next_run(to->seed, to->latencies);
	if (replay_run(m->replay, m->pace == PLACE_OWN_PACE ? REPLAY_PACED : REPLAY_ASAP, &result, &m->err[m->scheme]))
		return 1;
	to->mm_ns = result.mm_ns;
	to->late_ns = result.late_ns;
	to->unexpected = result.unexpected;
	return 0;
}

/* @return 0, or -1 with the scheme's error set */
static int run_copy(struct measuring *m, u64 seed, double latencies)
{
	struct bench_error *err = &m->err[m->scheme];
	pid_t pid;
	int status;

	if (interrupt_pending())
		return bench_fail(err, "interrupted");
	m->point->run[m->point->nr_runs] = (struct place_run){ .seed = seed, .latencies = latencies };
	pid = copy_start(run, m);
	if (pid < 0)
		return bench_fail(err, "%s: no process for a run: %s", m->program->name, strerror(errno));
	status = copy_wait(pid);
	if (status > 1)
		return bench_fail(err, "%s under %s: a run ended by itself (%s %d)", m->program->name,
				  m->p->options->chain[m->scheme].name, status > 256 ? "signal" : "status", status & 255);
	if (status)
		return -1;
	m->point->nr_runs++;
	return 0;
}

/* --- a scheme, in a copy of its own ------------------------------------------------------------------ */

static int make_replay(struct measuring *m, struct bench_error *err)
{
	const struct place_options *o = m->p->options;
	const struct replay_part part = { .from = m->program->part.from, .to = m->program->part.to };
	struct replay_config config = {
		.chain = &o->chain[m->scheme],
		.workers = m->program->cpus[m->program->nr_cpus - 1],
		.world = o->knobs.config,
	};

	config.world.no_zero_page = m->plan->no_zero_page;
	if (!config.world.nr_frames)
		config.world.nr_frames = replay_frames(m->plan);
	if (config.world.reclaim && !o->knobs.set[KNOB_SWAP_SLOTS])
		config.world.swap_slots = replay_frames(m->plan);
	if (replay_create(&m->replay, m->plan, &config, err))
		return -1;
	replay_only(m->replay, &part);
	return replay_ahead(m->replay, err);
}

static int run_scheme(void *arg)
{
	static const double factors[] = RUN_MACHINE_FACTORS;
	struct measuring *m = arg;

	objects_begin();
	if (make_replay(m, &m->err[m->scheme]))
		return 1;
	for (m->pace = 0; m->pace < place_paces(m->program); m->pace++)
		for (m->cpus = 0; m->cpus < m->program->nr_cpus; m->cpus++) {
			m->point = place_point(m->p, m->program, m->pace, m->cpus, m->scheme);
			for (u64 seed = 1; seed <= m->p->options->seeds; seed++)
				for (size_t f = 0; f < ARRAY_SIZE(factors); f++)
					if (run_copy(m, seed, factors[f]))
						return 1;
		}
	return 0;
}

/* --- all schemes ------------------------------------------------------------------------------------- */

/* How many copies at once: as many as the host has CPUs, as long as its memory holds them. */
static unsigned int most_copies(const struct measuring *m)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	double each = 2.0 * (double)replay_frames(m->plan) * 4096, has = 0.6 * (double)pages * (double)size;
	unsigned int n = cpus > 1 ? (unsigned int)cpus : 1;

	n = n < MAX_COPIES ? n : MAX_COPIES;
	while (n > 1 && n * each > has)
		n--;
	return n;
}

static void pause_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

/* Run each scheme, a few at once. */
static int run_schemes(struct measuring *m, struct progress_bar *bar, struct bench_error *err)
{
	unsigned int nr = m->p->options->nr_schemes, next = 0, running = 0, most = most_copies(m);
	pid_t pid[PLACE_MAX_SCHEMES] = { 0 }, ended;
	int status, ret = 0;

	while (running || (next < nr && !ret)) {
		while (next < nr && running < most && !ret) {
			progress_step(bar, m->program->name, m->p->options->chain[next].name);
			m->scheme = next;
			pid[next] = copy_start(run_scheme, m);
			if (pid[next] < 0)
				ret = bench_fail(err, "%s: no process to run in: %s", m->program->name, strerror(errno));
			else
				running++;
			next++;
		}
		for (unsigned int i = 0; i < next; i++)
			if (pid[i] > 0 && (ret || interrupt_pending()))
				copy_stop(pid[i]);
		ended = copy_any(&status);
		if (!ended) {
			pause_a_little();
			continue;
		}
		running--;
		for (unsigned int i = 0; i < next; i++) {
			if (pid[i] != ended)
				continue;
			pid[i] = 0;
			if (!status || ret)
				continue;
			ret = -1;
			*err = m->err[i];
			if (!*err->line)
				bench_fail(err, "%s under %s: it ended by itself (%s %d)", m->program->name, m->p->options->chain[i].name,
					   status > 256 ? "signal" : "status", status & 255);
		}
	}
	return ret;
}

/* --- a recording --------------------------------------------------------------------------------------- */

/* The numbers of CPUs: no more than it has threads, and that many. */
static void choose_cpus(const struct place *p, struct place_program *g)
{
	const struct place_options *o = p->options;
	unsigned int most = g->alone ? 1 : g->part.threads;

	most = most < p->machine->cpus ? most : p->machine->cpus;
	most = most < run_max_workers(&o->knobs.config) ? most : run_max_workers(&o->knobs.config);
	most = most ? most : 1;
	if (o->nr_cpus) {
		for (unsigned int i = 0; i < o->nr_cpus && o->cpus[i] <= most; i++)
			g->cpus[g->nr_cpus++] = o->cpus[i];
		if (o->cpus[o->nr_cpus - 1] <= most)
			return;
		g->beyond = o->cpus[o->nr_cpus - 1];
	} else {
		for (unsigned int n = 1; n < most; n *= 2)
			g->cpus[g->nr_cpus++] = n;
	}
	if (!g->nr_cpus || g->cpus[g->nr_cpus - 1] != most)
		g->cpus[g->nr_cpus++] = most;
}

static size_t points_size(const struct place *p, const struct place_program *g)
{
	return (size_t)NR_PLACE_PACES * g->nr_cpus * p->options->nr_schemes * sizeof(*g->point);
}

static int load(struct place *p, struct measuring *m, const char *path, struct bench_error *err)
{
	struct place_program *g = m->program;
	struct trace_info info;

	if (trace_read(&m->trace, path, err) || plan_build(&m->plan, m->trace, p->options->knobs.config.no_zero_page, err) ||
	    trace_info(&info, m->trace, err) || place_choose_part(&g->part, m->plan, p->options->events, err))
		return -1;
	memcpy(g->name, m->trace->name, sizeof(g->name));
	g->peak_threads = info.peak_threads;
	g->recorded_cpus = m->trace->cpus;
	g->alone = info.peak_threads < 2 || !g->part.meetings;
	choose_cpus(p, g);
	g->point = copy_share(points_size(p, g));
	return g->point ? 0 : bench_fail_memory(err, "measuring");
}

/* What schemes do differently than the first, whatever the order in which threads come. */
static void find_broken(struct place *p, const struct place_program *g)
{
	for (unsigned int s = 1; s < p->options->nr_schemes; s++) {
		u64 first = place_point(p, g, PLACE_OWN_PACE, 0, 0)->run[0].unexpected;
		u64 now = place_point(p, g, PLACE_OWN_PACE, 0, s)->run[0].unexpected;

		if (first != now && p->nr_broken < ARRAY_SIZE(p->broken))
			snprintf(p->broken[p->nr_broken++], sizeof(p->broken[0]), "%s under %s: %llu events end otherwise than recorded, %llu under %s",
				 g->name, p->options->chain[s].name, (unsigned long long)now, (unsigned long long)first, p->options->chain[0].name);
	}
}

static int measure(struct place *p, struct measuring *m, struct progress_bar *bar, struct bench_error *err)
{
	int ret = run_schemes(m, bar, err);

	if (!ret)
		find_broken(p, m->program);
	return ret;
}

int place_measure(struct place **out, const struct place_options *o, struct bench_error *err)
{
	struct place *p = calloc(1, sizeof(*p));
	struct measuring *each = calloc(o->nr_traces, sizeof(*each));
	struct bench_error *lines = copy_share(PLACE_MAX_SCHEMES * sizeof(*lines));
	struct progress_bar bar = { .on = false };
	int ret = 0;

	if (!p || !each || !lines) {
		ret = bench_fail_memory(err, "measuring");
		goto out;
	}
	p->options = o;
	p->machine = run_machine();
	/* All of them before anything runs, so that a bad file is reported at once. */
	for (unsigned int i = 0; !ret && i < o->nr_traces; i++) {
		each[i] = (struct measuring){ .p = p, .program = &p->program[i], .err = lines };
		p->nr_programs++;
		ret = load(p, &each[i], o->trace[i], err);
	}
	progress_begin(&bar, (u64)o->nr_traces * o->nr_schemes, o->quiet);
	for (unsigned int i = 0; !ret && i < o->nr_traces; i++)
		ret = measure(p, &each[i], &bar, err);
	progress_end(&bar);
out:
	for (unsigned int i = 0; each && i < o->nr_traces; i++) {
		plan_free(each[i].plan);
		trace_free(each[i].trace);
	}
	free(each);
	copy_unshare(lines, PLACE_MAX_SCHEMES * sizeof(*lines));
	if (ret)
		place_free(p);
	else
		*out = p;
	return ret;
}

void place_free(struct place *p)
{
	if (!p)
		return;
	for (unsigned int i = 0; i < p->nr_programs; i++)
		copy_unshare(p->program[i].point, points_size(p, &p->program[i]));
	free(p);
}
