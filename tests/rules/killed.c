// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A change that is killed while it waits for a fault: it has changed nothing, and neither the fault nor the next change notices.
 */
#include <criterion/criterion.h>

#include <errno.h>

#include "tests/rules/scene.h"

#define LOW	(A - 2 * P)	/* a VMA of its own, right below the region */

/* What the change returned, as 0 or -errno; a child of fork. */
static long result;
static struct mm *child;

static void note(unsigned long ret, unsigned long good)
{
	result = ret == good ? 0 : (long)ret;
}

/* A call that touches LOW first marks that, and then waits in the mark of X's VMA. */
static void map_low(struct situation *s)
{
	check_same(mm_mmap(s->task, s->mm, LOW, A - LOW, PROT_R, MAP_ANON_FIXED, NULL, 0), LOW, "mmap");
}

/* The heap begins in the region's last page, so what brk adds joins X's VMA. */
static void set_heap(struct situation *s)
{
	mm_set_brk(s->task, s->mm, A_END - 1);
}

static void unmap(struct mm *mm, struct task *t)
{
	note((unsigned long)mm_munmap(t, mm, PIECE, PIECE_LEN), 0);
}

static void unmap_from_low(struct mm *mm, struct task *t)
{
	note((unsigned long)mm_munmap(t, mm, A - P, A_END - A + P), 0);
}

static void map_over(struct mm *mm, struct task *t)
{
	note(mm_mmap(t, mm, A - P, A_END - A + P, PROT_R, MAP_ANON_FIXED, NULL, 0), A - P);
}

static void map_beside(struct mm *mm, struct task *t)
{
	note(mm_mmap(t, mm, A_END, P, PROT_RW, MAP_ANON_FIXED, NULL, 0), A_END);
}

static void protect_from_low(struct mm *mm, struct task *t)
{
	note((unsigned long)mm_mprotect(t, mm, A - P, X + P - (A - P), 0), 0);
}

static void advise(struct mm *mm, struct task *t)
{
	note((unsigned long)mm_madvise(t, mm, A - P, X + P - (A - P), ADV_DONTFORK), 0);
}

static void move_away(struct mm *mm, struct task *t)
{
	note(mm_mremap(t, mm, PIECE, PIECE_LEN, PIECE_LEN, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, ELSEWHERE), ELSEWHERE);
}

static void shrink(struct mm *mm, struct task *t)
{
	note(mm_mremap(t, mm, A, A_END - A, PIECE - A, 0, 0), A);
}

static void grow(struct mm *mm, struct task *t)
{
	note(mm_mremap(t, mm, X, A_END - X, A_END - X + P, 0, 0), X);
}

static void grow_heap(struct mm *mm, struct task *t)
{
	unsigned long brk = mm_brk(t, mm, A_END + P);

	/* As in Linux brk does not say why it did nothing. */
	result = brk == A_END + P ? 0 : brk == A_END - 1 ? -EINTR : (long)brk;
}

static void fork_mm(struct mm *mm, struct task *t)
{
	child = NULL;
	note((unsigned long)mm_fork(t, mm, &child), 0);
}

static const struct scene_op ops[] = {
	{ "munmap", END_GONE, NULL, unmap },
	{ "munmap of two", END_GONE, map_low, unmap_from_low },
	{ "mmap over two", END_FRESH_READ_ONLY, map_low, map_over },
	{ "mmap that joins", END_KEPT, NULL, map_beside },
	{ "mprotect of two", END_NO_ACCESS, map_low, protect_from_low },
	{ "advice on two", END_KEPT, map_low, advise },
	{ "mremap that moves", END_MOVED, NULL, move_away },
	{ "mremap that shrinks", END_GONE, NULL, shrink },
	{ "mremap that grows", END_KEPT, NULL, grow },
	{ "brk", END_KEPT, set_heap, grow_heap },
	{ "fork", END_KEPT, NULL, fork_mm },
};

/* Begin the change.  @return it waits, for the fault, which is held in its middle */
static bool begin_and_wait(struct scene *s)
{
	result = 1;
	scene_begin_change(s, NOWHERE);
	actor_wait_settled(s->changer);
	check(actor_is_done(s->changer) || actor_waits(s->changer, NULL), "the change neither waits nor is done");
	return !actor_is_done(s->changer);
}

/* The change waits in a mark, or for mmap_lock: it is killed, and so is the next one. */
static void kill_waiting(struct scene *s, u64 vmas)
{
	struct task *t = world_task(s->m->world, s->changer->slot);

	for (unsigned int turn = 0; turn < 2; turn++) {
		task_kill(t);
		actor_finish(s->changer);
		check_same(result, -EINTR, "the killed change");
		check(!child, "a killed fork has a child");
		check(actor_is_held(s->faulter), "the fault went on");
		check_same(mm_hash_vmas(s->m->task, s->m->mm), vmas, "the VMAs after the kill");
		task_unkill(t);
		check(begin_and_wait(s), "the next change does not wait for the fault");
	}
}

static void play(struct scene *s, const struct scene_op *op, enum scene_kind kind)
{
	struct mm_test *m = s->m;
	enum scheme_valid valid = top_valid(m);
	u64 vmas;
	bool waits;

	check_context("%s, killed beside a fault: %s", op->name, scene_kind_name(kind));
	scene_set(s, kind, op);
	vmas = mm_hash_vmas(m->task, m->mm);
	scene_begin_fault(s, PROBE_FAULT_MADE);
	check(actor_wait_settled(s->faulter), "the fault does not come by");
	child = NULL;
	waits = begin_and_wait(s);
	if (valid == VALID_BY_MMAP_LOCK || valid == VALID_BY_VMA_LOCK)
		check(waits, "the change does not wait for the fault");
	if (waits && valid != VALID_BY_GRACE) {
		kill_waiting(s, vmas);
	} else if (waits) {	/* for a grace period, to its end */
		task_kill(world_task(m->world, s->changer->slot));
		actor_wait_settled(s->changer);
		check(!actor_is_done(s->changer), "the change did not wait for the grace period");
	}
	actor_finish(s->faulter);
	actor_finish(s->changer);
	task_unkill(world_task(m->world, s->changer->slot));
	check_same(result, 0, "the change that was not killed");
	if (child)
		mm_destroy(m->task, child);
	scene_judge(s);
}

SCHEME_TEST(killed_change)
{
	struct scene s;

	scenes_begin(&s, m);
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		for (enum scene_kind kind = READ_EMPTY; kind <= WRITE_EMPTY; kind++)
			play(&s, &ops[i], kind);
	scenes_end(&s);
}
