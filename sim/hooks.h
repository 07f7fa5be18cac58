/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What instrumented code does with memory, under readable names, inline.
 *
 * hooks.c defines the functions that the compiler calls for code under
 * -fsanitize=thread.  A program compiles it for itself, with
 *
 *	-DHOOK_USER='"path/to/user.h"'
 *
 * and that header defines, static inline, all of:
 *
 *	void hook_read(const void *p, size_t size, const void *where)	plain, *before* the access, which
 *	void hook_write(void *p, size_t size, const void *where)	   the program then makes itself
 *	u64 hook_load(const void *p, unsigned int size, int order, const void *where)		does it
 *	void hook_store(void *p, unsigned int size, u64 v, int order, const void *where)	does it
 *	u64 hook_rmw(void *p, unsigned int size, enum hook_rmw op, u64 v, int order, const void *where)
 *			does it; returns what was there
 *	bool hook_cas(void *p, unsigned int size, u64 *expected, u64 v, int order, int fail, const void *where)
 *			does it or not; if not *expected becomes what was there
 *	void hook_fence(int order, const void *where)
 *	void hook_signal_fence(int order, const void *where)
 *	void hook_enter(const void *where)	a function begins
 *
 * size is a constant wherever these are inlined (but in hook_read and hook_write for ranges and
 * memcpy()); order is one of __ATOMIC_*, known when it runs; where is the return address in the program.
 * Values are zero-extended to 64 bits.  The hooks are called for all memory, stacks included, by every
 * thread: the user must first test whether the memory is its own.
 */
#ifndef SIM_HOOKS_H
#define SIM_HOOKS_H

#include "common/platform/types.h"

enum hook_rmw { HOOK_XCHG, HOOK_ADD, HOOK_SUB, HOOK_AND, HOOK_OR, HOOK_XOR, HOOK_NAND };

/** The result of @a op on @a old. */
static __always_inline u64 hook_result(enum hook_rmw op, u64 old, u64 v)
{
	switch (op) {
	case HOOK_ADD:	return old + v;
	case HOOK_SUB:	return old - v;
	case HOOK_AND:	return old & v;
	case HOOK_OR:	return old | v;
	case HOOK_XOR:	return old ^ v;
	case HOOK_NAND:	return ~(old & v);
	default:	return v;
	}
}

/* The linker redirects memset() and its like to the hooks; the engine and its users call the real ones. */
void *__real_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *p, int c, size_t n);

/* The plain operations, really atomic, for users that add nothing.  @a order should be a constant. */

#define HOOK_BY_SIZE(size, DO) \
	switch (size) { \
	case 1: DO(u8); break; \
	case 2: DO(u16); break; \
	case 4: DO(u32); break; \
	default: DO(u64); break; \
	}

static __always_inline u64 memory_load(const void *p, unsigned int size, int order)
{
	u64 v;

#define DO(type) v = __atomic_load_n((const type *)p, order)
	HOOK_BY_SIZE(size, DO)
#undef DO
	return v;
}

static __always_inline void memory_store(void *p, unsigned int size, u64 v, int order)
{
#define DO(type) __atomic_store_n((type *)p, (type)v, order)
	HOOK_BY_SIZE(size, DO)
#undef DO
}

static __always_inline u64 memory_rmw(void *p, unsigned int size, enum hook_rmw op, u64 v, int order)
{
	u64 old;

#define DO(type) \
	switch (op) { \
	case HOOK_ADD: old = __atomic_fetch_add((type *)p, (type)v, order); break; \
	case HOOK_SUB: old = __atomic_fetch_sub((type *)p, (type)v, order); break; \
	case HOOK_AND: old = __atomic_fetch_and((type *)p, (type)v, order); break; \
	case HOOK_OR: old = __atomic_fetch_or((type *)p, (type)v, order); break; \
	case HOOK_XOR: old = __atomic_fetch_xor((type *)p, (type)v, order); break; \
	case HOOK_NAND: old = __atomic_fetch_nand((type *)p, (type)v, order); break; \
	default: old = __atomic_exchange_n((type *)p, (type)v, order); break; \
	}
	HOOK_BY_SIZE(size, DO)
#undef DO
	return old;
}

static __always_inline bool memory_cas(void *p, unsigned int size, u64 *expected, u64 v, int order, int fail)
{
	bool done;

#define DO(type) \
	do { \
		type seen_ = (type)*expected; \
		done = __atomic_compare_exchange_n((type *)p, &seen_, (type)v, false, order, fail); \
		*expected = seen_; \
	} while (0)
	HOOK_BY_SIZE(size, DO)
#undef DO
	return done;
}

#endif /* SIM_HOOKS_H */
