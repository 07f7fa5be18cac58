/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis: known programs have exactly the edges that they should have.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "common/mm/mm.h"
#include "tests/bench/bench_test.h"

#define HEAD "# pftrace 1\n0 1 X prog\n"
#define TWO HEAD "0 1 C 2 1\n"
#define ENDS "90 2 E 1\n91 1 E 1\n"

Test(plan, a_fault_waits_for_the_mmap_of_its_page)
{
	struct plan *p = test_plan(TWO
		"10 1 m 0 4000 3 22 ffffffff 0 10000 1\n"	/* 4: 1's third */
		"20 2 F 11000 0 6\n"				/* 5: also the first write of the VMA */
		"30 1 F 12000 0 6\n"				/* 6: a later write waits for the first */
		"40 1 F 13000 0 4\n"				/* 7: a read does not */
		"50 2 F 11000 0 6\n"				/* 8 */
		ENDS);

	EDGES(p, 4, "");
	EDGES(p, 5, "1:3");
	EDGES(p, 6, "2:1");
	EDGES(p, 7, "");
	EDGES(p, 8, "");
	test_backwards(p);
	test_plan_free(p);
}

Test(plan, a_change_waits_for_touches_of_its_range_only)
{
	struct plan *p = test_plan(TWO
		"10 1 m 0 4000 3 22 ffffffff 0 10000 1\n"	/* 4: 1:3 */
		"15 1 F 10000 0 6\n"				/* 5: 1:4, first write */
		"20 2 F 11000 0 6\n"				/* 6: 2:1 */
		"30 2 F 12000 0 6\n"				/* 7: 2:2 */
		"40 2 F 13000 0 6\n"				/* 8: 2:3 */
		"50 1 a 11000 1000 4 0 1\n"			/* 9: 1:5, DONTNEED of the page of 2:1 */
		"60 2 F 12000 0 6\n"				/* 10: another page */
		"70 2 F 11000 0 6\n"				/* 11: that page */
		"80 1 u 10000 4000 0 1\n"			/* 12: all pages */
		ENDS);

	EDGES(p, 6, "1:4");
	EDGES(p, 9, "2:1");
	EDGES(p, 10, "");
	EDGES(p, 11, "1:5");
	EDGES(p, 12, "2:5");
	test_backwards(p);
	test_plan_free(p);
}

/* What is dropped from a VMA's pages concerns no call on the pages beside them: the VMA is the same before and after. */
Test(plan, a_call_does_not_wait_for_what_is_dropped_beside_it)
{
	struct plan *p = test_plan(TWO
		"10 1 m 0 4000 3 22 ffffffff 0 10000 1\n"	/* 4: 1:3 */
		"20 2 F 11000 0 6\n"				/* 5: 2:1 */
		"30 2 a 11000 1000 4 0 1\n"			/* 6: 2:2, DONTNEED */
		"40 1 p 12000 1000 1 0 1\n"			/* 7: the page after it */
		ENDS);

	EDGES(p, 5, "1:3");
	EDGES(p, 7, "2:1");	/* whose first write gave the VMA its anon_vma */
	test_backwards(p);
	test_plan_free(p);
}

Test(plan, changes_of_vmas_far_apart_do_not_wait)
{
	struct plan *p = test_plan(TWO
		"10 1 m 0 2000 3 22 ffffffff 0 10000 1\n"	/* 4: 1:3 */
		"20 2 m 0 2000 3 22 ffffffff 0 20000 1\n"	/* 5: far */
		"30 2 m 0 2000 3 22 ffffffff 0 12000 1\n"	/* 6: touches the first: they merge */
		"40 1 p 11000 1000 1 0 1\n"			/* 7: beside 6 */
		"50 2 p 21000 1000 1 0 1\n"			/* 8: far */
		ENDS);

	EDGES(p, 5, "1:2");	/* the thread's first event: the call that made it */
	EDGES(p, 6, "1:3");
	EDGES(p, 7, "2:2");
	EDGES(p, 8, "");
	test_backwards(p);
	test_plan_free(p);
}

Test(plan, a_move_waits_for_touches_of_both_places)
{
	struct plan *p = test_plan(TWO
		"10 1 m 0 2000 3 22 ffffffff 0 10000 1\n"	/* 4: 1:3 */
		"11 1 m 0 2000 3 22 ffffffff 0 20000 1\n"	/* 5: 1:4 */
		"15 1 F 10000 0 6\n"				/* 6: 1:5, first write */
		"16 1 F 20000 0 6\n"				/* 7: 1:6 */
		"20 2 F 11000 0 6\n"				/* 8: 2:1 */
		"30 1 r 10000 2000 2000 3 20000 20000 1\n"	/* 9: 1:7 */
		"40 2 F 21000 0 6\n"				/* 10: 2:2 */
		"50 1 r 20000 2000 2000 3 30000 30000 1\n"	/* 11: 1:8 */
		"60 2 F 31000 0 6\n"				/* 12: 2:3, present: it moved */
		ENDS);

	EDGES(p, 9, "2:1");
	EDGES(p, 10, "1:7");
	EDGES(p, 11, "2:2");
	EDGES(p, 12, "1:8");
	test_backwards(p);
	test_plan_free(p);
}

Test(plan, an_mmap_waits_for_the_munmap_that_made_room)
{
	struct plan *p = test_plan(TWO
		"10 1 m 0 2000 3 22 ffffffff 0 10000 1\n"	/* 4 */
		"20 1 u 10000 2000 0 1\n"			/* 5: 1:4 */
		"30 2 m 0 1000 3 22 ffffffff 0 11000 1\n"	/* 6 */
		ENDS);

	EDGES(p, 6, "1:4");
	test_plan_free(p);
}

Test(plan, edges_that_follow_from_others_are_not_stored)
{
	struct plan *p = test_plan(HEAD "0 1 C 2 1\n0 1 C 3 1\n"
		"10 1 m 0 2000 3 22 ffffffff 0 10000 1\n"	/* 5: 1:4 */
		"20 2 p 10000 2000 1 0 1\n"			/* 6: 2:1 after 1:4 */
		"30 3 F 10000 0 4\n"				/* 7: 3:1 after 2:1; 1's mmap follows */
		"40 3 F 11000 0 4\n"				/* 8: known already */
		"50 1 u 10000 2000 0 1\n"			/* 9: after 3:2; 2:1 follows from it */
		"89 3 E 1\n" ENDS);

	EDGES(p, 6, "1:4");
	EDGES(p, 7, "2:1");
	EDGES(p, 8, "");
	EDGES(p, 9, "3:2");
	test_plan_free(p);
}

Test(plan, a_call_counts_from_when_it_took_effect)
{
	/* 1 enters mmap first, but gets what 2's munmap frees meanwhile. */
	struct plan *p = test_plan(TWO
		"10 2 m 0 2000 3 22 ffffffff 0 10000 1\n"	/* 4: 2:1 */
		"20 1 m 0 1000 3 22 ffffffff 0 10000 20\n"	/* 5 */
		"25 2 u 10000 2000 0 2\n"			/* 6: 2:2 */
		"35 1 V 10000 1000 10000 rw-p 0 //anon\n"
		ENDS);

	EDGES(p, 5, "2:2");
	cr_assert_eq(p->repaired, 0);
	test_backwards(p);
	test_plan_free(p);
}

Test(plan, a_validated_shared_mapping_is_a_shared_one)
{
	struct plan *p = test_plan(TWO
		"10 1 m 0 1000 1 3 3 0 10000 20\n"
		"15 1 V 10000 1000 0 r--s 4 /dev/zero\n"
		ENDS);
	u32 i = 0;

	while (i < p->nr_events && p->event[i].act != ACT_MMAP)
		i++;
	cr_assert_lt(i, p->nr_events);
	cr_assert_eq(p->event[i].mm_flags, MM_MAP_SHARED | MM_MAP_FIXED_NOREPLACE);
	test_plan_free(p);
}

/* Processes that share memory do not wait for each other, so each writes there what depends on no order. */
Test(plan, a_fault_says_whether_others_may_have_its_page)
{
	struct plan *p = test_plan(HEAD
		"10 1 m 0 2000 3 21 ffffffff 0 10000 1\n"
		"20 1 m 0 2000 3 22 ffffffff 0 20000 1\n"
		"30 1 F 10000 0 6\n40 1 F 20000 0 6\n50 1 F 11000 0 4\n60 1 F 21000 0 4\n"
		"90 1 E 1\n");
	unsigned int faults = 0;

	for (u32 i = 0; i < p->nr_events; i++) {
		const struct trace_event *e = &p->trace->event[p->event[i].event];

		if (e->op != TRACE_FAULT)
			continue;
		faults++;
		cr_assert_eq(p->event[i].shared, e->addr < 0x20000, "line %u", e->line);
	}
	cr_assert_eq(faults, 4);
	test_plan_free(p);
}

Test(plan, the_end_of_an_address_space_waits_for_all_threads)
{
	struct plan *p = test_plan(TWO
		"10 1 m 0 2000 3 22 ffffffff 0 10000 1\n"
		"20 2 F 10000 0 6\n"				/* 2:1 */
		"30 1 X other\n"				/* 6 */
		"40 1 m 0 2000 3 22 ffffffff 0 10000 1\n"
		ENDS);

	EDGES(p, 6, "2:1");
	cr_assert_eq(p->nr_spaces, 2);
	test_backwards(p);
	test_plan_free(p);
}

Test(plan, what_is_skipped_is_counted)
{
	struct plan *p = test_plan(HEAD
		"1 1 m 0 1000 3 22 ffffffff 0 fffffffffffffff4 1\n"	/* failed */
		"2 1 C 5 5\n"						/* a process */
		"4 5 X prog2\n"
		"5 5 m 0 1000 3 22 ffffffff 0 10000 1\n"		/* its own again */
		"6 5 a 10000 1000 64 0 1\n"				/* unknown advice */
		"7 5 p 20000 1000 1 0 1\n"				/* cannot be */
		"8 5 u 10000 1000 - -\n"				/* unfinished */
		"9 5 E 5\n91 1 E 1\n");

	cr_assert_eq(p->skipped[SKIP_FAILED], 1);
	cr_assert_eq(p->skipped[SKIP_NO_EXEC], 0);
	cr_assert_eq(p->skipped[SKIP_UNKNOWN], 1);
	cr_assert_eq(p->skipped[SKIP_CONTRADICTS], 1);
	cr_assert_eq(p->skipped[SKIP_UNFINISHED], 1);
	cr_assert_eq(p->nr_spaces, 2);
	test_plan_free(p);
}

Test(plan, faults_that_the_recorded_kernel_refused_are_expected)
{
	struct plan *p = test_plan(HEAD
		"1 1 m 0 1000 0 22 ffffffff 0 10000 1\n"
		"5 1 F 10000 0 4\n6 1 F 14 0 4\n7 1 m 0 1000 1 22 ffffffff 0 20000 1\n"
		"9 1 F 20000 0 6\n10 1 F 20000 0 4\n91 1 E 1\n");
	u32 refused = 0;

	for (u32 i = 0; i < p->nr_events; i++)
		refused += p->event[i].sigsegv;
	cr_assert_eq(refused, 3);
	test_plan_free(p);
}

Test(plan, edges_of_random_programs_point_back)
{
	for (u64 seed = 0; seed < 20; seed++) {
		char *text = test_random_program(4, 500, seed);
		struct plan *p = test_plan(text);

		test_backwards(p);
		cr_assert_gt(p->nr_edges, 50);
		test_plan_free(p);
		free(text);
	}
}
