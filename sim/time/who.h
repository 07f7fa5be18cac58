/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Where time was spent waiting, by place and kind.
 */
#ifndef SIM_TIME_WHO_H
#define SIM_TIME_WHO_H

#include "common/platform/types.h"

/** What a thread waits for. */
enum who_kind {
	WHO_LINE,	/**< a cache line that others had: the access */
	WHO_MEMORY,	/**< a line that was in no cache */
	WHO_SPIN,	/**< spinning: the word */
	WHO_SLEEP,	/**< asleep: the lock, or the word */
	WHO_CLEAR,	/**< for its socket's memory, which takes no more pages just now */
	WHO_FLUSH,	/**< the thread's own TLB flushes, and interrupts by those of others */
	WHO_GRACE,	/**< grace periods */
	WHO_CPU,	/**< its CPU, which another thread had */
	NR_WHO_KINDS
};

const char *who_kind_name(enum who_kind kind);

/** One kind at one place. */
struct who_place {
	const void *p;		/**< the address; NULL: the kind has no place */
	enum who_kind kind;
	u64 ps;			/**< summed over threads */
	u64 times;
};

/** Start counting waits, from 0; or stop. */
void who_count(bool on);
/** When that was, ps; what a thread has waited before then does not count. */
u64 who_began(void);

/** Count a wait.  @a p: the address accessed; counted by 8-byte word. */
void who_waited(enum who_kind kind, const void *p, u64 ps);

/**
 * The places with the longest total wait, longest first; ties by kind and address.
 * @return how many there are in @a out, at most @a max
 */
unsigned int who_places(struct who_place *out, unsigned int max);

#endif /* SIM_TIME_WHO_H */
