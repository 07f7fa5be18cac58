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
#endif

#endif /* BENCH_RUN_MACHINE_JSON_H */
