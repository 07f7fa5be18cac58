/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief mmap_lock: the baseline, one rwsem for the whole address space.
 *
 * Idea.  A fault holds mmap_lock for reading from its first look to its last
 * store; a change holds it for writing.  That suffices, and this is the last rung of every other scheme.
 *
 * Fault side.  Find the VMA, check rights, look, allocate (may sleep with the lock
 * held), commit.  A fault below a VMA that grows down cannot upgrade its lock: it
 * lets go, takes it for writing, looks again, grows the stack and downgrades.
 *
 * Write side.  No hook: holding the lock for writing has kept the faults out.
 *
 * Freeing.  A dead VMA may be reused at once: nobody reads one without the lock.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned: the
 *    fault's whole section is before or after the change's, and entries that it
 *    left before are found by the change.  munmap's downgraded part shares the lock
 *    with faults, but its VMAs have left the tree: no fault can find them.
 *  - No freed object touched: VMAs and tables leave under the write lock, or, in
 *    that downgraded part, only those no VMA in the tree covers.
 *  - A fault that lets go to wait for a page keeps nothing of what it saw: it finds the VMA again and looks again.
 *  - Progress: the rwsem hands over in order; a fault runs once, and again after it let go to wait for a page, which
 *    fault_wait() bounds.
 *
 * Kernel twin: lock_mm_and_find_vma() (mm/mmap_lock.c) and do_user_addr_fault()
 * below the `lock_mmap` label (arch/x86/mm/fault.c), 6.12.
 */
#include "common/mm/fault_locked.h"
#include "common/mm/mmap_lock.h"
#include "common/mm/vma_edit.h"

enum {
	DONE,
	STACK,
};

static const struct scheme_counter mmap_lock_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled under mmap_lock" },
	[STACK] = { "stack", COUNTS_EVENT, "faults that took mmap_lock for writing to grow a stack" },
	{ .name = NULL }
};

/*
 * The VMA for f->addr with mmap_lock held for reading, or NULL with it released.
 * The stack never grows under the read lock: two faults would both change vm_start.
 */
static struct vma *find_vma_or_grow(const struct scheme_inst *si, struct fault *f)
{
	struct task *t = f->task;
	struct mm *mm = f->mm;
	struct vma *vma;
	bool stack;

	mmap_read_lock_carefully(t, mm);
	vma = vma_tree_find(&mm->tree, f->addr, mm->tree.limit);
	if (likely(vma && vma->vm_start <= f->addr))
		return vma;
	stack = vma && (vma->vm_flags & VM_GROWSDOWN);
	mmap_read_unlock(t, mm);
	if (!stack)
		return NULL;

	mmap_write_lock(t, mm);
	/* Anything may have happened in between: find it again. */
	vma = vma_tree_find(&mm->tree, f->addr, mm->tree.limit);
	if (!vma || (vma->vm_start > f->addr && vma_expand_down(t, mm, vma, f->addr))) {
		mmap_write_unlock(t, mm);
		return NULL;
	}
	fault_count(si, f, STACK);
	mmap_write_downgrade(t, mm);
	return vma;
}

static enum fault_result mmap_lock_fault(const struct scheme_inst *si, struct fault *f)
{
	struct vma *vma = find_vma_or_grow(si, f);
	enum fault_result result = FAULT_SIGSEGV;

	if (likely(vma)) {
		probe(f->task, PROBE_FAULT_FOUND, f->addr);
		result = fault_locked(f, vma, ANON_LOCKED);
		mmap_read_unlock(f->task, f->mm);
		if (unlikely(fault_leaves(f)))
			return fault_wait(si, f);
	}
	fault_count(si, f, DONE);
	return result;
}

const struct scheme scheme_mmap_lock = {
	.name = "mmap_lock",
	.summary = "baseline: one rwsem for the address space",
	.adr = 2,
	.counters = mmap_lock_counters,
	.valid = VALID_BY_MMAP_LOCK,
	.freeing = FREE_AT_ONCE,
	.fault = mmap_lock_fault,
};
