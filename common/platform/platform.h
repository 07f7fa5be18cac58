/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The seam: everything that can block, or depends on threads, time, CPUs or the allocator.
 *
 * Code in common/ and prototypes/ reaches the machine through the functions
 * below and through nothing else.  They have two bodies:
 *
 *  - inline (platform_native.h): pthreads, futexes, liburcu's memb flavour;
 *    what is measured;
 *  - by call (-DPLATFORM_CALL, platform_call.c): the same, behind real calls,
 *    with the annotations that let ThreadSanitizer see liburcu; the objects
 *    then need nothing from outside but `platform_*`, `__tsan_*` and a few pure
 *    functions, which a check in `make check` proves.
 *
 * A thread has a slot, a small number fixed when it starts; slots are the only
 * thread identity that the layers above know.
 */
#ifndef COMMON_PLATFORM_PLATFORM_H
#define COMMON_PLATFORM_PLATFORM_H

#include "common/platform/types.h"

/** Slots are 0 .. PLATFORM_MAX_SLOTS - 1.  Masks of them are arrays of u64, a bit each. */
#define PLATFORM_MAX_SLOTS 512
#define PLATFORM_SLOT_WORDS (PLATFORM_MAX_SLOTS / 64)

/** What a piece of memory is for; tells tools and the simulated machine apart. */
enum platform_mem {
	PLATFORM_MEM_OBJECT,	/**< small objects: VMAs, tree nodes, tables */
	PLATFORM_MEM_FRAMES,	/**< the arena of page frames, prefaulted */
	PLATFORM_MEM_OTHER,	/**< set-up: worlds, tasks */
};

/** A deferred call, embedded in the object that it will free. */
struct platform_rcu_head {
	void *opaque[2];
	void (*fn)(struct platform_rcu_head *head);
};

struct platform_thread;

/** A thread's place in the queue of the one spinlock that it waits for; common/sync/spinlock.c uses it. */
struct spin_node {
	u32 next;		/**< slot + 1 of the one behind; atomic */
	u32 first;		/**< set by the one before, when it leaves; atomic */
} __attribute__((aligned(CACHELINE)));

#ifdef PLATFORM_CALL
#define PLATFORM_API
#else
#define PLATFORM_API static inline
#endif

/* --- threads: platform.c, called at set-up only, the same in both bodies --- */

/**
 * Start a thread that runs @a fn(@a arg) with slot @a slot, as an RCU reader.
 * @param out	receives the handle; pass it to platform_thread_join()
 * @param slot	unused by any live thread, below PLATFORM_MAX_SLOTS
 * @param cpu	index among the CPUs this process may use, or -1: not pinned
 * @return 0, -ENOMEM, -EAGAIN (no more threads), -EINVAL (slot, or cpu out of range; slot taken)
 * @context may sleep
 */
int platform_thread_create(struct platform_thread **out, unsigned int slot,
			   int cpu, void (*fn)(void *arg), void *arg);

/** Wait for @a thread and free its handle.  @context may sleep, outside RCU. */
void platform_thread_join(struct platform_thread *thread);

/**
 * Let the calling thread (main, or one that a test library started) take a slot and become an RCU reader,
 * until platform_thread_leave().
 */
void platform_thread_enter(unsigned int slot);
void platform_thread_leave(void);

/** CPUs this process may run on, at least 1. */
unsigned int platform_nr_cpus(void);

/** NUMA nodes of the machine, at least 1. */
unsigned int platform_nr_nodes(void);

/**
 * Pin the calling thread to the @a cpu-th CPU that this process may use; -1: let it run on any of them.
 * @return 0, -EINVAL (no such CPU), or another -errno of the system
 */
int platform_pin(int cpu);

/* --- the calling thread ---------------------------------------------------- */

/**
 * Slot of the calling thread; PLATFORM_MAX_SLOTS in one that has none, such as
 * the thread that runs platform_call_rcu()'s functions.
 */
PLATFORM_API unsigned int platform_slot(void);

/** The node of the CPU on which the calling thread runs, below platform_nr_nodes(); may be out of date at once. */
PLATFORM_API unsigned int platform_node(void);

/** More live threads than CPUs: spinning for another thread is then futile. */
PLATFORM_API bool platform_oversubscribed(void);

/**
 * Bookkeeping for might_sleep(): a spinlock was taken, or let go.  The kernel's
 * counterpart is the preempt count; nothing is disabled here.
 */
PLATFORM_API void platform_spin_enter(void);
PLATFORM_API void platform_spin_exit(void);

/** True inside an RCU section or with a spinlock held: must not sleep. */
PLATFORM_API bool platform_in_atomic(void);

/* --- time ------------------------------------------------------------------ */

/** Nanoseconds since some fixed moment; never goes back. */
PLATFORM_API u64 platform_now(void);

/** Let @a ns nanoseconds pass without giving up the CPU.  Spins. */
PLATFORM_API void platform_delay(u64 ns);

/** Let @a ns nanoseconds pass asleep.  @context may sleep */
PLATFORM_API void platform_sleep(u64 ns);

/* --- waiting --------------------------------------------------------------- */

/**
 * Sleep while *@a word is @a seen; return at once if it is not.  May return for
 * no reason: call it in a loop.
 * @context may sleep; a might_sleep() point
 */
PLATFORM_API void platform_park(u32 *word, u32 seen);

/** The same for a caller that waits for @a lock, of which the word is not a part. */
PLATFORM_API void platform_park_on(u32 *word, u32 seen, const void *lock);

/**
 * The same, and return at once, too, when *@a killed is not 0: it may be woken there as well.
 * @param killed	NULL: as platform_park_on()
 * Source: futex_waitv(2); an older kernel than 5.16 lacks it, and the caller's loop spins.
 */
PLATFORM_API void platform_park_killable(u32 *word, u32 seen, u32 *killed, const void *lock);

/** Wake up to @a nr threads parked on @a word.  Threads that spin on it look again. */
PLATFORM_API void platform_unpark(u32 *word, unsigned int nr);

/**
 * One turn of a spin loop; every loop that waits for another thread's store
 * calls it.  @a turn is the number of turns so far: after many, the native body
 * yields the CPU, since the holder may not be running.  Turns are counted per
 * thread, see platform_spins().
 */
PLATFORM_API void platform_relax(unsigned int turn);

/**
 * The same in a loop that goes on exactly as long as *@a word is @a seen, so the thread may be blocked
 * until the word changes.  Code compiled without hooks, in a program that has them, must call
 * platform_unpark() after it has stored another value.
 */
PLATFORM_API void platform_relax_on(unsigned int turn, const u32 *word, u32 seen);

/** The same for a caller that waits for @a lock, of which the word is not a part. */
PLATFORM_API void platform_relax_for(unsigned int turn, const u32 *word, u32 seen, const void *lock);

/** The node of a slot, the same at each call; 0 before its first use.  @context slot < PLATFORM_MAX_SLOTS */
PLATFORM_API struct spin_node *platform_spin_node(unsigned int slot);

/** Turns of spin loops that the calling thread has made since it began. */
PLATFORM_API u64 platform_spins(void);

/* --- RCU ------------------------------------------------------------------- */

PLATFORM_API void platform_rcu_read_lock(void);
PLATFORM_API void platform_rcu_read_unlock(void);
PLATFORM_API bool platform_rcu_read_held(void);

/** Wait until every RCU section that runs now has ended.  @context may sleep, outside RCU */
PLATFORM_API void platform_synchronize_rcu(void);

/**
 * Start the thread that runs deferred calls, if it does not run yet.  The first platform_call_rcu() does it, too, but has
 * no way to fail: a program that wants to tell its user calls this before.
 * @return 0; -EAGAIN: the host has no thread to give.
 */
int platform_rcu_start(void);

/**
 * Call @a fn(@a head) after a grace period, from a thread that has no slot.
 * @a fn must not sleep.  @a head lies in the caller's memory, which the caller must not touch until then.
 * @context any
 */
PLATFORM_API void platform_call_rcu(struct platform_rcu_head *head,
				    void (*fn)(struct platform_rcu_head *head));

/** Wait until the function of every earlier platform_call_rcu() has run. @context may sleep, outside RCU */
PLATFORM_API void platform_rcu_barrier(void);

/**
 * Every thread of the program goes through a full barrier between the call and the
 * return: what the caller stored before is seen by whatever a thread loads after it, and what a thread stored
 * before it is seen by the caller.  So the other side of a Dekker pair needs no more than a compiler barrier.
 * The caller's own barrier is included.  Costs microseconds.
 * @context any
 * Source: membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED.
 */
PLATFORM_API void platform_membarrier(void);

/* --- memory ---------------------------------------------------------------- */

/**
 * @return @a size bytes aligned to @a align (a power of two, at least 8), zeroed,
 * or NULL; caller frees with platform_free() and the same size and class
 */
PLATFORM_API void *platform_alloc(size_t size, size_t align, enum platform_mem mem);
PLATFORM_API void platform_free(void *p, size_t size, enum platform_mem mem);

/**
 * False in sanitizer builds: caches must then give every freed object back with
 * platform_free(), so that a use after free is seen.
 */
PLATFORM_API bool platform_recycles(void);

/** A frame goes out of use or comes into use: ASan forbids or allows access. */
PLATFORM_API void platform_memory_off(void *p, size_t size);
PLATFORM_API void platform_memory_on(void *p, size_t size);

PLATFORM_API void platform_clear_page(void *page);
PLATFORM_API void platform_copy_page(void *to, const void *from);

/**
 * A TLB flush is sent to the slots in @a slots, a mask of @a words words, except the caller's; for the
 * simulated machine.
 */
PLATFORM_API void platform_flush_notice(const u64 *slots, unsigned int words);

/* --- who listens: tests and tools ------------------------------------------ */

/** How a thread waits. */
enum platform_wait {
	PLATFORM_PARKED,	/**< platform_park() */
	PLATFORM_SPINS,		/**< platform_relax_on() */
	PLATFORM_AWAITS_RCU,	/**< for the RCU sections that run now to end */
};

/**
 * What a thread waits for.  It cannot go on while *word is @a seen and *killed, if any, is 0; word is NULL with PLATFORM_AWAITS_RCU.
 */
struct platform_waiting {
	enum platform_wait how;
	const void *lock;	/**< the lock, or a part of it */
	const u32 *word;
	u32 seen;
	const u32 *killed;	/**< NULL, or it goes on when this is not 0, too */
};

/**
 * A listener's functions.  Each is called on the thread that it is about and must not wait; each may be
 * NULL.
 */
struct platform_listener {
	/** The thread is about to wait, outside every function of ours. */
	void (*wait)(const struct platform_listener *l, const struct platform_waiting *w);
	/** The thread waits no more, or looks again. */
	void (*go_on)(const struct platform_listener *l);
	/** Memory from platform_alloc() holds @a nr objects of @a size bytes, each a struct @a what. */
	void (*objects)(const struct platform_listener *l, const void *p, const char *what,
			size_t size, size_t nr);
	/** platform_free() */
	void (*gone)(const struct platform_listener *l, const void *p);
};

/** Set the process's one listener, or NULL.  @context no other thread is running */
void platform_listen(const struct platform_listener *listener);

/** Tell the listener what memory holds: @a what is a struct's name, a constant. */
PLATFORM_API void platform_objects(const void *p, const char *what, size_t size, size_t nr);

/* --- the end --------------------------------------------------------------- */

/** Say where and what on stderr in one line, and abort. */
void platform_bug(const char *file, int line, const char *what) __attribute__((noreturn));

/** Stop the program if @a cond holds; in every build. */
#define BUG_ON(cond) \
	do { \
		if (unlikely(cond)) \
			platform_bug(__FILE__, __LINE__, #cond); \
	} while (0)

/** @context the caller is about to do something that may sleep: it must be outside RCU and hold no spinlock. */
#define might_sleep() BUG_ON(platform_in_atomic())

#ifndef PLATFORM_CALL
#include "common/platform/platform_native.h"
#endif

#endif /* COMMON_PLATFORM_PLATFORM_H */
