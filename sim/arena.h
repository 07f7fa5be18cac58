/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Simulated memory: at fixed addresses, with a state for each 64-byte line, names, and an undo log.
 *
 * Where something lies depends on which thread allocated it and on what that thread
 * allocated before, on nothing else: not on the process, its environment, or who came first.
 * Each thread has a region; large pieces (frames, worlds) come from one that all share.
 *
 *	| stacks, SIM_STACK each | regions, ARENA_REGION each | large pieces |
 */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include "common/platform/types.h"

#define ARENA_BASE	0x300000000000UL
#define ARENA_SIZE	(256UL << 30)	/* addresses; what is not touched costs nothing */
#define ARENA_LINES	(ARENA_SIZE / CACHELINE)

/** What may be done with a line. */
enum arena_state {
	ARENA_FINE,		/**< anything; also what nobody has allocated yet */
	ARENA_FREED,		/**< nothing: platform_free() took it */
	ARENA_OFF,		/**< nothing: a frame out of use, platform_memory_off() */
};

/** One a line, found by arena_line(). */
struct arena_line {
	u8 state;		/**< enum arena_state */
	u8 logged;		/**< words that the undo log has, one bit each, if @a epoch is the arena's */
	u16 own;		/**< the user's; 0 at first, kept by arena_undo() */
	u32 epoch;
};

struct arena {
	struct arena_line *line;	/**< NULL: there is no arena yet */
	u32 epoch;			/**< counts arena_mark() and arena_undo() */
	bool logging;
	u64 live_bytes, live_pieces;	/**< allocated and not freed */
	/**
	 * platform_recycles(); and freed memory is used again, the last first, as an allocator that keeps it in the
	 * cache does.  If not, it waits until as much of its size as @a quarantine is free, the first first; 0: for arena_reset().
	 */
	bool recycle;
	u64 quarantine;			/**< bytes, of each size in each region; with recycle 0 */
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

/** @param thread	whose region it comes from.  @return zeroed memory; NULL: the region is full */
void *arena_alloc(unsigned int thread, size_t size, size_t align, const void *where);

/** @param where	return address of who frees: a report says so.  Reports what was freed before, and stops. */
void arena_free(unsigned int thread, void *p, size_t size, const void *where);

/** Forget all that was allocated; memory is zero again.  @context no thread but the caller's */
void arena_reset(void);

/* --- the undo log ---------------------------------------------------------- */

/** What is there now is what every arena_undo() goes back to, states and allocations too. */
void arena_mark(void);

/** Back to the last arena_mark(): microseconds for a few thousand words.  Stacks are not restored. */
void arena_undo(void);

void arena_log_slow(void *p, size_t size);
void arena_log_state(const void *p, size_t size);

/** Before @a size bytes at @a p, in the arena, change.  Costs one test while no log is kept. */
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

/** What lies at @a p: who allocated and freed the piece, and where. */
struct arena_piece {
	const void *start;
	size_t size;
	const char *what;	/**< NULL: nobody said */
	size_t object_size, nr;
	unsigned int thread;	/**< that allocated it */
	const void *where;	/**< return address of the allocation */
	bool freed;
	unsigned int freer;	/**< the thread; with freed */
	const void *freed_where;
};

/** The piece that has @a p, or NULL.  Slow: for reports. */
const struct arena_piece *arena_piece_of(const void *p);

/**
 * Each piece that is allocated now and was not at the last arena_mark() or arena_reset().
 * @return the next after @a previous (NULL: the first), or NULL
 */
const struct arena_piece *arena_next_live(const struct arena_piece *previous);

/** "struct vma 3 + 24" into @a text of @a size bytes; an address that the arena has not as a number. */
const char *arena_describe(const void *p, char *text, size_t size);

#endif /* SIM_ARENA_H */
