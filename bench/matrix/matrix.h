/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which side waits, and which retries: a fault held at each point beside every operation, and the
 * other way round.
 *
 * One fault, always at the same address, and one operation, on the fault's own VMA or
 * on another.  One of the two is held at a point, the other starts; what happens then is read from the
 * seam and from counters, never from a clock.
 */
#ifndef BENCH_MATRIX_MATRIX_H
#define BENCH_MATRIX_MATRIX_H

#include "bench/lib/error.h"
#include "common/mm/mm.h"
#include "common/mm/probe.h"
#include "common/mm/world.h"

/** Where the fault is, relative to the operation. */
enum matrix_where {
	WHERE_THIS,		/**< in the range that the operation changes */
	WHERE_OTHER,		/**< in another VMA, steady: tables and anon_vma in place */
	WHERE_FIRST,		/**< in another VMA, which has no anon_vma yet */
	NR_WHERE
};

/** Which of the two is held. */
enum matrix_side { HOLD_FAULT, HOLD_OP, NR_SIDES };

/** What the fault must read before it can go on. */
enum matrix_reads {
	READS_NOTHING,		/**< its page is new, or in memory */
	READS_FILE,		/**< a page of a shared mapping of a file */
	READS_SWAP,		/**< a page of anonymous memory that is swapped out */
	READS_MAPS,		/**< there is no fault: in its place a reader from another address space goes through the mappings */
	READS_REMOTE,		/**< nor here: a thread of another address space reads the page, and faults where it is not there */
	READS_REMOTE_FILE,	/**< the same, of a page that must be read from its file first */
	READS_REMOTE_SWAP,	/**< or from swap */
	NR_READS
};

struct matrix_scene;

/** An operation. */
struct matrix_op {
	const char *name, *what;
	unsigned int where;		/**< bit mask of enum matrix_where */
	unsigned int reads;		/**< bit mask of enum matrix_reads: what a fault in its own VMA can be about */
	/** The VMAs, on the director's thread; NULL: anonymous memory. */
	void (*prepare)(struct matrix_scene *s);
	void (*run)(struct matrix_scene *s, struct task *t);
};

/** Ends with a NULL name. */
extern const struct matrix_op matrix_ops[];

/** What happened to a fault on one rung. */
struct matrix_rung {
	const struct scheme_inst *si;
	char why[64];			/**< names of the scheme's counters that went up, but for "done" */
};

struct matrix_cell {
	const struct matrix_op *op;
	enum matrix_where where;
	enum matrix_side side;
	enum probe_point point;		/**< where that side is held */
	/* the operation, while the fault is held */
	bool op_waits;
	char op_lock[64];		/**< for what, or "" */
	enum probe_point op_reached;	/**< the last point that it came by; NR_PROBE_POINTS: none */
	/* the fault: after its release, or while the operation is held */
	bool fault_waits;		/**< then the fields below are as of that wait */
	char fault_lock[64];		/**< for what, or "" */
	struct matrix_rung rung[STATS_MAX_RUNGS];
	unsigned int nr_rungs;		/**< that it was on */
	bool raced;			/**< found another entry at commit, so the access faults again */
	enum fault_result result;	/**< when both are over */
};

struct matrix {
	const struct scheme_chain *chain;
	struct matrix_cell *cell;
	unsigned int nr, max;
	enum matrix_reads reads;
	enum io_policy io;
};

/** Which cells to play; a NULL name, or NR_PROBE_POINTS: all.  What the fault reads, and what it does to wait for that. */
struct matrix_filter {
	const char *op;
	enum probe_point point;
	enum matrix_reads reads;
	enum io_policy io;
};

/**
 * Play all.  @return 0; -1: err says why not
 * @context the caller has slot 0; slots 1 to 4 are free
 */
int matrix_play(struct matrix *m, const struct scheme_chain *chain,
		const struct matrix_filter *filter, struct bench_error *err);
void matrix_free(struct matrix *m);

const char *matrix_where_name(enum matrix_where where);

/** The values of an option, in the order of enum matrix_reads. */
#define MATRIX_READS "nothing|file|swap|maps|remote|remote-file|remote-swap"
const char *matrix_reads_name(enum matrix_reads reads);
/** Does the fault have to wait for a page? */
static inline bool matrix_reads_page(enum matrix_reads reads)
{
	return reads == READS_FILE || reads == READS_SWAP || reads == READS_REMOTE_FILE || reads == READS_REMOTE_SWAP;
}
/** Is that a page of a file? */
static inline bool matrix_reads_file(enum matrix_reads reads)
{
	return reads == READS_FILE || reads == READS_REMOTE_FILE;
}
/** Does a thread of another address space read in the place of a fault? */
static inline bool matrix_reads_remote(enum matrix_reads reads)
{
	return reads == READS_REMOTE || reads == READS_REMOTE_FILE || reads == READS_REMOTE_SWAP;
}

/* --- the scene, for ops.c -------------------------------------------------------------------- */

#define MATRIX_PAGES	16UL
#define MATRIX_BYTES	(MATRIX_PAGES * PAGE_SIZE)
/** The fault's VMA, another, and a free place; each under leaf tables of its own. */
#define MATRIX_A	0x4000000000UL
#define MATRIX_B	0x5000000000UL
#define MATRIX_FREE	0x6000000000UL
/** The fault's address. */
#define MATRIX_X	(MATRIX_A + 4 * PAGE_SIZE)

struct matrix_scene {
	struct world *world;
	struct mm *mm;
	struct task *task;		/**< the director's */
	enum matrix_where where;
	unsigned long target;		/**< MATRIX_A or MATRIX_B */
	struct file *file;
	enum matrix_reads reads;
	struct file *source;		/**< where a file is read: what the fault reads, unless it is the operation's file, too */
	bool read;			/**< the fault reads */
	bool alone;			/**< no page but the operation's own */
	struct mm *child;
	enum fault_result result;
};

#endif /* BENCH_MATRIX_MATRIX_H */
