// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The matrix as tables, and one cell in words.
 *
 * A cell with the fault held says what the operation does, then how the fault ends when
 * it is let go; one with the operation held says what the fault does.  A dot means that it behaves as if
 * the other were not there.
 */
#include "config.h"
#include "bench/matrix/report.h"

#include <stdarg.h>
#include <string.h>

#include "bench/cli/grid.h"
#include "bench/cli/json.h"

#define CELL 120

static const char *result_name(enum fault_result result)
{
	static const char *const names[] = {
		[FAULT_DONE] = "done", [FAULT_SIGSEGV] = "SIGSEGV", [FAULT_SIGBUS] = "SIGBUS", [FAULT_OOM] = "OOM",
	};

	return names[result];
}

const char *matrix_fault_word(const struct matrix_cell *cell)
{
	if (cell->nr_rungs > 1)
		return "falls";
	if (cell->fault_waits)
		return "waits";
	return cell->rung[0].why[0] || cell->raced ? "retries" : "goes on";
}

static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list ap;

	va_start(ap, format);
	vsnprintf(text + used, CELL - used, format, ap);
	va_end(ap);
}

/* A lock's usual short name. */
static const char *short_lock(const char *lock)
{
	if (!strncmp(lock, "vma.", 4))
		return "VMA";
	if (!strncmp(lock, "mm.mmap_lock", 12))
		return "mmap_lock";
	if (!strcmp(lock, "pgtable.lock"))
		return "table";
	if (!strncmp(lock, "page.", 5))
		return "page";
	return lock;
}

/* Why it left each rung, and where it ended; nothing if it was not disturbed. */
static void add_fault(char *text, const struct matrix_cell *cell)
{
	for (unsigned int r = 0; r < cell->nr_rungs; r++)
		if (cell->rung[r].why[0])
			add(text, "%s%s", r ? " > " : "", cell->rung[r].why);
	if (cell->nr_rungs > 1 && !cell->fault_waits)
		add(text, " > %s", cell->rung[cell->nr_rungs - 1].si->scheme->name);
	if (cell->fault_waits)
		add(text, "%swaits for %s", text[0] ? " > " : "", short_lock(cell->fault_lock));
	if (cell->raced)
		add(text, "%sraced", text[0] ? ", " : "");
	if (cell->result != FAULT_DONE)
		add(text, "%s%s", text[0] ? ", " : "", result_name(cell->result));
}

static void cell_text(const struct matrix_cell *cell, char *text)
{
	char fault[CELL] = "";

	text[0] = '\0';
	add_fault(fault, cell);
	if (cell->side == HOLD_FAULT && cell->op_waits)
		add(text, "waits for %s%s%s", short_lock(cell->op_lock), fault[0] ? "; fault: " : "", fault);
	else if (cell->side == HOLD_FAULT)
		add(text, "%s%s", fault[0] ? "fault: " : ".", fault);
	else
		add(text, "%s", fault[0] ? fault : ".");
}

/* --- rows ----------------------------------------------------------------------------------------- */

#define ROWS 32
#define NAMES_WIDTH 30

/* The results of one operation, or one scheme: a text for each point. */
struct row {
	const char *name;
	const char *where;
	bool any, done;			/* done: printed with one before */
	char text[NR_PROBE_POINTS][CELL];
};

static void row_fill(struct row *row, const char *name, const struct matrix *m, const struct matrix_op *op,
		     unsigned int where, unsigned int side)
{
	memset(row, 0, sizeof(*row));
	row->name = name;
	row->where = matrix_where_name(where);
	for (unsigned int i = 0; i < m->nr; i++) {
		const struct matrix_cell *c = &m->cell[i];

		if (c->op != op || c->where != where || c->side != side)
			continue;
		cell_text(c, row->text[c->point]);
		row->any = true;
	}
}

/* The text of all of its points, if they have one in common. */
static const char *row_uniform(const struct row *row)
{
	const char *text = NULL;

	for (unsigned int p = 0; p < NR_PROBE_POINTS; p++) {
		if (!row->text[p][0])
			continue;
		if (text && strcmp(text, row->text[p]))
			return NULL;
		text = row->text[p];
	}
	return text;
}

static bool row_same(const struct row *a, const struct row *b)
{
	const char *ua = row_uniform(a), *ub = row_uniform(b);

	if (strcmp(a->where, b->where))
		return false;
	if (ua || ub)
		return ua && ub && !strcmp(ua, ub);
	return !memcmp(a->text, b->text, sizeof(a->text));
}

/* "made" for fault_made: the title above the table says which of the two is held. */
static const char *short_point(unsigned int point)
{
	const char *name = probe_point_name(point);

	return !strncmp(name, "fault_", 6) ? name + 6 : !strncmp(name, "change_", 7) ? name + 7 : name;
}

/* Cuts off what does not fit into the first column; @return what is left, "" if nothing. */
static char *wrap_names(char *names)
{
	char *cut = names + NAMES_WIDTH;

	if (strlen(names) <= NAMES_WIDTH)
		return names + strlen(names);
	while (cut > names && *cut != ' ')
		cut--;
	if (cut == names)
		return names + strlen(names);
	*cut = '\0';
	return cut + 1;
}

static void print_line(struct grid *g, const char *names, const char *where, const char *points, const char *text)
{
	grid_row(g);
	grid_cell(g, true, "%s", names);
	grid_cell(g, true, "%s", where);
	grid_cell(g, true, "%s", points);
	grid_cell(g, true, "%s", text);
}

/* A line for each stretch of points with one outcome; the names go on beside them. */
static void print_row(struct grid *g, const struct row *row, char *names, bool wrap)
{
	const char *where = row->where, *uniform = row_uniform(row), *before = uniform;
	char points[GRID_CELL] = "every point", *rest = names;

	for (unsigned int p = uniform ? NR_PROBE_POINTS : 0; p <= NR_PROBE_POINTS; p++) {
		const char *text = p < NR_PROBE_POINTS ? row->text[p] : "";
		size_t used;

		if (p < NR_PROBE_POINTS && !text[0])
			continue;
		if (before && strcmp(before, text)) {
			names = rest;
			rest = wrap ? wrap_names(names) : names + strlen(names);
			print_line(g, names, where, points, before);
			where = "";
		}
		used = before && !strcmp(before, text) ? strlen(points) : 0;
		if (p < NR_PROBE_POINTS)
			snprintf(points + used, sizeof(points) - used, "%s%s", used ? ", " : "", short_point(p));
		before = text;
	}
	while (rest[0]) {
		names = rest;
		rest = wrap_names(names);
		print_line(g, names, "", "", "");
	}
}

static const char *const titles[NR_SIDES] = {
	[HOLD_FAULT] = "a fault is held; what the operation does, and how the fault fares when let go",
	[HOLD_OP] = "the operation is held; what a fault does",
};

/* The names of row @i and of those after it that are the same; "every ..." if that is all there are. */
static void take_names(struct row *row, unsigned int i, unsigned int nr, const char *first, char *names)
{
	unsigned int all = 0, taken = 0;

	names[0] = '\0';
	for (unsigned int k = 0; k < nr; k++) {
		size_t used = strlen(names);

		if (!row[k].any || strcmp(row[k].where, row[i].where))
			continue;
		all++;
		if (row[k].done || !row_same(&row[i], &row[k]))
			continue;
		row[k].done = true;
		taken++;
		snprintf(names + used, GRID_CELL - used, "%s%s", used ? ", " : "", row[k].name);
	}
	if (taken == all && all > 1)
		snprintf(names, GRID_CELL, "every %s", first);
}

/* Rows that are the same are printed as one, with all their names. */
static void print_rows(struct row *row, unsigned int nr, const char *first, const char *title,
		       unsigned int side, bool markdown, FILE *out)
{
	struct grid *g = grid_create();
	char names[GRID_CELL];
	bool any = false;

	print_line(g, first, "fault in", "held at", "what happens");
	for (unsigned int i = 0; i < nr; i++) {
		if (!row[i].any || row[i].done)
			continue;
		any = true;
		take_names(row, i, nr, first, names);
		print_row(g, &row[i], names, !markdown);
	}
	if (any) {
		fprintf(out, markdown ? "### %s: %s\n\n" : "%s: %s\n", title, titles[side]);
		grid_print(g, markdown ? GRID_MARKDOWN : GRID_TEXT, out);
		fputc('\n', out);
	}
	grid_free(g);
}

static void by_scheme(const struct matrix_set *set, bool markdown, FILE *out)
{
	struct row row[NR_WHERE * ROWS];

	for (unsigned int s = 0; s < set->nr; s++)
		for (unsigned int side = 0; side < NR_SIDES; side++) {
			unsigned int n = 0;

			for (unsigned int where = 0; where < NR_WHERE; where++)
				for (const struct matrix_op *op = matrix_ops; op->name; op++)
					row_fill(&row[n++], op->name, &set->matrix[s], op, where, side);
			print_rows(row, n, "operation", set->chain[s].name, side, markdown, out);
		}
}

static void by_op(const struct matrix_set *set, bool markdown, FILE *out)
{
	struct row row[NR_WHERE * MATRIX_MAX_SCHEMES];

	for (const struct matrix_op *op = matrix_ops; op->name; op++)
		for (unsigned int side = 0; side < NR_SIDES; side++) {
			unsigned int n = 0;

			for (unsigned int where = 0; where < NR_WHERE; where++)
				for (unsigned int s = 0; s < set->nr; s++)
					row_fill(&row[n++], set->chain[s].name, &set->matrix[s], op, where, side);
			print_rows(row, n, "scheme", op->name, side, markdown, out);
		}
}

static const char *io_name(enum io_policy io)
{
	static const char *const names[] = { "retry-mmap", "retry-vma", "hold", "file-hold" };

	return names[io];
}

void matrix_print(const struct matrix_set *set, bool markdown, FILE *out)
{
	if (set->by_op)
		by_op(set, markdown, out);
	else
		by_scheme(set, markdown, out);
	if (set->nr && set->matrix[0].reads == READS_MAPS)
		fputs("In the place of a fault, a reader from another address space goes through the mappings.\n", out);
	if (set->nr && matrix_reads_remote(set->matrix[0].reads))
		fputs("In the place of a fault, a thread of another address space reads the page.\n", out);
	if (set->nr && matrix_reads_page(set->matrix[0].reads))
		fprintf(out, "The page must be read from %s, with --io=%s.\n",
			matrix_reads_file(set->matrix[0].reads) ? "a file" : "swap", io_name(set->matrix[0].io));
	fputs("A dot: goes on as if the other were not there.  `a > b`: left one rung for reason a and the next for\n"
	      "reason b (`faultline list SCHEME` says what each means), and ended where the last word says.  raced:\n"
	      "another had changed the entry, so the access faults again.\n", out);
}

/* --- for programs ------------------------------------------------------------------------------- */

void matrix_csv(const struct matrix_set *set, FILE *out)
{
	fputs("scheme,held,point,operation,fault_in,operation_does,operation_waits_for,operation_reached,"
	      "fault_does,fault_waits_for,fault_path,fault_result\n", out);
	for (unsigned int s = 0; s < set->nr; s++)
		for (unsigned int i = 0; i < set->matrix[s].nr; i++) {
			const struct matrix_cell *c = &set->matrix[s].cell[i];
			bool held = c->side == HOLD_OP;

			fprintf(out, "%s,%s,%s,%s,\"%s\",%s,%s,%s,%s,%s,\"", set->chain[s].name,
				held ? "operation" : "fault", probe_point_name(c->point), c->op->name,
				matrix_where_name(c->where), held ? "held" : c->op_waits ? "waits" : "goes on",
				c->op_lock, c->op_reached == NR_PROBE_POINTS ? "" : probe_point_name(c->op_reached),
				matrix_fault_word(c), c->fault_lock);
			for (unsigned int r = 0; r < c->nr_rungs; r++)
				fprintf(out, "%s%s:%s", r ? " " : "", c->rung[r].si->scheme->name, c->rung[r].why);
			fprintf(out, "\",%s\n", result_name(c->result));
		}
}

#ifdef HAVE_JANSSON

static json_t *json_rungs(const struct matrix_cell *c)
{
	json_t *rungs = json_array();

	for (unsigned int r = 0; r < c->nr_rungs; r++) {
		json_t *rung = json_object();

		json_put(rung, "scheme", json_text(c->rung[r].si->scheme->name));
		json_put(rung, "why", json_text(c->rung[r].why));
		json_append(rungs, rung);
	}
	return rungs;
}

static json_t *json_cell(const struct matrix_cell *c, const char *scheme)
{
	json_t *j = json_object();
	bool held = c->side == HOLD_OP;

	json_put(j, "scheme", json_text(scheme));
	json_put(j, "held", json_text(held ? "operation" : "fault"));
	json_put(j, "point", json_text(probe_point_name(c->point)));
	json_put(j, "operation", json_text(c->op->name));
	json_put(j, "fault_in", json_text(matrix_where_name(c->where)));
	json_put(j, "operation_does", json_text(held ? "held" : c->op_waits ? "waits" : "goes on"));
	json_put(j, "operation_waits_for", c->op_lock[0] ? json_text(c->op_lock) : json_null());
	json_put(j, "operation_reached", c->op_reached == NR_PROBE_POINTS ? json_null() :
		 json_text(probe_point_name(c->op_reached)));
	json_put(j, "fault_does", json_text(matrix_fault_word(c)));
	json_put(j, "fault_waits_for", c->fault_lock[0] ? json_text(c->fault_lock) : json_null());
	json_put(j, "fault_raced", json_boolean(c->raced));
	json_put(j, "fault_path", json_rungs(c));
	json_put(j, "fault_result", json_text(result_name(c->result)));
	return j;
}

int matrix_json(const struct matrix_set *set, FILE *out)
{
	json_t *j = json_envelope("matrix", set->argc, set->argv), *cells = json_array();

	for (unsigned int s = 0; s < set->nr; s++)
		for (unsigned int i = 0; i < set->matrix[s].nr; i++)
			json_append(cells, json_cell(&set->matrix[s].cell[i], set->chain[s].name));
	json_put(j, "fault_reads", json_text(matrix_reads_name(set->matrix[0].reads)));
	json_put(j, "io", matrix_reads_page(set->matrix[0].reads) ? json_text(io_name(set->matrix[0].io)) : json_null());
	json_put(j, "cells", cells);
	return json_finish(j, out);
}
#else

JSON_MISSING(matrix_json, struct matrix_set)
#endif
