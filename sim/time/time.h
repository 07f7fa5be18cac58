/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated machine: the interface for programs that use it.
 *
 * The engine's threads run on the hardware threads of a described machine, each with its own clock;
 * the one that is furthest behind runs.  While main is the only thread nothing takes time, so set-up and
 * judgement are free.
 *
 * Everything follows from the program, the machine, the seed and the placement.
 */
#ifndef SIM_TIME_TIME_H
#define SIM_TIME_TIME_H

#include "sim/time/machine.h"
#include "sim/time/who.h"

/** Which hardware thread platform.h's i-th CPU is. */
enum time_placement {
	TIME_PACKED,	/**< core after core, L3 domain after L3 domain, socket after socket; then the second threads of cores */
	TIME_SPREAD,	/**< sockets in turn, within them L3 domains in turn; then the second threads */
	TIME_RANDOM,	/**< cores in an order drawn by the seed; then the second threads, likewise */
};

struct time_settings {
	const struct machine *machine;	/**< must outlive the run */
	u64 seed;
	enum time_placement placement;
	bool no_contents;		/**< clearing and copying pages only costs time; nothing reads their memory */
	u64 lookahead_ps;		/**< how far a thread may run ahead, as TIME_LOOKAHEAD; 0: exact order */
};

#define TIME_LOOKAHEAD	20000

/**
 * Make the simulated machine the engine's user.  @a settings apply from the next run on, which starts
 * with empty caches, all clocks at 0 and new simulated memory.  A run begins when main enters with
 * nothing allocated.
 * @context no thread but main's lives, and main has no slot
 */
void time_begin(const struct time_settings *settings);

/** Parse "packed", "spread", "random".  @return false: unknown name */
bool time_placement_parse(const char *name, enum time_placement *out);
const char *time_placement_name(enum time_placement placement);

/** From now on what the running thread waits for is not counted in who.h, or again is: work that nobody wants to know of. */
void time_aside(bool aside);

/** ps on the running thread's clock. */
u64 time_now_ps(void);
/** Let the running thread work for @a ps. */
void time_charge_ps(u64 ps);

/** Counts since time_restart(). */
struct time_counts {
	u64 accesses, atomics;
	u64 l1_misses, transfers, memory;	/**< accesses that missed L1; lines from other cores; lines from memory */
	u64 switches;				/**< between fibers */
	u64 parks, flushes, grace_periods, preemptions;
};
extern struct time_counts time_counts;

#endif /* SIM_TIME_TIME_H */
