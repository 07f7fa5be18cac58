/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The comparison as JSON, schema "faultline/compare/1": raw samples of every run, units in the keys.
 */
#include "config.h"
#include "bench/compare/against.h"
#include "bench/compare/comparison.h"
#include "bench/compare/work_json.h"
#include "bench/run/machine_json.h"
#include "bench/run/result_json.h"

#ifdef HAVE_JANSSON

static json_t *run_json(const struct scheme_chain *chain, const struct run_result *r)
{
	json_t *j = json_object(), *kinds = json_object();

	json_put(j, "wall_ns", json_u64(r->wall_ns));
	json_put(j, "mm_ns", json_u64(r->mm_ns));
	json_put(j, "edge_waits", json_u64(r->edge_waits));
	json_put(j, "edge_wait_ns", json_u64(r->edge_wait_ns));
	json_put(j, "pace_wait_ns", json_u64(r->pace_wait_ns));
	json_put(j, "refaults", json_u64(r->refaults));
	json_put(j, "host_faults", json_u64(r->host_faults));
	json_put(j, "all_faults", json_times(&r->faults));
	for (unsigned int k = 0; k < NR_RUN_KINDS; k++)
		if (r->kind[k].nr)
			json_put(kinds, run_kind_name((enum run_kind)k), json_times(&r->kind[k]));
	json_put(j, "kinds", kinds);
	json_put(j, "counters", json_counters(chain, &r->stats));
	return j;
}

static json_t *figure_json(const struct trace_compare *c, const struct compare_trace *t, unsigned int s,
			   unsigned int kind)
{
	static const struct {
		enum compare_figure figure;
		const char *value, *ratio, *low, *high, *verdict;
	} figures[] = {
		{ FIGURE_MEDIAN, "median_ns", "median_ratio", "median_ratio_low",
		  "median_ratio_high", "median_verdict" },
		{ FIGURE_MEAN, "mean_ns", "mean_ratio", "mean_ratio_low", "mean_ratio_high", "mean_verdict" },
	};
	json_t *j = json_object();

	json_put(j, "count", json_u64(traces_events(t, kind)));
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		struct stat_ratio r = traces_to_baseline(c, t, s, kind, figures[i].figure);

		json_put(j, figures[i].value,
			 json_f64(traces_over_runs(&t->cell[s], kind, figures[i].figure)));
		json_put(j, figures[i].ratio, json_f64(r.ratio));
		json_put(j, figures[i].low, json_f64(r.low));
		json_put(j, figures[i].high, json_f64(r.high));
		/* Calls by their mean are no part of the table, nor of its family. */
		if (s != c->options->baseline && (kind == COMPARE_FAULTS || figures[i].figure == FIGURE_MEDIAN))
			json_put(j, figures[i].verdict, json_text(stat_verdict_name(
				stat_verdict(r, t->cell[s].nr_runs / compare_variants(), t->level))));
	}
	return j;
}

static json_t *mm_json(const struct trace_compare *c, const struct compare_trace *t, unsigned int s)
{
	json_t *j = json_ratio(traces_mm_ratio(t, s, c->options->baseline), t->cell[s].nr_runs / compare_variants(), t->level);

	json_put(j, "median_ns", json_f64(traces_mm_ns(&t->cell[s])));
	return j;
}

/* A scheme's runs. */
struct cell_runs {
	const struct scheme_chain *chain;
	const struct run_result *run;
};

static json_t *round_json(const void *of, unsigned int round)
{
	const struct cell_runs *runs = of;

	return run_json(runs->chain, &runs->run[round]);
}

static json_t *cell_json(const struct trace_compare *c, const struct compare_trace *t, unsigned int s)
{
	const struct compare_cell *cell = &t->cell[s];
	const struct cell_runs of = { &c->options->chain[s], cell->run };
	json_t *j = json_object(), *verify = json_object();
	json_t *runs = json_array();

	json_put(j, "scheme", json_text(c->options->chain[s].name));
	json_put(verify, "vmas_checked", json_u64(cell->verify.checked));
	json_put(verify, "vmas_mismatched", json_u64(cell->verify.mismatched));
	json_put(verify, "final_maps_differ", json_u64(cell->verify.lists_differ));
	json_put(verify, "unexpected", json_u64(cell->verify.unexpected));
	json_put(verify, "counters", json_counters(&c->options->chain[s], &cell->verify.stats));
	json_put(j, "recorded_order", verify);
	if (cell->nr_runs) {
		json_t *figures = json_object();

		json_put(figures, "all_faults", figure_json(c, t, s, COMPARE_FAULTS));
		for (unsigned int k = 0; k < NR_RUN_KINDS; k++)
			if (traces_events(t, k))
				json_put(figures, run_kind_name((enum run_kind)k),
				    figure_json(c, t, s, k));
		json_put(j, "over_runs", figures);
		json_put(j, "mm_per_fault", mm_json(c, t, s));
	}
	if (t->locks)
		json_put(j, "lock_run", run_json(&c->options->chain[s], &cell->lock));
	for (unsigned int i = 0; i < cell->nr_runs; i += compare_variants())
		json_append(runs, round_json(&of, i));
	json_put(j, "runs", runs);
	if (run_machine())
		json_put(j, "varied", machine_json_varied(cell->nr_runs, round_json, &of));
	return j;
}

/* How each address space ended in recorded order under the first scheme, which all others are held to. */
static json_t *ends_json(const struct compare_trace *t)
{
	json_t *list = json_array();

	for (u32 i = 0; i < t->plan->nr_spaces; i++) {
		const struct plan_space *s = &t->plan->space[i];
		const struct run_hash *hash = &t->cell[0].verify.hash[i];
		bool known = plan_contents_known(s, t->world.zero_pages, t->world.reclaim);
		json_t *j = json_object();

		json_put(j, "line", json_u64(s->line));
		json_put(j, "vmas_hash", json_hash(hash->vmas));
		json_put(j, "pages_hash", known ? json_hash(hash->pages) : json_null());
		json_put(j, "ptes_hash", t->world.reclaim ? json_null() : json_hash(hash->ptes));
		json_append(list, j);
	}
	return list;
}

static json_t *trace_json(const struct trace_compare *c, const struct compare_trace *t)
{
	json_t *j = json_object(), *skipped = json_object(), *schemes_ = json_array();

	json_put(j, "name", json_text(t->trace->name));
	json_put(j, "path", json_text(t->trace->path));
	json_put(j, "recorded_threads", json_u64(t->plan->nr_threads));
	json_put(j, "address_spaces", json_u64(t->plan->nr_spaces));
	json_put(j, "peak_threads", json_u64(t->peak_threads));
	json_put(j, "workers", json_u64(t->workers));
	json_put(j, "no_zero_page", json_boolean(t->plan->no_zero_page));
	json_put(j, "frames", json_u64(t->world.nr_frames));
	json_put(j, "swap_slots", json_u64(t->world.swap_slots));
	json_put(j, "edges", json_u64(t->plan->nr_edges));
	for (int s = 0; s < NR_PLAN_SKIPS; s++)
		json_put(skipped, plan_skip_name((enum plan_skip)s), json_u64(t->plan->skipped[s]));
	json_put(j, "sigsegv_faults", json_u64(t->plan->sigsegv));
	json_put(j, "skipped_lines", skipped);
	json_put(j, "ends", ends_json(t));
	for (unsigned int s = 0; s < c->options->nr_schemes; s++)
		json_append(schemes_, cell_json(c, t, s));
	json_put(j, "schemes", schemes_);
	if (t->answer[0])
		json_put(j, "verdict", json_verdict(&t->verdict, t->answer, c->options));
	return j;
}

int comparison_json(const struct comparison *c, FILE *out)
{
	const struct compare_options *o = c->options;
	json_t *j = json_envelope("compare", o->argc, o->argv), *traces = json_array();
	json_t *broken = json_array(), *verdict = json_array();

	for (unsigned int i = 0; comparison_answer(c, i); i++)
		json_append(verdict, json_text(comparison_answer(c, i)));
	json_put(j, "verdict", verdict);
	json_put(j, "mode", json_text(o->mode == REPLAY_PACED ? "paced" : "asap"));
	json_put(j, "runs", json_u64(o->runs));
	json_put(j, "runs_by_need", json_boolean(o->by_need));
	if (!run_machine())
		json_put(j, "date", json_date());
	json_put(j, "complete", json_boolean(!c->partial));
	json_put(j, "baseline", json_text(o->chain[o->baseline].name));
	json_put(j, "machine", knobs_json(&o->knobs));
	if (run_machine())
		json_put(j, "simulated_machine", machine_json(run_machine()));
	json_put(j, "clock_taken_off_ns", json_f64(c->traces->clock_ns));
	for (unsigned int i = 0; i < c->traces->nr_traces; i++)
		json_append(traces, trace_json(c->traces, &c->traces->trace[i]));
	json_put(j, "traces", traces);
	json_put(j, "workloads", c->works ? json_workloads(c->works) : json_array());
	for (unsigned int i = 0; comparison_broken(c, i); i++)
		json_append(broken, json_text(comparison_broken(c, i)));
	json_put(j, "broken", broken);
	if (c->against)
		json_put(j, "against", against_json(c->against));
	return json_finish(j, out);
}

#else

JSON_MISSING(comparison_json, struct comparison)

#endif
