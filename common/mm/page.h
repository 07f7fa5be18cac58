/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Page frames: an arena, a struct page for each, per-thread free lists over each node's list, gfp flags, a failure injector.
 *
 * Kernel twins: mm/page_alloc.c (per-cpu lists over each node's zone), fault injection
 * (lib/fault-inject.c).  Simplified: order 0 only, a node has one zone, other nodes are all equally far.
 */
#ifndef COMMON_MM_PAGE_H
#define COMMON_MM_PAGE_H

#include "common/platform/platform.h"
#include "common/sync/spinlock.h"

struct task;
struct world;
struct anon_vma;
struct file;

/** What an allocation may do to succeed.  Values are ours, meaning is the kernel's. */
typedef enum gfp {
	GFP_KERNEL = 0,		/**< may sleep and reclaim */
	GFP_NOWAIT = 1,		/**< fails rather than sleeps */
} gfp_t;

/** One frame.  The fields of a free frame belong to the list that it is on. */
struct page {
	/**
	 * Atomic; 0 when free.  One for each entry that maps it, one for the page
	 * cache, one for each thread that pinned it.
	 */
	u32 refcount;
	u32 flags;		/**< atomic; PAGE_* below */
	/** Atomic: entries that map it; never more than refcount.  At 0 no walk is necessary. */
	u32 mapcount;
	u32 swap;		/**< with PAGE_SWAPCACHE its slot; written under the page's lock */
	/* For an anonymous page; set before it is published or, while nothing maps it, under its lock: */
	u64 index;		/**< page offset in its object */
	struct anon_vma *anon;	/**< the root of its family, or NULL; alive while the page is mapped */
	/** The file of a page-cache page; written under the page's lock, NULL once it is truncated. */
	struct file *file;
	struct page *next, *prev;	/**< free lists (next alone); the LRU lists, under their lock */
} __cacheline_aligned;		/* as the kernel's: no two frames' counts in one line */

#define PAGE_ZERO	0x01u	/**< the zero page: mapped everywhere, never counted, never freed */
#define PAGE_FILE	0x02u	/**< of the page cache */
#define PAGE_LOCKED	0x04u	/**< lock_page() */
#define PAGE_WAITERS	0x08u	/**< a thread is parked for the lock */
#define PAGE_UPTODATE	0x10u	/**< contents are those of the file */
#define PAGE_DIRTY	0x20u	/**< contents are newer than the file's, or than the swap slot's */
#define PAGE_SWAPCACHE	0x40u	/**< page->swap leads here, and the swap cache has a count; under the page's lock */
#define PAGE_WRITEBACK	0x80u	/**< is being written to its slot, unlocked */
#define PAGE_BATCHED	0x100u	/**< in an LRU batch; the thread that clears the flag owns its place */
#define PAGE_LRU	0x200u	/**< on an LRU list; under the LRU lock */
#define PAGE_ACTIVE	0x400u	/**< belongs to the active list */
#define PAGE_REFERENCED	0x800u	/**< was found accessed once */
#define PAGE_LAZYFREE	0x1000u	/**< MADV_FREE: may be dropped as long as nobody writes to it */
#define PAGE_DROPPABLE	0x2000u	/**< MAP_DROPPABLE, with PAGE_LAZYFREE: may be dropped even if written to */

/** The value of every 8-byte word of a free frame in a world with poisoning. */
#define PAGE_POISON 0x6b6b6b6b6b6b6b6bULL

/** World's nodes, at most. */
#define MAX_NUMNODES 8

/** What is free of one node's frames; the kernel's struct zone. */
struct zone_node {
	spinlock_t lock __cacheline_aligned;
	/* under lock */
	struct page *free;
	u64 nr_free;			/**< on the list; also read without the lock */
};

/** Frames of one world; each node has as many, and they follow each other. */
struct zone {
	/* constant after world_create() */
	bool poison;			/**< fill free frames with PAGE_POISON, and check it before use */
	unsigned int batch;		/**< frames that move at once between a thread's list and a node's */
	unsigned int nr_nodes;
	/** Watermarks, in frames on all nodes' lists; all 0 without reclaim. */
	u64 min;			/**< the frames below it are for reclaim itself */
	u64 low, high;			/**< the background reclaimer is woken below low and works up to high */
	struct page *pages;		/**< nr of them */
	u8 *memory;			/**< nr * PAGE_SIZE bytes, prefaulted */
	u64 nr;
	u64 nr_each;			/**< of a node, rounded up */
	struct page *zero_page;		/**< frame 0 */
	/* each with its own lock */
	struct zone_node node[MAX_NUMNODES];
};

/** One thread's own free frames, twice the zone's batch at most; touched by that thread alone. */
struct page_stock {
	struct page *free;
	unsigned int nr;
};

/** Where an allocation happens: the injector can fail each in turn.  X(NAME, name, where) */
#define ALLOC_SITES(X) \
	X(FAULT_PAGE, fault_page, "fault_make: the page") \
	X(FAULT_TABLE, fault_table, "fault_make: a page table") \
	X(FILE_PAGE, file_page, "pagecache_read: a page of a file") \
	X(SWAP_PAGE, swap_page, "fault_make: a page to swap in to") \
	X(SWAP_SLOT, swap_slot, "reclaim: a slot of the swap store") \
	X(FILE_DISK, file_disk, "reclaim: room for a page of a file that was written") \
	X(FILE_NODE, file_node, "pagecache_read: a node of a file's page tree") \
	X(ANON_VMA, anon_vma, "anon_vma_prepare: the rmap object") \
	X(MM, mm, "mm_create: the root table") \
	X(VMA, vma, "a VMA for an operation") \
	X(TREE_NODE, tree_node, "a node of the VMA tree") \
	X(MOVE_TABLE, move_table, "mremap: a page table at the new place") \
	X(FORK_TABLE, fork_table, "mm_fork: a page table of the child") \
	X(GUARD_TABLE, guard_table, "madvise: a page table for guards")

enum alloc_site {
#define X(NAME, name, where) SITE_##NAME,
	ALLOC_SITES(X)
#undef X
	NR_ALLOC_SITES
};

/**
 * Makes allocations fail on purpose.  Configured while the world is quiet
 * (inject_configure()); the counts are relaxed atomics.  Off costs one load of a
 * read-mostly word.
 */
struct injector {
	bool on;
	u32 sites;		/**< bit mask of enum alloc_site that may fail */
	bool nowait_only;	/**< spare GFP_KERNEL */
	u64 nth;		/**< fail the nth matching allocation (1 = next), then no more; 0: off */
	u32 share;		/**< else fail share of 2^32 of them, by a hash of seed and count; ~0u: all */
	u64 burst;		/**< with share: decide once per burst of this many; 0 means 1 */
	u64 seed;
	u64 seen;		/**< matching allocations so far */
	u64 failed;
};

/** Take @a wanted over and count from 0; all zero switches it off.  @context the world is quiet */
void inject_configure(struct world *w, const struct injector *wanted);

/** @return true: this allocation must fail.  @context any */
bool inject_failure(struct world *w, enum alloc_site site, gfp_t gfp);

/** Lower-case name with '_', and where that is. */
const char *alloc_site_name(enum alloc_site site);
const char *alloc_site_where(enum alloc_site site);

/**
 * @return a frame with refcount 1, no flags, contents undefined (the caller clears or fills it); NULL:
 * injected, GFP_NOWAIT for a squeezed task's fault, beyond the world's limit (charge.h), or none left on
 * the thread's own list and, down to the min watermark, on the nodes', of which its own comes first.  With config.reclaim
 * GFP_KERNEL reclaims before it gives up, a bounded number of times; GFP_NOWAIT wakes the background
 * reclaimer at most.  Frames on other threads' lists are not looked for: with T threads up to (T - 1) * 2
 * * zone.batch may be free when this fails
 * @context any for GFP_NOWAIT; GFP_KERNEL is a might_sleep() point
 */
struct page *page_alloc(struct task *t, enum alloc_site site, gfp_t gfp);

/**
 * Take a count of a frame that nothing keeps in use; fails if its count is 0.  It may be another page by
 * now than the one that was meant: with the count held, the caller reads again what led here.  The zero
 * page has no count, and this always succeeds for it.
 * Kernel twin: folio_try_get()
 * @context inside RCU, or any: a struct page never goes away
 */
bool page_tryget(struct page *page);

/**
 * Move the count from @a users, the caller's included, to 0: then nobody else has the page, and
 * page_tryget() fails until page_unfreeze() or page_free_frozen().
 * @return false: it has other users.  Kernel twin: folio_ref_freeze()
 * @context any
 */
bool page_freeze(struct page *page, u32 users);
void page_unfreeze(struct page *page, u32 users);

/** Give back a frame whose count is frozen and to which nothing leads any more.  @context any */
void page_free_frozen(struct task *t, struct page *page);

/**
 * One more entry maps the page, and holds a count of it.  Does nothing for the zero page.
 * @context as page_get()
 */
void page_map(struct page *page);

/** The entry is gone, and flushed; the caller still has to put its count.  @context any */
void page_unmap(struct page *page);

/**
 * Does any entry, or any TLB still, map it?  Exact while no fault can map the page, which for a file's
 * page means under its lock.
 * @pairs{the flush before the mapping is gone | page_unmap()}
 */
static inline bool page_mapped(const struct page *page)
{
	return smp_load_acquire(&page->mapcount) != 0;
}

/** One more user; nothing for the zero page.  @context the caller's own reference, or the lock of a table that maps it */
void page_get(struct page *page);

/**
 * One user less; the last gives the frame back to the list of @a t.  The zero
 * page is not counted: page_put() of it does nothing.
 * @context any; every TLB through which a thread could reach the frame has been flushed
 */
void page_put(struct task *t, struct page *page);

/**
 * The page lock: a sleeping lock in one bit, for contents being read in and for
 * the tie between a page and its file.  Outside every spinlock.
 * Kernel twin: folio_lock() (mm/filemap.c)
 * @context lock_page() may sleep; the caller has a count
 */
bool trylock_page(struct page *page);
void lock_page(struct page *page);
void unlock_page(struct page *page);

/**
 * Wait until nobody has the page locked, which another thread may change at once.
 * Kernel twin: folio_wait_locked() (include/linux/pagemap.h)
 * @context may sleep; the caller has a count
 */
void wait_on_page_locked(struct page *page);

/** @return 0 or -ENOMEM; takes @a nr frames from the platform, frame 0 is the zero page */
int zone_init(struct zone *z, u64 nr, unsigned int nr_nodes, bool poison);
void zone_exit(struct zone *z);

/** Give the thread's frames back to the zone.  @context the task's own thread, or it is quiet */
void page_task_exit(struct task *t);

/** Frames on all nodes' lists; may be out of date at once.  @context any */
u64 zone_nr_free(const struct zone *z);

/** Frames not in use, on all lists.  @context all tasks are quiet */
u64 page_nr_free(struct world *w);

static inline u64 page_to_frame(const struct zone *z, const struct page *page)
{
	return (u64)(page - z->pages);
}

static inline struct page *frame_to_page(const struct zone *z, u64 frame)
{
	return &z->pages[frame];
}

/** The node to which a frame belongs. */
static inline unsigned int page_to_nid(const struct zone *z, const struct page *page)
{
	return z->nr_nodes > 1 ? (unsigned int)(page_to_frame(z, page) / z->nr_each) : 0;
}

/** The frame's 4096 bytes. */
static inline void *page_address(const struct zone *z, const struct page *page)
{
	return z->memory + (page_to_frame(z, page) << PAGE_SHIFT);
}

#endif /* COMMON_MM_PAGE_H */
