// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A reader of another address space's mappings: how each is read, who waits for whom, and what it must not miss.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/rules/scene.h"

#define STRANGER 3u	/* the slot of a reader that is not attached */
#define LOW	(A - 4 * P)
#define MAX_SEEN 16u

/* What one walk was told. */
static struct walk {
	struct vma_info info[MAX_SEEN];
	enum maps_way way[MAX_SEEN];
	unsigned int nr;
} walk;

static void read_maps(struct task *t, struct mm *mm)
{
	unsigned long at = 0, before = 0;
	enum maps_way way;

	walk.nr = 0;
	while ((way = mm_maps_next(t, mm, &at, &walk.info[walk.nr])) != MAPS_END) {
		const struct vma_info *info = &walk.info[walk.nr];

		check(info->start >= before && info->start < info->end, "[%#lx, %#lx) after %#lx", info->start, info->end, before);
		check_same(at, before = info->end, "where the walk goes on");
		walk.way[walk.nr++] = way;
		check(walk.nr < MAX_SEEN, "there is no end");
	}
}

/* Of [start, end), as often as it was told. */
static bool covers(unsigned long start, unsigned long end)
{
	for (unsigned int i = 0; i < walk.nr && start < end; i++)
		if (walk.info[i].start <= start && walk.info[i].end > start)
			start = walk.info[i].end;
	return start >= end;
}

/* Without a change, how is a mapping read under this chain? */
static enum maps_way usual_way(const struct mm_test *m)
{
	const struct scheme_inst *lock = m->chain.vma_lock;

	if (lock && !lock->scheme->vma_lock_attached)
		return MAPS_VMA_LOCK;
	return m->chain.freeing == FREE_AFTER_GRACE ? MAPS_COPIED : MAPS_MMAP_LOCK;
}

/* --- alone -------------------------------------------------------------------------------------- */

SCHEME_TEST(maps_of_another)
{
	struct task *stranger = world_task(m->world, STRANGER);
	struct file *file = file_open(3, false);
	unsigned long limit = m->mm->tree.limit, at;
	struct vma_info info;

	mm_test_alone(m);
	read_maps(stranger, m->mm);
	check_same(walk.nr, 0, "mappings of an empty address space");
	map_at(m, A, 4, PROT_RW);
	map_at(m, A + 4 * P, 2, PROT_R);
	map_at(m, limit - P, 1, PROT_RW);
	check_same(mm_mmap(m->task, m->mm, X, 2 * P, PROT_RW, MM_MAP_PRIVATE | MM_MAP_FIXED, file, 5 * P), X, "mmap");
	must_write(m, A, 1);
	read_maps(stranger, m->mm);
	check_same(walk.nr, 4, "mappings");
	for (unsigned int i = 0; i < walk.nr; i++)
		check_same(walk.way[i], usual_way(m), "how it was read");
	check_same(walk.info[0].has_anon, true, "an anon_vma");
	check_same(walk.info[1].flags & VM_WRITE, 0, "rights");
	check_same(walk.info[2].inode, file->inode, "the file");
	check_same(walk.info[2].pgoff, 5, "the offset");
	check_same(walk.info[3].end, limit, "the last");
	/* From within a mapping: the rest of it. */
	at = X + P;
	mm_maps_next(stranger, m->mm, &at, &info);
	check_same(info.start, X + P, "the rest's start");
	check_same(info.pgoff, 6, "the rest's offset");
	file_put(m->task, file);
}

/* --- beside a change ------------------------------------------------------------------------------ */

static void read_job(struct actor *a, void *arg)
{
	struct scene *s = arg;
	struct task *t = world_task(s->m->world, a->slot);

	mm_detach(t);	/* it is another process */
	read_maps(t, s->m->mm);
	mm_attach(t, s->m->mm);
}

/* X's VMA begins at LOW, below which there is a hole. */
static void map_low(struct situation *s)
{
	check_same(mm_mmap(s->task, s->mm, LOW, A - LOW, MM_PROT_READ, MAP_ANON_FIXED, NULL, 0), LOW, "mmap");
}

static void map_over_low(struct mm *mm, struct task *t)
{
	check_same(mm_mmap(t, mm, LOW, A - LOW, PROT_R | PROT_X, MAP_ANON_FIXED, NULL, 0), LOW, "mmap over it");
}

static const struct scene_op over_low = { "mmap over a VMA", END_ANY, map_low, map_over_low };

/* The change is held at @at: the reader that comes by waits for its end, and misses nothing of what was mapped all the time, from @from on. */
static void read_beside(struct mm_test *m, const struct scene_op *op, enum probe_point at, unsigned long from)
{
	struct scene s;

	scenes_begin(&s, m);
	check_context("a reader of maps beside a change that is held: %s", op->name);
	scene_set(&s, READ_EMPTY, op);
	scene_begin_change(&s, at);
	check(actor_wait_settled(s.changer), "the change does not come by");
	actor_begin(s.faulter, NOWHERE, read_job, &s);
	actor_wait_settled(s.faulter);
	check(!actor_is_done(s.faulter) && actor_waits(s.faulter, NULL), "the reader does not wait for the change");
	actor_finish(s.changer);
	actor_finish(s.faulter);
	check(covers(from, A_END), "something that is always mapped was missed");
	s.result = ACCESS_SIGSEGV;	/* there was no access */
	scene_judge(&s);
	scenes_end(&s);
}

/* One VMA is out of the tree, and the next is not stored yet. */
SCHEME_TEST(maps_beside_a_hole)
{
	read_beside(m, &over_low, PROBE_CHANGE_FLUSHED, LOW);
}

/* The VMA is marked, and not edited: it is read under mmap_lock, as it is when the change is over. */
SCHEME_TEST(maps_beside_a_mark)
{
	read_beside(m, &scene_mprotect_read_all, PROBE_CHANGE_MARKED, A);
	check_same(walk.way[0], MAPS_MMAP_LOCK, "how it was read");
	check_same(walk.info[0].flags & VM_WRITE, 0, "rights");
}

/* The reader is held with what it reads a mapping under: a change of that VMA waits for it exactly if that is a lock. */
SCHEME_TEST(change_beside_a_reader)
{
	enum maps_way way = usual_way(m);
	struct scene s;
	bool waits;

	scenes_begin(&s, m);
	check_context("mprotect of all, while a reader of maps has the VMA");
	scene_set(&s, READ_EMPTY, &scene_mprotect_read_all);
	actor_begin(s.faulter, PROBE_MAPS_READ, read_job, &s);
	check(actor_wait_settled(s.faulter), "the reader does not come by");
	scene_begin_change(&s, NOWHERE);
	waits = !actor_wait_settled(s.changer) && !actor_is_done(s.changer);
	if (top_valid(m) != VALID_BY_GRACE)
		check_same(waits, way != MAPS_COPIED, "the change waits for the reader");
	actor_finish(s.faulter);
	actor_finish(s.changer);
	check(covers(A, A_END), "something that is always mapped was missed");
	s.result = ACCESS_SIGSEGV;
	scene_judge(&s);
	scenes_end(&s);
}
