/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The model's arithmetic.
 */
#include <math.h>

#include "bench/place/model.h"

const struct place_cost_info place_costs[NR_PLACE_COSTS] = {
#define X(ID, option, key, host, kernel, meaning) [PLACE_##ID] = { option, key, meaning, host, kernel },
	PLACE_COSTS(X)
#undef X
};

void place_preset(struct place_machine *m, bool kernel)
{
	for (unsigned int i = 0; i < NR_PLACE_COSTS; i++)
		m->cost[i] = kernel ? place_costs[i].kernel : place_costs[i].host;
}

/* One customer's demand at each center, per fault. */
struct demand {
	double alone;		/* ns without meeting other threads */
	double mm_line, vma_line;	/* ns for which it keeps a line from others */
	double vma_met;		/* share of the other threads that may use the same VMA's line */
	double changes, section;	/* write sections, and ns of one, uncontended */
	double reading;		/* share of faults that hold mmap_lock for reading */
	double held, delayed, delay;	/* ns held; share of them that reclaim meanwhile, and how long */
};

static double least(double a, double b)
{
	return a < b ? a : b;
}

static unsigned int customers(const struct place_machine *m, const struct place_rates *r)
{
	return (unsigned int)fmax(1, least(m->cost[PLACE_CPUS], r->threads));
}

static struct demand demand(const struct place_machine *m, const struct place_rates *r,
			    const struct place_scheme *s)
{
	const double *c = m->cost;
	double meetings = r->changes * (r->counted > 1 ? (customers(m, r) - 1) / (r->counted - 1) : 1);
	double fell = least(1, s->fall_other + s->fall_changed * meetings +
			    s->fall_failing * r->failing);
	double tries = 1 + s->again * meetings;
	double pages = 1 + s->dropped * meetings;
	double mm_stores = tries * s->mm_stores + fell * s->below_mm_stores;
	double vma_stores = tries * s->vma_stores + fell * s->below_vma_stores +
			    r->failing * s->failing_vma_stores;
	struct demand d = { .changes = r->changes, .vma_met = r->vma_moves };

	d.mm_line = mm_stores * c[PLACE_LINE] * r->mm_moves;
	d.vma_line = vma_stores * c[PLACE_LINE] * r->vma_moves;
	d.alone = c[PLACE_TRAP] + pages * c[PLACE_PAGE] +
		  (tries * s->walks + fell * s->below_walks) * c[PLACE_WALK] +
		  r->failing * c[PLACE_RECLAIM];
	d.section = c[PLACE_SECTION] + s->grace * c[PLACE_GRACE];
	d.reading = least(1, s->holds + fell * s->below_holds);
	d.held = c[PLACE_PAGE] + c[PLACE_WALK];
	d.delayed = r->failing;
	d.delay = c[PLACE_RECLAIM];
	return d;
}

/* How much longer a fault that is found holding the lock will hold it: long holders are found more often. */
static double residual(const struct demand *d)
{
	double mean = d->held + d->delayed * d->delay;
	double square = d->held * d->held + d->delayed * d->delay * (2 * d->held + d->delay);

	return mean > 0 ? square / (2 * mean) : 0;
}

double place_ns(const struct place_machine *m, const struct place_rates *r,
		const struct place_scheme *s)
{
	struct demand d = demand(m, r, s);
	unsigned int all = customers(m, r);
	double q_mm = 0, q_vma = 0, q_write = 0, readers = 0, total = 0;
	double hold = d.held + d.delayed * d.delay;

	if (all == 1)
		d.mm_line = d.vma_line = 0;
	for (unsigned int n = 1; n <= all; n++) {
		double busy = least(1, q_write), met = least(1, readers);
		double section = d.section + met * (residual(&d) + m->cost[PLACE_WAKE]) +
				 busy * m->cost[PLACE_WAKE];
		double mm = d.mm_line * (1 + q_mm), vma = d.vma_line * (1 + d.vma_met * q_vma);
		double write = d.changes * section * (1 + q_write);
		double read = d.reading * (q_write * section + busy * m->cost[PLACE_WAKE]);

		total = d.alone + mm + vma + write + read;
		q_mm = n * mm / total;
		q_vma = n * vma / total;
		q_write = n * write / total;
		readers = n * d.reading * hold / total;
	}
	return total;
}

/* --- who would win if ------------------------------------------------------------------------------------ */

const char *place_knob_name(unsigned int knob)
{
	return knob == PLACE_CHANGES ? "changes_per_fault" :
	       knob == PLACE_FAILING ? "failing_share" : place_costs[knob].key;
}

unsigned int place_winner(const struct place_machine *m, const struct place_rates *r,
			  const struct place_scheme *s, unsigned int nr)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < nr; i++)
		if (place_ns(m, r, &s[i]) < place_ns(m, r, &s[best]) * (1 - 1e-9))
			best = i;
	return best;
}

static double *knob_of(struct place_machine *m, struct place_rates *r, unsigned int knob)
{
	return knob == PLACE_CHANGES ? &r->changes : knob == PLACE_FAILING ? &r->failing :
	       &m->cost[knob];
}

struct turned {
	struct place_machine m;
	struct place_rates r;
	const struct place_scheme *s;
	unsigned int nr, scheme, knob;
};

/* Is it the cheapest, or level with the cheapest? */
static bool wins_at(const struct turned *from, double value)
{
	struct turned t = *from;
	double mine;

	*knob_of(&t.m, &t.r, t.knob) = value;
	/* More CPUs help a program only if it has threads for them. */
	if (t.knob == PLACE_CPUS && t.r.threads < value)
		return false;
	mine = place_ns(&t.m, &t.r, &t.s[t.scheme]);
	for (unsigned int i = 0; i < t.nr; i++)
		if (place_ns(&t.m, &t.r, &t.s[i]) * (1 + PLACE_LEVEL) < mine)
			return false;
	return true;
}

/* Between @lose and @win, to a thousandth. */
static double narrow(const struct turned *t, double lose, double win)
{
	while (fabs(log(win / lose)) > 1e-3) {
		double middle = sqrt(lose * win);

		if (wins_at(t, middle))
			win = middle;
		else
			lose = middle;
	}
	return win;
}

static struct place_break_even search(const struct place_machine *m, const struct place_rates *r,
				      const struct place_scheme *s, unsigned int nr,
				      unsigned int scheme, unsigned int knob)
{
	struct turned t = { *m, *r, s, nr, scheme, knob };
	double now = *knob_of(&t.m, &t.r, knob), step = 1.05, up = now, down = now;
	struct place_break_even b = { .from = now };
	double limit = knob == PLACE_FAILING ? 1 : now > 0 ? now * 1000 : 1e7;

	if (now <= 0)
		up = down = knob >= NR_PLACE_COSTS ? 1e-6 : 0.1;
	if (wins_at(&t, now)) {
		b.found = true;
		b.to = now;
		return b;
	}
	for (unsigned int i = 0; i < 400; i++) {
		double before = up;

		up = least(up * step, limit);
		if (up > before && wins_at(&t, up)) {
			b.found = true;
			b.to = narrow(&t, before, up);
			return b;
		}
		before = down;
		if (now > 0 && down > now / 1000) {
			down /= step;
			if (wins_at(&t, down)) {
				b.found = true;
				b.to = narrow(&t, before, down);
				return b;
			}
		}
	}
	return b;
}

struct place_break_even place_break_even(const struct place_machine *m, const struct place_rates *r,
					 const struct place_scheme *s, unsigned int nr,
					 unsigned int scheme, unsigned int knob)
{
	struct place_break_even b = search(m, r, s, nr, scheme, knob);

	/* The number of CPUs is a whole number. */
	if (knob == PLACE_CPUS && b.found)
		b.to = floor(b.to);
	return b;
}
