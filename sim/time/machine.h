/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A machine as data: its topology, latencies and rules, each number with its source.
 *
 * Descriptions are JSON (sim/machines/README.md); some are built in, others come from
 * files, such as `faultline calibrate` writes.  A description is either read completely or refused with
 * one line.
 */
#ifndef SIM_TIME_MACHINE_H
#define SIM_TIME_MACHINE_H

#include "common/platform/types.h"

/** Hardware threads of a machine, L3 domains and sockets at most. */
#define MACHINE_MAX_CPUS	1024u
#define MACHINE_MAX_L3		64u
#define MACHINE_MAX_SOCKETS	16u

/*
 * X(ID, key, kind, least, most, meaning)
 *
 * COUNT	 a whole number
 * COST		 ns (or us, by the key) that work on a CPU takes
 * LATENCY	 ns (or us) that waiting for something elsewhere takes; the +-30 % apply to these
 * SHARE	 a number without unit
 * OPTION	 as COST; 0 where a description leaves it out
 */
#define MACHINE_NUMBERS(X) \
	X(SOCKETS, "sockets", COUNT, 1, 16, "sockets") \
	X(L3_PER_SOCKET, "l3_per_socket", COUNT, 1, 64, "L3 domains of a socket") \
	X(CORES_PER_L3, "cores_per_l3", COUNT, 1, 256, "cores that share an L3") \
	X(THREADS_PER_CORE, "threads_per_core", COUNT, 1, 2, "hardware threads of a core") \
	X(NODES_PER_SOCKET, "nodes_per_socket", COUNT, 1, 8, "memory nodes of a socket") \
	X(L1_KIB, "l1_kib", COUNT, 4, 1024, "first-level data cache of a core") \
	X(L2_KIB, "l2_kib", COUNT, 32, 65536, "second-level cache of a core") \
	X(L3_KIB, "l3_kib", COUNT, 64, 4194304, "third-level cache of an L3 domain") \
	X(STORE_BUFFER, "store_buffer", COUNT, 1, 128, "stores that a hardware thread may have under way") \
	X(ACCESS, "access_ns", COST, 0, 100, "a plain access that hits, with its share of other instructions") \
	X(FUNCTION, "function_ns", COST, 0, 100, "entering a function and leaving it") \
	X(AHEAD, "ahead_ns", OPTION, 0, 1000, "how much of the work behind it a core does while a load waits for its line") \
	X(RMW, "rmw_ns", COST, 0, 1000, "an atomic read-modify-write on a line that is here, beyond an access") \
	X(FENCE, "fence_ns", COST, 0, 1000, "a full fence with an empty store buffer") \
	X(RCU, "rcu_ns", COST, 0, 1000, "an RCU read-side section, both ends") \
	X(ALLOC, "alloc_ns", COST, 0, 100000, "an allocation from below the object caches") \
	X(PAUSE, "pause_ns", COST, 0.1, 10000, "a turn of a spin loop") \
	X(SMT, "smt_share", SHARE, 1, 2, "what work takes while the core's other thread works, by what it takes alone") \
	X(L2, "l2_ns", LATENCY, 0, 1000, "a hit in L2, beyond an access") \
	X(L3, "l3_ns", LATENCY, 0, 1000, "a clean line from the own L3 domain") \
	X(TO_SIBLING, "to_sibling_ns", LATENCY, 0, 10000, "a line that the core's other thread wrote") \
	X(TO_L3, "to_same_l3_ns", LATENCY, 0.1, 100000, "a line that another core of the L3 domain wrote") \
	X(PER_SHARER, "per_sharer_ns", LATENCY, 0, 100, "what each core with a copy adds to taking a line away") \
	X(READ, "read_ns", LATENCY, 0, 1000, "how long a clean line is busy with one reader") \
	X(HOLD, "hold_share", SHARE, 0, 1, "share of a transfer during which the owner still uses the line") \
	X(DRAM, "dram_ns", LATENCY, 1, 100000, "a line from memory of the own node") \
	X(DRAM_FAR, "dram_far_ns", LATENCY, 1, 100000, "a line from memory of another socket") \
	X(MEMORY_RATE, "memory_gb_s", SHARE, 0.1, 100000, "bytes a ns that a socket's memory takes when pages are cleared") \
	X(CLEAR_OWN, "clear_own_ns", COST, 0, 1e6, "clearing a page whose contents the core itself wrote last") \
	X(CLEAR_OTHER, "clear_other_ns", COST, 0, 1e6, "clearing one that another core wrote last") \
	X(CLEAR_MEMORY, "clear_memory_ns", COST, 0, 1e6, "clearing one that is in no cache") \
	X(COPY, "copy_ns", COST, 0, 1e6, "copying a page, beyond clearing its destination") \
	X(PARK, "park_ns", LATENCY, 0, 1e6, "going to sleep") \
	X(WAKE, "wake_ns", LATENCY, 0, 1e7, "from being woken to running") \
	X(UNPARK, "unpark_ns", LATENCY, 0, 1e7, "what waking costs the waker") \
	X(SWITCH, "switch_ns", LATENCY, 0, 1e6, "from one thread to the next on a CPU") \
	X(SLICE, "slice_us", LATENCY, 1, 1e6, "how long a thread runs while others wait for its CPU") \
	X(FLUSH, "flush_ns", LATENCY, 0, 1e7, "a TLB flush on other CPUs: sending, and the slowest answer") \
	X(FLUSH_EACH, "flush_each_ns", LATENCY, 0, 1e6, "what each target CPU adds") \
	X(FLUSH_STOLEN, "flush_stolen_ns", LATENCY, 0, 1e6, "what the interrupt takes from its target") \
	X(GRACE, "grace_us", LATENCY, 0, 1e6, "an RCU grace period at least")

enum machine_number {
#define X(ID, ...) MACHINE_##ID,
	MACHINE_NUMBERS(X)
#undef X
	NR_MACHINE_NUMBERS
};

struct machine_value {
	double value;
	char *from;		/**< source, or the reason for the guess */
	bool guessed;
};

struct machine {
	char *name, *title;
	struct machine_value number[NR_MACHINE_NUMBERS];
	/** ns one way between cores of two sockets; [i][i]: of two L3 domains of one socket. */
	double between[MACHINE_MAX_SOCKETS][MACHINE_MAX_SOCKETS];
	struct machine_value between_from, grant_from, pairs_from, migratory_from;	/**< their sources; value is not used */
	bool local_first;	/**< cores of an L3 domain that wait when a line comes there are served before it leaves; false: in order */
	bool pairs;		/**< a miss also brings the line's neighbour */
	bool migratory;		/**< a load takes a line that its owner has written away from it; false: it takes a copy */
	u64 hash;		/**< of the description's text; recorded in evidence */
};

/** What went wrong, in one line. */
struct machine_error {
	char line[512];
};

/**
 * Read a description.
 * @param from what to call the text in errors
 * @return it, machine_free() frees it; NULL: err
 */
struct machine *machine_parse(const char *text, size_t size, const char *from, struct machine_error *err);

/** A built-in machine by its name, or else a file. @return as machine_parse() */
struct machine *machine_open(const char *name_or_path, struct machine_error *err);
void machine_free(struct machine *m);

/** The built-in descriptions, by name; ends with NULL. */
struct machine_text {
	const char *name, *text;
	const char *trust;	/**< how well it reproduces what was published for it; from sim/machines/trust.txt */
};
extern const struct machine_text machine_texts[];

/** "access_ns", and what it means. */
const char *machine_key(enum machine_number n);
const char *machine_meaning(enum machine_number n);

/** Hardware threads. */
unsigned int machine_cpus(const struct machine *m);

/**
 * Multiply all latencies by @a factor: transfers, memory, sleeping, interrupts, grace periods; costs of
 * work stay.
 */
void machine_scale(struct machine *m, double factor);

#endif /* SIM_TIME_MACHINE_H */
