/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The record of each word accessed in this execution: its stores, and the threads' accesses.
 */
#ifndef SIM_EXPLORE_MEMORY_H
#define SIM_EXPLORE_MEMORY_H

#include "sim/explore/explore.h"
#include "sim/hooks.h"

/** One store to a word; the modification order of a word is the order of execution. */
struct store {
	struct view sync;	/**< what a load that acquires learns from it */
	vclock seen;		/**< lane t: a thread that knows this event of thread t knows of the store */
	u64 value;		/**< after a plain write the newest value is in memory, not here */
	u32 older;		/**< the store before it; 0: none */
	u32 nr;			/**< how many stores came before, for a story */
	u32 step;		/**< of the story */
};

/** One word, of the size in which it is accessed. */
struct cell {
	const void *p;
	u8 size;
	bool atomic;		/**< has stores */
	bool pending;		/**< written plainly since: the newest store's value is in memory */
	bool soft;		/**< accessed only plainly: an atomic access may have another size */
	bool mixed;		/**< accessed in several sizes: no old values; checks look at all that overlap */
	u8 writer;		/**< lane of the last plain write */
	int16_t written;	/**< its event number; 0: before the execution */
	u32 newest;		/**< store */
	u32 sibling;		/**< another cell in the same four bytes, 0: none */
	vclock reads;		/**< the last plain read of each thread */
	vclock loads, stores;	/**< atomic ones */
	const void *where_written, *where_read, *where_loaded, *where_stored;
};

/** The user's data of each line: how accesses to it count. */
enum line_use {
	LINE_FULL,
	LINE_QUIET,	/**< no points, no history: constant, or written by one thread alone and read by none */
};

#define MAX_CELLS	60000u
#define MAX_STORES	120000u

struct memory {
	u32 (*index)[CACHELINE / 4];	/**< a row for each line: a cell for each four bytes, valid if the cell agrees */
	struct cell *cell;		/**< from 1 */
	struct store *store;		/**< from 1 */
	u32 nr_cells, nr_stores;
};
extern struct memory memory;

/* In hooked programs memset() and its like call the hooks; this is the real one. */
void *__real_memset(void *p, int c, size_t n);
void *__real_memcpy(void *to, const void *from, size_t n);

/* --- cell.c ------------------------------------------------------------------ */

int memory_init(void);
/** Forget everything. */
void memory_forget(void);

/** The cell of these bytes, made if there is none. */
struct cell *memory_cell(const void *p, unsigned int size, bool soft);
/** A cell in the four bytes at @a p, or NULL; memory_sibling() has the others. */
struct cell *memory_find(const void *p);
static inline struct cell *memory_sibling(const struct cell *c)
{
	return c->sibling ? &memory.cell[c->sibling] : NULL;
}

static __always_inline u64 memory_get(const void *p, unsigned int size)
{
	switch (size) {
	case 1:	return *(const volatile u8 *)p;
	case 2:	return *(const volatile u16 *)p;
	case 4:	return *(const volatile u32 *)p;
	default: return *(const volatile u64 *)p;
	}
}

static __always_inline void memory_put(void *p, unsigned int size, u64 v)
{
	switch (size) {
	case 1:	*(volatile u8 *)p = (u8)v; break;
	case 2:	*(volatile u16 *)p = (u16)v; break;
	case 4:	*(volatile u32 *)p = (u32)v; break;
	default: *(volatile u64 *)p = v; break;
	}
}

/* --- memory.c, rmw.c: while threads run --------------------------------------- */

/** The cell was written plainly. */
void memory_written(struct cell *c);

u64 ex_load(const void *p, unsigned int size, int order, const void *where);
void ex_store(void *p, unsigned int size, u64 v, int order, const void *where);
u64 ex_rmw(void *p, unsigned int size, enum hook_rmw op, u64 v, int order, const void *where);
bool ex_cas(void *p, unsigned int size, u64 *expected, u64 v, int order, int fail, const void *where);
void ex_fence(int order, const void *where);
void ex_membarrier(const void *where);

/* --- race.c ------------------------------------------------------------------ */

void ex_plain(const void *p, size_t size, bool write, const void *where);
/** The checks of an atomic access against plain ones. */
void race_atomic(const struct cell *c, bool write, const void *where);
/** [p, p + size) is freed or goes out of use: every access to it must happen before this. */
void race_gone(const void *p, size_t size, const char *what, const void *where);

/* --- weaken.c ------------------------------------------------------------------ */

extern bool weakening;
/** The order that takes effect: @a order, or relaxed if the place is being weakened. */
int weaken_order(int order, const void *where);

/* --- story.c ------------------------------------------------------------------- */

/** Note a step of the story. @return its number, from 1 */
u32 ex_note(enum explore_step_kind kind, const void *p, unsigned int size, u64 value, int order, const void *where);

#endif /* SIM_EXPLORE_MEMORY_H */
