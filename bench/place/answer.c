/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The answer in sentences: what wins, from how many CPUs on, by how much, and what limits it; and what limits the answer.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/lib/plural.h"
#include "bench/place/place.h"

/* What a sentence is about. */
struct about {
	const struct place *p;
	const struct place_program *g;
	enum place_pace pace;
	unsigned int last;		/* index of the most CPUs */
	const struct place_point *point;	/* there, by scheme */
	struct place_verdict verdict;	/* there */
};

static struct about about(const struct place *p, const struct place_program *g, enum place_pace pace)
{
	struct about a = { .p = p, .g = g, .pace = pace, .last = g->nr_cpus - 1 };

	a.point = place_point(p, g, pace, a.last, 0);
	place_judge(p, g, pace, a.last, &a.verdict);
	return a;
}

const char *place_pace_text(enum place_pace pace)
{
	static const char *const texts[] = {
		[PLACE_OWN_PACE] = "at its own pace",
		[PLACE_ASAP] = "as soon as possible, an upper bound of contention",
	};

	return texts[pace];
}

const char *place_pace_name(enum place_pace pace)
{
	static const char *const names[] = { [PLACE_OWN_PACE] = "own", [PLACE_ASAP] = "asap" };

	return names[pace];
}

/* --- pieces ------------------------------------------------------------------------------------------ */

static void add_names(struct sentence *t, const struct about *a, const bool *set)
{
	struct verdict_question q = { .nr = a->p->options->nr_schemes };
	char names[VERDICT_SENTENCE];

	for (unsigned int s = 0; s < q.nr; s++)
		q.name[s] = a->p->options->chain[s].name;
	verdict_names(&q, set, names);
	sentence_add(t, "%s", names);
}

static void add_cpus(struct sentence *t, unsigned int n)
{
	sentence_add(t, "%u CPU%s", n, plural(n));
}

static const char *base_name(const struct about *a)
{
	return a->p->options->chain[a->p->options->baseline].name;
}

static double base_ns(const struct about *a)
{
	return place_mm_ns(&a->point[a->p->options->baseline]);
}

/* What the baseline waits for most. */
static void add_limit(struct sentence *t, const struct about *a)
{
	const struct waits *w = &a->point[a->p->options->baseline].waits;
	double first = (double)a->point[a->p->options->baseline].run[0].mm_ns, share = w->nr && first > 0 ? 100 * w->at[0].ns / first : 0;

	if (share < 1) {
		sentence_add(t, "; %s waits for nothing that takes 1 %% of its time in the mm", base_name(a));
		return;
	}
	sentence_add(t, "; what limits %s is %s", base_name(a), w->at[0].name);
	if (strcmp(w->at[0].name, w->at[0].kind))
		sentence_add(t, " (%s)", w->at[0].kind);
	sentence_add(t, ", %.0f %% of its time in the mm", share);
}

/* --- what wins ----------------------------------------------------------------------------------------- */

/* "win from 2 CPUs on", or "win on 8 CPUs, A from 2 on".  @return index of the number from which on all of them do */
static unsigned int add_from(struct sentence *t, const struct about *a)
{
	unsigned int nr = a->p->options->nr_schemes, winners = 0, all = 0, first = a->g->nr_cpus;
	unsigned int from[PLACE_MAX_SCHEMES];
	bool early[PLACE_MAX_SCHEMES];

	for (unsigned int s = 0; s < nr; s++) {
		from[s] = place_wins_from(a->p, a->g, a->pace, s);
		if (!a->verdict.wins[s])
			continue;
		winners++;
		all = from[s] > all ? from[s] : all;
		first = from[s] < first ? from[s] : first;
	}
	add_names(t, a, a->verdict.wins);
	sentence_add(t, winners > 1 ? " win" : " wins");
	if (a->g->nr_cpus == 1)
		return all;
	if (all == a->last) {
		sentence_add(t, " on ");
		add_cpus(t, a->g->cpus[a->last]);
	} else {
		sentence_add(t, " from ");
		add_cpus(t, a->g->cpus[all]);
		sentence_add(t, a->g->cpus[all] == 1 ? " on, where nothing waits" : " on");
	}
	if (first == all)
		return all;
	for (unsigned int s = 0; s < nr; s++)
		early[s] = a->verdict.wins[s] && from[s] == first;
	sentence_add(t, ", ");
	add_names(t, a, early);
	sentence_add(t, " from %u on", a->g->cpus[first]);
	return all;
}

static void add_win(struct sentence *t, const struct about *a)
{
	double low = INFINITY, high = 0, saved, late_ns = place_late_ns(&a->point[a->p->options->baseline]);
	unsigned int all;

	for (unsigned int s = 0; s < a->p->options->nr_schemes; s++) {
		double times = base_ns(a) / place_mm_ns(&a->point[s]);

		if (!a->verdict.wins[s])
			continue;
		low = fmin(low, times);
		high = fmax(high, times);
	}
	all = add_from(t, a);
	sentence_add(t, ": ");
	if (all < a->last)
		sentence_add(t, "on %u, ", a->g->cpus[a->last]);
	sentence_factors(t, low, high);
	sentence_add(t, " times as fast in the mm as %s", base_name(a));
	saved = 100 * (base_ns(a) - base_ns(a) / high) / place_span_ns(a->g);
	if (a->pace == PLACE_OWN_PACE && late_ns > place_span_ns(a->g) / 10)
		sentence_add(t, ", with which it cannot keep that pace: it ends %.3g ms behind", late_ns / 1e6);
	else if (a->pace == PLACE_OWN_PACE)
		sentence_add(t, saved < 0.095 ? ", which saves its threads, all together, less than 0.1 %% of the recorded time" :
			     ", which saves its threads, all together, %.1f %% of the recorded time", saved);
	add_limit(t, a);
}

static void add_no_difference(struct sentence *t, const struct about *a)
{
	bool all = true;
	struct place_verdict v;

	for (unsigned int i = 0; i < a->g->nr_cpus; i++) {
		place_judge(a->p, a->g, a->pace, i, &v);
		all &= v.outcome == PLACE_NO_DIFFERENCE;
	}
	if (a->g->nr_cpus == 1)
		sentence_add(t, "there is no difference");
	else if (all)
		sentence_add(t, "there is no difference on %u to %u CPUs", a->g->cpus[0], a->g->cpus[a->last]);
	else
		sentence_add(t, "there is no difference on %u CPUs", a->g->cpus[a->last]);
	sentence_add(t, ": no scheme is 3 %% from %s, whatever the latencies", base_name(a));
	if (a->pace == PLACE_OWN_PACE)
		sentence_add(t, ", and the time of all its threads in the mm is %.2g %% of the recorded time", 100 * base_ns(a) / place_span_ns(a->g));
}

/* @return how many */
static unsigned int add_those(struct sentence *t, const struct about *a, enum place_order order)
{
	bool set[PLACE_MAX_SCHEMES];
	unsigned int n = 0;

	for (unsigned int s = 0; s < a->p->options->nr_schemes; s++) {
		set[s] = a->verdict.to_baseline[s] == order;
		n += set[s];
	}
	if (n > 4)
		sentence_add(t, "%u schemes", n);
	else
		add_names(t, a, set);
	return n;
}

static void add_baseline(struct sentence *t, const struct about *a)
{
	double low = INFINITY, high = 0;

	for (unsigned int s = 0; s < a->p->options->nr_schemes; s++) {
		if (a->verdict.to_baseline[s] != PLACE_SLOWER)
			continue;
		low = fmin(low, place_mm_ns(&a->point[s]) / base_ns(a));
		high = fmax(high, place_mm_ns(&a->point[s]) / base_ns(a));
	}
	sentence_add(t, "nothing is ahead of %s", base_name(a));
	if (a->g->nr_cpus > 1)
		sentence_add(t, " on %u CPUs", a->g->cpus[a->last]);
	sentence_add(t, "; ");
	sentence_add(t, add_those(t, a, PLACE_SLOWER) > 1 ? " take " : " takes ");
	sentence_factors(t, low, high);
	sentence_add(t, " times as long");
}

static void add_cannot_tell(struct sentence *t, const struct about *a)
{
	unsigned int others = 0;

	sentence_add(t, "cannot tell");
	if (a->g->nr_cpus > 1)
		sentence_add(t, " on %u CPUs", a->g->cpus[a->last]);
	sentence_add(t, ": the machine's latencies decide how ");
	sentence_add(t, add_those(t, a, PLACE_UNSURE) > 1 ? " stand to %s" : " stands to %s", base_name(a));
	for (unsigned int s = 0; s < a->p->options->nr_schemes; s++)
		others += a->verdict.to_baseline[s] == PLACE_SLOWER;
	if (!others)
		sentence_add(t, ", and the others show no difference");
	add_limit(t, a);
}

static void add_outcome(struct sentence *t, const struct about *a)
{
	if (a->p->options->nr_schemes < 2) {
		sentence_add(t, "there is one scheme only, and nothing to compare it with");
		add_limit(t, a);
	} else if (a->verdict.outcome == PLACE_WIN) {
		add_win(t, a);
	} else if (a->verdict.outcome == PLACE_NO_DIFFERENCE) {
		add_no_difference(t, a);
	} else if (a->verdict.outcome == PLACE_BASELINE) {
		add_baseline(t, a);
	} else {
		add_cannot_tell(t, a);
	}
	sentence_add(t, ".");
}

/* --- what limits the answer ------------------------------------------------------------------------------ */

static void add_threads(struct sentence *t, const struct place_program *g)
{
	sentence_add(t, "%s cannot use more than ", g->name);
	add_cpus(t, g->part.threads);
	sentence_add(t, ": so many of its threads have a fault or a call in what was timed.");
	if (g->beyond)
		sentence_add(t, " That is less than %u.", g->beyond);
	if (!g->recorded_cpus)
		sentence_add(t, " The recording does not say how many CPUs it ran on: no more of its threads than that run at once at its own pace.");
	else if (g->recorded_cpus < g->part.threads)
		sentence_add(t, " It was recorded on %u CPU%s, so no more than %u of them run at once at its own pace: on more CPUs it would be between the two.",
		    g->recorded_cpus, plural(g->recorded_cpus), g->recorded_cpus);
}

static void add_stability(struct sentence *t, const struct place *p, const struct place_program *g)
{
	unsigned int pairs = p->options->nr_schemes * (p->options->nr_schemes - 1) / 2;

	for (enum place_pace pace = 0; pace < place_paces(g); pace++) {
		struct about a = about(p, g, pace);

		if (pace)
			sentence_add(t, "; as soon as possible %u, %u and %u.", a.verdict.kept, a.verdict.level, a.verdict.unsure);
		else
			sentence_add(t, "How stable that is: on %s with all latencies times 0.7 and 1.3, of %u pairs of schemes on %u CPU%s "
				     "%u keep their order, %u are within 3 %%, %u cannot be told", p->machine->name, pairs, g->cpus[a.last],
				     plural(g->cpus[a.last]), a.verdict.kept, a.verdict.level, a.verdict.unsure);
	}
	if (place_paces(g) == 1)
		sentence_add(t, ".");
}

const char *place_answer(const struct place *p, const struct place_program *g, unsigned int i, char buf[VERDICT_SENTENCE])
{
	unsigned int paces = place_paces(g);
	struct sentence t = { .buf = buf };

	buf[0] = '\0';
	if (i >= paces && p->options->nr_schemes < 2)
		i++;	/* no pairs */
	if (i < paces) {
		struct about a = about(p, g, (enum place_pace)i);

		sentence_add(&t, "%s", g->name);
		if (!g->alone)
			sentence_add(&t, ", %s: ", place_pace_text(a.pace));
		else if (g->peak_threads < 2)
			sentence_add(&t, ": one thread, so locking does not matter here: no fault waits for another thread. By what the schemes themselves cost, ");
		else
			sentence_add(&t, ": its threads never meet in an address space, so locking does not matter here. By what the schemes themselves cost, ");
		add_outcome(&t, &a);
	} else if (i == paces) {
		add_stability(&t, p, g);
	} else if (i == paces + 1 && !g->alone) {
		add_threads(&t, g);
	} else {
		return NULL;
	}
	return buf;
}
