/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Processes in replays: fork, vfork, exec and every order of ends, under every scheme.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench_test.h"

/* One page written at 10000, one at 11000; then thread 1 makes process 2. */
#define HEAD "# pftrace 1\n0 1 X prog\n"				/* 1:1 */ \
	"1 1 m 0 4000 3 22 ffffffff 0 10000 1\n"			/* 3: 1:2 */ \
	"2 1 F 10000 0 6\n"						/* 4: 1:3 */ \
	"3 1 F 11000 0 6\n"						/* 5: 1:4 */
#define MAKE "4 1 C 2 2\n"						/* 6: 1:5 */
#define END "91 1 E 1\n"

static const struct {
	const char *name, *text;
	u64 forks, lent, spaces;
	u64 peak;		/* frames, 0: not counted here */
} programs[] = {
	{ "copy on write on both sides", HEAD MAKE
	  "5 2 F 10000 0 7\n6 1 F 11000 0 7\n7 2 F 12000 0 6\n9 1 F 12000 0 6\n10 2 E 2\n" END,
	  1, 0, 2, 6 },
	{ "a child that writes alone again after its maker's end", HEAD MAKE
	  "5 2 F 10000 0 7\n6 1 F 10000 0 7\n7 1 E 1\n8 2 F 11000 0 7\n9 2 E 2\n",
	  1, 0, 2, 3 },
	{ "a maker that writes after the child's end", HEAD MAKE
	  "5 2 F 10000 0 7\n6 2 E 2\n7 1 F 10000 0 7\n8 1 F 11000 0 7\n" END, 1, 0, 2, 3 },
	{ "a child that only its maker's going on tells from vfork", HEAD MAKE
	  "5 1 F 12000 0 6\n6 2 F 12000 0 6\n7 2 E 2\n" END, 1, 0, 2, 4 },
	{ "a grandchild that outlives both", HEAD MAKE
	  "5 2 F 10000 0 7\n6 2 C 3 3\n7 3 F 10000 0 7\n8 1 E 1\n9 2 E 2\n10 3 F 11000 0 7\n11 3 E 3\n",
	  2, 0, 3, 0 },
	{ "a child that calls exec, and one whose maker does", HEAD MAKE
	  "5 2 F 10000 0 7\n6 2 X a\n7 2 m 0 2000 3 22 ffffffff 0 10000 1\n8 2 F 10000 0 6\n"
	  "9 1 C 3 3\n10 3 F 11000 0 7\n11 1 X b\n12 1 m 0 1000 3 22 ffffffff 0 10000 1\n"
	  "13 1 F 10000 0 6\n14 3 F 10000 0 7\n15 2 E 2\n16 3 E 3\n" END, 2, 0, 5, 0 },
	{ "vfork: written in the maker's own pages", HEAD MAKE
	  "5 2 F 12000 0 6\n6 2 m 0 1000 3 22 ffffffff 0 20000 1\n7 2 F 20000 0 6\n8 2 X other\n"
	  "9 1 F 13000 0 6\n10 1 u 20000 1000 0 1\n11 2 E 2\n" END, 0, 1, 2, 5 },
	{ "vfork: the maker goes on a little before the X line", HEAD MAKE
	  "5 2 F 12000 0 6\n6 1 F 13000 0 6\n7 2 X other\n8 2 E 2\n" END, 0, 1, 2, 4 },
	{ "vfork after a fork: a page that is protected since then proves nothing", HEAD MAKE
	  "5 2 F 10000 0 7\n6 2 E 2\n7 1 C 3 3\n8 3 F 11000 0 7\n9 3 X other\n10 1 F 12000 0 6\n11 3 E 3\n" END,
	  1, 1, 3, 0 },
	{ "vfork in vfork, and one that ends without exec", HEAD MAKE
	  "5 2 F 12000 0 6\n6 2 C 3 3\n7 3 F 13000 0 6\n8 3 E 3\n9 2 E 2\n10 1 F 10000 0 7\n" END, 0, 2, 1, 4 },
	{ "fork by a vforked process", HEAD MAKE
	  "5 2 C 3 3\n6 3 F 10000 0 7\n7 3 E 3\n8 2 X other\n9 1 F 10000 0 7\n10 2 E 2\n" END, 1, 1, 3, 0 },
	{ "fork of a process with threads", HEAD "3 1 C 5 1\n3 5 F 12000 0 6\n" MAKE
	  "5 2 F 10000 0 7\n6 5 F 12000 0 7\n7 5 F 13000 0 6\n8 2 C 6 2\n9 6 F 12000 0 7\n"
	  "10 2 F 13000 0 6\n11 6 E 2\n12 2 E 2\n13 5 E 1\n" END, 1, 0, 2, 0 },
	{ "fork by a thread that is not the first, which the first outlives", HEAD
	  "3 1 C 5 1\n4 5 C 2 2\n5 5 F 10000 0 7\n6 5 E 1\n7 2 F 10000 0 7\n8 1 F 10000 0 6\n9 1 E 1\n10 2 E 2\n",
	  1, 0, 2, 0 },
	{ "shared memory, what fork leaves out, what it wipes",
	  HEAD "3 1 m 0 2000 3 21 ffffffff 0 20000 1\n3 1 F 20000 0 6\n3 1 a 10000 1000 a 0 1\n"
	  "3 1 a 11000 1000 12 0 1\n" MAKE
	  "5 1 F 21000 0 6\n6 2 F 20000 0 6\n6 2 F 10000 0 6\n6 2 F 11000 0 4\n7 2 F 21000 0 6\n"
	  "8 1 u 20000 2000 0 1\n9 1 E 1\n10 2 F 20000 0 4\n11 2 E 2\n", 1, 0, 2, 0 },
	{ "brk in the child of one that never asked, and in one of one that did",
	  HEAD MAKE "5 2 F 10000 0 7\n6 2 b 0 30000 1\n7 2 b 32000 32000 1\n8 2 F 31000 0 6\n"
	  "9 2 C 3 3\n10 3 F 31000 0 7\n11 3 b 33000 33000 1\n12 3 F 32000 0 6\n13 2 b 31000 31000 1\n"
	  "14 3 E 3\n15 2 E 2\n" END, 2, 0, 3, 0 },
	{ "files: a private page of the maker, one of the child",
	  HEAD "3 1 m 0 3000 3 2 3 0 40000 1\n3 1 V 40000 3000 0 rw-p 77 /lib\n3 1 F 40000 0 6\n" MAKE
	  "5 2 F 40000 0 7\n6 1 F 41000 0 4\n7 2 F 41000 0 6\n8 1 F 40000 0 7\n9 2 m 0 1000 1 2 3 0 50000 1\n"
	  "9 2 V 50000 1000 0 r--p 77 /lib\n9 2 F 50000 0 4\n10 1 E 1\n11 2 F 42000 0 4\n12 2 E 2\n",
	  1, 0, 2, 0 },
	{ "pages that madvise faulted in, in both", HEAD "3 1 a 12000 2000 17 0 1\n3 1 a 10000 2000 16 0 1\n" MAKE
	  "5 1 F 12000 0 7\n6 2 a 10000 1000 17 0 1\n7 2 E 2\n" END, 1, 0, 2, 6 },
	{ "a number that is used again", HEAD MAKE
	  "5 2 F 10000 0 7\n6 2 E 2\n7 1 F 10000 0 7\n8 1 C 2 2\n9 2 F 10000 0 7\n10 2 E 2\n" END, 2, 0, 3, 0 },
};

Test(fork, processes_end_as_they_must)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct plan *p = test_plan(programs[i].text);
		const char *name = programs[i].name;

		cr_assert_eq(p->forks, programs[i].forks, "%s: %llu forks", name,
			     (unsigned long long)p->forks);
		cr_assert_eq(p->lent, programs[i].lent, "%s: %llu lent", name,
			     (unsigned long long)p->lent);
		cr_assert_eq(p->nr_spaces, programs[i].spaces, "%s: %u spaces", name, p->nr_spaces);
		if (programs[i].peak)
			cr_assert_eq(p->peak_pages, programs[i].peak, "%s: %llu frames at most", name,
				     (unsigned long long)p->peak_pages);
		for (int s = 0; s < NR_PLAN_SKIPS; s++)
			cr_assert_eq(p->skipped[s], 0, "%s: skipped, %s", name,
				     plan_skip_meaning((enum plan_skip)s));
		test_backwards(p);
		test_schemes(p, 3, 2, (unsigned int)i);
		test_plan_free(p);
	}
}

Test(fork, random_processes_end_alike_however_they_interleave)
{
	for (u64 seed = 0; seed < test_seeds(); seed++) {
		char *text = test_random_forks(1000, seed);
		struct plan *plan = test_plan(text);

		cr_assert(plan->forks > 3 && !plan->skipped[SKIP_NO_EXEC]);
		test_backwards(plan);
		test_schemes(plan, 4, 3, (unsigned int)seed);
		test_plan_free(plan);
		free(text);
	}
}

/* --- what waits for what -------------------------------------------------------------- */

Test(fork, waits_for_what_was_before_and_holds_up_what_comes_after)
{
	struct plan *p = test_plan(HEAD "3 1 C 5 1\n"			/* 6: 1:5 */
		"4 5 F 12000 0 6\n"					/* 7: 5:1 */
		"5 1 C 2 2\n"						/* 8: 1:6 */
		"6 2 F 10000 0 7\n"					/* 9: 2:1 */
		"7 5 F 13000 0 6\n"					/* 10: 5:2 */
		"8 2 F 12000 0 7\n"					/* 11: 2:2 */
		"9 5 E 1\n10 2 E 2\n" END);				/* 12, 13, 14 */

	EDGES(p, 8, "5:1");
	EDGES(p, 9, "1:6");
	EDGES(p, 10, "1:6");
	EDGES(p, 11, "");
	EDGES(p, 13, "1:6");	/* the last begin or end of an address space */
	EDGES(p, 14, "2:3 5:3");
	test_backwards(p);
	test_plan_free(p);
}

Test(fork, a_vforked_process_is_its_makers_thread)
{
	struct plan *p = test_plan(HEAD MAKE "5 2 F 12000 0 6\n6 2 X other\n7 1 F 13000 0 6\n8 2 E 2\n" END);
	u32 makers = 0;

	for (u32 i = 0; i < p->nr_events; i++)
		makers += p->trace->thread[p->event[i].thread].tid == 1;
	cr_assert_eq(makers, 8);	/* six of its own, the fault, its end */
	EDGES(p, 8, "1:5 1:1");		/* X: its maker's C, the last begin of an address space */
	test_plan_free(p);
}

/* --- the checks fail on planted faults ---------------------------------------------------- */

static void swap_events(struct plan *p, u32 a, u32 b)
{
	struct plan_event event = p->event[a];

	p->event[a] = p->event[b];
	p->event[b] = event;
}

/* Move the maker's write before the fork, as if the child's copy came too late. */
Test(fork, sees_a_child_that_has_what_its_maker_wrote_later)
{
	struct plan *p = test_plan(HEAD MAKE "5 1 F 11000 0 7\n6 2 F 10000 0 7\n7 2 E 2\n" END);
	struct run_result result;

	test_verify(p, &result);
	cr_assert_eq(result.written_differ, 0);
	run_result_free(&result);

	cr_assert(p->event[4].act == ACT_FORK && p->event[5].act == ACT_FAULT);
	swap_events(p, 4, 5);
	test_verify(p, &result);
	cr_assert_eq(result.written_differ, 1);
	cr_assert(strstr(result.note[0].what, "private pages"), "%s", result.note[0].what);
	run_result_free(&result);
	test_plan_free(p);
}

Test(fork, sees_an_entry_that_is_another)
{
	static const char *const last[] = {
		"5 1 F 12000 0 4\n",	/* the zero page */
		"5 1 F 13000 0 4\n",	/* elsewhere */
		"5 1 p 10000 1000 1 0 1\n",	/* not writable any more */
		"",
	};
	u64 seen[ARRAY_SIZE(last)], own = 0;

	for (size_t i = 0; i < ARRAY_SIZE(last); i++) {
		struct run_result result;
		struct plan *p;
		char text[512];

		snprintf(text, sizeof(text), "%s%s%s", HEAD, last[i], END);
		p = test_plan(text);
		test_verify(p, &result);
		seen[i] = result.hash[0].ptes;
		if (i == 2)		/* the right to write may depend on other processes */
			own = result.hash[0].own_ptes;
		if (i == 3)
			cr_assert_eq(result.hash[0].own_ptes, own);
		for (size_t k = 0; k < i; k++)
			cr_assert_neq(seen[i], seen[k], "%s", last[i]);
		run_result_free(&result);
		test_plan_free(p);
	}
}

/* --- bad input --------------------------------------------------------------------------------- */

Test(fork, what_no_kernel_records_is_refused_with_its_line)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ HEAD "4 1 C 1 1\n" END, ":6: CHILDTID is a thread that lives already" },
		{ HEAD MAKE "5 2 C 1 1\n6 2 E 2\n" END, ":7: CHILDTID is a thread that lives already" },
		{ HEAD MAKE "5 2 E 2\n6 2 C 3 3\n7 3 E 3\n" END, ":8: TID is not a living thread" },
		{ HEAD MAKE "5 2 E 1\n" END, ":7: PID is not the thread's process" },
		{ HEAD "4 1 C 2 3\n5 2 E 3\n" END, ":6: CHILDPID is neither" },
		{ HEAD MAKE END, ":7: the file ends before thread 2 does" },
		{ HEAD MAKE "5 2 F 10000 0 7\n6 2 X a\n" END, ":9: the file ends before thread 2 does" },
		{ HEAD "4 1 C 2\n" END, ":6: CHILDPID is missing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *path = test_file(bad[i].text, strlen(bad[i].text), ".trace");
		struct bench_error err;
		struct trace *t;

		cr_assert_eq(trace_read(&t, path, &err), -1, "%s", bad[i].text);
		cr_assert(strstr(err.line, bad[i].says), "%s, wanted %s", err.line, bad[i].says);
		test_file_drop(path);
	}
}

/*
 * A maker ends, or calls exec, while the space that it lent is in use: no kernel does this, and nothing
 * must break.
 */
Test(fork, a_loan_that_its_maker_does_not_wait_for_is_skipped_and_counted)
{
	static const char *const odd[] = {
		HEAD MAKE "5 2 F 12000 0 6\n6 1 E 1\n7 2 X a\n8 2 E 2\n",
		HEAD "3 1 C 5 1\n" MAKE "5 5 X b\n6 2 F 12000 0 6\n7 2 X a\n8 2 E 2\n9 5 E 1\n" END,
		HEAD "3 1 C 5 1\n" MAKE "5 5 X b\n6 2 C 3 3\n7 3 E 3\n8 2 E 2\n9 5 E 1\n" END,
	};
	static const u64 skipped[] = { 0, 1, 2 };

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		struct plan *p = test_plan(odd[i]);

		cr_assert_eq(p->skipped[SKIP_NO_EXEC], skipped[i], "%zu: %llu", i,
			     (unsigned long long)p->skipped[SKIP_NO_EXEC]);
		test_schemes(p, 2, 2, (unsigned int)i);
		test_plan_free(p);
	}
}
