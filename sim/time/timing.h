/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the parts of the simulated machine share, and the fast path of an access.  As HOOK_USER it gives the hooks.
 *
 * Times are ps.  An access that hits costs its time and nothing else happens; the rest is line.c's.
 * A core's tag holds a line and the line's version: to take a line away from all cores moves the version, whoever
 * has a copy.  Two moments bound the use of a copy that somebody is about to take:
 * from `gone` on no copy may be read, from `lost` on its owner may not write.
 */
#ifndef SIM_TIME_TIMING_H
#define SIM_TIME_TIMING_H

#include "sim/engine.h"
#include "sim/hooks.h"
#include "sim/time/time.h"

#define PS_PER_NS	1000ULL

struct timed;
struct seat;

/** Somebody who wants a line: a thread, which stands still until it comes, or a store buffer's first store. */
struct request {
	struct request *next;	/**< in the line's queue, in order of arrival */
	struct seat *seat;
	struct timed *thread;	/**< NULL: the seat's store buffer */
	u64 since;		/**< when it asked */
	u64 arrival;		/**< set when it is granted; of a copy: when it leaves, with what is there then */
	u64 latency;		/**< of a copy: from then on until it is here */
	u32 version;		/**< of a copy, when it was granted */
	bool own;		/**< to write */
	bool copy;		/**< granted as one of several readers: nothing more to be done at its arrival */
};

/** State of a 64-byte line; what is 0 is as nobody ever touched it. */
struct line {
	u64 gone, lost;		/**< moments, + 1; 0: not to be taken away */
	u32 version;
	u16 owner;		/**< seat + 1 that may write without asking, or 0 */
	u16 waiter;		/**< first thread that spins on a word of it, id + 1, or 0 */
	u64 domains;		/**< L3 domains where copies may be; 0: only memory has it */
	u64 busy;		/**< until then it serves readers */
	struct request *tail;	/**< of the queue, a ring: the first is tail->next */
	u32 stamp;		/**< the L3 domain's count of fills when it was last brought there */
	u16 epoch;		/**< another than the machine's: as new */
	u8 node;		/**< socket + 1 whose memory has it: of the first who touched it */
	bool flying;		/**< on its way to somebody */
	u16 sharers;		/**< cores with a copy since the version moved; 0: caches of L3 domains, or memory, alone have it */
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct line) == 64, "a line's state is a line");

/** Tags: two ways a set, the one used last first. */
typedef u64 tag_set[2];

struct core {
	tag_set *l1, *l2;
	u8 busy;		/**< its hardware threads that work */
	u32 pages;		/**< cleared by it so far */
};

#define STORES_MAX	128u

/** A hardware thread. */
struct seat {
	u16 id, core, l3, socket;
	u16 sibling;		/**< seat, or its own id */
	/* costs as they are now: the sibling's work makes them higher */
	u32 access, function, rmw, fence, rcu;
	u64 stolen;		/**< by interrupts; added when a thread is next run here */

	/* the store buffer: a ring */
	struct store {
		void *p;
		u64 at;		/**< when it was made */
		u64 value;
		u8 size;	/**< bytes of value that go to memory when it leaves; 0: they are there already */
	} store[STORES_MAX];
	u32 first_store, stores;
	u32 appended;		/**< counts stores that went into it */
	struct request request;
	struct timed *full, *drained;	/**< threads that wait for room, for emptiness */

	/* who runs here, and who waits to */
	struct timed *running, *queue, **queue_end;
	u64 slice_end;
	bool working;		/**< counts in core.busy */
};

/** A thread of the engine with its clock. */
struct timed {
	struct sim_thread thread;
	u64 clock;
	struct seat *seat;	/**< where it runs, or ran last */
	bool bound;		/**< takes up its CPU; false: main and the RCU thread */
	bool queued;
	unsigned int slot;	/**< its own is gone when it ends */
	struct timed *next_queued;
	u64 queued_at;
	struct request request;
	enum sim_state why;	/**< what it blocked for */
	u64 blocked_at;
	u16 next_waiter;	/**< on the line of its word */
};

/** What the fast path needs, of the running thread; and the machine. */
struct timing {
	u64 clock;		/**< of the running thread */
	u64 horizon;		/**< up to here it may run without looking at the others */
	u32 access;		/**< its seat's */
	bool active;		/**< a thread but main lives */
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
	u64 deferred;		/**< stores of all buffers whose values are not in memory */
	u64 random;
	enum time_placement placement;
	struct seat *seats;
	struct core *cores;
	unsigned int nr_seats, nr_cores, nr_l3, nr_bound;
	u64 fills[MACHINE_MAX_L3];		/**< lines brought into each L3 domain */
	u64 memory_busy[MACHINE_MAX_SOCKETS];	/**< until then a socket's memory is taken */
	/* of the machine, in ps, or lines */
	u64 n[NR_MACHINE_NUMBERS];
	u64 between[MACHINE_MAX_SOCKETS][MACHINE_MAX_SOCKETS];
	u64 l3_lines, page_ps;			/**< page_ps: a socket's memory is taken so long by a page */
};
extern struct timing timing;

enum access_kind { ACCESS_LOAD, ACCESS_STORE, ACCESS_RMW };

/* --- line.c --- */

/** What is no hit in L1.  It returns with the line here, or the store in the buffer */
void line_access(u64 nr, void *p, enum access_kind kind, const void *where);
/** A change of the word that a spinner waits for is visible from @a now on. */
void line_wake(struct line *l, u64 now);
/** The store buffer's line has come. */
void stores_arrived(struct seat *seat, u64 now);
/** Wait until all stores of the running thread's seat are done. */
void stores_drain(void);
/** The last one that went into the running thread's buffer writes @a v when it leaves. */
void stores_defer(unsigned int size, u64 v);
/** What the seat's own load finds in the buffer. @return false: nothing */
bool stores_forward(const void *p, unsigned int size, u64 *v);
/** What overlaps is in memory now: of the running thread's buffer. */
void stores_settle(const void *p, size_t size);
/** All of a seat's, or of all seats, is in memory now, though the lines are not here yet. */
void stores_settle_seat(struct seat *seat);
void stores_settle_all(void);
/** All tags of all cores are empty. */
void line_restart(void);
/** Does the seat's core have a page's contents?  They are its own from now on. */
enum page_contents { PAGE_OWN, PAGE_OTHER, PAGE_MEMORY } line_page(const void *page, bool write);

/* --- clock.c --- */

/** At the horizon: let whoever is earlier run. */
void clock_turn(void);
/** Until nobody is earlier.  @return true: others ran meanwhile */
bool clock_in_order(void);
/** The running thread, whose clock is saved in it, stands still; clock_resume() lets it go on, or did already. */
void clock_stall(void);
/** @a t, which stands still, goes on at @a when. */
void clock_resume(struct timed *t, u64 when);
/** stores_arrived() at @a when. */
void clock_store_event(struct seat *seat, u64 when);
/** A number in [0, 2^32). */
u32 clock_random(void);
void clock_spinner_wake(struct timed *t, u64 now);

static __always_inline u64 line_hash(u64 nr)
{
	return nr * 0x9e3779b97f4a7c15ULL >> 32;
}

static __always_inline void timing_work(u64 ps)
{
	timing.clock += ps;
	if (unlikely(timing.clock >= timing.horizon))
		clock_turn();
}

static __always_inline void timing_access(void *p, enum access_kind kind, const void *where)
{
	u64 at = (u64)(uintptr_t)p, off = at - ARENA_BASE, nr, key, *set;
	struct line *l;

	if (unlikely(!timing.active))
		return;
	time_counts.accesses++;
	timing_work(timing.access);
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
	} else if (unlikely(l->owner != timing.seat_id + 1u || l->lost - 1 < timing.clock || timing.seat->stores)) {
		line_access(nr, p, kind, where);
	}
}

/* Each line that a range touches. */
static __always_inline void timing_range(void *p, size_t size, enum access_kind kind, const void *where)
{
	char *end = (char *)p + size;

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

/* A failed one takes the line all the same. */
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

/* Acquire and release cost nothing where stores leave in order. */
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
