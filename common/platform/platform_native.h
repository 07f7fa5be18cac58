/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The host's body of the seam: pthreads, futexes, liburcu's memb flavour.
 *
 * Included by platform.h as inline functions; included once more by
 * platform_call.c, where PLATFORM_API is empty, as functions to call.  Functions on the path of a fault
 * are here; the rest is in platform.c.
 */
#ifndef COMMON_PLATFORM_PLATFORM_NATIVE_H
#define COMMON_PLATFORM_PLATFORM_NATIVE_H

#include <sched.h>
#include <string.h>

#include "common/platform/platform_self.h"

/* gcc's names for the sanitizers, for clang too. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

/*
 * ThreadSanitizer must not look into liburcu's inline functions, whose barriers
 * it cannot see; PLATFORM_CALL builds with it call the library instead.
 */
#if defined(__SANITIZE_THREAD__) && !defined(PLATFORM_CALL)
#error "-fsanitize=thread needs -DPLATFORM_CALL"
#endif
#if !defined(__SANITIZE_THREAD__) && !defined(_LGPL_SOURCE)
#define _LGPL_SOURCE
#endif
/*
 * The library asks at both ends of every section whether the kernel has membarrier(2), and
 * fences where it has not.  platform.c checks once, at the start, and stops the program without it; so
 * the ends of a section cost what a kernel's would: two stores.
 */
#define CONFIG_RCU_FORCE_SYS_MEMBARRIER
#include <urcu/urcu-memb.h>
#undef CONFIG_RCU_FORCE_SYS_MEMBARRIER

/* Names that common/sync/rcu.h gives a C11 meaning. */
#undef rcu_dereference
#undef rcu_assign_pointer
#undef rcu_set_pointer
#undef rcu_xchg_pointer
#undef rcu_cmpxchg_pointer

/* Shows an order to ThreadSanitizer; empty except in platform_call.c. */
#ifndef PLATFORM_ORDER_RELEASE
#define PLATFORM_ORDER_RELEASE(p)	((void)(p))
#define PLATFORM_ORDER_ACQUIRE(p)	((void)(p))
#endif

/** Turns of pausing before platform_relax() gives up the CPU. */
#define PLATFORM_PAUSE_TURNS	256

/* --- the calling thread ---------------------------------------------------- */

PLATFORM_API unsigned int platform_slot(void)
{
	return platform_self.slot;
}

PLATFORM_API unsigned int platform_node(void)
{
	return platform_load.nodes > 1 ? platform_native_node() : 0;
}

PLATFORM_API bool platform_oversubscribed(void)
{
	return __atomic_load_n(&platform_load.live, __ATOMIC_RELAXED) > platform_load.cpus;
}

PLATFORM_API void platform_spin_enter(void)
{
	platform_self.atomic++;
}

PLATFORM_API void platform_spin_exit(void)
{
	platform_self.atomic--;
}

PLATFORM_API bool platform_rcu_read_held(void)
{
	return urcu_memb_read_ongoing() != 0;
}

PLATFORM_API bool platform_in_atomic(void)
{
	return platform_self.atomic || platform_rcu_read_held();
}

/* --- time and waiting ------------------------------------------------------ */

static inline void platform_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("yield");
#endif
}

PLATFORM_API u64 platform_now(void)
{
	return platform_native_now();
}

PLATFORM_API void platform_delay(u64 ns)
{
	u64 start;

	if (!ns)
		return;
	start = platform_native_now();
	while (platform_native_now() - start < ns)
		platform_pause();
}

PLATFORM_API void platform_sleep(u64 ns)
{
	might_sleep();
	platform_native_sleep(ns);
}

/* @pairs{a listener's functions before its address | platform_listen()} */
static inline const struct platform_listener *platform_listening(void)
{
	return __atomic_load_n(&platform_listener, __ATOMIC_ACQUIRE);
}

/* Tell the listener, if there is one; timed runs have none. */
static inline void platform_tell_wait(enum platform_wait how, const void *lock, const u32 *word, u32 seen, const u32 *killed)
{
	const struct platform_listener *l = platform_listening();
	struct platform_waiting w = { .how = how, .lock = lock, .word = word, .seen = seen, .killed = killed };

	if (unlikely(l && l->wait))
		l->wait(l, &w);
}

static inline void platform_tell_go_on(void)
{
	const struct platform_listener *l = platform_listening();

	if (unlikely(l && l->go_on))
		l->go_on(l);
}

PLATFORM_API void platform_park_killable(u32 *word, u32 seen, u32 *killed, const void *lock)
{
	might_sleep();
	platform_tell_wait(PLATFORM_PARKED, lock, word, seen, killed);
	if (killed)
		platform_native_park_killable(word, seen, killed);
	else
		platform_native_park(word, seen);
	platform_tell_go_on();
}

PLATFORM_API void platform_park_on(u32 *word, u32 seen, const void *lock)
{
	platform_park_killable(word, seen, NULL, lock);
}

PLATFORM_API void platform_park(u32 *word, u32 seen)
{
	platform_park_on(word, seen, word);
}

PLATFORM_API void platform_unpark(u32 *word, unsigned int nr)
{
	platform_native_unpark(word, nr);
}

PLATFORM_API void platform_relax(unsigned int turn)
{
	platform_self.spins++;
	if (turn < PLATFORM_PAUSE_TURNS)
		platform_pause();
	else
		sched_yield();
}

PLATFORM_API void platform_relax_for(unsigned int turn, const u32 *word, u32 seen, const void *lock)
{
	platform_tell_wait(PLATFORM_SPINS, lock, word, seen, NULL);
	platform_relax(turn);
	platform_tell_go_on();
}

PLATFORM_API void platform_relax_on(unsigned int turn, const u32 *word, u32 seen)
{
	platform_relax_for(turn, word, seen, word);
}

PLATFORM_API struct spin_node *platform_spin_node(unsigned int slot)
{
	return &platform_spin_nodes[slot];
}

PLATFORM_API u64 platform_spins(void)
{
	return platform_self.spins;
}

/* --- RCU ------------------------------------------------------------------- */

PLATFORM_API void platform_rcu_run(struct platform_rcu_head *head)
{
	PLATFORM_ORDER_ACQUIRE(&platform_rcu_readers);
	PLATFORM_ORDER_ACQUIRE(head);
	platform_self.atomic++;
	head->fn(head);
	platform_self.atomic--;
	PLATFORM_ORDER_RELEASE(&platform_rcu_callbacks);
}

PLATFORM_API void platform_rcu_read_lock(void)
{
	/* No acquire is shown here: it would order readers and hide their races. */
	urcu_memb_read_lock();
}

PLATFORM_API void platform_rcu_read_unlock(void)
{
	PLATFORM_ORDER_RELEASE(&platform_rcu_readers);
	urcu_memb_read_unlock();
}

PLATFORM_API void platform_synchronize_rcu(void)
{
	might_sleep();
	platform_tell_wait(PLATFORM_AWAITS_RCU, NULL, NULL, 0, NULL);
	urcu_memb_synchronize_rcu();
	platform_tell_go_on();
	PLATFORM_ORDER_ACQUIRE(&platform_rcu_readers);
}

PLATFORM_API void platform_call_rcu(struct platform_rcu_head *head,
				    void (*fn)(struct platform_rcu_head *head))
{
	head->fn = fn;
	PLATFORM_ORDER_RELEASE(head);
	platform_native_call_rcu(head);
}

PLATFORM_API void platform_rcu_barrier(void)
{
	might_sleep();
	platform_tell_wait(PLATFORM_AWAITS_RCU, NULL, NULL, 0, NULL);
	platform_native_rcu_barrier();
	platform_tell_go_on();
	PLATFORM_ORDER_ACQUIRE(&platform_rcu_callbacks);
}

/*
 * ThreadSanitizer is told nothing: it does not model fences, and both sides' words are atomic.
 */
PLATFORM_API void platform_membarrier(void)
{
	platform_native_membarrier();
}

/* --- memory ---------------------------------------------------------------- */

PLATFORM_API void *platform_alloc(size_t size, size_t align, enum platform_mem mem)
{
	return platform_native_alloc(size, align, mem);
}

PLATFORM_API void platform_objects(const void *p, const char *what, size_t size, size_t nr)
{
	const struct platform_listener *l = platform_listening();

	if (unlikely(l && l->objects))
		l->objects(l, p, what, size, nr);
}

PLATFORM_API void platform_free(void *p, size_t size, enum platform_mem mem)
{
	const struct platform_listener *l = platform_listening();

	if (unlikely(l && l->gone && p))
		l->gone(l, p);
	platform_native_free(p, size, mem);
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

PLATFORM_API bool platform_recycles(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return false;
#else
	return true;
#endif
}

PLATFORM_API void platform_memory_off(void *p, size_t size)
{
#ifdef __SANITIZE_ADDRESS__
	__asan_poison_memory_region(p, size);
#else
	(void)p;
	(void)size;
#endif
}

PLATFORM_API void platform_memory_on(void *p, size_t size)
{
#ifdef __SANITIZE_ADDRESS__
	__asan_unpoison_memory_region(p, size);
#else
	(void)p;
	(void)size;
#endif
}

PLATFORM_API void platform_clear_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}

PLATFORM_API void platform_copy_page(void *to, const void *from)
{
	memcpy(to, from, PAGE_SIZE);
}

PLATFORM_API void platform_flush_notice(const u64 *slots, unsigned int words)
{
	(void)slots;
	(void)words;	/* the host has no simulated TLB; the caller charges --flush-ns */
}

#endif /* COMMON_PLATFORM_PLATFORM_NATIVE_H */
