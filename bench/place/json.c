/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A program's place as JSON, schema "faultline/place/1".
 */
#include "config.h"
#include "bench/place/place.h"
#include "bench/run/result_json.h"

#ifdef HAVE_JANSSON

static json_t *rates_json(const struct place *p)
{
	json_t *j = json_object();

	json_put(j, "faults", json_u64(p->faults));
	json_put(j, "changes", json_u64(p->changes));
	json_put(j, "changes_per_fault", json_f64(p->rates.changes));
	json_put(j, "failing_share", json_f64(p->rates.failing));
	json_put(j, "threads", json_f64(p->rates.threads));
	json_put(j, "workers", json_f64(p->rates.counted));
	json_put(j, "mm_moves_share", json_f64(p->rates.mm_moves));
	json_put(j, "vma_moves_share", json_f64(p->rates.vma_moves));
	return j;
}

static json_t *counts_json(const struct place_column *c)
{
	const struct place_scheme *s = &c->counts;
	json_t *j = json_object();

	json_put(j, "walks", json_f64(s->walks));
	json_put(j, "mm_stores", json_f64(s->mm_stores));
	json_put(j, "vma_stores", json_f64(s->vma_stores));
	json_put(j, "below_walks", json_f64(s->below_walks));
	json_put(j, "below_mm_stores", json_f64(s->below_mm_stores));
	json_put(j, "below_vma_stores", json_f64(s->below_vma_stores));
	json_put(j, "fell_share", json_f64(c->fell));
	json_put(j, "fell_otherwise_share", json_f64(s->fall_other));
	json_put(j, "fell_per_change", json_f64(s->fall_changed));
	json_put(j, "fell_per_failing", json_f64(s->fall_failing));
	json_put(j, "vma_stores_per_failing", json_f64(s->failing_vma_stores));
	json_put(j, "again_per_change", json_f64(s->again));
	json_put(j, "dropped_per_change", json_f64(s->dropped));
	json_put(j, "grace_periods_per_change", json_f64(s->grace));
	return j;
}

static json_t *column_json(const struct place *p, unsigned int i)
{
	const struct trace_compare *c = p->compare;
	const struct place_column *column = &p->column[i];
	json_t *j = json_object(), *runs = json_array(), *turns = json_array();

	json_put(j, "scheme", json_text(c->options->chain[i].name));
	for (unsigned int r = 0; r < c->trace->cell[i].nr_runs; r++) {
		const struct run_result *run = &c->trace->cell[i].run[r];

		json_append(runs, json_f64((double)run->mm_ns / (double)run->faults.nr));
	}
	json_put(j, "mm_ns_per_fault", runs);
	json_put(j, "measured_ns_per_fault", json_f64(column->measured_ns));
	json_put(j, "median_fault_ns", json_f64(column->median_fault_ns));
	json_put(j, "model_ns_per_fault", json_f64(column->model_ns));
	json_put(j, "model_to_winner", json_f64(column->model_ns / p->column[p->winner].model_ns));
	json_put(j, "counts", counts_json(column));
	for (unsigned int k = 0; i != p->winner && k < NR_PLACE_KNOBS; k++) {
		json_t *one;

		if (!column->turn[k].found)
			continue;
		one = json_object();
		json_put(one, "of", json_text(place_knob_name(k)));
		json_put(one, "now", json_f64(column->turn[k].from));
		json_put(one, "wins_at", json_f64(column->turn[k].to));
		json_append(turns, one);
	}
	json_put(j, "break_even", turns);
	return j;
}

int place_json(const struct place *p, FILE *out)
{
	json_t *j = json_envelope("place", p->argc, p->argv), *costs = json_object();
	json_t *list = json_array(), *error = json_object(), *within = json_array();

	json_put(j, "name", json_text(p->compare->trace->trace->name));
	json_put(j, "file", json_text(p->compare->trace->trace->path));
	json_put(j, "program", rates_json(p));
	for (unsigned int i = 0; i < NR_PLACE_COSTS; i++)
		json_put(costs, place_costs[i].key, json_f64(p->machine->cost[i]));
	json_put(j, "given", costs);
	json_put(j, "replayed_on", knobs_json(&p->compare->options->knobs));
	json_put(j, "winner", json_text(p->compare->options->chain[p->winner].name));
	for (unsigned int i = 0; i < p->compare->options->nr_schemes; i++)
		if (p->column[i].model_ns <= p->column[p->winner].model_ns * place_error_factor(p))
			json_append(within, json_text(p->compare->options->chain[i].name));
	json_put(j, "within_error_of_winner", within);
	json_put(j, "measured_here", json_text(p->compare->trace->answer));
	for (unsigned int i = 0; i < p->compare->options->nr_schemes; i++)
		json_append(list, column_json(p, i));
	json_put(j, "schemes", list);
	json_put(error, "sweep", p->error.ratios ? json_text(p->calibrated_by) : json_null());
	json_put(error, "typical_factor", json_f64(p->error.ratios ? p->error.typical : PLACE_TYPICAL_ERROR));
	json_put(error, "worst_factor", p->error.ratios ? json_f64(p->error.worst) : json_null());
	json_put(error, "pairs", p->error.ratios ? json_u64(p->error.pairs) : json_null());
	json_put(error, "pairs_right", p->error.ratios ? json_u64(p->error.right) : json_null());
	json_put(j, "model_error", error);
	return json_finish(j, out);
}

#else

JSON_MISSING(place_json, struct place)

#endif
