// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Read-modify-writes: they read the newest store, and go on with its release sequence; a cmpxchg that fails is a load.
 */
#include "sim/explore/memory_internal.h"

static inline u64 cut(u64 v, unsigned int size)
{
	return size == 8 ? v : v & ((1ULL << (8 * size)) - 1);
}

/* The part that a read-modify-write and a successful cmpxchg share: it reads the newest, and stores @a v. */
static void update(struct explore_thread *t, struct cell *c, u64 v, int order, int16_t now, const void *where)
{
	struct store *s = &memory.store[c->newest];
	struct view sync = s->sync, own;	/* the release sequence continues */
	void *p = (void *)(uintptr_t)c->p;
	u64 old = s->value;
	u32 from = s->step;

	ex.looks = 0;
	read_from(t, s, now, order);
	c->loads[t->sim.id] = c->stores[t->sim.id] = now;
	c->where_loaded = c->where_stored = where;
	own = handed_on(t, order);
	view_join(&sync, &own);
	history_push(c, v, &sync, now);
	arena_log(p, c->size);
	memory_put(p, c->size, v);
	hash_event(p, 0);
	if (unlikely(ex.trace))
		note_access(STEP_RMW, c, v, old, order, 0, from, where);
}

u64 ex_rmw(void *p, unsigned int size, enum hook_rmw op, u64 v, int order, const void *where)
{
	struct explore_thread *t = ex_cur();
	struct cell *c;
	int16_t now;
	u64 old;

	if (!counts(p, true, where)) {
		old = memory_get(p, size);
		arena_log(p, size);
		memory_put(p, size, hook_result(op, old, v));
		return old;
	}
	if (unlikely(weakening))
		order = weaken_order(order, where);
	ex_point(p, true, where);
	counts(p, true, where);
	c = history_of(p, size);
	race_atomic(c, true, where);
	now = ex_tick(t);
	old = memory.store[c->newest].value;
	update(t, c, cut(hook_result(op, old, v), size), order, now, where);
	return old;
}

/* A failing cmpxchg is a load: it may fail because of an old value. */
static struct store *failing(struct explore_thread *t, struct cell *c, u64 expected, u32 *age)
{
	struct store *s = &memory.store[c->newest];
	u32 candidate[16], ages[16], nr = 0, at = 0, choice;
	bool fresh = t->fresh == c->p;
	u64 spare = 0;

	t->fresh = fresh ? NULL : t->fresh;
	/* The newest store first, whether or not it makes the cmpxchg fail; then those that make it fail. */
	candidate[nr] = c->newest;
	ages[nr++] = 0;
	if (ex.weak && !c->mixed && !fresh)
		while (s->older && !knows(t, s) && nr < ARRAY_SIZE(candidate)) {
			at++;
			if (memory.store[s->older].value != expected) {
				candidate[nr] = s->older;
				ages[nr++] = at;
			}
			s = &memory.store[s->older];
		}
	if (nr > 1 && ex.plan.strategy == EXPLORE_DFS)
		spare = memory_spare(candidate, nr);	/* if the newest makes it succeed, no older one has its value */
	choice = nr > 1 ? ex_choice_but(nr, spare) : 0;
	*age = ages[choice];
	s = &memory.store[candidate[choice]];
	return choice || s->value != expected ? s : NULL;
}

bool ex_cas(void *p, unsigned int size, u64 *expected, u64 v, int order, int fail, const void *where)
{
	struct explore_thread *t = ex_cur();
	struct store *s;
	struct cell *c;
	int16_t now;
	u32 age;
	u64 old;

	if (!counts(p, true, where)) {
		old = memory_get(p, size);
		if (old != *expected) {
			*expected = old;
			return false;
		}
		arena_log(p, size);
		memory_put(p, size, v);
		return true;
	}
	if (unlikely(weakening)) {
		order = weaken_order(order, where);
		fail = weaken_order(fail, where);
	}
	ex_point(p, true, where);
	counts(p, true, where);
	c = history_of(p, size);
	s = failing(t, c, *expected, &age);
	race_atomic(c, !s, where);
	now = ex_tick(t);
	if (!s) {
		update(t, c, cut(v, size), order, now, where);
		return true;
	}
	ex.result.stale += age != 0;
	c->loads[t->sim.id] = now;
	c->where_loaded = where;
	read_from(t, s, now, fail);
	hash_event(p, age);
	*expected = s->value;
	if (unlikely(ex.trace))
		note_access(STEP_CAS_FAILED, c, s->value, 0, fail, age, s->step, where);
	return false;
}
