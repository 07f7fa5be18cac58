/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Workloads in a comparison's JSON.
 */
#ifndef BENCH_COMPARE_WORK_JSON_H
#define BENCH_COMPARE_WORK_JSON_H

#include "config.h"
#include "bench/cli/json.h"
#include "bench/compare/works.h"

#ifdef HAVE_JANSSON

/** The answer for a trace or a workload. */
json_t *json_verdict(const struct verdict *v, const char *sentence, const struct compare_options *o);

/** The array "workloads" of a comparison. */
json_t *json_workloads(const struct work_compare *w);

#endif /* HAVE_JANSSON */
#endif /* BENCH_COMPARE_WORK_JSON_H */
