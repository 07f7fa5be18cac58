/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The section of the map: reading a sweep, and the order of what is shown.
 */
#include "config.h"
#include "bench/lib/plural.h"
#include "bench/report/map.h"

#ifdef HAVE_JANSSON

#include <stdlib.h>

#include "bench/lib/stat.h"

/* --- reading -------------------------------------------------------------------------------------- */

static void read_pressure(struct map *m, unsigned int y)
{
	struct at p = at_element(m->r, &m->pressures, y);
	double us = (double)at_count(m->r, &p, "delay_ns", (u64)AT_MAX) / 1000;
	double share = at_number(m->r, &p, "episode_share");

	if (at_has(&p, "memory_share"))
		snprintf(m->y[y], sizeof(m->y[y]), "memory %.4g %%, %.4g us", 100 * at_number(m->r, &p, "memory_share"), us);
	else if (at_has(&p, "limit_share"))
		snprintf(m->y[y], sizeof(m->y[y]), "limit %.4g %%, %.4g us", 100 * at_number(m->r, &p, "limit_share"), us);
	else if (share > 0)
		snprintf(m->y[y], sizeof(m->y[y]), "episodes %.4g %%, %.4g us", 100 * share, us);
	else
		snprintf(m->y[y], sizeof(m->y[y]), "memory for all");
}

static void read_axes(struct map *m)
{
	m->nr_x = (unsigned int)at_size(&m->changes);
	m->nr_y = (unsigned int)at_size(&m->pressures);
	if (!m->nr_x || m->nr_x > MAP_MAX_AXIS || !m->nr_y || m->nr_y > MAP_MAX_AXIS)
		at_fail(m->r, &m->parameters, "an axis is empty, or too long");
	if (!at_size(&m->schemes) || at_size(&m->schemes) > 26)
		at_fail(m->r, &m->schemes, "there must be from 1 to 26");
	for (unsigned int x = 0; !m->r->failed && x < m->nr_x; x++)
		m->x[x] = at_number_element(m->r, &m->changes, x);
	for (unsigned int y = 0; !m->r->failed && y < m->nr_y; y++)
		read_pressure(m, y);
}

static void read_cells(struct map *m)
{
	for (size_t i = 0; !m->r->failed && i < at_size(&m->cells); i++) {
		struct at cell = at_element(m->r, &m->cells, i);
		u64 number = at_count(m->r, &cell, "cell", (u64)m->nr_x * m->nr_y - 1);
		unsigned int y = (unsigned int)(number / m->nr_x), x = (unsigned int)(number % m->nr_x);

		if (m->cell[y][x])
			at_fail(m->r, &cell, "the same cell is there twice");
		m->cell[y][x] = cell.j;
		m->index[y][x] = i;
	}
}

/* --- the section --------------------------------------------------------------------------------------- */

/* @param kind of colour: 'a' of an area, 's' of a line */
static void legend(const struct map *m, char kind)
{
	FILE *out = m->report->page;

	fputs("<p class=\"legend\">", out);
	for (unsigned int i = 0; i < at_size(&m->schemes); i++) {
		const char *name = at_text_element(m->r, &m->schemes, i);

		fprintf(out, "<span class=\"key\" style=\"--c:var(--%c%u)\">%c ", kind,
			page_colour(&m->report->names, name), (char)('A' + i));
		html_text(out, name);
		fputs("</span>", out);
	}
	fputs("</p>\n", out);
}

static void measured(const struct map *m)
{
	const struct at *p = &m->parameters;
	struct reader *r = m->r;
	u64 all = at_count(r, m->top, "cells_in_all", 1000000), runs = at_count(r, p, "runs", 1000000);
	u64 threads = at_count(r, p, "threads", 1000000);
	bool complete = at_bool(r, m->top, "complete");

	measured_begin(m->report, r, m->top);
	measured_row(m->report, "runs", "%llu of each scheme in each cell, interleaved; %llu thread%s, %llu faults each",
		     (unsigned long long)runs, (unsigned long long)threads, plural(threads),
		     (unsigned long long)at_count(r, p, "faults", (u64)AT_MAX));
	measured_row(m->report, "seed", "%llu", (unsigned long long)at_count(r, p, "seed", ~0ULL >> 1));
	measured_row(m->report, "baseline", "%.200s", at_text(r, p, "baseline"));
	measured_row(m->report, "machine", "episodes of %llu faults; page zeroing %s",
		     (unsigned long long)at_count(r, p, "episode_faults", 1000000000), at_bool(r, p, "page_zeroing") ? "on" : "off");
	measured_row(m->report, "cells", "%zu of %llu%s", at_size(&m->cells), (unsigned long long)all, complete ? "" : ": PARTIAL");
	measured_end(m->report);
	if (!complete)
		measured_warn(m->report, "Partial: only %zu of %llu cells are measured.", at_size(&m->cells), (unsigned long long)all);
	if (runs < STAT_MIN_RUNS)
		measured_warn(m->report, "%llu run%s: no verdict below %d (--runs).", (unsigned long long)runs, plural(runs), STAT_MIN_RUNS);
}

void section_sweep(struct report *report, struct reader *r, const struct at *top)
{
	struct map *m = calloc(1, sizeof(*m));

	if (!m)
		exit(page_no_memory());
	m->report = report;
	m->r = r;
	m->top = top;
	m->parameters = at_object(r, top, "parameters");
	m->changes = at_array(r, &m->parameters, "changes_per_fault");
	m->pressures = at_array(r, &m->parameters, "pressures");
	m->schemes = at_array(r, &m->parameters, "schemes");
	m->cells = at_array(r, top, "cells");
	m->programs = at_array(r, top, "programs");
	measured(m);
	read_axes(m);
	read_cells(m);
	if (!r->failed) {
		legend(m, 'a');
		fputs("<div class=\"plots\">\n", report->page);
		map_plot(m);
		fputs("<div>\n", report->page);
		map_tables(m);
		fputs("</div></div>\n", report->page);
		legend(m, 's');
		fputs("<div class=\"plots\">\n", report->page);
		map_plot_ratios(m);
		fputs("</div>\n", report->page);
		map_figures(m);
	}
	free(m);
}

#endif /* HAVE_JANSSON */
