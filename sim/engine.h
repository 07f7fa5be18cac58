/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The engine: the program's threads as fibers in one OS thread, and what its user decides.
 *
 * The engine is the third body of platform.h.  It has threads, memory and grace
 * periods, knows what each thread waits for, and reports threads that can never go on.  Its user decides
 * the rest: which thread runs next, what time it is, what a load reads.  A program has one user, in two
 * parts:
 *
 *  - a struct sim_user of functions, given to sim_use() before anything else, for everything that goes
 *  through platform.h;
 *  - the memory accesses themselves, inline: see hooks.h.
 *
 * turns.c is the smallest user, and an example.  sim/README.md says how a program is built on the engine.
 *
 * main, or a test, becomes thread 0 by platform_thread_enter(), on the system's stack; every
 * further thread is a fiber, with its stack in the arena.  Thread SIM_RCU runs platform_call_rcu()'s functions.
 */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H

#include "common/platform/platform.h"
#include "sim/arena.h"
#include "sim/fiber.h"

/** Numbers of threads: 0 is main, 1 runs RCU's callbacks, the thread of slot s is s + 2 (except main). */
#define SIM_MAIN	0u
#define SIM_RCU		1u
#define SIM_MAX_THREADS	(PLATFORM_MAX_SLOTS + 2)

#define SIM_STACK	(256UL << 10)

enum sim_state {
	SIM_UNUSED,
	SIM_READY,		/**< running, or able to run */
	SIM_SPINS,		/**< platform_relax_on(): may run when the word differs */
	SIM_PARKED,		/**< platform_park(): until platform_unpark() */
	SIM_SLEEPS,		/**< platform_sleep(): until the user says so */
	SIM_AWAITS_RCU,		/**< a grace period, or the callbacks of platform_rcu_barrier() */
	SIM_JOINS,		/**< platform_thread_join() */
	SIM_IDLE,		/**< SIM_RCU without callbacks: nothing that it waits for has to come */
	SIM_ENDED,
};

struct sim_gp;

/** A user with data of its own for each thread begins its struct with this one. */
struct sim_thread {
	struct fiber fiber;
	unsigned int id;	/**< its number */
	unsigned int slot;	/**< PLATFORM_MAX_SLOTS: none */
	int cpu;		/**< as given to platform_thread_create(); -1: any */
	enum sim_state state;
	unsigned int atomic;	/**< spinlocks held, plus one inside a callback */
	unsigned int rcu;	/**< depth of RCU sections */
	u64 spins;
	void (*fn)(void *arg);
	void *arg;

	/* What it waits for, while it waits. */
	const u32 *word;
	u32 seen;
	const u32 *killed;	/**< NULL, or a second word that it is woken at */
	const void *lock;
	const void *where;	/**< return address of the call into the seam */
	struct sim_thread *joins;
	struct sim_gp *gp;
	u64 callbacks;		/**< SIM_AWAITS_RCU without gp: waits until so many have run */
	struct sim_thread *next_parked;	/**< the thread that parked after it */
};

/** A grace period: it ends when every section that it waits for has ended. */
struct sim_gp {
	struct sim_thread *waiter;
	unsigned int nr_readers;
	u64 readers[(SIM_MAX_THREADS + 63) / 64];	/**< numbers of the threads whose section it waits for */
	u64 number;					/**< from 1, in the order of their beginnings */
	bool over;
	struct sim_gp *next;				/**< of the running grace periods */
	void *own;					/**< the user's */
};

/**
 * What a user decides.  Each function runs on sim.cur, the thread that called the seam; ready() concerns
 * another thread.  A function that may be NULL says so, and what happens then.  where is the return
 * address of the call into the seam.
 */
struct sim_user {
	const char *name;
	size_t thread_size;	/**< of the user's struct that begins with struct sim_thread; 0: just that */

	/* --- who runs --- */

	/** @a t is a new thread, SIM_READY; its user's bytes are zero.  Also called for main and SIM_RCU. */
	void (*created)(struct sim_thread *t);
	/**
	 * @a t, which waited, is SIM_READY again.  The engine makes a spinning thread ready only if its
	 * word lies outside the arena; otherwise the user does, where it sees the store or in next().
	 */
	void (*ready)(struct sim_thread *t);
	/**
	 * sim.cur cannot go on; its state says why.
	 * @return a thread for which sim_can_run() holds, perhaps sim.cur itself; NULL: there is none
	 */
	struct sim_thread *(*next)(void);
	/**
	 * main enters, alone, with nothing allocated: a run begins.  The arena is empty, and grace
	 * periods and thread numbers start anew, so a run does not depend on earlier ones. (may be NULL:
	 * nothing)
	 */
	void (*begins)(void);
	/** sim.cur has ended; next() follows. (may be NULL: nothing) */
	void (*ended)(void);
	/**
	 * Something went wrong; @a report says which thread waits for what, and where.  This must not
	 * return: abandon all threads by going to main (sim_go()), then sim_forget(), or end the process.
	 * (may be NULL: to stderr, then abort())
	 */
	void (*failed)(const char *report);

	/* --- time --- */

	u64 (*now)(void);			/**< ns */
	void (*delay)(u64 ns);			/**< time passes on the CPU */
	void (*sleep)(u64 ns, const void *where); /**< set SIM_SLEEPS and sim_block(), then sim_wake() later; or return at once */
	bool (*oversubscribed)(void);		/**< (may be NULL: false) */
	unsigned int (*nr_cpus)(void);		/**< (may be NULL: 1) */
	unsigned int (*nr_nodes)(void);		/**< (may be NULL: 1) */
	unsigned int (*node)(void);		/**< sim.cur's; not NULL with nr_nodes */

	/* --- waiting; each before the engine acts, (may be NULL: nothing) --- */

	/** One turn of a spin without a word: let other threads run.  Not NULL. */
	void (*relax)(unsigned int turn, const void *where);
	/**
	 * One turn of a spin on a word, before the word is read; then the thread blocks (SIM_SPINS) if
	 * the word is unchanged.
	 */
	void (*spin)(const u32 *word, const void *where);
	/** sim.cur is about to read the word, and to park if it is unchanged. */
	void (*park)(const u32 *word, const void *where);
	/**
	 * sim.cur has waited for @a word, spinning or parked, and goes on: its next read gets the
	 * present value.
	 */
	void (*waited)(const u32 *word);
	/** sim.cur is about to wake up to @a nr threads that are parked there. */
	void (*unpark)(const u32 *word, unsigned int nr, const void *where);
	/** sim.cur wakes @a t, which is parked; ready(t) follows. */
	void (*unparks)(struct sim_thread *t);

	/* --- RCU; (may be NULL: nothing) --- */

	void (*rcu_lock)(const void *where);	/**< outermost section, before it counts */
	void (*rcu_unlock)(const void *where);	/**< outermost section, before it is over */
	/**
	 * sim.cur enters a section while @a gp is already running.
	 * @return true: gp waits for this section too
	 */
	bool (*gp_meets)(struct sim_gp *gp);
	/** sim.cur starts @a gp; next, the engine notes which threads are in a section now. */
	void (*gp_begins)(struct sim_gp *gp, const void *where);
	/** sim.cur has left a section that gp waits for. */
	void (*gp_left)(struct sim_gp *gp);
	/**
	 * All sections that gp waits for are over: call sim_gp_end(), now or later. (may be NULL: now).
	 * sim.cur may be the waiter, which then is not blocked yet.
	 */
	void (*gp_done)(struct sim_gp *gp);
	/** sim.cur, which is gp->waiter, goes on. */
	void (*gp_over)(struct sim_gp *gp);
	void (*call_rcu)(struct platform_rcu_head *head, const void *where);	/**< before it is queued */
	/** SIM_RCU takes all queued callbacks; one grace period for all of them follows. */
	void (*callbacks_taken)(void);
	void (*callback)(struct platform_rcu_head *head);	/**< SIM_RCU is about to run it */
	void (*callbacks_done)(void);				/**< all callbacks that were taken have run */
	void (*rcu_barrier)(const void *where);			/**< before it reads the queue */
	void (*rcu_barrier_over)(void);				/**< all earlier callbacks have run */
	void (*membarrier)(const void *where);

	/* --- memory; (may be NULL: nothing).  The engine has set the lines' states. --- */

	void (*allocated)(void *p, size_t size, enum platform_mem mem, const void *where);
	void (*freed)(void *p, size_t size, enum platform_mem mem, const void *where);	/**< before its lines are ARENA_FREED */
	void (*frame_off)(void *p, size_t size, const void *where);	/**< the same for ARENA_OFF */
	void (*frame_on)(void *p, size_t size, const void *where);
	void (*clear_page)(void *page, const void *where);		/**< (may be NULL: memset) */
	void (*copy_page)(void *to, const void *from, const void *where); /**< (may be NULL: memcpy) */
	/** A flush goes to the slots in @a slots, a mask of @a words words, except sim.cur's. */
	void (*flush)(const u64 *slots, unsigned int words, const void *where);
};

/** All state of the engine except the arena. */
struct sim {
	struct sim_thread *cur;		/**< the running thread; NULL: no thread has entered */
	const struct sim_user *user;
	unsigned int nr_threads;	/**< numbers below this have been used */
	/**
	 * For set-up and judgement: one thread, nothing is scheduled.  Callbacks run as soon as it is in
	 * no section, a grace period is over at once, and waiting for another thread fails.
	 */
	bool direct;
	bool failing;			/**< inside failed() */
};
extern struct sim sim;

/** Set the user of this program.  @context before the first platform_thread_enter() */
void sim_use(const struct sim_user *user);

/** A thread by its number; NULL: never used. */
struct sim_thread *sim_thread(unsigned int id);

/** Is @a p on the running thread's own stack?  False on the system's stack. */
static inline bool sim_own_stack(const void *p)
{
	return (u64)(uintptr_t)p - (u64)(uintptr_t)sim.cur->fiber.stack < SIM_STACK;
}

/** Can @a t run: is it ready, or has the word it spins on changed? */
static inline bool sim_can_run(const struct sim_thread *t)
{
	return t->state == SIM_READY ||
	       (t->state == SIM_SPINS && *(const volatile u32 *)t->word != t->seen);
}

/** Run @a t, for which sim_can_run() holds; returns when a thread switches back to the caller. */
void sim_go(struct sim_thread *t);

/**
 * sim.cur waits in @a state, and next() chooses the thread to run.  Returns when sim.cur is SIM_READY
 * and chosen; fails with a report if no thread can run.
 */
void sim_block(enum sim_state state);

/** Let @a t, which waits, go on; calls ready(). */
void sim_wake(struct sim_thread *t);

/** The grace period is over: its waiter may go on. */
void sim_gp_end(struct sim_gp *gp);

/**
 * Make a ready thread that begins with @a fn(@a arg), as platform_thread_create() does.
 * @return NULL: no memory
 */
struct sim_thread *sim_spawn(unsigned int slot, int cpu, void (*fn)(void *arg), void *arg);

/** Forget all threads but main, grace periods and callbacks: the next execution begins. @context main */
void sim_forget(void);

/** Report what went wrong, with the state of all threads, and end as the user's failed() does. */
void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/** Report an access to a line whose state is not ARENA_FINE, found by a hook. */
void sim_bad_access(const void *p, bool store, const void *where) __attribute__((noreturn));

/** @return 0, or the number of pieces of memory that are still allocated; @a report, of @a size bytes, says which. */
unsigned int sim_leaks(char *report, size_t size);

/** Where a call stands in the source. */
struct sim_source {
	const char *function;	/**< the innermost that was inlined there; NULL: unknown */
	const char *path;	/**< of the file, as the compiler was told; NULL: unknown */
	int line;
};

/** @param where	the return address of the call.  @return false: nothing is known, for want of libdw or of debug information */
bool sim_source(const void *where, struct sim_source *source);

/** "function (file:line)" of a return address, as far as it is known. */
const char *sim_place(const void *where, char *text, size_t size);

#endif /* SIM_ENGINE_H */
