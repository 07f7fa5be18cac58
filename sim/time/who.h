/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Where the time went: what threads waited for, by place.
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
	WHO_CLEAR,	/**< clearing and copying pages */
	WHO_FLUSH,	/**< its own TLB flushes, and interrupts by others' */
	WHO_GRACE,	/**< grace periods */
	WHO_CPU,	/**< for its CPU, which another thread has */
	NR_WHO_KINDS
};

const char *who_kind_name(enum who_kind kind);

/** One kind at one place. */
struct who_place {
	const void *p;		/**< where; NULL: the kind has no place */
	enum who_kind kind;
	u64 ps;			/**< summed over threads */
	u64 times;
};

/** From now on what threads wait for is counted, from 0; or no longer. */
void who_count(bool on);

/** @a p: of the access; counted by 8-byte word. */
void who_waited(enum who_kind kind, const void *p, u64 ps);

/**
 * The places where most was waited, most first; ties by kind and address.
 * @return how many there are in @a out, at most @a max
 */
unsigned int who_places(struct who_place *out, unsigned int max);

#endif /* SIM_TIME_WHO_H */
