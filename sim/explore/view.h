/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Vector clocks of eight threads in sixteen bytes, and what a thread knows.
 *
 * Lane t of a clock counts events of thread t; an event with number n is before
 * whatever has a clock whose lane t is n or more.
 */
#ifndef SIM_EXPLORE_VIEW_H
#define SIM_EXPLORE_VIEW_H

#include <string.h>

#include "common/platform/types.h"

#define EXPLORE_THREADS	8u
/** Greater than every event's number: an execution is cut off before a thread has so many. */
#define CLOCK_NEVER	0x7fff

typedef int16_t vclock __attribute__((vector_size(2 * EXPLORE_THREADS)));
typedef u64 vclock_words __attribute__((vector_size(16)));

static __always_inline vclock clock_max(vclock a, vclock b)
{
	vclock more = a > b;

	return (a & more) | (b & ~more);
}

static __always_inline bool clock_any(vclock mask)
{
	vclock_words w = (vclock_words)mask;

	return w[0] | w[1];
}

/** Does some lane of @a a exceed @a b, so that not all of @a a is before? */
static __always_inline bool clock_beyond(vclock a, vclock b)
{
	return clock_any(a > b);
}

/** Is some lane of @a a within @a b? */
static __always_inline bool clock_touches(vclock a, vclock b)
{
	return clock_any(a <= b);
}

static __always_inline vclock clock_all(int16_t n)
{
	return (vclock){ n, n, n, n, n, n, n, n };
}

/**
 * What a thread knows, or what a store hands on.
 *
 * @a before is C11's happens-before: what data races are judged by.  @a seen is at
 * least that; it also has what the order of seq_cst fences makes visible, which decides what a load must
 * not miss but does not order plain accesses.
 */
struct view {
	vclock before, seen;
};

static __always_inline void view_join(struct view *v, const struct view *with)
{
	v->before = clock_max(v->before, with->before);
	v->seen = clock_max(v->seen, with->seen);
}

#endif /* SIM_EXPLORE_VIEW_H */
