/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief mprotect: other rights for a range.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

/* Linux's numbers. */
#define PROT_SEM	0x8
#define PROT_GROWSDOWN	0x01000000
#define PROT_GROWSUP	0x02000000

/*
 * Private memory that becomes writable is accounted; it stays so when it becomes
 * read-only again, unless it was never written.  Nothing is counted here, but two
 * VMAs merge only if the flag is the same.  Kernel twin: mprotect_fixup()
 */
static unsigned long account(const struct vma *vma, unsigned long flags)
{
	unsigned long old = vma->vm_flags;

	if (flags & VM_WRITE) {
		if (!(old & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE)))
			flags |= VM_ACCOUNT;
	} else if ((old & VM_ACCOUNT) && vma_is_anonymous(vma) && !vma->anon_vma) {
		flags &= ~VM_ACCOUNT;
	}
	return flags;
}

static int mprotect_flags(const struct vma_change *c, const struct vma *vma,
			  unsigned long *flags)
{
	unsigned long vm = vma->vm_flags & ~VM_ACCESS_FLAGS, may = 0;

	if (c->arg & MM_PROT_READ)
		vm |= VM_READ;
	if (c->arg & MM_PROT_WRITE)
		vm |= VM_WRITE;
	if (c->arg & MM_PROT_EXEC)
		vm |= VM_EXEC;
	if (vm & VM_MAYREAD)
		may |= VM_READ;
	if (vm & VM_MAYWRITE)
		may |= VM_WRITE;
	if (vm & VM_MAYEXEC)
		may |= VM_EXEC;
	if (vm & VM_ACCESS_FLAGS & ~may)
		return -EACCES;
	/* The same rights: left alone, whatever accounting would say. */
	*flags = vm == vma->vm_flags ? vm : account(vma, vm);
	return 0;
}

/* PROT_GROWSDOWN: from the beginning of a VMA that grows down. */
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
	int grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP), err = 0;
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
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (addr & ~PAGE_MASK))
		return -EINVAL;
	if (!len)
		return 0;
	c.end = addr + PAGE_ALIGN(len);
	if (c.end <= addr)
		return -ENOMEM;
	if (c.arg & ~(MM_PROT_READ | MM_PROT_WRITE | MM_PROT_EXEC | PROT_SEM))
		return -EINVAL;

	vma_edit_init(&e, t, mm);
	mmap_write_lock(t, mm);
	probe(t, PROBE_CHANGE_LOCKED, addr);
	if (grows)
		err = grows == PROT_GROWSDOWN ? grows_down(mm, &c) : grows_up(mm, &c);
	if (!err)
		err = vma_change_flags(&e, &c);
	mmap_write_unlock(t, mm);
	vma_edit_bury(&e);
	return err;
}
