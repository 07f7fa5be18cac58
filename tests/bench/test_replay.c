/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Replays: the recorded VMAs under every scheme, and the same end however the threads interleave.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench_test.h"
#include "tests/common/schemes.h"

static struct replay *make(const struct plan *plan, const char *spec, unsigned int workers,
			   struct scheme_chain *chain)
{
	struct replay_config config = { .chain = chain, .workers = workers };
	struct bench_error err;
	struct replay *r;
	char why[256];

	config.world = world_config_default(replay_frames(plan));
	config.world.poison = true;
	cr_assert_eq(scheme_chain_parse(chain, spec, why, sizeof(why)), 0, "%s", why);
	cr_assert_eq(replay_create(&r, plan, &config, &err), 0, "%s", err.line);
	return r;
}

static void check_clean(const struct replay_result *r)
{
	const struct world_leaks *l = &r->leaks;

	cr_assert_eq(r->unexpected, 0, "line %u: %s", r->note[0].line, r->note[0].what);
	cr_assert(!world_leaks_any(l),
		  "leaks %llu frames, %llu tables, %llu VMAs, %llu nodes, %llu anon_vmas",
		  (unsigned long long)l->frames, (unsigned long long)l->tables,
		  (unsigned long long)l->vmas, (unsigned long long)l->nodes,
		  (unsigned long long)l->anon_vmas);
}

static void check_same_end(const struct plan *plan, const struct replay_result *a,
			   const struct replay_result *b)
{
	for (u32 i = 0; i < plan->nr_spaces; i++) {
		cr_assert(a->hash_vmas[i] && a->hash_pages[i]);
		cr_assert_eq(a->hash_vmas[i], b->hash_vmas[i], "space %u ends with other VMAs", i);
		cr_assert_eq(a->hash_pages[i], b->hash_pages[i], "space %u: other contents", i);
	}
}

/* In recorded order under the baseline, then under @a scheme in recorded order and with threads. */
static void check_scheme(const struct plan *plan, const char *scheme, unsigned int workers, int runs)
{
	struct replay_result base, verify, run;
	struct scheme_chain chain, base_chain;
	struct bench_error err;
	struct replay *r;

	r = make(plan, "mmap_lock", 1, &base_chain);
	cr_assert_eq(replay_run(r, REPLAY_VERIFY, &base, &err), 0, "%s", err.line);
	replay_destroy(r);

	r = make(plan, scheme, workers, &chain);
	cr_assert_eq(replay_run(r, REPLAY_VERIFY, &verify, &err), 0, "%s", err.line);
	check_clean(&verify);
	cr_assert_eq(verify.mismatched, 0, "line %u: %s", verify.note[0].line, verify.note[0].what);
	cr_assert_eq(verify.lists_differ, 0, "line %u: %s", verify.note[0].line, verify.note[0].what);
	check_same_end(plan, &base, &verify);
	for (int i = 0; i < runs; i++) {
		cr_assert_eq(replay_run(r, REPLAY_ASAP, &run, &err), 0, "%s", err.line);
		check_clean(&run);
		check_same_end(plan, &base, &run);
		cr_assert_eq(run.stats.event[STAT_FAULT], verify.stats.event[STAT_FAULT] + run.refaults);
		replay_result_free(&run);
	}
	replay_destroy(r);
	replay_result_free(&base);
	replay_result_free(&verify);
}

static void check_shipped(const char *name, const char *scheme, u64 vmas)
{
	char *path = test_shipped(name);
	struct bench_error err;
	struct trace *t;
	struct plan *plan;

	cr_assert_eq(trace_read(&t, path, &err), 0, "%s", err.line);
	cr_assert_eq(plan_build(&plan, t, &err), 0, "%s", err.line);
	cr_assert_geq(t->nr_op[TRACE_VMA], vmas);
	check_scheme(plan, scheme, 2, 1);
	test_plan_free(plan);
	free(path);
}

static void check_random(const char *scheme)
{
	for (u64 seed = 0; seed < 12; seed++) {
		char *text = test_random_program(4, 1500, seed);
		struct plan *plan = test_plan(text);

		check_scheme(plan, scheme, 4, 4);
		test_plan_free(plan);
		free(text);
	}
}

#ifdef HAVE_LIBZSTD
#define SHIPPED(scheme_) \
	Test(scheme_, java_ends_as_recorded) { check_shipped("java", #scheme_, 1500); } \
	Test(scheme_, node_ends_as_recorded) { check_shipped("node", #scheme_, 2283); } \
	Test(scheme_, python_ends_as_recorded) { check_shipped("python", #scheme_, 335); } \
	Test(scheme_, sort_ends_as_recorded) { check_shipped("sort", #scheme_, 40); } \
	Test(scheme_, sqlite_ends_as_recorded) { check_shipped("sqlite", #scheme_, 894); }
#else
#define SHIPPED(scheme_)
#endif

#define REPLAY_TESTS(scheme_, unused_) \
	SHIPPED(scheme_) \
	Test(scheme_, random_programs_end_alike_however_they_interleave) { check_random(#scheme_); }

FOR_EACH_SCHEME(REPLAY_TESTS, 0)

/* --- the checks see what they are for --------------------------------------------------------- */

static void verify(const struct plan *plan, struct replay_result *result)
{
	struct scheme_chain chain;
	struct bench_error err;
	struct replay *r = make(plan, "mmap_lock", 1, &chain);

	cr_assert_eq(replay_run(r, REPLAY_VERIFY, result, &err), 0, "%s", err.line);
	replay_destroy(r);
}

#define HEAD "# pftrace 1\n0 1 X prog\n"

Test(sees, a_recorded_vma_that_is_other_here)
{
	static const char *const wrong[] = {
		"3 1 V 10000 3000 10000 rw-p 0 //anon\n",	/* longer */
		"3 1 V 10000 2000 10000 r--p 0 //anon\n",	/* other rights */
		"3 1 V 11000 1000 11000 rw-p 0 //anon\n",	/* begins elsewhere */
		"3 1 V 10000 2000 10000 rw-s 0 //anon\n",	/* shared */
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct replay_result result;
		struct plan *plan;
		char text[512];

		snprintf(text, sizeof(text), HEAD "1 1 m 0 2000 3 22 ffffffff 0 10000 5\n%s9 1 E 1\n",
			 wrong[i]);
		plan = test_plan(text);
		verify(plan, &result);
		cr_assert_eq(result.checked, 1);
		cr_assert_eq(result.mismatched, 1, "not seen: %s", wrong[i]);
		cr_assert_eq(result.note[0].line, 4);
		replay_result_free(&result);
		test_plan_free(plan);
	}
}

Test(sees, a_call_that_ends_otherwise)
{
	/* The recorded kernel gave 11000 to a call that demanded 10000: no kernel does. */
	struct plan *plan = test_plan(HEAD "1 1 m 10000 2000 3 32 ffffffff 0 10000 1\n"
				      "3 1 F 10000 0 6\n9 1 E 1\n");
	struct replay_result result;

	plan->event[2].sigsegv = true;	/* say that the fault was refused */
	verify(plan, &result);
	cr_assert_eq(result.unexpected, 1);
	cr_assert_eq(result.note[0].line, 4);
	replay_result_free(&result);
	test_plan_free(plan);
}

Test(sees, another_end)
{
	struct plan *a = test_plan(HEAD "1 1 m 0 2000 3 22 ffffffff 0 10000 1\n3 1 F 10000 0 6\n9 1 E 1\n");
	struct plan *b = test_plan(HEAD "1 1 m 0 2000 3 22 ffffffff 0 10000 1\n3 1 F 11000 0 6\n9 1 E 1\n");
	struct plan *c = test_plan(HEAD "1 1 m 0 3000 3 22 ffffffff 0 10000 1\n3 1 F 10000 0 6\n9 1 E 1\n");
	struct replay_result ra, rb, rc;

	verify(a, &ra);
	verify(b, &rb);
	verify(c, &rc);
	cr_assert_eq(ra.hash_vmas[0], rb.hash_vmas[0]);
	cr_assert_neq(ra.hash_pages[0], rb.hash_pages[0]);
	cr_assert_neq(ra.hash_vmas[0], rc.hash_vmas[0]);
	replay_result_free(&ra);
	replay_result_free(&rb);
	replay_result_free(&rc);
	test_plan_free(a);
	test_plan_free(b);
	test_plan_free(c);
}

/* Without its edges a random program does not end alike: so the edges are what makes it. */
Test(sees, missing_edges)
{
	int differ = 0;

	for (u64 seed = 0; seed < 40 && !differ; seed++) {
		char *text = test_random_program(4, 1500, seed);
		struct plan *plan = test_plan(text);
		struct replay_result base, run;
		struct scheme_chain chain;
		struct bench_error err;
		struct replay *r;

		verify(plan, &base);
		for (u32 i = 0; i < plan->nr_events; i++)
			if (plan->event[i].act != ACT_EXEC && plan->event[i].act != ACT_END &&
			    plan->event[i].seq > 1)
				plan->event[i].nr_edges = 0;
		r = make(plan, "mmap_lock", 4, &chain);
		cr_assert_eq(replay_run(r, REPLAY_ASAP, &run, &err), 0, "%s", err.line);
		differ = run.unexpected || run.hash_pages[0] != base.hash_pages[0] ||
			 run.hash_vmas[0] != base.hash_vmas[0];
		replay_result_free(&run);
		replay_result_free(&base);
		replay_destroy(r);
		test_plan_free(plan);
		free(text);
	}
	cr_assert(differ);
}

Test(replay, too_few_frames_are_told)
{
	struct plan *plan = test_plan(HEAD "1 1 m 0 100000 3 22 ffffffff 0 10000 1\n"
				      "3 1 F 10000 0 6\n9 1 E 1\n");
	struct scheme_chain chain;
	struct replay_config config = { .chain = &chain, .workers = 1, .world = world_config_default(64) };
	struct replay_result result;
	struct bench_error err;
	struct replay *r;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	test_plan_free(plan);
	fputs(HEAD "1 1 m 0 100000 3 22 ffffffff 0 10000 1\n", out);
	for (int i = 0; i < 200; i++)
		fprintf(out, "3 1 F %x 0 6\n", 0x10000 + i * 0x1000);
	fputs("9 1 E 1\n", out);
	fclose(out);
	plan = test_plan(text);
	cr_assert_eq(scheme_chain_build(&chain, scheme_find("mmap_lock")), 0);
	cr_assert_eq(replay_create(&r, plan, &config, &err), 0);
	cr_assert_eq(replay_run(r, REPLAY_ASAP, &result, &err), -1);
	cr_assert(strstr(err.line, "--frames"), "%s", err.line);
	/* And the world is whole again. */
	cr_assert_eq(replay_run(r, REPLAY_VERIFY, &result, &err), -1);
	replay_destroy(r);
	test_plan_free(plan);
	free(text);
}
