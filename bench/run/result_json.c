/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Times, counters and ratios as JSON.
 */
#include "config.h"
#include "bench/run/result_json.h"

#ifdef HAVE_JANSSON

json_t *json_times(const struct run_times *t)
{
	json_t *j = json_object();

	json_put(j, "count", json_u64(t->nr));
	json_put(j, "median_ns", json_f64(t->median_ns));
	json_put(j, "mean_ns", json_f64(t->mean_ns));
	json_put(j, "p90_ns", json_f64(t->p90_ns));
	json_put(j, "p99_ns", json_f64(t->p99_ns));
	json_put(j, "p999_ns", json_f64(t->p999_ns));
	json_put(j, "max_ns", json_f64(t->max_ns));
	return j;
}

json_t *json_counters(const struct scheme_chain *chain, const struct stats *stats)
{
	json_t *j = json_object(), *core = json_object(), *rungs = json_array();

	for (unsigned int e = 0; e < NR_STATS_EVENTS; e++)
		json_put(core, stats_event_name((enum stats_event)e), json_u64(stats->event[e]));
	for (unsigned int r = 0; r < chain->nr; r++) {
		const struct scheme *s = chain->inst[r].scheme;
		json_t *rung = json_object(), *counts = json_object();

		for (unsigned int i = 0; s->counters[i].name; i++)
			json_put(counts, s->counters[i].name, json_u64(stats->rung[r][i]));
		json_put(rung, "scheme", json_text(s->name));
		json_put(rung, "counters", counts);
		json_append(rungs, rung);
	}
	json_put(j, "core", core);
	json_put(j, "rungs", rungs);
	return j;
}

json_t *json_ratio(struct stat_ratio r, size_t runs, double level)
{
	json_t *j = json_object();

	json_put(j, "ratio", json_f64(r.ratio));
	json_put(j, "low", json_f64(r.low));
	json_put(j, "high", json_f64(r.high));
	json_put(j, "p", json_f64(r.p));
	json_put(j, "verdict", json_text(stat_verdict_name(stat_verdict(r, runs, level))));
	return j;
}

#endif /* HAVE_JANSSON */
