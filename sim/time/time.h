/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated machine: what its user starts, asks, and gets.
 *
 * The engine's threads run on the hardware threads of a described machine, each with its own clock;
 * the one that is furthest behind runs.  As long as no thread but main lives nothing takes time: set-up
 * and judgement are free.
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
	const struct machine *machine;	/**< outlives the use */
	u64 seed;
	enum time_placement placement;
	bool no_contents;		/**< clearing and copying pages costs time, but their memory is left alone: nobody looks at it */
	u64 lookahead_ps;		/**< how far a thread may run ahead of the others; TIME_LOOKAHEAD; 0: exact order */
};

#define TIME_LOOKAHEAD	20000

/**
 * The engine's user is the simulated machine.  From the next run on @a settings hold: all caches are empty, all clocks stand
 * at 0, simulated memory is new.  A run begins when main enters with nothing allocated.
 * @context no thread but main's lives, and main has no slot
 */
void time_begin(const struct time_settings *settings);

/** "packed", "spread", "random". @return false: it is none */
bool time_placement_parse(const char *name, enum time_placement *out);
const char *time_placement_name(enum time_placement placement);

/** ps on the running thread's clock. */
u64 time_now_ps(void);
/** Let the running thread work for so long. */
void time_charge_ps(u64 ps);

/** Since time_restart(). */
struct time_counts {
	u64 accesses, atomics;
	u64 l1_misses, transfers, memory;	/**< of accesses: not in L1; a line that others had; a line from memory */
	u64 switches;				/**< between fibers */
	u64 parks, flushes, grace_periods, preemptions;
};
extern struct time_counts time_counts;

#endif /* SIM_TIME_TIME_H */
