/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Before and after as a table, and the answer in sentences.
 */
#include <stdlib.h>

#include "bench/cli/grid.h"
#include "bench/compare/against.h"

void against_free(struct against *a)
{
	if (!a)
		return;
	free(a->cases);
	free(a);
}

void against_table(const struct against *a, enum grid_style style, FILE *out)
{
	const char *bullet = style == GRID_MARKDOWN ? "- " : "  ";
	struct grid *g = grid_begin("multiples of the baseline|scheme|>before|>now|>now to before|95 % interval|verdict");

	for (unsigned int i = 0; i < a->nr; i++)
		for (unsigned int k = 0; k < a->cases[i].nr; k++) {
			const struct against_row *r = &a->cases[i].row[k];

			grid_row(g);
			grid_cell(g, true, "%s", k ? "" : a->cases[i].what);
			grid_cell(g, true, "%s", r->scheme);
			grid_cell(g, false, "%.3f", r->before);
			grid_cell(g, false, "%.3f", r->now);
			grid_cell(g, false, "%.3f", r->ratio.ratio);
			grid_cell(g, true, "%.3f - %.3f", r->ratio.low, r->ratio.high);
			grid_cell(g, true, "%s", stat_verdict_name(r->verdict));
		}
	grid_end(g, "Before and after", style, out);
	fputs(style == GRID_MARKDOWN ? "\n" : "\n", out);
	for (unsigned int i = 0; i < a->nr; i++)
		fprintf(out, "%s%s\n", bullet, a->cases[i].answer);
}
