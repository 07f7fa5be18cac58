/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Replays in tests, with the checks that each must pass.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/bench/bench_test.h"

struct replay *test_replay(const struct plan *plan, const char *spec, unsigned int workers,
			   struct scheme_chain *chain)
{
	struct replay_config config = { .chain = chain, .workers = workers };
	struct bench_error err;
	struct replay *r;
	char why[256];

	config.world = world_config_default(replay_frames(plan));
	config.world.poison = true;
	config.world.no_zero_page = plan->no_zero_page;
	cr_assert_eq(scheme_chain_parse(chain, spec, why, sizeof(why)), 0, "%s", why);
	cr_assert_eq(replay_create(&r, plan, &config, &err), 0, "%s", err.line);
	return r;
}

static void check_clean(const struct run_result *r, const char *spec)
{
	const struct world_leaks *l = &r->leaks;

	cr_assert_eq(r->unexpected, 0, "%s: line %u: %s", spec, r->note[0].line, r->note[0].what);
	cr_assert(!world_leaks_any(l),
		  "%s: leaks %llu frames, %llu tables, %llu VMAs, %llu nodes, %llu anon_vmas",
		  spec, (unsigned long long)l->frames, (unsigned long long)l->tables,
		  (unsigned long long)l->vmas, (unsigned long long)l->nodes,
		  (unsigned long long)l->anon_vmas);
}

static void check_same_end(const struct plan *plan, const struct run_result *a,
			   const struct run_result *b, const char *spec, bool recorded_order)
{
	for (u32 i = 0; i < plan->nr_spaces; i++) {
		cr_assert(a->hash[i].vmas);
		cr_assert_eq(a->hash[i].vmas, b->hash[i].vmas, "%s: space %u ends with other VMAs", spec, i);
		cr_assert_eq(a->hash[i].pages, b->hash[i].pages, "%s: space %u: other contents", spec, i);
		if (recorded_order || plan->space[i].ptes == PTES_ALL)
			cr_assert_eq(a->hash[i].ptes, b->hash[i].ptes, "%s: space %u: other entries", spec, i);
		if (plan->space[i].ptes != PTES_NONE)
			cr_assert_eq(a->hash[i].own_ptes, b->hash[i].own_ptes,
				     "%s: space %u: other entries of private pages", spec, i);
	}
}

static void test_scheme(const struct plan *plan, const struct run_result *base, const char *spec,
			unsigned int workers, int runs)
{
	struct run_result verify, run;
	struct scheme_chain chain;
	struct bench_error err;
	struct replay *r = test_replay(plan, spec, workers, &chain);

	cr_assert_eq(replay_run(r, REPLAY_VERIFY, &verify, &err), 0, "%s: %s", spec, err.line);
	check_clean(&verify, spec);
	cr_assert_eq(verify.mismatched + verify.lists_differ + verify.written_differ, 0, "%s: line %u: %s", spec,
		     verify.note[0].line, verify.note[0].what);
	check_same_end(plan, base, &verify, spec, true);
	for (int i = 0; i < runs; i++) {
		/* Of the last run only a part by several workers: it ends alike, too. */
		bool part = i && i == runs - 1;

		if (part)
			replay_only(r, &(struct replay_part){ .from = plan->nr_events / 3, .to = plan->nr_events / 3 * 2 });
		cr_assert_eq(replay_run(r, REPLAY_ASAP, &run, &err), 0, "%s: %s", spec, err.line);
		check_clean(&run, spec);
		check_same_end(plan, base, &run, spec, false);
		if (!part)
			cr_assert_eq(run.stats.event[STAT_FAULT], verify.stats.event[STAT_FAULT] + run.refaults);
		run_result_free(&run);
	}
	replay_destroy(r);
	run_result_free(&verify);
}

/* make check has not the time for every program under every scheme as fast as threads come. */
#define TURNS 4u

u64 test_seeds(void)
{
	return getenv("FAULTLINE_LONG") ? 2 * TURNS : TURNS;
}

void test_schemes(const struct plan *plan, unsigned int workers, int runs, unsigned int turn)
{
	bool all = getenv("FAULTLINE_LONG");
	struct run_result base;

	test_verify(plan, &base);
	for (unsigned int i = 0; schemes[i]; i++)
		test_scheme(plan, &base, schemes[i]->name, workers, all || i % TURNS == turn % TURNS ? runs : 0);
	run_result_free(&base);
}

void test_verify(const struct plan *plan, struct run_result *result)
{
	struct scheme_chain chain;
	struct bench_error err;
	struct replay *r = test_replay(plan, "mmap_lock", 1, &chain);

	cr_assert_eq(replay_run(r, REPLAY_VERIFY, result, &err), 0, "%s", err.line);
	replay_destroy(r);
}
