/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis: what a replay of a trace does, thread by thread, and what must wait for what.
 *
 * What waits for what, among the threads of one process:
 *
 *  - a change of a range (mmap, munmap, mprotect, mremap, brk, DONTNEED) waits for
 *    every earlier change and every earlier touch of a page of the range, and what
 *    comes later in the range waits for it;
 *  - what decides how VMAs merge (changes, the first write fault of a private VMA,
 *    a stack's growth) keeps its order among events that touch the same VMAs or
 *    their neighbours, so that every replay ends with the same VMAs;
 *  - a write fault waits for the one that was the first of its VMA;
 *  - a thread's first event waits for the call that made the thread; exec, and the
 *    end of a process, wait for all of the process's threads;
 *  - fork is a change of the whole address space: what the child inherits is what
 *    was there in recorded order, of every thread;
 *  - processes begin and end in recorded order, which bounds the memory in use.
 *
 * Nothing else waits: two faults never wait for each other, save for that.
 *
 * A process made by vfork or the like (CLONE_VM) lives in its maker's address space
 * until it calls exec or ends, and the thread that made it stands still.  A trace does
 * not say which processes these are; spaces.c finds out.  What such a process does
 * is done in its maker's place: the events are the maker's thread's.  One that does not stop its
 * maker counts as one more thread of it.
 *
 * A call that was refused may have done a part of its work: it is replayed where the model comes to the same
 * answer, and must be refused alike.  The limits of the recording machine are not known to it.
 */
#ifndef BENCH_PLAN_PLAN_H
#define BENCH_PLAN_PLAN_H

#include "bench/plan/model.h"
#include "bench/trace/trace.h"

enum plan_act {
	ACT_EXEC,	/**< end the process's address space, if it has one; begin another */
	ACT_GIVEN,	/**< map what a V line says that no recorded call explains */
	ACT_FAULT,
	ACT_MMAP,
	ACT_MUNMAP,
	ACT_MPROTECT,
	ACT_MREMAP,
	ACT_BRK,
	ACT_MADVISE,
	ACT_CLONE,	/**< nothing by itself, but others wait for it */
	ACT_FORK,	/**< copy the address space for another process */
	ACT_END,	/**< leave the address space; the last thread ends it */
	ACT_CHECK,	/**< a V line that a call explains: compare (verify only) */
};

/** Why a line is not replayed. */
enum plan_skip {
	SKIP_NO_EXEC,	/**< the address space is not known: before the first exec, or lent and gone */
	SKIP_FAILED,	/**< calls that failed when recorded, by what a trace does not say: what they did is not known */
	SKIP_UNFINISHED, /**< calls that never returned */
	SKIP_UNKNOWN,	/**< calls of a kind that the core does not have */
	SKIP_CONTRADICTS, /**< calls that cannot have done what the trace says */
	NR_PLAN_SKIPS
};

struct plan_event {
	u32 event;	/**< index into trace->event */
	u32 thread;	/**< index into trace->threads: the thread that does it */
	u32 seq;	/**< its number among the thread's, from 1; ACT_CHECK: 0 */
	u32 edge, nr_edges;	/**< what it waits for */
	u32 space;	/**< index into plan->space.  ACT_EXEC: the new one */
	u32 other_space; /**< ACT_EXEC: the one that ends, or PLAN_NONE.  ACT_FORK: the copy */
	u32 file;	/**< ACT_GIVEN, ACT_MMAP: number of the file + 1, or 0 */
	u32 mm_flags;	/**< ACT_GIVEN, ACT_MMAP: MM_MAP_* to ask for */
	u32 pages;	/**< ACT_MMAP, ACT_MPROTECT: length of what the call did; 0: the whole request */
	u8 act;		/**< enum plan_act */
	bool sigsegv;	/**< ACT_FAULT: how it must end */
	bool shared;	/**< ACT_FAULT: in a shared mapping */
	bool leave;	/**< the thread's last event in this address space */
	bool last;	/**< ACT_END: ends the space */
};

#define PLAN_NONE (~0u)

/** A VMA of the model. */
struct plan_vma {
	u64 start, end, flags, inode;
};

/** Which entries of an address space are the same in every replay at its end. */
enum plan_ptes {
	PTES_NONE,	/**< several threads have been in it: their order decides */
	PTES_OWN,	/**< it shares pages with others since a fork: only entries that those cannot influence */
	PTES_ALL,
};

/** An address space, from exec or fork to exec or the process's end. */
struct plan_space {
	u32 thread;	/**< the thread that made it, by exec */
	u32 parent;	/**< what it is a copy of; PLAN_NONE: it began empty, by exec */
	u32 line;	/**< of its exec, or of its C line */
	u64 start_brk;	/**< where brk begins; 0: the program never calls brk */
	u32 first_file;	/**< list of its files: number + 1, 0: none; a copy's list goes on with what its maker had */
	struct plan_vma *final;	/**< what is mapped at its end */
	u32 nr_final;
	u64 written;	/**< and what mm_hash_written() must say of it then */
	u8 ptes;	/**< enum plan_ptes */
	bool lazy;	/**< some of it was given back by MADV_FREE, and reclaim may or may not take it */
	bool alone;	/**< at its end no other living process may write to its shared mappings */
};

/** Do the recorded events alone decide what the pages hold at the end? */
static inline bool plan_contents_known(const struct plan_space *s, bool zero_pages, bool reclaim)
{
	return zero_pages && !(s->lazy && reclaim);
}

/** A file that mappings of an address space and of its copies share. */
struct plan_file {
	u64 inode, fd;
	u32 next;	/**< in the space's list: number + 1 */
	bool shmem;
};

struct plan {
	const struct trace *trace;
	struct plan_event *event;	/**< in the order of effect */
	u32 nr_events;
	struct ref *edge;
	u32 nr_edges;
	u32 *first;	/**< by thread: where its events begin in list; nr_threads + 1 of them */
	u32 *list;	/**< indices of events, thread by thread in order */
	struct plan_space *space;
	u32 nr_spaces;
	struct plan_file *file;
	u32 nr_files;
	u32 nr_threads;		/**< that have events to replay */
	u64 peak_pages;		/**< in use at once, in recorded order */
	u64 all_pages;		/**< as if no page were given back before its process ended */
	u64 skipped[NR_PLAN_SKIPS];
	u64 forks, lent;	/**< processes made with a copy of an address space; in their maker's own */
	u64 sigsegv;		/**< faults where nothing is mapped that allows them */
	u64 populated;		/**< pages that events made which make several */
	bool no_zero_page;		/**< a read of untouched anonymous memory makes a page: replay it so */
	u64 repaired;		/**< mmaps without MAP_FIXED over mappings that should not be there */
};

/**
 * @param no_zero_page	replay it so even if the recorder does not say that there was none
 * @return 0; -1: err says file, line and what.  @a trace must outlive the plan.
 */
int plan_build(struct plan **out, const struct trace *trace, bool no_zero_page, struct bench_error *err);
/** Is it a fault or a call, of which the time in the mm is taken? */
static inline bool plan_is_timed(const struct plan_event *pe)
{
	return pe->act == ACT_FORK || (pe->act >= ACT_FAULT && pe->act <= ACT_MADVISE);
}
/** @return the number of events up to the last that is timed; what follows only ends threads and address spaces */
u32 plan_up_to_last_timed(const struct plan *plan);

/** NULL is fine. */
void plan_free(struct plan *plan);

/** "calls that failed when recorded" ... */
const char *plan_skip_meaning(enum plan_skip skip);
/** "forked" ..., as in JSON */
const char *plan_skip_name(enum plan_skip skip);

#endif /* BENCH_PLAN_PLAN_H */
