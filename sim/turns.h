/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The smallest user of the engine: threads take turns, each of a length that a seed decides.
 *
 * Time is the number of accesses: one is a nanosecond.  Everything is sequentially consistent.
 * The run is summed up in a hash: same program, same seed, same hash.
 *
 * As HOOK_USER this file gives the hooks; turns_use() gives the rest.
 */
#ifndef SIM_TURNS_H
#define SIM_TURNS_H

#include "sim/engine.h"
#include "sim/hooks.h"

struct turns {
	u64 left;		/**< accesses until the next turn */
	u64 given;		/**< of this turn */
	u64 past;		/**< ns before this turn began */
	u64 accesses;		/**< the same in accesses */
	u64 hash;		/**< of all accesses to the arena and all turns */
	u64 fruitless;		/**< turns of spins since the last store */
	u64 rng, seed, turn_length;
	unsigned int cpus;
};
extern struct turns turns;

/** Make this the engine's user.  @param cpus the result of platform_nr_cpus() */
void turns_use(unsigned int cpus);

/**
 * Set these from the next run on, which begins when main enters.  @param turn_length accesses on
 * average, at least 1
 */
void turns_set(u64 seed, u64 turn_length);

/** Accesses of hooked code in this run, those to stacks included. */
u64 turns_accesses(void);

/** The next thread's turn, if another can run.  @param where where the running thread is */
void turns_over(const void *where);

void turns_check(const void *p, size_t size, bool store, const void *where);

static __always_inline void turns_access(const void *p, size_t size, bool store, const void *where)
{
	if (unlikely(size > 16) && !arena_has(p))
		return;		/* a memset() of the engine's own, perhaps */
	if (unlikely(--turns.left == 0))
		turns_over(where);
	if (!arena_has(p))
		return;		/* main's stack, or another variable outside simulated memory */
	turns.hash = (turns.hash ^ (u64)(uintptr_t)p) * 0x9e3779b97f4a7c15ULL + store;
	if (unlikely(size > 16 || arena_line(p)->state))
		turns_check(p, size, store, where);
	if (store)
		turns.fruitless = 0;
}

static __always_inline void hook_read(const void *p, size_t size, const void *where)
{
	turns_access(p, size, false, where);
}

static __always_inline void hook_write(void *p, size_t size, const void *where)
{
	turns_access(p, size, true, where);
}

static __always_inline u64 hook_load(const void *p, unsigned int size, int order, const void *where)
{
	(void)order;
	turns_access(p, size, false, where);
	return memory_load(p, size, __ATOMIC_RELAXED);
}

static __always_inline void hook_store(void *p, unsigned int size, u64 v, int order, const void *where)
{
	(void)order;
	turns_access(p, size, true, where);
	memory_store(p, size, v, __ATOMIC_RELAXED);
}

static __always_inline u64 hook_rmw(void *p, unsigned int size, enum hook_rmw op, u64 v, int order, const void *where)
{
	(void)order;
	turns_access(p, size, true, where);
	return memory_rmw(p, size, op, v, __ATOMIC_RELAXED);
}

static __always_inline bool hook_cas(void *p, unsigned int size, u64 *expected, u64 v, int order, int fail,
				     const void *where)
{
	(void)order;
	(void)fail;
	turns_access(p, size, true, where);
	return memory_cas(p, size, expected, v, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* Threads run one at a time, so each sees what the one before did. */
static __always_inline void hook_fence(int order, const void *where)
{
	(void)order;
	(void)where;
}

static __always_inline void hook_signal_fence(int order, const void *where)
{
	(void)order;
	(void)where;
}

static __always_inline void hook_enter(const void *where)
{
	(void)where;
}

#endif /* SIM_TURNS_H */
