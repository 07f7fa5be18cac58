/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Four levels of page tables: a header and a lock that live and die with each table, entries as words.
 *
 * Rule F1 in this file's words.  An entry is stored, read as empty or cleared
 * only under the lock of the table that holds it.  A table's header changes only
 * under its own lock, taken inside its parent's.  Every entry is published by
 * store-release and read by load-acquire.  A present entry is only ever replaced
 * by xchg or cmpxchg: hardware sets accessed and dirty without the lock.  A table that was taken out is
 * dead and empty, and its memory stays until a grace period is over.
 *
 * Kernel twins: mm/memory.c (zap_pte_range, free_pgtables, pte_alloc), mm/mmu_gather.c,
 * mm/mremap.c (move_page_tables), mm/mprotect.c (change_protection).  Here each
 * table has its own lock at every level, as with split page-table locks.
 */
#ifndef COMMON_MM_PGTABLE_H
#define COMMON_MM_PGTABLE_H

#include "common/mm/world.h"
#include "common/sync/rcu.h"

struct mm;
struct vma;

#define PGTABLE_LEVELS	4
#define PGTABLE_ENTRIES	512
#define PGTABLE_SHIFT(level) (PAGE_SHIFT + 9 * (level))
/** Bytes that one entry of a table of this level covers. */
#define PGTABLE_SPAN(level) (1UL << PGTABLE_SHIFT(level))

/**
 * An entry of a leaf (level 0) table: a frame number above PAGE_SHIFT and these
 * bits; 0 is empty.  With PTE_SWAP it holds the number of a slot of the swap store instead of a frame,
 * and no other bit.  Higher tables hold a pointer to struct pgtable, or 0.
 */
#define PTE_PRESENT	0x01ULL	/**< hardware may read through it */
#define PTE_WRITE	0x02ULL	/**< hardware may write through it */
#define PTE_ACCESSED	0x04ULL	/**< set by hardware at any access */
#define PTE_DIRTY	0x08ULL	/**< set by hardware at a write */
#define PTE_PROTNONE	0x10ULL	/**< has a frame that hardware may not use; instead of PTE_PRESENT */

#define PTE_SWAP	0x20ULL	/**< a slot of the swap store instead of a frame */
#define PTE_GUARD	0x40ULL	/**< no frame; every access is SIGSEGV (MADV_GUARD_INSTALL); no other bit */

#define PTE_HW_BITS	(PTE_ACCESSED | PTE_DIRTY)

static inline u64 pte_make(u64 frame, u64 bits)
{
	return frame << PAGE_SHIFT | bits;
}

static inline u64 pte_frame(u64 pte)
{
	return pte >> PAGE_SHIFT;
}

/** Does it lead to a frame? */
static inline bool pte_has_page(u64 pte)
{
	return pte & (PTE_PRESENT | PTE_PROTNONE);
}

static inline bool pte_is_guard(u64 pte)
{
	return pte == PTE_GUARD;
}

static inline u64 pte_swap(u32 slot)
{
	return (u64)slot << PAGE_SHIFT | PTE_SWAP;
}

static inline bool pte_is_swap(u64 pte)
{
	return pte & PTE_SWAP;
}

static inline u32 pte_slot(u64 pte)
{
	return pte >> PAGE_SHIFT;
}

/** The same but for the bits that hardware sets by itself.  Kernel twin: pte_same(), which is stricter */
static inline bool pte_same(u64 a, u64 b)
{
	return ((a ^ b) & ~PTE_HW_BITS) == 0;
}

struct pgtable {
	spinlock_t lock;
	/* changed under lock, taken inside the parent's; constant once published but for dead and mremap */
	u32 level;		/**< 0: leaf .. 3: root */
	u32 dead;		/**< taken out of its parent; stays so until it is freed */
	struct mm *mm;
	unsigned long base;	/**< first address that entry[0] covers */
	u64 entry[PGTABLE_ENTRIES] __cacheline_aligned;
};

static inline unsigned int pgtable_index(unsigned long addr, unsigned int level)
{
	return addr >> PGTABLE_SHIFT(level) & (PGTABLE_ENTRIES - 1);
}

/** First address that a table of this level covers, if it covers @a addr. */
static inline unsigned long pgtable_base(unsigned long addr, unsigned int level)
{
	return addr & ~((PGTABLE_SPAN(level) << 9) - 1);
}

/**
 * An entry, ordered before what is read through it.
 * @pairs{a table's or page's contents before its entry | pgtable_publish()}
 */
static inline u64 pgtable_read(const struct pgtable *table, unsigned int index)
{
	return smp_load_acquire(&table->entry[index]);
}

/**
 * Store an entry for others to see.  @context the table's lock is held
 * @pairs{a table's or page's contents before its entry | pgtable_read(), walk()}
 */
static inline void pgtable_publish(struct pgtable *table, unsigned int index, u64 entry)
{
	smp_store_release(&table->entry[index], entry);
}

static inline struct pgtable *pgtable_child(u64 entry)
{
	return (struct pgtable *)(uintptr_t)entry;
}

/** The first question of F1.  @context the table's lock is held */
static inline bool pgtable_is_here(const struct pgtable *table, const struct mm *mm,
				   unsigned long addr)
{
	return !table->dead && table->mm == mm &&
	       table->base == pgtable_base(addr, table->level);
}

/**
 * @return an empty table, private to the caller, or NULL
 * @context any for GFP_NOWAIT; GFP_KERNEL may sleep
 */
struct pgtable *pgtable_alloc(struct task *t, enum alloc_site site, gfp_t gfp);

/** Give back a private table: never published, or taken out and all empty. */
void pgtable_free_private(struct task *t, struct pgtable *table);

/** Set a private table's header for its place.  @context private to the caller */
void pgtable_prepare(struct pgtable *table, struct mm *mm, unsigned int level,
		     unsigned long addr);

/**
 * The deepest table that exists for @a addr now.  It may be taken out at any
 * moment: pgtable_is_here() under its lock tells.
 * @context inside RCU, or mmap_lock held
 */
struct pgtable *pgtable_walk(const struct mm *mm, unsigned long addr);

/**
 * The leaf table of @a addr for a change that has marked the range, or to which its VMA is GONE: if this finds none,
 * there is none and none is being published.
 * @param next	receives the first address that the table, or the hole, does not cover
 * @return the table, or NULL: nothing is mapped in [addr, *next)
 * @context mmap_lock held in any mode; no table lock
 */
struct pgtable *pgtable_leaf(const struct mm *mm, unsigned long addr, unsigned long *next);

/**
 * The leaf table of @a addr, locked and in its place, where tables may go meanwhile (config.pt_reclaim).  As
 * pgtable_leaf(), whose answer without the lock may be a table that MADV_DONTNEED of another thread takes out.
 * Kernel twin: pte_offset_map_lock()
 * @return the table, its lock held, or NULL
 * @context mmap_lock held in any mode, or the VMA's lock; no table lock
 */
struct pgtable *pgtable_leaf_lock(const struct mm *mm, unsigned long addr, unsigned long *next);

/* --- changes ------------------------------------------------------------------------- */

/**
 * Pages that lost their last entry, to be flushed from every TLB and only then
 * freed.  Kernel twin: struct mmu_gather.
 */
#define GATHER_PAGES 128

struct mmu_gather {
	struct task *task;
	struct mm *mm;
	unsigned long start, end;	/**< what must be flushed; empty when start >= end */
	unsigned int nr;
	struct page *page[GATHER_PAGES];
};

void tlb_gather_mmu(struct mmu_gather *tlb, struct task *t, struct mm *mm);
/**
 * The entry @a pte was taken out at @a addr: its page is put after a flush; a swap entry's slot is put at
 * once.  A file's page becomes dirty if hardware set dirty in the entry.
 * @context tlb->nr < GATHER_PAGES
 */
void tlb_gather_page(struct mmu_gather *tlb, unsigned long addr, u64 pte);
/** [start, end) must be flushed before the gather is finished. */
void tlb_gather_range(struct mmu_gather *tlb, unsigned long start, unsigned long end);
/** Flush what was gathered and free the pages.  @context any but under a TLB's lock; does not sleep */
void tlb_finish_mmu(struct mmu_gather *tlb);

/** What zap_page_range() does with guards: unmapping clears them, MADV_DONTNEED and its like keep them. */
enum zap_guards { ZAP_GUARDS, ZAP_KEEP_GUARDS };

/**
 * Clear every entry in [start, end), except guards with ZAP_KEEP_GUARDS, and gather the pages.
 * @context mmap_lock held in any mode (so tables stay); the VMAs of the range are
 * marked or gone, or the caller is a change without a mark (F3: DONTNEED)
 */
void zap_page_range(struct mmu_gather *tlb, unsigned long start, unsigned long end,
		    enum zap_guards guards);

/**
 * Take out and free each leaf table whose whole range lies in [start, end) and that is empty under its lock.
 * Kernel twin: try_to_free_pte() (mm/pt_reclaim.c)
 * @context mmap_lock held in any mode, or the VMA's lock, and a VMA covers the range: so the tables above stay, and so
 * does the table of any neighbour
 */
void pgtable_reclaim(struct task *t, struct mm *mm, unsigned long start, unsigned long end);

/**
 * MADV_FREE: pages of [start, end) that nobody else has may be dropped until they are written to; swap
 * entries are cleared at once.  Entries that were dirty are flushed.
 * @context as zap_page_range(), of anonymous memory
 */
void lazyfree_page_range(struct mmu_gather *tlb, unsigned long start, unsigned long end);

/**
 * Take out and free the tables that overlap [start, end) and lie wholly within [floor, ceiling): the
 * bounds of VMAs decide, not emptiness.
 * @param floor	end of the VMA before, or 0; @param ceiling start of the VMA after, or ~0UL
 * @context mmap_lock held in any mode that keeps the bounds; [start, end) is
 * zapped and flushed, its VMAs are gone; may sleep
 */
void free_pgtables(struct task *t, struct mm *mm, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling);

/**
 * Entries in [start, end) take the rights of @a flags (VM_*): lost rights are removed now; the right to
 * write is given only for a private page with one user.  Adds to @a tlb the range that lost rights and
 * must be flushed before the marks end.
 * @context mmap_lock held for writing, the range marked
 */
void change_protection(struct mmu_gather *tlb, unsigned long start, unsigned long end,
		       unsigned long flags);

/**
 * Make leaf tables at @a to wherever [from, from + len) has one.  On failure the tables made so far stay,
 * empty; free_pgtables() removes them.
 * @return 0 or -ENOMEM
 * @context mmap_lock held for writing, the source marked (else a fault could make one
 * more table there behind our back) and nothing edited yet; may sleep
 */
int pgtable_populate_like(struct task *t, struct mm *mm, unsigned long from,
			  unsigned long to, unsigned long len);

/**
 * Give [start, end) of @a child the entries of @a mm, both read-only where they were
 * writable: the next write of either copies.  Adds to @a tlb what the parent lost.
 * @param guards_alone	of a file's mapping without pages of its own
 * @return 0 or -ENOMEM: what was copied stays
 * @context mmap_lock of both held for writing, the range marked; may sleep
 */
int copy_page_range(struct mmu_gather *tlb, struct mm *child, unsigned long start,
		    unsigned long end, bool guards_alone);

/**
 * Make every table on the way to @a addr.  @return 0 or -ENOMEM: those made stay
 * @context mmap_lock held for writing, or for reading where @a addr is in a VMA, which keeps its tables;
 * may sleep
 */
int pgtable_populate(struct task *t, struct mm *mm, unsigned long addr, enum alloc_site site);

/**
 * Take the locks of two leaf tables, in the order of mm and base address.
 * @context neither is held; the two may be one
 */
void pgtable_lock_two(struct pgtable *a, struct pgtable *b);
void pgtable_unlock_two(struct pgtable *a, struct pgtable *b);

/**
 * Move every entry of [from, from + len) to the same place in [to, to + len),
 * which is empty and has the tables; each is cleared, flushed, then installed,
 * with both tables' locks held, taken in the order of base address.
 * The VMA of the new place may stand before the old one on the lists of the reverse mapping, so their
 * locks are held meanwhile: no walk misses an entry.
 * @param vma	one of the VMAs at either place: both have its file and family
 * @context mmap_lock held for writing, both ranges marked
 */
void move_page_tables(struct task *t, struct mm *mm, struct vma *vma, unsigned long from,
		      unsigned long to, unsigned long len);

#endif /* COMMON_MM_PGTABLE_H */
