/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief mprotect: other rights for a range.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

static int mprotect_flags(const struct vma_change *c, const struct vma *vma,
			  unsigned long *flags)
{
	unsigned long vm = mm_mprotect_flags(vma->vm_flags, c->arg, vma_is_anonymous(vma) && !vma->anon_vma);
	unsigned long may = 0;

	if (vm & VM_MAYREAD)
		may |= VM_READ;
	if (vm & VM_MAYWRITE)
		may |= VM_WRITE;
	if (vm & VM_MAYEXEC)
		may |= VM_EXEC;
	if (vm & VM_ACCESS_FLAGS & ~may)
		return -EACCES;
	*flags = vm;
	return 0;
}

/* PROT_GROWSDOWN: the range begins where the VMA begins, which must grow down. */
static int grows_down(struct mm *mm, struct vma_change *c)
{
	struct vma *vma = vma_tree_find(&mm->tree, c->start, c->end);

	if (!vma)
		return -ENOMEM;
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return -EINVAL;
	c->start = vma->vm_start;
	return 0;
}

/* PROT_GROWSUP: nothing grows up on x86. */
static int grows_up(struct mm *mm, const struct vma_change *c)
{
	return vma_tree_walk(&mm->tree, c->start) ? -EINVAL : -ENOMEM;
}

int mm_mprotect(struct task *t, struct mm *mm, unsigned long addr, unsigned long len, int prot)
{
	int grows = prot & (MM_PROT_GROWSDOWN | MM_PROT_GROWSUP), err = 0;
	struct vma_change c = {
		.start = addr,
		.arg = prot & ~grows,
		.no_memory = -ENOMEM,
		.stop_at_hole = true,
		.protect = true,
		.flags = mprotect_flags,
	};
	struct vma_edit e;

	count(t, STAT_MPROTECT);
	if (grows == (MM_PROT_GROWSDOWN | MM_PROT_GROWSUP) || (addr & ~PAGE_MASK))
		return -EINVAL;
	if (!len)
		return 0;
	c.end = addr + PAGE_ALIGN(len);
	if (c.end <= addr)
		return -ENOMEM;
	if (c.arg & ~(MM_PROT_READ | MM_PROT_WRITE | MM_PROT_EXEC | MM_PROT_SEM))
		return -EINVAL;

	if (mmap_write_lock_killable(t, mm))
		return -EINTR;
	vma_edit_init(&e, t, mm);
	probe(t, PROBE_CHANGE_LOCKED, addr);
	if (grows)
		err = grows == MM_PROT_GROWSDOWN ? grows_down(mm, &c) : grows_up(mm, &c);
	if (!err)
		err = vma_change_flags(&e, &c);
	mmap_write_unlock(t, mm);
	vma_edit_bury(&e);
	return err;
}
