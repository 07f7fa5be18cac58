/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The torture's stage: cells under few addresses, the threads that play on them, and what each did last.
 *
 * The cells lie in runs of neighbours, which may be one VMA or many.  Each run has one
 * changer, the only thread that changes it, and each cell one writer; everybody reads
 * everything.  So the oracle knows without locks what may be seen.
 */
#ifndef TESTS_TORTURE_TORTURE_H
#define TESTS_TORTURE_TORTURE_H

#include "common/mm/mm.h"
#include "common/mm/world.h"
#include "tests/torture/oracle.h"

#define RUN_CELLS	8
#define STACK_RUN	4		/* the runs before it are ordinary */
#define HEAP_RUN	5
#define RUNS		6
#define NR_CELLS	(RUNS * RUN_CELLS)
#define NR_CHANGERS	2
#define NR_FORKERS	1
#define MIN_THREADS	(NR_CHANGERS + NR_FORKERS + 1)
#define MAX_THREADS	(PLATFORM_MAX_SLOTS - 2)	/* slots of main and of the reclaimer */
#define FILE_INODE	11
#define OTHER_WORD	(PAGE_SIZE - 8)
#define UNSEEN_WORD	64

/** X(NAME, what the report calls it) */
#define TORTURE_EVENTS(X) \
	X(READ, "read") \
	X(WRITE, "write") \
	X(WRITE_BESIDE, "write beside") \
	X(KERNEL_FAULT, "kernel fault") \
	X(KILL, "kill") \
	X(KILLED, "killed") \
	X(MAP, "map") \
	X(MAP_FILE, "map file") \
	X(MAP_SHARED, "map shared") \
	X(UNMAP, "unmap") \
	X(PROT_NONE, "protect none") \
	X(PROT_R, "protect r") \
	X(PROT_RW, "protect rw") \
	X(DONTNEED, "dontneed") \
	X(FREE, "free") \
	X(PAGEOUT, "pageout") \
	X(ADVISE, "advise") \
	X(MOVE, "move") \
	X(MOVE_LEAVING, "move, leaving") \
	X(GROW, "grow") \
	X(TRUNCATE, "truncate") \
	X(EXTEND, "extend") \
	X(MAP_STACK, "map stack") \
	X(BRK, "brk") \
	X(SCRATCH, "map anywhere") \
	X(RECLAIM, "reclaim") \
	X(FORK, "fork") \
	X(READ_MAPS, "read maps") \
	X(READ_REMOTE, "read from outside") \
	X(WRITE_REMOTE, "write from outside") \
	X(CHILD_READ, "child reads") \
	X(CHILD_WRITE, "child writes") \
	X(EXIT, "exit")

enum what {
#define X(NAME, name) NAME,
	TORTURE_EVENTS(X)
#undef X
	NR_WHAT
};

/** How one round's world is made; rolled from its seed. */
struct roll {
	struct world_config config;
	struct injector injector;
	bool may_oom;		/**< running out of memory is an allowed result */
	bool delays;		/**< threads are delayed at probe points */
	bool kills;		/**< changing and forking threads are killed now and then */
	char text[448];		/**< the same for the reader */
};

#define EVENTS 16		/* that are remembered of each thread */

struct event {
	u64 time;		/**< of its end; 0: goes on */
	u64 began;
	enum what what;
	unsigned int cell, nr;
	long result;
	u64 value;
};

struct worker {
	struct torture *torture;
	struct task *task;
	unsigned int index;
	u64 rng;
	u64 delay_rng;		/* separate, since the order of events must not depend on the probes passed */
	u64 nr[NR_WHAT];
	u64 at;
	struct event event[EVENTS];
} __cacheline_aligned;

struct torture {
	const struct scheme_chain *chain;
	u64 seed;
	unsigned int nr_threads;
	struct roll roll;
	struct probe probe;
	struct world *world;
	struct mm *mm;
	u32 stop;
	struct cell cell[NR_CELLS];
	struct worker worker[MAX_THREADS];
};

/* --- run.c ------------------------------------------------------------------------------ */

/** Run one world for @a ms, from making it to checking that nothing leaked; adds the events to @a sum. */
void torture_round(struct torture *x, unsigned int ms, u64 sum[NR_WHAT], u64 *faults);

/** A random number below @a below. */
u32 rnd(struct worker *w, u32 below);

static inline bool one_in(struct worker *w, u32 n)
{
	return !rnd(w, n);
}

/** The number of faulting threads, which neither change nor fork. */
static inline unsigned int nr_faulters(const struct torture *x)
{
	return x->nr_threads - NR_CHANGERS - NR_FORKERS;
}

/* --- roll.c ----------------------------------------------------------------------------- */

/** Roll the kind of world for @a x->seed. */
void torture_roll(struct torture *x);

/** Listens at probe points: holds a thread up now and then. */
void torture_delay(const struct probe *probe, struct task *t, enum probe_point point, unsigned long addr);

/* --- hold.c ----------------------------------------------------------------------------- */

/** Where and how often threads are held up in the round of seed @a of_round, where the core has hooks. */
void hold_round(u64 of_round);

/* --- what the threads do: access.c, fork.c, change.c ------------------------------------- */

void faulter(void *worker);
void forker(void *worker);
void changer(void *worker);

/** Ends the program with @a wrong, an impossible result, unless that is NULL. */
void judge(const struct cell *c, const char *wrong, u64 value);

/** As access_read(), but from outside (mm_process_vm_rw()), which the judge need not know of. */
enum access_result read_remote(struct worker *w, const struct cell *c, const struct sample *s, unsigned long offset, u64 *value);

/** If @a ret says that @a w was killed, forget the kill; the call may be made again.  @return it was */
bool was_killed(struct worker *w, unsigned long ret);

/* --- history.c -------------------------------------------------------------------------- */

/** @a w begins an event; event_end() records its result. */
void event_begin(struct worker *w, enum what what, unsigned int cell, unsigned int nr);
void event_end(struct worker *w, long result, u64 value);

extern const char *const what_names[NR_WHAT];

/** The last events of each thread on stderr, side by side, in the order of time. */
void history_print(const struct torture *x);

#endif /* TESTS_TORTURE_TORTURE_H */
