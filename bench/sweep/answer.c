/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a map says in sentences: in how many cells each scheme is among the best, on the whole and by row.
 */
#include <stdarg.h>
#include <stdio.h>

#include "bench/lib/plural.h"
#include "bench/sweep/sweep.h"

struct tally {
	unsigned int cells, nobody;		/* nobody: no scheme is told from another */
	unsigned int among[SWEEP_MAX_COLUMNS];	/* the best, with others or alone */
	unsigned int alone[SWEEP_MAX_COLUMNS];
};

static void count(const struct sweep *s, const struct sweep_cell *c, struct tally *t)
{
	struct verdict v;

	if (!c->done)
		return;
	sweep_winner(s, c, &v);
	t->cells++;
	if (v.nr_level == s->nr_schemes) {
		t->nobody++;
		return;
	}
	for (unsigned int i = 0; i < s->nr_schemes; i++)
		t->among[i] += v.level[i];
	t->alone[v.best] += v.nr_level == 1;
}

static size_t add(char *buf, size_t used, const char *format, ...) __attribute__((format(printf, 3, 4)));

static size_t add(char *buf, size_t used, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf + used, VERDICT_SENTENCE - used, format, ap);
	va_end(ap);
	used += n < 0 ? 0 : (size_t)n;
	return used < VERDICT_SENTENCE ? used : VERDICT_SENTENCE - 1;
}

/* "x in 12, y and z in 3": most first. */
static size_t add_counts(const struct sweep *s, const struct tally *t, char *buf, size_t used)
{
	bool told[SWEEP_MAX_COLUMNS] = { false };
	const char *comma = "";

	for (unsigned int n = t->cells; n; n--) {
		bool any = false;

		for (unsigned int i = 0; i < s->nr_schemes; i++) {
			if (told[i] || t->among[i] != n)
				continue;
			used = add(buf, used, "%s%s", any ? " and " : comma, s->name[i]);
			told[i] = any = true;
			comma = ", ";
		}
		if (any)
			used = add(buf, used, " in %u", n);
	}
	return used;
}

static void finish(const struct sweep *s, const struct tally *t, char *buf, size_t used)
{
	if (t->nobody == t->cells) {
		add(buf, used, "the runs tell no scheme from another.");
		return;
	}
	used = add(buf, used, "among the best are ");
	used = add_counts(s, t, buf, used);
	used = add(buf, used, " of %u cell%s", t->cells, plural(t->cells));
	if (!t->among[s->baseline])
		used = add(buf, used, "; %s in none", s->name[s->baseline]);
	if (t->nobody)
		used = add(buf, used, "; in %u the runs tell no scheme from another", t->nobody);
	add(buf, used, ".");
}

const char *sweep_answer(const struct sweep *s, unsigned int i, char buf[VERDICT_SENTENCE])
{
	struct tally t = { 0 };
	char name[64];

	if (i > s->nr_pressures || s->nr_schemes < 2)
		return NULL;
	for (unsigned int at = 0; at < s->nr_cells; at++)
		if (!i || at / s->nr_changes == i - 1)
			count(s, &s->cell[at], &t);
	if (!i && s->runs < verdict_least_runs(s->nr_schemes))
		snprintf(buf, VERDICT_SENTENCE, "The map: %u run%s of each cannot name the best of %u schemes in a cell: %zu are the least (--runs).",
			 s->runs, plural(s->runs), s->nr_schemes, verdict_least_runs(s->nr_schemes));
	else if (!i)
		finish(s, &t, buf, add(buf, 0, "The map: "));
	else if (s->runs < verdict_least_runs(s->nr_schemes))
		return NULL;
	else if (!t.cells)
		snprintf(buf, VERDICT_SENTENCE, "%s: not measured.", sweep_pressure_name(&s->cell[(i - 1) * s->nr_changes].pressure, name));
	else
		finish(s, &t, buf, add(buf, 0, "%s: ", sweep_pressure_name(&s->cell[(i - 1) * s->nr_changes].pressure, name)));
	return buf;
}
