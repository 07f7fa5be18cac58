/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief per_vma_rwsem_wait: as per_vma_rwsem; a fault whose VMA is being changed waits for that, then locks the VMA.
 *
 * Idea.  A fault locks the one VMA that it is in, not the address space.  A change marks each VMA that it touches and
 * waits until the faults inside are out; the marks all end at once, when mm->lock_seq moves on.
 *
 * Fault side.  Under RCU find the VMA; try its lock for reading, never wait for it; with the lock held check that the
 * VMA is at rest, still in the tree, and still holds the address.  Then the fault runs outside RCU as under mmap_lock,
 * and may sleep.  Where a change is in the way, the fault takes mmap_lock for reading, which waits for the change, locks
 * the VMA that is there then, lets go of mmap_lock, and goes on under the VMA's lock.  No VMA: mmap_lock.
 *
 * Write side.  vma_mark takes the VMA's lock for writing and lets go at once: it only waits for faults that were let in
 * before the mark was stored.
 *
 * Freeing.  VMAs after a grace period: between the walk and the lock a fault holds nothing but RCU.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned.  Each side stores, then looks: the change
 *    stores the mark, then passes through the lock; the fault takes the lock, then reads the mark.  The one that is
 *    second in the order of the lock word sees the other: the change waits for the fault, or the fault sees the mark and
 *    lets go.  So no fault is between its check and its release when an edit begins.
 *  - GONE is checked apart, and after the mark: after the downgrade a dead VMA is not marked any more and would pass,
 *    also if it was marked when its number was read.
 *  - No freed object touched: the VMA by RCU until the lock is taken, by the lock after; the unlock runs inside RCU
 *    since it may touch the lock after letting go.
 *  - With mmap_lock held for reading nobody holds it for writing, so no VMA in the tree is marked, GONE, or locked for
 *    writing: the lock that is tried there is had.  Nothing is waited for with it held.
 *  - Progress: a fault tries each step once and re-walks only for a VMA that has left the tree, which it cannot find
 *    again, and after a wait for a page, which fault_below() bounds; each time it waits for mmap_lock once.  A writer
 *    waits for the faults inside, and new ones see its mark.
 *
 * Kernel twin: lock_next_vma_under_mmap_lock() (mm/mmap_lock.c, 6.17), which /proc/PID/maps uses; a fault there does its
 * whole work under mmap_lock.
 */
#include "common/mm/fault_locked.h"
#include "common/mm/mmap_lock.h"
#include "common/mm/vmacache.h"

enum { DONE, MISS, MARKED, CONTENDED, MARKED_LOCKED, GONE, OUTSIDE, NEEDS_MMAP_LOCK, PAGE_IO };

static const struct scheme_counter per_vma_rwsem_wait_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled under the VMA's lock" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found under RCU" },
	[MARKED] = { "marked", COUNTS_AGAIN, "the VMA was being changed: waited for mmap_lock" },
	[CONTENDED] = { "contended", COUNTS_AGAIN, "the VMA's lock could not be had at once: waited for mmap_lock" },
	[MARKED_LOCKED] = { "marked_locked", COUNTS_AGAIN, "marked between the first look and the lock: the same" },
	[GONE] = { "gone", COUNTS_AGAIN, "the VMA had left the tree" },
	[OUTSIDE] = { "outside", COUNTS_AGAIN, "the VMA no longer covers the address: the same" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "anon_vma missing and mmap_lock not free" },
	[PAGE_IO] = { "page_io", COUNTS_FELL, "let go to wait for a page; then mmap_lock, or again, as config.io says" },
	{ .name = NULL }
};

static struct rw_semaphore *vma_lock(const struct scheme_inst *si, struct vma *vma)
{
	return scheme_vma_data(si, vma);
}

static void per_vma_rwsem_wait_vma_ctor(const struct scheme_inst *si, struct vma *vma)
{
	init_rwsem(vma_lock(si, vma));
}

/* The VMA may be buried once the lock is free: RCU keeps its memory to the end of up_read(). */
static __always_inline void per_vma_rwsem_wait_vma_endread(const struct scheme_inst *si, struct vma *vma)
{
	rcu_read_lock();
	up_read(vma_lock(si, vma));
	rcu_read_unlock();
}

/* Never waits: a writer that holds the lock may want what the caller holds. */
static __always_inline unsigned int per_vma_rwsem_wait_vma_tryread(const struct scheme_inst *si, struct mm *mm,
							      struct vma *vma, unsigned long addr)
{
	unsigned int trouble = DONE;

	if (!down_read_trylock(vma_lock(si, vma)))
		return CONTENDED;

	if (vma_seq_is_marked(mm, vma, vma_read_seq(vma)))
		trouble = MARKED_LOCKED;
	/*
	 * Only now: a section that passed through the lock before us may have taken the VMA out and ended since its mark
	 * was read.  Having acquired the end of that section, we also see GONE.
	 */
	else if (READ_ONCE(vma->lock_seq) == VMA_GONE)
		trouble = GONE;
	else if (addr < vma->vm_start || addr >= vma->vm_end)
		trouble = OUTSIDE;
	if (trouble != DONE)
		per_vma_rwsem_wait_vma_endread(si, vma);
	return trouble;
}

/* Kernel twin: lock_vma_under_rcu().  DONE: *vma is locked. */
static unsigned int find_and_lock_vma(const struct scheme_inst *si, struct fault *f, struct vma **vma)
{
	unsigned int trouble;

	do {
		trouble = MISS;
		rcu_read_lock();
		*vma = vma_lookup(f->task, f->mm, f->addr);
		if (likely(*vma)) {
			probe(f->task, PROBE_FAULT_FOUND, f->addr);
			/* A cheap look, without order: it may be wrong either way, the lock decides. */
			trouble = vma_seems_marked(f->mm, *vma) ? MARKED :
				  per_vma_rwsem_wait_vma_tryread(si, f->mm, *vma, f->addr);
		}
		rcu_read_unlock();
		if (trouble == GONE)	/* another may have taken its place */
			fault_count(si, f, GONE);
	} while (trouble == GONE);
	return trouble;
}

/* Wait for the change at mmap_lock, and lock what it has left.  Kernel twin: lock_next_vma_under_mmap_lock(). */
static unsigned int wait_and_lock_vma(const struct scheme_inst *si, struct fault *f, struct vma **vma)
{
	mmap_read_lock(f->task, f->mm);
	*vma = vma_tree_walk(&f->mm->tree, f->addr);
	if (*vma) {
		probe(f->task, PROBE_FAULT_FOUND, f->addr);
		BUG_ON(per_vma_rwsem_wait_vma_tryread(si, f->mm, *vma, f->addr) != DONE);
	}
	mmap_read_unlock(f->task, f->mm);
	return *vma ? DONE : MISS;
}

static enum fault_result per_vma_rwsem_wait_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	struct vma *vma;
	unsigned int trouble = find_and_lock_vma(si, f, &vma);

	if (unlikely(trouble != DONE && trouble != MISS)) {
		fault_count(si, f, trouble);
		trouble = wait_and_lock_vma(si, f, &vma);
	}
	if (likely(trouble == DONE)) {
		probe(f->task, PROBE_FAULT_LOCKED, f->addr);
		result = fault_locked(f, vma, ANON_TRYLOCK);
		if (unlikely(fault_leaves(f)))
			trouble = f->why == WHY_PAGE_IO ? PAGE_IO : NEEDS_MMAP_LOCK;
		per_vma_rwsem_wait_vma_endread(si, vma);
	}
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

/* The mark is stored: a fault that this does not wait for will see it. */
static int per_vma_rwsem_wait_vma_mark(const struct scheme_inst *si, struct vma *vma, u32 *killed)
{
	int err = down_write_killable(vma_lock(si, vma), killed);

	if (likely(!err))
		up_write(vma_lock(si, vma));
	return err;
}

const struct scheme scheme_per_vma_rwsem_wait = {
	.name = "per_vma_rwsem_wait",
	.summary = "as per_vma_rwsem; a fault beside a change waits for it, and then locks the VMA",
	.below = { "mmap_lock" },
	.adr = 20,
	.counters = per_vma_rwsem_wait_counters,
	.valid = VALID_BY_VMA_LOCK,
	.vma_bytes = sizeof(struct rw_semaphore),
	.freeing = FREE_AFTER_GRACE,
	.vma_ctor = per_vma_rwsem_wait_vma_ctor,
	.fault = per_vma_rwsem_wait_fault,
	.vma_mark = per_vma_rwsem_wait_vma_mark,
	.vma_tryread = per_vma_rwsem_wait_vma_tryread,
	.vma_endread = per_vma_rwsem_wait_vma_endread,
};
