// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The same body behind real calls, with annotations that show RCU's orders to ThreadSanitizer.
 *
 * liburcu orders by inline assembly, by membarrier(2) and inside a library that is not instrumented:
 * ThreadSanitizer sees none of that.  So the bodies of platform_native.h show it the two orders that RCU
 * gives, and no other:
 *
 *  - what a reader did before it left its section is before what follows
 *    synchronize_rcu(), or before the deferred call;
 *  - what came before call_rcu() is before the deferred call, and that is before
 *    what follows rcu_barrier().
 */
#ifndef PLATFORM_CALL
#error "compile with -DPLATFORM_CALL"
#endif

#include "common/platform/platform.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define PLATFORM_ORDER_RELEASE(p)	__tsan_release((void *)(p))
#define PLATFORM_ORDER_ACQUIRE(p)	__tsan_acquire((void *)(p))
#endif

#include "common/platform/platform_native.h"
