/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated machine on which this program runs, for what measures; natively there is none.
 *
 * What measures knows no more of it than this.  The program that is built on it (bench/simulated) says which it is.
 */
#ifndef BENCH_RUN_MACHINE_H
#define BENCH_RUN_MACHINE_H

#include "common/platform/types.h"

/** Something that threads waited for. */
struct run_wait {
	const char *kind;	/**< "line", "sleep", ... */
	const void *p;		/**< where; NULL: the kind has no place */
	u64 ps, times;		/**< of all threads together */
};

struct run_machine {
	const char *name, *title, *placement;
	u64 hash;		/**< of its description */
	unsigned int cpus;
	/** From the next run on: caches are empty; @a latencies is a factor to all that the machine waits for. @context no thread but main */
	void (*next_run)(u64 seed, double latencies);
	/** From now on what threads wait for is counted, from 0; or no longer. */
	void (*watch)(bool on);
	/** Not what the calling thread waits for from now on; or that again. */
	void (*aside)(bool aside);
	/** Simulated accesses since next_run(). */
	u64 (*accesses)(void);
	/** What was waited for, most first. @return how many are in @a out */
	unsigned int (*waits)(struct run_wait *out, unsigned int max);
};

/** @return NULL: the host itself */
const struct run_machine *run_machine(void);
/** How many there are; more than one only for a command that takes several, which chooses each in turn. */
unsigned int run_machines(void);
/** From now on it is the @a i-th, below run_machines(). @context no thread but main */
void run_machine_choose(unsigned int i);
/** They are the @a nr of @a list, which lives as long as the program; the first is chosen. @context once, before anything is measured */
void run_machine_use(const struct run_machine *list, unsigned int nr);

#define RUN_MAX_MACHINES	8u

/** Where none is named: two sockets, and the one whose published curves the model meets with nothing fitted. */
#define RUN_MACHINE_DEFAULT	"icelake-8336c-2s-64c"

/** What no result of a simulated machine says: to be printed beside it. */
#define RUN_MACHINE_LACKS \
	"Not modelled: frequency, prefetchers (but pairs of lines), TLB misses, instruction mix beyond a cost per access, NUMA balancing, interrupts."

/** Runs of a comparison on a simulated machine: nominal, and with all latencies lower and higher; a difference must survive them. */
#define RUN_MACHINE_FACTORS	{ 1, 0.7, 1.3 }
#define RUN_MACHINE_NR_FACTORS	3u
/** What is nearer than this counts as equal: the lookahead alone may change a figure by as much (tests/sim/time_lines.c). */
#define RUN_MACHINE_RESOLUTION	1.03

/** Leave out of what is watched what the calling thread waits for from now on, or count it again. Natively nothing */
void run_machine_aside(bool aside);

/** The @a round-th run of a comparison comes next, from 0: each seed with each of the factors. Natively nothing. */
void run_machine_round(unsigned int round);

#endif /* BENCH_RUN_MACHINE_H */
