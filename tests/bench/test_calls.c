/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Calls in traces that the load analysis must follow: those that were refused half-way, move several mappings, or are newer than most.
 *
 * In each trace the faults after a call show whether the analysis followed it: faults that the plan
 * expects to end in SIGSEGV are counted, and every scheme must end as the plan says.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mm/vma.h"
#include "tests/bench/bench_test.h"

#define HEAD "# pftrace 1\n0 7 X prog\n"

/* Check that all of it is replayed and that so many faults are SIGSEGV. */
static struct plan *followed(const char *text, u64 sigsegv)
{
	struct plan *p = test_plan(text);

	for (int s = 0; s < NR_PLAN_SKIPS; s++)
		cr_assert_eq(p->skipped[s], 0, "%llu lines skipped: %s", (unsigned long long)p->skipped[s],
			     plan_skip_meaning((enum plan_skip)s));
	cr_assert_eq(p->sigsegv, sigsegv, "%llu faults taken for SIGSEGV, wanted %llu",
		     (unsigned long long)p->sigsegv, (unsigned long long)sigsegv);
	test_backwards(p);
	test_schemes(p, 2, 3, (unsigned int)strlen(text));
	return p;
}

/* Check what is mapped at the end of an address space, as "start-end rights". */
static void ends_with(const struct plan *p, u32 space, const char *wanted)
{
	char got[1024] = "";

	for (u32 i = 0; i < p->space[space].nr_final; i++) {
		const struct plan_vma *vma = &p->space[space].final[i];
		size_t at = strlen(got);

		snprintf(got + at, sizeof(got) - at, "%s%llx-%llx%s%s", i ? " " : "", (unsigned long long)vma->start,
			 (unsigned long long)vma->end, vma->flags & VM_WRITE ? "w" : "r",
			 vma->flags & VM_SHARED ? "s" : "p");
	}
	cr_assert_str_eq(got, wanted, "space %u ends with %s, wanted %s", space, got, wanted);
}

/* The same where that is the whole test, of the one address space. */
static void followed_to(const char *text, u64 sigsegv, const char *wanted)
{
	struct plan *p = followed(text, sigsegv);

	ends_with(p, 0, wanted);
	test_plan_free(p);
}

/* A break that would lie on a mapping, or below where it began, is none that the kernel returns. */
Test(calls, a_break_that_cannot_be_is_counted)
{
	struct plan *p = test_plan(HEAD
		"1 7 b 0 600000 1\n"
		"2 7 m 602000 1000 3 32 ffffffff 0 602000 1\n"
		"3 7 b 601000 601000 1\n"
		"4 7 b 602000 602000 1\n"	/* up to the mapping */
		"5 7 b 604000 604000 1\n"
		"6 7 b 5ff000 5ff000 1\n"
		"7 7 E 7\n");

	for (int s = 0; s < NR_PLAN_SKIPS; s++)
		cr_expect_eq(p->skipped[s], s == SKIP_CONTRADICTS ? 2 : 0, "%llu lines: %s", (unsigned long long)p->skipped[s],
			     plan_skip_meaning((enum plan_skip)s));
	ends_with(p, 0, "600000-602000wp 602000-603000wp");
	test_plan_free(p);
}

/* madvise over a hole: ENOMEM, and the mapped part is done. */
Test(calls, advice_over_a_hole_has_done_what_is_mapped)
{
	struct plan *p = followed(HEAD
		"1000 7 m 0 4000 3 22 ffffffff 0 7f0000000000 100\n"
		"2000 7 F 7f0000000000 0 6\n"
		"3000 7 a 7f0000000000 8000 4 fffffffffffffff4 100\n"	/* DONTNEED */
		"4000 7 F 7f0000000000 0 4\n"				/* zeros again */
		"5000 7 a 7f0000000000 8000 a fffffffffffffff4 100\n"	/* DONTFORK */
		"5500 7 m 0 1000 3 22 ffffffff 0 7e0000000000 100\n"
		"5600 7 F 7e0000000000 0 6\n"
		"6000 7 C 8 8\n"
		"6050 8 F 7e0000000000 0 7\n"				/* a fork, so: it copies */
		"6100 8 F 7f0000001000 0 6\n"				/* which the child has not */
		"6200 8 E 8\n"
		"7000 7 E 7\n", 1);

	ends_with(p, 1, "7e0000000000-7e0000001000wp");
	ends_with(p, 0, "7e0000000000-7e0000001000wp 7f0000000000-7f0000004000wp");
	test_plan_free(p);
	p = test_plan(HEAD
		"1000 7 m 0 4000 3 22 ffffffff 0 7f0000000000 100\n"
		"2000 7 F 7f0000000000 0 6\n"
		"3000 7 a 7f0000000000 8000 4 fffffffffffffff4 100\n"
		"7000 7 E 7\n");
	cr_assert_eq(p->space[0].written, 0, "what DONTNEED has dropped is still there");
	test_plan_free(p);
}

/* A mapping that the advice does not suit ends the call: the part before it is done, the part behind is not. */
Test(calls, advice_ends_at_a_mapping_that_it_does_not_suit)
{
	struct plan *p = followed(HEAD
		"1000 7 m 0 2000 3 22 ffffffff 0 10000 1\n"
		"1100 7 m 0 2000 3 2022 ffffffff 0 12000 1\n"		/* locked */
		"1200 7 m 0 2000 3 22 ffffffff 0 14000 1\n"
		"1300 7 F 10000 0 6\n1400 7 F 12000 0 6\n1500 7 F 14000 0 6\n"
		"2000 7 a 10000 6000 4 ffffffffffffffea 1\n"		/* DONTNEED: EINVAL */
		"3000 7 E 7\n", 0);

	cr_assert_neq(p->space[0].written, 0);
	test_plan_free(p);
	/* It does not reach a mapping that begins where it ends: there is a hole, and no more. */
	p = followed(HEAD
		"1000 7 m 0 2000 3 22 ffffffff 0 10000 1\n"
		"1100 7 m 0 2000 3 2022 ffffffff 0 14000 1\n"		/* locked */
		"1300 7 F 10000 0 6\n"
		"2000 7 a 10000 4000 4 fffffffffffffff4 1\n"		/* DONTNEED: ENOMEM */
		"3000 7 E 7\n", 0);
	cr_assert_eq(p->space[0].written, 0);
	test_plan_free(p);
	p = test_plan(HEAD "1000 7 m 0 2000 3 22 ffffffff 0 10000 1\n"
		      "2000 7 a 10000 2000 4 fffffffffffffff5 1\n3000 7 E 7\n");	/* EAGAIN: by what? */
	cr_assert_eq(p->skipped[SKIP_FAILED], 1);
	test_plan_free(p);
}

Test(calls, mprotect_up_to_a_hole)
{
	followed_to(HEAD
		"1000 7 m 0 2000 1 22 ffffffff 0 10000 1\n"
		"1100 7 m 0 2000 1 22 ffffffff 0 14000 1\n"
		"2000 7 p 10000 6000 3 fffffffffffffff4 1\n"
		"3000 7 F 10000 0 6\n"					/* may be written to by now */
		"3100 7 F 14000 0 6\n"					/* may not */
		"4000 7 E 7\n", 1,
		"10000-12000wp 14000-16000rp");
}

/* A shared mapping of a file opened read-only does not become writable; the mappings before it have. */
Test(calls, mprotect_up_to_a_file_that_may_not_be_written)
{
	followed_to(HEAD
		"1000 7 m 0 2000 1 22 ffffffff 0 10000 1\n"
		"1100 7 m 0 2000 1 1 3 0 12000 1\n"
		"1100 7 V 12000 2000 0 r--s 5 /file\n"
		"2000 7 p 10000 4000 3 fffffffffffffff3 1\n"		/* EACCES */
		"3000 7 F 10000 0 6\n3100 7 F 12000 0 4\n"
		"4000 7 E 7\n", 0,
		"10000-12000wp 12000-14000rs");
}

Test(calls, munmap_of_what_was_never_mapped_is_no_error)
{
	followed_to(HEAD
		"1000 7 m 0 8000 3 22 ffffffff 0 7f0000000000 100\n"
		"2000 7 u 300000000000 1000 0 100\n"
		"3000 7 E 7\n", 0,
		"7f0000000000-7f0000008000wp");
}

Test(calls, mremap_moves_several_mappings_with_the_hole_between)
{
	followed_to(HEAD
		"1000 7 m 0 8000 3 22 ffffffff 0 10000 1\n"
		"1100 7 p 12000 1000 1 0 1\n"
		"1200 7 u 15000 1000 0 1\n"
		"1300 7 F 10000 0 6\n1400 7 F 17000 0 6\n"
		"2000 7 r 10000 8000 8000 3 30000 30000 1\n"
		"3000 7 F 34000 0 6\n3100 7 F 37000 0 4\n"
		"3200 7 F 32000 0 6\n"					/* read-only */
		"3300 7 F 35000 0 6\n"					/* the hole */
		"3400 7 F 10000 0 6\n"					/* nothing is left */
		"4000 7 E 7\n", 3,
		"30000-32000wp 32000-33000rp 33000-35000wp 36000-38000wp");
}

Test(calls, mremap_keeps_several_mappings)
{
	followed_to(HEAD
		"1000 7 m 0 4000 3 22 ffffffff 0 10000 1\n"
		"1100 7 p 12000 1000 1 0 1\n"
		"1200 7 F 10000 0 6\n"
		"2000 7 r 10000 4000 4000 7 30000 30000 1\n"
		"3000 7 F 10000 0 6\n3100 7 F 30000 0 6\n"
		"4000 7 E 7\n", 0,
		"10000-12000wp 12000-13000rp 13000-14000wp 30000-32000wp 32000-33000rp 33000-34000wp");
}

Test(calls, mremap_shrinks_and_moves_what_lies_in_several)
{
	followed_to(HEAD
		"1000 7 m 0 8000 3 22 ffffffff 0 10000 1\n"
		"1100 7 p 14000 4000 1 0 1\n"
		"2000 7 r 10000 8000 2000 3 30000 30000 1\n"
		"3000 7 F 30000 0 6\n3100 7 F 14000 0 4\n"
		"4000 7 E 7\n", 1,
		"30000-32000wp");
}

Test(calls, old_length_0_maps_shared_memory_once_more)
{
	followed_to(HEAD
		"1000 7 m 0 4000 3 21 ffffffff 0 7f0000000000 100\n"
		"2000 7 F 7f0000000000 0 6\n"
		"3000 7 r 7f0000000000 0 4000 1 0 7f0000010000 100\n"
		"4000 7 F 7f0000010000 0 6\n5000 7 F 7f0000011000 0 6\n"
		"6000 7 E 7\n", 0,
		"7f0000000000-7f0000004000ws 7f0000010000-7f0000014000ws");
}

Test(calls, droppable_memory_is_private_and_no_childs)
{
	struct plan *p = followed(HEAD
		"1000 7 m 0 4000 3 28 ffffffff 0 7f0000000000 100\n"
		"2000 7 F 7f0000000000 0 6\n"
		"2500 7 C 8 8\n2600 8 F 7f0000000000 0 4\n2700 8 F 7f0000000000 0 6\n2800 8 E 8\n"
		"3000 7 E 7\n", 0);

	ends_with(p, 0, "7f0000000000-7f0000004000wp");
	cr_assert_eq(p->space[0].final[0].flags & (VM_DROPPABLE | VM_WIPEONFORK | VM_NORESERVE),
		     VM_DROPPABLE | VM_WIPEONFORK | VM_NORESERVE);
	test_plan_free(p);
}

Test(calls, guards_come_and_go)
{
	struct plan *p = followed(HEAD
		"1000 7 m 0 10000 3 20022 ffffffff 0 7f0000000000 100\n"
		"2000 7 F 7f0000000000 0 6\n"
		"3000 7 a 7f0000000000 4000 66 0 100\n"			/* GUARD_INSTALL */
		"4000 7 F 7f0000000000 0 6\n"				/* SIGSEGV */
		"4100 7 a 7f0000000000 4000 4 0 100\n"			/* DONTNEED leaves guards */
		"4200 7 F 7f0000003000 0 4\n"				/* SIGSEGV */
		"4300 7 r 7f0000002000 2000 2000 3 7e0000000000 7e0000000000 1\n"	/* they move */
		"4400 7 F 7e0000001000 0 4\n"				/* SIGSEGV */
		"4500 7 a 7e0000000000 2000 17 fffffffffffffff2 1\n"	/* POPULATE_WRITE: EFAULT */
		"4600 7 C 8 8\n4700 8 F 7f0000001000 0 4\n4800 8 E 8\n"	/* SIGSEGV for a child, too */
		"5000 7 a 7f0000000000 2000 67 0 100\n"			/* GUARD_REMOVE */
		"6000 7 F 7f0000000000 0 6\n"
		"7000 7 E 7\n", 4);

	test_plan_free(p);
}

/* With huge pages the kernel maps whole ones. */
Test(calls, mmap_of_less_than_a_huge_page)
{
	followed_to(HEAD
		"1000 7 m 0 1000 3 40022 ffffffff 0 7f0000000000 1000\n"
		"1500 7 V 7f0000000000 200000 0 rw-p 9 /anon_hugepage (deleted)\n"
		"2000 7 F 7f00001ff000 0 6\n"
		"3000 7 m 0 1000 3 78040022 ffffffff 0 7e0000000000 1000\n"	/* of 1 GiB */
		"3500 7 V 7e0000000000 40000000 0 rw-p 9 /anon_hugepage (deleted)\n"
		"3600 7 F 7e003ffff000 0 6\n"
		"4000 7 u 7f0000000000 200000 0 100\n"
		"5000 7 E 7\n", 0,
		"7e0000000000-7e0040000000wp");
}

/* What no call explains, as exec's segments: private memory is each process's own, and shared memory that of both. */
Test(calls, memory_that_is_there_from_the_beginning)
{
	struct plan *p = followed(HEAD
		"500 7 V 7d0000000000 2000 7d0000000 rw-p 0 //anon\n"
		"600 7 V 7e0000000000 2000 7e0000000 rw-s 0 //anon\n"
		"1000 7 F 7d0000000000 0 6\n1100 7 F 7e0000000000 0 6\n"
		"3000 7 C 8 8\n"
		"4000 8 F 7d0000000000 0 7\n4100 8 F 7e0000001000 0 6\n"
		"6000 8 E 8\n"
		"7000 7 F 7e0000001000 0 4\n"
		"8000 7 E 7\n", 0);

	ends_with(p, 0, "7d0000000000-7d0000002000wp 7e0000000000-7e0000002000ws");
	ends_with(p, 1, "7d0000000000-7d0000002000wp 7e0000000000-7e0000002000ws");
	/* The child's copy, the page of before and the two that are shared. */
	cr_expect_eq(p->all_pages, 4);
	test_plan_free(p);
}

/* --- processes -------------------------------------------------------------------------- */

#define CHILD_WRITES HEAD \
		"1000 7 m 0 40000 3 21 ffffffff 0 7f0000000000 100\n" \
		"2000 7 m 0 1000 3 22 ffffffff 0 7e0000000000 100\n" \
		"2500 7 F 7e0000000000 0 6\n" \
		"3000 7 C 8 8\n" \
		"4000 8 F 7e0000000000 0 7\n" \
		"5000 8 F 7f0000020000 0 6\n5100 8 F 7f0000021000 0 6\n5200 8 F 7f0000022000 0 6\n" \
		"5300 8 F 7f0000023000 0 6\n5400 8 F 7f0000024000 0 6\n"

/* What fault-around maps of shared memory depends on what the other process has written by then. */
Test(calls, shared_memory_is_compared_by_what_it_holds)
{
	struct plan *p = followed(CHILD_WRITES "5500 8 F 7f0000025000 0 6\n"
		"6000 8 E 8\n"
		"7000 7 F 7f0000020000 0 4\n"
		"8000 7 E 7\n", 0);
	struct run_result with, without;

	cr_assert(p->space[0].alone);
	test_verify(p, &with);
	/* The check still sees contents: a child that writes one page less ends with other contents. */
	test_plan_free(p);
	p = test_plan(CHILD_WRITES
		"6000 8 E 8\n"
		"7000 7 F 7f0000020000 0 4\n"
		"8000 7 E 7\n");
	test_verify(p, &without);
	cr_assert_neq(with.hash[0].pages, without.hash[0].pages);
	run_result_free(&with);
	run_result_free(&without);
	test_plan_free(p);
}

/* Frames: pages of shared memory stay as long as something maps it, and no longer. */
Test(calls, shared_memory_goes_with_its_last_mapping)
{
	struct plan *p = followed(HEAD
		"1000 7 m 0 4000 3 21 ffffffff 0 7f0000000000 100\n"
		"2000 7 F 7f0000000000 0 6\n2001 7 F 7f0000001000 0 6\n"
		"3000 7 r 7f0000000000 0 4000 1 0 7f0000010000 100\n"
		"4000 7 u 7f0000010000 4000 0 100\n"
		"5000 7 F 7f0000002000 0 6\n5001 7 F 7f0000003000 0 6\n"
		"6000 7 u 7f0000000000 4000 0 100\n"
		"7000 7 m 0 4000 3 21 ffffffff 0 7f0000020000 100\n"
		"8000 7 F 7f0000020000 0 6\n8001 7 F 7f0000021000 0 6\n"
		"9000 7 E 7\n", 0);

	cr_expect_eq(p->peak_pages, 4);
	cr_expect_eq(p->all_pages, 6);
	test_plan_free(p);
}

/* An address space does not count what a file holds beside what is mapped of it. */
Test(calls, of_a_file_what_is_mapped_counts)
{
	static const char *const beyond[] = { "", "5500 8 F 7f0000025000 0 6\n" };
	u64 pages[2];

	for (int more = 0; more < 2; more++) {
		struct run_result result;
		char text[1024];
		struct plan *p;

		snprintf(text, sizeof(text), HEAD
			 "1000 7 m 0 40000 3 21 ffffffff 0 7f0000000000 100\n"
			 "3000 7 C 8 8\n"
			 "3500 7 u 7f0000004000 3c000 0 100\n"
			 "4000 7 F 7f0000001000 0 6\n"
			 "5000 8 F 7f0000020000 0 6\n"
			 "%s"
			 "6000 8 E 8\n8000 7 E 7\n", beyond[more]);
		p = test_plan(text);
		cr_assert_eq(p->nr_spaces, 2);
		test_verify(p, &result);
		pages[more] = result.hash[0].pages;
		run_result_free(&result);
		test_plan_free(p);
	}
	cr_expect_eq(pages[0], pages[1]);
}

/* CLONE_VM without CLONE_VFORK: both go on, and one touches what the other has mapped. */
Test(calls, two_processes_in_one_address_space)
{
	struct plan *p = followed(HEAD
		"1000 7 m 0 4000 3 22 ffffffff 0 10000 1\n"
		"2000 7 C 8 8\n"
		"2100 8 m 0 8000 3 22 ffffffff 0 20000 1\n"
		"2200 8 F 20000 0 6\n"
		"2300 7 F 24000 0 6\n"					/* the maker, where the child has mapped */
		"2400 8 F 10000 0 6\n"
		"2500 8 E 8\n"
		"2600 7 F 25000 0 6\n"
		"3000 7 E 7\n", 0);

	cr_assert_eq(p->nr_spaces, 1);
	cr_assert_eq(p->lent, 1);
	cr_assert_eq(p->forks, 0);
	ends_with(p, 0, "10000-14000wp 20000-28000wp");
	test_plan_free(p);
}

/* Two that both map something after a fork, at the same place, share nothing. */
Test(calls, a_fork_is_not_taken_for_a_shared_space)
{
	struct plan *p = followed(HEAD
		"1000 7 m 0 4000 3 22 ffffffff 0 10000 1\n"
		"2000 7 C 8 8\n"
		"2100 8 m 0 8000 3 22 ffffffff 0 20000 1\n"
		"2200 7 m 0 8000 3 22 ffffffff 0 20000 1\n"
		"2300 7 F 24000 0 6\n2400 8 F 24000 0 6\n"
		"2500 8 E 8\n3000 7 E 7\n", 0);

	cr_assert_eq(p->nr_spaces, 2);
	cr_assert_eq(p->forks, 1);
	test_plan_free(p);
}

/* A write that finds a page that may not be written to, though its maker could write to it: the page was shared by fork. */
Test(calls, a_fork_is_seen_by_what_has_to_be_copied)
{
	static const char *const seen[][3] = {
		{ "", "1500 7 F 10000 0 6\n", "2100 8 F 10000 0 7\n" },
		{ "", "1500 7 F 10000 0 6\n", "2100 8 K 10000 3\n" },
		/* Where a read makes a page, and not the zero page's entry, it may be written to. */
		{ "# zero-page no\n", "1500 7 F 10000 0 4\n", "2100 8 F 10000 0 7\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		struct plan *p;
		char text[512];

		snprintf(text, sizeof(text), "# pftrace 1\n%s0 7 X prog\n1000 7 m 0 4000 3 22 ffffffff 0 10000 1\n%s"
			 "2000 7 C 8 8\n%s2500 8 E 8\n3000 7 E 7\n", seen[i][0], seen[i][1], seen[i][2]);
		p = followed(text, 0);
		cr_assert_eq(p->nr_spaces, 2, "%s", text);
		cr_assert_eq(p->forks, 1);
		test_plan_free(p);
	}
}

/* The same write tells nothing of a page that lost the right to be written to, and got it back: its entry may not have. */
Test(calls, a_page_that_was_protected_tells_nothing_of_a_fork)
{
	struct plan *p = followed(HEAD
		"1000 7 m 0 4000 3 22 ffffffff 0 10000 1\n1500 7 F 10000 0 6\n"
		"1600 7 p 10000 1000 1 0 1\n1700 7 p 10000 1000 3 0 1\n"
		"2000 7 C 8 8\n2100 8 F 10000 0 7\n2500 8 E 8\n3000 7 E 7\n", 0);

	cr_assert_eq(p->nr_spaces, 1);
	cr_assert_eq(p->lent, 1);
	test_plan_free(p);
}

/* The limit is for threads that live at once: more over a life take places of those that have ended. */
Test(calls, more_threads_over_a_life_than_at_once)
{
	enum { THREADS = TRACE_MAX_ALIVE + 300 };
	size_t size = THREADS * 96UL + 256, at;
	char *text = malloc(size);
	struct plan *p;

	cr_assert(text);
	at = (size_t)snprintf(text, size, HEAD "1 7 m 0 4000 3 22 ffffffff 0 10000 1\n");
	for (unsigned int i = 0; i < THREADS; i++)
		at += (size_t)snprintf(text + at, size - at, "%u 7 C %u 7\n%u %u F %x 0 6\n%u %u E 7\n",
				       10 * i + 10, i + 100, 10 * i + 11, i + 100, 0x10000 + (i % 4) * 0x1000,
				       10 * i + 12, i + 100);
	snprintf(text + at, size - at, "%u 7 E 7\n", 10 * THREADS + 20);
	p = test_plan(text);
	cr_assert_eq(p->nr_threads, THREADS + 1);
	test_backwards(p);
	test_plan_free(p);
	free(text);
}

/* Calls of no length succeed and change nothing; what comes after, beside that place, must still be planned. */
Test(calls, of_no_length, .timeout = 30)
{
	followed_to(HEAD "10 7 m 10000 4000 3 32 ffffffff 0 10000 1\n"
		    "20 7 p 11000 0 1 0 1\n21 7 p 50000 0 1 0 1\n"
		    "30 7 a 12000 0 4 0 1\n31 7 a 50000 0 4 0 1\n"
		    "40 7 u 11000 1000 0 1\n"
		    "50 7 m 50000 2000 3 32 ffffffff 0 50000 1\n"
		    "51 7 m 4f000 1000 3 32 ffffffff 0 4f000 1\n"
		    "60 7 F 10000 0 6\n61 7 F 4f000 0 6\n"
		    "70 7 r 12000 2000 2000 3 60000 60000 1\n"
		    "80 7 E 7\n", 0, "10000-11000wp 4f000-52000wp 60000-62000wp");
}
