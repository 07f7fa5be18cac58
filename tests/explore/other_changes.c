// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief What other threads do beside the access: more accesses, threads that come and go, and the child's calls.
 */
#include "tests/explore/changes.h"

#include "tests/support/check.h"

static bool has_child(enum scene_kind kind)
{
	return kind == READ_CHILD || kind == WRITE_CHILD || kind == READ_SWAPPED_CHILD || kind == WRITE_SWAPPED_CHILD;
}

/* --- by the child -------------------------------------------------------------------------------------------- */

static void open_in_child(struct changes_world *w, struct task *t)
{
	mm_detach(t);
	mm_attach(t, w->at.child);
}

static void child_writes(struct mm *mm, struct task *t)
{
	(void)mm;
	check_same(access_write(t, X, OTHER), ACCESS_OK, "the child's write");
}

static void child_forgets(struct mm *mm, struct task *t)
{
	(void)mm;
	must(mm_madvise(t, changes_now->at.child, PIECE, PIECE_LEN, ADVICE_DONTNEED));
}

static void judge_child_wrote(struct changes_world *w)
{
	struct task *t = w->spare;
	u64 value;

	mm_detach(t);
	mm_attach(t, w->at.child);
	check_same(access_read(t, X, &value), ACCESS_OK, "the child's read");
	/* The child may have dropped the value meanwhile, if its change does that. */
	check(value == OTHER || (value == 0 && w->at.op->run == child_forgets), "the child wrote %#llx and reads %#llx",
	      (unsigned long long)OTHER, (unsigned long long)value);
}

static void child_reads(struct mm *mm, struct task *t)
{
	u64 value;

	(void)mm;
	check_same(access_read(t, X, &value), ACCESS_OK, "the child's read");
	check_same(value, OLD, "what the child reads");
}

static void child_unmaps(struct mm *mm, struct task *t)
{
	(void)mm;
	must(mm_munmap(t, changes_now->at.child, A, A_END - A));
}

static void child_frees(struct mm *mm, struct task *t)
{
	(void)mm;
	must(mm_madvise(t, changes_now->at.child, PIECE, PIECE_LEN, ADVICE_FREE));
}

/* --- more accesses ------------------------------------------------------------------------------------------------- */

static void writes_beside(struct mm *mm, struct task *t)
{
	(void)mm;
	check_same(access_write(t, X + 8, OTHER), ACCESS_OK, "the write beside it");
	check_same(access_write(t, X + 16, OTHER), ACCESS_OK, "the second write beside it");
}

static void open_writer(struct changes_world *w, struct task *t)
{
	(void)w;
	if (suits_has_page(w->at.kind))
		check_same(access_write(t, X + 8, OLD), ACCESS_OK, "a write before");
}

static void judge_writes_beside(struct changes_world *w)
{
	u64 value;

	if (w->at.op->end != END_KEPT && w->at.op->end != END_KEPT_IN_THE_END)
		return;
	check_same(access_read(w->at.task, X + 8, &value), ACCESS_OK, "a read");
	check_same(value, OTHER, "the write beside it");
	check_same(access_read(w->at.task, X + 16, &value), ACCESS_OK, "a read");
	check_same(value, OTHER, "the second write beside it");
}

/* Another access, to another word; it may be refused where the first may. */
static void second_write(struct mm *mm, struct task *t)
{
	enum access_result result = access_write(t, X + 32, OTHER);

	(void)mm;
	check(result == ACCESS_OK || result == ACCESS_SIGSEGV || result == ACCESS_SIGBUS, "the second access says %d", result);
}

/* A page of the same VMA that nobody else uses. */
#define BESIDE (X + 4 * P)

static void write_beside(struct mm *mm, struct task *t)
{
	enum access_result result = access_write(t, BESIDE, OTHER);

	(void)mm;
	check(result == ACCESS_OK || result == ACCESS_SIGSEGV || result == ACCESS_SIGBUS, "the access beside it says %d", result);
}

/* Several pages, so that it waits with the first while the second has no slot yet. */
static void write_beside_and_reclaim(struct mm *mm, struct task *t)
{
	write_beside(mm, t);
	check_same(access_write(t, BESIDE + P, OTHER), ACCESS_OK, "a write");
	check_same(access_write(t, BESIDE + 2 * P, OTHER), ACCESS_OK, "a write");
	change_reclaim_now(mm, t);
}

/* --- threads that come and go, and one with two VMAs --------------------------------------------------------------- */

/* A thread comes, faults once, and goes. */
static void open_newcomer(struct changes_world *w, struct task *t)
{
	(void)w;
	mm_detach(t);
}

static void comes_and_goes(struct mm *mm, struct task *t)
{
	mm_attach(t, mm);
	write_beside(mm, t);
	mm_detach(t);
}

/* A thread comes, reads what others may be about to take away, reads it again through its TLB, and goes. */
static void comes_and_reads(struct mm *mm, struct task *t)
{
	u64 value;

	mm_attach(t, mm);
	for (unsigned int i = 0; i < 2; i++)
		if (access_read(t, X, &value) != ACCESS_OK)
			break;
	mm_detach(t);
}

/* A fault, and then one of the same thread in another VMA. */
static void open_two_vmas(struct changes_world *w, struct task *t)
{
	check_same(mm_mmap(t, w->at.mm, ELSEWHERE, 2 * P, RW, ANON, NULL, 0), ELSEWHERE, "mmap");
	check_same(access_write(t, ELSEWHERE, OLD), ACCESS_OK, "a write before");
}

/* No access, only the faults: a walk of the hardware has a fence, which would order the one before the other. */
static void two_vmas(struct mm *mm, struct task *t)
{
	check_same(mm_fault(t, mm, BESIDE, FAULT_FLAG_WRITE | FAULT_FLAG_USER), FAULT_DONE, "the fault beside it");
	check_same(mm_fault(t, mm, ELSEWHERE + P, FAULT_FLAG_WRITE | FAULT_FLAG_USER), FAULT_DONE, "the fault elsewhere");
}

/* --- a table that the reclaimer does not know of ------------------------------------------------------------------ */

/* What is read gets a page of its own, which nobody may write yet. */
static void open_read_only(struct changes_world *w, struct task *t)
{
	must(mm_mprotect(t, w->at.mm, A, A_END - A, MM_PROT_READ));
}

/*
 * The page is on the list of those to reclaim before the table that it is in is published.  Nothing else is handed on to a
 * thread that finds it there: it may not find the table.
 */
static void reads_and_gets_rights(struct mm *mm, struct task *t)
{
	check_same(mm_fault(t, mm, X, FAULT_FLAG_USER), FAULT_DONE, "the read fault before");
	must(mm_mprotect(t, mm, A, A_END - A, RW));
}

/* --- the list ------------------------------------------------------------------------------------------------------ */

const struct change other_changes[] = {
	{ .id = "child_writes", .op = OP("the child's write", END_KEPT, child_writes),
	  .suits = has_child, .open = open_in_child, .judge = judge_child_wrote },
	{ .id = "child_reads", .op = OP("the child's read", END_KEPT, child_reads),
	  .suits = has_child, .open = open_in_child },
	{ .id = "child_forgets", .op = OP("the child's DONTNEED", END_KEPT, child_forgets),
	  .suits = has_child, .open = open_in_child },
	{ .id = "child_unmaps", .op = OP("the child's munmap", END_KEPT, child_unmaps),
	  .suits = suits_none, .open = open_in_child },
	{ .id = "child_frees", .op = OP("the child's MADV_FREE", END_KEPT, child_frees),
	  .reclaim = true, .suits = has_child, .open = open_in_child },
	{ .id = "writes_beside", .op = OP("two writes to the same page", END_KEPT, writes_beside),
	  .open = open_writer, .judge = judge_writes_beside },
	{ .id = "second_write", .op = OP("a second access", END_KEPT, second_write) },
	{ .id = "write_beside_and_reclaim", .op = OP("writes to other pages, then reclaim", END_KEPT, write_beside_and_reclaim),
	  .reclaim = true, .suits = suits_none },
	{ .id = "comes_and_goes", .op = OP("a thread that attaches, faults and detaches", END_KEPT, comes_and_goes),
	  .suits = suits_none, .open = open_newcomer },
	{ .id = "comes_and_reads", .op = OP("a thread that attaches, reads twice and detaches", END_KEPT, comes_and_reads),
	  .suits = suits_none, .open = open_newcomer },
	{ .id = "two_vmas", .op = OP("faults in two VMAs", END_KEPT, two_vmas),
	  .suits = suits_none, .open = open_two_vmas },
	{ .id = "reads_and_gets_rights", .op = OP("a read fault, then mprotect that gives back rights", END_KEPT, reads_and_gets_rights),
	  .suits = suits_none, .no_zero_page = true, .open = open_read_only },
	{ .id = NULL }
};
