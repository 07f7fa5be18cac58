/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Measuring recorded programs, and what must hold between the schemes.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/progress.h"
#include "bench/cli/ratio.h"
#include "bench/compare/need.h"
#include "bench/compare/traces.h"
#include "bench/lib/plural.h"
#include "bench/lib/rounds.h"
#include "bench/trace/info.h"
#include "common/mm/page.h"

/* --- invariants ------------------------------------------------------------------------- */

/*
 * Name what differs at the end of an address space, or NULL.  In recorded order only the scheme can make
 * a difference; in other runs entries may depend on which thread came first.  With reclaim they depend on
 * what it took.
 */
static const char *differs(const struct compare_trace *t, u32 space, const struct run_hash *a,
			   const struct run_hash *b, bool recorded_order)
{
	const struct plan_space *s = &t->plan->space[space];

	if (a->vmas != b->vmas)
		return "VMAs";
	if (a->pages != b->pages &&
	    plan_contents_known(s, t->world.zero_pages, t->world.reclaim))
		return "page contents";
	if (t->world.reclaim)
		return NULL;
	if ((recorded_order || s->ptes == PTES_ALL) && a->ptes != b->ptes)
		return "page table entries";
	if (s->ptes != PTES_NONE && a->own_ptes != b->own_ptes)
		return "pages mapped";
	return NULL;
}

/* Every run of every scheme must end alike, and leave nothing behind. */
static void check(struct trace_compare *c, const struct compare_trace *t, unsigned int s,
		  const struct run_result *result)
{
	const struct run_result *first = &t->cell[0].verify;
	const char *scheme = c->options->chain[s].name, *name = t->trace->name;

	compare_broken_leaks(&c->broken, name, scheme, &result->leaks);
	for (u32 i = 0; i < t->plan->nr_spaces; i++) {
		const char *other = differs(t, i, &first->hash[i], &result->hash[i],
					    result == &t->cell[s].verify);

		if (!other)
			continue;
		compare_broken(&c->broken, "%s under %s: the address space of line %u ends with other %s than in recorded order under %s",
		       name, scheme, t->plan->space[i].line, other,
		       c->options->chain[0].name);
		break;
	}
	if (result->written_differ)
		compare_broken(&c->broken, "%s under %s: %llu address spaces end with private pages that hold what the recorded writes and forks do not explain",
		       name, scheme, (unsigned long long)result->written_differ);
	if (result->unexpected != first->unexpected)
		compare_broken(&c->broken, "%s under %s: %llu events end otherwise than recorded, %llu in recorded order under %s; %s:%u: %s",
		       name, scheme, (unsigned long long)result->unexpected,
		       (unsigned long long)first->unexpected, c->options->chain[0].name,
		       t->trace->path, result->nr_notes ? result->note[0].line : 0,
		       result->nr_notes ? result->note[0].what : "(none noted)");
	if (result->mismatched != first->mismatched && result->checked)
		compare_broken(&c->broken, "%s under %s: %llu VMAs differ from the recorded ones, %llu under %s", name,
		       scheme, (unsigned long long)result->mismatched,
		       (unsigned long long)first->mismatched, c->options->chain[0].name);
}

/* --- measuring ------------------------------------------------------------------------------ */

static int run(struct trace_compare *c, struct compare_trace *t, unsigned int s, enum replay_mode mode,
	       struct run_result *result, struct progress_bar *bar, struct bench_error *err)
{
	progress_step(bar, t->trace->name, c->options->chain[s].name);
	if (interrupt_pending())
		return bench_fail(err, "interrupted");
	if (replay_run(t->cell[s].replay, mode, result, err))
		return -1;
	check(c, t, s, result);
	return 0;
}

static int create(struct trace_compare *c, struct compare_trace *t, unsigned int s,
		  struct bench_error *err)
{
	const struct replay_config config = {
		.chain = &c->options->chain[s],
		.workers = t->workers,
		.world = t->world,
	};

	return replay_create(&t->cell[s].replay, t->plan, &config, err);
}

static void destroy(struct compare_trace *t, unsigned int s)
{
	replay_destroy(t->cell[s].replay);
	t->cell[s].replay = NULL;
}

/* Is there memory for a world of each scheme at once? */
static bool room_for_all(const struct trace_compare *c, const struct compare_trace *t)
{
	long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 &&
	       (double)t->world.nr_frames * PAGE_SIZE * c->options->nr_schemes < 0.6 * (double)pages * (double)size;
}

/* One untimed run of each scheme in recorded order. */
static int verify(struct trace_compare *c, struct compare_trace *t, bool all, struct progress_bar *bar,
		  struct bench_error *err)
{
	for (unsigned int s = 0; s < c->options->nr_schemes; s++) {
		if (create(c, t, s, err) ||
		    run(c, t, s, REPLAY_VERIFY, &t->cell[s].verify, bar, err))
			return -1;
		if (!all)
			destroy(t, s);
	}
	c->nr_traces++;
	return 0;
}

static int measure_round(struct trace_compare *c, struct compare_trace *t, unsigned int round, bool all,
			 struct progress_bar *bar, struct bench_error *err)
{
	const struct compare_options *o = c->options;
	struct run_result warm;

	for (unsigned int k = 0; k < o->nr_schemes; k++) {
		unsigned int s = rounds_column(k, round, o->nr_schemes);

		run_machine_round(round);
		/* A new world is cold: its first run is not timed. */
		if (!all) {
			if (create(c, t, s, err) || run(c, t, s, o->mode, &warm, bar, err))
				return -1;
			run_result_free(&warm);
		}
		if (run(c, t, s, o->mode, &t->cell[s].run[round], bar, err))
			return -1;
		if (!all)
			destroy(t, s);
	}
	for (unsigned int s = 0; s < o->nr_schemes; s++)
		t->cell[s].nr_runs++;
	return 0;
}

static int time_locks(struct trace_compare *c, struct compare_trace *t, bool all,
		      struct progress_bar *bar, struct bench_error *err)
{
	for (unsigned int s = 0; s < c->options->nr_schemes; s++) {
		if (!all && create(c, t, s, err))
			return -1;
		replay_time_locks(t->cell[s].replay, true);
		if (run(c, t, s, c->options->mode, &t->cell[s].lock, bar, err))
			return -1;
		destroy(t, s);
	}
	t->locks = true;
	return 0;
}

/* With runs by need: are there enough after @nr rounds that began at @start? */
static bool enough(const struct compare_trace *t, const struct compare_options *o, unsigned int nr, u64 start)
{
	u64 passed = platform_now() - start;

	if (!o->by_need || nr < need_least_runs(o) || passed < NEED_LEAST_NS)
		return false;
	if (passed >= NEED_MOST_NS)
		return true;
	for (unsigned int s = 0; s < o->nr_schemes; s++)
		if (!need_is_narrow(traces_mm_ratio(t, s, o->baseline)))
			return false;
	return true;
}

static int measure_trace(struct trace_compare *c, struct compare_trace *t, struct progress_bar *bar,
			 struct bench_error *err)
{
	const struct compare_options *o = c->options;
	bool all = room_for_all(c, t);
	int ret = verify(c, t, all, bar, err);
	u64 start = platform_now();

	for (unsigned int i = 0; !ret && i < o->runs * compare_variants() && !enough(t, o, i, start); i++)
		ret = measure_round(c, t, i, all, bar, err);
	if (!ret && o->runs)
		ret = time_locks(c, t, all, bar, err);
	t->whole = !ret;
	/* Check also the trace that was being measured when a signal came. */
	for (unsigned int s = 0; s < o->nr_schemes; s++)
		destroy(t, s);
	return ret;
}

static int load(struct trace_compare *c, unsigned int i, struct bench_error *err)
{
	const struct compare_options *o = c->options;
	struct compare_trace *t = &c->trace[i];
	unsigned int cpus = platform_nr_cpus();
	struct trace_info info;

	if (trace_read(&t->trace, o->path[o->nr_curve ? i / o->nr_curve : i], err) || plan_build(&t->plan, t->trace, o->knobs.config.no_zero_page, err))
		return -1;
	t->world = o->knobs.config;
	t->world.no_zero_page = t->plan->no_zero_page;
	if (!t->world.nr_frames)
		t->world.nr_frames = replay_frames(t->plan);
	if (t->world.reclaim && !o->knobs.set[KNOB_SWAP_SLOTS])
		t->world.swap_slots = replay_frames(t->plan);
	if (trace_info(&info, t->trace, err))
		return -1;
	t->peak_threads = info.peak_threads;
	t->workers = o->threads;
	if (o->nr_curve) {
		size_t n = strlen(t->trace->name);

		t->workers = o->curve[i % o->nr_curve];
		snprintf(t->trace->name + n, sizeof(t->trace->name) - n, ", %u thread%s", t->workers, plural(t->workers));
	}
	if (!t->workers)
		t->workers = t->plan->nr_threads < cpus ? t->plan->nr_threads : cpus;
	if (t->workers > run_max_workers(&t->world))
		t->workers = run_max_workers(&t->world);
	for (unsigned int s = 0; s < o->nr_schemes; s++) {
		t->cell[s].run = calloc((size_t)o->runs * compare_variants() + 1, sizeof(*t->cell[s].run));
		if (!t->cell[s].run)
			return bench_fail_memory(err, "comparing");
	}
	return 0;
}

int traces_measure(struct trace_compare **out, const struct compare_options *o, struct bench_error *err)
{
	struct trace_compare *c = calloc(1, sizeof(*c));
	struct progress_bar bar = { .on = false };
	int ret = -1;

	if (!c || !(c->trace = calloc(compare_nr_traces(o) + 1UL, sizeof(*c->trace)))) {
		bench_fail_memory(err, "comparing");
		goto out;
	}
	c->options = o;
	c->clock_ns = run_clock_ns();
	progress_begin(&bar, (u64)compare_nr_traces(o) * o->nr_schemes * (o->runs * compare_variants() + 2), o->quiet);
	/* Load all of them before measuring any, so that a bad file is reported at once. */
	for (unsigned int i = 0; i < compare_nr_traces(o); i++)
		if (load(c, i, err))
			goto out;
	ret = 0;
	/* Each scheme has at least two ratios, of the median and of the mean; calls have their own. */
	if (o->nr_traces && !o->quiet)
		ratio_note_runs("traces", o->nr_schemes, o->runs);
	for (unsigned int i = 0; !ret && i < compare_nr_traces(o); i++)
		ret = measure_trace(c, &c->trace[i], &bar, err);
	progress_end(&bar);
	c->partial = ret && interrupt_pending();
	if (ret && !c->partial)
		goto out;
	*out = c;
	c = NULL;
	ret = 0;
out:
	traces_free(c);
	return ret;
}

void traces_free(struct trace_compare *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; c->trace && c->options && i < compare_nr_traces(c->options); i++) {
		struct compare_trace *t = &c->trace[i];

		for (unsigned int s = 0; s < c->options->nr_schemes; s++) {
			struct compare_cell *cell = &t->cell[s];

			replay_destroy(cell->replay);
			run_result_free(&cell->verify);
			run_result_free(&cell->lock);
			for (unsigned int k = 0; cell->run && k < c->options->runs * compare_variants(); k++)
				run_result_free(&cell->run[k]);
			free(cell->run);
		}
		plan_free(t->plan);
		trace_free(t->trace);
	}
	free(c->trace);
	free(c);
}
