/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The map of a sweep in words, recorded programs, and every figure.
 */
#include "config.h"
#include "bench/report/map.h"

#ifdef HAVE_JANSSON

static void map_table(const struct map *m)
{
	FILE *out = m->report->page;

	fputs("<p class=\"dim\">In the map: the fastest; A=B: the runs cannot tell them apart (A+3: A and three more). Below it, how many times as"
	      " long the best of the others takes: the darker, the longer. Then the one that takes longest. Grey: several win together.</p>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><table><caption>The map in words: the fastest; those that are slower, and how many times as long each"
	      " takes</caption><thead><tr><th scope=\"col\">memory \\ changes a fault</th>", out);
	for (unsigned int x = 0; x < m->nr_x; x++)
		fprintf(out, "<th scope=\"col\">%g</th>", m->x[x]);
	fputs("</tr></thead><tbody>\n", out);
	for (unsigned int y = 0; y < m->nr_y; y++) {
		fputs("<tr>", out);
		html_element(out, "th scope=\"row\"", m->y[y]);
		for (unsigned int x = 0; x < m->nr_x; x++) {
			struct map_verdict v;

			if (!m->cell[y][x]) {
				fputs("<td class=\"dim\">not measured</td>", out);
				continue;
			}
			map_verdict(m, y, x, &v);
			if (v.told)
				fprintf(out, "<td>%s<br><span class=\"dim\">%s</span></td>", v.words, v.losers);
			else
				fputs("<td>cannot tell</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void programs_table(const struct map *m)
{
	FILE *out = m->report->page;

	if (!at_size(&m->programs))
		return;
	fputs("<div class=\"scroll\" tabindex=\"0\"><table><caption>Recorded programs, by changes a fault; how often memory was short there is not"
	      " recorded</caption><thead><tr><th scope=\"col\">program</th><th scope=\"col\" class=\"n\">faults</th><th scope=\"col\" class=\"n\">changes</th>"
	      "<th scope=\"col\" class=\"n\">changes a fault</th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < at_size(&m->programs); i++) {
		struct at program = at_element(m->r, &m->programs, i);

		fputs("<tr>", out);
		html_element(out, "th", at_text(m->r, &program, "name"));
		html_number(out, "%.0f", (double)at_count(m->r, &program, "faults", (u64)AT_MAX));
		html_number(out, "%.0f", (double)at_count(m->r, &program, "changes", (u64)AT_MAX));
		html_number(out, "%.4f", map_rate(m, &program));
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

void map_figures(const struct map *m)
{
	FILE *out = m->report->page;

	fputs("<details><summary>Every scheme in every cell</summary><div class=\"scroll\" tabindex=\"0\"><table><caption>Every scheme in every cell</caption><thead><tr><th scope=\"col\">memory</th>"
	      "<th scope=\"col\" class=\"n\">changes</th><th scope=\"col\">scheme</th><th scope=\"col\" class=\"n\">ns per fault</th><th scope=\"col\" class=\"n\">ratio [95 %]</th><th scope=\"col\"></th>"
	      "<th scope=\"col\" class=\"n\">allocations refused a fault</th><th scope=\"col\" class=\"n\">faults that fell</th></tr></thead><tbody>\n", out);
	for (unsigned int y = 0; y < m->nr_y; y++)
		for (unsigned int x = 0; x < m->nr_x; x++) {
			if (!m->cell[y][x])
				continue;
			struct at cell = map_cell(m, y, x), columns = at_array(m->r, &cell, "columns");

			for (size_t i = 0; i < at_size(&columns); i++) {
				struct at column = at_element(m->r, &columns, i);
				struct measure_ratio q = measure_ratio(m->r, &column, "to_baseline");

				fputs("<tr>", out);
				html_element(out, "td", m->y[y]);
				html_number(out, "%g", m->x[x]);
				fputs("<th scope=\"row\">", out);
				page_key(out, &m->report->names, at_text(m->r, &column, "scheme"));
				fputs("</th>", out);
				measure_time(out, map_median_ns(m->r, &column));
				measure_ratio_cells(out, &q);
				html_number(out, "%.3g", at_number(m->r, &column, "failed_per_fault"));
				html_number(out, "%.3g", at_number(m->r, &column, "fell_share"));
				fputs("</tr>\n", out);
			}
		}
	fputs("</tbody></table></div></details>\n", out);
}

void map_tables(const struct map *m)
{
	map_table(m);
	programs_table(m);
}

#endif /* HAVE_JANSSON */
