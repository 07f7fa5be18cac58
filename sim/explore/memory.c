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
#include "sim/explore/memory.h"

#include <errno.h>
#include <stdlib.h>

struct memory memory;

/* Its address stands for the order of seq_cst fences, for the strategies. */
static const u64 fence_order;

int memory_init(void)
{
	memory.index = arena_table(sizeof(*memory.index));
	memory.cell = calloc(MAX_CELLS + 1, sizeof(*memory.cell));
	memory.store = aligned_alloc(16, (MAX_STORES + 1) * sizeof(*memory.store));
	return memory.index && memory.cell && memory.store ? 0 : -ENOMEM;
}

void memory_forget(void)
{
	memory.nr_cells = memory.nr_stores = 0;
}

/* --- cells ------------------------------------------------------------------------------------- */

static u32 *slot_of(const void *p)
{
	return &memory.index[arena_line_nr(p)][((uintptr_t)p & (CACHELINE - 1)) >> 2];
}

/* The first cell of these four bytes, or 0.  A number from an earlier execution fits no cell. */
static u32 first_at(const void *p)
{
	u32 nr = *slot_of(p);

	return nr && nr <= memory.nr_cells && (((uintptr_t)memory.cell[nr].p ^ (uintptr_t)p) & ~3UL) == 0 ? nr : 0;
}

struct cell *memory_find(const void *p)
{
	u32 nr = first_at(p);

	return nr ? &memory.cell[nr] : NULL;
}

static bool overlap(const struct cell *c, const void *p, unsigned int size)
{
	return (const char *)c->p < (const char *)p + size && (const char *)p < (const char *)c->p + c->size;
}

static void mix(struct cell *c)
{
	if (!c->mixed)
		ex.total.mixed++;
	c->mixed = true;
}

static struct cell *cell_new(const void *p, unsigned int size, bool soft)
{
	struct cell *c;
	u32 first = first_at(p), low;

	if (memory.nr_cells == MAX_CELLS)
		sim_fail("more than %u words are touched in one execution", MAX_CELLS);
	c = &memory.cell[++memory.nr_cells];
	__real_memset(c, 0, sizeof(*c));
	c->p = p;
	c->size = (u8)size;
	c->soft = soft;
	c->sibling = first;
	*slot_of(p) = memory.nr_cells;
	/* Any cell that overlaps begins in the same four bytes, in the four before, or in the second half. */
	for (u32 nr = first; nr; nr = memory.cell[nr].sibling)
		if (overlap(&memory.cell[nr], p, size)) {
			mix(&memory.cell[nr]);
			mix(c);
		}
	if ((uintptr_t)p & 4) {
		low = first_at((const char *)p - 4);
		for (; low; low = memory.cell[low].sibling)
			if (overlap(&memory.cell[low], p, size)) {
				mix(&memory.cell[low]);
				mix(c);
			}
	} else if (size == 8) {
		low = first_at((const char *)p + 4);
		for (; low; low = memory.cell[low].sibling) {
			mix(&memory.cell[low]);
			mix(c);
		}
	}
	return c;
}

/* A word that was accessed plainly as a whole turns out to be two or more. */
static void split(struct cell *c, unsigned int size)
{
	const char *p = c->p;
	struct cell whole = *c, *part;

	c->size = (u8)size;
	c->soft = false;
	for (unsigned int at = size; at < whole.size; at += size) {
		part = cell_new(p + at, size, true);
		part->writer = whole.writer;
		part->written = whole.written;
		part->reads = whole.reads;
		part->where_written = whole.where_written;
		part->where_read = whole.where_read;
	}
}

struct cell *memory_cell(const void *p, unsigned int size, bool soft)
{
	u32 first = first_at(p);
	struct cell *c;

	for (u32 nr = first; nr; nr = c->sibling) {
		c = &memory.cell[nr];
		if (likely(c->p == p && c->size == size)) {
			c->soft &= soft;
			return c;
		}
		if (c->p == p && c->soft && c->size > size) {
			split(c, size);
			c->soft = soft;
			return c;
		}
	}
	if (!first && ((uintptr_t)p & 4) && size <= 4) {
		/* It may be the second half of a word. */
		u32 low = first_at((const char *)p - 4);

		if (low && memory.cell[low].soft && memory.cell[low].size == 8) {
			split(&memory.cell[low], 4);
			return memory_cell(p, size, soft);
		}
	}
	return cell_new(p, size, soft);
}

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

static void push(struct cell *c, u64 value, const struct view *sync, int16_t now)
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
	push(c, 0, &nothing, c->written);
	c->pending = true;
}

void memory_written(struct cell *c)
{
	if (c->atomic)
		push_plain(c);
}

static inline bool acquires(int order)
{
	return order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME || order == __ATOMIC_ACQ_REL ||
	       order == __ATOMIC_SEQ_CST;
}

static inline bool releases(int order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static void learn(struct explore_thread *t, const struct view *sync, int order)
{
	view_join(acquires(order) ? &t->now : &t->acquired, sync);
}

/* What a store of this order hands on. */
static struct view handed_on(const struct explore_thread *t, int order)
{
	if (releases(order))
		return t->now;
	return t->has_released ? t->released : (struct view){ 0 };
}

/* --- accesses ---------------------------------------------------------------------------------- */

static bool on_a_stack(const void *p)
{
	return (u64)(uintptr_t)p < ARENA_BASE + EXPLORE_STACKS;
}

/*
 * Before an access: check that the memory may be accessed, and whether the access is a point.
 * @return false: no history, no point
 */
static inline bool counts(const void *p, bool write, const void *where)
{
	const struct arena_line *line = arena_line(p);

	if (unlikely(line->state != ARENA_FINE))
		sim_bad_access(p, write, where);
	return line->own != LINE_QUIET;
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

static struct cell *cell_for(const void *p, unsigned int size)
{
	struct cell *c;

	if (unlikely(on_a_stack(p)))
		return stack_cell(p, size);
	c = memory_cell(p, size, false);
	history(c);
	return c;
}

/* The thread has read @a s, as its event @a now. */
static void read_from(struct explore_thread *t, struct store *s, int16_t now, int order)
{
	unsigned int lane = t->sim.id;

	if (now < s->seen[lane])
		s->seen[lane] = now;
	learn(t, &s->sync, order);
}

static bool knows(const struct explore_thread *t, const struct store *s)
{
	return clock_touches(s->seen, t->now.seen);
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

static struct store *nth_older(struct cell *c, u32 n)
{
	u32 nr = c->newest;

	while (n--)
		nr = memory.store[nr].older;
	return &memory.store[nr];
}

static inline void hash_event(const void *p, u32 age)
{
	u64 x = (u64)(uintptr_t)p ^ (u64)age << 40 ^ (u64)ex_lane() << 56;

	ex.result.hash = (ex.result.hash ^ x) * 0x100000001b3ULL;
	ex.result.hash ^= ex.result.hash >> 29;
}

static void note(enum explore_step_kind kind, struct cell *c, u64 value, u64 old, int order, u32 age, u32 from,
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
	c = cell_for(p, size);
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
			age = ex_choice(most + 1);
			ex.result.stale += age != 0;
		}
	}
	s = nth_older(c, age);
	read_from(t, s, now, order);
	hash_event(p, age);
	if (unlikely(ex.trace))
		note(STEP_LOAD, c, s->value, 0, order, age, s->step, where);
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
	c = cell_for(p, size);
	race_atomic(c, true, where);
	ex.looks = 0;
	now = ex_tick(t);
	c->stores[t->sim.id] = now;
	c->where_stored = where;
	old = memory_get(p, size);
	sync = handed_on(t, order);
	push(c, v, &sync, now);
	memory_put(p, size, v);
	hash_event(p, 0);
	if (unlikely(ex.trace))
		note(STEP_STORE, c, v, old, order, 0, 0, where);
}

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
	push(c, v, &sync, now);
	arena_log(p, c->size);
	memory_put(p, c->size, v);
	hash_event(p, 0);
	if (unlikely(ex.trace))
		note(STEP_RMW, c, v, old, order, 0, from, where);
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
	c = cell_for(p, size);
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
	choice = nr > 1 ? ex_choice(nr) : 0;
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
	c = cell_for(p, size);
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
		note(STEP_CAS_FAILED, c, s->value, 0, fail, age, s->step, where);
	return false;
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
