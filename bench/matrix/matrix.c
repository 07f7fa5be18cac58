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
#include <stdlib.h>
#include <string.h>

#include "bench/matrix/player.h"
#include "common/mm/world.h"

#define ALL_POINTS (~0ULL >> (64 - NR_PROBE_POINTS))

/* --- what happened --------------------------------------------------------------------------- */

/* The last point that an operation has passed. */
static enum probe_point last_point(const struct actor *a)
{
	enum probe_point last = NR_PROBE_POINTS;

	for (unsigned int q = PROBE_CHANGE_LOCKED; q < NR_PROBE_POINTS; q++)
		if (actor_has_seen(a, q))
			last = q;
	return last;
}

/* --- cells ------------------------------------------------------------------------------------- */

static void hold_fault(struct player *p, struct matrix_cell *cell)
{
	world_stats_reset(p->scene.world);
	actor_begin(p->faulter, cell->point, player_fault, &p->scene);
	BUG_ON(!actor_wait_settled(p->faulter));
	actor_begin(p->changer, NOWHERE, player_op, p);
	actors_wait_settled(p->faulter, p->changer);
	cell->op_waits = player_waits(p, p->changer, cell->op_lock);
	cell->op_reached = last_point(p->changer);

	/* The operation runs only from where it waits to the next point beside the rest of the fault. */
	if (cell->op_waits)
		actor_hold_at_any(p->changer, ALL_POINTS);
	actor_release(p->faulter, NOWHERE);
	actors_wait_settled(p->faulter, p->changer);
	player_note(p, cell);
}

static void hold_op(struct player *p, struct matrix_cell *cell)
{
	world_stats_reset(p->scene.world);
	actor_begin(p->changer, cell->point, player_op, p);
	BUG_ON(!actor_wait_settled(p->changer));
	cell->op_reached = cell->point;
	actor_begin(p->faulter, NOWHERE, player_fault, &p->scene);
	actors_wait_settled(p->faulter, p->changer);
	player_note(p, cell);
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
	player_scene(p, op, where);
	if (side == HOLD_FAULT)
		hold_fault(p, cell);
	else
		hold_op(p, cell);
	actor_finish(p->changer);
	actor_finish(p->faulter);
	cell->result = p->scene.result;
	player_clear(p);
	return 0;
}

/* The points that each passes when it runs alone: there it can be held. */
static u64 learn(struct player *p, const struct matrix_op *op, enum matrix_where where, enum matrix_side side)
{
	struct actor *a = side == HOLD_FAULT ? p->faulter : p->changer;
	u64 seen;

	player_scene(p, op, where);
	if (side == HOLD_FAULT)
		actor_begin(a, NOWHERE, player_fault, &p->scene);
	else
		actor_begin(a, NOWHERE, player_op, p);
	actor_finish(a);
	seen = READ_ONCE(a->seen);
	player_clear(p);
	/* At the very beginning and end it holds nothing and has seen nothing, so leave those points out. */
	return seen & ~(1ULL << PROBE_FAULT_BEGIN | 1ULL << PROBE_FAULT_DONE);
}

/* A fault that reads has its tables and, where it needs one, its anon_vma; in the operation's VMA it reads what that has. */
static bool has_scene(const struct matrix_op *op, enum matrix_where where, enum matrix_reads reads)
{
	if (where == WHERE_THIS)
		return op->reads >> reads & 1;
	return where == WHERE_OTHER || reads == READS_NOTHING;	/* the others have no first write */
}

static int play_op(struct player *p, struct matrix *m, const struct matrix_op *op,
		   const struct matrix_filter *filter)
{
	for (unsigned int side = 0; side < NR_SIDES; side++) {
		for (unsigned int where = 0; where < NR_WHERE; where++) {
			u64 points;

			if (!(op->where >> where & 1) || !has_scene(op, where, filter->reads))
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
	struct player p;
	int ret = player_begin(&p, chain, err);

	m->chain = chain;
	m->reads = filter->reads;
	m->io = filter->io;
	if (ret)
		return ret;
	p.scene.reads = filter->reads;
	p.scene.world->config.io = filter->io;	/* no thread has a fault yet */
	for (const struct matrix_op *op = matrix_ops; op->name && !ret; op++)
		if (!filter->op || !strcmp(op->name, filter->op))
			ret = play_op(&p, m, op, filter);
	if (ret)
		ret = bench_fail_memory(err, "noting what happened");
	player_end(&p);
	return ret;
}

void matrix_free(struct matrix *m)
{
	free(m->cell);
	*m = (struct matrix){ 0 };
}
