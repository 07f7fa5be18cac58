/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the map's plots and tables read from a sweep's document: a cell, its winner, a program's place.
 */
#include "config.h"
#include "bench/report/map.h"

#ifdef HAVE_JANSSON

#include <math.h>
#include <string.h>

#include "bench/lib/stat.h"

struct at map_cell(const struct map *m, unsigned int y, unsigned int x)
{
	return at_element(m->r, &m->cells, m->index[y][x]);
}

static unsigned int scheme_number(const struct map *m, const struct at *cell, const char *name)
{
	for (size_t i = 0; i < at_size(&m->schemes); i++)
		if (!strcmp(at_text_element(m->r, &m->schemes, i), name))
			return (unsigned int)i;
	at_fail(m->r, cell, "its winner names a scheme that is not among the parameters");
	return 0;
}

double map_rate(const struct map *m, const struct at *program)
{
	double faults = (double)at_count(m->r, program, "faults", (u64)AT_MAX);
	double changes = (double)at_count(m->r, program, "changes", (u64)AT_MAX);

	return faults ? changes / faults : 0;
}

double map_median_ns(struct reader *r, const struct at *column)
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

/* Each that is neither the best nor level with it, and the one that takes longest. */
static void losers(const struct map *m, const struct at *cell, const struct at *level, struct map_verdict *v)
{
	struct at columns = at_array(m->r, cell, "columns"), best = at_element(m->r, &columns, v->best);
	double least = map_median_ns(m->r, &best), most = 0, ratio;
	size_t n = 0;

	v->losers[0] = v->last[0] = '\0';
	for (unsigned int i = 0; i < at_size(&m->schemes) && !m->r->failed; i++) {
		struct at column = at_element(m->r, &columns, i);
		bool loses = i != v->best;

		for (unsigned int k = 0; k < at_size(level); k++)
			loses &= scheme_number(m, cell, at_text_element(m->r, level, k)) != i;
		if (!loses || !(least > 0))
			continue;
		ratio = map_median_ns(m->r, &column) / least;
		if (n < sizeof(v->losers))
			n += (size_t)snprintf(v->losers + n, sizeof(v->losers) - n, "%s%c %.2f", n ? ", " : "", (char)('A' + i), ratio);
		if (ratio > most)
			snprintf(v->last, sizeof(v->last), "%c %.2f", (char)('A' + i), ratio);
		most = fmax(most, ratio);
	}
}

void map_verdict(const struct map *m, unsigned int y, unsigned int x, struct map_verdict *v)
{
	struct at cell = map_cell(m, y, x), winner = at_object(m->r, &cell, "winner");
	struct at level = at_array(m->r, &winner, "cannot_be_told_from");
	size_t n, w;

	v->best = scheme_number(m, &cell, at_text(m->r, &winner, "best"));
	v->others = (unsigned int)at_size(&level);
	n = (size_t)snprintf(v->letters, sizeof(v->letters), "%c", 'A' + v->best);
	w = (size_t)snprintf(v->words, sizeof(v->words), "%c", 'A' + v->best);
	for (unsigned int i = 0; i < v->others && i < 26; i++) {
		int letter = 'A' + (int)scheme_number(m, &cell, at_text_element(m->r, &level, i));

		w += (size_t)snprintf(v->words + w, sizeof(v->words) - w, "=%c", letter);
		if (v->others < 3)
			n += (size_t)snprintf(v->letters + n, sizeof(v->letters) - n, "=%c", letter);
	}
	if (v->others >= 3)
		snprintf(v->letters + n, sizeof(v->letters) - n, "+%u", v->others);
	v->told = at_has(&winner, "next");
	if (v->told) {
		struct measure_ratio q = measure_ratio(m->r, &winner, "next_to_best");

		v->ratio = q.ratio;
		snprintf(v->behind, sizeof(v->behind), "%.2f", q.ratio);
		losers(m, &cell, &level, v);
	} else {
		v->ratio = 1;
		v->losers[0] = v->last[0] = '\0';
		strcpy(v->behind, "?");
	}
}

#endif /* HAVE_JANSSON */
