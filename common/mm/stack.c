/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A stack grows down to where it was touched.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

/* Is the guard gap between addr and the VMA below kept? */
static bool stack_gap_kept(const struct vma *below, unsigned long addr)
{
	return !below || (below->vm_flags & VM_GROWSDOWN) ||
	       !(below->vm_flags & VM_ACCESS_FLAGS) || addr - below->vm_end >= STACK_GUARD_GAP;
}

int vma_expand_down(struct task *t, struct mm *mm, struct vma *vma, unsigned long addr)
{
	unsigned long start = vma->vm_start, grow;
	struct vma_edit e;

	if (!(vma->vm_flags & VM_GROWSDOWN))
		return -EFAULT;
	addr &= PAGE_MASK;
	if (addr < MMAP_MIN_ADDR)
		return -EPERM;
	if (addr >= start)
		return 0;
	grow = (start - addr) >> PAGE_SHIFT;
	if (!stack_gap_kept(vma_tree_prev(&mm->tree, start), addr) || grow > vma->vm_pgoff ||
	    !mm_may_expand(mm, start - addr, 0, 0))
		return -ENOMEM;

	vma_edit_init(&e, t, mm);
	if (vma_edit_prealloc(&e, 0, 1))
		return -ENOMEM;
	if (anon_vma_prepare(t, mm, vma)) {
		vma_edit_release(&e);
		return -ENOMEM;
	}
	vma_mark(t, mm, vma);
	mm_marks_done(t, mm);
	probe(t, PROBE_CHANGE_MARKED, addr);
	vma_set_bounds(vma, addr, vma->vm_end, vma->vm_pgoff - grow);
	vma_tree_store(t, &mm->tree, addr, start, vma);
	probe(t, PROBE_CHANGE_EDITED, addr);
	vma_edit_release(&e);
	count(t, STAT_STACK_GROW);
	return 0;
}
