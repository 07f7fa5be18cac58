/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Text for people: control characters are removed, and tables lose nothing.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/grid.h"
#include "bench/lib/foreign.h"
#include "bench/lib/near.h"
#include "common/platform/types.h"

Test(text, what_a_terminal_would_obey_is_shown_as_a_question_mark)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "plain", "plain" },
		{ "a\033[31mb\a\r\nc\177", "a?[31mb???c?" },
		{ "\302\233" "31m", "??31m" },			/* CSI in UTF-8 */
		{ "\233" "31m", "?31m" },			/* in 8 bits */
		{ "na\303\257ve \344\270\255 \360\237\214\215", "na\303\257ve \344\270\255 \360\237\214\215" },
		{ "\303", "?" }, { "\303(", "?(" }, { "\355", "?" }, { "\377\376", "??" },
		{ "\302\240", "\302\240" },			/* no-break space is not a control character */
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[64];

		strcpy(text, cases[i].text);
		foreign_text(text);
		cr_expect_str_eq(text, cases[i].shown, "case %zu: %s", i, text);
	}
}

/* At most two wrong letters and a third of the word; the beginning of a word is nearer than any; of equals the first. */
Test(text, the_word_that_was_meant)
{
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{ "compare", "compare" }, { "comprae", "compare" }, { "conpere", "compare" }, { "conpeer", NULL },
		{ "comp", "compare" }, { "co", NULL }, { "complex", "complexity" },
		{ "swepp", "sweep" }, { "swppe", NULL }, { "mx", NULL }, { "mxp", "map" }, { "xxp", NULL },
		{ "sweeps", "sweep" }, { "nothing", NULL }, { "", NULL },
		{ "a word that is longer than any that anybody would type here", NULL },
	};
	static const char *const words[] = { "compare", "complexity", "sweep", "sweet", "map" };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct near n;
		char want[64] = "";

		near_begin(&n, cases[i].typed);
		for (size_t w = 0; w < ARRAY_SIZE(words); w++)
			near_try(&n, words[w]);
		if (cases[i].meant)
			snprintf(want, sizeof(want), "; did you mean '%s'?", cases[i].meant);
		cr_expect_str_eq(near_hint(&n), want, "%s: %s", cases[i].typed, near_hint(&n));
	}
}

static char *printed(const struct grid *g, enum grid_style style)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	grid_print(g, style, out);
	fclose(out);
	return text;
}

Test(text, a_table_shows_every_row_and_column)
{
	enum { ROWS = 1000, COLS = 70 };
	static const enum grid_style styles[] = { GRID_TEXT, GRID_MARKDOWN, GRID_CSV };
	struct grid *g = grid_create();
	char want[32];

	for (int r = 0; r < ROWS; r++) {
		grid_row(g);
		for (int c = 0; c < COLS; c++)
			grid_cell(g, c % 2, "cell%d.%d,", r, c);
	}
	for (size_t s = 0; s < ARRAY_SIZE(styles); s++) {
		char *text = printed(g, styles[s]), *at = text;

		for (int r = 0; r < ROWS; r++) {
			for (int c = 0; c < COLS; c++) {
				snprintf(want, sizeof(want), "cell%d.%d,", r, c);
				at = strstr(at, want);
				cr_assert(at, "style %zu: no %s", s, want);
			}
		}
		free(text);
	}
	grid_free(g);
}

Test(text, a_long_cell_is_whole_and_a_short_row_is_no_end)
{
	struct grid *g = grid_create();
	char cell[2000], *text;

	memset(cell, 'x', sizeof(cell) - 1);
	cell[sizeof(cell) - 1] = '\0';
	grid_row(g);
	grid_cell(g, true, "one");
	grid_row(g);
	grid_cell(g, true, "%s", cell);
	grid_cell(g, false, "b\033[2J");
	text = printed(g, GRID_TEXT);
	cr_expect(strstr(text, cell));
	cr_expect(strstr(text, "b?[2J\n"));
	cr_expect(!strchr(text, '\033'));
	free(text);
	grid_free(g);
	text = printed(NULL, GRID_TEXT);
	cr_expect_str_eq(text, "a table is missing here: not enough memory\n");
	free(text);
}
