/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A small model of one recorded address space, for the load analysis: what is mapped, and which pages are there.
 *
 * It is not the core: it shares no code with it but for what calls make of flags
 * (common/mm/calls.h), and knows no locks.  Its VMAs
 * merge like the core's but for one rule, which it leaves out: that two different
 * anon_vmas keep neighbours apart.  So a VMA of the model is one or several touching VMAs of the core,
 * which errs on the safe side for finding dependencies.
 */
#ifndef BENCH_PLAN_MODEL_H
#define BENCH_PLAN_MODEL_H

#include "bench/plan/model_pages.h"

/** An empty one.  @return false: no memory */
bool model_init(struct model *m, struct model_tally *tally);
/** Also of one that is all zero. */
void model_exit(struct model *m);
/**
 * @a child, which is all zero, becomes what fork makes of @a m.  Nothing in it depends
 * on an event: all of them were before the fork.
 */
void model_fork(struct model *child, struct model *m);

/** The VMA that holds @a addr, or NULL. */
struct model_vma *model_at(const struct model *m, u64 addr);
/** The first VMA that ends above @a addr, or NULL. */
struct model_vma *model_next(const struct model *m, u64 addr);
/** [start, end) is mapped without a hole. */
bool model_covers(const struct model *m, u64 start, u64 end);
/** The first address from @a start on that is not mapped, or @a end. */
u64 model_hole(const struct model *m, u64 start, u64 end);
/** The first guard in [start, end), or @a end. */
u64 model_guarded(const struct model *m, u64 start, u64 end);

/**
 * Changes.  @a by is the event that makes the change; VMAs merge afterwards.
 * Whole pages, start < end.
 */
void model_map(struct model *m, u64 start, u64 end, u64 flags, u32 file, bool shmem, u64 pgoff,
	       struct ref by);
void model_unmap(struct model *m, u64 start, u64 end);
/** Advice that changes flags and suits all that is mapped of the range. */
void model_advise(struct model *m, u64 start, u64 end, int advice, struct ref by);
/** mprotect of what is mapped of the range. */
void model_protect(struct model *m, u64 start, u64 end, int prot, struct ref by);
/** Put guards on what is mapped of the range and drop its pages, or remove guards. */
void model_guard(struct model *m, u64 start, u64 end, struct ref by);
void model_unguard(struct model *m, u64 start, u64 end);
/**
 * mremap of a range within one VMA; what is at the target is unmapped.  @a old_len 0: a second mapping
 * of the same
 */
void model_move(struct model *m, u64 old, u64 old_len, u64 to, u64 len, bool keep_old,
		struct ref by);
/** The VMA that ends at @a from grows up to @a to, where nothing is (mremap). */
void model_grow_up(struct model *m, u64 from, u64 to, struct ref by);
/** The VMA that begins at the place grows down to @a start. */
void model_grow_down(struct model *m, struct model_vma *vma, u64 start);

#endif /* BENCH_PLAN_MODEL_H */
