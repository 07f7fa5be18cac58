/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief per_vma_rwsem: RCU for the walk, then the VMA's own rwsem (Suren Baghdasaryan, Linux 6.4).
 *
 * Idea.  A fault locks the one VMA that it is in, not the address space.  A change marks each VMA that it touches and
 * waits until the faults inside are out; the marks all end at once, when mm->lock_seq moves on.
 *
 * Fault side.  Under RCU find the VMA; try its lock for reading, never wait for it; with the lock held check that the
 * VMA is at rest, still in the tree, and still holds the address.  Then the fault runs outside RCU as under mmap_lock,
 * and may sleep for memory; whether it lets go to wait for a page, config.io says.  Whatever is in the way: mmap_lock.
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
 *  - Progress: a fault tries each step once and re-walks only for a VMA that has left the tree, which it cannot find
 *    again, and after a wait for a page, which fault_below() bounds; a writer waits for the faults inside, and new ones
 *    see its mark.
 *
 * Kernel twin: lock_vma_under_rcu() and vma_start_read() (mm/memory.c, include/linux/mm.h, 6.12).  There the number is
 * stored under the lock taken for writing; here before it, which the schemes above this one rely on.  As in 6.12 and not
 * in 6.4, file mappings are handled too and a missing anon_vma is made under mmap_lock by trylock.
 */
#include "common/mm/fault_locked.h"
#include "common/mm/vmacache.h"

enum { DONE, MISS, MARKED, CONTENDED, MARKED_LOCKED, GONE, OUTSIDE, NEEDS_MMAP_LOCK, PAGE_IO };

static const struct scheme_counter per_vma_rwsem_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled under the VMA's lock" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found under RCU" },
	[MARKED] = { "marked", COUNTS_FELL, "the VMA was being changed" },
	[CONTENDED] = { "contended", COUNTS_FELL, "the VMA's lock could not be had at once" },
	[MARKED_LOCKED] = { "marked_locked", COUNTS_FELL, "marked between the first look and the lock" },
	[GONE] = { "gone", COUNTS_AGAIN, "the VMA had left the tree" },
	[OUTSIDE] = { "outside", COUNTS_FELL, "the VMA no longer covers the address" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "anon_vma missing and mmap_lock not free" },
	[PAGE_IO] = { "page_io", COUNTS_FELL, "let go to wait for a page; then mmap_lock, or again, as config.io says" },
	{ .name = NULL }
};

static struct rw_semaphore *vma_lock(const struct scheme_inst *si, struct vma *vma)
{
	return scheme_vma_data(si, vma);
}

static void per_vma_rwsem_vma_ctor(const struct scheme_inst *si, struct vma *vma)
{
	init_rwsem(vma_lock(si, vma));
}

/* The VMA may be buried once the lock is free: RCU keeps its memory to the end of up_read(). */
static __always_inline void per_vma_rwsem_vma_endread(const struct scheme_inst *si, struct vma *vma)
{
	rcu_read_lock();
	up_read(vma_lock(si, vma));
	rcu_read_unlock();
}

/* Never waits: a writer that holds the lock may want what the caller holds. */
static __always_inline unsigned int per_vma_rwsem_vma_tryread(const struct scheme_inst *si, struct mm *mm,
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
		per_vma_rwsem_vma_endread(si, vma);
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
				  per_vma_rwsem_vma_tryread(si, f->mm, *vma, f->addr);
		}
		rcu_read_unlock();
		if (trouble == GONE)	/* another may have taken its place */
			fault_count(si, f, GONE);
	} while (trouble == GONE);
	return trouble;
}

static enum fault_result per_vma_rwsem_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	struct vma *vma;
	unsigned int trouble = find_and_lock_vma(si, f, &vma);

	if (likely(trouble == DONE)) {
		probe(f->task, PROBE_FAULT_LOCKED, f->addr);
		result = fault_locked(f, vma, ANON_TRYLOCK);
		if (unlikely(fault_leaves(f)))
			trouble = f->why == WHY_PAGE_IO ? PAGE_IO : NEEDS_MMAP_LOCK;
		per_vma_rwsem_vma_endread(si, vma);
	}
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

/* The mark is stored: a fault that this does not wait for will see it. */
static int per_vma_rwsem_vma_mark(const struct scheme_inst *si, struct vma *vma, u32 *killed)
{
	int err = down_write_killable(vma_lock(si, vma), killed);

	if (likely(!err))
		up_write(vma_lock(si, vma));
	return err;
}

const struct scheme scheme_per_vma_rwsem = {
	.name = "per_vma_rwsem",
	.summary = "RCU for the walk, then the VMA's rwsem (Linux 6.4)",
	.below = { "mmap_lock" },
	.adr = 3,
	.counters = per_vma_rwsem_counters,
	.valid = VALID_BY_VMA_LOCK,
	.vma_bytes = sizeof(struct rw_semaphore),
	.freeing = FREE_AFTER_GRACE,
	.vma_ctor = per_vma_rwsem_vma_ctor,
	.fault = per_vma_rwsem_fault,
	.vma_mark = per_vma_rwsem_vma_mark,
	.vma_tryread = per_vma_rwsem_vma_tryread,
	.vma_endread = per_vma_rwsem_vma_endread,
};
