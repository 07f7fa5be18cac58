/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The map as JSON, schema "faultline/sweep/1": used for reports, for continuing a killed sweep,
 * and for merging.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "bench/run/result_json.h"
#include "bench/lib/foreign.h"
#include "bench/sweep/sweep.h"

#ifdef HAVE_JANSSON

/* --- out --------------------------------------------------------------------------------------- */

static json_t *numbers(const double *value, unsigned int n)
{
	json_t *j = json_array();

	for (unsigned int i = 0; i < n; i++)
		json_append(j, json_f64(value[i]));
	return j;
}

/* The parameters that two sweeps share if they are parts of one. */
static json_t *parameters(const struct sweep *s)
{
	json_t *j = json_object(), *schemes_ = json_array(), *changes = json_array();
	json_t *pressures = json_array();

	for (unsigned int i = 0; i < s->nr_schemes; i++)
		json_append(schemes_, json_text(s->name[i]));
	for (unsigned int x = 0; x < s->nr_changes; x++)
		json_append(changes, json_f64(s->cell[x].changes));
	for (unsigned int y = 0; y < s->nr_pressures; y++) {
		const struct sweep_pressure *p = &s->cell[y * s->nr_changes].pressure;
		json_t *one = json_object();

		json_put(one, "episode_share", json_f64(p->share));
		json_put(one, "memory_share", p->memory ? json_f64(p->memory) : json_null());
		if (p->limit)	/* so that a file of before this was there is of the same sweep */
			json_put(one, "limit_share", json_f64(p->limit));
		json_put(one, "delay_ns", json_u64(p->delay_ns));
		json_append(pressures, one);
	}
	json_put(j, "threads", json_u64(s->threads));
	json_put(j, "runs", json_u64(s->runs));
	json_put(j, "faults", json_u64(s->faults));
	json_put(j, "seed", json_u64(s->seed));
	json_put(j, "episode_faults", json_u64(s->burst));
	json_put(j, "page_zeroing", json_boolean(s->zero_pages));
	if (s->touch)		/* as limit_share */
		json_put(j, "touches_mapped", json_boolean(true));
	json_put(j, "schemes", schemes_);
	json_put(j, "baseline", json_text(s->name[s->baseline]));
	json_put(j, "changes_per_fault", changes);
	json_put(j, "pressures", pressures);
	return j;
}

static json_t *winner_json(const struct sweep *s, const struct sweep_cell *c)
{
	json_t *j = json_object(), *level = json_array();
	struct verdict w;

	sweep_winner(s, c, &w);
	json_put(j, "best", json_text(s->name[w.best]));
	for (unsigned int i = 0; i < s->nr_schemes; i++)
		if (w.level[i] && i != w.best)
			json_append(level, json_text(s->name[i]));
	json_put(j, "cannot_be_told_from", level);
	json_put(j, "next", w.next < s->nr_schemes ? json_text(s->name[w.next]) : json_null());
	json_put(j, "next_to_best", w.next < s->nr_schemes ? json_ratio(w.behind, s->runs, STAT_LEVEL) : json_null());
	return j;
}

static json_t *cell_json(const struct sweep *s, unsigned int at, double level)
{
	const struct sweep_cell *c = &s->cell[at];
	json_t *j = json_object(), *columns = json_array();

	json_put(j, "cell", json_u64(at));
	json_put(j, "changes_per_fault", json_f64(c->changes));
	json_put(j, "pressure", json_u64(at / s->nr_changes));
	json_put(j, "faults", json_u64(c->faults));
	json_put(j, "measured_on", json_text(c->machine));
	for (unsigned int i = 0; i < s->nr_schemes; i++) {
		const struct sweep_column *column = &c->column[i];
		json_t *one = json_object();

		json_put(one, "scheme", json_text(s->name[i]));
		json_put(one, "mm_ns_per_fault", numbers(column->mm_ns, s->runs));
		json_put(one, "fault_mean_ns", numbers(column->fault_ns, s->runs));
		json_put(one, "failed_per_fault", json_f64(column->failed));
		json_put(one, "fell_share", json_f64(column->fell));
		json_put(one, "to_baseline",
			 json_ratio(stat_ratio(column->mm_ns, c->column[s->baseline].mm_ns, s->runs),
				    s->runs, level));
		json_append(columns, one);
	}
	json_put(j, "columns", columns);
	json_put(j, "winner", winner_json(s, c));
	return j;
}

/* What measured its cells. */
static const char *revision_of(const struct sweep *s)
{
	return s->read ? s->revision : json_revision();
}

int sweep_json(const struct sweep *s, FILE *out)
{
	json_t *j = json_envelope("sweep", s->argc, s->argv), *cells = json_array();
	json_t *programs = json_array(), *verdict = json_array();
	char sentence[VERDICT_SENTENCE];
	double level = sweep_level(s);

	if (*revision_of(s))
		json_put(j, "revision", json_text(revision_of(s)));
	else
		json_object_del(j, "revision");
	/* What is written after each cell is not the answer: cells are missing. */
	for (unsigned int i = 0; sweep_nr_done(s) == s->nr_cells && sweep_answer(s, i, sentence); i++)
		json_append(verdict, json_text(sentence));
	json_put(j, "verdict", verdict);
	json_put(j, "parameters", parameters(s));
	json_put(j, "cells_in_all", json_u64(s->nr_cells));
	json_put(j, "complete", json_boolean(sweep_nr_done(s) == s->nr_cells));
	for (unsigned int i = 0; i < s->nr_cells; i++)
		if (s->cell[i].done)
			json_append(cells, cell_json(s, i, level));
	json_put(j, "cells", cells);
	for (unsigned int i = 0; i < s->nr_programs; i++) {
		json_t *one = json_object();

		json_put(one, "name", json_text(s->program[i].name));
		json_put(one, "faults", json_u64(s->program[i].faults));
		json_put(one, "changes", json_u64(s->program[i].changes));
		json_append(programs, one);
	}
	json_put(j, "programs", programs);
	return json_finish(j, out);
}

/* --- in: a file is input, and may hold anything ------------------------------------------------------ */

static u64 number(const json_t *object, const char *key, u64 max)
{
	const json_t *j = json_object_get(object, key);
	json_int_t n = json_integer_value(j);

	return n < 0 || (u64)n > max ? 0 : (u64)n;
}

/* @return false: not exactly @n numbers */
static bool get_numbers(const json_t *array, double *value, size_t n)
{
	if (json_array_size(array) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *j = json_array_get(array, i);

		if (!json_is_number(j))
			return false;
		value[i] = sweep_figure(json_number_value(j));
	}
	return true;
}

/* The axes and names of a file. @return false: not as sweep_json() writes them */
static bool get_options(const json_t *p, struct sweep_options *o)
{
	const json_t *names = json_object_get(p, "schemes"), *axis = json_object_get(p, "pressures");
	const char *baseline = json_string_value(json_object_get(p, "baseline"));

	*o = (struct sweep_options){ .parts = 1 };
	o->threads = (unsigned int)number(p, "threads", 1024);
	o->runs = (unsigned int)number(p, "runs", SWEEP_MAX_RUNS);
	o->faults = number(p, "faults", 1000000000);
	o->seed = (u64)json_integer_value(json_object_get(p, "seed"));
	o->burst = (unsigned int)number(p, "episode_faults", 1000000);
	o->zero_pages = json_is_true(json_object_get(p, "page_zeroing"));
	o->touch = json_is_true(json_object_get(p, "touches_mapped"));
	o->nr_schemes = (unsigned int)json_array_size(names);
	o->nr_changes = (unsigned int)json_array_size(json_object_get(p, "changes_per_fault"));
	o->nr_pressures = (unsigned int)json_array_size(axis);
	if (!o->threads || !o->runs || !o->faults || !o->burst || !baseline || !o->nr_schemes ||
	    o->nr_schemes > SWEEP_MAX_COLUMNS || !o->nr_changes || o->nr_changes > SWEEP_MAX_AXIS ||
	    !o->nr_pressures || o->nr_pressures > SWEEP_MAX_AXIS ||
	    !get_numbers(json_object_get(p, "changes_per_fault"), o->changes, o->nr_changes))
		return false;
	o->baseline = o->nr_schemes;
	for (unsigned int i = 0; i < o->nr_schemes; i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (!name || !*name || strlen(name) >= sizeof(o->chain[i].name))
			return false;
		strcpy(o->chain[i].name, name);
		foreign_text(o->chain[i].name);
		if (!strcmp(name, baseline))
			o->baseline = i;
	}
	for (unsigned int i = 0; i < o->nr_pressures; i++) {
		const json_t *one = json_array_get(axis, i);

		o->pressure[i].share = json_number_value(json_object_get(one, "episode_share"));
		o->pressure[i].memory = json_number_value(json_object_get(one, "memory_share"));
		o->pressure[i].limit = json_number_value(json_object_get(one, "limit_share"));
		o->pressure[i].delay_ns = number(one, "delay_ns", 1000000000000);
	}
	return o->baseline < o->nr_schemes;
}

/* @return NULL, or what is wrong */
static const char *get_cell(struct sweep *s, const json_t *j)
{
	const json_t *at = json_object_get(j, "cell"), *columns = json_object_get(j, "columns");
	const char *machine = json_string_value(json_object_get(j, "measured_on"));
	struct sweep_cell *c;

	if (!json_is_integer(at) || json_integer_value(at) < 0 ||
	    json_integer_value(at) >= (json_int_t)s->nr_cells ||
	    json_array_size(columns) != s->nr_schemes)
		return "has a cell that is none";
	c = &s->cell[json_integer_value(at)];
	if (c->done)
		return "has a cell that is there already";
	c->column = calloc(s->nr_schemes, sizeof(*c->column));
	if (!c->column)
		return "is too large";
	snprintf(c->machine, sizeof(c->machine), "%s", machine ? machine : "unknown");
	foreign_text(c->machine);
	for (unsigned int i = 0; i < s->nr_schemes; i++) {
		const json_t *one = json_array_get(columns, i);
		struct sweep_column *column = &c->column[i];

		if (!get_numbers(json_object_get(one, "mm_ns_per_fault"), column->mm_ns, s->runs) ||
		    !get_numbers(json_object_get(one, "fault_mean_ns"), column->fault_ns, s->runs))
			return "has a cell without all runs";
		column->failed = json_number_value(json_object_get(one, "failed_per_fault"));
		column->fell = json_number_value(json_object_get(one, "fell_share"));
	}
	c->done = true;
	return NULL;
}

static void get_programs(struct sweep *s, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(one, "name"));
		struct sweep_program *p = &s->program[s->nr_programs];
		bool known = !name || s->nr_programs == SWEEP_MAX_PROGRAMS;

		for (unsigned int k = 0; !known && k < s->nr_programs; k++)
			known = !strcmp(s->program[k].name, name);
		if (known)
			continue;
		snprintf(p->name, sizeof(p->name), "%s", name);
		foreign_text(p->name);
		p->faults = number(one, "faults", ~0ULL >> 1);
		p->changes = number(one, "changes", ~0ULL >> 1);
		s->nr_programs++;
	}
}

int sweep_read(struct sweep **out, const char *path, struct bench_error *err)
{
	json_t *j = json_read(path, err), *mine = NULL, *list;
	const char *schema = json_string_value(json_object_get(j, "schema")), *wrong = NULL;
	const char *version = json_string_value(json_object_get(j, "version"));
	const char *revision = json_string_value(json_object_get(j, "revision"));
	struct sweep_options *o = malloc(sizeof(*o));
	struct sweep *s = *out;
	int ret = -1;

	if (!j)
		goto out;
	if (!o) {
		bench_fail_memory(err, "reading a sweep");
		goto out;
	}
	if (!schema || strcmp(schema, "faultline/sweep/1")) {
		bench_fail(err, "%s is not a result of faultline sweep", path);
		goto out;
	}
	if (!version || strcmp(version, PACKAGE_VERSION)) {
		bench_fail(err, "%s was measured by version %s, this is " PACKAGE_VERSION ": only one version's cells belong together",
			   path, version ? version : "unknown");
		goto out;
	}
	if (s && strcmp(revision ? revision : "", revision_of(s))) {
		bench_fail(err, "%s was measured at revision %s, the other cells at %s: only one revision's cells belong together",
			   path, revision ? revision : "unknown", *revision_of(s) ? revision_of(s) : "unknown");
		goto out;
	}
	if (!get_options(json_object_get(j, "parameters"), o)) {
		bench_fail(err, "%s: its parameters are not those of a sweep", path);
		goto out;
	}
	if (!s) {
		s = sweep_create(o);
		if (!s) {
			bench_fail_memory(err, "reading a sweep");
			goto out;
		}
		s->read = true;
		snprintf(s->revision, sizeof(s->revision), "%s", revision ? revision : "");
		foreign_text(s->revision);
	}
	mine = parameters(s);
	if (!json_equal(mine, json_object_get(j, "parameters"))) {
		bench_fail(err, "%s is of another sweep: schemes, axes, runs, faults, threads or seed differ", path);
		goto out_sweep;
	}
	list = json_object_get(j, "cells");
	for (size_t i = 0; !wrong && i < json_array_size(list); i++)
		wrong = get_cell(s, json_array_get(list, i));
	if (wrong) {
		bench_fail(err, "%s: %s", path, wrong);
		goto out_sweep;
	}
	get_programs(s, json_object_get(j, "programs"));
	*out = s;
	ret = (int)json_array_size(list);
out_sweep:
	if (ret < 0 && !*out)
		sweep_free(s);
out:
	json_decref(mine);
	json_decref(j);
	free(o);
	return ret;
}

#else

JSON_MISSING(sweep_json, struct sweep)

int sweep_read(struct sweep **s, const char *path, struct bench_error *err)
{
	(void)s;
	return bench_fail(err, "%s: this build has no jansson to read it", path);
}

#endif
