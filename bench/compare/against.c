/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reading an earlier comparison, and what is otherwise now.
 */
#include "config.h"
#include "bench/compare/against.h"

#ifdef HAVE_JANSSON

#include <stdlib.h>
#include <string.h>

#include "bench/cli/json.h"
#include "bench/lib/apart.h"

/* --- the earlier document ------------------------------------------------------------------------------- */

static const char *text_of(const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));

	return text ? text : "";
}

static json_t *read_old(const char *path, const struct compare_options *o, struct bench_error *err)
{
	json_t *j = json_read(path, err), *knobs = j ? knobs_json(&o->knobs) : NULL;
	const char *mode = o->mode == REPLAY_PACED ? "paced" : "asap";
	int ret = -1;

	if (!j)
		return NULL;
	if (strcmp(text_of(j, "schema"), "faultline/compare/1"))
		bench_fail(err, "--against=%s: its schema is '%.40s', not faultline/compare/1", path, text_of(j, "schema"));
	else if (strcmp(text_of(j, "baseline"), o->chain[o->baseline].name))
		bench_fail(err, "--against=%s: its baseline is '%.80s', not %s", path, text_of(j, "baseline"), o->chain[o->baseline].name);
	else if (strcmp(text_of(j, "mode"), mode))
		bench_fail(err, "--against=%s: its mode is '%.40s', not %s", path, text_of(j, "mode"), mode);
	else if (!json_equal(json_object_get(j, "machine"), knobs))
		bench_fail(err, "--against=%s: the model had other settings (\"machine\")", path);
	else
		ret = 0;
	json_decref(knobs);
	if (ret) {
		json_decref(j);
		j = NULL;
	}
	return j;
}

int against_possible(const char *path, const struct compare_options *o, struct bench_error *err)
{
	json_t *j;

	if (run_machine())
		return bench_fail(err, "--against: a simulated machine has no noise: compare the numbers of two documents");
	j = read_old(path, o, err);
	json_decref(j);
	return j ? 0 : -1;
}

static const json_t *find(const json_t *list, const char *key, const char *name, const char *key2, const char *name2)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (!strcmp(text_of(one, key), name) && (!key2 || !strcmp(text_of(one, key2), name2)))
			return one;
	return NULL;
}

typedef double sample_fn(const json_t *run);

static double trace_sample(const json_t *run)
{
	json_int_t faults = json_integer_value(json_object_get(json_object_get(run, "all_faults"), "count"));

	return faults > 0 ? (double)json_integer_value(json_object_get(run, "mm_ns")) / (double)faults : 0;
}

static double workload_sample(const json_t *run)
{
	return json_number_value(json_object_get(json_object_get(json_object_get(run, "kinds"), "fault"), "mean_ns"));
}

/* Multiples of the baseline, round by round.  @return how many; 0: something is not there */
static size_t old_multiples(const json_t *columns, const char *key, const char *scheme, const char *baseline, sample_fn *sample, double *to)
{
	const json_t *mine = json_object_get(find(columns, key, scheme, NULL, NULL), "runs");
	const json_t *base = json_object_get(find(columns, key, baseline, NULL, NULL), "runs");
	size_t nr = json_array_size(mine);

	if (nr > STAT_MAX_RUNS || json_array_size(base) != nr)
		return 0;
	for (size_t i = 0; i < nr; i++) {
		double below = sample(json_array_get(base, i));

		to[i] = below > 0 ? sample(json_array_get(mine, i)) / below : 0;
		if (!(to[i] > 0))
			return 0;
	}
	return nr;
}

/* --- now ------------------------------------------------------------------------------------------------- */

static double mm_ns(const struct run_result *r)
{
	return r->faults.nr ? (double)r->mm_ns / (double)r->faults.nr : 0;
}

static size_t trace_multiples(const struct compare_trace *t, unsigned int scheme, unsigned int baseline, double *to)
{
	for (unsigned int i = 0; i < t->cell[scheme].nr_runs; i++)
		to[i] = mm_ns(&t->cell[scheme].run[i]) / mm_ns(&t->cell[baseline].run[i]);
	return t->cell[scheme].nr_runs;
}

static size_t case_multiples(const struct work_case *c, unsigned int scheme, unsigned int baseline, double *to)
{
	for (unsigned int i = 0; i < c->nr_runs; i++)
		to[i] = c->run[scheme][i].result.faults.mean_ns / c->run[baseline][i].result.faults.mean_ns;
	return c->nr_runs;
}

/* --- together --------------------------------------------------------------------------------------------- */

static void add_row(struct against_case *c, const char *scheme, const double *now, size_t nr_now, const double *before, size_t nr_before)
{
	struct against_row *row = &c->row[c->nr++];

	*row = (struct against_row){ .scheme = scheme, .now = stat_median(now, nr_now), .before = stat_median(before, nr_before),
				     .runs = nr_now < nr_before ? nr_now : nr_before };
	row->ratio = stat_ratio_apart(now, nr_now, before, nr_before);
}

/* Least p first, until one is not told. */
static void judge(struct against_case *c)
{
	for (unsigned int told = 0; told < c->nr; told++) {
		struct against_row *least = NULL;

		for (unsigned int i = 0; i < c->nr; i++)
			if (c->row[i].verdict == STAT_CANNOT_TELL && (!least || c->row[i].ratio.p < least->ratio.p))
				least = &c->row[i];
		if (!least)
			break;
		least->verdict = stat_verdict(least->ratio, least->runs, stat_sentence_level(c->nr, told));
		if (least->verdict == STAT_CANNOT_TELL)
			break;
	}
}

static void answer(struct against_case *c, const char *path)
{
	size_t n = (size_t)snprintf(c->answer, sizeof(c->answer), "%s, against %s: ", c->what, path);
	unsigned int told = 0;

	for (unsigned int i = 0; i < c->nr && n < sizeof(c->answer); i++) {
		const struct against_row *r = &c->row[i];

		if (r->verdict == STAT_CANNOT_TELL)
			continue;
		n += (size_t)snprintf(c->answer + n, sizeof(c->answer) - n, "%s%s is %s than before, %.2f times as %s", told++ ? "; " : "", r->scheme,
				      stat_verdict_name(r->verdict), r->verdict == STAT_FASTER ? 1 / r->ratio.ratio : r->ratio.ratio,
				      r->verdict == STAT_FASTER ? "fast" : "long");
	}
	if (n < sizeof(c->answer))
		snprintf(c->answer + n, sizeof(c->answer) - n, "%s", !told ? "the runs show no change." : told < c->nr ? "; of the others the runs show no change." : ".");
}

static int finish(struct against *a, struct against_case *c)
{
	if (c->nr) {
		judge(c);
		answer(c, a->path);
		a->nr++;
	}
	return 0;
}

static void traces(struct against *a, const json_t *old, const struct comparison *now)
{
	const struct compare_options *o = now->options;
	double mine[STAT_MAX_RUNS], before[STAT_MAX_RUNS];

	for (unsigned int i = 0; i < now->traces->nr_traces; i++) {
		const struct compare_trace *t = &now->traces->trace[i];
		const json_t *one = find(json_object_get(old, "traces"), "name", t->trace->name, NULL, NULL);
		struct against_case *c = &a->cases[a->nr];

		if (!one || json_integer_value(json_object_get(one, "workers")) != (json_int_t)t->workers)
			continue;
		snprintf(c->what, sizeof(c->what), "%s", t->trace->name);
		for (unsigned int s = 0; s < o->nr_schemes; s++) {
			size_t nr = s == o->baseline ? 0 : old_multiples(json_object_get(one, "schemes"), "scheme", o->chain[s].name,
									 o->chain[o->baseline].name, trace_sample, before);

			if (nr && t->cell[s].nr_runs)
				add_row(c, o->chain[s].name, mine, trace_multiples(t, s, o->baseline, mine), before, nr);
		}
		finish(a, c);
	}
}

static void cases(struct against *a, const json_t *old, const struct comparison *now)
{
	const struct compare_options *o = now->options;
	double mine[STAT_MAX_RUNS], before[STAT_MAX_RUNS];

	for (unsigned int i = 0; now->works && i < now->works->nr_cases; i++) {
		const struct work_case *w = &now->works->cases[i];
		struct against_case *c = &a->cases[a->nr];
		char key[WORK_NAME_SIZE];
		const json_t *one = find(json_object_get(old, "workloads"), "name", w->workload->name, "case",
					 work_case_key(now->works, w, key));

		if (!one || json_integer_value(json_object_get(one, "threads")) != (json_int_t)now->works->threads ||
		    json_integer_value(json_object_get(one, "faults")) != (json_int_t)now->works->work->faults)
			continue;
		work_case_name(now->works, w, c->what);
		for (unsigned int s = 0; s < o->nr_schemes; s++) {
			size_t nr = s == o->baseline ? 0 : old_multiples(json_object_get(one, "columns"), "name", o->chain[s].name,
									 o->chain[o->baseline].name, workload_sample, before);

			if (nr && w->nr_runs)
				add_row(c, o->chain[s].name, mine, case_multiples(w, s, o->baseline, mine), before, nr);
		}
		finish(a, c);
	}
}

int against_make(struct against **out, const char *path, const struct comparison *c, struct bench_error *err)
{
	json_t *old = read_old(path, c->options, err);
	struct against *a = old ? calloc(1, sizeof(*a)) : NULL;

	if (!old)
		return -1;
	if (a)
		a->cases = calloc(c->traces->nr_traces + (c->works ? c->works->nr_cases : 0) + 1UL, sizeof(*a->cases));
	if (!a || !a->cases) {
		json_decref(old);
		against_free(a);
		return bench_fail_memory(err, "comparing with an earlier document");
	}
	a->path = path;
	traces(a, old, c);
	cases(a, old, c);
	json_decref(old);
	if (!a->nr) {
		against_free(a);
		return bench_fail(err, "--against=%s: it has no program under the same name, schemes and threads", path);
	}
	*out = a;
	return 0;
}

json_t *against_json(const struct against *a)
{
	json_t *j = json_object(), *cases = json_array();

	for (unsigned int i = 0; i < a->nr; i++) {
		json_t *one = json_object(), *rows = json_array();

		for (unsigned int k = 0; k < a->cases[i].nr; k++) {
			const struct against_row *r = &a->cases[i].row[k];
			json_t *row = json_object();

			json_put(row, "scheme", json_text(r->scheme));
			json_put(row, "before_to_baseline", json_f64(r->before));
			json_put(row, "now_to_baseline", json_f64(r->now));
			json_put(row, "now_to_before", json_f64(r->ratio.ratio));
			json_put(row, "low", json_f64(r->ratio.low));
			json_put(row, "high", json_f64(r->ratio.high));
			json_put(row, "p", json_f64(r->ratio.p));
			json_put(row, "verdict", json_text(stat_verdict_name(r->verdict)));
			json_append(rows, row);
		}
		json_put(one, "name", json_text(a->cases[i].what));
		json_put(one, "sentence", json_text(a->cases[i].answer));
		json_put(one, "schemes", rows);
		json_append(cases, one);
	}
	json_put(j, "file", json_text(a->path));
	json_put(j, "cases", cases);
	return j;
}

#else

int against_possible(const char *path, const struct compare_options *o, struct bench_error *err)
{
	(void)path, (void)o;
	return bench_fail(err, "--against: this build has no jansson to read JSON with (libjansson-dev)");
}

int against_make(struct against **out, const char *path, const struct comparison *c, struct bench_error *err)
{
	(void)out, (void)c;
	return against_possible(path, NULL, err);
}

#endif /* HAVE_JANSSON */
