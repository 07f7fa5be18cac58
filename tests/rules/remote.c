// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A reader of another address space's pages that is held half-way: which changes wait for it, and what it may have read.
 */
#include <criterion/criterion.h>

#include <errno.h>

#include "tests/rules/scene.h"

static u64 seen;
static long got;

static void read_job(struct actor *a, void *arg)
{
	struct scene *s = arg;
	struct task *t = world_task(s->m->world, a->slot);

	mm_detach(t);	/* it is another process */
	got = mm_process_vm_rw(t, s->m->mm, X, &seen, sizeof(seen), false);
	mm_attach(t, s->m->mm);
}

/* Does a change of the VMA wait for a reader that has pinned a page? */
static bool pins_under_a_lock(const struct mm_test *m)
{
	const struct scheme_inst *lock = m->chain.vma_lock;

	return (lock && !lock->scheme->vma_lock_attached) || m->chain.freeing != FREE_AFTER_GRACE;
}

/* The reader is held at @at, the change runs, as far as it comes, and then both to their ends. */
static void play(struct mm_test *m, enum scene_kind kind, const struct scene_op *op, enum probe_point at, int waits)
{
	struct scene s;

	scenes_begin(&s, m);
	check_context("%s, while a reader from another address space is held at %s: %s", op->name, probe_point_name(at), scene_kind_name(kind));
	scene_set(&s, kind, op);
	got = 0;
	actor_begin(s.faulter, at, read_job, &s);
	check(actor_wait_settled(s.faulter), "the reader does not come by");
	scene_begin_change(&s, NOWHERE);
	actor_wait_settled(s.changer);
	if (waits >= 0)
		check_same(!actor_is_done(s.changer), waits, "the change waits for the reader");
	actor_finish(s.faulter);
	actor_finish(s.changer);
	if (got == sizeof(seen))
		check_same(seen, scene_unwritten(kind), "what was read");
	else
		check(got == -EFAULT && op->end == END_GONE, "the reader got %ld", got);
	s.result = got == sizeof(seen) ? ACCESS_OK : ACCESS_SIGSEGV;
	scene_judge(&s);
	scenes_end(&s);
}

/* With a count of the page, whatever it holds beside that. */
SCHEME_TEST(change_beside_a_remote_reader)
{
	play(m, READ_OWN, &scene_munmap_all, PROBE_REMOTE_COPY, pins_under_a_lock(m));
	play(m, READ_OWN, &scene_mprotect_neighbour, PROBE_REMOTE_COPY, pins_under_a_lock(m));
	play(m, READ_OWN, &scene_dontneed, PROBE_REMOTE_COPY, false);
	/* Of another VMA: only where it is mmap_lock. */
	play(m, READ_OWN, &scene_munmap_stranger, PROBE_REMOTE_COPY, m->chain.freeing == FREE_AT_ONCE);
}

/* In its fault: under whichever lock, a change waits for it as for any other's (R.3); and without one, for none. */
SCHEME_TEST(change_beside_a_remote_fault)
{
	enum scheme_valid valid = top_valid(m);
	bool locks = valid == VALID_BY_MMAP_LOCK || valid == VALID_BY_VMA_LOCK;

	play(m, READ_EMPTY, &scene_munmap_all, PROBE_FAULT_MADE, valid == VALID_BY_GRACE ? -1 : locks);
}
