/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The answer over several machines: what holds on all of them, and what hangs on the machine.
 */
#include <string.h>

#include "bench/place/place.h"

static void add_names(struct sentence *t, const struct place *p, const bool *set)
{
	struct verdict_question q = { .nr = p->options->nr_schemes };
	char names[VERDICT_SENTENCE];

	for (unsigned int s = 0; s < q.nr; s++)
		q.name[s] = p->options->chain[s].name;
	verdict_names(&q, set, names);
	sentence_add(t, "%s", names);
}

static unsigned int number_of(const bool *set, unsigned int nr)
{
	unsigned int n = 0;

	for (unsigned int s = 0; s < nr; s++)
		n += set[s];
	return n;
}

void place_outcome(struct sentence *t, const struct place *p, const struct place_verdict *v)
{
	const char *base = p->options->chain[p->options->baseline].name;

	if (p->options->nr_schemes < 2) {
		sentence_add(t, "there is one scheme only");
	} else if (v->outcome == PLACE_WIN) {
		add_names(t, p, v->wins);
		sentence_add(t, number_of(v->wins, p->options->nr_schemes) > 1 ? " win" : " wins");
	} else {
		sentence_add(t, v->outcome == PLACE_NO_DIFFERENCE ? "the schemes do not differ" :
				v->outcome == PLACE_BASELINE ? "no scheme is ahead of %s" : "which scheme wins cannot be told", base);
	}
}

/* --- a program at a pace, over all machines ---------------------------------------------------------- */

struct over {
	const struct places *ps;
	struct place_verdict at[RUN_MAX_MACHINES];	/* on the most CPUs that it can use there */
	bool everywhere[PLACE_MAX_SCHEMES];		/* wins on each machine */
	bool all_win, same;				/* something wins on each; the outcome is the same */
};

static void judge(struct over *o, unsigned int program, enum place_pace pace)
{
	unsigned int nr = o->ps->of[0]->options->nr_schemes;

	o->all_win = o->same = true;
	for (unsigned int s = 0; s < nr; s++)
		o->everywhere[s] = true;
	for (unsigned int i = 0; i < o->ps->nr; i++) {
		const struct place *p = o->ps->of[i];
		const struct place_program *g = &p->program[program];

		place_judge(p, g, pace, g->nr_cpus - 1, &o->at[i]);
		o->all_win &= o->at[i].outcome == PLACE_WIN;
		o->same &= o->at[i].outcome == o->at[0].outcome;
		for (unsigned int s = 0; s < nr; s++)
			o->everywhere[s] &= o->at[i].wins[s];
	}
}

/* Those that win on some machine only, where some win on all. */
static void add_besides(struct sentence *t, const struct over *o)
{
	unsigned int nr = o->ps->of[0]->options->nr_schemes;
	const char *between = "; besides ";

	for (unsigned int i = 0; i < o->ps->nr; i++) {
		bool more[PLACE_MAX_SCHEMES];

		for (unsigned int s = 0; s < nr; s++)
			more[s] = o->at[i].wins[s] && !o->everywhere[s];
		if (!number_of(more, nr))
			continue;
		sentence_add(t, "%s", between);
		add_names(t, o->ps->of[i], more);
		sentence_add(t, " on %s", o->ps->of[i]->machine->name);
		between = ", ";
	}
}

static void add_each(struct sentence *t, const struct over *o)
{
	sentence_add(t, "it depends on the machine: ");
	for (unsigned int i = 0; i < o->ps->nr; i++) {
		sentence_add(t, "%son %s, ", i ? "; " : "", o->ps->of[i]->machine->name);
		place_outcome(t, o->ps->of[i], &o->at[i]);
	}
}

static void add_program(struct sentence *t, const struct over *o, const struct place_program *g, enum place_pace pace)
{
	const struct place *p = o->ps->of[0];
	unsigned int winners = number_of(o->everywhere, p->options->nr_schemes);

	sentence_add(t, "%s", g->name);
	if (g->alone)
		sentence_add(t, ", where locking does not matter: ");
	else
		sentence_add(t, ", %s: ", place_pace_text(pace));
	if (o->all_win && winners) {
		add_names(t, p, o->everywhere);
		sentence_add(t, " %s on all %u machines", winners > 1 ? "win" : "wins", o->ps->nr);
		add_besides(t, o);
	} else if (o->same && !o->all_win) {
		place_outcome(t, p, &o->at[0]);
		sentence_add(t, " on any of the %u machines", o->ps->nr);
	} else {
		add_each(t, o);
	}
	sentence_add(t, ".");
}

const char *places_answer(const struct places *ps, unsigned int i, char buf[VERDICT_SENTENCE])
{
	struct sentence t = { .buf = buf };
	struct over o = { .ps = ps };

	buf[0] = '\0';
	for (unsigned int k = 0; ps->nr > 1 && k < ps->of[0]->nr_programs; k++) {
		const struct place_program *g = &ps->of[0]->program[k];

		if (i >= place_paces(g)) {
			i -= place_paces(g);
			continue;
		}
		judge(&o, k, (enum place_pace)i);
		add_program(&t, &o, g, (enum place_pace)i);
		return buf;
	}
	return NULL;
}
