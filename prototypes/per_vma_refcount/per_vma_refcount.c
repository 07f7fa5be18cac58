/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief per_vma_refcount: a counter with a writer's flag instead of the VMA's rwsem, VMAs reused type-stable (Linux 6.15).
 *
 * Idea.  As per_vma_rwsem, with one word for the lock.  The word also says whether the
 * VMA is in a tree at all, so its memory may be another VMA's by the time a fault
 * locks it: the fault takes the count first and asks then whose VMA it has.
 *
 *	0		detached: in no tree
 *	1		attached, nobody inside
 *	1 + n		n faults inside
 *	| FLAG		a writer waits until they are out, and nobody gets in
 *
 * Fault side.  Under RCU find the VMA; count up unless the word is 0 or has FLAG; with
 * the count held ask: this mm, not gone, not marked.  Then leave RCU and ask for the
 * address.  Whatever is in the way: mmap_lock.
 *
 * Write side.  vma_mark sets FLAG, waits until nobody is inside and takes FLAG away:
 * later faults see the mark.  vma_detach waits for those that counted up a VMA which
 * they must leave again, so that a new life begins at 0.
 *
 * Freeing.  At once, type-stable: the memory stays a VMA, maybe of another mm.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned: as in
 *    per_vma_rwsem, each side stores, then looks.  The change stores the mark, then
 *    goes through the word; the fault goes through the word, then reads the mark.
 *  - A recycled object: the count is taken by acquire and attach stores 1 by release, so
 *    that who counted up sees the fields of this life or a later one.  While it holds
 *    the count the life does not end: a writer waits in mark before it kills.  A VMA
 *    that is another mm's by now is told by vm_mm, one of this mm at another place by
 *    the address.
 *  - No freed object touched: type-stable until the count is had, the count after.  Who
 *    waits for a VMA parks on the VMA's own word, not in its mm, so a fault that leaves
 *    a stranger's VMA touches no mm that may be gone.
 *  - Progress: each step is tried once; a VMA that has left the tree is not found again.
 *
 * Kernel twin: vma_start_read(), __vma_start_write(), vma_mark_detached()
 * (mm/mmap_lock.c, 6.15 to 6.18).  There writers wait in the mm (vma_writer_wait), and a
 * reader that leaves a stranger's VMA must hold that mm alive meanwhile (9bbffee67ffd).
 * The switch settle (ADR/0016-settled-marks.md) is ours.
 */
#include "common/mm/fault_put.h"
#include "common/mm/mmap_lock.h"

enum { SETTLE };

static const struct scheme_opt per_vma_refcount_opts[] = {
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
	OTHER_MM,
	GONE,
	OUTSIDE,
	NEEDS_MMAP_LOCK,
};

static const struct scheme_counter per_vma_refcount_counters[] = {
	[DONE] = { "done", "faults handled with the VMA's count held" },
	[KERNEL_MODE] = { "kernel_mode", "fell: not a fault from user mode" },
	[MISS] = { "miss", "fell: no VMA found under RCU" },
	[MARKED] = { "marked", "fell: the VMA was being changed" },
	[CONTENDED] = { "contended", "fell: a writer was waiting at the VMA's count" },
	[MARKED_LOCKED] = { "marked_locked", "fell: marked between the first look and the count" },
	[OTHER_MM] = { "other_mm", "fell: the VMA was another address space's by then" },
	[GONE] = { "gone", "walked again: the VMA had left the tree" },
	[OUTSIDE] = { "outside", "fell: the VMA no longer covers the address" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", "fell: anon_vma missing and mmap_lock not free" },
	{ NULL, NULL }
};

#define VMA_WRITER (1u << 30)

struct per_vma_count {
	u32 refcnt;
	u32 pad;
};

static u32 *vma_refcnt(const struct scheme_inst *si, struct vma *vma)
{
	return &((struct per_vma_count *)scheme_vma_data(si, vma))->refcnt;
}

static void per_vma_refcount_vma_ctor(const struct scheme_inst *si, struct vma *vma)
{
	WRITE_ONCE(*vma_refcnt(si, vma), 0);
}

/*
 * Count up, unless detached or a writer waits.  @return 0, or GONE, CONTENDED
 * Acquire: what is read of the VMA is of the life that was counted, or of a later one.
 * @pairs{a life's fields before its count | per_vma_refcount_vma_attach()}
 * @pairs{a writer's edits before FLAG goes | per_vma_refcount_vma_mark()}
 */
static unsigned int count_up(u32 *refcnt)
{
	u32 seen = READ_ONCE(*refcnt);

	do {
		if (!seen)
			return GONE;
		if (seen & VMA_WRITER)
			return CONTENDED;
	} while (!try_cmpxchg_acquire(refcnt, &seen, seen + 1));
	return DONE;
}

/*
 * Release: what the fault did is before what the writer does.  The word may be in
 * another life, or with a sanitizer freed, once it was counted down: the wake uses its
 * address as a name only.
 * @pairs{a fault's work before its count goes | wait_for_readers()}
 */
static void count_down(u32 *refcnt)
{
	u32 seen = fetch_add_release(refcnt, -1u);

	BUG_ON(!(seen & ~VMA_WRITER));
	if (seen & VMA_WRITER)
		platform_unpark(refcnt, ~0u);
}

/* What is asked with the count held; DONE: nothing is in the way. */
static __always_inline unsigned int counted_vma_trouble(const struct scheme_inst *si, const struct mm *mm, struct vma *vma)
{
	u64 s = vma_read_seq(vma);

	if (READ_ONCE(vma->vm_mm) != mm)
		return OTHER_MM;
	/* Enough before the mark is asked for: vma_detach waits, before marks end, for who has counted. */
	if (s == VMA_GONE)
		return GONE;
	if (vma_seq_is_marked(mm, vma, s, si->option[SETTLE]))
		return MARKED_LOCKED;
	return DONE;
}

/* Inside RCU. */
static __always_inline unsigned int lock_vma(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	unsigned int trouble = count_up(vma_refcnt(si, vma));

	if (trouble != DONE)
		return trouble;
	trouble = counted_vma_trouble(si, mm, vma);
	if (trouble != DONE)
		count_down(vma_refcnt(si, vma));
	return trouble;
}

static bool per_vma_refcount_vma_tryread(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	return lock_vma(si, mm, vma) == DONE;
}

static void per_vma_refcount_vma_endread(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	(void)mm;
	count_down(vma_refcnt(si, vma));
}

static unsigned int try_vma(const struct scheme_inst *si, struct fault *f, struct vma *vma)
{
	probe(f->task, PROBE_FAULT_FOUND, f->addr);
	/* Cheap and without order: may be wrong either way, the count decides. */
	if (vma_seems_marked(f->mm, vma))
		return MARKED;
	return lock_vma(si, f->mm, vma);
}

/* Kernel twin: lock_vma_under_rcu().  NULL: counted, nothing held. */
static struct vma *find_and_count_vma(const struct scheme_inst *si, struct fault *f)
{
	unsigned int trouble;
	struct vma *vma;

	do {
		/*
		 * RCU was let go of, and what an earlier walk found with it: always from the
		 * root.  (270065f514c5: an iterator that outlived its RCU section.)
		 */
		rcu_read_lock();
		vma = vma_tree_walk(&f->mm->tree, f->addr);
		trouble = vma ? try_vma(si, f, vma) : MISS;
		rcu_read_unlock();
		if (trouble == GONE)
			fault_count(si, f, GONE);
	} while (trouble == GONE);

	if (trouble == DONE && (f->addr < vma->vm_start || f->addr >= vma->vm_end)) {
		count_down(vma_refcnt(si, vma));
		trouble = OUTSIDE;
	}
	if (trouble == DONE)
		return vma;
	fault_count(si, f, trouble);
	return NULL;
}

static enum fault_result per_vma_refcount_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	struct vma *vma;

	if (!(f->flags & FAULT_FLAG_USER)) {
		fault_count(si, f, KERNEL_MODE);
		return fault_below(si, f);
	}
	vma = find_and_count_vma(si, f);
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
			count_down(vma_refcnt(si, vma));
			fault_count(si, f, NEEDS_MMAP_LOCK);
			return fault_below(si, f);
		} else {
			result = fault_failure(f);
		}
	}
	count_down(vma_refcnt(si, vma));
	fault_count(si, f, DONE);
	return result;
}

/* FLAG is set: until nobody is inside but @a base.  @pairs{a fault's work before its count goes | count_down()} */
static void wait_for_readers(u32 *refcnt, u32 base)
{
	u32 seen;

	while ((seen = smp_load_acquire(refcnt)) != (VMA_WRITER | base))
		platform_park(refcnt, seen);
}

/*
 * The mark is stored: whom this does not wait for will see it.  A VMA that is being
 * born has nobody inside yet, and stays detached.
 * @pairs{a writer's edits before FLAG goes | count_up()}
 */
static void per_vma_refcount_vma_mark(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	u32 *refcnt = vma_refcnt(si, vma);

	(void)mm;
	if (!READ_ONCE(*refcnt))
		return;
	fetch_add(refcnt, VMA_WRITER);
	wait_for_readers(refcnt, 1);
	fetch_add_release(refcnt, -VMA_WRITER);
}

/* @pairs{a life's fields before its count | count_up()} */
static void per_vma_refcount_vma_attach(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	(void)mm;
	BUG_ON(READ_ONCE(*vma_refcnt(si, vma)));
	smp_store_release(vma_refcnt(si, vma), 1);
}

/*
 * Out of the tree and GONE: the tree's own count goes.  Faults that found it before may
 * still count it up and down for a moment; then FLAG keeps new ones off until they are
 * out, so that the next life begins at 0.  Once it is 0 nobody counts it up again.
 * @pairs{a fault's work before its count goes | count_down()}
 */
static void per_vma_refcount_vma_detach(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	u32 *refcnt = vma_refcnt(si, vma), seen;

	(void)mm;
	if (fetch_add(refcnt, -1u) == 1)
		return;
	seen = smp_load_acquire(refcnt);
	do {
		if (!seen)
			return;
	} while (!try_cmpxchg(refcnt, &seen, seen | VMA_WRITER));
	wait_for_readers(refcnt, 0);
	smp_store_release(refcnt, 0);
}

const struct scheme scheme_per_vma_refcount = {
	.name = "per_vma_refcount",
	.summary = "a counter instead of the VMA's rwsem, VMAs reused type-stable (Linux 6.15)",
	.below = { "mmap_lock" },
	.adr = 8,
	.opts = per_vma_refcount_opts,
	.counters = per_vma_refcount_counters,
	.vma_bytes = sizeof(struct per_vma_count),
	.freeing = FREE_TYPE_STABLE,
	.vma_ctor = per_vma_refcount_vma_ctor,
	.fault = per_vma_refcount_fault,
	.vma_mark = per_vma_refcount_vma_mark,
	.vma_attach = per_vma_refcount_vma_attach,
	.vma_detach = per_vma_refcount_vma_detach,
	.vma_tryread = per_vma_refcount_vma_tryread,
	.vma_endread = per_vma_refcount_vma_endread,
};
