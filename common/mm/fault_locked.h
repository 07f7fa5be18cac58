/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief fault_locked(): look, make and put under a lock that keeps changes of the VMA out, so that nothing has to be validated.
 *
 * Always inlined, as fault_put() is, so that sharing this code does not slow down the rungs with a lock:
 * out of line it took a tenth longer, since the values that the steps hand on went through memory.
 */
#ifndef COMMON_MM_FAULT_LOCKED_H
#define COMMON_MM_FAULT_LOCKED_H

#include "common/mm/fault_put.h"

/**
 * After fault_locked(): could it not be made under this lock, so that its result means nothing, and the caller lets go of
 * the lock and leaves by fault_below()?  f->why is WHY_NEEDS_MMAP_LOCK, not with ANON_LOCKED, or WHY_PAGE_IO.
 */
static __always_inline bool fault_leaves(const struct fault *f)
{
	return f->why == WHY_NEEDS_MMAP_LOCK || f->why == WHY_PAGE_IO;
}

/*
 * A lock that keeps changes out keeps tables in place, but with config.pt_reclaim: then memory of a table is there only
 * inside RCU, and is walked to anew in each section.
 */
static __always_inline void fault_tables_begin(const struct fault *f)
{
	if (unlikely(f->mm->world->config.pt_reclaim))
		rcu_read_lock();
}

static __always_inline void fault_tables_end(const struct fault *f)
{
	if (unlikely(f->mm->world->config.pt_reclaim))
		rcu_read_unlock();
}

/*
 * The commit under a lock.  It is refused only if the table has gone meanwhile, which only MADV_DONTNEED does: the fault
 * is over then, and the access comes again.  Kernel twin: a fault for which pte_offset_map_lock() fails
 */
static __always_inline void fault_put_locked(struct fault *f)
{
	enum put_result put;

	fault_tables_begin(f);
	if (unlikely(f->mm->world->config.pt_reclaim))
		fault_rewalk(f);
	put = fault_put(f, fault_valid_locked, PUT_LOCK);
	fault_tables_end(f);
	if (likely(put == PUT_DONE))
		return;
	BUG_ON(!f->mm->world->config.pt_reclaim);
	count(f->task, STAT_FAULT_TABLE_GONE);
}

/**
 * The rest of fault_locked(), for a fault that has looked already and knows, with the lock now held, that
 * f->vma still holds.
 * @return, @context as fault_locked()
 */
static __always_inline enum fault_result fault_go_on_locked(struct fault *f, enum fault_anon anon)
{
	f->gfp = GFP_KERNEL;
	f->why = WHY_NOT;	/* an earlier attempt may have set it */
	if (unlikely(!fault_make(f, anon)))
		return fault_failure(f);
	fault_put_locked(f);
	return FAULT_DONE;
}

/**
 * Look, make and put under a lock that keeps changes of @a vma out: mmap_lock, or its own.
 * @return FAULT_DONE, FAULT_SIGSEGV, or fault_failure()'s result; it means nothing if fault_leaves()
 * @context the lock is held and @a vma was checked for f->addr since; may sleep
 */
static __always_inline enum fault_result fault_locked(struct fault *f, struct vma *vma, enum fault_anon anon)
{
	enum look_result seen;

	f->why = WHY_NOT;
	vma_snapshot_locked(vma, &f->vma);
	fault_tables_begin(f);
	seen = fault_look(f);
	fault_tables_end(f);
	switch (seen) {
	case LOOK_SIGSEGV:
		return FAULT_SIGSEGV;
	case LOOK_DONE:
		return FAULT_DONE;
	case LOOK_NEEDS:
		break;
	}
	return fault_go_on_locked(f, anon);
}

#endif /* COMMON_MM_FAULT_LOCKED_H */
