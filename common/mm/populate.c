/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Pages faulted in before they are touched.
 */
#include "common/mm/populate.h"
#include "common/mm/pgtable.h"
#include "common/mm/tlb.h"
#include "common/mm/vma.h"

#include <errno.h>

/*
 * May the page at @a addr be touched?  @a until receives where the mapping ends.
 * @return 0, -ENOMEM (a hole) or -EINVAL (the mapping forbids it)
 */
static int may_touch(struct task *t, struct mm *mm, unsigned long addr, bool write, unsigned long *until)
{
	struct vma_info info;

	if (!mm_next_vma(t, mm, addr, &info) || info.start > addr)
		return -ENOMEM;
	*until = info.end;
	return info.flags & (write ? VM_WRITE : VM_READ) ? 0 : -EINVAL;
}

/* Would hardware let the access through?  This is a hint: another thread may take the page away right after. */
static bool is_there(struct mm *mm, unsigned long addr, bool write)
{
	u64 need = write ? PTE_PRESENT | PTE_WRITE : PTE_PRESENT;
	const struct pgtable *table;
	bool there;

	rcu_read_lock();
	table = pgtable_walk(mm, addr);
	there = !table->level && (pgtable_read(table, pgtable_index(addr, 0)) & need) == need;
	rcu_read_unlock();
	return there;
}

int madvise_populate(struct task *t, struct mm *mm, unsigned long start, unsigned long end, bool write)
{
	unsigned long addr = start, until = start;
	enum fault_result result;
	int err = 0;

	while (addr < end) {
		if (addr >= until)
			err = may_touch(t, mm, addr, write, &until);
		if (err)
			return err;
		if (is_there(mm, addr, write)) {
			addr += PAGE_SIZE;
			continue;
		}
		/*
		 * After FAULT_DONE the loop checks whether the page is there: another thread may have
		 * taken it away.
		 */
		result = mm_fault(t, mm, addr, write ? FAULT_FLAG_WRITE : 0);
		if (result == FAULT_OOM)
			return -ENOMEM;
		if (result != FAULT_DONE) {
			err = may_touch(t, mm, addr, write, &until);	/* the mapping may have changed since */
			return err ? err : -EFAULT;
		}
	}
	return 0;
}
