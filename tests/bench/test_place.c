/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What `faultline place` says of made-up runs, and which part of a recording it takes.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/place/place.h"
#include "bench/run/specs.h"
#include "tests/bench/bench_test.h"

/* --- the sentence ---------------------------------------------------------------------------------------- */

enum { BASE, LEFT, RIGHT, NR };		/* mmap_lock, per_vma_rwsem, rcu_everything */

static const double factors[] = RUN_MACHINE_FACTORS;
static const struct run_machine zen = { .name = "zen" };

struct made_up {
	struct place_options options;
	struct place place;
	struct place_point point[NR_PLACE_PACES * 3 * NR];
};

/* A program on 1, 2 and 4 CPUs where every run takes a millisecond. */
static struct made_up *make(void)
{
	struct made_up *m = calloc(1, sizeof(*m));
	struct place_program *g = &m->place.program[0];
	struct bench_error err;

	cr_assert(m);
	cr_assert_eq(specs_parse(m->options.chain, PLACE_MAX_SCHEMES, &m->options.nr_schemes, "mmap_lock,per_vma_rwsem,rcu_everything", &err), 0,
		     "%s", err.line);
	m->place.options = &m->options;
	m->place.machine = &zen;
	m->place.nr_programs = 1;
	strcpy(g->name, "prog");
	g->point = m->point;
	g->part = (struct place_part){ .faults = 100, .threads = 4, .meetings = 50, .ends_ns = 100000000 };
	g->peak_threads = 6;
	g->recorded_cpus = 2;
	g->nr_cpus = 3;
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		g->cpus[i] = 1u << i;
	for (size_t i = 0; i < ARRAY_SIZE(m->point); i++)
		for (unsigned int f = 0; f < ARRAY_SIZE(factors); f++)
			m->point[i].run[m->point[i].nr_runs++] = (struct place_run){ .seed = 1, .latencies = factors[f], .mm_ns = 1000000 };
	return m;
}

/* On the @a cpus-th number of CPUs the scheme takes so long, with each of the latencies. */
static void takes(struct made_up *m, enum place_pace pace, unsigned int cpus, unsigned int scheme, double nominal, double low, double high)
{
	struct place_point *point = place_point(&m->place, &m->place.program[0], pace, cpus, scheme);

	point->run[0].mm_ns = (u64)(1000000 * nominal);
	point->run[1].mm_ns = (u64)(1000000 * low);
	point->run[2].mm_ns = (u64)(1000000 * high);
}

static void says(const struct made_up *m, unsigned int i, const char *text)
{
	char sentence[VERDICT_SENTENCE];

	cr_assert(place_answer(&m->place, &m->place.program[0], i, sentence));
	cr_expect(strstr(sentence, text), "'%s' does not hold '%s'", sentence, text);
}

static void says_not(const struct made_up *m, unsigned int i, const char *text)
{
	char sentence[VERDICT_SENTENCE];

	cr_assert(place_answer(&m->place, &m->place.program[0], i, sentence));
	cr_expect_not(strstr(sentence, text), "'%s' holds '%s'", sentence, text);
}

Test(place, equal_samples_are_no_difference)
{
	struct made_up *m = make();

	says(m, PLACE_OWN_PACE, "prog, at its own pace: there is no difference on 1 to 4 CPUs: no scheme is 3 % from mmap_lock");
	says(m, PLACE_OWN_PACE, "the time of all its threads in the mm is 1 % of the recorded time");
	says(m, PLACE_ASAP, "prog, as soon as possible, an upper bound of contention: there is no difference");
	says(m, 2, "on zen with all latencies times 0.7 and 1.3, of 3 pairs of schemes on 4 CPUs 0 keep their order, 3 are within 3 %, 0 cannot be told");
	says(m, 3, "prog cannot use more than 4 CPUs");
	says(m, 3, "recorded on 2 CPUs, so no more than 2 of them run at once");
	free(m);
}

/* One that wins from 2 CPUs on, at one pace; what it saves, and what limits the baseline. */
Test(place, swapped_samples_swap_the_names)
{
	for (unsigned int winner = LEFT; winner <= RIGHT; winner++) {
		struct made_up *m = make();
		struct place_point *base = place_point(&m->place, &m->place.program[0], PLACE_OWN_PACE, 2, BASE);
		const char *name = m->options.chain[winner].name;
		char text[128];

		takes(m, PLACE_OWN_PACE, 1, winner, 0.8, 0.9, 0.7);
		takes(m, PLACE_OWN_PACE, 2, winner, 0.5, 0.6, 0.4);
		base->waits = (struct waits){ .at = { { "mm.mmap_lock.count", "line", 250000 } }, .nr = 1, .all_ns = 250000 };
		snprintf(text, sizeof(text), ": %s wins from 2 CPUs on: on 4, 2.00 times as fast in the mm as mmap_lock, which saves its threads, all together, 0.5 %%", name);
		says(m, PLACE_OWN_PACE, text);
		says(m, PLACE_OWN_PACE, "what limits mmap_lock is mm.mmap_lock.count (line), 25 % of its time in the mm");
		says_not(m, PLACE_OWN_PACE, m->options.chain[LEFT + RIGHT - winner].name);
		says(m, PLACE_ASAP, "there is no difference");
		says(m, 2, "2 keep their order, 1 are within 3 %, 0 cannot be told; as soon as possible 0, 3 and 0");
		free(m);
	}
}

/* Both win, one of them sooner; and one that is faster than the baseline but slower than the best does not win. */
Test(place, several_that_win_and_from_where_on)
{
	struct made_up *m = make();

	takes(m, PLACE_ASAP, 1, LEFT, 0.8, 0.8, 0.8);
	takes(m, PLACE_ASAP, 2, LEFT, 0.5, 0.5, 0.5);
	takes(m, PLACE_ASAP, 2, RIGHT, 0.51, 0.51, 0.51);
	says(m, PLACE_ASAP, ": per_vma_rwsem and rcu_everything win on 4 CPUs, per_vma_rwsem from 2 on: 1.96 to 2.00 times as fast in the mm as mmap_lock");
	says_not(m, PLACE_ASAP, "saves");
	takes(m, PLACE_ASAP, 2, RIGHT, 0.6, 0.6, 0.6);
	says(m, PLACE_ASAP, ": per_vma_rwsem wins from 2 CPUs on: on 4, 2.00 times");
	takes(m, PLACE_ASAP, 0, LEFT, 0.9, 0.9, 0.9);
	says(m, PLACE_ASAP, ": per_vma_rwsem wins from 1 CPU on, where nothing waits: on 4, 2.00 times");
	free(m);
}

/* A scheme that is ahead with some latencies, and behind or level with others, does not win. */
Test(place, an_order_that_flips_cannot_be_told)
{
	static const double high[] = { 1.2, 1.0 };

	for (size_t i = 0; i < ARRAY_SIZE(high); i++) {
		struct made_up *m = make();

		takes(m, PLACE_OWN_PACE, 2, RIGHT, 0.5, 0.5, high[i]);
		says(m, PLACE_OWN_PACE, ": cannot tell on 4 CPUs: the machine's latencies decide how rcu_everything stands to mmap_lock");
		says_not(m, PLACE_OWN_PACE, "win");
		says(m, 2, "0 keep their order, 1 are within 3 %, 2 cannot be told");
		free(m);
	}
}

/* 3 % is what the simulation resolves. */
Test(place, a_difference_below_the_resolution_is_none)
{
	struct made_up *m = make();

	takes(m, PLACE_OWN_PACE, 2, LEFT, 0.975, 0.975, 0.975);
	takes(m, PLACE_OWN_PACE, 2, RIGHT, 1.025, 1.025, 1.025);
	says(m, PLACE_OWN_PACE, "there is no difference");
	takes(m, PLACE_OWN_PACE, 2, LEFT, 0.96, 0.96, 0.96);
	says(m, PLACE_OWN_PACE, "per_vma_rwsem wins on 4 CPUs: 1.04 times");
	takes(m, PLACE_OWN_PACE, 2, LEFT, 1.04, 1.04, 1.04);
	says(m, PLACE_OWN_PACE, "nothing is ahead of mmap_lock on 4 CPUs; per_vma_rwsem takes 1.04 times as long");
	free(m);
}

Test(place, one_thread_says_that_locking_does_not_matter)
{
	struct made_up *m = make();
	struct place_program *g = &m->place.program[0];
	char sentence[VERDICT_SENTENCE];

	g->alone = true;
	g->nr_cpus = 1;
	g->peak_threads = 1;
	says(m, 0, "prog: one thread, so locking does not matter here: no fault waits for another thread. By what the schemes themselves cost, there is no difference");
	cr_expect_not(place_answer(&m->place, g, 2, sentence));
	g->peak_threads = 2;
	says(m, 0, "prog: its threads never meet in an address space, so locking does not matter here.");
	free(m);
}

/* --- several machines -------------------------------------------------------------------------------------- */

static void on_all(const struct places *ps, unsigned int i, const char *text)
{
	char sentence[VERDICT_SENTENCE];

	cr_assert(places_answer(ps, i, sentence));
	cr_expect(strstr(sentence, text), "'%s' does not hold '%s'", sentence, text);
}

Test(place, machines_agree_or_differ)
{
	static const struct run_machine xeon = { .name = "xeon" };
	struct made_up *m = make(), *other = make();
	struct places ps = { .of = { &m->place, &other->place }, .nr = 2 };
	char sentence[VERDICT_SENTENCE];

	other->place.machine = &xeon;
	on_all(&ps, 0, "prog, at its own pace: the schemes do not differ on any of the 2 machines.");
	cr_expect_not(places_answer(&ps, 2, sentence));

	takes(m, PLACE_OWN_PACE, 2, RIGHT, 0.5, 0.5, 0.5);
	on_all(&ps, 0, "it depends on the machine: on zen, rcu_everything wins; on xeon, the schemes do not differ.");
	takes(other, PLACE_OWN_PACE, 2, RIGHT, 0.5, 0.5, 0.5);
	on_all(&ps, 0, ": rcu_everything wins on all 2 machines.");
	takes(other, PLACE_OWN_PACE, 2, LEFT, 0.5, 0.5, 0.5);
	on_all(&ps, 0, ": rcu_everything wins on all 2 machines; besides per_vma_rwsem on xeon.");
	takes(other, PLACE_OWN_PACE, 2, RIGHT, 1, 1, 1);
	on_all(&ps, 0, "it depends on the machine: on zen, rcu_everything wins; on xeon, per_vma_rwsem wins.");

	takes(m, PLACE_ASAP, 2, LEFT, 2, 2, 2);
	takes(other, PLACE_ASAP, 2, LEFT, 2, 2, 2);
	on_all(&ps, 1, "prog, as soon as possible, an upper bound of contention: no scheme is ahead of mmap_lock on any of the 2 machines.");
	takes(other, PLACE_ASAP, 2, LEFT, 1, 0.5, 2);
	on_all(&ps, 1, "on zen, no scheme is ahead of mmap_lock; on xeon, which scheme wins cannot be told.");

	ps.nr = 1;
	cr_expect_not(places_answer(&ps, 0, sentence));
	free(m);
	free(other);
}

/* --- the part --------------------------------------------------------------------------------------------- */

/* The first thread faults alone, then in turn with the second, then alone again.  From 13 and from 20 on five follow each other: 13 is nearer to the middle. */
Test(place, threads_meet_most_in_the_part_that_is_timed)
{
	struct plan *plan = test_plan("# pftrace 1\n0 7 X prog\n1 7 C 8 7\n"
		"2 7 m 0 100000 3 22 ffffffff 0 7f0000000000 1\n"
		"10 7 F 7f0000000000 0 6\n" "11 7 F 7f0000001000 0 6\n" "12 7 F 7f0000002000 0 6\n" "13 8 F 7f0000003000 0 6\n"
		"20 7 F 7f0000004000 0 6\n" "21 8 F 7f0000005000 0 6\n" "22 7 F 7f0000006000 0 6\n" "23 8 p 7f0000010000 1000 1 0 1\n"
		"30 7 F 7f0000007000 0 6\n" "31 7 F 7f0000008000 0 6\n" "32 7 F 7f0000009000 0 6\n" "33 7 F 7f000000a000 0 6\n"
		"40 8 E 7\n41 7 E 7\n");
	struct place_part part;
	struct bench_error err;

	cr_assert_eq(place_choose_part(&part, plan, 5, &err), 0);
	cr_expect_eq(part.begins_ns, 13);
	cr_expect_eq(part.ends_ns, 23);
	cr_expect_eq(part.faults, 4);
	cr_expect_eq(part.calls, 1);
	cr_expect_eq(part.meetings, 5);
	cr_expect_eq(part.threads, 2);
	cr_expect_eq(part.all_faults, 11);
	cr_assert_eq(place_choose_part(&part, plan, 0, &err), 0);
	cr_expect_eq(part.faults, 11);
	cr_expect_eq(part.calls, 2);
	cr_expect_eq(part.begins_ns, 2);
	cr_expect_eq(part.ends_ns, 33);
	cr_expect_eq(part.meetings, 6);
	test_plan_free(plan);
}
