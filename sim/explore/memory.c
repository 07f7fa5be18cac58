// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Which store a load may read: the history of each word, and what each thread knows of it.
 *
 * The modification order of a word is the order in which its stores are executed.  A
 * load reads any store but those that it is known to be behind: a store is out of reach once the
 * thread knows of a newer one.  It knows of a store that it made or read itself, of one that is
 * before it by release and acquire, and of one that another thread had read or made before such a
 * release.  Read-modify-writes read the newest.  So:
 *
 *  - a thread reads each word forward, never back (coherence);
 *  - a release store hands on what its thread knows, to the acquire load that reads it, or to the
 *    acquire fence after a relaxed load of it; read-modify-writes pass it on (the release sequence);
 *  - seq_cst fences are executed in one order, and each knows what those before it knew.
 *
 * Less than C11 and the kernel's model allow: a load does not read a store that is executed later (load
 * buffering), stores of one thread reach a word in the order of execution (2+2W, R with relaxed
 * stores), old values are not read by a copy of a page or from a stack.  More than they allow:
 * address, data and control dependencies order nothing, seq_cst read-modify-writes are acquire and
 * release, the order in which two stores are seen may differ from thread to thread.
 * tests/explore/litmus.c has a case for each.
 *
 * Source of the idea: Kang, Hur, Lahav, Vafeiadis, Dreyer, "A promising semantics for relaxed-memory
 * concurrency" (POPL 2017), without promises; Lahav, Vafeiadis et al., RC11 (PLDI 2017).
 */
#include "sim/explore/memory_internal.h"

/* Its address stands for the order of seq_cst fences, for the strategies. */
static const u64 fence_order;
const u64 ex_everything;

/* --- stores ------------------------------------------------------------------------------------ */

static struct store *store_new(struct cell *c)
{
	struct store *s;

	if (memory.nr_stores == MAX_STORES)
		sim_fail("more than %u stores in one execution", MAX_STORES);
	s = &memory.store[++memory.nr_stores];
	s->older = c->newest;
	s->nr = c->newest ? memory.store[c->newest].nr + 1 : 0;
	s->step = 0;
	c->newest = memory.nr_stores;
	return s;
}

/* Begin the history with what memory holds, or add what was written plainly since. */
static void history(struct cell *c)
{
	struct store *s;

	if (!c->atomic) {
		s = store_new(c);
		s->value = memory_get(c->p, c->size);
		s->sync = (struct view){ 0 };
		/* It is from before the execution, so all threads know of it. */
		s->seen = clock_all(c->written ? CLOCK_NEVER : 0);
		if (c->written)
			s->seen[c->writer] = c->written;
		c->atomic = true;
	} else if (c->pending) {
		memory.store[c->newest].value = memory_get(c->p, c->size);
	}
	c->pending = false;
}

void history_push(struct cell *c, u64 value, const struct view *sync, int16_t now)
{
	struct store *s = store_new(c);

	s->value = value;
	s->sync = *sync;
	s->seen = clock_all(CLOCK_NEVER);
	s->seen[ex_lane()] = now;
}

/* A plain write to a word that has a history: a store that hands nothing on. */
static void push_plain(struct cell *c)
{
	static const struct view nothing;

	if (c->pending)
		memory.store[c->newest].value = memory_get(c->p, c->size);
	history_push(c, 0, &nothing, c->written);
	c->pending = true;
}

void memory_written(struct cell *c)
{
	if (c->atomic)
		push_plain(c);
}

/* --- accesses ---------------------------------------------------------------------------------- */

static bool on_a_stack(const void *p)
{
	return (u64)(uintptr_t)p < ARENA_BASE + EXPLORE_STACKS;
}

/*
 * A word on a stack, used to wake a waiter.  The stack's owner writes it plainly, which we do not see, so
 * its value is in memory and old ones are not kept.
 */
static struct cell *stack_cell(const void *p, unsigned int size)
{
	struct cell *c = memory_cell(p, size, false);

	history(c);
	memory.store[c->newest].value = memory_get(p, size);
	c->mixed = true;
	return c;
}

struct cell *history_of(const void *p, unsigned int size)
{
	struct cell *c;

	if (unlikely(on_a_stack(p)))
		return stack_cell(p, size);
	c = memory_cell(p, size, false);
	history(c);
	return c;
}

/* How many stores older than the newest a load may read. */
static u32 reach(const struct explore_thread *t, const struct cell *c)
{
	const struct store *s = &memory.store[c->newest];
	u32 nr = 0;

	while (s->older && !knows(t, s)) {
		nr++;
		s = &memory.store[s->older];
	}
	return nr;
}

/* Does a thread that reads @a a know no more than if it read @a b? */
static bool teaches_no_more(const struct store *a, const struct store *b)
{
	return !clock_beyond(a->sync.before, b->sync.before) && !clock_beyond(a->sync.seen, b->sync.seen);
}

u64 memory_spare(const u32 *store, u32 nr)
{
	u64 spare = 0;

	for (u32 i = 0; i < nr && i < 64; i++)
		for (u32 older = i + 1; older < nr; older++) {
			const struct store *a = &memory.store[store[i]], *b = &memory.store[store[older]];

			if (a->value == b->value && teaches_no_more(b, a)) {
				spare |= 1ULL << i;
				break;
			}
		}
	return spare;
}

/* The choices of a load that may read the newest store or one of @a most older ones. */
static u32 choose_age(const struct cell *c, u32 most)
{
	u32 store[64], nr = c->newest;

	if (ex.plan.strategy != EXPLORE_DFS || most >= ARRAY_SIZE(store))
		return ex_choice(most + 1);
	for (u32 i = 0; i <= most; i++, nr = memory.store[nr].older)
		store[i] = nr;
	return ex_choice_but(most + 1, memory_spare(store, most + 1));
}

static struct store *nth_older(struct cell *c, u32 n)
{
	u32 nr = c->newest;

	while (n--)
		nr = memory.store[nr].older;
	return &memory.store[nr];
}

void note_access(enum explore_step_kind kind, struct cell *c, u64 value, u64 old, int order, u32 age, u32 from,
		 const void *where)
{
	u32 nr = ex_note(kind, c->p, c->size, value, order, where);

	ex.step[nr].old = old;
	ex.step[nr].age = age;
	ex.step[nr].from = from;
	if (kind == STEP_STORE || kind == STEP_RMW)
		memory.store[c->newest].step = nr;
}

u64 ex_load(const void *p, unsigned int size, int order, const void *where)
{
	struct explore_thread *t = ex_cur();
	struct store *s;
	struct cell *c;
	int16_t now;
	u32 age = 0, most;

	if (!counts(p, false, where))
		return memory_get(p, size);
	if (unlikely(weakening))
		order = weaken_order(order, where);
	ex_point(p, false, where);
	if (unlikely(++ex.looks > EXPLORE_MAX_LOOKS))
		ex_finding("%s waits in a loop that does not let others go on: %u loads, no store", ex_name(ex_lane()),
			   EXPLORE_MAX_LOOKS);
	counts(p, false, where);	/* it may have been freed while others ran */
	ex.total.loads++;
	c = history_of(p, size);
	race_atomic(c, false, where);
	now = ex_tick(t);
	c->loads[t->sim.id] = now;
	c->where_loaded = where;
	if (t->fresh == p) {
		t->fresh = NULL;
	} else if (t->fresh_loads) {
		t->fresh_loads--;
	} else if (ex.weak && !c->mixed && order != __ATOMIC_SEQ_CST) {
		most = reach(t, c);
		if (most) {
			age = choose_age(c, most);
			ex.result.stale += age != 0;
		}
	}
	s = nth_older(c, age);
	read_from(t, s, now, order);
	hash_event(p, age);
	if (unlikely(ex.trace))
		note_access(STEP_LOAD, c, s->value, 0, order, age, s->step, where);
	return s->value;
}

void ex_store(void *p, unsigned int size, u64 v, int order, const void *where)
{
	struct explore_thread *t = ex_cur();
	struct view sync;
	struct cell *c;
	int16_t now;
	u64 old;

	if (!counts(p, true, where)) {
		arena_log(p, size);
		memory_put(p, size, v);
		return;
	}
	if (unlikely(weakening))
		order = weaken_order(order, where);
	ex_point(p, true, where);
	counts(p, true, where);
	arena_log(p, size);
	c = history_of(p, size);
	race_atomic(c, true, where);
	ex.looks = 0;
	now = ex_tick(t);
	c->stores[t->sim.id] = now;
	c->where_stored = where;
	old = memory_get(p, size);
	sync = handed_on(t, order);
	history_push(c, v, &sync, now);
	memory_put(p, size, v);
	hash_event(p, 0);
	if (unlikely(ex.trace))
		note_access(STEP_STORE, c, v, old, order, 0, 0, where);
}

void ex_fence(int order, const void *where)
{
	struct explore_thread *t = ex_cur();

	if (unlikely(weakening))
		order = weaken_order(order, where);
	if (order == __ATOMIC_RELAXED)
		return;
	if (order == __ATOMIC_SEQ_CST && ex.weak)
		ex_point(&fence_order, true, where);
	if (acquires(order))
		view_join(&t->now, &t->acquired);
	ex_tick(t);
	if (order == __ATOMIC_SEQ_CST) {
		t->now.seen = clock_max(t->now.seen, ex.fences.seen);
		ex.fences.seen = t->now.seen;
	}
	if (releases(order)) {
		t->released = t->now;
		t->has_released = true;
	}
	if (unlikely(ex.trace))
		ex_note(STEP_FENCE, NULL, 0, 0, order, where);
}

static void full_fence(struct explore_thread *t)
{
	view_join(&t->now, &t->acquired);
	ex_tick(t);
	t->now.seen = clock_max(t->now.seen, ex.fences.seen);
	ex.fences.seen = t->now.seen;
	t->released = t->now;
	t->has_released = true;
}

/*
 * Every thread goes through a full fence, the caller first and last: what it stored before is not missed by what any
 * thread loads after, and what any thread stored before is not missed by what the caller loads after.
 */
void ex_membarrier(const void *where)
{
	struct explore_thread *t = ex_cur();

	if (ex.weak)
		ex_point(&ex_everything, true, where);
	full_fence(t);
	for (unsigned int i = SIM_RCU; i < ex.nr_threads; i++)
		if (ex.thread[i] && ex.thread[i] != t)
			full_fence(ex.thread[i]);
	full_fence(t);
	if (unlikely(ex.trace))
		ex_note(STEP_MEMBARRIER, NULL, 0, 0, 0, where);
}
