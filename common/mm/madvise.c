/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief madvise: pages given back, flags changed, the rest accepted.
 *
 * DONTNEED and FREE mark nothing (rule F3) and work under mmap_lock held for reading;
 * DONTNEED of a range within one VMA under that VMA's lock, if config.dontneed_lock
 * says so.  FREE, in a world without reclaim, does no more than check its arguments.
 * COLD, PAGEOUT and WILLNEED only check theirs.  calls.c says what each advice does.
 */
#include "common/mm/guard.h"
#include "common/mm/populate.h"
#include "common/mm/vma_edit.h"

#include <errno.h>

/* New flags of a VMA for advice that changes them. */
static int madvise_flags(const struct vma_change *c, const struct vma *vma, unsigned long *flags)
{
	*flags = vma->vm_flags;
	return mm_advice_flags(c->arg, vma_is_anonymous(vma), flags);
}

static int change_flags(struct task *t, struct mm *mm, unsigned long start, unsigned long end,
			int advice)
{
	const struct vma_change c = {
		.start = start,
		.end = end,
		.arg = advice,
		.no_memory = -EAGAIN,
		.flags = madvise_flags,
	};
	struct vma_edit e;
	int err;

	if (mmap_write_lock_killable(t, mm))
		return -EINTR;
	vma_edit_init(&e, t, mm);
	probe(t, PROBE_CHANGE_LOCKED, start);
	err = vma_change_flags(&e, &c);
	mmap_write_unlock(t, mm);
	vma_edit_bury(&e);
	return err;
}

/* Does advice about pages suit this VMA? */
static bool pages_valid(const struct vma *vma, int advice)
{
	unsigned long flags = READ_ONCE(vma->vm_flags);

	return !mm_advice_flags(advice, vma_is_anonymous(vma), &flags);
}

static void drop_pages(struct mmu_gather *tlb, unsigned long start, unsigned long end)
{
	zap_page_range(tlb, start, end, ZAP_KEEP_GUARDS);
	if (unlikely(tlb->task->world->config.pt_reclaim))
		pgtable_reclaim(tlb->task, tlb->mm, start, end);
}

/*
 * DONTNEED of [start, end) under the lock of the one VMA that holds it: a change of the VMA waits for us
 * when it marks it, before it reads an entry, frees a table or unmaps the VMA.
 * @return false: nothing was done
 * Kernel twin: try_vma_read_lock() (mm/madvise.c, 6.17)
 */
static bool dontneed_under_vma_lock(struct task *t, struct mm *mm, unsigned long start,
				    unsigned long end)
{
	struct mmu_gather tlb;
	struct vma *vma;
	bool locked, whole;

	if (!mm->chain->vma_lock)
		return false;
	rcu_read_lock();
	vma = vma_tree_walk(&mm->tree, start);
	locked = vma && vma_tryread(mm, vma, start);
	rcu_read_unlock();
	if (!locked)
		return false;
	whole = end <= vma->vm_end && pages_valid(vma, MM_MADV_DONTNEED);
	if (whole) {
		count(t, STAT_DONTNEED_VMA_LOCK);
		tlb_gather_mmu(&tlb, t, mm);
		probe(t, PROBE_ZAP_NO_MARK, start);
		drop_pages(&tlb, start, end);
		tlb_finish_mmu(&tlb);
	}
	vma_endread(mm, vma);
	return whole;
}

/* What advice does to [start, end), which lies in @a vma. */
static int advise_one(struct mmu_gather *tlb, struct vma *vma, unsigned long start, unsigned long end,
		      int advice)
{
	switch (mm_advice_kind(advice)) {
	case ADVICE_DROP:
		probe(tlb->task, PROBE_ZAP_NO_MARK, start);
		drop_pages(tlb, start, end);
		return 0;
	case ADVICE_FREE:	/* without reclaim nothing would take them */
		if (tlb->task->world->config.reclaim)
			lazyfree_page_range(tlb, start, end);
		return 0;
	case ADVICE_GUARD:
		return guard_install(tlb, vma, start, end);
	case ADVICE_UNGUARD:
		guard_remove(tlb->mm, start, end);
		return 0;
	default:
		return 0;
	}
}

/*
 * Advice about pages, VMA by VMA.  Entries are cleared without a mark: a concurrent fault either finds
 * its entry empty under the table's lock and installs a fresh page, or has installed before us, and its
 * entry is cleared.  At the end pages are flushed, then freed.
 */
static int advise_pages(struct task *t, struct mm *mm, unsigned long start, unsigned long end,
			int advice)
{
	unsigned long from = start, to;
	struct vma_cursor at;
	struct mmu_gather tlb;
	int err = 0, failed = 0;
	struct vma *vma;

	if (mm_advice_kind(advice) == ADVICE_DROP && t->world->config.dontneed_lock == DONTNEED_VMA_LOCK &&
	    dontneed_under_vma_lock(t, mm, start, end))
		return 0;
	mmap_read_lock(t, mm);
	tlb_gather_mmu(&tlb, t, mm);
	vma_cursor_init(&at, &mm->tree, start);
	for (; from < end && !failed; from = to) {
		vma = vma_cursor_next(&at, end);
		if (!vma || vma->vm_start > from)
			err = -ENOMEM;
		if (!vma)
			break;
		from = max_ul(from, vma->vm_start);
		to = min_ul(vma->vm_end, end);
		failed = pages_valid(vma, advice) ? advise_one(&tlb, vma, from, to, advice) : -EINVAL;
	}
	tlb_finish_mmu(&tlb);
	mmap_read_unlock(t, mm);
	return failed ? failed : err;
}

int mm_madvise(struct task *t, struct mm *mm, unsigned long addr, unsigned long len, int advice)
{
	enum mm_advice_kind kind = mm_advice_kind(advice);
	unsigned long end = addr + PAGE_ALIGN(len);

	count(t, STAT_MADVISE);
	if (kind == ADVICE_UNKNOWN)
		return -EINVAL;
	if ((addr & ~PAGE_MASK) || (len && !PAGE_ALIGN(len)) || end < addr)
		return -EINVAL;
	if (!len)
		return 0;
	if (kind == ADVICE_FLAGS)
		return change_flags(t, mm, addr, end, advice);
	if (kind == ADVICE_POPULATE)
		return madvise_populate(t, mm, addr, end, advice == MM_MADV_POPULATE_WRITE);
	return advise_pages(t, mm, addr, end, advice);
}
