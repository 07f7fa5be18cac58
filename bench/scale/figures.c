/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a curve says: rates, its peak, its knee, what limits it, who is ahead.
 */
#include "bench/lib/stat.h"
#include "bench/scale/scale.h"

static double at_factor(const struct scale_point *p, double factor, bool rate)
{
	double value[SCALE_MAX_RUNS];
	unsigned int nr = 0;

	for (unsigned int i = 0; i < p->nr_runs; i++)
		if (p->run[i].factor == factor)
			value[nr++] = rate ? p->run[i].faults_per_s : p->run[i].ns_per_fault;
	return nr ? stat_median(value, nr) : 0;
}

double scale_rate(const struct scale_point *p)
{
	return at_factor(p, 1, true);
}

double scale_ns(const struct scale_point *p)
{
	return at_factor(p, 1, false);
}

double scale_rate_at(const struct scale_point *p, double factor)
{
	return at_factor(p, factor, true);
}

unsigned int scale_peak(const struct scale_curve *c)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < c->nr_points; i++)
		if (scale_rate(&c->point[i]) > scale_rate(&c->point[best]))
			best = i;
	return best;
}

unsigned int scale_knee(const struct scale_curve *c)
{
	double each = c->nr_points ? scale_rate(&c->point[0]) / c->point[0].cpus : 0;

	for (unsigned int i = 1; i < c->nr_points; i++) {
		double more = scale_rate(&c->point[i]) - scale_rate(&c->point[i - 1]);

		if (more < each * (c->point[i].cpus - c->point[i - 1].cpus) / 2)
			return i - 1;
	}
	return c->nr_points ? c->nr_points - 1 : 0;
}

double scale_share_of_waiting(const struct scale_point *p)
{
	return p->waits.nr && p->waits.all_ns > 0 ? p->waits.at[0].ns / p->waits.all_ns : 0;
}

double scale_share_of_time(const struct scale_point *p)
{
	return p->waits.nr && p->thread_ns > 0 ? p->waits.at[0].ns / p->thread_ns : 0;
}

unsigned int scale_sources(const struct scale *s)
{
	return s->options->nr_workloads + s->options->nr_traces;
}

const struct scale_curve *scale_curve(const struct scale *s, unsigned int source, unsigned int scheme)
{
	return &s->curve[source * s->options->nr_schemes + scheme];
}

bool scale_ahead(const struct scale_point *a, const struct scale_point *b)
{
	for (unsigned int i = 0; i < a->nr_runs; i++)
		for (unsigned int k = 0; k < b->nr_runs; k++)
			if (a->run[i].factor == b->run[k].factor &&
			    a->run[i].faults_per_s <= RUN_MACHINE_RESOLUTION * b->run[k].faults_per_s)
				return false;
	return true;
}

/* Are all runs of the two with one another at the same latencies within the resolution? */
static bool level(const struct scale_point *a, const struct scale_point *b)
{
	for (unsigned int i = 0; i < a->nr_runs; i++)
		for (unsigned int k = 0; k < b->nr_runs; k++)
			if (a->run[i].factor == b->run[k].factor &&
			    (a->run[i].faults_per_s > RUN_MACHINE_RESOLUTION * b->run[k].faults_per_s ||
			     b->run[k].faults_per_s > RUN_MACHINE_RESOLUTION * a->run[i].faults_per_s))
				return false;
	return true;
}

struct scale_pairs scale_ranking(const struct scale *s, unsigned int source, unsigned int point)
{
	struct scale_pairs pairs = { 0 };

	for (unsigned int i = 0; i < s->options->nr_schemes; i++)
		for (unsigned int k = 0; k < i; k++) {
			const struct scale_curve *a = scale_curve(s, source, i), *b = scale_curve(s, source, k);

			if (point >= a->nr_points || point >= b->nr_points)
				continue;
			if (scale_ahead(&a->point[point], &b->point[point]) || scale_ahead(&b->point[point], &a->point[point]))
				pairs.kept++;
			else if (level(&a->point[point], &b->point[point]))
				pairs.level++;
			else
				pairs.unsure++;
		}
	return pairs;
}

const char *scale_winner(const struct scale *s, unsigned int source, unsigned int point)
{
	unsigned int all = s->options->nr_schemes, other;

	for (unsigned int a = 0; all > 1 && a < all; a++) {
		for (other = 0; other < all; other++) {
			const struct scale_curve *mine = scale_curve(s, source, a), *theirs = scale_curve(s, source, other);

			if (other == a)
				continue;
			if (point >= mine->nr_points || point >= theirs->nr_points ||
			    !scale_ahead(&mine->point[point], &theirs->point[point]))
				break;
		}
		if (other == all)
			return scale_curve(s, source, a)->scheme;
	}
	return NULL;
}
