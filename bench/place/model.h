/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a fault costs on a given machine: a scheme's counts per fault, times the cost of each
 * counted thing there.
 *
 * A closed queueing network, solved by mean value analysis.  There are as many customers as CPUs: each
 * works on a fault alone (trap, page, walks, repeated work, reclaim), then meets the others at
 *
 *  - the line that holds mmap_lock's count: a store by one CPU keeps it from all others;
 *  - the lines that hold VMAs' locks, met only by threads that fault in the same VMA;
 *  - write sections of mmap_lock, one at a time.  A section waits for the faults that hold the
 *    lock for reading, reclaim included, and faults that want it wait for the section.
 *
 * Not in the model: waiting for a VMA's lock (by a change of a VMA that others fault in), shootdowns, and
 * the allocator's and page tables' own locks, which all schemes share.
 *
 * Source: Reiser and Lavenberg, "Mean-value analysis of closed multichain queuing networks", JACM 27 (1980).
 */
#ifndef BENCH_PLACE_MODEL_H
#define BENCH_PLACE_MODEL_H

#include "common/mm/scheme.h"

/** X(ID, option, key, host, kernel, meaning): what is given; ns, for CPUs a number. */
#define PLACE_COSTS(X) \
	X(CPUS, "cpus", "cpus", 2, 48, "CPUs that fault at once") \
	X(TRAP, "trap-ns", "trap_ns", 0, 200, "entering and leaving a fault") \
	X(PAGE, "page-ns", "page_ns", 250, 250, "what every scheme does: allocate, clear, install") \
	X(WALK, "walk-ns", "walk_ns", 40, 40, "finding the VMA in the tree once") \
	X(LINE, "line-ns", "line_ns", 60, 100, "a line that another CPU stored to last") \
	X(SECTION, "section-ns", "section_ns", 700, 1000, "a change's write section of mmap_lock") \
	X(WAKE, "wake-ns", "wake_ns", 3000, 3000, "from the end of a wait to who waited going on") \
	X(RECLAIM, "reclaim-ns", "reclaim_ns", 20000, 50000, "an allocation that reclaims") \
	X(GRACE, "grace-ns", "grace_ns", 30000, 10000000, "a grace period that a change waits for")

enum place_cost {
#define X(ID, ...) PLACE_##ID,
	PLACE_COSTS(X)
#undef X
	NR_PLACE_COSTS
};

/** A machine. */
struct place_machine {
	double cost[NR_PLACE_COSTS];
};

struct place_cost_info {
	const char *option, *key, *meaning;
	double host, kernel;
};
extern const struct place_cost_info place_costs[NR_PLACE_COSTS];

void place_preset(struct place_machine *m, bool kernel);

/** A program's rates, whatever the scheme. */
struct place_rates {
	double changes;		/**< of the address space, per fault */
	double failing;		/**< faults whose GFP_NOWAIT allocation fails, share */
	double threads;		/**< that the program has at a time, in one address space */
	double counted;		/**< threads that met when the counts were taken: those of meetings grow with more */
	double mm_moves;	/**< faults that another thread's fault precedes in the address space, share */
	double vma_moves;	/**< in the VMA */
};

/** A scheme's counts. */
struct place_scheme {
	double walks;		/**< of an attempt on the first rung */
	double mm_stores, vma_stores;	/**< to lines that others may hold, of an attempt on it */
	double below_walks, below_mm_stores, below_vma_stores;	/**< of a fault that falls */
	double fall_other;	/**< per fault */
	double fall_changed;	/**< per change */
	double again;		/**< attempts after the first, per change */
	double fall_failing;	/**< per failing allocation: 1 where a fault may not reclaim */
	double failing_vma_stores;	/**< per failing allocation, of a fault that goes on under the VMA's lock */
	double dropped;		/**< pages given back unused, per change */
	double grace;		/**< grace periods waited for, per change */
	double holds;		/**< 1: an attempt on the first rung holds mmap_lock for reading */
	double below_holds;	/**< of the faults that fall, the share that comes to hold it */
};

/** ns in the mm per fault, changes included: the figure of the sweep. */
double place_ns(const struct place_machine *m, const struct place_rates *r,
		const struct place_scheme *s);

/** A scheme within this share of the cheapest is level with it. */
#define PLACE_LEVEL 0.01

/* --- who would win if ------------------------------------------------------------------------------------ */

/** What can be varied: the given costs, and the program's two rates. */
enum {
	PLACE_CHANGES = NR_PLACE_COSTS,
	PLACE_FAILING,
	NR_PLACE_KNOBS
};

struct place_break_even {
	bool found;
	double from, to;	/**< the value now, and where @a scheme becomes level with the cheapest */
};

/** "changes_per_fault", "line_ns" ... */
const char *place_knob_name(unsigned int knob);

/** The cheapest scheme; of equals the first. */
unsigned int place_winner(const struct place_machine *m, const struct place_rates *r,
			  const struct place_scheme *s, unsigned int nr);

/** The value nearest to the one now, by factor, within a thousandth and a thousand times it (of the share of failing ones: within 1; from 0: from 1e-6 on). */
struct place_break_even place_break_even(const struct place_machine *m, const struct place_rates *r,
					 const struct place_scheme *s, unsigned int nr,
					 unsigned int scheme, unsigned int knob);

#endif /* BENCH_PLACE_MODEL_H */
