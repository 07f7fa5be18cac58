/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Sentences about samples whose answer is known: they follow the data, and say no more than it does.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/lib/verdict.h"
#include "common/mm/hash.h"

#define SCHEMES	6
#define RUNS	12

static const char *const names[SCHEMES] = { "base", "lock", "count", "seq", "rcu", "vma" };

struct samples {
	double run[SCHEMES][RUNS];
	size_t runs;
};

static struct stat_ratio ratio(const void *samples, unsigned int a, unsigned int b)
{
	const struct samples *s = samples;

	return stat_ratio(s->run[a], s->run[b], s->runs);
}

/* Each scheme at its level, with up to 2 % of noise. */
static void make(struct samples *s, const double level[SCHEMES], u64 seed)
{
	s->runs = RUNS;
	for (unsigned int i = 0; i < SCHEMES; i++)
		for (unsigned int r = 0; r < RUNS; r++)
			s->run[i][r] = level[i] * (0.98 + 0.04 * (double)(hash64(seed++) % 10000) / 10000);
}

static void judge(const struct samples *s, unsigned int nr, struct verdict *v, const char *what, enum verdict_alone alone,
		  char sentence[VERDICT_SENTENCE])
{
	struct verdict_question q = { .nr = nr, .runs = s->runs, .ratio = ratio, .samples = s };

	for (unsigned int i = 0; i < nr; i++) {
		q.name[i] = names[i];
		q.median[i] = stat_median(s->run[i], s->runs);
	}
	verdict_judge(&q, v);
	verdict_sentence(&q, v, what, alone, sentence);
}

static const double one_wins[SCHEMES] = { 100, 95, 96, 130, 70, 90 };

Test(verdict, the_winner_is_named_with_its_factor)
{
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	make(&s, one_wins, 1);
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert_eq(v.answer, VERDICT_WIN);
	cr_assert(strstr(sentence, "prog: rcu wins: 1.4"), "%s", sentence);
	cr_assert(strstr(sentence, "times as fast as base, and 1."), "%s", sentence);
	cr_assert(strstr(sentence, "the next, vma."), "%s", sentence);
}

Test(verdict, names_of_a_set)
{
	static const struct {
		bool set[3];
		const char *named;
	} cases[] = {
		{ { true, false, false }, "base" }, { { true, false, true }, "base and count" },
		{ { false, true, true }, "lock and count" }, { { true, true, true }, "base, lock and count" }, { { false, false, false }, "" },
	};
	struct verdict_question q = { .nr = 3, .name = { "base", "lock", "count" } };
	char sentence[VERDICT_SENTENCE];

	q.nr = 2;	/* the third is none of them */
	cr_expect_eq(verdict_names(&q, (const bool[]){ true, true, true }, sentence), 2);
	cr_expect_str_eq(sentence, "base and lock");
	q.nr = 3;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		sentence[0] = '\0';
		cr_expect_eq(verdict_names(&q, cases[i].set, sentence), (unsigned int)(cases[i].set[0] + cases[i].set[1] + cases[i].set[2]));
		cr_expect_str_eq(sentence, cases[i].named);
	}
}

Test(verdict, more_names_than_there_is_room_for)
{
	static struct {
		char sentence[VERDICT_SENTENCE], after[4096];
	} room;
	struct verdict_question q = { .nr = VERDICT_MAX };
	bool set[VERDICT_MAX];
	char name[128];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(room.after, 'x', sizeof(room.after));
	for (unsigned int i = 0; i < q.nr; i++) {
		q.name[i] = name;
		set[i] = true;
	}
	cr_expect_eq(verdict_names(&q, set, room.sentence), VERDICT_MAX);
	cr_expect_eq(strnlen(room.sentence, sizeof(room.sentence)), VERDICT_SENTENCE - 1);
	for (size_t i = 0; i < sizeof(room.after); i++)
		cr_assert_eq(room.after[i], 'x', "%zu bytes beyond", i);
}

Test(verdict, swapped_samples_swap_the_names)
{
	char sentence[VERDICT_SENTENCE], swapped[VERDICT_SENTENCE];
	struct samples s, t;
	struct verdict v;
	char *name;

	make(&s, one_wins, 2);
	t = s;
	memcpy(t.run[4], s.run[1], sizeof(t.run[4]));
	memcpy(t.run[1], s.run[4], sizeof(t.run[1]));
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	judge(&t, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, swapped);
	name = strstr(sentence, "rcu");
	cr_assert(name && strncmp(swapped, sentence, (size_t)(name - sentence)) == 0, "%s", swapped);
	cr_assert(strstr(swapped, "prog: lock wins: "), "%s", swapped);
	cr_assert_str_eq(strstr(swapped, " wins"), strstr(sentence, " wins"), "all else stands: %s", swapped);
}

Test(verdict, one_takes_and_two_take)
{
	static const double one_loses[SCHEMES] = { 100, 130, 100, 100, 100, 100 }, two_lose[SCHEMES] = { 100, 130, 140, 100, 100, 100 };
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	make(&s, one_loses, 5);
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_expect(strstr(sentence, "lock takes 1."), "%s", sentence);
	make(&s, two_lose, 5);
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_expect(strstr(sentence, "lock and count take 1."), "%s", sentence);
}

/* What two runs of each could hide, by the farther end of the intervals. */
static struct stat_ratio cannot_tell(const void *samples, unsigned int a, unsigned int b)
{
	const double *farther = samples;

	return a == b ? STAT_ITSELF : a < b ? (struct stat_ratio){ 1, farther[0], farther[1], 0.5 } :
					     (struct stat_ratio){ 1, 1 / farther[1], 1 / farther[0], 0.5 };
}

Test(verdict, what_could_hide)
{
	static const struct {
		double farther[2];
		const char *said;
	} cases[] = {
		{ { 0.8, 1.1 }, "; one of 25 % could hide in them." },
		{ { 0.9, 1.3 }, "; one of 30 % could hide in them." },
		{ { 0.4, 1.1 }, "; even one of a factor of 2.5 could hide in them." },
		{ { 0.996, 1.001 }, "; one of 0.4 % could hide in them." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct verdict_question q = { .nr = 2, .runs = 12, .ratio = cannot_tell, .samples = cases[i].farther,
					      .name = { "base", "lock" }, .median = { 100, 100 } };
		char sentence[VERDICT_SENTENCE];
		struct verdict v;

		verdict_judge(&q, &v);
		verdict_sentence(&q, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
		cr_expect_eq(v.answer, VERDICT_NO_DIFFERENCE);
		cr_expect(strstr(sentence, cases[i].said), "%s", sentence);
	}
}

Test(verdict, equal_samples_are_no_difference)
{
	static const double same[SCHEMES] = { 100, 100, 100, 100, 100, 100 };
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	make(&s, same, 3);
	for (unsigned int i = 1; i < SCHEMES; i++)
		memcpy(s.run[i], s.run[0], sizeof(s.run[i]));
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert_eq(v.answer, VERDICT_NO_DIFFERENCE);
	cr_assert(strstr(sentence, "12 runs show no difference"), "%s", sentence);
	/* Equal but for noise: no more than the promised 5 % of sentences may name somebody. */
	unsigned int named = 0;

	for (u64 seed = 100; seed < 130; seed++) {
		make(&s, same, seed * 1000);
		judge(&s, 3, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
		named += v.answer != VERDICT_NO_DIFFERENCE;
	}
	cr_assert_leq(named, 5, "%u of 30 sentences name somebody among equals", named);
}

/* A scheme that is three times as fast in half of its runs: what could hide is that, not how much slower it is in the others. */
Test(verdict, what_could_hide_counts_both_ways)
{
	char sentence[VERDICT_SENTENCE];
	struct samples s = { .runs = RUNS };
	struct verdict v;
	double hidden;
	char *at;

	for (unsigned int r = 0; r < RUNS; r++) {
		s.run[0][r] = 100;
		s.run[1][r] = r % 2 ? 30 + r / 10.0 : 130 + r / 10.0;
	}
	judge(&s, 2, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert_eq(v.answer, VERDICT_NO_DIFFERENCE);
	at = strstr(sentence, "a factor of ");
	cr_assert(at && sscanf(at, "a factor of %lf", &hidden) == 1, "%s", sentence);
	cr_assert(hidden > 3 && hidden < 3.4, "%s", sentence);
}

Test(verdict, half_the_runs_are_not_enough)
{
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	make(&s, one_wins, 4);
	s.runs = RUNS / 2;
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert_eq(v.answer, VERDICT_TOO_FEW_RUNS);
	cr_assert(strstr(sentence, "6 runs of each cannot tell 6 schemes apart: 10 are the least"), "%s", sentence);
	for (unsigned int i = 0; i < SCHEMES; i++)
		cr_assert(!v.wins[i] && !v.loses[i], "nobody wins or loses");
	/* Of two schemes they are. */
	judge(&s, 2, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert_eq(v.answer, VERDICT_WIN);
}

Test(verdict, winners_that_cannot_be_told_apart_are_named_together)
{
	static const double two[SCHEMES] = { 100, 100, 100, 100, 70, 70 };
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	make(&s, two, 5);
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert(v.wins[4] && v.wins[5] && v.alike);
	cr_assert(strstr(sentence, "rcu and vma win: 1.4"), "%s", sentence);
	cr_assert(strstr(sentence, "between them the runs show no difference."), "%s", sentence);
}

Test(verdict, a_scheme_that_may_or_may_not_win_is_not_called_a_winner)
{
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	/* vma is as often far below the baseline as above it. */
	make(&s, one_wins, 6);
	for (unsigned int r = 0; r < RUNS; r++)
		s.run[5][r] = r % 2 ? 60 : 140;
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert(v.wins[4] && v.level[5] && !v.wins[5]);
	cr_assert(strstr(sentence, "rcu wins: "), "%s", sentence);
	cr_assert(strstr(sentence, "; vma may or may not be as fast"), "%s", sentence);
}

Test(verdict, nothing_beats_the_baseline)
{
	static const double first[SCHEMES] = { 100, 120, 130, 140, 150, 160 }, level[SCHEMES] = { 100, 100, 100, 130, 100, 100 };
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	make(&s, first, 7);
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert(strstr(sentence, "base, the baseline, wins: the next, lock, takes 1.2"), "%s", sentence);
	make(&s, level, 8);
	judge(&s, SCHEMES, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert_eq(v.answer, VERDICT_BASELINE);
	cr_assert(strstr(sentence, "nothing faster than base; seq takes 1."), "%s", sentence);
}

Test(verdict, what_is_told_from_the_baseline_is_a_difference)
{
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	/* lock is slower than base in each round, and not told from count, the best by its median. */
	make(&s, (double[SCHEMES]){ 100, 103, 99, 100, 100, 100 }, 10);
	for (unsigned int r = 0; r < RUNS; r++) {
		s.run[1][r] = s.run[0][r] * 1.03;
		s.run[2][r] = r % 2 ? 60 : 99 + r;
	}
	judge(&s, 3, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert(v.loses[1] && v.level[0]);
	cr_assert_eq(v.answer, VERDICT_BASELINE);
	cr_assert(strstr(sentence, "nothing faster than base; lock takes 1.03 times as long"), "%s", sentence);
}

Test(verdict, a_factor_that_is_not_known_well_is_a_range)
{
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	/* base is sometimes a little, sometimes fifty times slower than rcu. */
	make(&s, one_wins, 11);
	for (unsigned int r = 0; r < RUNS; r++)
		s.run[0][r] = s.run[4][r] * (r % 2 ? 1.2 : 50);
	judge(&s, 2 + 3, &v, "prog", VERDICT_SEVERAL_THREADS, sentence);
	cr_assert_eq(v.answer, VERDICT_WIN);
	cr_assert(strstr(sentence, "somewhere from 1."), "%s", sentence);
}

Test(verdict, one_thread_says_that_locking_does_not_matter)
{
	char sentence[VERDICT_SENTENCE];
	struct samples s;
	struct verdict v;

	make(&s, one_wins, 9);
	judge(&s, SCHEMES, &v, "git", VERDICT_ONE_THREAD, sentence);
	cr_assert(strstr(sentence, "git: one thread, so locking does not matter here"), "%s", sentence);
	judge(&s, 1, &v, "git", VERDICT_ONE_THREAD, sentence);
	cr_assert(strstr(sentence, "one scheme only"), "%s", sentence);
}
