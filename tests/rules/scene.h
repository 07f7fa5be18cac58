/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One address, one fault on it, one change beside it, and what may be there when both are over.
 *
 * The region is anonymous memory or a private file, a little over 1 GiB, so that
 * its second part is under tables of its own.  X lies there.
 *
 *	A		page that gives the VMA its anon rmap object
 *	X - 2P .. X+2P	the piece that most changes are about
 *	X + 6P		neighbour in X's table, outside the piece
 *
 * Three threads: the fault's, the change's, and a bystander, who read X before (if
 * there was something to read) and so has it in its TLB.
 */
#ifndef TESTS_RULES_SCENE_H
#define TESTS_RULES_SCENE_H

#include "common/mm/pgtable.h"
#include "bench/stage/stage.h"
#include "tests/support/mm_test.h"

#define P	PAGE_SIZE
#define A	0x4000000000UL
#define X	(A + (1UL << 30) + 4 * P)
#define A_END	(X + 12 * P)
#define PIECE	(X - 2 * P)
#define PIECE_LEN (4 * P)
#define ELSEWHERE 0x6000000000UL

#define FILE_INODE	7
#define OTHER_INODE	9
#define NEW	0x1111222233334444ULL
#define OTHER	0x5555666677778888ULL

/** What the fault finds at X. */
enum scene_kind {
	READ_BARE,		/**< no table, no anon rmap object */
	WRITE_BARE,		/**< the same, written */
	WRITE_NO_TABLE,		/**< no table, but the object */
	READ_EMPTY,		/**< a table with an empty entry */
	WRITE_EMPTY,
	WRITE_ZERO,		/**< the zero page is there */
	READ_FILE,		/**< file, empty entry */
	WRITE_FILE,		/**< file, its page is there read-only */
	NR_KINDS
};

/** What is at X when change and fault are over. */
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
	END_SHARED_PAGE,	/**< kept, and the other fault's word is in the page, too */
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

struct scene_op {
	const char *name;
	enum scene_end end;
	/** On the director's thread, before anything else; NULL: nothing. */
	void (*prepare)(struct mm_test *m);
	/** The change. */
	void (*run)(struct mm_test *m, struct task *t);
};

/** scene_munmap_all and so on. */
#define X_(name_, what_, end_, prepare_) extern const struct scene_op scene_##name_;
SCENE_OPS(X_)
#undef X_

struct scene {
	struct mm_test *m;
	struct stage stage;
	struct actor *faulter, *changer;
	struct task *bystander;
	struct file *file;
	enum scene_kind kind;
	const struct scene_op *op;
	enum access_result result;	/**< of the access; after actor_finish() */
	u64 nr;				/**< schedules played */
};

const char *scene_kind_name(enum scene_kind kind);
bool scene_kind_writes(enum scene_kind kind);

void scenes_begin(struct scene *s, struct mm_test *m);
void scenes_end(struct scene *s);

/** A fresh mm with the region in it and X as the kind says; the bystander attached. */
void scene_set(struct scene *s, enum scene_kind kind, const struct scene_op *op);
/** Both actors are done: what is there is what may be there; the mm is renewed. */
void scene_judge(struct scene *s);

/** Actors' jobs. */
void scene_begin_fault(struct scene *s, enum probe_point hold_at);
void scene_begin_change(struct scene *s, enum probe_point hold_at);

/** Whatever the bystander's TLB leads to at X is still its page: not freed, contents as they may be. */
void scene_check_tlb(struct scene *s);

/** X in the bystander's TLB.  @return false: not there */
bool scene_tlb_entry(struct scene *s, u64 *entry);

#endif /* TESTS_RULES_SCENE_H */
