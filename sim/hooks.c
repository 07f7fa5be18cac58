// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The functions that code compiled with -fsanitize=thread calls, instead of libtsan: they call the
 * user's hooks inline.
 *
 * Both gcc's and clang's names.  Compiled once for each program, with its HOOK_USER: see hooks.h.
 *
 * Source of the idea: the kernel's KCSAN, kernel/kcsan/core.c (6.12).
 */
#include <stddef.h>
#include <string.h>

#include "sim/hooks.h"
#include HOOK_USER

/*
 * The compiler knows these by name, and gcc by type, even with another sanitizer; only compiled code
 * calls them.
 */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

/* In each hook: the caller is the code that was instrumented. */
#define WHERE __builtin_return_address(0)

void __tsan_init(void) {}
void __tsan_func_entry(void *pc) { hook_enter(pc); }
void __tsan_func_exit(void *pc) { (void)pc; }

#define PLAIN(size) \
	void __tsan_read##size(void *p) { hook_read(p, size, WHERE); } \
	void __tsan_write##size(void *p) { hook_write(p, size, WHERE); } \
	void __tsan_unaligned_read##size(void *p) { hook_read(p, size, WHERE); } \
	void __tsan_unaligned_write##size(void *p) { hook_write(p, size, WHERE); } \
	void __tsan_volatile_read##size(void *p) { hook_read(p, size, WHERE); } \
	void __tsan_volatile_write##size(void *p) { hook_write(p, size, WHERE); } \
	void __tsan_read_write##size(void *p) { hook_read(p, size, WHERE); hook_write(p, size, WHERE); }
PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_read_range(void *p, long size) { hook_read(p, (size_t)size, WHERE); }
void __tsan_write_range(void *p, long size) { hook_write(p, (size_t)size, WHERE); }
void __tsan_vptr_read(void *p) { hook_read(p, 8, WHERE); }
void __tsan_vptr_update(void *p, void *value) { (void)value; hook_write(p, 8, WHERE); }

#define RMW(bits, type, name, op) \
	type __tsan_atomic##bits##_##name(volatile void *p, type v, int order) \
	{ \
		return (type)hook_rmw((void *)p, sizeof(type), op, v, order, WHERE); \
	}

#define CAS(type, p, expected, v, order, fail) \
	({ \
		u64 seen_ = *(type *)(expected); \
		bool done_ = hook_cas((void *)(p), sizeof(type), &seen_, v, order, fail, WHERE); \
		*(type *)(expected) = (type)seen_; \
		done_; \
	})

#define ATOMIC(bits, type) \
	type __tsan_atomic##bits##_load(const volatile void *p, int order) \
	{ \
		return (type)hook_load((const void *)p, sizeof(type), order, WHERE); \
	} \
	void __tsan_atomic##bits##_store(volatile void *p, type v, int order) \
	{ \
		hook_store((void *)p, sizeof(type), v, order, WHERE); \
	} \
	RMW(bits, type, exchange, HOOK_XCHG) \
	RMW(bits, type, fetch_add, HOOK_ADD) \
	RMW(bits, type, fetch_sub, HOOK_SUB) \
	RMW(bits, type, fetch_and, HOOK_AND) \
	RMW(bits, type, fetch_or, HOOK_OR) \
	RMW(bits, type, fetch_xor, HOOK_XOR) \
	RMW(bits, type, fetch_nand, HOOK_NAND) \
	bool __tsan_atomic##bits##_compare_exchange_strong(volatile void *p, void *expected, type v, int order, int fail) \
	{ \
		return CAS(type, p, expected, v, order, fail); \
	} \
	bool __tsan_atomic##bits##_compare_exchange_weak(volatile void *p, void *expected, type v, int order, int fail) \
	{ \
		return CAS(type, p, expected, v, order, fail); \
	} \
	type __tsan_atomic##bits##_compare_exchange_val(volatile void *p, type expected, type v, int order, int fail) \
	{ \
		(void)CAS(type, p, &expected, v, order, fail); \
		return expected; \
	}
ATOMIC(8, u8)
ATOMIC(16, u16)
ATOMIC(32, u32)
ATOMIC(64, u64)

void __tsan_atomic_thread_fence(int order) { hook_fence(order, WHERE); }
void __tsan_atomic_signal_fence(int order) { hook_signal_fence(order, WHERE); }

/* Calls stay plain calls (-fno-builtin-memcpy ...), and the linker redirects them here (--wrap). */

void *__wrap_memcpy(void *to, const void *from, size_t n)
{
	hook_read(from, n, WHERE);
	hook_write(to, n, WHERE);
	return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
	hook_read(from, n, WHERE);
	hook_write(to, n, WHERE);
	return __real_memmove(to, from, n);
}

void *__wrap_memset(void *p, int c, size_t n)
{
	hook_write(p, n, WHERE);
	return __real_memset(p, c, n);
}
