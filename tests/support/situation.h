/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One address, one access to it, one change beside it: the state before, and the states allowed
 * when both are over.
 *
 * Two folders play the two together: tests/rules holds real threads at points, tests/explore runs
 * schedules.  The region is anonymous memory or a file, 24 pages across a boundary of 1 GiB, so that its
 * second part is under tables of its own, on two levels.  X lies there.
 *
 *	A		page that gives the VMA its anon rmap object
 *	X - 2P .. X+2P	the piece that most changes are about
 *	X + 6P		neighbour in X's table, outside the piece
 */
#ifndef TESTS_SUPPORT_SITUATION_H
#define TESTS_SUPPORT_SITUATION_H

#include "common/mm/mm.h"
#include "common/mm/tlb.h"
#include "common/mm/world.h"

#define P	PAGE_SIZE
#define A	(0x4040000000UL - 4 * P)
#define X	(0x4040000000UL + 4 * P)
#define A_END	(X + 12 * P)
#define PIECE	(X - 2 * P)
#define PIECE_LEN (4 * P)
#define ELSEWHERE 0x6000000000UL

#define FILE_INODE	7
#define OTHER_INODE	9
#define FILE_PAGES	((A_END - A) >> PAGE_SHIFT)
#define OLD	0x0101010101010101ULL	/**< what was written before */
#define NEW	0x1111222233334444ULL	/**< what the access writes */
#define OTHER	0x5555666677778888ULL	/**< what another access writes, beside it */

/** What the access finds at X. */
enum scene_kind {
	READ_BARE,		/**< no table, no anon rmap object */
	WRITE_BARE,		/**< the same, written */
	WRITE_NO_TABLE,		/**< no table, but the object */
	READ_EMPTY,		/**< a table with an empty entry */
	WRITE_EMPTY,
	WRITE_ZERO,		/**< the zero page is there */
	READ_FILE,		/**< file, empty entry */
	WRITE_FILE,		/**< file, its page is there read-only */
	NR_KINDS,		/**< tests/rules plays those above */
	READ_OWN = NR_KINDS,	/**< a page with OLD in it, writable */
	WRITE_OWN,
	WRITE_FORKED,		/**< the same, read-only since a fork; the child has gone */
	READ_CHILD,		/**< the same, with the child there */
	WRITE_CHILD,
	READ_SWAPPED,		/**< the same, in a slot of the swap store */
	WRITE_SWAPPED,
	READ_SWAPPED_CHILD,	/**< and a child has the slot, too; the parent the page, in the swap cache */
	WRITE_SWAPPED_CHILD,
	READ_FILE_SHARED,	/**< a shared mapping of a file, empty entry */
	WRITE_FILE_SHARED,
	WRITE_COPY,		/**< a private mapping of a file, with a copy of its page that has OLD in it, writable */
	NR_ALL_KINDS
};

/** What is at X when change and access are over. */
enum scene_end {
	END_KEPT,		/**< mapped as before; the access succeeds */
	END_KEPT_IN_THE_END,	/**< mapped as before; the access may have been refused */
	END_READ_ONLY,
	END_NO_ACCESS,
	END_GONE,
	END_FRESH,		/**< mapped, contents given back: as never written, or as written since */
	END_FRESH_READ_ONLY,	/**< replaced by memory that nobody may write */
	END_OTHER_FILE,		/**< replaced by another file, read-only */
	END_MOVED,		/**< gone here, and its contents are at ELSEWHERE */
	END_SHARED_PAGE,	/**< kept, and the other access's word is in the page, too */
	END_MAY_BE_FRESH,	/**< mapped; contents as before, or as never written, or as written since */
	END_TRUNCATED,		/**< mapped, but beyond the end of its file */
	END_ANY,		/**< not checked */
};

/** A change: X(name, what it is, how it ends, on the director's thread before, or NULL) */
#define SCENE_OPS(X) \
	X(munmap_all, "munmap of all", END_GONE, NULL) \
	X(munmap_piece, "munmap of a piece", END_GONE, NULL) \
	X(munmap_then_mmap, "munmap, then mmap read-only", END_FRESH_READ_ONLY, NULL) \
	X(mmap_over, "mmap over it", END_FRESH_READ_ONLY, NULL) \
	X(mmap_file_over, "mmap of a file over it", END_OTHER_FILE, NULL) \
	X(mprotect_read, "mprotect read", END_READ_ONLY, NULL) \
	X(mprotect_read_all, "mprotect read, all", END_READ_ONLY, NULL) \
	X(mprotect_none, "mprotect none", END_NO_ACCESS, NULL) \
	X(mprotect_and_back, "mprotect read and back", END_KEPT_IN_THE_END, NULL) \
	X(dontneed, "DONTNEED", END_FRESH, NULL) \
	X(mremap_move, "mremap to elsewhere", END_MOVED, NULL) \
	X(mremap_shrink, "mremap shrinks", END_GONE, NULL) \
	X(advice, "advice that cuts", END_KEPT, NULL) \
	X(mprotect_neighbour, "mprotect of a neighbour", END_KEPT, NULL) \
	X(merge_away, "mprotect that merges", END_KEPT, cut_off) \
	X(munmap_stranger, "munmap of a stranger", END_KEPT, make_stranger) \
	X(other_fault, "another fault", END_SHARED_PAGE, NULL)

struct situation;

struct scene_op {
	const char *name;	/**< in words */
	enum scene_end end;
	/** On the director's thread, before anything else; NULL: nothing. */
	void (*prepare)(struct situation *s);
	/** The change. */
	void (*run)(struct mm *mm, struct task *t);
};

/** scene_munmap_all and so on. */
#define X_(name_, what_, end_, prepare_) extern const struct scene_op scene_##name_;
SCENE_OPS(X_)
#undef X_

struct situation {
	struct mm *mm;			/**< the one it is about; made by the caller */
	struct task *task;		/**< the director's, attached to it */
	struct task *bystander;		/**< attached, and has X in its TLB where there was something to read */
	struct mm *child;		/**< of the kinds with one, else NULL; the caller destroys it */
	struct file *file;		/**< the caller calls file_put() */
	enum scene_kind kind;
	const struct scene_op *op;
	enum access_result result;	/**< of the access */
};

const char *scene_kind_name(enum scene_kind kind);
bool scene_kind_writes(enum scene_kind kind);
bool scene_kind_is_file(enum scene_kind kind);
/** The first word of X while the access has not written it. */
u64 scene_unwritten(enum scene_kind kind);

/** Map the region, with X as the kind says; attach the bystander.  Fields mm, task, bystander, kind and op are set. */
void situation_set(struct situation *s);
/** The access, by @a t. */
void situation_access(struct situation *s, struct task *t);
/** All is over: check the contents through both TLBs, and that everything fits together. */
void situation_judge(struct situation *s);

#endif /* TESTS_SUPPORT_SITUATION_H */
