/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the parts of the replay share: replay.c (runs), worker.c (threads and their order), act.c (one event), check.c (comparing).
 */
#ifndef BENCH_REPLAY_PARTS_H
#define BENCH_REPLAY_PARTS_H

#include "bench/replay/replay.h"
#include "common/mm/file.h"
#include "common/mm/world.h"

/** The progress of a recorded thread; written by its worker only. */
struct progress {
	u32 done;	/**< events done; release, read by acquire */
	u64 late;	/**< paced: so many ns behind its recorded times; the worker's own */
} __cacheline_aligned;

/** Approximate index of a worker's first event that is not done; only the worker writes it. */
struct horizon {
	u32 at;
} __cacheline_aligned;

struct replay {
	const struct plan *plan;
	struct replay_config config;
	struct world *world;
	double clock_ns;
	/* of the run at hand */
	enum replay_mode mode;
	struct run_result *result;
	struct replay_part part;
	bool ahead;			/* what comes before the part is done, and what comes after it will not be */
	u64 start;			/* moment at which the part begins, which has this recorded time: */
	u64 recorded_start;
	struct progress *progress;	/* by recorded thread */
	struct horizon horizon[PLATFORM_MAX_SLOTS];	/* by worker */
	unsigned int workers;
	struct mm **mm;			/* by address space; handed on by edges */
	struct file **file;		/* by plan_file; handed on by edges */
	u32 *file_users;	/**< address spaces that have it in their lists; those begin and end one after the other */
	u32 *ns;			/* by plan event: its time in the mm */
	u32 go;				/* the workers may begin; release */
	u32 failed;			/* a thread met an error that ends the run; atomic */
	bool leaked;			/* a run has left something behind */
	u32 notes_lock;
	u32 waiting __cacheline_aligned; /* workers that wait for others; atomic, read after each event */
	u32 moves __cacheline_aligned;	/* how often a thread made progress while others waited; atomic */
};

struct worker {
	struct replay *replay;
	struct task *task;
	unsigned int number;
	u32 *thread;			/* recorded threads dealt to it */
	u32 nr_threads;
	u32 limit;			/* the window was open up to here */
	struct platform_thread *handle;
	/* added up by the worker */
	bool no_memory;			/* the host's ran out */
	u64 edge_waits, edge_wait_ns, pace_wait_ns, refaults;
	u64 unexpected, out_of_frames, checked, mismatched, lists_differ, written_differ;
};

/** The thread of a worker. @param worker struct worker, whose threads are dealt */
void replay_worker(void *worker);

/** Do events in recorded order, without V lines unless the mode is VERIFY. @param w of no thread, or of all */
void replay_in_order(struct worker *w, u32 from, u32 to);

/** Do one event, its edges kept; time it. */
void replay_act(struct worker *w, u32 index);

/** Note a difference from the recording; the first few are kept. */
void replay_note(struct worker *w, const struct plan_event *pe, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** VERIFY: the V line against the core's VMA there. */
void replay_check_vma(struct worker *w, const struct plan_event *pe);
/** VERIFY: what private pages hold at the end of an address space, against the analysis. */
void replay_check_written(struct worker *w, const struct plan_event *pe, u32 space);
/** VERIFY: all that is mapped at the end of an address space against the recording. */
void replay_check_list(struct worker *w, const struct plan_event *pe, u32 space);

#endif /* BENCH_REPLAY_PARTS_H */
