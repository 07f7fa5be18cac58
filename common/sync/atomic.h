/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Shared memory under the kernel's names, on the C11 atomic builtins only.
 *
 * All concurrent accesses go through these.  No inline
 * assembly: ThreadSanitizer and the simulated machine see every one of them.
 *
 * One word differs from the kernel: cmpxchg() and friends are sequentially
 * consistent in C11 terms, a little weaker than the kernel's full barrier.  No
 * argument in this project leans on the difference.
 *
 * Source: Linux Documentation/memory-barriers.txt and atomic_t.txt (6.12).
 */
#ifndef COMMON_SYNC_ATOMIC_H
#define COMMON_SYNC_ATOMIC_H

#include "common/platform/types.h"

/** One untorn load or store, ordered with nothing. */
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED)

#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)

/**
 * smp_rmb() orders loads before it with loads and stores after it, smp_wmb()
 * loads and stores before it with stores after it: C11's acquire and release
 * fences, each at least what the kernel's name promises.
 */
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
/** Orders accesses for the compiler alone: what the other side of platform_membarrier() needs. */
#define barrier()		__atomic_signal_fence(__ATOMIC_SEQ_CST)

#define xchg(p, v)		__atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)

/** @return what was at @a p: @a old if the exchange took place */
#define cmpxchg(p, old, new) ({ \
	__typeof__(*(p)) __seen = (old); \
	__atomic_compare_exchange_n((p), &__seen, (new), false, \
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	__seen; })

/** @return true if *@a p was *@a oldp and is now @a new; else *@a oldp is what was seen */
#define try_cmpxchg(p, oldp, new) \
	__atomic_compare_exchange_n((p), (oldp), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define try_cmpxchg_relaxed(p, oldp, new) \
	__atomic_compare_exchange_n((p), (oldp), (new), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(p, oldp, new) \
	__atomic_compare_exchange_n((p), (oldp), (new), false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define try_cmpxchg_release(p, oldp, new) \
	__atomic_compare_exchange_n((p), (oldp), (new), false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)

#define fetch_add_relaxed(p, v)	__atomic_fetch_add((p), (v), __ATOMIC_RELAXED)
#define fetch_add_acquire(p, v)	__atomic_fetch_add((p), (v), __ATOMIC_ACQUIRE)
#define fetch_add_release(p, v)	__atomic_fetch_add((p), (v), __ATOMIC_RELEASE)
#define fetch_or_acquire(p, v)	__atomic_fetch_or((p), (v), __ATOMIC_ACQUIRE)
#define fetch_and_release(p, v)	__atomic_fetch_and((p), (v), __ATOMIC_RELEASE)
#define fetch_or(p, v)		__atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST)
#define fetch_and(p, v)		__atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST)
#define fetch_add(p, v)		__atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)

#endif /* COMMON_SYNC_ATOMIC_H */
