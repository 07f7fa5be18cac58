/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the runs say: how schemes stand to each other, which win, and from how many CPUs on.
 */
#include <string.h>

#include "bench/lib/stat.h"
#include "bench/place/place.h"

static double nominal(const struct place_point *p, bool late)
{
	double value[PLACE_MAX_SEEDS * RUN_MACHINE_NR_FACTORS];
	unsigned int nr = 0;

	for (unsigned int i = 0; i < p->nr_runs; i++)
		if (p->run[i].latencies == 1)
			value[nr++] = (double)(late ? p->run[i].late_ns : p->run[i].mm_ns);
	return nr ? stat_median(value, nr) : 0;
}

double place_mm_ns(const struct place_point *point)
{
	return nominal(point, false);
}

double place_late_ns(const struct place_point *point)
{
	return nominal(point, true);
}

double place_span_ns(const struct place_program *g)
{
	return g->part.ends_ns > g->part.begins_ns ? (double)(g->part.ends_ns - g->part.begins_ns) : 1;
}

enum place_order place_order(const struct place_point *a, const struct place_point *b)
{
	bool faster = true, slower = true, level = true;

	for (unsigned int i = 0; i < a->nr_runs; i++)
		for (unsigned int k = 0; k < b->nr_runs; k++) {
			double mine = (double)a->run[i].mm_ns, theirs = (double)b->run[k].mm_ns;
			bool less = RUN_MACHINE_RESOLUTION * mine < theirs, more = mine > RUN_MACHINE_RESOLUTION * theirs;

			if (a->run[i].latencies != b->run[k].latencies)
				continue;
			faster &= less;
			slower &= more;
			level &= !less && !more;
		}
	return level ? PLACE_LEVEL : faster ? PLACE_FASTER : slower ? PLACE_SLOWER : PLACE_UNSURE;
}

static enum place_outcome outcome_of(const struct place_verdict *v, unsigned int nr)
{
	bool win = false, unsure = false, slower = false;

	for (unsigned int s = 0; s < nr; s++) {
		win |= v->wins[s];
		slower |= v->to_baseline[s] == PLACE_SLOWER;
		unsure |= v->to_baseline[s] == PLACE_UNSURE;
	}
	return win ? PLACE_WIN : unsure ? PLACE_CANNOT_TELL : slower ? PLACE_BASELINE : PLACE_NO_DIFFERENCE;
}

void place_judge(const struct place *p, const struct place_program *g, enum place_pace pace, unsigned int cpus,
		 struct place_verdict *v)
{
	unsigned int nr = p->options->nr_schemes, base = p->options->baseline;
	const struct place_point *point = place_point(p, g, pace, cpus, 0);

	memset(v, 0, sizeof(*v));
	for (unsigned int s = 1; s < nr; s++)
		if (place_mm_ns(&point[s]) < place_mm_ns(&point[v->best]))
			v->best = s;
	for (unsigned int s = 0; s < nr; s++) {
		v->to_baseline[s] = s == base ? PLACE_LEVEL : place_order(&point[s], &point[base]);
		v->wins[s] = v->to_baseline[s] == PLACE_FASTER &&
			     (s == v->best || place_order(&point[v->best], &point[s]) != PLACE_FASTER);
		for (unsigned int other = s + 1; other < nr; other++) {
			enum place_order order = place_order(&point[s], &point[other]);

			v->level += order == PLACE_LEVEL;
			v->unsure += order == PLACE_UNSURE;
			v->kept += order == PLACE_FASTER || order == PLACE_SLOWER;
		}
	}
	v->outcome = outcome_of(v, nr);
}

unsigned int place_wins_from(const struct place *p, const struct place_program *g, enum place_pace pace, unsigned int scheme)
{
	unsigned int from = g->nr_cpus;
	struct place_verdict v;

	while (from) {
		place_judge(p, g, pace, from - 1, &v);
		if (!v.wins[scheme])
			break;
		from--;
	}
	return from;
}
