/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Micro workloads: small programs, each the heart of a pattern that real ones have, over the mm core or the host.
 *
 * Threads fault (and change, where that is the pattern); in some workloads the last
 * thread only changes the address space beside them, at a set rate.  What a thread
 * does, and in which order, follows from the seed, its number and the workload
 * alone.  Each operation is timed into a histogram of its kind; or, to tell nanoseconds
 * apart that are fewer than a clock's tick, a whole lap of faults at once.
 *
 * A run: regions are mapped; each thread warms up; all begin together; each faulting
 * thread does its count of timed faults and goes on untimed until the last has
 * done, so that nobody is measured alone.  A writer goes on until then, timed as
 * long as somebody is.
 */
#ifndef BENCH_WORK_WORKLOAD_H
#define BENCH_WORK_WORKLOAD_H

#include "bench/lib/histogram.h"
#include "bench/work/target.h"

/** Pages that a thread faults in before it gives them back: one leaf table. */
#define WORK_REGION	512UL
/**
 * Faults of a region that a lap times; those before are not timed.  Between laps the pages are given
 * back under mmap_lock, for which the thread may sleep: what it then finds cold is not the price of a fault.
 */
#define WORK_LAP	400UL
/** Pages of a mapping of workload_mix. */
#define MIX_PIECE	16UL
/** Pages that a step touches with fresh. */
#define WORK_FRESH	32UL

struct work_thread;

struct workload {
	const char *name;
	const char *stands_for;		/**< which real pattern, in one line */
	enum target_memory memory;	/**< of the regions */
	bool shared_vma;		/**< all regions lie in one VMA, else one VMA a thread */
	/** One round of a faulting thread. */
	void (*step)(struct work_thread *t);
	/** One round of the last thread; NULL: it is like the others. */
	void (*writer)(struct work_thread *t);
};

/** All of them, in the order of `faultline list --workloads`; ends with a NULL name. */
extern const struct workload workloads[];

/** @return NULL: there is none of that name */
const struct workload *workload_find(const char *name);

/** Changes a second: as many as it can. */
#define WORK_RATE_MAX	(~0ULL)

struct work_config {
	const struct workload *workload;
	struct target *target;
	unsigned int threads;
	u64 faults;		/**< timed ones of each faulting thread */
	u64 seed;
	u64 writer_rate;	/**< changes a second of the writer; 0: it spins */
	double clock_ns;	/**< taken off each time, run_clock_ns() */
	const struct work_watch *watch;	/**< is told when faults are timed; NULL: nobody is */
	bool laps;		/**< a region's faults are timed together, not each: work_can_lap() */
	bool fresh;		/**< work_touch_region() gives nothing back before the whole region is touched, a piece at a time */
	bool processes;		/**< each thread in an address space of its own, for the core alone: what is left without a shared one */
	unsigned long region;	/**< of workload_mix, and as workload_region() has it: pages a thread, a multiple of WORK_REGION; 0: WORK_REGION */
	double changes;		/**< of workload_mix: changes a fault */
	bool touch;		/**< of workload_mix: what is mapped is touched, page by page, before it is unmapped */
	/** Of workload_mix: of 2^32 faults so many meet short memory, in episodes of @a burst. */
	u32 squeeze_share;
	unsigned int burst;
	u64 squeeze_ns;		/**< what a page then costs who may wait */
};

/** The calls that a run makes when it begins and ends. */
struct work_watch {
	void (*begin)(void *arg);	/**< just before the timed faults; on the thread that called work_run() */
	void (*end)(void *arg);		/**< just after the last thread's last one; on that thread */
	void *arg;
};

/** A thread of a run.  Steps read base and own `mapped`; all else is the runner's. */
struct work_thread {
	const struct work_config *config;
	struct work_run *run;
	unsigned int slot;
	unsigned long base;		/**< of its region */
	unsigned long touched;		/**< with fresh: pages of it so far */
	unsigned long mapped;		/**< of workload_mix: what is mapped now and unmapped next, 0: nothing */
	double owed;			/**< of workload_mix: changes to come */
	u64 drawn;			/**< numbers that work_random() gave */
	u64 episodes;			/**< of workload_mix: begun */
	unsigned int episode_left;	/**< faults of the one at hand */
	bool writes;			/**< is the writer */
	bool timed;
	u64 nr_faults;			/**< timed */
	u64 nr_changes, failed;
	u64 began, ended;		/**< its timed faults, with what is between them */
	u64 order;			/**< a hash of the timed operations, in order */
	struct histogram *times;	/**< by kind */
	double *lap;			/**< with laps: ns a fault of each, `faults` / WORK_LAP rounded up */
	unsigned int nr_laps;
};

/** The same in every run for the same seed, thread and count of calls. */
u64 work_random(struct work_thread *t);

/* Each does the operation, times it and counts it. */
void work_touch(struct work_thread *t, unsigned long addr);
unsigned long work_map(struct work_thread *t, unsigned long pages, int prot);
/** Shared, of the target's file from @a page on. */
unsigned long work_map_file(struct work_thread *t, unsigned long page, unsigned long pages);
void work_unmap(struct work_thread *t, unsigned long addr, unsigned long pages);
void work_protect(struct work_thread *t, unsigned long addr, unsigned long pages, int prot);
void work_dontneed(struct work_thread *t, unsigned long addr, unsigned long pages);
void work_brk(struct work_thread *t, long pages);
void work_fork(struct work_thread *t);

/** Every page of the region once, in an order of the seed's, which is a lap; then all are given back, untimed with laps. */
void work_touch_region(struct work_thread *t);

#define WORK_NONE	0
#define WORK_READ	MM_PROT_READ
#define WORK_RW		(MM_PROT_READ | MM_PROT_WRITE)

/** What a run comes to, beside the times. */
struct work_result {
	struct run_result result;	/**< wall_ns, kinds, faults, mm_ns, stats, leaks, host_faults, unexpected */
	u64 changes;			/**< calls of writers, while faults were timed */
	u64 changes_ns;			/**< how long that was */
	double faults_per_s;		/**< timed faults of all threads, each over the time that its own took */
	u64 busy_ns;			/**< of all threads together, between the two calls of struct work_watch */
	u64 order;			/**< a hash of what each faulting thread did, in order */
	/** A hash of what is mapped when all threads have ended; 0: the host does not tell. */
	u64 mapped;
};

/** One run.  @return 0; -1: err */
int work_run(const struct work_config *config, struct work_result *out, struct bench_error *err);

/** Frames that a run of any workload but workload_mix under real watermarks gets by with. */
u64 work_frames(unsigned int threads);

/**
 * What work_config's region has to be for @a faults of each thread: with @a fresh, pages that suffice for them, and for half as many
 * more of a thread that waits for the last; of file-map a mapping of half of them, so that each thread unmaps, but no less than
 * 4 MiB and no more than page_fault3's 128; 0 for the others.
 */
unsigned long workload_region(const struct workload *w, u64 faults, bool fresh);

/** Do its threads fault in laps only? */
static inline bool work_can_lap(const struct workload *workload)
{
	return workload->step == work_touch_region;
}

/** The grid of `faultline sweep`: faults and changes in a set ratio in every thread. */
extern const struct workload workload_mix;

#endif /* BENCH_WORK_WORKLOAD_H */
