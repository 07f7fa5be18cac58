/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A process of its own for runs on the host: its address space holds the workload's mappings and little else.
 *
 * The arenas of the prototypes' worlds would disturb its fork() and mmap(), and its changes of memory
 * would disturb them.
 */
#ifndef BENCH_WORK_HOST_PROCESS_H
#define BENCH_WORK_HOST_PROCESS_H

#include "bench/work/workload.h"

struct work_host;

/** @return NULL: err  @context this process has one thread, and no worlds yet */
struct work_host *work_host_start(struct bench_error *err);
/** One run there; config->target is not looked at. @return 0; -1: err */
int work_host_run(struct work_host *host, const struct work_config *config,
		  struct work_result *out, struct bench_error *err);
/** NULL is fine. */
void work_host_stop(struct work_host *host);

#endif /* BENCH_WORK_HOST_PROCESS_H */
