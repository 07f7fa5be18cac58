/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated hardware: TLB fill, flush, and the access that sets accessed and dirty.
 *
 * Why a flush misses no thread.  The flusher has changed the entry, then reads
 * mm->attached.  A thread that it finds there is flushed: an access of that
 * thread holds the TLB's lock from its lookup, or its walk, to the end, so it is
 * over before the flush passes, or begins after it, finds no TLB entry and walks
 * to the changed table entry.
 *
 * A thread that attaches meanwhile may be missed, and that is fine.  It came with an empty TLB, set its
 * bit (mm_attach()), and executes access_fence() before its first walk; the flusher has
 * tlb_flush_range()'s fence between the change and the read of mm->attached.  One of two such fences is
 * first: either the flusher reads the bit, or the walk reads the changed entry.
 *
 * A thread that has just left is not flushed either: its accesses are over before
 * its bit goes (mm_detach()), and the flusher read the mask by acquire.
 */
#include "common/mm/tlb.h"
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"

/* --- the TLB -------------------------------------------------------------------------- */

static struct tlb_entry *tlb_slot(struct tlb *tlb, unsigned long page)
{
	return &tlb->slot[page >> PAGE_SHIFT & (tlb->nr - 1)];
}

static void tlb_empty(struct tlb *tlb)
{
	for (unsigned int i = 0; i < tlb->nr; i++)
		tlb->slot[i].page = TLB_NONE;
}

void tlb_init(struct tlb *tlb, unsigned int nr)
{
	spin_lock_init(&tlb->lock);
	tlb->nr = nr;
	tlb_empty(tlb);
}

void tlb_flush_all(struct task *t)
{
	spin_lock(&t->tlb.lock);
	tlb_empty(&t->tlb);
	spin_unlock(&t->tlb.lock);
}

static void tlb_flush_one(struct tlb *tlb, unsigned long start, unsigned long end)
{
	spin_lock(&tlb->lock);
	for (unsigned int i = 0; i < tlb->nr; i++) {
		struct tlb_entry *e = &tlb->slot[i];

		/* TLB_NONE is not a page's address, but it may lie below end, so test for it. */
		if (e->page != TLB_NONE && e->page >= start && e->page < end)
			e->page = TLB_NONE;
	}
	spin_unlock(&tlb->lock);
}

void tlb_flush_range(struct task *t, struct mm *mm, unsigned long start, unsigned long end)
{
	struct world *w = t->world;
	unsigned int words = world_slot_words(w), nr = 0;
	u64 attached[PLATFORM_SLOT_WORDS];

	/*
	 * Order the change of the entry before the read of the mask.
	 * @pairs{entry changed, then mask read | access_fence()}
	 */
	smp_mb();
	for (unsigned int i = 0; i < words; i++) {
		attached[i] = mm_attached(mm, i);
		for (u64 left = attached[i] & ~slot_bit(t->slot, i); left; left &= left - 1)
			nr++;
	}

	if (w->config.tlb)
		for (unsigned int i = 0; i < words; i++)
			for (u64 left = attached[i]; left; left &= left - 1)
				tlb_flush_one(&w->tasks[64 * i + (unsigned int)__builtin_ctzll(left)].tlb, start, end);
	count(t, STAT_TLB_FLUSH);
	count_by(t, STAT_TLB_FLUSH_TARGETS, nr);
	if (nr)
		platform_flush_notice(attached, words);
	if (unlikely(w->config.flush_ns) && nr)
		platform_delay(w->config.flush_ns * nr);
}

/* --- the access ----------------------------------------------------------------------- */

/*
 * Order the thread's own bit in mm->attached before what its walk reads.  Only the first walk after an
 * attach needs the fence, but only tests come here, so every walk has it.
 * @pairs{entry changed, then mask read | tlb_flush_range()}
 */
static void access_fence(void)
{
	smp_mb();
}

/*
 * What the hardware's walker does: find the entry, check the right, set accessed
 * and (for a write) dirty in the table, without the table's lock.  The cmpxchg
 * sets the bits only in the very entry that was checked: one that was cleared
 * meanwhile stays cleared, one that lost the right is refused on the next turn.
 * An entry that a failed cmpxchg has read is as good as pgtable_read()'s: the
 * failure is an acquire load too.
 * @pairs{a table's or page's contents before its entry | pgtable_publish()}
 * @context the own TLB's lock is held: the result may be used until it is released, since a thread that
 * clears the entry flushes before it frees the frame
 */
static bool walk(const struct mm *mm, unsigned long addr, bool write, u64 *found)
{
	u64 need = write ? PTE_PRESENT | PTE_WRITE : PTE_PRESENT;
	u64 mark = write ? PTE_ACCESSED | PTE_DIRTY : PTE_ACCESSED;
	struct pgtable *table;
	bool ok = false;

	if (addr >= mm->tree.limit)	/* not canonical: the tables' index would be another page's */
		return false;
	access_fence();
	rcu_read_lock();	/* keeps the memory of a table that is taken out */
	table = pgtable_walk(mm, addr);
	if (table->level == 0) {
		unsigned int index = pgtable_index(addr, 0);
		u64 entry = pgtable_read(table, index);

		while ((entry & need) == need) {
			if ((entry & mark) == mark ||
			    try_cmpxchg(&table->entry[index], &entry, entry | mark)) {
				*found = entry | mark;
				ok = true;
				break;
			}
		}
	}
	rcu_read_unlock();
	return ok;
}

/* Read or write the word behind an entry.  @context the own TLB's lock */
static void touch(struct world *w, u64 entry, unsigned long addr, u64 *value, bool write)
{
	struct page *page;
	u64 *word;

	BUG_ON(pte_frame(entry) >= w->zone.nr);
	page = frame_to_page(&w->zone, pte_frame(entry));
	word = (u64 *)((char *)page_address(&w->zone, page) + (addr & ~PAGE_MASK));
	if (write) {
		BUG_ON(page == w->zone.zero_page);
		WRITE_ONCE(*word, *value);
	} else {
		*value = READ_ONCE(*word);
	}
}

/* One try, like a program's instruction: use the TLB, else walk and fill. @return false: page fault */
static bool access_once(struct task *t, unsigned long addr, u64 *value, bool write)
{
	/*
	 * For a write the TLB entry must be dirty: otherwise the table does not show the write yet, and
	 * may have lost the right since.
	 */
	u64 need = write ? PTE_PRESENT | PTE_WRITE | PTE_DIRTY : PTE_PRESENT;
	unsigned long page = addr & PAGE_MASK;
	struct tlb_entry *e = tlb_slot(&t->tlb, page);
	bool ok = true;
	u64 entry;

	spin_lock(&t->tlb.lock);
	if (e->page == page && (e->entry & need) == need) {
		entry = e->entry;
	} else {
		ok = walk(t->mm, addr, write, &entry);
		if (ok && t->world->config.tlb) {	/* without TLBs nobody would flush it */
			e->page = page;
			e->entry = entry;
		}
	}
	if (ok)
		touch(t->world, entry, addr, value, write);
	spin_unlock(&t->tlb.lock);
	return ok;
}

static enum access_result access_word(struct task *t, unsigned long addr, u64 *value,
				      bool write)
{
	unsigned int flags = FAULT_FLAG_USER | (write ? FAULT_FLAG_WRITE : 0);

	might_sleep();
	BUG_ON(addr & (sizeof(u64) - 1));
	while (!access_once(t, addr, value, write)) {
		switch (mm_fault(t, t->mm, addr & PAGE_MASK, flags)) {
		case FAULT_DONE:
			break;
		case FAULT_SIGSEGV:
			return ACCESS_SIGSEGV;
		case FAULT_SIGBUS:
			return ACCESS_SIGBUS;
		case FAULT_OOM:
			return ACCESS_OOM;
		}
	}
	return ACCESS_OK;
}

enum access_result access_read(struct task *t, unsigned long addr, u64 *value)
{
	return access_word(t, addr, value, false);
}

enum access_result access_write(struct task *t, unsigned long addr, u64 value)
{
	return access_word(t, addr, &value, true);
}

static bool access_try(struct task *t, unsigned long addr, u64 *value, bool write)
{
	bool ok;
	u64 entry;

	BUG_ON(addr & (sizeof(u64) - 1));
	spin_lock(&t->tlb.lock);
	ok = walk(t->mm, addr, write, &entry);
	if (ok)
		touch(t->world, entry, addr, value, write);
	spin_unlock(&t->tlb.lock);
	return ok;
}

bool access_try_read(struct task *t, unsigned long addr, u64 *value)
{
	return access_try(t, addr, value, false);
}

bool access_try_write(struct task *t, unsigned long addr, u64 value)
{
	return access_try(t, addr, &value, true);
}
