/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The steps of a fault, shared by all schemes.
 *
 *	fault_look()	checks rights, reads the entry, decides what to make
 *	fault_make()	allocate that; changes no table
 *	fault_put()	F1 under the table's lock: install (fault_put.h)
 *	fault_locked()	all three, under a lock that keeps changes out (fault_locked.h)
 *	fault_wait()	for a page, without the lock, and begin again (fault_io.c)
 *	fault_keep()	for another attempt: let go of what was seen, keep what was made
 *	fault_drop()	give back what was made and not used
 *
 * The scheme brackets these steps, finds the VMA and makes sure that its copy of the VMA still holds.
 * Kernel twin: handle_pte_fault(), do_anonymous_page(), wp_page_copy() (mm/memory.c,
 * 6.12), with the unlocked look, the allocation, the lock and the second look
 * that are already the shape of every fault there.
 */
#ifndef COMMON_MM_FAULT_H
#define COMMON_MM_FAULT_H

#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma_snapshot.h"

/** What must be allocated and done. */
enum fault_need {
	NEED_NOTHING,		/**< the entry is good already */
	NEED_ZERO_PAGE,		/**< map the zero page read-only */
	NEED_PAGE,		/**< a fresh zeroed page into an empty entry */
	NEED_FILE_PAGE,		/**< the file's own page into an empty entry */
	NEED_FILE_COPY,		/**< a private copy of the file's page into an empty entry */
	NEED_COPY,		/**< a private copy instead of the page that is there */
	NEED_SWAP,		/**< the frame of the swap slot that is there */
	NEED_UPGRADE,		/**< the page is there; its entry may be given more rights */
};

/** Why a step stopped. */
enum fault_why {
	WHY_NOT,		/**< it did not stop */
	WHY_WOULD_SLEEP,	/**< an allocation failed under GFP_NOWAIT */
	WHY_PAGE_BUSY,		/**< the file's, or the slot's, page is not in memory, or locked, and GFP_NOWAIT may not wait */
	WHY_SIGBUS,		/**< beyond the end of the file */
	WHY_OOM,		/**< an allocation failed under GFP_KERNEL */
	WHY_NEEDS_MMAP_LOCK,	/**< the VMA's anon_vma is missing, and it cannot be made here */
	WHY_PAGE_IO,		/**< the page must be waited for without the lock that is held: fault_below(), fault_wait() */
};

/** Which lock the caller holds, and so how fault_make() may get a missing anon_vma. */
enum fault_anon {
	ANON_NEVER,		/**< none; not here: WHY_NEEDS_MMAP_LOCK */
	ANON_TRYLOCK,		/**< the VMA's; mmap_lock by trylock only, which cannot deadlock */
	ANON_LOCKED,		/**< mmap_lock */
};

/** What a page that was made holds. */
enum fault_content {
	CONTENT_NONE,		/**< nothing useful */
	CONTENT_ZEROS,
	CONTENT_COPY,		/**< of f->source */
};

/** One fault on its way.  On the stack of the thread that faults. */
struct fault {
	struct task *task;
	struct mm *mm;
	unsigned long addr;		/**< page-aligned */
	unsigned int flags;		/**< FAULT_FLAG_* */
	gfp_t gfp;			/**< whether this attempt may sleep */
	gfp_t alloc_gfp;		/**< for allocators; with GFP_BY_TASK the task's flag decides */

	struct vma_snapshot vma;	/**< set by the scheme before fault_look() */
	u64 mm_seq;			/**< mm->lock_seq, for a scheme that samples it */

	/*
	 * What fault_look() saw.  @a table, the deepest that existed, is valid within the look's RCU section or
	 * lock, or as long as the caller knows that no table has been freed (F2.7, G.2).
	 */
	struct pgtable *table;
	unsigned int nr_missing;	/**< missing tables below it; @a table itself may be freed later */
	u64 entry;			/**< of the leaf table; 0 where there is none */
	enum fault_need need;

	/* owned until dropped: a count, and for NEED_FILE_PAGE and NEED_SWAP the page's lock */
	struct page *source;		/**< what is copied from, or the file's or the slot's page itself; NULL: zeros */
	u32 slot;
	bool source_locked;
	bool slot_pinned;		/**< of f->entry */
	/* waiting for pages: fault_io.c */
	bool tried;			/**< the next wait is with the lock held; Kernel twin: FAULT_FLAG_TRIED */
	bool major;			/**< it had to read a page */
	bool gone;			/**< that the page was gone again has been counted */
	bool reads;			/**< with WHY_PAGE_IO: the page is this fault's to read */
	/* what fault_make() made; owned until put or dropped */
	struct page *page;
	enum fault_content content;	/**< of page */
	struct pgtable *made[PGTABLE_LEVELS - 1];	/**< private empty tables */
	unsigned int nr_made;

	enum fault_why why;		/**< why the last step stopped */

	enum fault_anon held;		/**< the lock that this attempt holds */
	u32 waits;			/**< waits so far with nothing held */
	/* with WHY_PAGE_IO, owned until fault_wait(): counts, and with @a reads the page's lock */
	struct page *awaited;
	struct file *awaited_file;	/**< NULL: it is the slot's page */
};

/** The faulting page's offset in its object. */
static inline u64 fault_pgoff(const struct fault *f)
{
	return f->vma.pgoff + ((f->addr - f->vma.start) >> PAGE_SHIFT);
}

/** What a look found. */
enum look_result {
	LOOK_NEEDS,		/**< f->need is to be made and put */
	LOOK_DONE,		/**< nothing to do */
	LOOK_SIGSEGV,		/**< the VMA's rights forbid the access */
};

/**
 * Check rights against f->vma, walk the tables, read the entry, decide, and pin the
 * page that is to be copied, or the swap slot.  Changes nothing else.  Its result holds only as long as
 * f->vma does: before a fault returns such a result without a put, the scheme must validate f->vma itself
 * (F2).
 * @context inside RCU, or mmap_lock or the VMA's lock held
 */
enum look_result fault_look(struct fault *f);

/**
 * Allocate what f->need names, and the missing tables, with f->gfp; make the anon_vma if @a anon allows.
 * Changes no table.
 * @return true; false: f->why tells why not, what was made so far is still owned, and
 * the call may be made again with another gfp as long as what was seen holds
 * @context GFP_NOWAIT: any; GFP_KERNEL: may sleep
 */
bool fault_make(struct fault *f, enum fault_anon anon);

/** Find the deepest table again, after the fault has left the RCU section.  @context as fault_look() */
static inline void fault_rewalk(struct fault *f)
{
	f->table = pgtable_walk(f->mm, f->addr);
}

/**
 * Let go of the source, which the look found; keep page and tables for another fault_look() and
 * fault_make().  @context any
 */
void fault_keep(struct fault *f);

/** Let go of the source and give back what was made and not used.  @context any */
void fault_drop(struct fault *f);

/** fault_around() of a file's page that was read.  @context as fault_around() (fault_put.h) */
void fault_around_file(struct fault *f, struct pgtable *leaf);

/**
 * fault_make() said WHY_PAGE_IO, and the caller has let go of its lock since: wait for the page, then begin again, from
 * scratch, where config.io says: on the rung of @a si or on the last.  After a fault has read its own page, after it has
 * waited under mmap_lock, and after the second wait in any case, it waits with its lock held: so it comes here twice at
 * most.  Kernel twin: do_user_addr_fault() (arch/x86/mm/fault.c, 6.18) after VM_FAULT_RETRY
 * @context may sleep, nothing is held
 */
enum fault_result fault_wait(const struct scheme_inst *si, struct fault *f);

/**
 * Go to the next rung and start from scratch there: what was made is given back.  With WHY_PAGE_IO: fault_wait().
 */
enum fault_result fault_below(const struct scheme_inst *si, struct fault *f);

/** Go to the next rung, which looks again and may use what was made. */
enum fault_result fault_below_keeping(const struct scheme_inst *si, struct fault *f);

/** The result of a fault that was allowed to sleep and still could not be made. */
static inline enum fault_result fault_failure(const struct fault *f)
{
	return f->why == WHY_SIGBUS ? FAULT_SIGBUS : FAULT_OOM;
}

/** Count one of the scheme's own events. */
static inline void fault_count(const struct scheme_inst *si, struct fault *f, unsigned int counter)
{
	u64 *c = &f->task->stats.rung[si->rung][counter];

	WRITE_ONCE(*c, *c + 1);
}

#endif /* COMMON_MM_FAULT_H */
