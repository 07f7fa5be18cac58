// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Plays the matrix, one cell at a time, each in an address space of its own.
 *
 * Why the outcome is the same on any machine.  While one of the two is held only the other runs; there
 * are no other threads in the world, and no background reclaimer.  How the running one comes to rest,
 * finished or waiting for the held one, is known because a thread announces each wait (stage.h).  When
 * the held one is released while the other waits for it, the other is held again at the first point that
 * it passes, so that only one of them runs on beyond their contention.
 */
#include "bench/matrix/matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stage/objects.h"
#include "bench/stage/stage.h"
#include "common/mm/file.h"
#include "common/mm/world.h"

#define ALL_POINTS (~0ULL >> (64 - NR_PROBE_POINTS))

struct player {
	struct matrix_scene scene;	/* first */
	const struct matrix_op *op;
	const struct scheme_chain *chain;
	struct stage stage;
	struct actor *faulter, *changer;
};

static struct world_config matrix_config(void)
{
	struct world_config config = world_config_default(1024);

	config.nr_tasks = NR_ACTORS + 1;
	config.reclaim = true;		/* reclaims only on request: frames never run low */
	config.swap_slots = 64;
	config.fault_around = 0;
	return config;
}

/* --- the scene ------------------------------------------------------------------------------- */

static void fault_in(struct matrix_scene *s, unsigned long addr, unsigned int flags)
{
	BUG_ON(mm_fault(s->task, s->mm, addr, flags | FAULT_FLAG_USER) != FAULT_DONE);
}

static void map_anon(struct matrix_scene *s, unsigned long addr)
{
	BUG_ON(mm_mmap(s->task, s->mm, addr, MATRIX_BYTES, MM_PROT_READ | MM_PROT_WRITE,
		       MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED, NULL, 0) != addr);
}

/* Make the first page of a VMA present, and with it tables and, if written, the anon_vma. */
static void scene_set(struct player *p, const struct matrix_op *op, enum matrix_where where)
{
	struct matrix_scene *s = &p->scene;
	bool other = where != WHERE_THIS;

	p->op = op;
	s->where = where;
	s->target = other ? MATRIX_B : MATRIX_A;
	s->file = NULL;
	s->child = NULL;
	s->read = s->alone = false;
	BUG_ON(mm_create(s->task, &s->mm));
	mm_attach(s->task, s->mm);
	if (op->prepare)
		op->prepare(s);
	else
		map_anon(s, s->target);
	if (!s->alone)
		fault_in(s, s->target, s->file ? 0 : FAULT_FLAG_WRITE);
	if (other) {
		map_anon(s, MATRIX_A);
		fault_in(s, MATRIX_A, where == WHERE_FIRST ? 0 : FAULT_FLAG_WRITE);
		if (s->alone)
			BUG_ON(mm_madvise(s->task, s->mm, MATRIX_A, PAGE_SIZE, 4 /* DONTNEED */));
	}
}

static void scene_clear(struct player *p)
{
	struct matrix_scene *s = &p->scene;

	mm_check(s->task, s->mm);
	if (s->child)
		mm_destroy(s->task, s->child);
	mm_destroy(s->task, s->mm);
	if (s->file)
		file_put(s->task, s->file);
}

static void fault_job(struct actor *a, void *arg)
{
	struct matrix_scene *s = arg;

	s->result = mm_fault(world_task(s->world, a->slot), s->mm, MATRIX_X,
			     FAULT_FLAG_USER | (s->read ? 0 : FAULT_FLAG_WRITE));
}

static void op_job(struct actor *a, void *arg)
{
	struct player *p = arg;

	p->op->run(&p->scene, world_task(p->scene.world, a->slot));
}

/* --- what happened --------------------------------------------------------------------------- */

/*
 * Does the actor wait, and for what?  It is settled, so nothing changes meanwhile.  A spinning actor may
 * be between two looks at its word, so try until it is not.
 */
static bool note_wait(const struct player *p, const struct actor *a, char lock[64])
{
	struct platform_waiting w;
	struct object_name name;

	lock[0] = '\0';
	while (!actor_waits(a, &w))
		if (actor_is_done(a) || actor_is_held(a))
			return false;
	if (w.how == PLATFORM_AWAITS_RCU) {
		strcpy(lock, "rcu");
		return true;
	}
	object_name(p->chain, w.lock, &name);
	snprintf(lock, 64, "%s.%s", name.what, name.field);
	return true;
}

/* The last point that an operation has passed. */
static enum probe_point last_point(const struct actor *a)
{
	enum probe_point last = NR_PROBE_POINTS;

	for (unsigned int q = PROBE_CHANGE_LOCKED; q < NR_PROBE_POINTS; q++)
		if (actor_has_seen(a, q))
			last = q;
	return last;
}

/* The counters of the faulting task since its fault began, when all of them were zero. */
static void note_fault(struct player *p, struct matrix_cell *cell)
{
	const struct stats *stats = &world_task(p->scene.world, p->faulter->slot)->stats;

	cell->fault_waits = note_wait(p, p->faulter, cell->fault_lock);
	cell->raced = READ_ONCE(stats->event[STAT_FAULT_RACED]);
	cell->nr_rungs = 0;
	for (const struct scheme_inst *si = p->chain->inst; si; si = si->below) {
		struct matrix_rung *rung = &cell->rung[si->rung];

		rung->si = si;
		rung->why[0] = '\0';
		for (unsigned int c = 0; si->scheme->counters[c].name; c++) {
			size_t used = strlen(rung->why);

			if (!READ_ONCE(stats->rung[si->rung][c]))
				continue;
			cell->nr_rungs = si->rung + 1;
			if (c)
				snprintf(rung->why + used, sizeof(rung->why) - used, "%s%s",
					 used ? "," : "", si->scheme->counters[c].name);
		}
	}
	/* A fault that waits for a rung's lock has not counted there yet. */
	if (cell->fault_waits && cell->nr_rungs < p->chain->nr)
		cell->rung[cell->nr_rungs++].why[0] = '\0';
}

static void counters_reset(struct player *p)
{
	world_stats_reset(p->scene.world);
}

/* --- cells ------------------------------------------------------------------------------------- */

static void hold_fault(struct player *p, struct matrix_cell *cell)
{
	counters_reset(p);
	actor_begin(p->faulter, cell->point, fault_job, &p->scene);
	BUG_ON(!actor_wait_settled(p->faulter));
	actor_begin(p->changer, NOWHERE, op_job, p);
	actors_wait_settled(p->faulter, p->changer);
	cell->op_waits = note_wait(p, p->changer, cell->op_lock);
	cell->op_reached = last_point(p->changer);

	/* The operation runs only from where it waits to the next point beside the rest of the fault. */
	if (cell->op_waits)
		actor_hold_at_any(p->changer, ALL_POINTS);
	actor_release(p->faulter, NOWHERE);
	actors_wait_settled(p->faulter, p->changer);
	note_fault(p, cell);
}

static void hold_op(struct player *p, struct matrix_cell *cell)
{
	counters_reset(p);
	actor_begin(p->changer, cell->point, op_job, p);
	BUG_ON(!actor_wait_settled(p->changer));
	cell->op_reached = cell->point;
	actor_begin(p->faulter, NOWHERE, fault_job, &p->scene);
	actors_wait_settled(p->faulter, p->changer);
	note_fault(p, cell);
}

static struct matrix_cell *cell_add(struct matrix *m)
{
	if (m->nr == m->max) {
		unsigned int max = m->max ? 2 * m->max : 256;
		struct matrix_cell *more = realloc(m->cell, max * sizeof(*more));

		if (!more)
			return NULL;
		m->cell = more;
		m->max = max;
	}
	memset(&m->cell[m->nr], 0, sizeof(*m->cell));
	return &m->cell[m->nr++];
}

static int play_cell(struct player *p, struct matrix *m, const struct matrix_op *op, enum matrix_where where,
		     enum matrix_side side, enum probe_point point)
{
	struct matrix_cell *cell = cell_add(m);

	if (!cell)
		return -1;
	cell->op = op;
	cell->where = where;
	cell->side = side;
	cell->point = point;
	scene_set(p, op, where);
	if (side == HOLD_FAULT)
		hold_fault(p, cell);
	else
		hold_op(p, cell);
	actor_finish(p->changer);
	actor_finish(p->faulter);
	cell->result = p->scene.result;
	scene_clear(p);
	return 0;
}

/* The points that each passes when it runs alone: there it can be held. */
static u64 learn(struct player *p, const struct matrix_op *op, enum matrix_where where, enum matrix_side side)
{
	struct actor *a = side == HOLD_FAULT ? p->faulter : p->changer;
	u64 seen;

	scene_set(p, op, where);
	if (side == HOLD_FAULT)
		actor_begin(a, NOWHERE, fault_job, &p->scene);
	else
		actor_begin(a, NOWHERE, op_job, p);
	actor_finish(a);
	seen = READ_ONCE(a->seen);
	scene_clear(p);
	/* At the very beginning and end it holds nothing and has seen nothing, so leave those points out. */
	return seen & ~(1ULL << PROBE_FAULT_BEGIN | 1ULL << PROBE_FAULT_DONE);
}

static int play_op(struct player *p, struct matrix *m, const struct matrix_op *op,
		   const struct matrix_filter *filter)
{
	for (unsigned int side = 0; side < NR_SIDES; side++) {
		for (unsigned int where = 0; where < NR_WHERE; where++) {
			u64 points;

			if (!(op->where >> where & 1))
				continue;
			points = learn(p, op, where, side);
			for (unsigned int point = 0; point < NR_PROBE_POINTS; point++) {
				if (!(points >> point & 1) ||
				    (filter->point != NR_PROBE_POINTS && filter->point != point))
					continue;
				if (play_cell(p, m, op, where, side, point))
					return -1;
			}
		}
	}
	return 0;
}

int matrix_play(struct matrix *m, const struct scheme_chain *chain,
		const struct matrix_filter *filter, struct bench_error *err)
{
	const struct platform_listener *objects = objects_begin();
	struct world_config config = matrix_config();
	struct player p = { .chain = chain };
	struct matrix_scene *s = &p.scene;
	int ret;

	m->chain = chain;
	ret = world_create(&s->world, &config, chain);
	if (ret) {
		ret = bench_fail_memory(err, "making a world");
		goto out;
	}
	s->task = world_task(s->world, 0);
	ret = stage_begin(&p.stage, s->world, &s->mm, objects);
	if (ret) {
		ret = bench_fail(err, "no thread: %s", strerror(-ret));
		goto out_world;
	}
	p.faulter = &p.stage.actor[0];
	p.changer = &p.stage.actor[1];
	for (const struct matrix_op *op = matrix_ops; op->name && !ret; op++)
		if (!filter->op || !strcmp(op->name, filter->op))
			ret = play_op(&p, m, op, filter);
	if (ret)
		ret = bench_fail_memory(err, "noting what happened");
	stage_end(&p.stage);
out_world:
	world_destroy(s->world);
out:
	objects_end();
	return ret;
}

void matrix_free(struct matrix *m)
{
	free(m->cell);
	*m = (struct matrix){ 0 };
}
