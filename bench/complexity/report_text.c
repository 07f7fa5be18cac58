/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The complexity of schemes, or of files, as tables for people and as CSV.
 */
#include <string.h>

#include "bench/complexity/report.h"

static const char *const head[NR_CX_FIGURES] = {
	"lines", "functions", "cyclomatic", "cognitive", "nesting", "volume", "shared", "orderings", "locks", "RCU",
};

static void head_cells(struct grid *g, const char *what)
{
	grid_row(g);
	grid_cell(g, true, "%s", what);
	for (int i = 0; i < NR_CX_FIGURES; i++)
		grid_cell(g, false, "%s", head[i]);
}

static void figure_cells(struct grid *g, const double *figure)
{
	for (int i = 0; i < NR_CX_FIGURES; i++)
		grid_cell(g, false, "%.0f", figure[i]);
}

static const char *const part_titles[NR_CX_PARTS] = {
	[CX_OWN] = "The scheme's own code",
	[CX_CORE] = "What its operations reach in the core",
	[CX_LADDER] = "Both, with all rungs below it; what they share counts once",
};

static void part_table(const struct cx_report *r, enum cx_part part, enum grid_style style, FILE *out)
{
	struct grid *g = grid_create();

	head_cells(g, "scheme");
	if (part == CX_OWN) {
		grid_cell(g, false, "ways down");
		grid_cell(g, false, "file lines");
	}
	for (size_t i = 0; i < r->nr_schemes; i++) {
		const struct cx_scheme *s = cx_scheme_find(r->program, r->scheme[i]);
		struct cx_sum sum = cx_scope_sum(r->program, s, part);

		grid_row(g);
		grid_cell(g, true, "%s", s->name);
		figure_cells(g, sum.figure);
		if (part == CX_OWN) {
			grid_cell(g, false, "%u", s->falls);
			grid_cell(g, false, "%u", s->file_lines);
		}
		cx_names_free(&sum.shared);
	}
	fprintf(out, "%s%s\n\n", style == GRID_MARKDOWN ? "### " : "", part_titles[part]);
	grid_print(g, style, out);
	fputc('\n', out);
	grid_free(g);
}

bool cx_report_wants(const struct cx_report *r, const struct cx_function *f)
{
	for (size_t i = 0; i < r->nr_schemes; i++)
		if (cx_scope_has(r->program, cx_scheme_find(r->program, r->scheme[i]), CX_LADDER, f))
			return true;
	return !r->source;
}

static void join(char *to, size_t size, const struct cx_names *names)
{
	size_t n = 0;

	to[0] = '\0';
	for (size_t i = 0; i < names->nr && n < size; i++)
		n += snprintf(to + n, size - n, "%s%s", i ? " " : "", names->name[i]);
}

static void function_table(const struct cx_report *r, enum grid_style style, FILE *out)
{
	struct grid *g = grid_create();
	char users[512];

	head_cells(g, "function");
	grid_cell(g, true, "where");
	if (r->source)
		grid_cell(g, true, "users");
	for (size_t i = 0; i < r->program->nr_functions; i++) {
		const struct cx_function *f = &r->program->function[i];

		if (!cx_report_wants(r, f))
			continue;
		join(users, sizeof(users), &f->users);
		grid_row(g);
		grid_cell(g, true, "%s", f->name);
		figure_cells(g, f->figure);
		grid_cell(g, true, "%s:%u", f->path, f->line);
		if (r->source)
			grid_cell(g, true, "%s", users);
	}
	if (!r->source) {
		struct cx_sum sum = cx_scope_sum_all(r->program);

		grid_row(g);
		grid_cell(g, true, "all");
		figure_cells(g, sum.figure);
		grid_cell(g, true, "-");
		cx_names_free(&sum.shared);
	}
	grid_print(g, style, out);
	grid_free(g);
}

void cx_report_table(const struct cx_report *r, enum grid_style style, FILE *out)
{
	for (int part = 0; r->source && part < NR_CX_PARTS; part++)
		part_table(r, part, style, out);
	if (r->functions || !r->source)
		function_table(r, style, out);
}

/* --- CSV -------------------------------------------------------------------------------- */

static void csv_figures(const double *figure, FILE *out)
{
	for (int i = 0; i < NR_CX_FIGURES; i++)
		fprintf(out, i == CX_VOLUME ? ",%.1f" : ",%.0f", figure[i]);
}

void cx_report_csv(const struct cx_report *r, FILE *out)
{
	char users[512];

	fputs("what,scheme,name,path,line,users", out);
	for (int i = 0; i < NR_CX_FIGURES; i++)
		fprintf(out, ",%s", cx_figure_name(i));
	fputs(",ways_down,file_lines\n", out);
	for (size_t i = 0; r->source && i < r->nr_schemes; i++) {
		const struct cx_scheme *s = cx_scheme_find(r->program, r->scheme[i]);

		for (int part = 0; part < NR_CX_PARTS; part++) {
			struct cx_sum sum = cx_scope_sum(r->program, s, part);

			fprintf(out, "%s,%s,,,,", cx_part_name(part), s->name);
			csv_figures(sum.figure, out);
			if (part == CX_OWN)
				fprintf(out, ",%u,%u\n", s->falls, s->file_lines);
			else
				fputs(",,\n", out);
			cx_names_free(&sum.shared);
		}
	}
	for (size_t i = 0; i < r->program->nr_functions; i++) {
		const struct cx_function *f = &r->program->function[i];

		if (!cx_report_wants(r, f))
			continue;
		join(users, sizeof(users), &f->users);
		fprintf(out, "function,,%s,%s,%u,%s", f->name, f->path, f->line, users);
		csv_figures(f->figure, out);
		fputs(",,\n", out);
	}
}
