/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the parts of the simulated machine share, and the fast path of an access.  As HOOK_USER it gives the hooks.
 *
 * Times are ps.  An access that hits only costs time; line.c handles the rest.
 * A core's tag holds a line and the line's version: changing the version takes the line away from all
 * cores that have a copy.  Two moments bound the use of a line that another core is about to take: from
 * `gone` on no copy may be read, from `lost` on its owner may not write.
 */
#ifndef SIM_TIME_TIMING_H
#define SIM_TIME_TIMING_H

#include "sim/engine.h"
#include "sim/hooks.h"
#include "sim/time/time.h"

#define PS_PER_NS	1000ULL

struct timed;
struct seat;

/** A request for a line: by a thread, which stands still until it comes, or by a store buffer's first store. */
struct request {
	struct request *next;	/**< in the line's queue, in order of arrival */
	struct seat *seat;
	struct timed *thread;	/**< NULL: the seat's store buffer */
	u64 since;		/**< when the request was made */
	u64 arrival;		/**< set when it is granted; of a copy: when it leaves, with its contents then */
	u64 latency;		/**< of a copy: the time from leaving to being here */
	u32 version;		/**< of a copy: the line's version when it was granted */
	bool own;		/**< to write */
	bool here;		/**< local-first: was waiting when the line came to this L3 domain */
	bool copy;		/**< granted as one of several readers: nothing more to do at its arrival */
};

/** State of a 64-byte line; all 0 means that it was never touched. */
struct line {
	u64 gone, lost;		/**< moments, + 1; 0: nobody is about to take it */
	u32 version;
	u16 owner;		/**< seat + 1 that may write without asking, or 0 */
	u16 waiter;		/**< first thread that spins on a word of it, id + 1, or 0 */
	u64 domains;		/**< L3 domains where copies may be; 0: only memory has it */
	u64 busy;		/**< it serves readers until then */
	struct request *tail;	/**< of the queue, a ring: the first is tail->next */
	u32 stamp;		/**< the L3 domain's count of fills when it was last brought there */
	u16 epoch;		/**< if it differs from the machine's, the line is new */
	u8 node;		/**< socket + 1 whose memory has it: that of the thread that touched it first */
	bool flying;		/**< on its way to a core */
	u16 sharers;		/**< cores with a copy of this version; 0: only L3 caches or memory have it */
	u16 writer;		/**< the owner, if it has written the line since it came; 0: it has not */
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct line) == 64, "a line's state is a line");

/** Tags: two ways a set, the one used last first. */
typedef u64 tag_set[2];

struct core {
	tag_set *l1, *l2;
	u8 busy;		/**< how many of its hardware threads are working */
	u32 pages;		/**< pages that it has cleared so far */
};

#define STORES_MAX	128u

/** A hardware thread. */
struct seat {
	u16 id, core, l3, socket;
	u16 sibling;		/**< seat, or its own id */
	/* present costs; they are higher while the sibling works */
	u32 access, function, rmw, fence, rcu;
	double share;		/**< by which they are higher, 1 or more */
	u64 stolen;		/**< time taken by interrupts; added when a thread next runs here */
	u64 handles_until;	/**< the end of the last interrupt that came while a thread spun here */

	/* the store buffer: a ring */
	struct store {
		void *p;
		u64 at;		/**< when it was made */
		u64 value;
		u8 size;	/**< bytes of value to write to memory when it leaves; 0: none */
	} store[STORES_MAX];
	u32 first_store, stores;
	u32 appended;		/**< number of stores that went into it */
	struct request request;
	/** Threads that wait for room, for emptiness; more than one where callbacks of RCU run beside a thread. */
	struct timed *full, *drained;

	/* the thread that runs here, and those that wait to */
	struct timed *running, *queue, **queue_end;
	u64 slice_end;
	bool working;		/**< counts in core.busy */
	bool slice_event;	/**< there is an event for the end of the slice of a thread that spins */
};

/** A thread of the engine with its clock. */
struct timed {
	struct sim_thread thread;
	u64 clock;
	struct seat *seat;	/**< where it runs, or ran last */
	bool bound;		/**< occupies its CPU; false: main and the RCU thread */
	bool queued;
	unsigned int slot;	/**< a copy: the engine's is gone when the thread ends */
	struct timed *next_queued;
	u64 queued_at;
	struct request request;
	enum sim_state why;	/**< why it blocked */
	u64 blocked_at;
	bool aside;		/**< what it waits for is not counted: time_aside() */
	u64 ahead;		/**< struct timing's while it does not run */
	u16 next_waiter;	/**< next thread that spins on the same line */
	struct timed *next_stalled;	/**< on a seat's list full or drained */
};

/** What the fast path uses: data of the running thread, and of the machine. */
struct timing {
	u64 clock;		/**< of the running thread */
	u64 horizon;		/**< the running thread may go on up to here without regard to others */
	u32 access;		/**< its seat's */
	u64 ahead;		/**< work that it has done already, while a load waited; as enter() saves it in struct timed */
	bool active;		/**< a thread other than main exists */
	bool contents;		/**< pages are really cleared and copied */
	u16 epoch;
	u16 seat_id;
	u32 l1_sets, l2_sets;
	tag_set *l1;
	const char *stack;
	struct seat *seat;
	struct timed *cur;
	struct line *line;	/**< a table for the whole arena */

	const struct machine *machine;
	u64 lookahead;
	u64 deferred;		/**< stores in all buffers whose values are not in memory yet */
	u64 random;
	enum time_placement placement;
	struct seat *seats;
	struct core *cores;
	unsigned int nr_seats, nr_cores, nr_l3, nr_bound;
	unsigned int nr_queued;	/**< threads that wait for a CPU */
	u64 fills[MACHINE_MAX_L3];		/**< lines brought into each L3 domain */
	u64 memory_busy[MACHINE_MAX_SOCKETS];	/**< a socket's memory is occupied until then */
	/* of the machine, in ps, or lines */
	u64 n[NR_MACHINE_NUMBERS];
	u64 between[MACHINE_MAX_SOCKETS][MACHINE_MAX_SOCKETS];
	u64 l3_lines, page_ps;			/**< page_ps: how long a page occupies a socket's memory */
};
extern struct timing timing;

enum access_kind { ACCESS_LOAD, ACCESS_STORE, ACCESS_RMW };

/* --- line.c, stores.c, pages.c --- */

/** An access that is not an L1 hit.  Returns when the line is here, or the store is in the buffer */
void line_access(u64 nr, void *p, enum access_kind kind, const void *where);
/** A change of the word that a spinner waits for is visible from @a now on. */
void line_wake(struct line *l, u64 now);
/** The store buffer's line has come. */
void stores_arrived(struct seat *seat, u64 now);
/** Wait until all stores of the running thread's seat are done. */
void stores_drain(void);
/** The store that was last put into the running thread's buffer will write @a v when it leaves. */
void stores_defer(unsigned int size, u64 v);
/** Forward a value from the buffer to the seat's own load.  @return false: the buffer has none */
bool stores_forward(const void *p, unsigned int size, u64 *v);
/** Write to memory now the stores of the running thread's buffer that overlap. */
void stores_settle(const void *p, size_t size);
/** Write to memory now all stores of a seat, or of all seats, though the lines are not here yet. */
void stores_settle_seat(struct seat *seat);
void stores_settle_all(void);
/** Nothing has been fetched from memory yet.  The caches' tags are empty since seats_make() made them. */
void line_restart(void);
/** Where are a page's contents?  From now on they are the running core's. */
enum page_contents { PAGE_OWN, PAGE_OTHER, PAGE_MEMORY } line_page(const void *page, bool write);

/* --- clock.c --- */

/** At the horizon: let threads that are earlier run. */
void clock_turn(void);
/** Run other threads until none is earlier.  @return true: others ran meanwhile */
bool clock_in_order(void);
/**
 * The running thread stands still, its clock saved in it, until clock_resume(), which may have been
 * called already.
 */
void clock_stall(void);
/** @a t, which stands still, goes on at @a when. */
void clock_resume(struct timed *t, u64 when);
/** Call stores_arrived() at @a when. */
void clock_store_event(struct seat *seat, u64 when);
/** A number in [0, 2^32). */
u32 clock_random(void);
void clock_spinner_wake(struct timed *t, u64 now);

static __always_inline u64 line_hash(u64 nr)
{
	return nr * 0x9e3779b97f4a7c15ULL >> 32;
}

/* @t has waited. */
static inline void waited(const struct timed *t, enum who_kind kind, const void *p, u64 ps)
{
	if (!t->aside)
		who_waited(kind, p, ps);
}

static __always_inline void timing_work(u64 ps)
{
	timing.clock += ps;
	if (unlikely(timing.clock >= timing.horizon))
		clock_turn();
}

/* Work that a core does out of order: what it did while a load waited takes no time any more. */
static __always_inline void timing_compute(u64 ps)
{
	if (unlikely(timing.ahead)) {
		u64 done = ps < timing.ahead ? ps : timing.ahead;

		timing.ahead -= done;
		ps -= done;
	}
	timing_work(ps);
}

static __always_inline void timing_access(void *p, enum access_kind kind, const void *where)
{
	u64 at = (u64)(uintptr_t)p, off = at - ARENA_BASE, nr, key, *set;
	struct line *l;

	if (unlikely(!timing.active))
		return;
	time_counts.accesses++;
	timing_compute(timing.access);
	if (unlikely(off >= ARENA_SIZE) || at - (u64)(uintptr_t)timing.stack < SIM_STACK)
		return;
	nr = off / CACHELINE;
	l = &timing.line[nr];
	key = nr << 32 | l->version;
	set = timing.l1[line_hash(nr) * timing.l1_sets >> 32];
	if (likely(set[0] == key)) {
		;
	} else if (set[1] == key) {
		set[1] = set[0];
		set[0] = key;
	} else {
		line_access(nr, p, kind, where);
		return;
	}
	if (kind == ACCESS_LOAD) {
		if (unlikely(l->gone - 1 < timing.clock))
			line_access(nr, p, kind, where);
	} else if (unlikely(l->writer != timing.seat_id + 1u || l->lost - 1 < timing.clock || timing.seat->stores)) {
		line_access(nr, p, kind, where);
	}
}

/* Access each line that a range touches. */
static __always_inline void timing_range(void *p, size_t size, enum access_kind kind, const void *where)
{
	char *end = (char *)p + size;

	/* memset() and its like lead here from code without hooks, too: where its memory lies must not matter. */
	if (unlikely(size > 16 && !arena_has(p)))
		return;
	timing_access(p, kind, where);
	if (unlikely(timing.deferred) && timing.seat->stores)
		stores_settle(p, size);
	if (likely(((uintptr_t)p ^ ((uintptr_t)end - 1)) < CACHELINE))
		return;
	for (char *at = (char *)((uintptr_t)p | (CACHELINE - 1)) + 1; at < end; at += CACHELINE)
		timing_access(at, kind, where);
}

static __always_inline void timing_stored(const void *p)
{
	struct line *l;

	if (!arena_has(p))
		return;
	l = &timing.line[arena_line_nr(p)];
	if (unlikely(l->waiter))
		line_wake(l, timing.clock);
}

static __always_inline void hook_read(const void *p, size_t size, const void *where)
{
	timing_range((void *)(uintptr_t)p, size, ACCESS_LOAD, where);
}

static __always_inline void hook_write(void *p, size_t size, const void *where)
{
	timing_range(p, size, ACCESS_STORE, where);
}

static __always_inline u64 hook_load(const void *p, unsigned int size, int order, const void *where)
{
	u64 v;

	(void)order;
	timing_access((void *)(uintptr_t)p, ACCESS_LOAD, where);
	if (unlikely(timing.deferred) && timing.seat->stores && stores_forward(p, size, &v))
		return v;
	return memory_load(p, size, __ATOMIC_RELAXED);
}

static __always_inline void hook_store(void *p, unsigned int size, u64 v, int order, const void *where)
{
	bool whole = order == __ATOMIC_SEQ_CST;
	struct seat *seat = timing.seat;
	u32 appended;

	if (!timing.active) {
		memory_store(p, size, v, __ATOMIC_RELAXED);
		return;
	}
	appended = seat->appended;
	timing_access(p, whole ? ACCESS_RMW : ACCESS_STORE, where);
	if (whole)
		timing.clock += seat->rmw;
	if (unlikely(seat->appended != appended) && seat->stores) {
		stores_defer(size, v);
		return;
	}
	memory_store(p, size, v, __ATOMIC_RELAXED);
	timing_stored(p);
}

static __always_inline u64 hook_rmw(void *p, unsigned int size, enum hook_rmw op, u64 v, int order, const void *where)
{
	u64 old;

	(void)order;
	timing_access(p, ACCESS_RMW, where);
	old = memory_rmw(p, size, op, v, __ATOMIC_RELAXED);
	if (timing.active) {
		time_counts.atomics++;
		timing.clock += timing.seat->rmw;
		timing_stored(p);
	}
	return old;
}

/* A cmpxchg that fails takes the line too. */
static __always_inline bool hook_cas(void *p, unsigned int size, u64 *expected, u64 v, int order, int fail,
				     const void *where)
{
	bool done;

	(void)order;
	(void)fail;
	timing_access(p, ACCESS_RMW, where);
	done = memory_cas(p, size, expected, v, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	if (timing.active) {
		time_counts.atomics++;
		timing.clock += timing.seat->rmw;
		if (done)
			timing_stored(p);
	}
	return done;
}

/* Acquire and release cost nothing, since stores leave the buffer in order. */
static __always_inline void hook_fence(int order, const void *where)
{
	(void)where;
	if (order != __ATOMIC_SEQ_CST || !timing.active)
		return;
	if (timing.seat->stores)
		stores_drain();
	timing_work(timing.seat->fence);
}

static __always_inline void hook_signal_fence(int order, const void *where)
{
	(void)order;
	(void)where;
}

static __always_inline void hook_enter(const void *where)
{
	(void)where;
	if (timing.active)
		timing.clock += timing.seat->function;
}

#endif /* SIM_TIME_TIMING_H */
