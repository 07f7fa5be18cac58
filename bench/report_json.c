/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The comparison as JSON, schema "faultline/compare/1": raw samples of every run, units in the keys.
 */
#include "bench/compare.h"

#ifdef HAVE_JANSSON

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

static json_t *integer(u64 value)
{
	return json_integer((json_int_t)value);
}

/* No NaN and no infinity: JSON has none. */
static json_t *real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

/* Text from a file may hold what is not UTF-8. */
static json_t *text(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_string("(not UTF-8)");
}

static void put(json_t *to, const char *key, json_t *value)
{
	json_object_set_new(to, key, value);
}

static json_t *times_json(const struct replay_times *t)
{
	json_t *j = json_object();

	put(j, "count", integer(t->nr));
	put(j, "median_ns", real(t->median_ns));
	put(j, "mean_ns", real(t->mean_ns));
	put(j, "p99_ns", real(t->p99_ns));
	return j;
}

static json_t *counters_json(const struct scheme_chain *chain, const struct stats *stats)
{
	json_t *j = json_object(), *core = json_object(), *rungs = json_array();

	for (unsigned int e = 0; e < NR_STATS_EVENTS; e++)
		put(core, stats_event_name((enum stats_event)e), integer(stats->event[e]));
	for (unsigned int r = 0; r < chain->nr; r++) {
		const struct scheme *s = chain->inst[r].scheme;
		json_t *rung = json_object(), *counts = json_object();

		for (unsigned int i = 0; s->counters[i].name; i++)
			put(counts, s->counters[i].name, integer(stats->rung[r][i]));
		put(rung, "scheme", text(s->name));
		put(rung, "counters", counts);
		json_array_append_new(rungs, rung);
	}
	put(j, "core", core);
	put(j, "rungs", rungs);
	return j;
}

static json_t *run_json(const struct scheme_chain *chain, const struct replay_result *r)
{
	json_t *j = json_object(), *kinds = json_object();

	put(j, "wall_ns", integer(r->wall_ns));
	put(j, "mm_ns", integer(r->mm_ns));
	put(j, "edge_waits", integer(r->edge_waits));
	put(j, "edge_wait_ns", integer(r->edge_wait_ns));
	put(j, "pace_wait_ns", integer(r->pace_wait_ns));
	put(j, "refaults", integer(r->refaults));
	put(j, "host_faults", integer(r->host_faults));
	put(j, "all_faults", times_json(&r->faults));
	for (unsigned int k = 0; k < NR_REPLAY_KINDS; k++)
		if (r->kind[k].nr)
			put(kinds, replay_kind_name((enum replay_kind)k), times_json(&r->kind[k]));
	put(j, "kinds", kinds);
	put(j, "counters", counters_json(chain, &r->stats));
	return j;
}

static json_t *figure_json(const struct compare *c, const struct compare_trace *t, unsigned int s,
			   unsigned int kind)
{
	static const struct {
		enum compare_figure figure;
		const char *value, *ratio, *low, *high;
	} figures[] = {
		{ FIGURE_MEDIAN, "median_ns", "median_ratio", "median_ratio_low",
		  "median_ratio_high" },
		{ FIGURE_MEAN, "mean_ns", "mean_ratio", "mean_ratio_low", "mean_ratio_high" },
	};
	json_t *j = json_object();

	put(j, "count", integer(compare_events(t, kind)));
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		struct compare_ratio r = compare_to_baseline(c, t, s, kind, figures[i].figure);

		put(j, figures[i].value, real(compare_over_runs(c, &t->cell[s], kind,
								figures[i].figure)));
		put(j, figures[i].ratio, real(r.ratio));
		put(j, figures[i].low, real(r.low));
		put(j, figures[i].high, real(r.high));
	}
	return j;
}

static json_t *cell_json(const struct compare *c, const struct compare_trace *t, unsigned int s)
{
	const struct compare_cell *cell = &t->cell[s];
	json_t *j = json_object(), *verify = json_object();
	json_t *runs = json_array();

	put(j, "scheme", text(c->options->scheme[s]->name));
	put(verify, "vmas_checked", integer(cell->verify.checked));
	put(verify, "vmas_mismatched", integer(cell->verify.mismatched));
	put(verify, "final_maps_differ", integer(cell->verify.lists_differ));
	put(verify, "unexpected", integer(cell->verify.unexpected));
	put(verify, "counters", counters_json(&c->chain[s], &cell->verify.stats));
	put(j, "recorded_order", verify);
	if (c->options->runs) {
		json_t *figures = json_object();

		put(figures, "all_faults", figure_json(c, t, s, COMPARE_FAULTS));
		for (unsigned int k = 0; k < NR_REPLAY_KINDS; k++)
			if (compare_events(t, k))
				put(figures, replay_kind_name((enum replay_kind)k),
				    figure_json(c, t, s, k));
		put(j, "over_runs", figures);
		put(j, "lock_run", run_json(&c->chain[s], &cell->lock));
	}
	for (unsigned int i = 0; i < c->options->runs; i++)
		json_array_append_new(runs, run_json(&c->chain[s], &cell->run[i]));
	put(j, "runs", runs);
	return j;
}

static json_t *trace_json(const struct compare *c, const struct compare_trace *t)
{
	json_t *j = json_object(), *skipped = json_object(), *schemes_ = json_array();

	put(j, "name", text(t->trace->name));
	put(j, "path", text(t->trace->path));
	put(j, "recorded_threads", integer(t->plan->nr_threads));
	put(j, "address_spaces", integer(t->plan->nr_spaces));
	put(j, "workers", integer(t->workers));
	put(j, "frames", integer(t->world.nr_frames));
	put(j, "swap_slots", integer(t->world.swap_slots));
	put(j, "edges", integer(t->plan->nr_edges));
	for (int s = 0; s < NR_PLAN_SKIPS; s++)
		put(skipped, plan_skip_name((enum plan_skip)s), integer(t->plan->skipped[s]));
	put(j, "skipped_lines", skipped);
	for (unsigned int s = 0; s < c->options->nr_schemes; s++)
		json_array_append_new(schemes_, cell_json(c, t, s));
	put(j, "schemes", schemes_);
	return j;
}

static json_t *host_json(void)
{
	struct host host;
	json_t *j = json_object();

	host_describe(&host);
	put(j, "cpu", text(host.cpu));
	put(j, "cpus", integer(host.cpus));
	put(j, "virtual_machine", json_boolean(host.virtual_machine));
	put(j, "system", text(host.system));
	put(j, "compiler", text(host.compiler));
	return j;
}

static void put_knob(void *to, const char *key, enum knob_value kind, u64 value, const char *name,
		     size_t length)
{
	put(to, key, kind == KNOB_IS_SWITCH ? json_boolean(value) :
		     kind == KNOB_IS_NUMBER ? integer(value) : json_stringn(name, length));
}

/* Each setting, whether asked for or not; 0 frames: as many as each trace needs. */
static json_t *machine_json(const struct knobs *knobs)
{
	json_t *j = json_object();

	put(j, "preset", knobs->preset ? text("kernel") : json_null());
	knobs_each(knobs, put_knob, j);
	return j;
}

int compare_json(const struct compare *c, FILE *out)
{
	const struct compare_options *o = c->options;
	json_t *j = json_object(), *argv = json_array(), *traces = json_array();
	json_t *broken = json_array();
	int ret;

	put(j, "schema", text("faultline/compare/1"));
	put(j, "version", text(PACKAGE_VERSION));
	for (int i = 0; i < o->argc; i++)
		json_array_append_new(argv, text(o->argv[i]));
	put(j, "argv", argv);
	put(j, "host", host_json());
	put(j, "mode", text(o->mode == REPLAY_PACED ? "paced" : "asap"));
	put(j, "runs", integer(o->runs));
	put(j, "baseline", text(o->scheme[o->baseline]->name));
	put(j, "machine", machine_json(&o->knobs));
	put(j, "clock_taken_off_ns", real(c->clock_ns));
	for (unsigned int i = 0; i < o->nr_traces; i++)
		json_array_append_new(traces, trace_json(c, &c->trace[i]));
	put(j, "traces", traces);
	for (unsigned int i = 0; i < c->nr_broken; i++)
		json_array_append_new(broken, text(c->broken[i]));
	put(j, "broken", broken);
	ret = json_dumpf(j, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(j);
	return ret;
}

#else

int compare_json(const struct compare *c, FILE *out)
{
	(void)c;
	(void)out;
	return -1;
}

#endif
