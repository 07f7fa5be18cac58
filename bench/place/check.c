/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The model against a sweep: how far its ratios and its order of schemes are from what was measured.
 */
#include <math.h>
#include <stdlib.h>

#include "bench/place/place.h"
#include "bench/run/specs.h"

/* A sweep's mix: each thread in a VMA of its own, the others between any two of its faults. */
static struct place_rates rates_of(const struct sweep *s, const struct sweep_cell *c)
{
	return (struct place_rates){
		.changes = c->changes,
		.failing = c->pressure.share,
		.threads = s->threads,
		.counted = s->threads,
		.mm_moves = s->threads > 1 ? 1 - 1.0 / s->threads : 0,
	};
}

static double predict(const struct place_machine *m, const struct sweep *s,
		      const struct sweep_cell *c, const struct place_scheme *known, unsigned int i)
{
	struct place_rates r = rates_of(s, c);
	struct place_scheme p = known[i];
	struct place_machine here = *m;

	here.cost[PLACE_CPUS] = s->threads;
	here.cost[PLACE_RECLAIM] = (double)c->pressure.delay_ns;
	/* The sweep records how many faults fell, not why. */
	p.fall_other = c->column[i].fell;
	p.fall_failing = 0;
	return place_ns(&here, &r, &p);
}

static bool usable(const struct sweep_cell *c)
{
	return c->done && !c->pressure.memory;
}

/* The value of one cost at which the baseline is as measured in @c: it grows with the cost. */
static void fit(struct place_machine *m, enum place_cost cost, const struct sweep *s,
		const struct sweep_cell *c, const struct place_scheme *known)
{
	double low = 1, high = 1e9, wanted = sweep_median(s, c, s->baseline);

	while (high / low > 1.001) {
		m->cost[cost] = sqrt(low * high);
		if (predict(m, s, c, known, s->baseline) < wanted)
			low = m->cost[cost];
		else
			high = m->cost[cost];
	}
}

/* Are the intervals of two ratios disjoint? */
static bool apart(const struct stat_ratio *a, const struct stat_ratio *b)
{
	return a->high < b->low || b->high < a->low;
}

static void judge(const struct place_machine *m, const struct sweep *s, const struct sweep_cell *c,
		  const struct place_scheme *known, struct place_error *e)
{
	struct stat_ratio measured[SWEEP_MAX_COLUMNS];
	double predicted[SWEEP_MAX_COLUMNS];

	for (unsigned int i = 0; i < s->nr_schemes; i++) {
		double off;

		measured[i] = stat_ratio(c->column[i].mm_ns, c->column[s->baseline].mm_ns, s->runs);
		predicted[i] = predict(m, s, c, known, i) / predict(m, s, c, known, s->baseline);
		if (i == s->baseline)
			continue;
		off = fabs(log(predicted[i] / measured[i].ratio));
		e->ratios++;
		e->typical += off;
		e->worst = fmax(e->worst, off);
	}
	for (unsigned int i = 0; i < s->nr_schemes; i++) {
		for (unsigned int k = 0; k < i; k++) {
			if (!apart(&measured[i], &measured[k]))
				continue;
			e->pairs++;
			e->right += (measured[i].ratio < measured[k].ratio) == (predicted[i] < predicted[k]) &&
				predicted[i] != predicted[k];
		}
	}
}

int place_check(const struct sweep *s, struct place_machine *m, struct place_error *e,
		struct bench_error *err)
{
	struct scheme_chain *chain = malloc(sizeof(*chain));
	struct place_scheme known[SWEEP_MAX_COLUMNS];
	const struct sweep_cell *least = NULL, *most = NULL;
	int ret = chain ? 0 : bench_fail_memory(err, "checking the model");

	*e = (struct place_error){ 0 };
	for (unsigned int i = 0; !ret && i < s->nr_schemes; i++) {
		ret = spec_parse(chain, s->name[i], err);
		if (!ret && !place_known(chain, &known[i]))
			ret = bench_fail(err, "%s: its walks and stores are not known to the model", s->name[i]);
	}
	free(chain);
	if (ret)
		return ret;
	for (unsigned int i = 0; i < s->nr_cells; i++) {
		const struct sweep_cell *c = &s->cell[i];

		if (!usable(c) || c->pressure.share)
			continue;
		if (!c->changes)
			least = c;
		if (c->changes && (!most || c->changes > most->changes))
			most = c;
	}
	if (!least || !most || s->nr_schemes < 2)
		return bench_fail(err, "the sweep must have two schemes, and cells with memory for all, at 0 changes and at more");
	fit(m, PLACE_PAGE, s, least, known);
	fit(m, PLACE_WAKE, s, most, known);
	for (unsigned int i = 0; i < s->nr_cells; i++)
		if (usable(&s->cell[i]))
			judge(m, s, &s->cell[i], known, e);
	e->typical = exp(e->typical / e->ratios);
	e->worst = exp(e->worst);
	return 0;
}
