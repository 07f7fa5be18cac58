/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Judging several schemes at once, and saying the answer in a sentence.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/lib/plural.h"
#include "bench/lib/verdict.h"

size_t verdict_least_runs(unsigned int nr)
{
	return stat_runs_for(nr > 1 ? verdict_pairs(nr) : 1);
}

/* --- judging ---------------------------------------------------------------------------------------- */

/* Of the schemes that are level still, the one with the least p; nr: none. */
static unsigned int least_alike(const struct verdict_question *q, const struct stat_ratio *to_best, const bool *level)
{
	unsigned int at = q->nr;

	for (unsigned int i = 0; i < q->nr; i++)
		if (level[i] && !stat_is_none(to_best[i]) && (at == q->nr || to_best[i].p < to_best[at].p))
			at = i;
	return at;
}

size_t verdict_best(const struct verdict_question *q, struct verdict *v)
{
	struct stat_ratio to_best[VERDICT_MAX];
	size_t told = 0;
	unsigned int i;

	*v = (struct verdict){ .next = q->nr, .behind = STAT_ITSELF, .nr_level = q->nr, .alike = true };
	for (i = 1; i < q->nr; i++)
		if (q->median[i] < q->median[v->best])
			v->best = i;
	for (i = 0; i < q->nr; i++) {
		v->level[i] = true;
		v->gain[i] = STAT_ITSELF;
		to_best[i] = i == v->best ? STAT_ITSELF : q->ratio(q->samples, i, v->best);
	}
	/* Take from the level ones those that are told from the best, least p first. */
	while (v->nr_level > 1 && (i = least_alike(q, to_best, v->level)) < q->nr &&
	       stat_verdict(to_best[i], q->runs, stat_sentence_level(verdict_pairs(q->nr), told)) == STAT_SLOWER) {
		v->level[i] = false;
		v->nr_level--;
		told++;
		if (v->next == q->nr || to_best[i].ratio < v->behind.ratio) {
			v->next = i;
			v->behind = to_best[i];
		}
	}
	return told;
}

static void tell_from_baseline(const struct verdict_question *q, struct verdict *v, double level)
{
	for (unsigned int i = 0; i < q->nr; i++) {
		enum stat_verdict is;

		v->gain[i] = i == q->baseline ? STAT_ITSELF : q->ratio(q->samples, q->baseline, i);
		is = i == q->baseline ? STAT_CANNOT_TELL : stat_verdict(v->gain[i], q->runs, level);
		v->wins[i] = v->level[i] && is == STAT_SLOWER;
		v->loses[i] = is == STAT_FASTER;
	}
	if (!v->level[q->baseline])
		v->wins[v->best] = true;
}

static bool level_ones_alike(const struct verdict_question *q, const struct verdict *v, double level)
{
	for (unsigned int a = 0; a < q->nr; a++)
		for (unsigned int b = a + 1; v->level[a] && b < q->nr; b++)
			if (v->level[b] && stat_verdict(q->ratio(q->samples, a, b), q->runs, level) != STAT_CANNOT_TELL)
				return false;
	return true;
}

static bool any(const bool *set, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (set[i])
			return true;
	return false;
}

void verdict_judge(const struct verdict_question *q, struct verdict *v)
{
	size_t told = verdict_best(q, v);
	/* What else is told comes with no more than its share, whatever its place by p: that is the stricter way. */
	double level = stat_sentence_level(verdict_pairs(q->nr), told < verdict_pairs(q->nr) ? told : 0);

	if (q->nr < 2) {
		v->answer = VERDICT_ONE_SCHEME;
		return;
	}
	if (q->runs < verdict_least_runs(q->nr)) {
		v->answer = VERDICT_TOO_FEW_RUNS;
		return;
	}
	tell_from_baseline(q, v, level);
	v->alike = level_ones_alike(q, v, level);
	v->answer = any(v->wins, q->nr) ? VERDICT_WIN : v->nr_level < q->nr || any(v->loses, q->nr) ? VERDICT_BASELINE : VERDICT_NO_DIFFERENCE;
}

const char *verdict_answer_name(enum verdict_answer answer)
{
	static const char *const names[] = {
		[VERDICT_ONE_SCHEME] = "one scheme",
		[VERDICT_TOO_FEW_RUNS] = "too few runs",
		[VERDICT_NO_DIFFERENCE] = "no difference",
		[VERDICT_BASELINE] = "nothing beats the baseline",
		[VERDICT_WIN] = "win",
	};

	return names[answer];
}

/* --- the sentence ------------------------------------------------------------------------------------ */

/* "a, b and c" of those that @set holds.  @return how many */
static unsigned int add_names(struct sentence *t, const struct verdict_question *q, const bool *set)
{
	unsigned int nr = 0, at = 0;

	for (unsigned int i = 0; i < q->nr; i++)
		nr += set[i];
	for (unsigned int i = 0; i < q->nr; i++)
		if (set[i]) {
			at++;
			sentence_add(t, "%s%s", at == 1 ? "" : at == nr ? " and " : ", ", q->name[i]);
		}
	return nr;
}

unsigned int verdict_names(const struct verdict_question *q, const bool *set, char buf[VERDICT_SENTENCE])
{
	struct sentence t = { .buf = buf };

	buf[0] = '\0';
	return add_names(&t, q, set);
}

/* A factor whose interval is wider than this is said as the interval: the median alone would promise too much. */
#define WIDE	1.5

static void add_win(struct sentence *t, const struct verdict_question *q, const struct verdict *v)
{
	bool perhaps[VERDICT_MAX], wide = false;
	double low = INFINITY, high = 0;
	unsigned int winners = 0, others = 0;

	for (unsigned int i = 0; i < q->nr; i++)
		wide |= v->wins[i] && v->gain[i].high > WIDE * v->gain[i].low;
	for (unsigned int i = 0; i < q->nr; i++) {
		perhaps[i] = v->level[i] && !v->wins[i] && i != q->baseline;
		others += perhaps[i];
		if (!v->wins[i])
			continue;
		winners++;
		low = fmin(low, wide ? v->gain[i].low : v->gain[i].ratio);
		high = fmax(high, wide ? v->gain[i].high : v->gain[i].ratio);
	}
	add_names(t, q, v->wins);
	sentence_add(t, "%s %s", winners > 1 ? " win:" : " wins:", wide ? "somewhere from " : "");
	sentence_factors(t, low, high);
	sentence_add(t, " times as fast as %s", q->name[q->baseline]);
	if (winners > 1)
		sentence_add(t, v->alike ? "; between them the runs show no difference" : "; which of them is best the runs do not show");
	else if (!others && v->next < q->nr && v->next != q->baseline)
		sentence_add(t, ", and %.2f times as fast as the next, %s", v->behind.ratio, q->name[v->next]);
	if (others) {
		sentence_add(t, "; ");
		if (others > 3)
			sentence_add(t, "%u others", others);
		else
			add_names(t, q, perhaps);
		sentence_add(t, " may or may not be as fast: the runs do not tell");
	}
	sentence_add(t, ".");
}

static void add_slower(struct sentence *t, const struct verdict_question *q, const struct verdict *v)
{
	double low = INFINITY, high = 0;
	unsigned int nr = 0;

	for (unsigned int i = 0; i < q->nr; i++) {
		if (!v->loses[i])
			continue;
		nr++;
		low = fmin(low, 1 / v->gain[i].ratio);
		high = fmax(high, 1 / v->gain[i].ratio);
	}
	if (nr) {
		add_names(t, q, v->loses);
		sentence_add(t, nr > 1 ? " take " : " takes ");
		sentence_factors(t, low, high);
		sentence_add(t, " times as long");
	} else {
		bool behind[VERDICT_MAX];

		for (unsigned int i = 0; i < q->nr; i++)
			behind[i] = !v->level[i];
		add_names(t, q, behind);
		sentence_add(t, " fall%s behind %s, the best, which the runs do not tell from %s", q->nr - v->nr_level > 1 ? "" : "s", q->name[v->best],
		    q->name[q->baseline]);
	}
	sentence_add(t, ".");
}

static void add_no_difference(struct sentence *t, const struct verdict_question *q, const struct verdict *v)
{
	double most = 0;

	for (unsigned int i = 0; i < q->nr; i++) {
		/* Times as long, or as fast: a sentence that found a difference would give it so. */
		most = fmax(most, v->gain[i].low > 0 ? 1 / v->gain[i].low - 1 : INFINITY);
		most = fmax(most, v->gain[i].high - 1);
	}
	if (v->alike)
		sentence_add(t, "%zu runs show no difference between the schemes", q->runs);
	else
		sentence_add(t, "%zu runs show no difference from %s", q->runs, q->name[q->baseline]);
	if (isfinite(most) && most > 1)
		sentence_add(t, "; even one of a factor of %.2g could hide in them", 1 + most);
	else if (isfinite(most))
		sentence_add(t, "; one of %.*f %% could hide in them", most < 0.0095 ? 1 : 0, 100 * most);
	sentence_add(t, ".");
}

const char *verdict_sentence(const struct verdict_question *q, const struct verdict *v, const char *what,
			     enum verdict_alone alone, char buf[VERDICT_SENTENCE])
{
	struct sentence t = { .buf = buf };

	sentence_add(&t, "%s: ", what);
	if (v->answer == VERDICT_ONE_SCHEME) {
		sentence_add(&t, "there is one scheme only, and nothing to compare it with.");
		return buf;
	}
	if (alone == VERDICT_ONE_THREAD)
		sentence_add(&t, "one thread, so locking does not matter here: no fault waits for another thread.  By what the schemes "
		    "themselves cost, ");
	else if (alone == VERDICT_ONE_WORKER)
		sentence_add(&t, "replayed by one worker, so nothing is learnt of waiting.  By what the schemes themselves cost, ");
	switch (v->answer) {
	case VERDICT_ONE_SCHEME:
		break;
	case VERDICT_TOO_FEW_RUNS:
		sentence_add(&t, "%zu run%s of each cannot tell %u schemes apart: %zu are the least (--runs).", q->runs, plural(q->runs), q->nr,
		    verdict_least_runs(q->nr));
		break;
	case VERDICT_NO_DIFFERENCE:
		add_no_difference(&t, q, v);
		break;
	case VERDICT_BASELINE:
		if (v->nr_level == 1) {
			sentence_add(&t, "%s, the baseline, wins: the next, %s, takes %.2f times as long.", q->name[q->baseline],
			    q->name[v->next], v->behind.ratio);
			break;
		}
		sentence_add(&t, "the runs show nothing faster than %s; ", q->name[q->baseline]);
		add_slower(&t, q, v);
		break;
	case VERDICT_WIN:
		add_win(&t, q, v);
		break;
	}
	if (v->answer > VERDICT_TOO_FEW_RUNS && q->spread > VERDICT_UNQUIET)
		sentence_add(&t, "  The machine was not quiet: runs of one scheme differ by %.0f %%.", 100 * q->spread);
	return buf;
}
