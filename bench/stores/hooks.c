// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief What code compiled with -fsanitize=thread calls, without libtsan: each access is told of, and done.
 *
 * Both gcc's and clang's names.  An atomic operation that stores is one store; a
 * compare-and-exchange that fails is a load, so that what is counted does not depend on
 * who meets whom.  The orders given are taken as the strongest: nothing is timed here,
 * and who is held up between two accesses sees the order of the source.
 *
 * Source of the idea: the kernel's KCSAN, kernel/kcsan/core.c (6.12).
 */
#include <stddef.h>
#include <string.h>

#include "bench/stores/hooks.h"

/* The compiler knows these by name; nobody else calls them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

void __tsan_init(void) {}
void __tsan_func_entry(void *pc) { (void)pc; }
void __tsan_func_exit(void) {}

#define PLAIN(size) \
	void __tsan_read##size(void *p) { hook_access(p, size, false); } \
	void __tsan_write##size(void *p) { hook_access(p, size, true); } \
	void __tsan_unaligned_read##size(void *p) { hook_access(p, size, false); } \
	void __tsan_unaligned_write##size(void *p) { hook_access(p, size, true); } \
	void __tsan_volatile_read##size(void *p) { hook_access(p, size, false); } \
	void __tsan_volatile_write##size(void *p) { hook_access(p, size, true); } \
	void __tsan_read_write##size(void *p) { hook_access(p, size, true); }
PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_read_range(void *p, size_t size) { hook_access(p, size, false); }
void __tsan_write_range(void *p, size_t size) { hook_access(p, size, true); }
void __tsan_vptr_read(void *p) { hook_access(p, 8, false); }
void __tsan_vptr_update(void *p, void *value) { (void)value; hook_access(p, 8, true); }

/* In each hook: the caller is the code that was instrumented. */
#define TELL(p, store) \
	do { \
		hook_before(__builtin_return_address(0)); \
		hook_access((const void *)(p), sizeof(*(p)), store); \
	} while (0)

#define FETCH(bits, type, op) \
	type __tsan_atomic##bits##_fetch_##op(type *p, type v, int order) \
	{ \
		(void)order; \
		TELL(p, true); \
		return __atomic_fetch_##op(p, v, __ATOMIC_SEQ_CST); \
	}

#define EXCHANGE(p, expected, v) \
	({ \
		int done_; \
		hook_before(__builtin_return_address(0)); \
		done_ = __atomic_compare_exchange_n(p, expected, v, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
		hook_access((const void *)(p), sizeof(*(p)), done_); \
		done_; \
	})

#define ATOMIC(bits, type) \
	type __tsan_atomic##bits##_load(const type *p, int order) \
	{ \
		(void)order; \
		TELL(p, false); \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST); \
	} \
	void __tsan_atomic##bits##_store(type *p, type v, int order) \
	{ \
		(void)order; \
		TELL(p, true); \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST); \
	} \
	type __tsan_atomic##bits##_exchange(type *p, type v, int order) \
	{ \
		(void)order; \
		TELL(p, true); \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); \
	} \
	FETCH(bits, type, add) FETCH(bits, type, sub) FETCH(bits, type, and) FETCH(bits, type, or) \
	FETCH(bits, type, xor) FETCH(bits, type, nand) \
	int __tsan_atomic##bits##_compare_exchange_strong(type *p, type *expected, type v, int order, int fail) \
	{ \
		(void)order; \
		(void)fail; \
		return EXCHANGE(p, expected, v); \
	} \
	int __tsan_atomic##bits##_compare_exchange_weak(type *p, type *expected, type v, int order, int fail) \
	{ \
		(void)order; \
		(void)fail; \
		return EXCHANGE(p, expected, v); \
	} \
	type __tsan_atomic##bits##_compare_exchange_val(type *p, type expected, type v, int order, int fail) \
	{ \
		(void)order; \
		(void)fail; \
		(void)EXCHANGE(p, &expected, v); \
		return expected; \
	}
ATOMIC(8, u8)
ATOMIC(16, u16)
ATOMIC(32, u32)
ATOMIC(64, u64)

void __tsan_atomic_thread_fence(int order) { (void)order; __atomic_thread_fence(__ATOMIC_SEQ_CST); }
void __tsan_atomic_signal_fence(int order) { (void)order; __atomic_signal_fence(__ATOMIC_SEQ_CST); }

/* Calls stay plain calls, and the linker leads them here (--wrap). */
void *__real_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *p, int c, size_t n);

void *__wrap_memcpy(void *to, const void *from, size_t n)
{
	hook_access(from, n, false);
	hook_access(to, n, true);
	return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
	hook_access(from, n, false);
	hook_access(to, n, true);
	return __real_memmove(to, from, n);
}

void *__wrap_memset(void *p, int c, size_t n)
{
	hook_access(p, n, true);
	return __real_memset(p, c, n);
}
