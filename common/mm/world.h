/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Everything that is shared: one struct world, handed down from main or the test; and the threads that live in it.
 *
 * There is no writable data at file scope in common/ or prototypes/.
 */
#ifndef COMMON_MM_WORLD_H
#define COMMON_MM_WORLD_H

#include "common/mm/cache.h"
#include "common/mm/charge.h"
#include "common/mm/lru.h"
#include "common/mm/page.h"
#include "common/mm/probe.h"
#include "common/mm/reclaim.h"
#include "common/mm/stats.h"
#include "common/mm/swap.h"
#include "common/mm/tlb.h"

struct mm;
struct scheme_chain;

/** How an allocation in a fault under RCU learns that it may not sleep: ADR-0011. */
enum gfp_plumbing {
	GFP_BY_ARGUMENT,	/**< gfp flags are passed to each allocator */
	GFP_BY_TASK,		/**< a flag of the task makes all its allocations GFP_NOWAIT */
};

/** When a private mapping gets its anon_vma: ADR-0012. */
enum anon_policy {
	ANON_AT_FAULT_TRYLOCK,	/**< at the first write fault; under a VMA lock by trylock of mmap_lock (6.10) */
	ANON_AT_FAULT_LOCKED,	/**< at the first write fault, which takes mmap_lock for it (6.4) */
	ANON_AT_MMAP,		/**< when it is mapped; no kernel does this */
};

/** Which rung a fault from kernel mode begins on. */
enum kernel_faults {
	KERNEL_FAULTS_MMAP_LOCK, /**< the last, as on x86 */
	KERNEL_FAULTS_ALIKE,	/**< the first, as from user mode */
};

/** What MADV_DONTNEED of a range within one VMA holds. */
enum dontneed_lock {
	DONTNEED_MMAP_LOCK,	/**< mmap_lock for reading (until 6.16) */
	DONTNEED_VMA_LOCK,	/**< the VMA's lock, if the chain has one and it is free (6.17) */
};

/** What a fault that holds a lock does when it must wait for a page, to be read or to be unlocked: ADR-0021. */
enum io_policy {
	IO_RETRY_MMAP,		/**< lets go, waits, begins again under mmap_lock (mainline) */
	IO_RETRY_VMA,		/**< lets go, waits, begins again on the same rung */
	IO_HOLD,		/**< waits with its lock held */
	IO_FILE_HOLD,		/**< waits for a file's page with its lock held, for a swapped-out page as IO_RETRY_VMA */
};

/** Which VMAs of the parent fork marks, so that faults stand aside while it copies: ADR-0022. */
enum fork_marks {
	FORK_MARKS_ALL,
	/** Those that are private and may become writable, and those with an anon_vma; others have nothing that is copied. */
	FORK_MARKS_PRIVATE,
};

/** Which rung a fault begins on while nobody else is attached to the mm. */
enum alone {
	ALONE_ALIKE,		/**< the first */
	ALONE_MMAP_LOCK,	/**< the last: the speculative-fault series' mm_users test */
};

/** Constant while the world lives. */
struct world_config {
	u64 nr_frames;		/**< page frames, the zero page among them; at least 64 */
	unsigned int nr_tasks;	/**< slots, 1 .. PLATFORM_MAX_SLOTS */
	unsigned int nr_nodes;	/**< among which the frames are divided, 1 .. MAX_NUMNODES; a thread takes them from its own first */
	bool no_zero_page;	/**< reading untouched anonymous memory makes a page of its own, as some kernels do */
	bool zero_pages;	/**< clear a page before it is mapped; off only for measurements */
	bool settle;		/**< a fault that finds a VMA's mark over notes it in the VMA: ADR-0016 */
	/**
	 * A fault first looks among the VMAs that its thread found last, then walks the tree: ADR-0017.
	 * Has no effect in a world whose VMAs are not freed after a grace period.
	 */
	bool vmacache;
	bool tlb;		/**< threads have a simulated TLB (tests) */
	unsigned int tlb_entries; /**< its size: a power of two, 1 .. TLB_ENTRIES */
	unsigned int page_batch; /**< frames that move at once between a thread's list and the zone; with reclaim at most */
	unsigned int rcu_batch;	/**< objects that a thread collects before they wait for a grace period together, 1 .. RCU_BATCH */
	bool poison;		/**< fill a freed frame with a pattern (tests) */
	bool lockstat;		/**< time mmap_lock (slower); may be switched while the world is quiet */
	u64 flush_ns;		/**< what a TLB flush costs per target thread */
	u64 file_read_ns;	/**< what reading a page of a file into memory takes, asleep */
	unsigned int fault_around; /**< resident pages of a file that a read fault maps besides, at most, rounded down to a power of two as by fault_around_bytes; the kernel's 16 pages */
	unsigned int readahead;	/**< pages around one that a fault must read, which are read with it; 0: none; the kernel's read_ahead_kb of 128 is 32 */
	u64 file_write_ns;	/**< what writing one back takes, asleep */
	bool reclaim;		/**< pages are on LRU lists, watermarks hold, GFP_KERNEL reclaims */
	u64 min_frames;		/**< the watermarks, with reclaim; 0: derived from nr_frames */
	u64 low_frames, high_frames;
	u64 charge_limit;	/**< frames that may be in use, 0: all */
	u64 swap_slots;		/**< pages that the swap store holds */
	u64 swap_read_ns, swap_write_ns; /**< what reading or writing a page of it takes, asleep */
	u64 trap_ns;		/**< what entering and leaving a fault costs */
	u64 grace_period_ns;	/**< what an RCU grace period takes at least (grace.h) */
	unsigned int nowait_fails; /**< percentage of GFP_NOWAIT page allocations that fail, chosen by a hash */
	enum gfp_plumbing gfp;
	enum anon_policy anon_policy;
	enum kernel_faults kernel_faults;
	enum dontneed_lock dontneed_lock;
	enum alone alone;
	enum io_policy io;
	enum fork_marks fork_marks;
	/**
	 * MADV_DONTNEED takes out each leaf table whose whole range it has emptied, under mmap_lock held for reading or the
	 * VMA's lock (CONFIG_PT_RECLAIM, 6.14): so a table may go while a fault holds a lock.
	 */
	bool pt_reclaim;
	u64 seq_start;		/**< first value of sequence counts; even */
	u64 max_map_count;	/**< VMAs in an mm at most; the kernel's sysctl, 65530 */
	u64 max_pages;		/**< mapped in an mm at most, 0: no limit; the kernel's RLIMIT_AS */
	unsigned long task_size; /**< user addresses are below; the kernel's TASK_SIZE */
};

/** Default page_batch; a thread keeps at most twice as many frames. */
#define PAGE_BATCH 32u

/** Objects in rcu_batch by default, and at most. */
#define RCU_BATCH 128u

/** Linux x86-64's: the last page below 2^47 stays free. */
#define TASK_SIZE_DEFAULT 0x7ffffffff000UL

/** nr_frames frames, 1 task, 1 node, zeroing on, everything else off; kernel's limits. */
struct world_config world_config_default(u64 nr_frames);

/** As in the kernel: four entries, chosen by the number of the huge page. */
#define VMACACHE_SIZE	4u
#define VMACACHE_SHIFT	21

/** A VMA that was found, and how many grace periods had begun by then (vmacache.h). */
struct vmacache_entry {
	struct vma *vma;
	u64 grace;
};

/**
 * One thread of this world: the kernel's task_struct, handed down as the first
 * argument instead of `current`.  Touched by its own thread alone, but for tlb
 * (its lock) and stats (read by others, relaxed).
 */
struct task {
	struct world *world;
	unsigned int slot;
	struct mm *mm;			/**< the mm it is attached to, or NULL; mm_attach() */
	u64 mmap_read_since;		/**< with lock statistics: when it took mmap_lock for reading */
	struct vmacache_entry vmacache[VMACACHE_SIZE];
	struct page_stock pages;
	bool squeezed;			/**< memory is short for this thread: an episode of the measurements, see page_alloc() */
	u64 squeeze_ns;			/**< what a GFP_KERNEL page then costs a fault */
	bool memalloc;			/**< is reclaiming: may use frames below min, must not reclaim again */
	unsigned int nowait;		/**< depth of memalloc_nowait_save() */
	u32 killed;			/**< not 0: task_kill() was called; atomic, others store to it */
	u32 charged;			/**< frames charged ahead; atomic, others take them */
	struct lru_batch lru_batch;
	struct cache_stock stock[NR_CACHES];
	struct rcu_batch *batch;	/**< being filled */
	struct rcu_batch *sent, *sent_last; /**< batches that wait for their grace period, oldest first */
	struct rcu_batch *idle;		/**< list: empty batches */
	u64 taken[NR_CACHES];		/**< objects allocated minus objects freed by this thread, modulo 2^64 */
	struct stats stats __cacheline_aligned;
	struct tlb tlb __cacheline_aligned;
} __attribute__((aligned(2 * CACHELINE)));

struct world {
	/* constant, or changed only while the world is quiet */
	struct world_config config;
	const struct scheme_chain *chain;
	const struct probe *probe;	/**< the listener at probe points, or NULL */
	struct injector injector;
	struct task *tasks;		/**< config.nr_tasks of them */
	/* each with its own lock */
	struct zone zone;
	struct lru lru[MAX_NUMNODES];	/**< by node */
	struct swap swap;
	struct charge charge;
	struct reclaim_wakeup reclaim_wakeup;
	u64 nr_cached;			/**< atomic: pages in page caches */
	/** atomic, see grace.h; written once a grace period: a line of its own, since faults may read it */
	u64 grace_begun __cacheline_aligned;
	struct cache cache[NR_CACHES];		/* aligned, each */
};

/**
 * @param out	receives the world; world_destroy() frees it
 * @param chain	how faults are handled in every mm of this world; outlives it
 * @return 0, -EINVAL (a config value out of range), -ENOMEM
 */
int world_create(struct world **out, const struct world_config *config,
		 const struct scheme_chain *chain);

/** Free the world: every mm is gone and every other thread has left.  @context may sleep */
void world_destroy(struct world *w);

/**
 * What is in use beyond an empty world.  All zero when nothing leaks.
 * @context every task is quiet; drains deferred frees first
 */
struct world_leaks {
	u64 frames, tables, vmas, nodes, anon_vmas, swap_slots, cached, charged;
};
struct world_leaks world_leaks(struct world *w);

static inline bool world_leaks_any(const struct world_leaks *l)
{
	return l->frames || l->tables || l->vmas || l->nodes || l->anon_vmas || l->swap_slots ||
	       l->cached || l->charged;
}

/** The task of a slot.  @context slot < config.nr_tasks */
static inline struct task *world_task(struct world *w, unsigned int slot)
{
	return &w->tasks[slot];
}

/** Number of words in a mask of the world's slots. */
static inline unsigned int world_slot_words(const struct world *w)
{
	return (w->config.nr_tasks + 63) / 64;
}

/** The bit of @a slot in word @a word of a mask; 0 if it is in another. */
static inline u64 slot_bit(unsigned int slot, unsigned int word)
{
	return slot / 64 == word ? 1ULL << (slot % 64) : 0;
}

/** Sum of all threads' counters. */
void world_stats(struct world *w, struct stats *sum);
/** Set all threads' counters to zero.  @context every task is quiet */
void world_stats_reset(struct world *w);

/**
 * From here to the end of the scope every allocation of the task is GFP_NOWAIT,
 * whatever its caller asks for.  Scopes nest.  Twin: PF_MEMALLOC_NOWAIT, as proposed on
 * linux-mm in January 2023, after memalloc_nofs_save() (include/linux/sched/mm.h).
 */
static inline void memalloc_nowait_save(struct task *t)
{
	t->nowait++;
}

static inline void memalloc_nowait_restore(struct task *t)
{
	BUG_ON(!t->nowait);
	t->nowait--;
}

/**
 * Ask @a t to give up the call that it is in, if that waits for others before it has changed anything: then it returns
 * -EINTR.  A call that comes to no such wait is done all the same.  Twin: a fatal signal, SIGKILL; but who is killed here
 * lives on.
 * @context any
 */
static inline void task_kill(struct task *t)
{
	WRITE_ONCE(t->killed, 1);
	platform_unpark(&t->killed, 1);
}

/** Forget task_kill().  @context the task's own thread, or it is quiet */
static inline void task_unkill(struct task *t)
{
	WRITE_ONCE(t->killed, 0);
}

/** The effective gfp of an allocation with @a gfp.  Twin: current_gfp_context() */
static inline gfp_t current_gfp(const struct task *t, gfp_t gfp)
{
	return unlikely(t->nowait) ? GFP_NOWAIT : gfp;
}

static inline void count_by(struct task *t, enum stats_event event, u64 n)
{
	WRITE_ONCE(t->stats.event[event], t->stats.event[event] + n);
}

static inline void count(struct task *t, enum stats_event event)
{
	count_by(t, event, 1);
}

/** Pass a named point; does nothing without a listener. */
static __always_inline void probe(struct task *t, enum probe_point point, unsigned long addr)
{
	const struct probe *p = READ_ONCE(t->world->probe);

	if (unlikely(p))
		p->hit(p, t, point, addr);
}

#endif /* COMMON_MM_WORLD_H */
