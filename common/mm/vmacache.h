/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The VMAs that a thread found last: a fault that finds its VMA here loads no line of the tree.
 *
 * Kernel twin: include/linux/vmacache.h, mm/vmacache.c (3.15 to 6.0).  There a number of
 * the mm, moved by every munmap, emptied the caches of all its threads.  Here nothing of the mm is read.
 * The number of grace periods tells that the memory is still a VMA; its own lock_seq and bounds, which a
 * fault without locks must check in any case, tell that it still holds the address.  See
 * ADR/0017-grace-number.md.
 */
#ifndef COMMON_MM_VMACACHE_H
#define COMMON_MM_VMACACHE_H

#include "common/mm/grace.h"
#include "common/mm/mm.h"
#include "common/mm/stats.h"
#include "common/mm/vma.h"

/**
 * Like vma_tree_walk(), through @a t's cache.  The VMA may have left the tree meanwhile, as after a walk:
 * the caller checks its lock_seq (vma_snapshot()).
 * @context inside RCU; VMAs of this world are freed after a grace period
 */
static __always_inline struct vma *vmacache_find(struct task *t, const struct mm *mm, unsigned long addr)
{
	struct vmacache_entry *c = &t->vmacache[addr >> VMACACHE_SHIFT & (VMACACHE_SIZE - 1)];
	u64 grace = grace_number(mm->world);
	struct vma *vma = c->vma;

	/*
	 * It was found under the same number, so it stays in memory to the end of this section
	 * (grace_number()).
	 */
	if (likely(vma && c->grace == grace) && READ_ONCE(vma->vm_mm) == mm &&
	    READ_ONCE(vma->lock_seq) != VMA_GONE &&
	    addr >= READ_ONCE(vma->vm_start) && addr < READ_ONCE(vma->vm_end))
		return vma;
	count(t, STAT_VMACACHE_MISS);
	vma = vma_tree_walk(&mm->tree, addr);
	c->vma = vma;
	c->grace = grace;
	return vma;
}

/**
 * The VMA that holds @a addr, or NULL: by a walk of the tree, or with config.vmacache by way
 * of the thread's cache.  It may have left the tree by the time the caller looks at it.
 * Kernel twin: vma_lookup() (include/linux/mm.h), which takes mmap_lock; lock_vma_under_rcu()'s mas_walk()
 * @context inside RCU
 */
static __always_inline struct vma *vma_lookup(struct task *t, const struct mm *mm, unsigned long addr)
{
	if (unlikely(t->world->config.vmacache))
		return vmacache_find(t, mm, addr);
	return vma_tree_walk(&mm->tree, addr);
}

#endif /* COMMON_MM_VMACACHE_H */
