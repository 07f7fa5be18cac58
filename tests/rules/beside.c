// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Every change beside a fault that is held at every point, and then let go.
 *
 * Three schedules, each for every kind of fault, every change, and every pair, or triple, of points that
 * the two pass:
 *
 *	late	fault to p | change to q | fault to its end | change to its end
 *	early	change to q | fault to p | change to r | fault to its end | change to its end
 *	deep	fault looks | tables appear | fault to where it goes down | change ... as late
 *
 * "To its end" means: or until it waits for the other.  The points are found by first playing the two one
 * after the other.
 */
#include <criterion/criterion.h>

#include "tests/rules/scene.h"

/*
 * Points where holding the change makes a difference to a fault; the other points are equivalent to one
 * of these.
 */
#define EARLY	(1ULL << PROBE_CHANGE_LOCKED | 1ULL << PROBE_CHANGE_MARKED | \
		 1ULL << PROBE_CHANGE_DOWNGRADED | 1ULL << PROBE_ZAP_NO_MARK)

/* Points that each side passes undisturbed. */
struct points {
	u64 fault, change;
};

static struct points learn(struct scene *s)
{
	struct points points;

	check_context("%s, then %s", scene_kind_name(s->kind), s->op->name);
	scene_begin_fault(s, NOWHERE);
	actor_finish(s->faulter);
	points.fault = s->faulter->seen;
	scene_begin_change(s, NOWHERE);
	actor_finish(s->changer);
	points.change = s->changer->seen;
	check_same(s->result, ACCESS_OK, "the access before the change");
	scene_judge(s);
	return points;
}

static const char *name(unsigned int point)
{
	return point == NOWHERE ? "its end" : probe_point_name(point);
}

/* The fault is held at its point. */
static void go_on(struct scene *s, enum probe_point q)
{
	scene_begin_change(s, q);
	actor_wait_settled(s->changer);
	scene_check_tlb(s);
	actor_release(s->faulter, NOWHERE);
	actor_wait_settled(s->faulter);
	scene_check_tlb(s);
	actor_finish(s->changer);
	actor_finish(s->faulter);
	scene_judge(s);
}

static void late(struct scene *s, enum probe_point p, enum probe_point q)
{
	check_context("%s held at %s; %s to %s", scene_kind_name(s->kind), name(p), s->op->name, name(q));
	scene_begin_fault(s, p);
	check(actor_wait_settled(s->faulter), "the fault does not come by");
	go_on(s, q);
}

static void early(struct scene *s, enum probe_point q, enum probe_point p, enum probe_point r)
{
	check_context("%s to %s; %s to %s; then the first to %s", s->op->name, name(q),
		      scene_kind_name(s->kind), name(p), name(r));
	scene_begin_change(s, q);
	check(actor_wait_settled(s->changer), "the change does not come by");
	scene_check_tlb(s);
	scene_begin_fault(s, p);
	actor_wait_settled(s->faulter);	/* held, or waits for the change, or over */
	actor_release(s->changer, r);
	actor_wait_settled(s->changer);
	scene_check_tlb(s);
	actor_release(s->faulter, NOWHERE);
	actor_wait_settled(s->faulter);
	actor_finish(s->changer);
	actor_finish(s->faulter);
	scene_judge(s);
}

/* @return false: this scheme does not go down in this way */
static bool deep(struct scene *s, enum probe_point q)
{
	u64 value;

	check_context("%s held where it goes down; %s to %s", scene_kind_name(s->kind), s->op->name, name(q));
	scene_begin_fault(s, PROBE_FAULT_LOOKED);
	check(actor_wait_settled(s->faulter), "the fault does not come by");
	check_same(access_read(s->bystander, X + P, &value), ACCESS_OK, "the bystander makes the tables");
	actor_release(s->faulter, PROBE_FAULT_DESCEND);
	if (actor_wait_settled(s->faulter)) {
		go_on(s, q);
		return true;
	}
	scene_begin_change(s, NOWHERE);
	actor_finish(s->changer);
	actor_finish(s->faulter);
	scene_judge(s);
	return false;
}

static bool has_no_table(enum scene_kind kind)
{
	return kind == READ_BARE || kind == WRITE_BARE || kind == WRITE_NO_TABLE;
}

/* Kinds where not all are taken: a table to publish, an empty entry, a page to copy. */
static bool is_lean(enum scene_kind kind)
{
	return kind == WRITE_NO_TABLE || kind == WRITE_EMPTY || kind == WRITE_FILE;
}

/*
 * make check has not the time for every kind under every scheme: each change has them all under a third of the schemes, and the lean
 * ones under the others.  With FAULTLINE_LONG set, as .ci/run and the runs of planted bugs have it, it has them all.
 */
static bool takes_lean(const struct mm_test *m, const struct scene_op *op)
{
	unsigned int nr = 0;

	if (m->lean || getenv("FAULTLINE_LONG"))
		return m->lean;
	while (schemes[nr] != m->chain.inst[0].scheme)
		nr++;
	for (const char *c = op->name; *c; c++)
		nr += (unsigned char)*c;
	return nr % 3;
}

/* Every schedule of one change. */
static void play(struct mm_test *m, const struct scene_op *op)
{
	struct scene s;
	bool lean = takes_lean(m, op);
	/* Such a fault holds nothing while it sleeps, and checks a number before it commits. */
	bool walks_again = top_sleep(m) == SLEEPS_HERE && (top_valid(m) == VALID_BY_VMA_SEQ || top_valid(m) == VALID_BY_MM_SEQ);
	u64 nr_deep = 0;

	scenes_begin(&s, m);
	for (unsigned int kind = 0; kind < NR_KINDS; kind++) {
		struct points points;

		if (lean && !is_lean(kind))
			continue;
		scene_set(&s, kind, op);
		points = learn(&s);
		for (unsigned int p = PROBE_FAULT_FOUND; p < PROBE_FAULT_DONE; p++) {
			if (!(points.fault >> p & 1))
				continue;
			for (unsigned int q = 0; q <= NR_PROBE_POINTS; q++) {
				if (q != NOWHERE && !(points.change >> q & 1))
					continue;
				scene_set(&s, kind, op);
				late(&s, p, q);
			}
		}
		if (has_no_table(kind))
			for (unsigned int q = PROBE_CHANGE_LOCKED; q <= NR_PROBE_POINTS; q++) {
				if (q != NOWHERE && !(points.change >> q & 1))
					continue;
				scene_set(&s, kind, op);
				nr_deep += deep(&s, q);
			}
		if (kind != WRITE_EMPTY && kind != WRITE_ZERO && kind != READ_EMPTY)
			continue;
		for (unsigned int q = PROBE_CHANGE_LOCKED; q < NR_PROBE_POINTS; q++) {
			if (!(points.change & EARLY & 1ULL << q))
				continue;
			for (unsigned int r = q + 1; r <= NR_PROBE_POINTS; r++) {
				if (r != NOWHERE && !(points.change >> r & 1))
					continue;
				for (unsigned int p = PROBE_FAULT_FOUND; p <= PROBE_FAULT_PUT; p++) {
					if (!(points.fault >> p & 1))
						continue;
					scene_set(&s, kind, op);
					early(&s, q, p, r);
				}
			}
		}
	}
	check(s.nr > (lean ? 10 : 20), "only %d schedules were played", (int)s.nr);
	/*
	 * A fault that walks again just before the commit finds such a table by that walk; so does one under a lock
	 * where tables may go.
	 */
	if (op == &scene_munmap_all && !walks_again && !m->world->config.pt_reclaim)
		check(nr_deep, "%s: no fault went down to a table that appeared", m->chain.name);
	scenes_end(&s);
}

/* One test per change, so that a failure names it. */
#define X_(name_, what_, end_, prepare_) \
	SCHEME_TEST(name_) \
	{ \
		play(m, &scene_##name_); \
	}
SCENE_OPS(X_)
