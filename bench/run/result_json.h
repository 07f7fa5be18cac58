/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A run's result as JSON, as every document that has one has it.
 */
#ifndef BENCH_RUN_RESULT_JSON_H
#define BENCH_RUN_RESULT_JSON_H

#include "config.h"
#include "bench/cli/json.h"

#ifdef HAVE_JANSSON

#include "bench/lib/stat.h"
#include "bench/run/result.h"

/** Times of one kind of event in one run. */
json_t *json_times(const struct run_times *t);
/** Counters of the core, and of each rung. */
json_t *json_counters(const struct scheme_chain *chain, const struct stats *stats);
/** A ratio, its interval, and the verdict of @a runs runs; numbers that do not exist are null. */
json_t *json_ratio(struct stat_ratio r, size_t runs, double level);

#endif /* HAVE_JANSSON */
#endif /* BENCH_RUN_RESULT_JSON_H */
