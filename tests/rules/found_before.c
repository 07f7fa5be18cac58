// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief What a fault knows from before: a settled number, a VMA found in an earlier section, one in its thread's cache.
 */
#include <criterion/criterion.h>

#include "tests/rules/scene.h"

#include <string.h>

/* Do faults of this scheme settle VMAs that they find at rest?  Those do that look at a VMA's mark. */
static bool settles(struct mm_test *m)
{
	return m->world->config.settle && top_valid(m) != VALID_BY_MMAP_LOCK && top_valid(m) != VALID_BY_MM_SEQ;
}

static u64 number_at(struct mm_test *m, unsigned long addr)
{
	struct vma *vma;
	u64 seq;

	rcu_read_lock();
	vma = vma_tree_walk(&m->mm->tree, addr);
	seq = READ_ONCE(vma->lock_seq);
	rcu_read_unlock();
	return seq;
}

/* The first fault after a change settles its VMA, the next change marks it anew, and numbers do not come again. */
SCHEME_TEST(who_finds_a_mark_over_settles)
{
	u64 marked, settled, last = 0;

	map_at(m, A, 8, PROT_RW);
	must_write(m, A, 1);	/* the anon_vma: a rung below may have made it */
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(mm_mprotect(m->task, m->mm, A, 8 * P, PROT_R), 0);
		cr_expect_eq(mm_mprotect(m->task, m->mm, A, 8 * P, PROT_RW), 0);
		marked = number_at(m, A);
		cr_expect(marked & VMA_MARK);
		must_write(m, A + (1 + i) * P, 1);
		settled = number_at(m, A);
		cr_expect_eq(settled, settles(m) ? marked & ~VMA_MARK : marked);
		cr_expect_neq(settled, last);
		last = settled;
		must_write(m, A + (4 + i) * P, 1);
		cr_expect_eq(number_at(m, A), settled, "settled once");
	}
}

/*
 * A fault has its copy of a settled VMA; a change comes and goes; another fault settles the VMA anew.
 * The copy must not be taken for one of the present VMA.
 */
SCHEME_TEST(a_number_settled_anew_is_another)
{
	static const struct scene_op *const ops[] = { &scene_mprotect_read_all, &scene_mprotect_none };
	struct scene s;
	u64 value;

	scenes_begin(&s, m);
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		check_context("%s, and settled anew", ops[i]->name);
		scene_set(&s, WRITE_EMPTY, ops[i]);
		check_same(access_read(s.bystander, X + 7 * P, &value), ACCESS_OK, "the bystander reads");
		scene_begin_fault(&s, PROBE_FAULT_MADE);
		check(actor_wait_settled(s.faulter), "the fault does not come by");
		scene_begin_change(&s, NOWHERE);
		actor_wait_settled(s.changer);
		if (actor_is_done(s.changer))
			access_read(s.bystander, X + 8 * P, &value);
		actor_release(s.faulter, NOWHERE);
		actor_finish(s.changer);
		actor_finish(s.faulter);
		scene_judge(&s);
	}
	scenes_end(&s);
}

/*
 * A fault has left RCU; what it found is unmapped and, a grace period later, its memory given
 * up (with AddressSanitizer: out of reach).  It must not be touched again.
 */
SCHEME_TEST(what_was_found_may_be_freed)
{
	static const struct scene_op *const ops[] = { &scene_munmap_all, &scene_munmap_then_mmap, &scene_munmap_stranger };
	const struct injector inj = { .on = top_sleep(m) == SLEEPS_AFTER_RCU, .sites = ~0u, .nowait_only = true, .share = ~0u };
	u64 walked = 0;
	struct scene s;

	if ((top_valid(m) != VALID_BY_VMA_SEQ && top_valid(m) != VALID_BY_MM_SEQ) ||
	    (top_sleep(m) != SLEEPS_HERE && top_sleep(m) != SLEEPS_AFTER_RCU))
		return;		/* in other schemes the fault is held inside RCU, or holds a lock */
	scenes_begin(&s, m);
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		check_context("%s, and a grace period", ops[i]->name);
		scene_set(&s, WRITE_EMPTY, ops[i]);
		if (top_counter(m, "walked"))
			walked = rung_sum(m, 0, "walked");
		inject_configure(m->world, &inj);
		scene_begin_fault(&s, PROBE_FAULT_MADE);
		check(actor_wait_settled(s.faulter), "the fault does not come by");
		scene_begin_change(&s, NOWHERE);
		actor_finish(s.changer);
		cache_drain(m->world);
		actor_release(s.faulter, NOWHERE);
		actor_finish(s.faulter);
		inject_configure(m->world, &(struct injector){ .on = false });
		if (top_counter(m, "walked"))
			check(rung_sum(m, 0, "walked") > walked, "it used what the first walk found");
		scene_judge(&s);
	}
	scenes_end(&s);
}

/* The same for a VMA in the thread's cache; also if it was not freed but is no longer the right one. */
SCHEME_TEST(a_cached_vma_is_asked)
{
	struct mm *first = m->mm, *second;
	u64 done;

	map_at(m, X, 8, PROT_RW);
	map_at(m, ELSEWHERE, 1, PROT_R);
	must_write(m, X, 1);
	must_write(m, X + P, 1);

	/* The old VMA is gone: the fault finds the new one, and does not fall because of the old one. */
	for (int drained = 0; drained < 2; drained++) {
		cr_expect_eq(mm_munmap(m->task, m->mm, X, 8 * P), 0);
		if (drained)
			cache_drain(m->world);
		must_not_read(m, X + 2 * P);
		map_at(m, X, 8, PROT_RW);
		must_write(m, X, 2);
		done = rung_sum(m, 0, "done");
		must_write(m, X + (3 + drained) * P, 1);
		cr_expect_eq(rung_sum(m, 0, "done"), done + 1, "it fell");
	}

	/* Shorter than it was, and another beside it: no reason to fall. */
	cr_expect_eq(mm_munmap(m->task, m->mm, X + 6 * P, 2 * P), 0);
	map_at(m, X + 6 * P, 2, PROT_R);
	must_write(m, X + 5 * P, 1);
	done = rung_sum(m, 0, "done");
	cr_expect_eq(must_read(m, X + 6 * P), 0);
	cr_expect_eq(rung_sum(m, 0, "done"), done + 1, "it fell");
	cr_expect_eq(must_read(m, X), 2);

	/* Of another address space, where nobody may write there. */
	cr_expect_eq(mm_madvise(m->task, m->mm, X, 6 * P, ADV_DONTNEED), 0);
	must_write(m, X, 2);
	cr_assert_eq(mm_create(m->task, &second), 0);
	mm_detach(m->task);
	mm_attach(m->task, second);
	m->mm = second;
	must_not_read(m, X + 4 * P);
	map_at(m, X, 8, PROT_R);
	must_not_write(m, X + 4 * P);
	cr_expect_eq(must_read(m, X), 0, "the other's page");
	mm_detach(m->task);
	mm_destroy(m->task, second);
	m->mm = first;
	mm_attach(m->task, first);
	cr_expect_eq(must_read(m, X), 2);
}
