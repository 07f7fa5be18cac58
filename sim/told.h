/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A HOOK_USER on real threads, without the engine: it reports each access, and makes it.
 *
 * An atomic operation that stores is one store; a compare-and-exchange that fails is a
 * load, so that counts do not depend on which threads meet.  All orders become the strongest: nothing is
 * timed here, and a thread that is held up between two accesses sees the order of the source.
 */
#ifndef SIM_TOLD_H
#define SIM_TOLD_H

#include "sim/hooks.h"

/* The program defines both functions. */

/** The code at @a where is about to make an atomic access. */
void hook_before(const void *where);

/** @a size bytes at @a p are loaded or stored; for a compare-and-exchange this is called afterwards. */
void hook_access(const void *p, u64 size, bool store);

static inline void hook_read(const void *p, size_t size, const void *where)
{
	(void)where;
	hook_access(p, size, false);
}

static inline void hook_write(void *p, size_t size, const void *where)
{
	(void)where;
	hook_access(p, size, true);
}

static __always_inline u64 hook_load(const void *p, unsigned int size, int order, const void *where)
{
	(void)order;
	hook_before(where);
	hook_access(p, size, false);
	return memory_load(p, size, __ATOMIC_SEQ_CST);
}

static __always_inline void hook_store(void *p, unsigned int size, u64 v, int order, const void *where)
{
	(void)order;
	hook_before(where);
	hook_access(p, size, true);
	memory_store(p, size, v, __ATOMIC_SEQ_CST);
}

static __always_inline u64 hook_rmw(void *p, unsigned int size, enum hook_rmw op, u64 v, int order, const void *where)
{
	(void)order;
	hook_before(where);
	hook_access(p, size, true);
	return memory_rmw(p, size, op, v, __ATOMIC_SEQ_CST);
}

static __always_inline bool hook_cas(void *p, unsigned int size, u64 *expected, u64 v, int order, int fail,
				     const void *where)
{
	bool done;

	(void)order;
	(void)fail;
	hook_before(where);
	done = memory_cas(p, size, expected, v, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	hook_access(p, size, done);
	return done;
}

static inline void hook_fence(int order, const void *where)
{
	(void)order;
	(void)where;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void hook_signal_fence(int order, const void *where)
{
	(void)order;
	(void)where;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void hook_enter(const void *where)
{
	(void)where;
}

#endif /* SIM_TOLD_H */
