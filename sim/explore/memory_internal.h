/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What loads, stores and read-modify-writes share; private to memory.c and rmw.c.
 */
#ifndef SIM_EXPLORE_MEMORY_INTERNAL_H
#define SIM_EXPLORE_MEMORY_INTERNAL_H

#include "sim/explore/memory.h"

/** The word's cell, with a history. */
struct cell *history_of(const void *p, unsigned int size);
/** The running thread stores @a value, as its event @a now. */
void history_push(struct cell *c, u64 value, const struct view *sync, int16_t now);
/** The step of a story. */
void note_access(enum explore_step_kind kind, struct cell *c, u64 value, u64 old, int order, u32 age, u32 from,
		 const void *where);

static inline bool acquires(int order)
{
	return order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME || order == __ATOMIC_ACQ_REL ||
	       order == __ATOMIC_SEQ_CST;
}

static inline bool releases(int order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static inline void learn(struct explore_thread *t, const struct view *sync, int order)
{
	view_join(acquires(order) ? &t->now : &t->acquired, sync);
}

/*
 * Of some stores to a word that a load may read, newest first, those that a search for every execution may leave out, a bit each:
 * a store of the same value that is older teaches no more.
 */
u64 memory_spare(const u32 *store, u32 nr);

/* What a store of this order hands on. */
static inline struct view handed_on(const struct explore_thread *t, int order)
{
	if (releases(order))
		return t->now;
	return t->has_released ? t->released : (struct view){ 0 };
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

/* The thread has read @a s, as its event @a now. */
static inline void read_from(struct explore_thread *t, struct store *s, int16_t now, int order)
{
	unsigned int lane = t->sim.id;

	if (now < s->seen[lane])
		s->seen[lane] = now;
	learn(t, &s->sync, order);
}

static inline bool knows(const struct explore_thread *t, const struct store *s)
{
	return clock_touches(s->seen, t->now.seen);
}

static inline void hash_event(const void *p, u32 age)
{
	u64 x = (u64)(uintptr_t)p ^ (u64)age << 40 ^ (u64)ex_lane() << 56;

	ex.result.hash = (ex.result.hash ^ x) * 0x100000001b3ULL;
	ex.result.hash ^= ex.result.hash >> 29;
}

#endif /* SIM_EXPLORE_MEMORY_INTERNAL_H */
