/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The HTML page: its frame and style, escaped text, tables, and names with a colour each.
 */
#ifndef BENCH_REPORT_PAGE_H
#define BENCH_REPORT_PAGE_H

#include <stdbool.h>
#include <stdio.h>

/** Print text escaped for HTML and its attributes. */
void html_text(FILE *out, const char *text);
/** "<TAG>text</TAG>"; the tag may have attributes. */
void html_element(FILE *out, const char *tag, const char *text);
/** A table's cell with a number, "-" for NaN. @param format of a double */
void html_number(FILE *out, const char *format, double value);

/** Up to the answer. */
void page_head(FILE *out);
/** From there to the first section; each of @a titles links to its section, in order. */
void page_contents(FILE *out, const char *const *titles, unsigned int nr);
void page_foot(FILE *out);

/** One line on stderr. @return EXIT_USAGE */
int page_no_memory(void);

/** Schemes by order of appearance: the same colour in every plot of a page. */
#define PAGE_MAX_NAMES 64
struct page_names {
	char *name[PAGE_MAX_NAMES];
	unsigned int nr;
};

/** @return the number of its colour, below PLOT_MAX_SERIES */
unsigned int page_colour(struct page_names *names, const char *name);
void page_names_free(struct page_names *names);
/** A swatch and the name, as legends and tables have it. */
void page_key(FILE *out, struct page_names *names, const char *name);

#endif /* BENCH_REPORT_PAGE_H */
