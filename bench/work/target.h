/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Where a workload's operations go: an address space of the mm core under some scheme, or this process's own.
 *
 * The same workload runs over both.  Calls take the slot of the calling thread.
 */
#ifndef BENCH_WORK_TARGET_H
#define BENCH_WORK_TARGET_H

#include "bench/lib/error.h"
#include "bench/run/result.h"
#include "common/mm/world.h"

struct target;

/** What is mapped. */
enum target_memory {
	TARGET_ANON,		/**< private anonymous */
	TARGET_PRIVATE,		/**< private, of the target's file */
	TARGET_SHARED,		/**< shared, of the target's file */
};

/** Pages of the target's one file. */
#define TARGET_FILE_PAGES	(PLATFORM_MAX_SLOTS * 2048UL)

/** Times of each kind of operation count what is between the call and its return. */
struct target_ops {
	/** An empty address space for one run.  @return 0; -1: err */
	int (*begin)(struct target *target, struct bench_error *err);
	/** All of it goes; @a result receives counters and what leaked. @context every thread has left */
	void (*end)(struct target *target, struct run_result *result);
	/**
	 * Of threads 0 to @a nr - 1 each will run in an address space of its own: copies of what is mapped now.
	 * @return 0; -1: no memory.  NULL: cannot do it.  @context on slot 0
	 */
	int (*processes)(struct target *target, unsigned int nr);
	/** The calling thread runs in it from now on, until leave. */
	void (*enter)(struct target *target, unsigned int slot);
	void (*leave)(struct target *target, unsigned int slot);
	/** mmap somewhere, @a page is the offset in the file. @return address, 0: failed */
	unsigned long (*map)(struct target *target, unsigned int slot, enum target_memory memory,
			     unsigned long page, unsigned long pages, int prot);
	/* 0, or not: failed */
	int (*unmap)(struct target *target, unsigned int slot, unsigned long addr, unsigned long pages);
	int (*protect)(struct target *target, unsigned int slot, unsigned long addr,
		       unsigned long pages, int prot);
	int (*dontneed)(struct target *target, unsigned int slot, unsigned long addr,
			unsigned long pages);
	/** The heap's end moves by @a pages.  One thread at a time. */
	int (*brk)(struct target *target, unsigned int slot, long pages);
	/** A copy of the address space is made, which is what is timed, and ends at once. @param ns receives the time */
	int (*fork)(struct target *target, unsigned int slot, u64 *ns);
	/** Write to a page that is not there. */
	int (*touch)(struct target *target, unsigned int slot, unsigned long addr);
	/** A hash of what is mapped, by address; NULL: nobody can tell. */
	u64 (*mapped)(struct target *target, unsigned int slot);
	/** Every target's end. */
	void (*destroy)(struct target *target);
};

struct target {
	const struct target_ops *ops;
	const char *name;	/**< of its scheme, or "host"; lives as long */
	struct world *world;	/**< the core's; NULL for the host */
	u64 vmas;		/**< of the core's: begin() maps so many beside everything, each its own; set between runs */
};

/** How a world of the mm core for workloads is made. */
struct target_core_config {
	const struct scheme_chain *chain;	/**< outlives the target */
	struct world_config world;		/**< but for nr_tasks */
	unsigned int threads;
	u64 max_vmas;				/**< the most that target->vmas will be */
	bool background;			/**< with reclaim: a thread in the background, too */
};

/** @return NULL: err */
struct target *target_core_create(const struct target_core_config *config, struct bench_error *err);

/** This process itself, on the kernel that runs it.  Nothing else may run in it meanwhile. @return NULL: err */
struct target *target_host_create(struct bench_error *err);

static inline void target_destroy(struct target *target)
{
	if (target)
		target->ops->destroy(target);
}

#endif /* BENCH_WORK_TARGET_H */
