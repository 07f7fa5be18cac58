/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The state of the load analysis while it walks a trace, and the plan it builds.
 */
#ifndef BENCH_PLAN_BUILDER_H
#define BENCH_PLAN_BUILDER_H

#include "bench/plan/order.h"
#include "bench/plan/plan.h"
#include "bench/plan/timeline.h"

/** A process while it is walked. */
struct plan_process {
	u32 space;		/**< its address space now, or PLAN_NONE */
	u32 alive;		/**< threads */
	u32 members;		/**< head of the list of its threads: index + 1 */
	struct model model;
	struct history history;
	struct clocks *clocks;
	u32 nr_lanes;		/**< of the clocks, in use or used */
	u32 free_lanes;		/**< head of the list of threads that have ended and had one: index + 1 */
	struct ref brk_by;	/**< the last brk */
};

/** A thread while it is walked. */
struct plan_thread {
	u32 next_member;	/**< index + 1 */
	u32 next_free;		/**< in the list of lanes: index + 1 */
	u32 home;		/**< the process that it belongs to: its own, or its maker's (CLONE_VM) */
	u32 nr;			/**< events so far */
	u32 last;		/**< its last event in plan->event, or PLAN_NONE */
	struct ref made_by;	/**< the call that made it */
	struct ref after;	/**< the last event of the thread that had its lane before */
	u32 as;			/**< the thread that it acts as: itself, or its maker since vfork */
	u32 lent;		/**< then: the address space that it is in */
};

struct builder {
	struct plan *plan;
	const struct trace *trace;
	struct timeline timeline;
	struct bench_error *err;
	struct order order;
	struct plan_process *process;	/**< by index of its first thread */
	struct plan_thread *thread;
	struct place *place;		/**< by thread; its lane is set by its first event */
	struct ref life;		/**< the last begin or end of an address space */
	struct model_tally tally;	/**< frames, all processes */
	u32 max_events, max_spaces, max_files;
	u64 nr_special;			/**< numbers for files that have none */
	bool too_many;			/**< a process has more threads at once than lanes */
};

/** The result of an event's function. */
enum plan_verdict {
	PLAN_KEEP,	/**< it is in the plan */
	PLAN_SKIP,	/**< builder_skip() has counted why */
	PLAN_REFUSE,	/**< err is set */
};

/** The process in whose address space the thread is. */
static inline struct plan_process *builder_process(struct builder *b, u32 thread)
{
	return &b->process[b->thread[b->thread[thread].as].home];
}

/** Make room for one more in an array of @a nr.  @return false: no memory */
bool builder_room(void **array, u32 nr, u32 *max, size_t size);

/** Count a skipped line. @return PLAN_SKIP */
enum plan_verdict builder_skip(struct builder *b, enum plan_skip why);

/** Add the event at hand: its number, and what every event waits for; PLAN_KEEP follows builder_end(). */
struct plan_event *builder_begin(struct builder *b, u32 event, enum plan_act act);
/** All that it waits for has been collected: finish the event. */
enum plan_verdict builder_end(struct builder *b, struct plan_event *pe);

/** The thread, which has no further event, leaves its lane to another. */
void builder_leave_lane(struct builder *b, u32 thread);

/** The file of an address space that is known by @a inode and @a fd. @return number + 1, 0: no memory */
u32 builder_file(struct builder *b, u32 space, u64 inode, u64 fd, bool shmem);

#endif /* BENCH_PLAN_BUILDER_H */
