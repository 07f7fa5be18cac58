/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The answer in JSON, schema faultline/place/1.
 */
#include "config.h"
#include "bench/place/place.h"

#ifdef HAVE_JANSSON
#include "bench/cli/json.h"
#include "bench/run/machine_json.h"

static json_t *waits_json(const struct place_point *point)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < point->waits.nr; i++) {
		const struct wait_at *w = &point->waits.at[i];
		json_t *j = json_object();

		json_put(j, "name", json_text(w->name));
		json_put(j, "kind", json_text(w->kind));
		json_put(j, "ns", json_f64(w->ns));
		json_put(j, "share_of_mm", json_f64(point->run[0].mm_ns ? w->ns / (double)point->run[0].mm_ns : 0));
		json_append(list, j);
	}
	return list;
}

static json_t *point_json(unsigned int cpus, const struct place_point *point)
{
	json_t *j = json_object(), *runs = json_array();

	for (unsigned int i = 0; i < point->nr_runs; i++) {
		json_t *run = json_object();

		json_put(run, "seed", json_u64(point->run[i].seed));
		json_put(run, "latencies", json_f64(point->run[i].latencies));
		json_put(run, "mm_ns", json_u64(point->run[i].mm_ns));
		json_put(run, "late_ns", json_u64(point->run[i].late_ns));
		json_append(runs, run);
	}
	json_put(j, "cpus", json_u64(cpus));
	json_put(j, "mm_ns", json_f64(place_mm_ns(point)));
	json_put(j, "late_ns", json_f64(place_late_ns(point)));
	json_put(j, "waits", waits_json(point));
	json_put(j, "runs", runs);
	return j;
}

static json_t *verdict_json(const struct place *p, const struct place_program *g, enum place_pace pace, unsigned int cpus)
{
	static const char *const outcome[] = {
		[PLACE_WIN] = "win", [PLACE_NO_DIFFERENCE] = "no difference", [PLACE_BASELINE] = "nothing beats the baseline",
		[PLACE_CANNOT_TELL] = "cannot tell",
	};
	json_t *j = json_object(), *pairs = json_object(), *wins = json_array();
	struct place_verdict v;

	place_judge(p, g, pace, cpus, &v);
	for (unsigned int s = 0; s < p->options->nr_schemes; s++)
		if (v.wins[s])
			json_append(wins, json_text(p->options->chain[s].name));
	json_put(j, "cpus", json_u64(g->cpus[cpus]));
	json_put(j, "outcome", json_text(outcome[v.outcome]));
	json_put(j, "wins", wins);
	json_put(pairs, "in_order", json_u64(v.kept));
	json_put(pairs, "level", json_u64(v.level));
	json_put(pairs, "cannot_tell", json_u64(v.unsure));
	json_put(j, "pairs", pairs);
	return j;
}

static json_t *pace_json(const struct place *p, const struct place_program *g, enum place_pace pace)
{
	json_t *j = json_object(), *verdicts = json_array(), *list = json_array();

	for (unsigned int i = 0; i < g->nr_cpus; i++)
		json_append(verdicts, verdict_json(p, g, pace, i));
	for (unsigned int s = 0; s < p->options->nr_schemes; s++) {
		json_t *scheme = json_object(), *points = json_array();

		for (unsigned int i = 0; i < g->nr_cpus; i++)
			json_append(points, point_json(g->cpus[i], place_point(p, g, pace, i, s)));
		json_put(scheme, "scheme", json_text(p->options->chain[s].name));
		json_put(scheme, "points", points);
		json_append(list, scheme);
	}
	json_put(j, "pace", json_text(place_pace_name(pace)));
	json_put(j, "verdicts", verdicts);
	json_put(j, "schemes", list);
	return j;
}

static json_t *program_json(const struct place *p, const struct place_program *g)
{
	json_t *j = json_object(), *timed = json_object(), *paces = json_array();

	json_put(timed, "faults", json_u64(g->part.faults));
	json_put(timed, "calls", json_u64(g->part.calls));
	json_put(timed, "meetings", json_u64(g->part.meetings));
	json_put(timed, "threads", json_u64(g->part.threads));
	json_put(timed, "begins_ns", json_u64(g->part.begins_ns));
	json_put(timed, "ends_ns", json_u64(g->part.ends_ns));
	for (enum place_pace pace = 0; pace < place_paces(g); pace++)
		json_append(paces, pace_json(p, g, pace));
	json_put(j, "name", json_text(g->name));
	json_put(j, "faults", json_u64(g->part.all_faults));
	json_put(j, "threads_at_a_time", json_u64(g->peak_threads));
	json_put(j, "recorded_on_cpus", g->recorded_cpus ? json_u64(g->recorded_cpus) : json_null());
	json_put(j, "threads_meet", json_boolean(!g->alone));
	json_put(j, "timed", timed);
	json_put(j, "paces", paces);
	return j;
}

/* Its own answer, and the runs. */
static json_t *machine_place_json(const struct place *p)
{
	json_t *j = json_object(), *programs = json_array(), *verdict = json_array();
	char sentence[VERDICT_SENTENCE];

	for (unsigned int i = 0; i < p->nr_programs; i++) {
		for (unsigned int k = 0; place_answer(p, &p->program[i], k, sentence); k++)
			json_append(verdict, json_text(sentence));
		json_append(programs, program_json(p, &p->program[i]));
	}
	json_put(j, "machine", machine_json(p->machine));
	json_put(j, "verdict", verdict);
	json_put(j, "programs", programs);
	return j;
}

int place_json(const struct places *ps, FILE *out)
{
	const struct place_options *o = ps->of[0]->options;
	json_t *j = json_envelope("place", o->argc, o->argv), *verdict = json_array(), *machines = json_array();
	char sentence[VERDICT_SENTENCE];

	for (unsigned int i = 0; i < ps->nr; i++)
		json_append(machines, machine_place_json(ps->of[i]));
	for (unsigned int k = 0; places_answer(ps, k, sentence); k++)
		json_append(verdict, json_text(sentence));
	if (ps->nr < 2)
		json_array_extend(verdict, json_object_get(json_array_get(machines, 0), "verdict"));
	json_put(j, "verdict", verdict);
	json_put(j, "seeds", json_u64(o->seeds));
	json_put(j, "baseline", json_text(o->chain[o->baseline].name));
	json_put(j, "settings", knobs_json(&o->knobs));
	json_put(j, "machines", machines);
	return json_finish(j, out);
}
#else
#include "bench/cli/json.h"

JSON_MISSING(place_json, struct places)
#endif
