/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A simulated machine in JSON: what a result was measured on.
 */
#ifndef BENCH_RUN_MACHINE_JSON_H
#define BENCH_RUN_MACHINE_JSON_H

#include "config.h"

#ifdef HAVE_JANSSON
#include "bench/cli/json.h"
#include "bench/run/machine.h"

/** Name, title, CPUs, placement, and the hash of its description; null for the host itself. */
json_t *machine_json(const struct run_machine *m);
/**
 * The runs of a comparison on a simulated machine by what its latencies were multiplied with, 1 first.
 * @param rounds	how many were run: each seed with each of the factors
 * @param one		what there is to say of a round of @a of
 */
json_t *machine_json_varied(unsigned int rounds, json_t *(*one)(const void *of, unsigned int round), const void *of);
#endif

#endif /* BENCH_RUN_MACHINE_JSON_H */
