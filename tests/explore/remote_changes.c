// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A thread of another address space that reads or writes X's page, beside changes and accesses; and what takes its page away meanwhile.
 */
#include "tests/explore/changes.h"

#include <errno.h>

#include "tests/support/check.h"

#define BESIDE (X + 4 * P)	/* a page of X's VMA that nothing else uses */

static void leave(struct changes_world *w, struct task *t)
{
	(void)w;
	mm_detach(t);
}

/* Is X mapped from beginning to end, with its rights? */
static bool stays(void)
{
	enum scene_end end = changes_now->at.op->end;

	return end == END_KEPT || end == END_FRESH || end == END_MAY_BE_FRESH;
}

/* --- reading --------------------------------------------------------------------------------------------- */

static void remote_read(struct mm *mm, struct task *t)
{
	const struct situation *at = &changes_now->at;
	enum scene_end end = at->op->end;
	long got;
	u64 value;

	got = mm_process_vm_rw(t, mm, X, &value, sizeof(value), false);
	if (got != sizeof(value)) {
		check(got == -EFAULT && !stays(), "a read from outside says %ld", got);
		return;
	}
	if (value == scene_unwritten(at->kind) || (value == NEW && scene_kind_writes(at->kind)))
		return;
	check(!value && end != END_KEPT, "a read from outside finds %#llx", (unsigned long long)value);
}

/* X's frame comes back as another page of this thread. */
static void forget_and_reuse(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, X, P, ADVICE_DONTNEED));
	check_same(access_write(t, BESIDE, OTHER), ACCESS_OK, "a write to another page");
}

/* --- writing --------------------------------------------------------------------------------------------- */

static void remote_write(struct mm *mm, struct task *t)
{
	u64 value = OTHER;
	long got = mm_process_vm_rw(t, mm, X + 8, &value, sizeof(value), true);

	check(got == sizeof(value) || (got == -EFAULT && !stays()), "a write from outside says %ld", got);
}

/* A page that may be dropped until it is written to is written to, and kept. */
static void free_and_write(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, X, P, ADVICE_FREE));
	remote_write(mm, t);
	change_reclaim_now(mm, t);
}

static void judge_remote_write(struct changes_world *w)
{
	u64 value;

	if (w->at.op->end != END_KEPT && w->at.op->run != free_and_write)
		return;
	check_same(access_read(w->at.bystander, X + 8, &value), ACCESS_OK, "a read");
	check_same(value, OTHER, "what was written from outside");
}

/* What nobody may write any more does not change any more. */
static u64 looked;

static void mprotect_and_look(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, A, A_END - A, MM_PROT_READ));
	check_same(access_read(t, X + 8, &looked), ACCESS_OK, "a read after mprotect");
}

static void judge_looked(struct changes_world *w)
{
	u64 value;

	check_same(access_read(w->at.bystander, X + 8, &value), ACCESS_OK, "a read");
	check_same(value, looked, "what was there when mprotect returned");
}

/* --- the list -------------------------------------------------------------------------------------------- */

const struct change remote_changes[] = {
	{ .id = "forget_and_reuse", .op = OP("DONTNEED of it, and its frame another page's", END_FRESH, forget_and_reuse), .suits = suits_none },
	{ .id = "free_and_write", .op = OP("MADV_FREE, a write by mm_process_vm_rw(), then reclaim", END_MAY_BE_FRESH, free_and_write),
	  .reclaim = true, .suits = suits_none, .judge = judge_remote_write },
	{ .id = "mprotect_and_look", .op = OP("mprotect read, and a read", END_READ_ONLY, mprotect_and_look), .suits = suits_none,
	  .judge = judge_looked },
	{ .id = "remote_read", .op = OP("a read from another address space", END_KEPT, remote_read), .suits = suits_none, .open = leave },
	{ .id = "remote_write", .op = OP("a write from another address space", END_KEPT, remote_write), .suits = suits_none, .open = leave,
	  .judge = judge_remote_write },
	{ .id = NULL }
};
