// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Every way out of the first rung, and what the schemes promise by counts.
 */
#include <criterion/criterion.h>

#include "common/mm/fault.h"
#include "tests/rules/scene.h"

#include <string.h>

/* One way out of the first rung, made to happen once. */
struct way_out {
	const char *spec, *counter;
	enum scene_kind kind;
	const struct scene_op *op;
	enum probe_point change_first;	/* the change is held here before the fault begins, or NOWHERE */
	enum probe_point fault_at;	/* the fault is held here while the change goes to its end, or NOWHERE */
	bool nowait_fails;		/* GFP_NOWAIT allocations fail */
};

static const struct way_out ways_out[] = {
	{ "rcu_everything", "miss", WRITE_EMPTY, &scene_munmap_all, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "rcu_everything", "marked", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_MARKED, NOWHERE, false },
	{ "rcu_everything", "torn", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_SNAPSHOT, false },
	{ "rcu_everything", "changed", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_MADE, false },
	{ "rcu_everything", "needs_mmap_lock", WRITE_BARE, &scene_advice, NOWHERE, PROBE_FAULT_LOOKED, false },
	{ "rcu_everything_keep", "would_sleep", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_continue", "continued", WRITE_EMPTY, &scene_munmap_stranger, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_continue", "continued", WRITE_BARE, &scene_munmap_stranger, NOWHERE, PROBE_FAULT_LOOKED, false },
	{ "rcu_everything_continue", "not_locked", WRITE_EMPTY, &scene_mprotect_and_back, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_continue", "not_locked", WRITE_EMPTY, &scene_mprotect_read_all, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_continue", "would_sleep", WRITE_EMPTY, &scene_munmap_all, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_continue:per_vma_refcount", "continued", WRITE_EMPTY, &scene_munmap_stranger, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_continue:per_vma_refcount", "not_locked", WRITE_EMPTY, &scene_mprotect_and_back, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_keep", "changed", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_MADE, false },
	{ "rcu_everything_grace", "marked", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_MARKED, NOWHERE, false },
	{ "rcu_everything:per_vma_refcount", "changed", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_MADE, false },
	{ "per_vma_rwsem", "marked", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_MARKED, NOWHERE, false },
	{ "per_vma_rwsem", "gone", WRITE_EMPTY, &scene_munmap_piece, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "per_vma_rwsem", "outside", WRITE_EMPTY, &scene_mprotect_neighbour, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "per_vma_refcount", "marked", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_MARKED, NOWHERE, false },
	{ "per_vma_refcount", "gone", WRITE_EMPTY, &scene_munmap_piece, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "per_vma_refcount", "outside", WRITE_EMPTY, &scene_mprotect_neighbour, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "per_vma_rwsem_wait", "marked", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_MARKED, NOWHERE, false },
	{ "per_vma_rwsem_wait", "gone", WRITE_EMPTY, &scene_munmap_piece, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "per_vma_rwsem_wait", "outside", WRITE_EMPTY, &scene_mprotect_neighbour, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "vma_hazptr", "marked", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_MARKED, NOWHERE, false },
	{ "vma_hazptr", "gone", WRITE_EMPTY, &scene_munmap_piece, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "vma_hazptr", "outside", WRITE_EMPTY, &scene_mprotect_neighbour, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "vma_hazptr_membarrier", "marked", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_MARKED, NOWHERE, false },
	{ "vma_hazptr_membarrier", "gone", WRITE_EMPTY, &scene_munmap_piece, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "vma_hazptr_membarrier", "outside", WRITE_EMPTY, &scene_mprotect_neighbour, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "rcu_everything_leave", "changed", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_MADE, false },
	{ "rcu_everything_leave", "changed", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_MADE, true },
	{ "rcu_everything_leave", "changed", WRITE_EMPTY, &scene_munmap_all, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_leave", "left", WRITE_EMPTY, &scene_munmap_stranger, NOWHERE, PROBE_FAULT_LOOKED, true },
	{ "rcu_everything_leave", "needs_mmap_lock", WRITE_BARE, &scene_advice, NOWHERE, PROBE_FAULT_LOOKED, false },
	{ "vma_seq_retry", "miss", WRITE_EMPTY, &scene_munmap_all, NOWHERE, PROBE_FAULT_FOUND, false },
	{ "vma_seq_retry", "marked", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_MARKED, NOWHERE, false },
	{ "vma_seq_retry", "again", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_SNAPSHOT, false },
	{ "vma_seq_retry", "again", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_MADE, false },
	{ "vma_seq_retry", "needs_mmap_lock", WRITE_BARE, &scene_advice, NOWHERE, PROBE_FAULT_LOOKED, false },
	{ "seqcount_retry", "abort_odd", WRITE_EMPTY, &scene_advice, PROBE_CHANGE_LOCKED, NOWHERE, false },
	{ "seqcount_retry", "abort_vma_copy", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_SNAPSHOT, false },
	{ "seqcount_retry", "abort_seq1", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_MADE, false },
	{ "seqcount_retry", "abort_seq2", WRITE_EMPTY, &scene_advice, NOWHERE, PROBE_FAULT_PUT, false },
	{ "seqcount_retry", "abort_no_table", WRITE_NO_TABLE, &scene_advice, NOWHERE, PROBE_FAULT_LOOKED, false },
};

static void take(struct scene *s, const struct way_out *way)
{
	const struct injector inj = { .on = way->nowait_fails, .sites = ~0u, .nowait_only = true, .share = ~0u };
	u64 before;

	check_context("%s: %s", way->spec, way->counter);
	scene_set(s, way->kind, way->op);
	inject_configure(s->m->world, &inj);
	before = rung_sum(s->m, 0, way->counter);
	if (way->change_first != NOWHERE) {
		scene_begin_change(s, way->change_first);
		check(actor_wait_settled(s->changer), "the change does not come by");
		scene_begin_fault(s, NOWHERE);
		actor_wait_settled(s->faulter);
	} else {
		scene_begin_fault(s, way->fault_at);
		check(actor_wait_settled(s->faulter), "the fault does not come by");
		scene_begin_change(s, NOWHERE);
		actor_wait_settled(s->changer);
		actor_release(s->faulter, NOWHERE);
	}
	actor_finish(s->changer);
	actor_finish(s->faulter);
	inject_configure(s->m->world, &(struct injector){ .on = false });
	check_same(rung_sum(s->m, 0, way->counter) - before, 1, way->counter);
	scene_judge(s);
}

SCHEME_TEST(every_way_out)
{
	struct scene s;

	scenes_begin(&s, m);
	for (unsigned int i = 0; i < ARRAY_SIZE(ways_out); i++)
		if (!strcmp(m->chain.name, ways_out[i].spec))
			take(&s, &ways_out[i]);
	scenes_end(&s);
}

/*
 * Change the VMA each time the fault has made its page: the fault does not try for ever, and the change
 * never waits for it.  The last rung handles it.
 */
static void lose_every_attempt(struct scene *s, unsigned int retries, const char *trouble)
{
	u64 again, fell, last;

	scene_set(s, WRITE_EMPTY, &scene_mprotect_and_back);
	again = rung_sum(s->m, 0, "again");
	fell = rung_sum(s->m, 0, trouble);
	last = rung_sum(s->m, s->m->chain.nr - 1, "done");
	scene_begin_fault(s, PROBE_FAULT_MADE);
	for (unsigned int i = 0; i <= retries; i++) {
		check(actor_wait_settled(s->faulter), "attempt %u does not come by", i);
		check_same(rung_sum(s->m, 0, "again") - again, i, "attempts after the first");
		scene_begin_change(s, NOWHERE);
		actor_wait_settled(s->changer);
		check(actor_is_done(s->changer), "the change waits for the fault");
		actor_finish(s->changer);
		actor_release(s->faulter, PROBE_FAULT_MADE);
	}
	check(actor_wait_settled(s->faulter), "the last rung does not come by");
	actor_finish(s->faulter);
	check_same(rung_sum(s->m, 0, "again") - again, retries, "attempts after the first, in all");
	check_same(rung_sum(s->m, 0, trouble) - fell, 1, trouble);
	check_same(rung_sum(s->m, s->m->chain.nr - 1, "done") - last, 1, "handled on the last rung");
	scene_judge(s);
}

SCHEME_TEST(attempts_are_bounded)
{
	struct scene s;

	if (!top_counter(m, "again"))
		return;
	scenes_begin(&s, m);
	lose_every_attempt(&s, 2, "changed");
	scenes_end(&s);
}

/* A write to a page beside X. */
static void beside_job(struct actor *a, void *arg)
{
	(void)arg;
	check_same(access_write(world_task(a->stage->world, a->slot), X + P, OTHER), ACCESS_OK, "the second write");
}

/*
 * One fault is on its way and a change comes.  Either the change does not wait for it, or
 * it waits for this one alone: those that come later stay behind the change.
 */
SCHEME_TEST(writer_is_not_starved)
{
	bool waits = top_valid(m) != VALID_BY_VMA_SEQ && top_valid(m) != VALID_BY_MM_SEQ;
	struct actor *later;
	struct scene s;
	u64 done;

	scenes_begin(&s, m);
	later = &s.stage.actor[2];
	scene_set(&s, WRITE_EMPTY, &scene_advice);
	done = rung_sum(m, 0, "done");
	scene_begin_fault(&s, PROBE_FAULT_MADE);
	check(actor_wait_settled(s.faulter), "the fault does not come by");
	scene_begin_change(&s, waits ? PROBE_CHANGE_MARKED : NOWHERE);
	actor_wait_settled(s.changer);
	if (waits) {
		check(actor_waits(s.changer, NULL), "the change does not wait");
		for (unsigned int i = 0; i < 2; i++) {
			actor_begin(&later[i], NOWHERE, beside_job, NULL);
			actor_wait_settled(&later[i]);
			check(actor_waits(&later[i], NULL), "fault %u does not wait for the change", i);
		}
		actor_release(s.faulter, NOWHERE);
		while (!actor_is_held(s.changer))
			stage_wait(&s.stage);
		check(rung_sum(m, 0, "done") - done <= 1, "a later fault got in before the change");
	} else {
		check(actor_is_done(s.changer), "the change waits for the fault");
	}
	actor_finish(s.changer);
	actor_finish(s.faulter);
	for (unsigned int i = 0; waits && i < 2; i++)
		actor_finish(&later[i]);
	scene_judge(&s);
	scenes_end(&s);
}

static void map_elsewhere_job(struct actor *a, void *arg)
{
	struct mm_test *m = arg;

	check_same(mm_mmap(world_task(a->stage->world, a->slot), m->mm, ELSEWHERE, P, PROT_RW, MAP_ANON_FIXED, NULL, 0), ELSEWHERE,
		   "mmap");
}

/* A fault has waited for a change of its VMA, and makes its page: with the VMA held, so that other changes go on. */
SCHEME_TEST(waited_and_let_go_of_mmap_lock)
{
	const struct scheme_counter *marked = top_counter(m, "marked");
	struct actor *other;
	struct scene s;

	if (top_valid(m) != VALID_BY_VMA_LOCK || !marked || marked->kind != COUNTS_AGAIN)
		return;		/* it falls, and makes its page under mmap_lock */
	scenes_begin(&s, m);
	other = &s.stage.actor[2];
	scene_set(&s, WRITE_EMPTY, &scene_advice);
	scene_begin_change(&s, PROBE_CHANGE_MARKED);
	check(actor_wait_settled(s.changer), "the change does not come by");
	scene_begin_fault(&s, PROBE_FAULT_MADE);
	actor_wait_settled(s.faulter);
	check(actor_waits(s.faulter, NULL), "the fault does not wait for the change");
	actor_release(s.changer, NOWHERE);
	while (!actor_is_held(s.faulter))
		stage_wait(&s.stage);
	actor_begin(other, NOWHERE, map_elsewhere_job, m);
	actor_wait_settled(other);
	check(actor_is_done(other), "a change elsewhere waits for the fault");
	actor_finish(other);
	actor_finish(s.changer);
	actor_finish(s.faulter);
	check_same(rung_sum(m, m->chain.nr - 1, "done"), 0, "faults handled under mmap_lock");
	scene_judge(&s);
	scenes_end(&s);
}

/*
 * A change comes at every rung, as if without end: the fault falls once at each, and on the last it goes
 * before the change that came after it.
 */
SCHEME_TEST(fault_is_not_starved)
{
	bool rcu = top_valid(m) == VALID_BY_VMA_SEQ && top_sleep(m) != SLEEPS_HERE;
	unsigned int last = m->chain.nr - 1;
	u64 changed = 0, marked = 0, done;
	struct actor *first;
	struct scene s;

	/* No change may wait for the first rung, or it is the last. */
	if (!rcu && last)
		return;
	scenes_begin(&s, m);
	scene_set(&s, WRITE_EMPTY, &scene_mprotect_and_back);
	done = rung_sum(m, last, "done");
	if (rcu) {
		changed = rung_sum(m, 0, "changed");
		marked = rung_sum(m, 1, "marked");
		scene_begin_fault(&s, PROBE_FAULT_MADE);
		check(actor_wait_settled(s.faulter), "the fault does not come by");
		scene_begin_change(&s, NOWHERE);
		actor_finish(s.changer);
		actor_release(s.faulter, PROBE_FAULT_FOUND);
		check(actor_wait_settled(s.faulter), "the fault does not come by on the second rung");
	}
	first = s.changer;
	scene_begin_change(&s, PROBE_CHANGE_MARKED);
	check(actor_wait_settled(first), "the change does not come by");
	if (rcu)
		actor_release(s.faulter, PROBE_FAULT_FOUND);
	else
		scene_begin_fault(&s, PROBE_FAULT_FOUND);	/* with mmap_lock held */
	actor_wait_settled(s.faulter);
	check(actor_waits(s.faulter, NULL), "the fault does not wait on the last rung");
	s.changer = &s.stage.actor[2];
	scene_begin_change(&s, PROBE_CHANGE_LOCKED);
	actor_wait_settled(s.changer);
	check(actor_waits(s.changer, NULL), "the change after it does not wait");
	actor_release(first, NOWHERE);
	while (!actor_is_held(s.faulter) && !actor_is_held(s.changer))
		stage_wait(&s.stage);
	check(actor_is_held(s.faulter), "the fault is behind a change that came after it");
	actor_finish(s.faulter);
	check_same(rung_sum(m, last, "done") - done, 1, "done on the last rung");
	if (rcu) {
		check_same(rung_sum(m, 0, "changed") - changed, 1, "fell from the first rung");
		check_same(rung_sum(m, 1, "marked") - marked, 1, "fell from the second rung");
	}
	actor_finish(s.changer);
	actor_finish(first);
	s.changer = first;
	scene_judge(&s);
	scenes_end(&s);
}

/* Another thread holds the lock of X's table: upper rungs only try it, the last rung waits. */
SCHEME_TEST(table_lock)
{
	struct pgtable *table;
	struct scene s;
	u64 fell, done;

	if (!top_counter(m, "abort_ptl"))
		return;
	scenes_begin(&s, m);
	scene_set(&s, WRITE_EMPTY, &scene_munmap_stranger);
	fell = rung_sum(m, 0, "abort_ptl");
	done = rung_sum(m, 0, "done");
	rcu_read_lock();
	table = pgtable_walk(m->mm, X);
	rcu_read_unlock();
	spin_lock(&table->lock);
	scene_begin_fault(&s, NOWHERE);
	/*
	 * It is settled, and neither held nor done.  We do not check again, since a spinning thread may
	 * be between two looks.
	 */
	check(!actor_wait_settled(s.faulter) && !actor_is_done(s.faulter), "the fault does not wait, on any rung");
	check_same(rung_sum(m, 0, "abort_ptl") - fell, 1, "fell, the lock being held");
	spin_unlock(&table->lock);
	actor_finish(s.faulter);
	check_same(rung_sum(m, 0, "done") - done, 0, "done on the first rung");
	scene_judge(&s);
	scenes_end(&s);
}

/* There is no table yet: this rung walks tables and never makes them. */
SCHEME_TEST(missing_tables)
{
	struct scene s;
	u64 fell, done;

	if (!top_counter(m, "abort_no_table"))
		return;
	scenes_begin(&s, m);
	scene_set(&s, WRITE_NO_TABLE, &scene_advice);
	fell = rung_sum(m, 0, "abort_no_table");
	done = rung_sum(m, 0, "done");
	scene_begin_fault(&s, NOWHERE);
	actor_finish(s.faulter);
	check_same(rung_sum(m, 0, "abort_no_table") - fell, 1, "fell, the table missing");
	check_same(rung_sum(m, 0, "done") - done, 0, "done on the first rung");
	scene_judge(&s);
	scenes_end(&s);
}

/* The commit is refused once, and the next attempt uses the page that was made: none is given back. */
SCHEME_TEST(what_was_made_is_kept)
{
	const char *keeps = top_sleep(m) == SLEEPS_BELOW_KEEPING ? "changed" : "again";
	struct scene s;
	u64 before, dropped;

	if (top_sleep(m) != SLEEPS_BELOW_KEEPING && !top_counter(m, "again"))
		return;
	scenes_begin(&s, m);
	scene_set(&s, WRITE_EMPTY, &scene_advice);
	before = rung_sum(m, 0, keeps);
	dropped = event_sum(m, STAT_FAULT_DROPPED);
	scene_begin_fault(&s, PROBE_FAULT_MADE);
	check(actor_wait_settled(s.faulter), "the fault does not come by");
	scene_begin_change(&s, NOWHERE);
	actor_finish(s.changer);
	actor_finish(s.faulter);
	check_same(rung_sum(m, 0, keeps) - before, 1, keeps);
	check_same(event_sum(m, STAT_FAULT_DROPPED) - dropped, 0, "pages made and given back");
	scene_judge(&s);
	scenes_end(&s);
}
