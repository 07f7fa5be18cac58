/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The answer of a scaling curve in a sentence.
 */
#include <stdio.h>

#include "bench/lib/plural.h"
#include "bench/lib/sentence.h"
#include "bench/run/specs.h"
#include "bench/scale/scale.h"

/* The last point that every scheme has; SCALE_MAX_CPUS: there is none. */
static unsigned int last_point(const struct scale *s, unsigned int source)
{
	unsigned int least = SCALE_MAX_CPUS;

	for (unsigned int k = 0; k < s->options->nr_schemes; k++) {
		unsigned int nr = scale_curve(s, source, k)->nr_points;

		least = nr < least ? nr : least;
	}
	return least ? least - 1 : SCALE_MAX_CPUS;
}

static void bend(const struct scale_curve *c, char *buf, size_t size)
{
	unsigned int knee = scale_knee(c);

	if (knee + 1 >= c->nr_points)
		snprintf(buf, size, "%s has no knee up to there", c->scheme);
	else if (c->point[knee + 1].waits.nr)
		snprintf(buf, size, "%s has its knee at %u CPU%s, for %s", c->scheme, c->point[knee].cpus,
			 c->point[knee].cpus == 1 ? "" : "s", c->point[knee + 1].waits.at[0].name);
	else
		snprintf(buf, size, "%s has its knee at %u CPU%s", c->scheme, c->point[knee].cpus, c->point[knee].cpus == 1 ? "" : "s");
}

const char *scale_answer(const struct scale *s, unsigned int source, char buf[VERDICT_SENTENCE])
{
	const struct scale_options *o = s->options;
	unsigned int at = last_point(s, source), best = 0, base = specs_baseline(o->chain, o->nr_schemes), winners;
	struct verdict_question q = { .nr = o->nr_schemes };
	const struct scale_point *point[SCALE_MAX_SCHEMES];
	char names[VERDICT_SENTENCE], knee[256];
	bool level[VERDICT_MAX], wins[VERDICT_MAX];
	double gain, low = 0, high = 0;
	int n;

	buf[0] = '\0';
	if (at == SCALE_MAX_CPUS)
		return buf;
	for (unsigned int k = 0; k < q.nr; k++) {
		point[k] = &scale_curve(s, source, k)->point[at];
		q.name[k] = o->chain[k].name;
		if (scale_rate(point[k]) > scale_rate(point[best]))
			best = k;
	}
	bend(scale_curve(s, source, base), knee, sizeof(knee));
	n = snprintf(buf, VERDICT_SENTENCE, "%s on %u CPU%s: ", scale_curve(s, source, 0)->source, point[0]->cpus,
		     point[0]->cpus == 1 ? "" : "s");
	if (q.nr == 1) {
		snprintf(buf + n, (size_t)(VERDICT_SENTENCE - n), "there is one scheme only; %s.", knee);
		return buf;
	}
	for (unsigned int k = 0; k < q.nr; k++) {
		level[k] = k == best || !scale_ahead(point[best], point[k]);
		wins[k] = level[k] && scale_ahead(point[k], point[base]);
		gain = scale_rate(point[k]) / scale_rate(point[base]);
		if (!wins[k])
			continue;
		low = !low || gain < low ? gain : low;
		high = gain > high ? gain : high;
	}
	winners = verdict_names(&q, wins, names);
	if (!winners) {
		snprintf(buf + n, (size_t)(VERDICT_SENTENCE - n), "nothing is ahead of %s in every run; %s.", q.name[base], knee);
		return buf;
	}
	n += snprintf(buf + n, (size_t)(VERDICT_SENTENCE - n), "%s %s, %.3g", names, winners > 1 ? "win" : "wins", low);
	if (high > 1.005 * low && n < VERDICT_SENTENCE)
		n += snprintf(buf + n, (size_t)(VERDICT_SENTENCE - n), " to %.3g", high);
	if (n < VERDICT_SENTENCE)
		snprintf(buf + n, (size_t)(VERDICT_SENTENCE - n), " times %s's faults a second%s; %s.", q.name[base],
			 winners > 1 ? ", and none of them is ahead of another in every run" : "", knee);
	return buf;
}

const char *scale_stability(const struct scale *s, unsigned int source, char buf[VERDICT_SENTENCE])
{
	const struct scale_options *o = s->options;
	unsigned int at = last_point(s, source);
	struct sentence t = { .buf = buf };
	struct scale_pairs pairs;

	buf[0] = '\0';
	if (at == SCALE_MAX_CPUS || o->nr_factors < 2 || o->nr_schemes < 2)
		return buf;
	pairs = scale_ranking(s, source, at);
	sentence_add(&t, "How stable that is: with all latencies times");
	for (unsigned int i = 1; i < o->nr_factors; i++)
		sentence_add(&t, "%s %g", i == 1 ? "" : i + 1 == o->nr_factors ? " and" : ",", o->factor[i]);
	sentence_add(&t, ", of %u pair%s of schemes %u keep%s their order, %u %s within 3 %%, %u cannot be told.",
		     pairs.kept + pairs.level + pairs.unsure, plural(pairs.kept + pairs.level + pairs.unsure), pairs.kept,
		     pairs.kept == 1 ? "s" : "", pairs.level, pairs.level == 1 ? "is" : "are", pairs.unsure);
	return buf;
}
