/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Curves in JSON, schema faultline/scale/1.
 */
#include "config.h"
#include "bench/scale/scale.h"

#ifdef HAVE_JANSSON
#include "bench/cli/json.h"
#include "bench/run/machine_json.h"

static json_t *waits_json(const struct scale_point *p)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < p->waits.nr; i++) {
		json_t *j = json_object();

		json_put(j, "name", json_text(p->waits.at[i].name));
		json_put(j, "kind", json_text(p->waits.at[i].kind));
		json_put(j, "ns", json_f64(p->waits.at[i].ns));
		json_put(j, "share_of_waiting", json_f64(p->waits.all_ns > 0 ? p->waits.at[i].ns / p->waits.all_ns : 0));
		json_put(j, "share_of_time", json_f64(p->thread_ns > 0 ? p->waits.at[i].ns / p->thread_ns : 0));
		json_append(list, j);
	}
	return list;
}

/* The rate with all latencies times each factor, 1 first. */
static json_t *varied_json(const struct scale_point *p, const struct scale_options *o)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < o->nr_factors; i++) {
		json_t *j = json_object();
		char what[40];

		snprintf(what, sizeof(what), "latencies %g", o->factor[i]);
		json_put(j, "what", json_text(what));
		json_put(j, "faults_per_s", json_f64(scale_rate_at(p, o->factor[i])));
		json_append(list, j);
	}
	return list;
}

/* The pairs of schemes at each number of CPUs. */
static json_t *ranking_json(const struct scale *s, unsigned int source)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < scale_curve(s, source, 0)->nr_points; i++) {
		struct scale_pairs pairs = scale_ranking(s, source, i);
		json_t *j = json_object();

		json_put(j, "cpus", json_u64(scale_curve(s, source, 0)->point[i].cpus));
		json_put(j, "in_order", json_u64(pairs.kept));
		json_put(j, "level", json_u64(pairs.level));
		json_put(j, "cannot_tell", json_u64(pairs.unsure));
		json_append(list, j);
	}
	return list;
}

static json_t *point_json(const struct scale_point *p, const struct scale_options *o)
{
	json_t *j = json_object(), *runs = json_array();

	for (unsigned int i = 0; i < p->nr_runs; i++) {
		json_t *run = json_object();

		json_put(run, "seed", json_u64(p->run[i].seed));
		json_put(run, "latencies", json_f64(p->run[i].factor));
		json_put(run, "faults_per_s", json_f64(p->run[i].faults_per_s));
		json_put(run, "accesses", json_u64(p->run[i].accesses));
		json_put(run, "ns_per_fault", json_f64(p->run[i].ns_per_fault));
		json_append(runs, run);
	}
	json_put(j, "cpus", json_u64(p->cpus));
	json_put(j, "faults_per_s", json_f64(scale_rate(p)));
	json_put(j, "ns_per_fault", json_f64(scale_ns(p)));
	json_put(j, "waits", waits_json(p));
	json_put(j, "varied", varied_json(p, o));
	json_put(j, "runs", runs);
	return j;
}

static json_t *curve_json(const struct scale_curve *c, const struct scale_options *o)
{
	json_t *j = json_object(), *points = json_array();

	for (unsigned int i = 0; i < c->nr_points; i++)
		json_append(points, point_json(&c->point[i], o));
	json_put(j, "scheme", json_text(c->scheme));
	json_put(j, "peak_cpus", c->nr_points ? json_u64(c->point[scale_peak(c)].cpus) : json_null());
	json_put(j, "knee_cpus", c->nr_points && scale_knee(c) + 1 < c->nr_points ? json_u64(c->point[scale_knee(c)].cpus) : json_null());
	json_put(j, "points", points);
	return j;
}

int scale_json(const struct scale *s, FILE *out)
{
	const struct scale_options *o = s->options;
	json_t *j = json_envelope("scale", o->argc, o->argv), *sources = json_array(), *factors = json_array();
	json_t *verdict = json_array();
	char sentence[VERDICT_SENTENCE];

	for (unsigned int source = 0; source < scale_sources(s); source++)
		if (*scale_answer(s, source, sentence))
			json_append(verdict, json_text(sentence));
	json_put(j, "verdict", verdict);
	json_put(j, "machine", machine_json(run_machine()));
	json_put(j, "partial", json_boolean(s->partial));
	json_put(j, "seeds", json_u64(o->runs));
	for (unsigned int i = 0; i < o->nr_factors; i++)
		json_append(factors, json_f64(o->factor[i]));
	json_put(j, "latencies", factors);
	json_put(j, "faults_per_thread", json_u64(o->faults));
	json_put(j, "settings", knobs_json(&o->knobs));
	for (unsigned int source = 0; source < scale_sources(s); source++) {
		json_t *one = json_object(), *curves = json_array(), *ahead = json_array();

		for (unsigned int k = 0; k < o->nr_schemes; k++)
			json_append(curves, curve_json(scale_curve(s, source, k), o));
		for (unsigned int i = 0; i < scale_curve(s, source, 0)->nr_points; i++) {
			const char *winner = scale_winner(s, source, i);

			json_append(ahead, winner ? json_text(winner) : json_null());
		}
		json_put(one, "name", json_text(scale_curve(s, source, 0)->source));
		json_put(one, "curves", curves);
		json_put(one, "ahead", ahead);
		json_put(one, "ranking", ranking_json(s, source));
		json_append(sources, one);
	}
	json_put(j, "workloads", sources);
	return json_finish(j, out);
}
#else
int scale_json(const struct scale *s, FILE *out)
{
	(void)s;
	(void)out;
	return -1;
}
#endif
