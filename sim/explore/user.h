/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The hooks of the explorer: decides inline which accesses matter; the rest is in memory.c and race.c.
 *
 * Accesses to simulated memory matter.  While a scene is set up or judged there is one thread: its
 * accesses go straight to memory, but each change is noted in the undo log, and accesses to forbidden
 * memory are reported.
 */
#ifndef SIM_EXPLORE_USER_H
#define SIM_EXPLORE_USER_H

#include "sim/explore/memory.h"

/* Plain accesses to stacks do not matter to other threads; they are the most frequent of all. */
static __always_inline bool ex_heap(const void *p)
{
	return (u64)(uintptr_t)p - (ARENA_BASE + EXPLORE_STACKS) < ARENA_SIZE - EXPLORE_STACKS;
}

void ex_direct_plain(const void *p, size_t size, bool write, const void *where);

static __always_inline void hook_read(const void *p, size_t size, const void *where)
{
	if (likely(!ex_heap(p)))
		return;
	if (ex.running)
		ex_plain(p, size, false, where);
	else
		ex_direct_plain(p, size, false, where);
}

static __always_inline void hook_write(void *p, size_t size, const void *where)
{
	if (likely(!ex_heap(p)))
		return;
	if (ex.running)
		ex_plain(p, size, true, where);
	else
		ex_direct_plain(p, size, true, where);
}

/* Is it outside simulated memory, a variable of the scene? */
static __always_inline bool ex_mine(const void *p)
{
	return ex.running && arena_has(p);
}

/* Before an atomic access during set-up or judgement. */
static __always_inline void ex_direct(const void *p, unsigned int size, bool write, const void *where)
{
	if (ex_heap(p))
		ex_direct_plain(p, size, write, where);
}

static __always_inline u64 hook_load(const void *p, unsigned int size, int order, const void *where)
{
	if (likely(ex_mine(p)))
		return ex_load(p, size, order, where);
	ex_direct(p, size, false, where);
	return memory_get(p, size);
}

static __always_inline void hook_store(void *p, unsigned int size, u64 v, int order, const void *where)
{
	if (likely(ex_mine(p))) {
		ex_store(p, size, v, order, where);
		return;
	}
	ex_direct(p, size, true, where);
	memory_put(p, size, v);
}

static __always_inline u64 hook_rmw(void *p, unsigned int size, enum hook_rmw op, u64 v, int order, const void *where)
{
	u64 old;

	if (likely(ex_mine(p)))
		return ex_rmw(p, size, op, v, order, where);
	ex_direct(p, size, true, where);
	old = memory_get(p, size);
	memory_put(p, size, hook_result(op, old, v));
	return old;
}

static __always_inline bool hook_cas(void *p, unsigned int size, u64 *expected, u64 v, int order, int fail,
				     const void *where)
{
	u64 old;

	if (likely(ex_mine(p)))
		return ex_cas(p, size, expected, v, order, fail, where);
	ex_direct(p, size, true, where);
	old = memory_get(p, size);
	if (old != *expected) {
		*expected = old;
		return false;
	}
	memory_put(p, size, v);
	return true;
}

static __always_inline void hook_fence(int order, const void *where)
{
	if (ex.running)
		ex_fence(order, where);
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

#endif /* SIM_EXPLORE_USER_H */
