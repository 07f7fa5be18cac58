/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief madvise: pages given back, flags changed, the rest accepted.
 *
 * DONTNEED and FREE mark nothing (rule F3) and work under mmap_lock held for reading;
 * DONTNEED of a range within one VMA under that VMA's lock, if config.dontneed_lock
 * says so.  FREE, in a world without reclaim, does no more than check its arguments.
 * COLD, PAGEOUT and WILLNEED only check theirs.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

/* Linux's numbers. */
enum {
	MADV_NORMAL		= 0,
	MADV_RANDOM		= 1,
	MADV_SEQUENTIAL		= 2,
	MADV_WILLNEED		= 3,
	MADV_DONTNEED		= 4,
	MADV_FREE		= 8,
	MADV_DONTFORK		= 10,
	MADV_DOFORK		= 11,
	MADV_MERGEABLE		= 12,
	MADV_UNMERGEABLE	= 13,
	MADV_HUGEPAGE		= 14,
	MADV_NOHUGEPAGE		= 15,
	MADV_DONTDUMP		= 16,
	MADV_DODUMP		= 17,
	MADV_WIPEONFORK		= 18,
	MADV_KEEPONFORK		= 19,
	MADV_COLD		= 20,
	MADV_PAGEOUT		= 21,
	MADV_DONTNEED_LOCKED	= 24,
};

/* New flags of a VMA for advice that changes them.  Kernel twin: madvise_vma_behavior() */
static int madvise_flags(const struct vma_change *c, const struct vma *vma, unsigned long *flags)
{
	unsigned long vm = vma->vm_flags;

	switch (c->arg) {
	case MADV_NORMAL:
		vm &= ~(VM_RAND_READ | VM_SEQ_READ);
		break;
	case MADV_RANDOM:
		vm = (vm & ~VM_SEQ_READ) | VM_RAND_READ;
		break;
	case MADV_SEQUENTIAL:
		vm = (vm & ~VM_RAND_READ) | VM_SEQ_READ;
		break;
	case MADV_DONTFORK:
		vm |= VM_DONTCOPY;
		break;
	case MADV_DOFORK:
		vm &= ~VM_DONTCOPY;
		break;
	case MADV_WIPEONFORK:
		if (!vma_is_anonymous(vma))
			return -EINVAL;
		vm |= VM_WIPEONFORK;
		break;
	case MADV_KEEPONFORK:
		vm &= ~VM_WIPEONFORK;
		break;
	case MADV_DONTDUMP:
		vm |= VM_DONTDUMP;
		break;
	case MADV_DODUMP:
		vm &= ~VM_DONTDUMP;
		break;
	case MADV_MERGEABLE:	/* shared memory is passed over without an error */
		if (!(vm & (VM_SHARED | VM_MAYSHARE)))
			vm |= VM_MERGEABLE;
		break;
	case MADV_UNMERGEABLE:
		vm &= ~VM_MERGEABLE;
		break;
	case MADV_HUGEPAGE:
		vm = (vm & ~VM_NOHUGEPAGE) | VM_HUGEPAGE;
		break;
	case MADV_NOHUGEPAGE:
		vm = (vm & ~VM_HUGEPAGE) | VM_NOHUGEPAGE;
		break;
	}
	*flags = vm;
	return 0;
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

	vma_edit_init(&e, t, mm);
	mmap_write_lock(t, mm);
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

	switch (advice) {
	case MADV_FREE:
		return vma_is_anonymous(vma) && !(flags & VM_LOCKED);
	case MADV_DONTNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return !(flags & VM_LOCKED);
	default:
		return true;
	}
}

/*
 * DONTNEED of [start, end) under the lock of the one VMA that holds it: a change of
 * the VMA waits for us in its mark, before it reads an entry, frees a table or goes.
 * @return false: nothing was done
 * Kernel twin: try_vma_read_lock() (mm/madvise.c, 6.17)
 */
static bool dontneed_under_vma_lock(struct task *t, struct mm *mm, unsigned long start,
				    unsigned long end)
{
	const struct scheme_inst *si = mm->chain->vma_lock;
	struct mmu_gather tlb;
	struct vma *vma;
	bool locked, whole;

	if (!si)
		return false;
	rcu_read_lock();
	vma = vma_tree_walk(&mm->tree, start);
	locked = vma && si->scheme->vma_tryread(si, mm, vma);
	rcu_read_unlock();
	if (!locked)
		return false;
	whole = vma->vm_start <= start && end <= vma->vm_end && pages_valid(vma, MADV_DONTNEED);
	if (whole) {
		count(t, STAT_DONTNEED_VMA_LOCK);
		tlb_gather_mmu(&tlb, t, mm);
		probe(t, PROBE_ZAP_NO_MARK, start);
		zap_page_range(&tlb, start, end);
		tlb_finish_mmu(&tlb);
	}
	si->scheme->vma_endread(si, mm, vma);
	return whole;
}

/*
 * Advice about pages, VMA by VMA.  Entries are cleared without a mark: a fault
 * beside us either finds its entry empty under the table's lock and installs a
 * fresh page, or was there before and is cleared.  Flushed, then freed, at the end.
 */
static int advise_pages(struct task *t, struct mm *mm, unsigned long start, unsigned long end,
			int advice)
{
	bool zap = advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED;
	bool lazy = advice == MADV_FREE && t->world->config.reclaim;	/* else nothing would take them */
	unsigned long from = start, to;
	struct vma_cursor at;
	struct mmu_gather tlb;
	struct vma *vma;
	int err = 0;

	if (zap && t->world->config.dontneed_lock == DONTNEED_VMA_LOCK &&
	    dontneed_under_vma_lock(t, mm, start, end))
		return 0;
	mmap_read_lock(t, mm);
	tlb_gather_mmu(&tlb, t, mm);
	vma_cursor_init(&at, &mm->tree, start);
	for (; from < end; from = to) {
		vma = vma_cursor_next(&at, end);
		if (!vma || vma->vm_start > from)
			err = -ENOMEM;
		if (!vma)
			break;
		if (!pages_valid(vma, advice)) {
			err = -EINVAL;
			break;
		}
		from = max_ul(from, vma->vm_start);
		to = min_ul(vma->vm_end, end);
		if (zap) {
			probe(t, PROBE_ZAP_NO_MARK, from);
			zap_page_range(&tlb, from, to);
		} else if (lazy) {
			lazyfree_page_range(&tlb, from, to);
		}
	}
	tlb_finish_mmu(&tlb);
	mmap_read_unlock(t, mm);
	return err;
}

int mm_madvise(struct task *t, struct mm *mm, unsigned long addr, unsigned long len, int advice)
{
	unsigned long end = addr + PAGE_ALIGN(len);
	bool pages;

	count(t, STAT_MADVISE);
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		pages = true;
		break;
	case MADV_NORMAL ... MADV_SEQUENTIAL:
	case MADV_DONTFORK ... MADV_KEEPONFORK:
		pages = false;
		break;
	default:
		return -EINVAL;
	}
	if ((addr & ~PAGE_MASK) || (len && !PAGE_ALIGN(len)) || end < addr)
		return -EINVAL;
	if (!len)
		return 0;
	if (pages)
		return advise_pages(t, mm, addr, end, advice);
	return change_flags(t, mm, addr, end, advice);
}
