/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief per_vma_refcount: a counter with a writer's flag instead of the VMA's rwsem, VMAs reused type-stable (Linux 6.15).
 *
 * Idea.  As per_vma_rwsem, with one word for the lock.  0: in no tree; 1: in a tree, nobody inside; 1 + n: n faults
 * inside; with FLAG: a writer waits, and nobody gets in.  The memory may be another VMA's by the time a fault locks it.
 *
 * Fault side.  Under RCU find the VMA; count up unless the word is 0 or has FLAG; with the count held check: this mm,
 * in the tree, at rest, and the address inside.  Then as under mmap_lock.  Whatever is in the way: mmap_lock.
 * Write side.  vma_mark sets FLAG, waits until nobody is inside, or a kill, and takes FLAG away: later faults see the mark.
 * vma_detach waits for those that counted a VMA which they must leave again, so that a new life begins at 0.
 * Freeing.  At once, type-stable: the memory stays a VMA, maybe of another mm.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned: as in per_vma_rwsem, each side stores, then
 *    looks.  The change stores the mark, then goes through the word; the fault goes through the word, then reads the mark.
 *  - A recycled object: attach stores 1 by release and the count is taken by acquire, so a fault that has counted sees
 *    the fields of this life or a later one.  While it is counted no life ends: a writer waits in mark before it kills.
 *  - No freed object touched: type-stable until the count is had, the count after.  A writer parks on the VMA's own
 *    word, not in its mm, so a fault that leaves a stranger's VMA touches no mm that may be gone.
 *  - Progress: each step is tried once, again after a wait (fault_below()); a VMA that left is not found again.
 * Kernel twin: vma_start_read(), __vma_start_write() (mm/mmap_lock.c, 6.15 to 6.18).  There writers wait in the mm, and a
 * reader that leaves a stranger's VMA must hold that mm alive meanwhile (9bbffee67ffd).
 */
#include "common/mm/fault_locked.h"
#include "common/mm/vmacache.h"

enum { DONE, MISS, MARKED, CONTENDED, MARKED_LOCKED, OTHER_MM, GONE, OUTSIDE, NEEDS_MMAP_LOCK, PAGE_IO };

static const struct scheme_counter per_vma_refcount_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled with the VMA's count held" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found under RCU" },
	[MARKED] = { "marked", COUNTS_FELL, "the VMA was being changed" },
	[CONTENDED] = { "contended", COUNTS_FELL, "a writer was waiting at the VMA's count" },
	[MARKED_LOCKED] = { "marked_locked", COUNTS_FELL, "marked between the first look and the count" },
	[OTHER_MM] = { "other_mm", COUNTS_FELL, "the VMA was another address space's by then" },
	[GONE] = { "gone", COUNTS_AGAIN, "the VMA had left the tree" },
	[OUTSIDE] = { "outside", COUNTS_FELL, "the VMA no longer covers the address" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "anon_vma missing and mmap_lock not free" },
	[PAGE_IO] = { "page_io", COUNTS_FELL, "let go to wait for a page; then mmap_lock, or again, as config.io says" },
	{ .name = NULL }
};

#define FLAG (1u << 30)
static u32 *vma_lock(const struct scheme_inst *si, struct vma *vma)
{
	return scheme_vma_data(si, vma);
}

static void per_vma_refcount_vma_ctor(const struct scheme_inst *si, struct vma *vma)
{
	WRITE_ONCE(*vma_lock(si, vma), 0);
}

/*
 * The word may be in another life by now, or with a sanitizer freed: the wake uses its address as a name only.
 * @pairs{a fault's work before its count goes | wait_for_readers()}
 */
static __always_inline void per_vma_refcount_vma_endread(const struct scheme_inst *si, struct vma *vma)
{
	u32 *refcnt = vma_lock(si, vma), seen = fetch_add_release(refcnt, -1u);

	BUG_ON(!(seen & ~FLAG));
	if (seen & FLAG)
		platform_unpark(refcnt, ~0u);
}

/* Never waits: a writer may want what the caller holds.  @pairs{a life's fields before its count | per_vma_refcount_vma_attach()}
 * @pairs{a writer's edits before FLAG goes | per_vma_refcount_vma_mark()}
 */
static __always_inline unsigned int per_vma_refcount_vma_tryread(const struct scheme_inst *si, struct mm *mm,
								 struct vma *vma, unsigned long addr)
{
	u32 *refcnt = vma_lock(si, vma), seen = READ_ONCE(*refcnt);
	unsigned int trouble = DONE;
	u64 s;

	do {
		if (!seen || (seen & FLAG))
			return seen ? CONTENDED : GONE;
	} while (!try_cmpxchg_acquire(refcnt, &seen, seen + 1));
	s = vma_read_seq(vma);
	if (READ_ONCE(vma->vm_mm) != mm)
		trouble = OTHER_MM;
	else if (s == VMA_GONE)		/* in time: vma_detach waits, before marks end, for our count */
		trouble = GONE;
	else if (vma_seq_is_marked(mm, vma, s))
		trouble = MARKED_LOCKED;
	else if (addr < vma->vm_start || addr >= vma->vm_end)
		trouble = OUTSIDE;
	if (trouble != DONE)
		per_vma_refcount_vma_endread(si, vma);
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
				  per_vma_refcount_vma_tryread(si, f->mm, *vma, f->addr);
		}
		rcu_read_unlock();
		if (trouble == GONE)	/* another may have taken its place */
			fault_count(si, f, GONE);
	} while (trouble == GONE);
	return trouble;
}

static enum fault_result per_vma_refcount_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	struct vma *vma;
	unsigned int trouble = find_and_lock_vma(si, f, &vma);

	if (likely(trouble == DONE)) {
		probe(f->task, PROBE_FAULT_LOCKED, f->addr);
		result = fault_locked(f, vma, ANON_TRYLOCK);
		if (unlikely(fault_leaves(f)))
			trouble = f->why == WHY_PAGE_IO ? PAGE_IO : NEEDS_MMAP_LOCK;
		per_vma_refcount_vma_endread(si, vma);
	}
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

/* FLAG is set: until nobody is inside.  @pairs{a fault's work before its count goes | per_vma_refcount_vma_endread()} */
static int wait_for_readers(u32 *refcnt, u32 base, u32 *killed)
{
	int err = 0;
	u32 seen;

	while (!err && (seen = smp_load_acquire(refcnt)) != (FLAG | base))
		err = park_killable(refcnt, seen, killed, refcnt);
	return err;
}

/* The mark is stored, later faults see it.  @pairs{a writer's edits before FLAG goes | per_vma_refcount_vma_tryread()} */
static int per_vma_refcount_vma_mark(const struct scheme_inst *si, struct vma *vma, u32 *killed)
{
	u32 *refcnt = vma_lock(si, vma);
	int err;

	if (!READ_ONCE(*refcnt))	/* it is being born */
		return 0;
	fetch_add(refcnt, FLAG);
	err = wait_for_readers(refcnt, 1, killed);
	fetch_add_release(refcnt, -FLAG);
	return err;
}

/* @pairs{a life's fields before its count | per_vma_refcount_vma_tryread()} */
static void per_vma_refcount_vma_attach(const struct scheme_inst *si, struct vma *vma)
{
	BUG_ON(READ_ONCE(*vma_lock(si, vma)));
	smp_store_release(vma_lock(si, vma), 1);
}

/*
 * The tree's own count goes.  Faults that found the VMA before may still count it for a moment: FLAG keeps new ones off
 * until they are out.  A 0 stays.  @pairs{a fault's work before its count goes | per_vma_refcount_vma_endread()}
 */
static void per_vma_refcount_vma_detach(const struct scheme_inst *si, struct vma *vma)
{
	u32 *refcnt = vma_lock(si, vma), seen = fetch_add(refcnt, -1u) - 1;

	while (seen && !try_cmpxchg(refcnt, &seen, seen | FLAG))
		;
	if (!seen)
		return;
	wait_for_readers(refcnt, 0, NULL);
	smp_store_release(refcnt, 0);
}

const struct scheme scheme_per_vma_refcount = {
	.name = "per_vma_refcount",
	.summary = "a counter instead of the VMA's rwsem, VMAs reused type-stable (Linux 6.15)",
	.below = { "mmap_lock" },
	.adr = 8,
	.counters = per_vma_refcount_counters,
	.valid = VALID_BY_VMA_LOCK,
	.vma_bytes = sizeof(u64),	/* the word, and 4 bytes that fill it up */
	.freeing = FREE_TYPE_STABLE,
	.vma_ctor = per_vma_refcount_vma_ctor,
	.fault = per_vma_refcount_fault,
	.vma_mark = per_vma_refcount_vma_mark,
	.vma_attach = per_vma_refcount_vma_attach,
	.vma_detach = per_vma_refcount_vma_detach,
	.vma_tryread = per_vma_refcount_vma_tryread,
	.vma_endread = per_vma_refcount_vma_endread,
};
