/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The complexity of schemes, or of files, as JSON, schema "faultline/complexity/1".
 */
#include "config.h"
#include "bench/complexity/report.h"
#include "bench/cli/json.h"

#ifdef HAVE_JANSSON

static json_t *names_json(const struct cx_names *names)
{
	json_t *j = json_array();

	for (size_t i = 0; i < names->nr; i++)
		json_append(j, json_text(names->name[i]));
	return j;
}

static void put_figures(json_t *j, const double *figure)
{
	for (int i = 0; i < NR_CX_FIGURES; i++)
		json_put(j, cx_figure_name(i), i == CX_VOLUME ? json_f64(figure[i]) : json_u64((u64)figure[i]));
}

static json_t *sum_json(struct cx_sum sum)
{
	json_t *j = json_object();

	put_figures(j, sum.figure);
	json_put(j, "shared_variables", names_json(&sum.shared));
	cx_names_free(&sum.shared);
	return j;
}

static json_t *scheme_json(const struct cx_report *r, const struct cx_scheme *s)
{
	json_t *j = json_object();

	json_put(j, "name", json_text(s->name));
	json_put(j, "below", s->below ? json_text(s->below) : json_null());
	json_put(j, "ways_down", json_u64(s->falls));
	json_put(j, "file_lines", json_u64(s->file_lines));
	for (int part = 0; part < NR_CX_PARTS; part++)
		json_put(j, cx_part_name(part), sum_json(cx_scope_sum(r->program, s, part)));
	return j;
}

static json_t *function_json(const struct cx_function *f)
{
	json_t *j = json_object();

	json_put(j, "function", json_text(f->name));
	json_put(j, "key", json_text(f->key));
	json_put(j, "path", json_text(f->path));
	json_put(j, "line", json_u64(f->line));
	put_figures(j, f->figure);
	json_put(j, "shared_variables", names_json(&f->shared));
	json_put(j, "calls", names_json(&f->calls));
	json_put(j, "users", names_json(&f->users));
	return j;
}

int cx_report_json(const struct cx_report *r, FILE *out)
{
	json_t *j = json_envelope("complexity", r->argc, r->argv);
	json_t *schemes = json_array(), *functions = json_array();

	for (size_t i = 0; i < r->nr_schemes; i++)
		json_append(schemes, scheme_json(r, cx_scheme_find(r->program, r->scheme[i])));
	for (size_t i = 0; i < r->program->nr_functions; i++)
		if (cx_report_wants(r, &r->program->function[i]))
			json_append(functions, function_json(&r->program->function[i]));
	json_put(j, "schemes", schemes);
	json_put(j, "functions", functions);
	if (!r->source)
		json_put(j, "all", sum_json(cx_scope_sum_all(r->program)));
	return json_finish(j, out);
}

#else

JSON_MISSING(cx_report_json, struct cx_report)

#endif
