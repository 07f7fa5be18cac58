/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The map of a sweep in words, recorded programs, and every figure.
 */
#include "config.h"
#include "bench/report/map.h"

#ifdef HAVE_JANSSON

#include "bench/lib/stat.h"

static void map_table(const struct map *m)
{
	FILE *out = m->report->page;

	fputs("<p class=\"dim\">The map in words. A=B: the runs cannot tell them apart (in the map A+3: A and three more); the number is how many"
	      " times as long the best of the others takes; grey: nobody wins alone.</p>\n<div class=\"scroll\"><table><thead><tr><th>memory \\ changes a fault</th>", out);
	for (unsigned int x = 0; x < m->nr_x; x++)
		fprintf(out, "<th>%g</th>", m->x[x]);
	fputs("</tr></thead><tbody>\n", out);
	for (unsigned int y = 0; y < m->nr_y; y++) {
		fputs("<tr>", out);
		html_element(out, "th", m->y[y]);
		for (unsigned int x = 0; x < m->nr_x; x++) {
			struct map_verdict v;

			if (!m->cell[y][x]) {
				fputs("<td class=\"dim\">not measured</td>", out);
				continue;
			}
			map_verdict(m, y, x, &v);
			if (v.told)
				fprintf(out, "<td>%s %s</td>", v.words, v.behind);
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
	fputs("<div class=\"scroll\"><table><caption>Recorded programs, by changes a fault; how often memory was short there is not"
	      " recorded</caption><thead><tr><th>program</th><th class=\"n\">faults</th><th class=\"n\">changes</th>"
	      "<th class=\"n\">changes a fault</th></tr></thead><tbody>\n", out);
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

static double median_ns(struct reader *r, const struct at *column)
{
	struct at runs = at_array(r, column, "mm_ns_per_fault");
	size_t n = at_size(&runs);
	double values[256];

	if (!n || n > 256) {
		at_fail(r, &runs, "there must be from 1 to 256 runs");
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		values[i] = at_number_element(r, &runs, i);
	return stat_median(values, n);
}

void map_figures(const struct map *m)
{
	FILE *out = m->report->page;

	fputs("<details><summary>Every scheme in every cell</summary><div class=\"scroll\"><table><thead><tr><th>memory</th>"
	      "<th class=\"n\">changes</th><th>scheme</th><th class=\"n\">ns per fault</th><th class=\"n\">ratio [95 %]</th><th></th>"
	      "<th class=\"n\">allocations refused a fault</th><th class=\"n\">faults that fell</th></tr></thead><tbody>\n", out);
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
				fputs("<th>", out);
				page_key(out, &m->report->names, at_text(m->r, &column, "scheme"));
				fputs("</th>", out);
				html_number(out, "%.0f", median_ns(m->r, &column));
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
