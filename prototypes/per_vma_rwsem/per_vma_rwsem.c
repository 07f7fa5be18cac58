/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief per_vma_rwsem: RCU for the walk, then the VMA's own rwsem (Suren Baghdasaryan, Linux 6.4).
 *
 * Idea.  A fault locks the one VMA that it is in, not the address space.  A change
 * marks each VMA that it touches and waits until the faults inside are out; the
 * marks all end at once, when mm->lock_seq moves on.
 *
 * Fault side.  Under RCU find the VMA; try its lock for reading, never wait for it;
 * with the lock held ask whether the VMA is at rest and still the one.  Then the
 * fault runs as under mmap_lock, and may sleep.  Whatever is in the way: mmap_lock.
 *
 * Write side.  vma_mark takes the VMA's lock for writing and lets go at once: it only
 * waits for faults that were let in before the mark was stored.
 *
 * Freeing.  VMAs after a grace period: between the walk and the lock a fault holds
 * nothing but RCU.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned.  Each
 *    side stores, then looks: the change stores the mark, then passes through the
 *    lock; the fault takes the lock, then reads the mark.  Whoever is second in the
 *    order of the lock word sees the other: the change waits for the fault, or the
 *    fault sees the mark and lets go.  So no fault is between its check and its
 *    release when an edit begins.
 *  - GONE is asked for apart, and after the mark: after the downgrade a dead VMA is not
 *    marked any more and would pass, also if it was marked when its number was read.
 *  - No freed object touched: the VMA by RCU until the lock is taken, by the lock
 *    after; the unlock runs inside RCU since it may touch the lock after letting go.
 *  - Progress: a fault tries each step once and re-walks only for a VMA that has left
 *    the tree, which it cannot find again; a writer waits for the faults inside, and
 *    new ones see its mark.
 *
 * Kernel twin: lock_vma_under_rcu() and vma_start_read() (mm/memory.c, include/linux/mm.h,
 * 6.12).  There the number is stored under the lock taken for writing; here before it,
 * which the schemes above this one rely on.  As in 6.12 and not in 6.4, file mappings are
 * handled too and a missing anon_vma is made under mmap_lock by trylock.  The switch
 * settle (ADR/0016-settled-marks.md) is ours.
 */
#include "common/mm/fault_put.h"
#include "common/mm/mmap_lock.h"

enum { SETTLE };

static const struct scheme_opt per_vma_rwsem_opts[] = {
	[SETTLE] = OPT_SETTLE(0),
	{ .name = NULL }
};

enum {
	DONE,
	KERNEL_MODE,
	MISS,
	MARKED,
	CONTENDED,
	MARKED_LOCKED,
	GONE,
	OUTSIDE,
	NEEDS_MMAP_LOCK,
};

static const struct scheme_counter per_vma_rwsem_counters[] = {
	[DONE] = { "done", "faults handled under the VMA's lock" },
	[KERNEL_MODE] = { "kernel_mode", "fell: not a fault from user mode" },
	[MISS] = { "miss", "fell: no VMA found under RCU" },
	[MARKED] = { "marked", "fell: the VMA was being changed" },
	[CONTENDED] = { "contended", "fell: the VMA's lock could not be had at once" },
	[MARKED_LOCKED] = { "marked_locked", "fell: marked between the first look and the lock" },
	[GONE] = { "gone", "walked again: the VMA had left the tree" },
	[OUTSIDE] = { "outside", "fell: the VMA no longer covers the address" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", "fell: anon_vma missing and mmap_lock not free" },
	{ NULL, NULL }
};

struct per_vma_lock {
	struct rw_semaphore lock;
};

static struct rw_semaphore *vma_lock(const struct scheme_inst *si, struct vma *vma)
{
	return &((struct per_vma_lock *)scheme_vma_data(si, vma))->lock;
}

static void per_vma_rwsem_vma_ctor(const struct scheme_inst *si, struct vma *vma)
{
	init_rwsem(vma_lock(si, vma));
}

/* What is asked after the lock was taken; DONE: nothing is in the way. */
static __always_inline unsigned int locked_vma_trouble(const struct scheme_inst *si, const struct mm *mm, struct vma *vma)
{
	if (vma_seq_is_marked(mm, vma, vma_read_seq(vma), si->option[SETTLE]))
		return MARKED_LOCKED;
	/*
	 * Only now: a section that passed through the lock before us may have taken the
	 * VMA out and ended since its mark was read.  Its end seen by acquire, so is GONE.
	 */
	return READ_ONCE(vma->lock_seq) == VMA_GONE ? GONE : DONE;
}

/* Inside RCU.  Never waits: a writer that holds the lock may want what we hold. */
static __always_inline unsigned int lock_vma(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	unsigned int trouble;

	if (!down_read_trylock(vma_lock(si, vma)))
		return CONTENDED;
	trouble = locked_vma_trouble(si, mm, vma);
	if (trouble != DONE)
		up_read(vma_lock(si, vma));
	return trouble;
}

static bool per_vma_rwsem_vma_tryread(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	return lock_vma(si, mm, vma) == DONE;
}

/* May run after the VMA has been buried: RCU keeps its memory to the end of up_read(). */
static void per_vma_rwsem_vma_endread(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	(void)mm;
	rcu_read_lock();
	up_read(vma_lock(si, vma));
	rcu_read_unlock();
}

/* Kernel twin: lock_vma_under_rcu().  NULL: counted, nothing held. */
static struct vma *find_and_lock_vma(const struct scheme_inst *si, struct fault *f)
{
	unsigned int trouble;
	struct vma *vma;

	rcu_read_lock();
	do {
		vma = vma_tree_walk(&f->mm->tree, f->addr);
		trouble = MISS;
		if (!vma)
			break;
		probe(f->task, PROBE_FAULT_FOUND, f->addr);
		/* Cheap and without order: may be wrong either way, the lock decides. */
		trouble = MARKED;
		if (vma_seems_marked(f->mm, vma))
			break;
		trouble = lock_vma(si, f->mm, vma);
		if (trouble == GONE)	/* another may have taken its place */
			fault_count(si, f, GONE);
	} while (trouble == GONE);
	rcu_read_unlock();

	/* With the lock held, and by now for good. */
	if (trouble == DONE && (f->addr < vma->vm_start || f->addr >= vma->vm_end)) {
		per_vma_rwsem_vma_endread(si, f->mm, vma);
		trouble = OUTSIDE;
	}
	if (trouble == DONE)
		return vma;
	fault_count(si, f, trouble);
	return NULL;
}

static enum fault_result per_vma_rwsem_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	struct vma *vma;

	if (!(f->flags & FAULT_FLAG_USER)) {
		fault_count(si, f, KERNEL_MODE);
		return fault_below(si, f);
	}
	vma = find_and_lock_vma(si, f);
	if (!vma)
		return fault_below(si, f);

	f->gfp = GFP_KERNEL;
	probe(f->task, PROBE_FAULT_LOCKED, f->addr);
	vma_snapshot_locked(vma, &f->vma);
	switch (fault_look(f)) {
	case LOOK_SIGSEGV:
		result = FAULT_SIGSEGV;
		break;
	case LOOK_DONE:
		break;
	case LOOK_NEEDS:
		if (fault_make(f, ANON_TRYLOCK)) {
			BUG_ON(fault_put(f, fault_valid_locked, PUT_LOCK) != PUT_DONE);
		} else if (f->why == WHY_NEEDS_MMAP_LOCK) {
			per_vma_rwsem_vma_endread(si, f->mm, vma);
			fault_count(si, f, NEEDS_MMAP_LOCK);
			return fault_below(si, f);
		} else {
			result = fault_failure(f);
		}
	}
	per_vma_rwsem_vma_endread(si, f->mm, vma);
	fault_count(si, f, DONE);
	return result;
}

/* The mark is stored: whom down_write() does not wait for will see it. */
static void per_vma_rwsem_vma_mark(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	(void)mm;
	down_write(vma_lock(si, vma));
	up_write(vma_lock(si, vma));
}

const struct scheme scheme_per_vma_rwsem = {
	.name = "per_vma_rwsem",
	.summary = "RCU for the walk, then the VMA's rwsem (Linux 6.4)",
	.below = { "mmap_lock" },
	.adr = 3,
	.opts = per_vma_rwsem_opts,
	.counters = per_vma_rwsem_counters,
	.vma_bytes = sizeof(struct per_vma_lock),
	.freeing = FREE_AFTER_GRACE,
	.vma_ctor = per_vma_rwsem_vma_ctor,
	.fault = per_vma_rwsem_fault,
	.vma_mark = per_vma_rwsem_vma_mark,
	.vma_tryread = per_vma_rwsem_vma_tryread,
	.vma_endread = per_vma_rwsem_vma_endread,
};
