/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The swap store and the swap cache: an entry leads to a slot, a slot leads to its frame as long as there is one.
 *
 * A slot's count: one for each entry that holds it, one for the swap cache, one for
 * each fault that pinned it.  The holder of a count always finds the same page contents behind the slot:
 * in its one frame in the swap cache, else in the store.
 *
 * The promises (F3):
 *  - A slot has one frame.  The frame is in the cache, locked, before it is read, and stays until it is
 *  written: so nobody reads the store while a frame is newer.
 *  - A frame leaves the cache only under its lock, and not while it is written.
 *  - A slot is reused only when its count is 0: while a fault has it pinned, the same entry means the
 *  same contents.
 *  - Nobody waits to tidy up: a thread that cannot drop a frame which only the cache still has, because
 *  it is locked or being written, leaves that to the thread that locked or writes it, which looks again
 *  afterwards (swap_reap()).
 *
 * Kernel twin: mm/swapfile.c, mm/swap_state.c.  Simplified: one store, no clusters, no
 * readahead, reads and writes one page at a time, in memory after a delay.
 */
#ifndef COMMON_MM_SWAP_H
#define COMMON_MM_SWAP_H

#include "common/mm/page.h"

struct swap_slot {
	u32 count;		/**< atomic; 0: free */
	u32 next_free;		/**< under the lock */
	struct page *page;	/**< the swap cache: stored under the page's lock, by release */
};

struct swap {
	/* constant */
	u32 nr;
	struct swap_slot *slot;
	u8 *store;		/**< nr pages */
	/* under lock */
	spinlock_t lock __cacheline_aligned;
	u32 first_free;		/**< number + 1, 0: none */
	u32 nr_free;		/**< read without the lock */
};

/** @return 0 or -ENOMEM; with @a nr 0 the world has no swap */
int swap_init(struct swap *s, u64 nr);
/** Stops the program while a slot is in use. */
void swap_exit(struct swap *s);

/** Slots in use. */
u64 swap_nr_used(const struct swap *s);

/**
 * Are more than half of the slots in use?  Frames that were read in then give up theirs.  Kernel twin:
 * vm_swap_full()
 */
bool swap_is_tight(const struct swap *s);

/** @return true: @a slot is one with count 1, the caller's.  @context any */
bool swap_alloc(struct task *t, u32 *slot);

/** Take a count if there is one already; the caller must then read the entry again.  @context any */
bool swap_tryget(struct world *w, u32 slot);
/** Take a count: the caller has one, or holds the lock of a table whose entry has one. @context any */
void swap_get(struct world *w, u32 slot);
/** Put a count; the last frees the slot.  @context any, inside all locks but the LRU's and the swap lock */
void swap_put(struct task *t, u32 slot);

/** The slot's frame with a count for the caller, or NULL.  It may be locked, not read yet, or dropped since. @context any */
struct page *swap_cache_get(struct task *t, u32 slot);

/**
 * Put a frame into the cache, which takes a count of the page and one of the slot.
 * @return 0, -EEXIST: there is a frame already
 * @context any; the page's lock is held, the slot pinned
 */
int swap_cache_add(struct task *t, u32 slot, struct page *page);

/**
 * Take a frame out of the cache if only the cache has the slot any more and no write is under way; the
 * slot is then free, and the frame holds the only copy of the contents.
 * Kernel twin: folio_free_swap()
 * @return true: the frame is out, and the cache's count is put
 * @context any; the page's lock is held, and a count
 */
bool swap_cache_drop(struct task *t, struct page *page);

/**
 * Take a frame out of the cache; its slot stays with the entries.
 * @context the page's lock is held, its count frozen
 */
void swap_cache_remove_frozen(struct task *t, struct page *page);

/**
 * Drop a frame that is mapped nowhere and whose slot only the cache has.  Call it after removing what was
 * in the way: the last entry, a lock, a write.  @context any; a count of the page, not its lock
 */
void swap_reap(struct task *t, struct page *page);

/**
 * unlock_page(), then swap_reap(), since others could not drop the page while it was locked.  For any
 * page.  @context any
 */
void swap_unlock_page(struct task *t, struct page *page);

/** Fill a page from its slot, or the slot from the page; take config.swap_read_ns, swap_write_ns. @context may sleep */
void swap_read(struct task *t, u32 slot, struct page *page);
void swap_write(struct task *t, u32 slot, struct page *page);

/** What the slot holds now, wherever that is.  @context quiet */
const void *swap_contents(struct world *w, u32 slot);

#endif /* COMMON_MM_SWAP_H */
