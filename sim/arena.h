/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Simulated memory: at fixed addresses, with a state for each 64-byte line, names, and an undo log.
 *
 * The address of an object depends only on which thread allocated it and on what that thread allocated
 * before: not on the process, its environment, or the order of threads.  Each thread has a region; large
 * pieces (frames, worlds) come from one that all share.
 *
 *	| stacks, SIM_STACK each | regions, ARENA_REGION each | large pieces | nodes of spinlocks' queues |
 */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include "common/platform/types.h"

#define ARENA_BASE	0x300000000000UL
#define ARENA_SIZE	(256UL << 30)	/* of addresses; untouched memory costs nothing */
#define ARENA_LINES	(ARENA_SIZE / CACHELINE)
/** Each slot's struct spin_node: in no piece, zero after arena_reset(). */
#define ARENA_NODES	(ARENA_BASE + ARENA_SIZE - (64UL << 10))

/** Which accesses to a line are allowed. */
enum arena_state {
	ARENA_FINE,		/**< all; also of memory that nobody has allocated yet */
	ARENA_FREED,		/**< none: platform_free() freed it */
	ARENA_OFF,		/**< none: a frame out of use, platform_memory_off() */
};

/** One for each line, found by arena_line(). */
struct arena_line {
	u8 state;		/**< enum arena_state */
	u8 logged;		/**< words in the undo log, one bit each; valid if @a epoch is the arena's */
	u16 own;		/**< the user's; 0 at first, kept by arena_undo() */
	u32 epoch;
};

struct scheme_chain;

struct arena {
	struct arena_line *line;	/**< NULL: there is no arena yet */
	u32 epoch;			/**< counts arena_mark() and arena_undo() */
	bool logging;
	u64 live_bytes, live_pieces;	/**< allocated and not freed */
	/**
	 * The answer of platform_recycles().  If true, freed memory is reused last in, first out, like
	 * that of an allocator that keeps it in the cache.  If false, it is reused first in, first out,
	 * once @a quarantine bytes of its size are free; with quarantine 0 only after arena_reset().
	 */
	bool recycle;
	u64 quarantine;			/**< bytes, of each size in each region; with recycle 0 */
	const struct scheme_chain *chain; /**< whose bytes follow those of a VMA and an mm, for names; NULL: unknown */
};
extern struct arena arena;

static inline bool arena_has(const void *p)
{
	return (u64)(uintptr_t)p - ARENA_BASE < ARENA_SIZE;
}

/** Number of the line of an address that the arena has; from 0, below ARENA_LINES: fits into a u32. */
static inline u64 arena_line_nr(const void *p)
{
	return ((u64)(uintptr_t)p - ARENA_BASE) / CACHELINE;
}

static inline struct arena_line *arena_line(const void *p)
{
	return &arena.line[arena_line_nr(p)];
}

/** Map the arena; the second call does nothing.  @return 0, or -errno: the addresses are taken, or forbidden */
int arena_init(void);

/**
 * A table of @a size bytes for each line, zeroed, for a user's own data on lines; never freed.
 * @return it, or NULL
 */
void *arena_table(size_t size);

/** The stack of a thread by its number; addresses are fixed. */
void *arena_stack(unsigned int thread, size_t *size);

/** @param thread	the memory comes from its region.  @return zeroed memory; NULL: the region is full */
void *arena_alloc(unsigned int thread, size_t size, size_t align, const void *where);

/**
 * @param where	return address of the caller, for reports.  A double free is reported and stops
 * the program.
 */
void arena_free(unsigned int thread, void *p, size_t size, const void *where);

/** Forget all allocations; memory is zero again.  @context the caller's thread is the only one */
void arena_reset(void);

/* --- the undo log ---------------------------------------------------------- */

/** Mark the present contents, states and allocations: every arena_undo() goes back to them. */
void arena_mark(void);

/** Go back to the last arena_mark(): microseconds for a few thousand words.  Stacks are not restored. */
void arena_undo(void);

void arena_log_slow(void *p, size_t size);
void arena_log_state(const void *p, size_t size);

/** Call this before @a size bytes at @a p, in the arena, change.  Costs one test while no log is kept. */
static inline void arena_log(void *p, size_t size)
{
	struct arena_line *line;

	if (!arena.logging)
		return;
	line = arena_line(p);
	if (likely(line->epoch == arena.epoch && size <= 8 &&
		   (line->logged >> ((uintptr_t)p >> 3 & 7) & 1) && ((uintptr_t)p & 7) + size <= 8))
		return;
	arena_log_slow(p, size);
}

/** State of all lines that [p, p + size) touches. */
void arena_set_state(const void *p, size_t size, enum arena_state state);

/* --- names ----------------------------------------------------------------- */

/** Say what a piece holds: @a nr of struct @a what, a constant, @a size bytes each. */
void arena_name(const void *p, const char *what, size_t size, size_t nr);

/** What lies at an address: which threads allocated and freed the piece, and where. */
struct arena_piece {
	const void *start;
	size_t size;
	const char *what;	/**< NULL: unknown */
	size_t object_size, nr;
	unsigned int thread;	/**< the thread that allocated it */
	const void *where;	/**< return address of the allocation */
	bool freed;
	unsigned int freer;	/**< the thread that freed it; with freed */
	const void *freed_where;
};

/** The piece that has @a p, or NULL.  Slow: for reports. */
const struct arena_piece *arena_piece_of(const void *p);

/**
 * Iterates over the pieces that are allocated now and were not at the last arena_mark() or arena_reset().
 * @return the next after @a previous (NULL: the first), or NULL
 */
const struct arena_piece *arena_next_live(const struct arena_piece *previous);

/** "vma.lock_seq of 0x...", "page[3].refcount" into @a text of @a size bytes; an address outside the arena becomes a number. */
const char *arena_describe(const void *p, char *text, size_t size);

#endif /* SIM_ARENA_H */
