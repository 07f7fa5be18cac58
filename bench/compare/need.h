/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief How many runs a comparison makes when nobody says: until its intervals are narrow, or a limit.
 *
 * It ends by how wide the intervals are, never by what they say: to go on until a difference shows would find one
 * among equals sooner or later.
 */
#ifndef BENCH_COMPARE_NEED_H
#define BENCH_COMPARE_NEED_H

#include "bench/compare/options.h"
#include "bench/lib/verdict.h"

/** Not fewer runs than name a winner, not less time than this. */
#define NEED_LEAST_NS	3000000000ULL
/** No more runs, and none begun after so long: the same for each program, and for each workload. */
#define NEED_MOST_RUNS	30
#define NEED_MOST_NS	10000000000ULL
/** An interval is narrow when its upper end is no more than this times its lower. */
#define NEED_NARROW	1.05

static inline unsigned int need_least_runs(const struct compare_options *o)
{
	size_t least = verdict_least_runs(o->nr_schemes);

	return least < NEED_MOST_RUNS ? (unsigned int)least : NEED_MOST_RUNS;
}

static inline bool need_is_narrow(struct stat_ratio r)
{
	return stat_is_none(r) || r.high <= r.low * NEED_NARROW;
}

#endif /* BENCH_COMPARE_NEED_H */
