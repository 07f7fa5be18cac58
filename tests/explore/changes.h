/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The changes that scenes make beside an access: those of tests/support/situation.h, and some that
 * need a larger set-up.
 */
#ifndef TESTS_EXPLORE_CHANGES_H
#define TESTS_EXPLORE_CHANGES_H

#include "tests/support/situation.h"

/** The state of a scene. */
struct changes_world {
	struct world *world;
	struct situation at;
	struct task *spare;	/**< attached to the mm, and no thread has it */
	struct mm *other[2];	/**< further address spaces, destroyed at the end; NULL: none */
};

struct change {
	const char *id;
	const struct scene_op *op;
	bool reclaim;		/**< pages are on lists and there is swap */
	bool recycles;		/**< what is freed may be used again at once */
	bool spins;		/**< writers spin before they sleep */
	bool vmacache;		/**< threads have VMA caches */
	bool no_zero_page;	/**< what is read, and never written, gets a page of its own */
	unsigned int fault_around; /**< pages that a read of a file maps; 0: one */
	bool (*suits)(enum scene_kind kind);	/**< NULL: all */
	/** The scene is opened; the situation is set, and all tasks attached to its mm.  NULL: nothing */
	void (*open)(struct changes_world *w, struct task *t);
	/** Before the situation's judge.  NULL: nothing */
	void (*judge)(struct changes_world *w);
};

/** Each ends with a NULL id. */
extern const struct change vma_changes[], page_changes[], other_changes[], kill_changes[], maps_changes[], remote_changes[];
/** All of these; ends with NULL. */
extern const struct change *const change_lists[];
const struct change *change_find(const char *id);

/** Of a VMA as a whole: small.c.  Ends with a NULL id. */
extern const struct change small_changes[];
/** What situation_set() is to the other scenes. */
void small_set(struct situation *s);

/** Scenes with a second change; ends with a NULL kind. */
struct triple {
	const char *kind, *change, *second;
};
extern const struct triple triples[];

/** Stands for a thread's begin, where it waits, and for its end, until which another waits. */
#define GATE_END NR_PROBE_POINTS

/** T<thread> waits at a point until T<after> has come to another, or is over; thread 0: no gate. */
struct gate {
	unsigned int thread;
	enum probe_point at;
	unsigned int after;
	enum probe_point point;
};

#define MAX_GATES 5u

/** Such scenes in which threads wait for each other at gates: sampled, not explored to the end.  The same end. */
struct gated {
	struct triple scene;
	struct gate gate[MAX_GATES];
};
extern const struct gated gated[];

/** An execution begins, in this world. */
void changes_begin(struct changes_world *w);

/* --- for the files with changes --------------------------------------------------------------------------- */

/** Of this execution. */
extern struct changes_world *changes_now;

#define RW	(MM_PROT_READ | MM_PROT_WRITE)
#define ANON	(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED)

/* Linux's numbers. */
#define ADVICE_SEQUENTIAL 2
#define ADVICE_DONTNEED 4
#define ADVICE_FREE 8

#define must(call) check_same((unsigned long)(call), 0, #call)
/** An op with nothing to prepare, for the one row that has it. */
#define OP(what_, end_, run_) &(const struct scene_op){ what_, end_, NULL, run_ }

bool suits_anonymous(enum scene_kind kind);
/** Anonymous, and a page is there. */
bool suits_has_page(enum scene_kind kind);
bool suits_plain(enum scene_kind kind);
/** Only in scenes that are listed by name. */
bool suits_none(enum scene_kind kind);

/** In three turns, as a thread that needs pages does; or at once all that can be had. */
void change_reclaim(struct mm *mm, struct task *t);
void change_reclaim_now(struct mm *mm, struct task *t);

#endif /* TESTS_EXPLORE_CHANGES_H */
