/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One execution of a scene: its inputs, its result, and what the parts of the explorer share.
 *
 * The explorer is a user of the engine (sim/engine.h).  It runs a scene's threads from one atomic access
 * to the next, chooses which thread goes on and which store a load reads, and then restores the memory:
 * thousands of times a second.
 *
 *	cell.c		the record of each word
 *	memory.c	which store a load may read
 *	rmw.c		read-modify-writes
 *	race.c		accesses that must be ordered and are not
 *	schedule.c	which threads may run; calls the strategy
 *	random.c	POS, walk, PCT
 *	dpor.c		all executions
 *	path.c		a recorded execution
 *	grace.c		RCU
 *	user.c		the engine's user functions, in terms of these
 *	run.c		an execution from its beginning to its judge
 */
#ifndef SIM_EXPLORE_EXPLORE_H
#define SIM_EXPLORE_EXPLORE_H

#include <setjmp.h>
#include <stdio.h>

#include "sim/engine.h"
#include "sim/explore/view.h"

enum explore_strategy {
	EXPLORE_POS,		/**< partial order sampling: the default */
	EXPLORE_WALK,		/**< a coin at each point */
	EXPLORE_PCT,		/**< priorities, a few changes */
	EXPLORE_DFS,		/**< all, by DPOR */
	EXPLORE_PATH,		/**< as it was recorded */
};

/** Points that an execution may pass; a longer one is cut off, and counted. */
#define EXPLORE_MAX_STEPS	20000u

/**
 * More loads than this without a store, a switch or a turn of a declared wait are a loop that waits
 * without platform_relax().
 */
#define EXPLORE_MAX_LOOKS	8000u

/** More plain accesses than this from one atomic access to the next are a loop that does not end. */
#define EXPLORE_MAX_PLAIN	1000000u

/** The inputs of one execution: with the scene they decide everything. */
struct explore_plan {
	enum explore_strategy strategy;
	bool weak;		/**< loads may read old stores; else sequential consistency */
	u64 number;		/**< of the execution, for the random ones: its seed */
	u64 length;		/**< approximate number of points of an execution; for PCT */
	bool trace;		/**< keep every step, for a story */
	bool record;		/**< keep the schedule, for explore_recorded() */
	const struct path *path; /**< for EXPLORE_PATH */
};

enum explore_end {
	EXPLORE_FINE,
	EXPLORE_FINDING,	/**< a judge, or the engine, found a fault */
	EXPLORE_BOUND,		/**< more than EXPLORE_MAX_STEPS */
	EXPLORE_CUT,		/**< DPOR: an equivalent execution was seen before */
};

/** The result of an execution. */
struct explore_result {
	enum explore_end end;
	u64 hash;		/**< of every event: thread, place, which store */
	u64 class;		/**< the same for all orders of independent events; with explore_classes */
	u32 points, switches, preemptions, stale;
	u32 outcome;		/**< given by the scene through scene_outcome() */
	u32 last;		/**< the thread that ran into the finding */
	char what[1024];	/**< the finding: its first line is the same for the same fault */
};

/** Added up over executions. */
struct explore_total {
	u64 executions, findings, bounds, cuts;
	u64 points, events, loads, stale, switches;
	u64 races;		/**< races found; with explore.races each is also a finding */
	u64 resets;		/**< how often memory's restoration was timed, and how long it took in all */
	double reset_seconds;
	u64 mixed;		/**< words accessed in several sizes; loads of these read no old values */
};

/** Kinds of events in a story. */
enum explore_step_kind {
	STEP_LOAD, STEP_STORE, STEP_RMW, STEP_CAS_FAILED, STEP_FENCE, STEP_MEMBARRIER, STEP_WRITE, STEP_READ,
	STEP_RCU_LOCK, STEP_RCU_UNLOCK, STEP_GP_BEGIN, STEP_GP_END, STEP_WAIT, STEP_WAKE, STEP_FREE, STEP_END,
};

struct explore_step {
	u8 kind, thread, size;
	u8 order;		/**< __ATOMIC_* */
	u32 age;		/**< of a load: how many newer stores there were */
	u32 from;		/**< of a load: the step that stored what it read; 0: older than the story */
	const void *p;
	u64 value, old;
	const void *where;
};

/** A thread of a scene. */
struct explore_thread {
	struct sim_thread sim;	/* first: the engine's */
	struct view now;
	struct view acquired;	/**< what relaxed loads found; an acquire fence takes it over */
	struct view released;	/**< the view at the last release fence; relaxed stores hand it on */
	bool has_released;
	const void *fresh;	/**< it has waited for this word, so its next load reads the present value */
	u32 fresh_loads;	/**< so many of its next loads read present values: it let time pass in a loop */
	u32 yield_at;		/**< it lets others go first until after this step */
	/* its next event */
	const void *event;	/**< address; NULL: none that others can notice */
	bool event_write;
	const void *event_where;
	u64 priority;
};

struct explore {
	bool running;		/**< threads run; false: set-up or judge, on main */
	bool weak;
	bool trace;
	bool classes;		/**< compute explore_result.class: slower */
	bool races;		/**< a data race is a finding; false: it is only counted */
	u32 steps;
	u32 looks;		/**< loads of the running thread since a switch, a store or a yield */
	u32 plain;		/**< plain accesses of the running thread since its last point */
	u32 nr_threads;		/**< of this execution; lanes below this may be in use */
	struct explore_thread *thread[EXPLORE_THREADS];
	struct explore_plan plan;
	struct explore_result result;
	struct explore_total total;
	struct view fences;	/**< the view of all seq_cst fences so far */
	struct explore_step *step;	/**< with trace */
	u32 nr_steps;
	const struct explore_scene *scene;
	jmp_buf main;			/**< where main goes on when it runs into a finding itself */
};
extern struct explore ex;

/**
 * Size of the stacks, at the beginning of the arena: they have no undo log, and plain accesses to them
 * are ignored.
 */
#define EXPLORE_STACKS (1UL << 30)

static __always_inline struct explore_thread *ex_cur(void)
{
	return (struct explore_thread *)sim.cur;
}

/** The running thread's lane. */
static __always_inline unsigned int ex_lane(void)
{
	return sim.cur->id;
}

int16_t ex_tick_bound(void);

/** The running thread's next event. @return its number */
static __always_inline int16_t ex_tick(struct explore_thread *t)
{
	unsigned int lane = t->sim.id;
	int16_t n = ++t->now.before[lane];

	t->now.seen[lane] = n;
	return likely(n < CLOCK_NEVER - 1) ? n : ex_tick_bound();
}

/** Its address stands for all of memory: an event there conflicts with every event. */
extern const u64 ex_everything;

/** Do two events conflict, so that their order matters?  An address is NULL where the event is at none. */
static inline bool ex_conflict(const void *p, bool p_writes, const void *q, bool q_writes)
{
	return p && q && (p == q ? p_writes || q_writes : p == &ex_everything || q == &ex_everything);
}

/* --- schedule.c ------------------------------------------------------------ */

/** The running thread is about to access @a p: other threads may go first. */
void ex_point(const void *p, bool write, const void *where);
/**
 * Called from main: run the first thread; returns when all threads have ended, or the execution was cut
 * short.
 */
void ex_first(void);
/** sim_user.next */
struct sim_thread *ex_next(void);
/** Let other threads go first. */
void ex_yield(void);
void ex_schedule_begin(void);
/**
 * Choose one of @a n, where 0 is the default: which store is read, whether a grace period waits for a
 * section.
 */
u32 ex_choice(u32 n);
/** The same; bit i of @a spare: a search for every execution may leave i out, since another does all that it can. */
u32 ex_choice_but(u32 n, u64 spare);
/** End this execution from the running thread. */
void ex_leave(enum explore_end end, const char *what) __attribute__((noreturn));
void ex_finding(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* --- what a strategy is ----------------------------------------------------- */

struct explore_strategy_ops {
	const char *name, *meaning;
	void (*begin)(void);
	/**
	 * Which thread of @a can, a mask of lanes that is not 0, goes on; NULL: this execution was seen
	 * before.
	 */
	struct explore_thread *(*pick)(u32 can);
	/** The event of the running thread happens now. */
	void (*happens)(void);
	u32 (*choice)(u32 n, u64 spare);
};
extern const struct explore_strategy_ops explore_pos, explore_walk, explore_pct, explore_dfs, explore_path;

const struct explore_strategy_ops *explore_strategy_ops(enum explore_strategy s);

u64 ex_random(void);
u32 ex_below(u32 n);
void ex_random_seed(u64 seed);
/** A number that has nothing in common with @a z or its neighbours' (splitmix64). */
u64 ex_mix(u64 z);

/* --- class.c ------------------------------------------------------------------- */

void ex_class_begin(void);
/** The running thread's event happens now. */
void ex_class_event(void);

/* --- dpor.c ------------------------------------------------------------------ */

struct dfs_options {
	int preemptions;	/**< at most; -1: no bound */
	bool naive;		/**< all orders except those that sleep sets cut, to check DPOR against */
};
/** Call this before the first execution. */
void dfs_start(const struct dfs_options *options);
/** Call this after each execution.  @return false: that was the last */
bool dfs_more(void);
/** How deep it went, and whether a bound left anything out. */
struct dfs_report {
	u32 deepest;
	bool bounded;
};
struct dfs_report dfs_report(void);

/* --- path.c ------------------------------------------------------------------ */

/** A schedule: which thread made each step, and which choices were not the default. */
struct path {
	u32 nr_runs, nr_choices;
	struct path_run { u32 thread, steps; } *run;
	struct path_choice { u32 nr, value; } *choice;	/**< the nr-th choice of the execution, from 0 */
};

/** Note what a strategy has chosen. */
void path_note_pick(unsigned int thread);
void path_note_choice(u32 value);
void path_note_begin(void);
/** The schedule of the last execution with plan.record. @return 0 or -ENOMEM; path_free() it */
int path_recorded(struct path *path);
void path_free(struct path *path);
int path_copy(struct path *to, const struct path *from);
/** As text, for a seed: "3x45,4x12/7=1". @return length */
int path_print(const struct path *path, char *text, size_t size);
/** @return 0, -EINVAL, -ENOMEM */
int path_parse(struct path *path, const char *text);

/* --- run.c -------------------------------------------------------------------- */

struct explore_scene;

/** The explorer's user; main becomes thread 0. @return 0 or -errno */
int explore_init(void);

/** Build the scene's world.  @return 0, or -1: @a why says why. @context explore_init(); no scene is open */
int explore_open(const struct explore_scene *scene, const char *spec, char *why, size_t size);
void explore_close(void);

/** One execution, of the scene that is open. */
const struct explore_result *explore_run(const struct explore_plan *plan);

/** "T1 (the fault)": a thread of the scene by its lane. */
const char *ex_name(unsigned int lane);

/**
 * Keep no history of these lines and make no points there: they are constant, or only counted.
 * @context while the scene is opened
 */
void explore_quiet(const void *p, size_t size);

#endif /* SIM_EXPLORE_EXPLORE_H */
