/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief vma_hazptr_membarrier: as vma_hazptr; a change sends all threads through a barrier, a fault has no fence.
 *
 * Idea.  As per_vma_rwsem, but which faults are inside a VMA is not written into the VMA, where all of them would store
 * to one line.  Each thread has a slot in the mm, on a line of its own (a hazard pointer), and names there the VMA that
 * it is in.  That is a lock for reading: the fault may sleep with it, and need not check again what it copied.
 * Fault side.  Under RCU find the VMA; name it; check that it is at rest, in the tree, and holds the address.
 * Then the fault runs outside RCU as under mmap_lock.  Whatever is in the way: mmap_lock.
 * Write side.  vma_mark lists the VMA; marks_done sends all threads through a barrier, then waits as in vma_hazptr.
 * Freeing.  VMAs after a grace period: between the walk and the checks a fault holds nothing but RCU.
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned.  The change stores the mark, sends all
 *    threads through a barrier, and looks at the slots; the fault stores its slot, then looks at the mark.  If it looks
 *    after its barrier, it sees the mark, or what came after it, and lets go; if before, the slot was stored by then,
 *    and the change waits.  A thread that names a VMA after the change's look, or attaches after it, will see the mark.
 *  - GONE is checked apart, after the mark, as in per_vma_rwsem: the section that took the VMA out may have ended.
 *  - No wake is lost: the change says in the slot that it waits, sends all threads through a barrier, and looks again; the
 *    fault empties the slot, then looks: after its barrier it sees that the change waits, before, the change sees it empty.
 *  - No freed object touched: the VMA by RCU until it is found at rest; then the change that would kill it waits.
 *    Leaving touches the slot alone.  The change follows no pointer that it finds in a slot.
 *  - Progress: each step is tried once, again after a wait (fault_below()); a VMA that left is not found again.
 * Kernel twin: none; the barrier is membarrier(2)'s, an interrupt to each CPU that runs one of the threads.  A grace
 * period would do as well, since the fault names and looks in one RCU section; it takes milliseconds there.
 */
#include "common/mm/fault_locked.h"
#include "common/mm/vmacache.h"

enum { DONE, MISS, MARKED, MARKED_NAMED, GONE, OUTSIDE, NEEDS_MMAP_LOCK, PAGE_IO };

static const struct scheme_counter vma_hazptr_membarrier_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled with the VMA named in the thread's slot" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA found under RCU" },
	[MARKED] = { "marked", COUNTS_FELL, "the VMA was being changed" },
	[MARKED_NAMED] = { "marked_named", COUNTS_FELL, "marked between the first look and the name" },
	[GONE] = { "gone", COUNTS_AGAIN, "the VMA had left the tree" },
	[OUTSIDE] = { "outside", COUNTS_FELL, "the VMA no longer covers the address" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", COUNTS_FELL, "anon_vma missing and mmap_lock not free" },
	[PAGE_IO] = { "page_io", COUNTS_FELL, "let go to wait for a page; then mmap_lock, or again, as config.io says" },
	{ .name = NULL }
};

#define HAZARD_SPIN 200	/* turns that a change spins before it sleeps */

struct hazard {			/* a thread's slot */
	struct vma *vma;	/* that it is in, or NULL; stored by this thread alone */
	u32 waited;		/* 1: a change parks here, or is about to; the thread that wakes it stores 0 */
} __cacheline_aligned;

struct hazards {
	struct hazard of[PLATFORM_MAX_SLOTS];
	struct vma *marked;	/* list of those that this step has marked; mmap_lock for writing */
};

/* A VMA's next in the list; itself until its first mark, when nobody can have found it.  mmap_lock for writing */
static void vma_hazptr_membarrier_vma_init(const struct scheme_inst *si, struct vma *vma)
{
	struct vma **next = scheme_vma_data(si, vma);

	*next = vma;
}

/* wait_for() has the barrier between store and look.  @pairs{a fault's work, then its slot empty | wait_for()} */
static __always_inline void vma_hazptr_membarrier_vma_endread(const struct scheme_inst *si, struct vma *vma)
{
	struct hazards *all = scheme_mm_data(si, vma->vm_mm);
	struct hazard *h = &all->of[platform_slot()];

	smp_store_release(&h->vma, NULL);
	barrier();
	if (unlikely(READ_ONCE(h->waited))) {
		WRITE_ONCE(h->waited, 0);
		platform_unpark(&h->waited, 1);
	}
}

/*
 * The name is a release, too: what this thread's last fault did, its wake included, is before it.
 * The change has the barrier between name and look.  @pairs{a fault's work, then its slot empty | wait_for()}
 */
static __always_inline unsigned int vma_hazptr_membarrier_vma_tryread(const struct scheme_inst *si, struct mm *mm,
							   struct vma *vma, unsigned long addr)
{
	struct hazards *all = scheme_mm_data(si, mm);
	struct hazard *h = &all->of[platform_slot()];
	unsigned int trouble = DONE;

	BUG_ON(READ_ONCE(h->vma));	/* a slot has room for one */
	smp_store_release(&h->vma, vma);
	barrier();
	if (vma_seq_is_marked(mm, vma, vma_read_seq(vma)))
		trouble = MARKED_NAMED;
	else if (READ_ONCE(vma->lock_seq) == VMA_GONE)
		trouble = GONE;
	else if (addr < vma->vm_start || addr >= vma->vm_end)
		trouble = OUTSIDE;
	if (trouble != DONE)
		vma_hazptr_membarrier_vma_endread(si, vma);
	return trouble;
}

static enum fault_result vma_hazptr_membarrier_fault(const struct scheme_inst *si, struct fault *f)
{
	enum fault_result result = FAULT_DONE;
	unsigned int trouble = MISS;
	struct vma *vma;

	rcu_read_lock();
	while ((vma = vma_lookup(f->task, f->mm, f->addr))) {
		probe(f->task, PROBE_FAULT_FOUND, f->addr);
		/* A cheap look, without order: it may be wrong either way, the one after the name decides. */
		trouble = vma_seems_marked(f->mm, vma) ? MARKED :
			  vma_hazptr_membarrier_vma_tryread(si, f->mm, vma, f->addr);
		if (likely(trouble != GONE))
			break;
		fault_count(si, f, GONE);	/* another may have taken its place */
		trouble = MISS;
	}
	rcu_read_unlock();
	if (likely(trouble == DONE)) {
		probe(f->task, PROBE_FAULT_LOCKED, f->addr);
		result = fault_locked(f, vma, ANON_TRYLOCK);
		if (unlikely(fault_leaves(f)))
			trouble = f->why == WHY_PAGE_IO ? PAGE_IO : NEEDS_MMAP_LOCK;
		vma_hazptr_membarrier_vma_endread(si, vma);
	}
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

static int vma_hazptr_membarrier_vma_mark(const struct scheme_inst *si, struct vma *vma, u32 *killed)
{
	struct hazards *all = scheme_mm_data(si, vma->vm_mm);
	struct vma **next = scheme_vma_data(si, vma);
	bool born = *next == vma;

	(void)killed;	/* marks_done waits */
	*next = born ? NULL : all->marked;
	all->marked = born ? all->marked : vma;
	return 0;
}

/*
 * Acquire, whatever the slot has.  @pairs{a fault's work, then its slot empty |
 *	vma_hazptr_membarrier_vma_endread(), vma_hazptr_membarrier_vma_tryread()}
 */
static int wait_for(const struct scheme_inst *si, struct hazard *h, struct vma *marked, u32 *killed)
{
	struct vma *vma = smp_load_acquire(&h->vma);
	int err = 0;

	while (vma && marked && marked != vma)
		marked = *(struct vma **)scheme_vma_data(si, marked);
	for (unsigned int turn = 0; !err && vma && marked && smp_load_acquire(&h->vma) == vma; turn++) {
		if (turn < HAZARD_SPIN && !platform_oversubscribed()) {
			platform_relax(turn);
			continue;
		}
		WRITE_ONCE(h->waited, 1);
		platform_membarrier();
		if (READ_ONCE(h->vma) == vma)
			err = park_killable(&h->waited, 1, killed, h);
	}
	return err;
}

static int vma_hazptr_membarrier_marks_done(const struct scheme_inst *si, struct mm *mm, u32 *killed)
{
	struct hazards *all = scheme_mm_data(si, mm);
	struct vma *marked = all->marked;
	int err = 0;

	if (!marked)
		return 0;
	all->marked = NULL;
	platform_membarrier();
	for (unsigned int i = 0; i < world_slot_words(mm->world); i++)
		for (u64 left = mm_attached(mm, i); left && !err; left &= left - 1)
			err = wait_for(si, &all->of[64 * i + (unsigned int)__builtin_ctzll(left)], marked, killed);
	return err;
}

const struct scheme scheme_vma_hazptr_membarrier = {
	.name = "vma_hazptr_membarrier",
	.summary = "as vma_hazptr; the change sends all threads through a barrier, and the fault has no fence",
	.below = { "mmap_lock" },
	.adr = 19,
	.counters = vma_hazptr_membarrier_counters,
	.valid = VALID_BY_VMA_LOCK,
	.mm_bytes = sizeof(struct hazards),
	.vma_bytes = sizeof(struct vma *),
	.freeing = FREE_AFTER_GRACE, .vma_lock_attached = true,
	.vma_init = vma_hazptr_membarrier_vma_init,
	.fault = vma_hazptr_membarrier_fault,
	.vma_mark = vma_hazptr_membarrier_vma_mark,
	.marks_done = vma_hazptr_membarrier_marks_done,
	.vma_tryread = vma_hazptr_membarrier_vma_tryread,
	.vma_endread = vma_hazptr_membarrier_vma_endread,
};
