/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Directing one interleaving step by step, and noting each step.
 */
#include "bench/matrix/explain.h"

#include <stdarg.h>
#include <string.h>

#include "bench/matrix/player.h"

/* --- noting ----------------------------------------------------------------------------------------- */

/* An actor as it was when it last came to rest. */
struct rest {
	bool moved;		/* it was let go since, or began */
	bool waits;
	char lock[64];
};

static void note(struct explain *e, bool of_op, bool blocked, const char *format, ...) __attribute__((format(printf, 4, 5)));

static void note(struct explain *e, bool of_op, bool blocked, const char *format, ...)
{
	struct explain_step *step;
	va_list ap;

	BUG_ON(e->nr == EXPLAIN_MAX_STEPS);
	step = &e->step[e->nr++];
	step->of_op = of_op;
	step->blocked = blocked;
	va_start(ap, format);
	vsnprintf(step->text, sizeof(step->text), format, ap);
	va_end(ap);
}

/* "fault: entry read, need decided" without whose it is: the column says that. */
static const char *where_is(enum probe_point point)
{
	const char *colon = strstr(probe_point_where(point), ": ");

	return colon ? colon + 2 : probe_point_where(point);
}

const char *explain_result(enum fault_result result)
{
	switch (result) {
	case FAULT_DONE:
		return "its page is present";
	case FAULT_SIGSEGV:
		return "SIGSEGV";
	case FAULT_SIGBUS:
		return "SIGBUS";
	case FAULT_OOM:
		return "no memory";
	}
	return "?";
}

/* Where @a has come to rest, if it has moved. */
static void look(struct explain *e, const struct player *p, const struct actor *a, struct rest *r)
{
	bool of_op = a == p->changer;
	char lock[64];

	if (actor_is_held(a)) {
		/* That a fault is over is said with its result. */
		if ((r->moved || r->waits) && actor_held_at(a) != PROBE_FAULT_DONE)
			note(e, of_op, false, "%s", where_is(actor_held_at(a)));
		*r = (struct rest){ .moved = false };
	} else if (actor_is_done(a)) {
		if (r->moved || r->waits)
			note(e, of_op, false, of_op ? "over" : "over: %s", explain_result(p->scene.result));
		*r = (struct rest){ .moved = false };
	} else if (player_waits(p, a, lock)) {
		if (!r->waits || strcmp(lock, r->lock))
			note(e, of_op, true, "waits for %s", strcmp(lock, "rcu") ? lock : "RCU readers");
		*r = (struct rest){ .waits = true };
		memcpy(r->lock, lock, sizeof(lock));
	}
}

/* --- directing ---------------------------------------------------------------------------------------- */

struct director {
	struct explain *e;
	struct player *p;
	struct rest fault, op;
};

static void settle(struct director *d)
{
	actors_wait_settled(d->p->faulter, d->p->changer);
	look(d->e, d->p, d->p->faulter, &d->fault);
	look(d->e, d->p, d->p->changer, &d->op);
}

static void step(struct director *d, struct actor *a)
{
	(a == d->p->faulter ? &d->fault : &d->op)->moved = true;
	actor_release(a, ANYWHERE);
	settle(d);
}

/* Up to the point. @return 0; -1: it does not come by */
static int fault_to_point(struct director *d, struct bench_error *err)
{
	struct actor *a = d->p->faulter;

	d->fault.moved = true;
	actor_begin(a, ANYWHERE, player_fault, &d->p->scene);
	settle(d);
	while (actor_is_held(a) && actor_held_at(a) != d->e->point)
		step(d, a);
	if (!actor_is_held(a))
		return bench_fail(err, "explain: the fault does not come by %s under %s; 'faultline matrix --list' has all points",
				  probe_point_name(d->e->point), d->e->chain->name);
	d->e->step[d->e->nr - 1].blocked = true;
	return 0;
}

/* The operation as far as it comes while the fault stands still. */
static void op_beside(struct director *d)
{
	struct actor *a = d->p->changer;

	note(d->e, true, false, "begins");
	d->op.moved = true;
	actor_begin(a, ANYWHERE, player_op, d->p);
	settle(d);
	while (actor_is_held(a))
		step(d, a);
	d->e->end.op_waits = !actor_is_done(a);
	memcpy(d->e->end.op_lock, d->op.lock, sizeof(d->op.lock));
}

/* Both to their ends, the fault first where it can go on. */
static void to_the_end(struct director *d)
{
	struct actor *fault = d->p->faulter, *op = d->p->changer;

	while (!actor_is_done(fault) || !actor_is_done(op)) {
		BUG_ON(!actor_is_held(fault) && !actor_is_held(op));
		step(d, actor_is_held(fault) ? fault : op);
	}
}

int explain_play(struct explain *e, struct bench_error *err)
{
	struct player p;
	struct director d = { .e = e, .p = &p };
	int ret = player_begin(&p, e->chain, err);

	if (ret)
		return ret;
	player_scene(&p, e->op, e->where);
	world_stats_reset(p.scene.world);
	ret = fault_to_point(&d, err);
	if (!ret) {
		op_beside(&d);
		to_the_end(&d);
		player_note(&p, &e->end);
		e->end.result = p.scene.result;
	}
	actor_finish(p.faulter);
	actor_finish(p.changer);
	player_clear(&p);
	player_end(&p);
	return ret;
}
