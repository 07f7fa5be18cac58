/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A situation (tests/support/situation.h) with threads that are held at points.
 *
 * Three threads: the fault's, the change's, and a bystander, that read X before (if
 * there was something to read) and so has it in its TLB.
 */
#ifndef TESTS_RULES_SCENE_H
#define TESTS_RULES_SCENE_H

#include "common/mm/pgtable.h"
#include "bench/stage/stage.h"
#include "tests/support/mm_test.h"
#include "tests/support/situation.h"

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

void scenes_begin(struct scene *s, struct mm_test *m);
void scenes_end(struct scene *s);

/** A fresh mm with the region in it and X as the kind says; the bystander attached. */
void scene_set(struct scene *s, enum scene_kind kind, const struct scene_op *op);
/** Both actors are done: check the contents at X, then renew the mm. */
void scene_judge(struct scene *s);

/** Actors' jobs. */
void scene_begin_fault(struct scene *s, enum probe_point hold_at);
void scene_begin_change(struct scene *s, enum probe_point hold_at);

/** Check that the bystander's TLB entry at X still leads to its page: not freed, with allowed contents. */
void scene_check_tlb(struct scene *s);

/** X in the bystander's TLB.  @return false: not there */
bool scene_tlb_entry(struct scene *s, u64 *entry);

#endif /* TESTS_RULES_SCENE_H */
