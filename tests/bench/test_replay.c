/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Replays: the recorded VMAs under every scheme, and the same end however the threads interleave or wait for a disk.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "config.h"
#include "tests/bench/bench_test.h"

static void check_shipped(const char *name, u64 vmas, unsigned int turn)
{
	char *path = test_shipped(name);
	struct bench_error err;
	struct trace *t;
	struct plan *plan;

	cr_assert_eq(trace_read(&t, path, &err), 0, "%s", err.line);
	cr_assert_eq(plan_build(&plan, t, false, &err), 0, "%s", err.line);
	cr_assert_geq(t->nr_op[TRACE_VMA], vmas);
	test_schemes(plan, 2, 1, turn);
	test_plan_free(plan);
	free(path);
}

#ifdef HAVE_LIBZSTD
Test(replay, java_ends_as_recorded) { check_shipped("java", 1500, 0); }
Test(replay, node_ends_as_recorded) { check_shipped("node", 2283, 1); }
Test(replay, python_ends_as_recorded) { check_shipped("python", 335, 2); }
Test(replay, sort_ends_as_recorded) { check_shipped("sort", 40, 3); }
Test(replay, sqlite_ends_as_recorded) { check_shipped("sqlite", 894, 0); }
#endif

Test(replay, random_programs_end_alike_however_they_interleave)
{
	for (u64 seed = 0; seed < test_seeds(); seed++) {
		char *text = test_random_program(4, 1500, seed);
		struct plan *plan = test_plan(text);

		test_schemes(plan, 4, 4, (unsigned int)seed);
		test_plan_free(plan);
		free(text);
	}
}

/* --- short memory, and who waits for the disk ---------------------------------------------------- */

#define NR_POLICIES (IO_FILE_HOLD + 1u)

/* A replay in too little memory.  What private pages hold does not depend on what was reclaimed; entries do, and so do files' pages. */
static void replay_short(const struct plan *plan, const char *spec, enum io_policy io, enum replay_mode mode,
			 struct run_result *result)
{
	struct scheme_chain chain;
	struct replay_config config = { .chain = &chain, .workers = 2 };
	struct bench_error err;
	struct replay *r;
	char why[256];

	config.world = world_config_default(replay_frames(plan) / 8 + 256);
	config.world.no_zero_page = plan->no_zero_page;
	config.world.reclaim = true;
	config.world.page_batch = 4;	/* else threads' own lists hold most frames */
	config.world.swap_slots = replay_frames(plan);
	config.world.io = io;
	cr_assert_eq(scheme_chain_parse(&chain, spec, why, sizeof(why)), 0, "%s", why);
	cr_assert_eq(replay_create(&r, plan, &config, &err), 0, "%s", err.line);
	cr_assert_eq(replay_run(r, mode, result, &err), 0, "%s, policy %u: %s", spec, io, err.line);
	cr_assert_eq(result->unexpected, 0, "%s, policy %u: line %u: %s", spec, io, result->note[0].line,
		     result->note[0].what);
	cr_assert(!world_leaks_any(&result->leaks), "%s, policy %u: a leak", spec, io);
	replay_destroy(r);
}

/*
 * Under a scheme whose faults hold a lock: the run waited for pages, with its lock or without as the policy says.  A
 * recorded fault is a page's first touch, so it waits for a file and hardly for swap.
 */
static void check_policy_acts(const struct run_result *r, const char *spec, enum io_policy io)
{
	bool holds = io == IO_HOLD || io == IO_FILE_HOLD;

	cr_assert(r->stats.event[STAT_PAGE_RECLAIMED], "%s: memory is not short", spec);
	cr_assert(r->stats.event[holds ? STAT_FAULT_IO_HELD : STAT_FAULT_IO_RETRY], "%s, policy %u: no fault waits", spec, io);
	cr_assert(io != IO_HOLD || !r->stats.event[STAT_FAULT_IO_RETRY], "%s: a fault lets go of its lock", spec);
}

static void check_alike(const struct plan *plan, const struct run_result *base, unsigned int scheme, enum io_policy io)
{
	const char *spec = schemes[scheme]->name;
	struct run_result run;

	replay_short(plan, spec, io, REPLAY_ASAP, &run);
	if (!scheme || schemes[scheme]->vma_tryread)
		check_policy_acts(&run, spec, io);
	for (u32 i = 0; i < plan->nr_spaces; i++) {
		cr_assert_eq(base->hash[i].vmas, run.hash[i].vmas, "%s, policy %u: space %u ends with other VMAs", spec, io, i);
		cr_assert_eq(base->hash[i].pages, run.hash[i].pages, "%s, policy %u: space %u: other contents", spec, io, i);
	}
	run_result_free(&run);
}

/*
 * Each scheme with one policy, and with the next for the next @turn: with four turns each with each.  make check has the
 * time for one program and two of them.
 */
static void check_policies(const char *name, unsigned int turn)
{
	bool all = getenv("FAULTLINE_LONG");
	struct run_result base;
	struct bench_error err;
	struct trace *t;
	struct plan *plan;
	char *path;

	if (!all && strcmp(name, "sqlite"))
		return;
	path = test_shipped(name);
	cr_assert_eq(trace_read(&t, path, &err), 0, "%s", err.line);
	cr_assert_eq(plan_build(&plan, t, false, &err), 0, "%s", err.line);
	replay_short(plan, "mmap_lock", IO_RETRY_MMAP, REPLAY_VERIFY, &base);
	for (unsigned int i = 0; schemes[i] && (all || i < 2); i++)
		check_alike(plan, &base, i, (i + turn) % NR_POLICIES);
	run_result_free(&base);
	test_plan_free(plan);
	free(path);
}

#ifdef HAVE_LIBZSTD
Test(short_memory, java_ends_alike_under_each_io_policy) { check_policies("java", 0); }
Test(short_memory, node_ends_alike_under_each_io_policy) { check_policies("node", 1); }
Test(short_memory, python_ends_alike_under_each_io_policy) { check_policies("python", 2); }
Test(short_memory, sort_ends_alike_under_each_io_policy) { check_policies("sort", 3); }
Test(short_memory, sqlite_ends_alike_under_each_io_policy) { check_policies("sqlite", 1); }
#endif

/* --- the checks fail on planted faults --------------------------------------------------------- */

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
		struct run_result result;
		struct plan *plan;
		char text[512];

		snprintf(text, sizeof(text), HEAD "1 1 m 0 2000 3 22 ffffffff 0 10000 5\n%s9 1 E 1\n",
			 wrong[i]);
		plan = test_plan(text);
		test_verify(plan, &result);
		cr_assert_eq(result.checked, 1);
		cr_assert_eq(result.mismatched, 1, "not seen: %s", wrong[i]);
		cr_assert_eq(result.note[0].line, 4);
		run_result_free(&result);
		test_plan_free(plan);
	}
}

Test(sees, more_than_it_notes)
{
	struct run_result result;
	char text[2048] = HEAD;
	struct plan *plan;

	for (unsigned int i = 0; i < RUN_MAX_NOTES + 2; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%u 1 m 0 1000 3 22 ffffffff 0 %x 1\n%u 1 V %x 1000 %x r--p 0 //anon\n",
			 i + 1, 0x10000 + 0x2000 * i, i + 1, 0x10000 + 0x2000 * i, 0x10000 + 0x2000 * i);
	strcat(text, "99 1 E 1\n");
	plan = test_plan(text);
	test_verify(plan, &result);
	cr_assert_eq(result.mismatched, RUN_MAX_NOTES + 2);
	cr_assert_eq(result.nr_notes, RUN_MAX_NOTES);
	for (unsigned int i = 0; i < RUN_MAX_NOTES; i++)
		cr_assert_eq(result.note[i].line, 4 + 2 * i, "%u", result.note[i].line);
	run_result_free(&result);
	test_plan_free(plan);
}

/*
 * Two pages read in with a hole between, then the hole is mapped.  With a zero page nothing
 * has an anon_vma, and all is one VMA; without, each read made one, and only the first joins.
 */
#define READS	"0 1 X prog\n1 1 C 2 1\n1 1 m 0 1000 3 22 ffffffff 0 10000 1\n2 1 F 10000 0 4\n" \
		"3 2 m 0 1000 3 22 ffffffff 0 12000 1\n4 2 F 12000 0 4\n5 1 m 0 1000 3 22 ffffffff 0 11000 5\n"

static u64 mismatched(const char *text, bool no_zero_page, unsigned int turn)
{
	struct run_result result;
	struct trace *t = test_trace(text);
	struct bench_error err;
	struct plan *plan;
	u64 nr;

	cr_assert_eq(plan_build(&plan, t, no_zero_page, &err), 0, "%s", err.line);
	test_verify(plan, &result);
	cr_assert_eq(result.checked, 1);
	nr = result.mismatched;
	if (!nr)
		test_schemes(plan, 2, 4, turn);
	run_result_free(&result);
	test_plan_free(plan);
	return nr;
}

Test(replay, zero_page_or_none_as_the_trace_or_the_caller_says)
{
	static const char one[] = "5 1 V 10000 3000 10000 rw-p 0 //anon\n8 1 E 1\n9 2 E 1\n";
	static const char two[] = "5 1 V 10000 2000 10000 rw-p 0 //anon\n8 1 E 1\n9 2 E 1\n";
	unsigned int turn = 0;
	char text[1024];

	for (int end = 0; end < 2; end++) {
		for (int said = 0; said < 3; said++) {
			static const char *const head[] = { "", "# zero-page yes\n", "# zero-page no\n" };

			snprintf(text, sizeof(text), "# pftrace 1\n%s" READS "%s", head[said], end ? two : one);
			cr_assert_eq(mismatched(text, false, turn++), end != (said == 2), "%s", text);
			cr_assert_eq(mismatched(text, true, turn++), !end, "%s", text);
		}
	}
}

Test(sees, a_call_that_ends_otherwise)
{
	/* The recorded kernel gave 11000 to a call that demanded 10000, which no kernel does. */
	struct plan *plan = test_plan(HEAD "1 1 m 10000 2000 3 32 ffffffff 0 10000 1\n"
				      "3 1 F 10000 0 6\n9 1 E 1\n");
	struct run_result result;

	plan->event[2].sigsegv = true;	/* say that the fault was refused */
	test_verify(plan, &result);
	cr_assert_eq(result.unexpected, 1);
	cr_assert_eq(result.note[0].line, 4);
	run_result_free(&result);
	test_plan_free(plan);
}

Test(sees, another_end)
{
	struct plan *a = test_plan(HEAD "1 1 m 0 2000 3 22 ffffffff 0 10000 1\n3 1 F 10000 0 6\n9 1 E 1\n");
	struct plan *b = test_plan(HEAD "1 1 m 0 2000 3 22 ffffffff 0 10000 1\n3 1 F 11000 0 6\n9 1 E 1\n");
	struct plan *c = test_plan(HEAD "1 1 m 0 3000 3 22 ffffffff 0 10000 1\n3 1 F 10000 0 6\n9 1 E 1\n");
	struct run_result ra, rb, rc;

	test_verify(a, &ra);
	test_verify(b, &rb);
	test_verify(c, &rc);
	cr_assert_eq(ra.hash[0].vmas, rb.hash[0].vmas);
	cr_assert_neq(ra.hash[0].pages, rb.hash[0].pages);
	cr_assert_neq(ra.hash[0].vmas, rc.hash[0].vmas);
	run_result_free(&ra);
	run_result_free(&rb);
	run_result_free(&rc);
	test_plan_free(a);
	test_plan_free(b);
	test_plan_free(c);
}

/* Without its edges a random program ends differently, so the edges are what makes it end alike. */
Test(sees, missing_edges)
{
	int differ = 0;

	for (u64 seed = 0; seed < 40 && !differ; seed++) {
		char *text = test_random_program(4, 1500, seed);
		struct plan *plan = test_plan(text);
		struct run_result base, run;
		struct scheme_chain chain;
		struct bench_error err;
		struct replay *r;

		test_verify(plan, &base);
		for (u32 i = 0; i < plan->nr_events; i++)
			if (plan->event[i].act != ACT_EXEC && plan->event[i].act != ACT_END &&
			    plan->event[i].seq > 1)
				plan->event[i].nr_edges = 0;
		r = test_replay(plan, "mmap_lock", 4, &chain);
		cr_assert_eq(replay_run(r, REPLAY_ASAP, &run, &err), 0, "%s", err.line);
		differ = run.unexpected || run.hash[0].pages != base.hash[0].pages ||
			 run.hash[0].vmas != base.hash[0].vmas;
		run_result_free(&run);
		run_result_free(&base);
		replay_destroy(r);
		test_plan_free(plan);
		free(text);
	}
	cr_assert(differ);
}

#ifndef __SANITIZE_ADDRESS__	/* its shadow takes more address space than the limit */
/* Thirty worlds of 64 MiB, one after the other, where there is room for some four. */
Test(replay, gives_its_world_back)
{
	struct plan *plan = test_plan(HEAD "1 1 m 0 1000 3 22 ffffffff 0 10000 1\n9 1 E 1\n");
	struct scheme_chain chain;
	struct replay_config config = { .chain = &chain, .workers = 1, .world = world_config_default(16384) };
	struct rlimit limit;
	struct bench_error err;
	struct replay *r;
	unsigned long pages;
	FILE *statm = fopen("/proc/self/statm", "r");

	cr_assert(statm && fscanf(statm, "%lu", &pages) == 1);
	fclose(statm);
	cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
	limit.rlim_cur = pages * PAGE_SIZE + (320UL << 20);
	cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
	cr_assert_eq(scheme_chain_build(&chain, scheme_find("mmap_lock")), 0);
	for (int i = 0; i < 30; i++) {
		cr_assert_eq(replay_create(&r, plan, &config, &err), 0, "world %d: %s", i, err.line);
		replay_destroy(r);
	}
	test_plan_free(plan);
}
#endif

/* In a world of 64 frames. */
static void too_few_frames(const char *text)
{
	struct plan *plan = test_plan(text);
	struct scheme_chain chain;
	struct replay_config config = { .chain = &chain, .workers = 1, .world = world_config_default(64) };
	struct run_result result;
	struct bench_error err;
	struct replay *r;

	cr_assert_eq(scheme_chain_build(&chain, scheme_find("mmap_lock")), 0);
	cr_assert_eq(replay_create(&r, plan, &config, &err), 0);
	cr_assert_eq(replay_run(r, REPLAY_ASAP, &result, &err), -1);
	cr_assert(strstr(err.line, "--frames"), "%s", err.line);
	/* The world can be used again afterwards. */
	cr_assert_eq(replay_run(r, REPLAY_VERIFY, &result, &err), -1);
	replay_destroy(r);
	test_plan_free(plan);
}

Test(replay, too_few_frames_are_told)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs(HEAD "1 1 m 0 100000 3 22 ffffffff 0 10000 1\n", out);
	for (int i = 0; i < 200; i++)
		fprintf(out, "3 1 F %x 0 6\n", 0x10000 + i * 0x1000);
	fputs("9 1 E 1\n", out);
	fclose(out);
	too_few_frames(text);
	free(text);
	/* The same at once, by MADV_POPULATE_WRITE. */
	too_few_frames(HEAD "1 1 m 0 100000 3 22 ffffffff 0 10000 1\n3 1 a 10000 c8000 17 0 1\n9 1 E 1\n");
}
