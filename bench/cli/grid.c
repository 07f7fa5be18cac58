/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Cells in rows, widths by column.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/grid.h"
#include "bench/lib/foreign.h"

struct row {
	int used, max;
	char **cell;
};

struct grid {
	int rows, max, cols, max_cols;
	struct row *row;
	bool *left;		/* by column */
	bool no_memory;		/* memory ran out: nothing is shown */
};

struct grid *grid_create(void)
{
	return calloc(1, sizeof(struct grid));
}

void grid_free(struct grid *g)
{
	for (int r = 0; g && r < g->rows; r++) {
		for (int c = 0; c < g->row[r].used; c++)
			free(g->row[r].cell[c]);
		free(g->row[r].cell);
	}
	if (g) {
		free(g->row);
		free(g->left);
	}
	free(g);
}

struct grid *grid_begin(const char *head)
{
	struct grid *g = grid_create();

	grid_row(g);
	for (size_t n; *head; head += n + (head[n] == '|')) {
		n = strcspn(head, "|");
		grid_cell(g, *head != '>', "%.*s", (int)n - (*head == '>'), head + (*head == '>'));
	}
	return g;
}

/* Room for one more of @a nr.  @return false: no memory */
static bool room(void *array, int nr, int *max, size_t size)
{
	void *more;

	if (nr < *max)
		return true;
	more = realloc(*(void **)array, (2 * (size_t)*max + 16) * size);
	if (!more)
		return false;
	*(void **)array = more;
	*max = 2 * *max + 16;
	return true;
}

void grid_row(struct grid *g)
{
	if (!g || g->no_memory)
		return;
	g->no_memory = !room(&g->row, g->rows, &g->max, sizeof(*g->row));
	if (!g->no_memory)
		g->row[g->rows++] = (struct row){ .cell = NULL };
}

static bool add_cell(struct grid *g, bool left, char *text)
{
	struct row *row = &g->row[g->rows - 1];

	if (!text || !room(&row->cell, row->used, &row->max, sizeof(*row->cell)))
		return false;
	if (row->used == g->cols) {
		if (!room(&g->left, g->cols, &g->max_cols, sizeof(*g->left)))
			return false;
		g->left[g->cols++] = left;
	}
	row->cell[row->used++] = text;
	return true;
}

void grid_cell(struct grid *g, bool left, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	if (!g || g->no_memory || !g->rows)
		return;
	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		foreign_text(text);
	if (!add_cell(g, left, text)) {
		free(text);
		g->no_memory = true;
	}
}

static const char *cell(const struct grid *g, int r, int c)
{
	return c < g->row[r].used ? g->row[r].cell[c] : "";
}

static void print_text(const struct grid *g, const int *width, FILE *out)
{
	for (int r = 0; r < g->rows; r++) {
		int last = g->cols - 1;

		while (last > 0 && !*cell(g, r, last))
			last--;
		for (int c = 0; c <= last; c++) {
			/* No blanks at the end of a line. */
			int w = g->left[c] && c == last ? 0 : width[c];

			fprintf(out, "%s%*s", c ? "  " : "  ", g->left[c] ? -w : w, cell(g, r, c));
		}
		fputc('\n', out);
	}
}

static void print_markdown(const struct grid *g, const int *width, FILE *out)
{
	for (int r = 0; r < g->rows; r++) {
		for (int c = 0; c < g->cols; c++) {
			fprintf(out, "| %*s", g->left[c] ? 0 : width[c] - (int)strlen(cell(g, r, c)), "");
			for (const char *text = cell(g, r, c); *text; text++)
				fprintf(out, "%s%c", *text == '|' ? "\\" : "", *text);
			fprintf(out, "%*s ", g->left[c] ? width[c] - (int)strlen(cell(g, r, c)) : 0, "");
		}
		fputs("|\n", out);
		if (r)
			continue;
		for (int c = 0; c < g->cols; c++)
			fputs(g->left[c] ? "|:--" : "|--:", out);
		fputs("|\n", out);
	}
}

static void print_csv(const struct grid *g, FILE *out)
{
	for (int r = 0; r < g->rows; r++) {
		for (int c = 0; c < g->cols; c++) {
			fputs(c ? ",\"" : "\"", out);
			for (const char *text = cell(g, r, c); *text; text++) {
				if (*text == '"')
					fputc('"', out);
				fputc(*text, out);
			}
			fputc('"', out);
		}
		fputc('\n', out);
	}
}

void grid_print(const struct grid *g, enum grid_style style, FILE *out)
{
	int *width = g && !g->no_memory ? calloc((size_t)g->cols + 1, sizeof(*width)) : NULL;

	if (!width) {
		fputs("a table is missing here: not enough memory\n", out);
		return;
	}
	for (int r = 0; r < g->rows; r++)
		for (int c = 0; c < g->cols; c++)
			if ((int)strlen(cell(g, r, c)) > width[c])
				width[c] = (int)strlen(cell(g, r, c));
	if (style == GRID_MARKDOWN)
		print_markdown(g, width, out);
	else if (style == GRID_CSV)
		print_csv(g, out);
	else
		print_text(g, width, out);
	free(width);
}

void grid_title(const char *title, enum grid_style style, FILE *out)
{
	fprintf(out, style == GRID_MARKDOWN ? "\n**%s**\n\n" : "\n  %s\n", title);
}

void grid_end(struct grid *g, const char *title, enum grid_style style, FILE *out)
{
	if (title)
		grid_title(title, style, out);
	grid_print(g, style, out);
	grid_free(g);
}
