/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The results that each page of the torture may give, known without the mm.
 *
 * A cell is a page with one writer and one changer.  Every value names its cell
 * and a serial that goes up with each write.  Three promises are checked:
 *
 *	wiped	what was written before an unmap or DONTNEED began is not seen after it returned
 *	kept	what was written since the last wipe is seen, or something newer
 *	rights	between two changes an access succeeds exactly if the rights allow it
 *
 * An access samples before and after; what changed in between proves nothing.
 * All fields are atomics; the mm under test orders nothing of them.
 */
#ifndef TESTS_TORTURE_ORACLE_H
#define TESTS_TORTURE_ORACLE_H

#include "common/mm/tlb.h"
#include "common/platform/types.h"

#define CELL_READ	1u
#define CELL_WRITE	2u
#define CELL_BEYOND	4u	/**< the file is truncated: an access that the rights allow gives SIGBUS */
#define CELL_STACK	8u	/**< an access may have to grow a stack first */

/** The memory behind a cell; its child's copy, if it is forked. */
enum cell_kind { CELL_UNMAPPED, CELL_ANON, CELL_FILE, CELL_SHARED };

/** What a child does not get of it: bits, for MADV_DONTFORK and MADV_WIPEONFORK. */
#define CELL_FORK_NOT	1u
#define CELL_FORK_WIPED	2u

/** What a change does to contents. */
enum wipe {
	WIPES_NOT,
	WIPES,		/**< the contents are dropped */
	MAY_WIPE,	/**< the contents may be dropped, now or later, until the next write: MADV_FREE */
};

struct cell {
	/* the changer's: */
	u64 change_begin, change_end;	/**< sections that changed rights, place or kind */
	u64 wipe_begin, wipe_end;	/**< sections that gave contents back */
	u32 rights;			/**< CELL_*; 0: none, or not mapped */
	u32 away;			/**< its page is at the other address */
	u32 kind, fork;			/**< enum cell_kind, CELL_FORK_* */
	u64 floor;			/**< serials up to here were wiped */
	/* the writer's: */
	u64 attempt;			/**< highest serial that a write was begun with */
	u64 done;			/**< serial (low half) and wipe count (high half) of the last write */
	/* constant: */
	unsigned int id;
	unsigned long addr[2];		/**< home, away */
	u64 file_word[2];		/**< what a fresh page of the file has in its two words */
} __cacheline_aligned;

/** A cell's state between two changes. */
struct cell_state {
	u32 rights, away, kind, fork;
};

/** A cell's state before an access. */
struct sample {
	u64 change, wipe, floor, done;
	bool change_open, wipe_open;
	struct cell_state state;
};

/** @param doomed	receives the highest serial that WIPES will wipe */
void cell_change_begin(struct cell *c, enum wipe wipe, u64 *doomed);
/** @param state	as it is from now on */
void cell_change_end(struct cell *c, enum wipe wipe, u64 doomed, const struct cell_state *state);

/** The same for sections that change contents alone. */
void cell_wipe_begin(struct cell *c, enum wipe wipe, u64 *doomed);
void cell_wipe_end(struct cell *c, enum wipe wipe, u64 doomed);

/** @context the changer: nobody else changes it */
struct cell_state cell_state(const struct cell *c);

void cell_sample(const struct cell *c, struct sample *s);

/** Nothing but contents has changed since the sample, nor was it being changed then. */
bool cell_stands(const struct cell *c, const struct sample *s);

/** The value of the next write of @a c; its writer calls this right before it. */
u64 cell_next_value(struct cell *c);
/** The write succeeded. */
void cell_wrote(struct cell *c, const struct sample *s, u64 value);

/** A value that a child writes to its copy of @a c: known as that wherever else it is seen. */
u64 cell_child_value(const struct cell *c, u64 serial);

/** Is this what the word holds in a page that was never written to? */
bool cell_is_fresh(const struct cell *c, unsigned int word, u64 value);

/**
 * @param may_oom	memory may run out, so that result is allowed
 * @return NULL: as it should be; else what is wrong
 */
const char *cell_judge_rights(const struct cell *c, const struct sample *s,
			      enum access_result result, u32 need, bool may_oom);
const char *cell_judge_value(const struct cell *c, const struct sample *s, unsigned int word,
			     u64 value);

#endif /* TESTS_TORTURE_ORACLE_H */
