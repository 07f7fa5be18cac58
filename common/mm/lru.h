/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which pages were used least recently: an active and an inactive list a node, pages added in batches per thread.
 *
 * On the lists are pages of anonymous memory and of page caches, newest first, in
 * worlds with config.reclaim.  A list holds no count of its pages; isolating a page takes one.
 *
 * A batch holds no counts either, unlike the kernel's folio_batch: a page waiting in one would look
 * shared to its only owner, which would copy it instead of writing to it.  Instead PAGE_BATCHED stands
 * for the right to the page's place: the thread that clears the flag may link or free the page, and a
 * pointer left behind in a batch then means nothing.  So any thread may link what another has in its
 * batch.
 *
 * Kernel twin: mm/swap.c (lru_add), mm/vmscan.c (isolate_lru_folios).  Simplified:
 * one pair of lists for anonymous and file pages.
 */
#ifndef COMMON_MM_LRU_H
#define COMMON_MM_LRU_H

#include "common/mm/page.h"

#define LRU_BATCH 32

enum lru_which { LRU_INACTIVE, LRU_ACTIVE, NR_LRU };

struct lru_list {
	struct page *first, *last;
	u64 nr;			/**< written under the lock, read without */
};

/** Of one node's pages; the kernel's struct lruvec. */
struct lru {
	spinlock_t lock __cacheline_aligned;	/**< taken inside every lock but a zone's */
	struct lru_list list[NR_LRU];
};

/** Pages that a thread has yet to put on the lists; stored by that thread, read by others. */
struct lru_batch {
	struct page *page[LRU_BATCH];
	unsigned int nr;	/**< used by its own thread only */
};

void lru_init(struct lru *lru);

/**
 * Put a new page, all of its fields set, on the inactive list some time soon.
 * @context any; nobody can have isolated it yet
 */
void lru_add(struct task *t, struct page *page);

/** Link the pages that wait in @a t's batch.  @context any; @a t is the calling thread's */
void lru_drain_own(struct task *t);
/** Link the pages that wait in the batch of any thread.  @context any */
void lru_drain(struct world *w);

/** Take a page whose count is 0 off its batch or list.  @context any */
void lru_forget(struct world *w, struct page *page);

/**
 * Take up to @a nr pages from the old end of a list, with a count each: of the caller's node, then of the others.
 * @return how many
 * @context any
 */
unsigned int lru_isolate(struct world *w, enum lru_which which, struct page **page,
			 unsigned int nr);

/** Put pages back on the lists, as PAGE_ACTIVE of each says, and put their counts. @context any */
void lru_putback(struct task *t, struct page **page, unsigned int nr);

/** Pages on all nodes' lists of a kind; may be out of date at once. */
u64 lru_nr(const struct world *w, enum lru_which which);

#endif /* COMMON_MM_LRU_H */
