/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A table of short texts, printed with aligned columns or as Markdown.
 */
#ifndef BENCH_CLI_GRID_H
#define BENCH_CLI_GRID_H

#include <stdbool.h>
#include <stdio.h>

/** Buffer size for a cell that is written piece by piece, terminating 0 included. */
#define GRID_CELL 256

struct grid;

enum grid_style {
	GRID_TEXT,
	GRID_MARKDOWN,
	GRID_CSV,	/**< every cell quoted */
};

/**
 * An empty table; it grows with its rows and columns.
 * @return NULL: no memory; then, or if memory runs out later, printing it prints a line that says so
 */
struct grid *grid_create(void);
void grid_free(struct grid *g);

/** The same with its head, or the beginning of it: "scheme|>ns a fault", '>' where the column is aligned right. */
struct grid *grid_begin(const char *head);

/** Begin a new row; the first is the head. */
void grid_row(struct grid *g);
/**
 * The next cell of the row.  @a left: the column is aligned left (the head decides).  Control characters
 * in it are shown as '?'.
 */
void grid_cell(struct grid *g, bool left, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void grid_print(const struct grid *g, enum grid_style style, FILE *out);

/** A title over a table. */
void grid_title(const char *title, enum grid_style style, FILE *out);
/** Print it, and free it. @param title NULL: it has none */
void grid_end(struct grid *g, const char *title, enum grid_style style, FILE *out);

#endif /* BENCH_CLI_GRID_H */
