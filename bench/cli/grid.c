/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Cells in rows, widths by column.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/grid.h"

#define MAX_ROWS 256
#define MAX_COLS 16
#define MAX_CELL GRID_CELL

struct grid {
	int rows, cols;
	bool left[MAX_COLS];
	int used[MAX_ROWS];
	char cell[MAX_ROWS][MAX_COLS][MAX_CELL];
};

struct grid *grid_create(void)
{
	return calloc(1, sizeof(struct grid));
}

void grid_free(struct grid *g)
{
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

void grid_row(struct grid *g)
{
	if (g && g->rows < MAX_ROWS)
		g->used[g->rows++] = 0;
}

void grid_cell(struct grid *g, bool left, const char *format, ...)
{
	int row, col;
	va_list ap;

	if (!g || !g->rows || g->used[g->rows - 1] == MAX_COLS)
		return;
	row = g->rows - 1;
	col = g->used[row]++;
	if (!row)
		g->left[col] = left;
	if (col >= g->cols)
		g->cols = col + 1;
	va_start(ap, format);
	vsnprintf(g->cell[row][col], MAX_CELL, format, ap);
	va_end(ap);
}

static void print_text(const struct grid *g, const int *width, FILE *out)
{
	for (int r = 0; r < g->rows; r++) {
		int last = g->cols - 1;

		while (last > 0 && !g->cell[r][last][0])
			last--;
		for (int c = 0; c <= last; c++) {
			/* No blanks at the end of a line. */
			int w = g->left[c] && c == last ? 0 : width[c];

			fprintf(out, "%s%*s", c ? "  " : "  ", g->left[c] ? -w : w, g->cell[r][c]);
		}
		fputc('\n', out);
	}
}

static void print_markdown(const struct grid *g, const int *width, FILE *out)
{
	for (int r = 0; r < g->rows; r++) {
		for (int c = 0; c < g->cols; c++) {
			fprintf(out, "| %*s", g->left[c] ? 0 : width[c] - (int)strlen(g->cell[r][c]), "");
			for (const char *text = g->cell[r][c]; *text; text++)
				fprintf(out, "%s%c", *text == '|' ? "\\" : "", *text);
			fprintf(out, "%*s ", g->left[c] ? width[c] - (int)strlen(g->cell[r][c]) : 0, "");
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
			for (const char *text = g->cell[r][c]; *text; text++) {
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
	int width[MAX_COLS] = { 0 };

	if (!g)
		return;
	for (int r = 0; r < g->rows; r++)
		for (int c = 0; c < g->cols; c++)
			if ((int)strlen(g->cell[r][c]) > width[c])
				width[c] = (int)strlen(g->cell[r][c]);
	if (style == GRID_MARKDOWN)
		print_markdown(g, width, out);
	else if (style == GRID_CSV)
		print_csv(g, out);
	else
		print_text(g, width, out);
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
