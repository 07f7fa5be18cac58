// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Changes that are killed while they wait, and begin anew; and the thread that kills.
 */
#include "tests/explore/changes.h"

#include <errno.h>

#include "tests/support/check.h"

#define CHANGER	2u	/* the thread that is killed */
#define LOW	(A - 2 * P)

/* Another VMA right below the region: what begins there marks that one first. */
static void map_low(struct situation *s)
{
	check_same(mm_mmap(s->task, s->mm, LOW, A - LOW, MM_PROT_READ, ANON, NULL, 0), LOW, "mmap");
}

/* Nobody else changes the VMAs, so after a call that was killed they are what they were. */
static void insist(struct mm *mm, struct task *t, int (*call)(struct mm *mm, struct task *t))
{
	u64 vmas = mm_hash_vmas(t, mm);
	int err;

	while ((err = call(mm, t)) == -EINTR) {
		check_same(mm_hash_vmas(t, mm), vmas, "the VMAs after a call that was killed");
		task_unkill(t);
	}
	check_same((unsigned long)err, 0, "the call that was not killed");
}

static int munmap_of_two(struct mm *mm, struct task *t)
{
	return mm_munmap(t, mm, A - P, A_END - A + P);
}

static int mprotect_of_two(struct mm *mm, struct task *t)
{
	return mm_mprotect(t, mm, A - P, A_END - A + P, MM_PROT_READ);
}

static void munmap_killed(struct mm *mm, struct task *t)
{
	insist(mm, t, munmap_of_two);
}

static void mprotect_killed(struct mm *mm, struct task *t)
{
	insist(mm, t, mprotect_of_two);
}

/* With a fault that leaves only when this is over (gated[]), only the kill can end the wait. */
static void munmap_or_killed(struct mm *mm, struct task *t)
{
	int err = mm_munmap(t, mm, A, A_END - A);

	check(!err || err == -EINTR, "munmap says %d", err);
}

static void kills(struct mm *mm, struct task *t)
{
	(void)mm;
	task_kill(world_task(t->world, CHANGER));
}

static const struct scene_op munmap_killed_op = { "munmap of two VMAs, killed and begun anew", END_GONE, map_low, munmap_killed };
static const struct scene_op mprotect_killed_op = { "mprotect of two VMAs, killed and begun anew", END_READ_ONLY, map_low, mprotect_killed };

const struct change kill_changes[] = {
	{ .id = "munmap_killed", .op = &munmap_killed_op, .suits = suits_none },
	{ .id = "mprotect_killed", .op = &mprotect_killed_op, .suits = suits_none },
	{ .id = "munmap_or_killed", .op = OP("munmap that gives up if it is killed", END_ANY, munmap_or_killed), .suits = suits_none },
	{ .id = "kill", .op = OP("a kill of the thread that changes", END_ANY, kills), .suits = suits_none },
	{ .id = NULL }
};
