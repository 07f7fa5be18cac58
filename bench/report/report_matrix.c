/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The section of the matrix, which side waits for which: a table over operations and schemes, and
 * every cell on demand.
 */
#include "config.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <stdlib.h>
#include <string.h>

struct cell {
	const char *scheme, *point, *op, *where, *op_does, *op_lock, *fault_does, *fault_lock, *result;
	bool held_op, raced;
};

struct matrix {
	struct report *report;
	struct cell *cell;
	size_t nr;
	/* in order of appearance */
	const char *name[PAGE_MAX_NAMES], *op[PAGE_MAX_NAMES], *where[PAGE_MAX_NAMES], *point[PAGE_MAX_NAMES];
	unsigned int nr_names, nr_ops, nr_where, nr_points;
};

static void add(const char **list, unsigned int *nr, const char *text, struct reader *r, const struct at *at)
{
	for (unsigned int i = 0; i < *nr; i++)
		if (!strcmp(list[i], text))
			return;
	if (*nr == PAGE_MAX_NAMES)
		at_fail(r, at, "there are too many different schemes, operations or points");
	else
		list[(*nr)++] = text;
}

static const char *lock(struct reader *r, const struct at *at, const char *key)
{
	return at_has(at, key) ? at_text(r, at, key) : "";
}

static void read_cell(struct matrix *m, struct reader *r, const struct at *at, struct cell *c)
{
	*c = (struct cell){
		.scheme = at_text(r, at, "scheme"), .point = at_text(r, at, "point"),
		.op = at_text(r, at, "operation"), .where = at_text(r, at, "fault_in"),
		.op_does = at_text(r, at, "operation_does"), .op_lock = lock(r, at, "operation_waits_for"),
		.fault_does = at_text(r, at, "fault_does"), .fault_lock = lock(r, at, "fault_waits_for"),
		.result = at_text(r, at, "fault_result"), .raced = at_bool(r, at, "fault_raced"),
		.held_op = !strcmp(at_text(r, at, "held"), "operation"),
	};
	add(m->name, &m->nr_names, c->scheme, r, at);
	add(m->op, &m->nr_ops, c->op, r, at);
	add(m->where, &m->nr_where, c->where, r, at);
	add(m->point, &m->nr_points, c->point, r, at);
}

/* What happens in a cell to the one that is not held, in one word. */
static const char *word(const struct cell *c)
{
	return c->held_op ? c->fault_does : c->op_does;
}

static int rank(const char *text)
{
	static const char *const order[] = { "goes on", "retries", "falls", "waits" };

	for (int i = 0; i < 4; i++)
		if (!strcmp(text, order[i]))
			return i;
	return -1;
}

static const char *class_of(const char *text)
{
	static const char *const names[] = { "good", "try", "fall", "wait" };
	int n = rank(text);

	return n < 0 ? "" : names[n];
}

/* The lock's usual short name. */
static const char *short_lock(const char *name)
{
	return !strncmp(name, "vma.", 4) ? "VMA" : !strncmp(name, "mm.mmap_lock", 12) ? "mmap_lock" :
	       !strcmp(name, "pgtable.lock") ? "table" : !strncmp(name, "page.", 5) ? "page" : name;
}

/* --- in short: a row an operation, a column a scheme --------------------------------------------- */

/* Every lock that is waited for in the cell, once. */
static void waits_for(FILE *out, const char *const *locks, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		bool before = false;

		for (unsigned int k = 0; k < i; k++)
			before |= !strcmp(locks[k], locks[i]);
		if (before)
			continue;
		fputs(i ? ", " : ": ", out);
		html_text(out, locks[i]);
	}
}

static void summary_cell(const struct matrix *m, const char *scheme, const char *op, const char *where, bool held_op)
{
	const char *locks[PAGE_MAX_NAMES], *worst = NULL;
	unsigned int all = 0, same = 0, nr_locks = 0;
	FILE *out = m->report->page;

	for (size_t i = 0; i < m->nr; i++) {
		const struct cell *c = &m->cell[i];

		if (c->held_op != held_op || strcmp(c->scheme, scheme) || strcmp(c->op, op) || strcmp(c->where, where))
			continue;
		all++;
		if (!worst || rank(word(c)) > rank(worst)) {
			worst = word(c);
			same = 0;
		}
		same += !strcmp(word(c), worst);
		if (!strcmp(word(c), "waits") && nr_locks < PAGE_MAX_NAMES)
			locks[nr_locks++] = short_lock(held_op ? c->fault_lock : c->op_lock);
	}
	if (!worst) {
		fputs("<td class=\"none\"></td>", out);
		return;
	}
	fprintf(out, "<td class=\"%s\">", class_of(worst));
	html_text(out, worst);
	waits_for(out, locks, nr_locks);
	if (same < all)
		fprintf(out, " (%u of %u)", same, all);
	fputs("</td>", out);
}

static bool any(const struct matrix *m, const char *op, const char *where, bool held_op)
{
	for (size_t i = 0; i < m->nr; i++)
		if (m->cell[i].held_op == held_op && !strcmp(m->cell[i].op, op) && !strcmp(m->cell[i].where, where))
			return true;
	return false;
}

static void summary(const struct matrix *m, bool held_op)
{
	FILE *out = m->report->page;

	fprintf(out, "<h3>%s</h3>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"cells matrix\">"
		"<caption>Over all points where it is held, by scheme</caption>"
		"<thead><tr><th scope=\"col\">operation</th><th scope=\"col\">fault in</th>",
		held_op ? "What a fault does while the operation is held" : "What an operation does while a fault is held");
	for (unsigned int s = 0; s < m->nr_names; s++)
		html_element(out, "th scope=\"col\"", m->name[s]);
	fputs("</tr></thead><tbody>\n", out);
	for (unsigned int o = 0; o < m->nr_ops; o++)
		for (unsigned int w = 0; w < m->nr_where; w++) {
			if (!any(m, m->op[o], m->where[w], held_op))
				continue;
			fputs("<tr>", out);
			html_element(out, "th", m->op[o]);
			html_element(out, "th", m->where[w]);
			for (unsigned int s = 0; s < m->nr_names; s++)
				summary_cell(m, m->name[s], m->op[o], m->where[w], held_op);
			fputs("</tr>\n", out);
		}
	fputs("</tbody></table></div>\n", out);
}

/* --- in full: a table a scheme, a column a point --------------------------------------------------- */

static const struct cell *find(const struct matrix *m, const char *scheme, unsigned int o, unsigned int w,
			       const char *point, bool held_op)
{
	for (size_t i = 0; i < m->nr; i++) {
		const struct cell *c = &m->cell[i];

		if (c->held_op == held_op && !strcmp(c->scheme, scheme) && !strcmp(c->op, m->op[o]) &&
		    !strcmp(c->where, m->where[w]) && !strcmp(c->point, point))
			return c;
	}
	return NULL;
}

static void full_cell(FILE *out, const struct cell *c)
{
	if (!c) {
		fputs("<td class=\"none\"></td>", out);
		return;
	}
	fprintf(out, "<td class=\"%s\">", class_of(word(c)));
	html_text(out, word(c));
	if (!strcmp(word(c), "waits")) {
		fputs(": ", out);
		html_text(out, short_lock(c->held_op ? c->fault_lock : c->op_lock));
	}
	if (!c->held_op && strcmp(c->fault_does, "goes on")) {
		fputs("; fault ", out);
		html_text(out, c->fault_does);
	}
	if (c->raced)
		fputs(", raced", out);
	if (strcmp(c->result, "done")) {
		fputs(", ", out);
		html_text(out, c->result);
	}
	fputs("</td>", out);
}

static void full(const struct matrix *m, const char *scheme, bool held_op)
{
	bool here[PAGE_MAX_NAMES] = { false };
	FILE *out = m->report->page;

	for (size_t i = 0; i < m->nr; i++)
		for (unsigned int p = 0; p < m->nr_points; p++)
			here[p] |= m->cell[i].held_op == held_op && !strcmp(m->cell[i].scheme, scheme) &&
				   !strcmp(m->cell[i].point, m->point[p]);
	fprintf(out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"cells\"><caption>%s is held at</caption><thead><tr>"
		"<th scope=\"col\">operation</th><th scope=\"col\">fault in</th>",
		held_op ? "The operation" : "A fault");
	for (unsigned int p = 0; p < m->nr_points; p++)
		if (here[p])
			html_element(out, "th scope=\"col\"", m->point[p]);
	fputs("</tr></thead><tbody>\n", out);
	for (unsigned int o = 0; o < m->nr_ops; o++)
		for (unsigned int w = 0; w < m->nr_where; w++) {
			if (!any(m, m->op[o], m->where[w], held_op))
				continue;
			fputs("<tr>", out);
			html_element(out, "th", m->op[o]);
			html_element(out, "th", m->where[w]);
			for (unsigned int p = 0; p < m->nr_points; p++)
				if (here[p])
					full_cell(out, find(m, scheme, o, w, m->point[p], held_op));
			fputs("</tr>\n", out);
		}
	fputs("</tbody></table></div>\n", out);
}

void section_matrix(struct report *report, struct reader *r, const struct at *top)
{
	struct at cells = at_array(r, top, "cells");
	struct matrix *m = calloc(1, sizeof(*m));
	FILE *out = report->page;

	measured_begin(report, r, top);
	measured_row(report, "how", "threads are held at named points; no time is taken, so that it is the same on any machine");
	measured_end(report);
	if (!m || !(m->cell = calloc(at_size(&cells) + 1, sizeof(*m->cell))))
		exit(page_no_memory());
	m->report = report;
	for (size_t i = 0; i < at_size(&cells) && !r->failed; i++) {
		struct at one = at_element(r, &cells, i);

		read_cell(m, r, &one, &m->cell[m->nr++]);
	}
	if (!m->nr)
		at_fail(r, &cells, "it is empty");
	if (!r->failed) {
		fputs("<p>The strongest of what happens over all points; \"(2 of 4)\": at so many of them. A fault that <em>falls</em>"
		      " goes on under a lower rung of its ladder, one that <em>retries</em> begins again.</p>\n", out);
		summary(m, false);
		summary(m, true);
		fputs("<h3>Point by point</h3>\n", out);
		for (unsigned int s = 0; s < m->nr_names; s++) {
			fputs("<details><summary>", out);
			html_text(out, m->name[s]);
			fputs("</summary>\n", out);
			full(m, m->name[s], false);
			full(m, m->name[s], true);
			fputs("</details>\n", out);
		}
	}
	free(m->cell);
	free(m);
}

#endif /* HAVE_JANSSON */
