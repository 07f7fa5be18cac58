/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Workloads in JSON: the array "workloads" of faultline/compare/1, raw runs kept.
 */
#include "config.h"
#include "bench/compare/work_json.h"

#ifdef HAVE_JANSSON

#include "bench/run/machine_json.h"
#include "bench/run/result_json.h"

static json_t *added_json(struct stat_ratio d)
{
	json_t *j = json_object();

	json_put(j, "added_ns", json_f64(d.ratio));
	json_put(j, "low_ns", json_f64(d.low));
	json_put(j, "high_ns", json_f64(d.high));
	return j;
}

static json_t *ratio_json(const struct work_compare *w, unsigned int at, unsigned int column,
			  unsigned int kind)
{
	static const struct {
		enum compare_figure figure;
		const char *value, *ratio, *added;
	} figures[] = {
		{ FIGURE_MEDIAN, "median_ns", "median_to_baseline", "median_over_baseline" },
		{ FIGURE_MEAN, "mean_ns", "mean_to_baseline", "mean_over_baseline" },
	};
	json_t *j = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		json_put(j, figures[i].value,
			 json_f64(work_over_runs(w, at, column, kind, figures[i].figure)));
		if (work_is_host(w, column))
			continue;
		json_put(j, figures[i].ratio,
			 json_ratio(work_to_baseline(w, at, column, kind, figures[i].figure),
				    w->cases[at].nr_runs / compare_variants(), w->cases[at].level));
		json_put(j, figures[i].added,
			 added_json(work_over_baseline(w, at, column, kind, figures[i].figure)));
	}
	return j;
}

static json_t *run_json(const struct work_compare *w, unsigned int column, const struct work_result *r)
{
	json_t *j = json_object(), *kinds = json_object();

	json_put(j, "wall_ns", json_u64(r->result.wall_ns));
	json_put(j, "mm_ns", json_u64(r->result.mm_ns));
	json_put(j, "host_faults", json_u64(r->result.host_faults));
	json_put(j, "changes", json_u64(r->changes));
	json_put(j, "operations_hash", json_hash(r->order));
	if (!work_is_host(w, column))
		json_put(j, "vmas_hash", json_hash(r->mapped));
	for (unsigned int k = 0; k < NR_RUN_KINDS; k++)
		if (r->result.kind[k].nr)
			json_put(kinds, run_kind_name((enum run_kind)k),
				 json_times(&r->result.kind[k]));
	json_put(j, "kinds", kinds);
	if (!work_is_host(w, column))
		json_put(j, "counters", json_counters(&w->options->chain[column], &r->result.stats));
	return j;
}

/* A column's runs of a case. */
struct column_runs {
	const struct work_compare *w;
	unsigned int column;
	const struct work_result *run;
};

static json_t *round_json(const void *of, unsigned int round)
{
	const struct column_runs *runs = of;

	return run_json(runs->w, runs->column, &runs->run[round]);
}

static json_t *column_json(const struct work_compare *w, unsigned int at, unsigned int column)
{
	const struct work_case *c = &w->cases[at];
	const struct column_runs of = { w, column, c->run[column] };
	json_t *j = json_object(), *over = json_object(), *runs = json_array();

	json_put(j, "name", json_text(w->column[column]));
	json_put(j, "host", json_boolean(work_is_host(w, column)));
	for (unsigned int k = 0; k < NR_RUN_KINDS; k++)
		if (work_has_kind(w, at, k))
			json_put(over, run_kind_name((enum run_kind)k),
				 ratio_json(w, at, column, k));
	json_put(j, "over_runs", over);
	json_put(j, "changes_per_s", json_f64(work_changes_per_second(w, at, column)));
	if (c->control != at) {
		json_put(j, "median_fault_to_idle_writer",
			 json_ratio(work_to_case(w, at, c->control, column, FIGURE_MEDIAN),
				    work_rounds(w, at, c->control) / compare_variants(), w->shapes_level));
		json_put(j, "mean_fault_to_idle_writer",
			 json_ratio(work_to_case(w, at, c->control, column, FIGURE_MEAN),
				    work_rounds(w, at, c->control) / compare_variants(), w->shapes_level));
		json_put(j, "p99_fault_to_idle_writer",
			 json_ratio(work_to_case(w, at, c->control, column, FIGURE_P99),
				    work_rounds(w, at, c->control) / compare_variants(), w->shapes_level));
	}
	for (unsigned int i = 0; i < c->nr_runs; i += compare_variants())
		json_append(runs, round_json(&of, i));
	json_put(j, "runs", runs);
	if (run_machine())
		json_put(j, "varied", machine_json_varied(c->nr_runs, round_json, &of));
	return j;
}

static json_t *names_of(const bool *set, const struct compare_options *o)
{
	json_t *j = json_array();

	for (unsigned int i = 0; i < o->nr_schemes; i++)
		if (set[i])
			json_append(j, json_text(o->chain[i].name));
	return j;
}

json_t *json_verdict(const struct verdict *v, const char *sentence, const struct compare_options *o)
{
	json_t *j = json_object(), *gain = json_object();
	bool told = v->answer > VERDICT_TOO_FEW_RUNS;

	json_put(j, "sentence", json_text(sentence));
	json_put(j, "answer", json_text(verdict_answer_name(v->answer)));
	json_put(j, "wins", names_of(v->wins, o));
	json_put(j, "level_with_best", told ? names_of(v->level, o) : json_array());
	json_put(j, "slower_than_baseline", names_of(v->loses, o));
	for (unsigned int i = 0; told && i < o->nr_schemes; i++)
		json_put(gain, o->chain[i].name, json_f64(v->gain[i].ratio));
	json_put(j, "times_as_fast_as_baseline", gain);
	return j;
}

json_t *json_workloads(const struct work_compare *w)
{
	json_t *all = json_array();

	for (unsigned int at = 0; at < w->nr_cases; at++) {
		const struct work_case *c = &w->cases[at];
		json_t *j = json_object(), *columns = json_array();
		char key[WORK_NAME_SIZE];

		json_put(j, "name", json_text(c->workload->name));
		if (work_case_key(w, c, key)[0])
			json_put(j, "case", json_text(key));
		json_put(j, "timed", json_text(w->work->laps ? "laps" : "each"));
		json_put(j, "vmas_beside", json_u64(c->vmas));
		json_put(j, "stands_for", json_text(c->workload->stands_for));
		json_put(j, "threads", json_u64(w->threads));
		json_put(j, "faults", json_u64(w->work->faults));
		json_put(j, "seed", json_u64(w->work->seed));
		/* null: no writer; full speed has no number */
		json_put(j, "has_writer", json_boolean(c->workload->writer != NULL));
		json_put(j, "writer_rate_per_s", !c->workload->writer || c->rate == WORK_RATE_MAX ?
			 json_null() : json_u64(c->rate));
		for (unsigned int i = 0; i < w->nr_columns; i++)
			json_append(columns, column_json(w, at, i));
		json_put(j, "columns", columns);
		json_put(j, "verdict", json_verdict(&c->verdict, c->answer, w->options));
		json_append(all, j);
	}
	return all;
}

#endif /* HAVE_JANSSON */
