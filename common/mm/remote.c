/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reading and writing the pages of another address space, as process_vm_readv() and process_vm_writev() do.
 *
 * One page after the other: under the VMA's lock, where a stranger may take it, else under mmap_lock, or under nothing in a
 * scheme whose faults hold nothing either.  Where the page is not there, or without the right, we let go and fault, as a thread
 * of that address space would, and try again.
 *
 * What is copied is right by the entry alone, whatever is held:
 *
 *  - A read (R.4) takes a count of the page that the entry leads to, and then finds the entry as it was.  So the page was mapped
 *    there at that moment, and until we put the count the frame is no other page.  If it is unmapped meanwhile, we read what it held
 *    at the end; if it is moved, perhaps what was written at its new place.  So does process_vm_readv(), which copies after it has
 *    released mmap_lock.
 *  - A write (R.5) stores its words under the lock of the table that holds the entry, as hardware would while the entry stands.
 *    A count would not do.  Fork could share the page with a child between count and words, or reclaim could take its entry, and a
 *    fault bring it back read-only; then the next write copies it, and words that come after the copy are lost, or the child's.
 *    The lock of the VMA keeps fork away, but not reclaim.
 *
 * Kernel twins: process_vm_rw_core() (mm/process_vm_access.c), __access_remote_vm() (mm/memory.c), get_user_pages_remote()
 * (mm/gup.c), 6.18: under mmap_lock, and both with a count.  A caller that writes to a page takes it by FOLL_PIN there, and fork
 * copies such a page at once, and reclaim leaves it.
 */
#include "common/mm/mmap_lock.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"
#include "common/sync/rcu.h"

#include <errno.h>

/* What keeps changes of the page's VMA away. */
enum hold {
	HOLD_NOTHING,
	HOLD_VMA_LOCK,
	HOLD_MMAP_LOCK,
};

/* @vma receives the VMA whose lock is held. */
static enum hold take_hold(struct task *t, struct mm *mm, unsigned long addr, struct vma **vma)
{
	bool locked = false;

	if (vma_lock_for_strangers(mm)) {
		rcu_read_lock();
		*vma = vma_tree_walk(&mm->tree, addr);
		locked = *vma && vma_tryread(mm, *vma, addr);
		rcu_read_unlock();
	} else if (mm->chain->freeing == FREE_AFTER_GRACE) {
		return HOLD_NOTHING;
	}
	if (locked)
		return HOLD_VMA_LOCK;
	mmap_read_lock(t, mm);
	return HOLD_MMAP_LOCK;
}

static void release_hold(struct task *t, struct mm *mm, enum hold hold, struct vma *vma)
{
	if (hold == HOLD_VMA_LOCK)
		vma_endread(mm, vma);
	else if (hold == HOLD_MMAP_LOCK)
		mmap_read_unlock(t, mm);
}

static u64 *word_at(struct mm *mm, u64 entry, unsigned long addr)
{
	struct zone *zone = &mm->world->zone;

	return (u64 *)((char *)page_address(zone, frame_to_page(zone, pte_frame(entry))) + (addr & ~PAGE_MASK));
}

/* --- reading ------------------------------------------------------------------------------------------ */

/*
 * A count of the page that is mapped at @addr: first the count, then the entry again, as pin_source() (fault.c) takes it.  Marks
 * the entry accessed, as hardware would, which is the second look.
 * @return the entry, or 0: none is there
 * @whole{hardware sets bits in the entry}
 * @context inside RCU, which keeps the memory of a table that is taken out
 */
static u64 pin_page(struct task *t, struct mm *mm, unsigned long addr)
{
	struct pgtable *table = pgtable_walk(mm, addr);
	unsigned int index = pgtable_index(addr, 0);

	for (unsigned int turn = 0; !table->level; turn++) {
		u64 entry = pgtable_read(table, index);
		struct page *page;

		if (!(entry & PTE_PRESENT))
			break;
		page = frame_to_page(&mm->world->zone, pte_frame(entry));
		if (!page_tryget(page)) {
			platform_relax(turn);	/* frozen for a moment, or the entry changes: no one word to wait for */
			continue;
		}
		if (try_cmpxchg(&table->entry[index], &entry, entry | PTE_ACCESSED))
			return entry;
		page_put(t, page);
	}
	return 0;
}

/* @return false: the page is not there */
static bool read_page(struct task *t, struct mm *mm, unsigned long addr, u64 *buf, unsigned int words)
{
	const u64 *from;
	u64 entry;

	rcu_read_lock();
	entry = pin_page(t, mm, addr);
	rcu_read_unlock();
	if (!entry)
		return false;
	probe(t, PROBE_REMOTE_COPY, addr & PAGE_MASK);
	from = word_at(mm, entry, addr);
	for (unsigned int i = 0; i < words; i++)
		buf[i] = READ_ONCE(from[i]);
	page_put(t, frame_to_page(&mm->world->zone, pte_frame(entry)));
	return true;
}

/* --- writing ------------------------------------------------------------------------------------------ */

/*
 * Mark the entry dirty, as hardware does before it writes.
 * @return the entry, or 0: nobody may write through it
 * @whole{hardware sets bits in the entry; a thread that takes the entry away reads them under the table's lock, which we hold}
 */
static u64 mark_dirty(u64 *at)
{
	u64 entry = READ_ONCE(*at), need = PTE_PRESENT | PTE_WRITE;

	while ((entry & need) == need)
		if (try_cmpxchg(at, &entry, entry | PTE_HW_BITS))
			return entry;
	return 0;
}

/* @return false: the page is not there, or nobody may write to it */
static bool write_page(struct mm *mm, unsigned long addr, const u64 *buf, unsigned int words)
{
	struct pgtable *table;
	u64 entry = 0;

	rcu_read_lock();
	table = pgtable_walk(mm, addr);
	if (!table->level) {
		spin_lock(&table->lock);
		entry = mark_dirty(&table->entry[pgtable_index(addr, 0)]);	/* a table that was taken out is empty */
		for (unsigned int i = 0; entry && i < words; i++)
			WRITE_ONCE(word_at(mm, entry, addr)[i], buf[i]);
		spin_unlock(&table->lock);
	}
	rcu_read_unlock();
	return entry;
}

/* --- both --------------------------------------------------------------------------------------------- */

/* @return false: the page is not there, or not with the right */
static bool copy_if_there(struct task *t, struct mm *mm, unsigned long addr, u64 *buf, unsigned int words, bool write)
{
	struct vma *vma = NULL;
	enum hold hold = take_hold(t, mm, addr, &vma);
	bool there = write ? write_page(mm, addr, buf, words) : read_page(t, mm, addr, buf, words);

	release_hold(t, mm, hold, vma);
	return there;
}

/* All within one page. */
static long access_page(struct task *t, struct mm *mm, unsigned long addr, u64 *buf, unsigned int words, bool write)
{
	unsigned int flags = FAULT_FLAG_USER | FAULT_FLAG_REMOTE | (write ? FAULT_FLAG_WRITE : 0);

	if (addr >= mm->tree.limit)	/* the index in the tables would be another page's */
		return -EFAULT;
	while (!copy_if_there(t, mm, addr, buf, words, write)) {
		switch (mm_fault(t, mm, addr, flags)) {
		case FAULT_DONE:	/* another thread may have taken the page away again */
			break;
		case FAULT_SIGSEGV:
		case FAULT_SIGBUS:
			return -EFAULT;
		case FAULT_OOM:
			return -ENOMEM;
		}
	}
	return 0;
}

long mm_process_vm_rw(struct task *t, struct mm *mm, unsigned long addr, u64 *buf, unsigned long len, bool write)
{
	unsigned long done = 0, at, nr;
	long err = 0;

	might_sleep();
	BUG_ON((addr | len) & (sizeof(u64) - 1));
	for (; !err && done < len; done += err ? 0 : nr) {
		at = addr + done;
		nr = min_ul(len - done, PAGE_SIZE - (at & ~PAGE_MASK));
		err = access_page(t, mm, at, buf + done / sizeof(u64), (unsigned int)(nr / sizeof(u64)), write);
	}
	return done ? (long)done : err;
}
