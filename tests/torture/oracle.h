/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What each page of the torture may answer, known without asking the mm.
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

struct cell {
	/* the changer's: */
	u64 change_begin, change_end;	/**< sections that changed rights or place */
	u64 wipe_begin, wipe_end;	/**< sections that gave contents back */
	u32 rights;			/**< CELL_*; 0: none, or not mapped */
	u32 away;			/**< its page is at the other address */
	u64 floor;			/**< serials up to here were wiped */
	/* the writer's: */
	u64 attempt;			/**< highest serial that a write was begun with */
	u64 done;			/**< serial (low half) and wipe count (high half) of the last write */
	/* constant: */
	unsigned int id;
	unsigned long addr[2];		/**< home, away */
	u64 file_word[2];		/**< what a fresh page of the file has in its two words */
} __cacheline_aligned;

/** What was true before an access. */
struct sample {
	u64 change, wipe, floor, done;
	bool change_open, wipe_open;
	u32 rights, away;
};

void cell_change_begin(struct cell *c, bool wipes, u64 *doomed);
/** @param rights, away	as they are from now on */
void cell_change_end(struct cell *c, bool wipes, u64 doomed, u32 rights, u32 away);

void cell_sample(const struct cell *c, struct sample *s);

/** The value of the next write of @a c; its writer calls this right before it. */
u64 cell_next_value(struct cell *c);
/** The write succeeded. */
void cell_wrote(struct cell *c, const struct sample *s, u64 value);

/** @return NULL: as it should be; else what is wrong */
const char *cell_judge_rights(const struct cell *c, const struct sample *s,
			      enum access_result result, u32 need);
const char *cell_judge_value(const struct cell *c, const struct sample *s, unsigned int word,
			     u64 value);

#endif /* TESTS_TORTURE_ORACLE_H */
