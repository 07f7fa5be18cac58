/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief perf_event_open() on a command: its events, one ring a CPU.
 */
#ifndef BENCH_RECORD_PERF_H
#define BENCH_RECORD_PERF_H

#include <poll.h>

#include "bench/record/spool.h"

struct perf;

/**
 * Events on process @a pid and whatever it makes, which begin with its next exec.
 * @param ring_bytes  of each CPU's ring, a power of two; 0: as much as the kernel permits, up to 16 MiB
 * @return 0; -1: err says what is not permitted, and how to permit it
 */
int perf_open(struct perf **out, pid_t pid, const struct record_layout *layout, size_t ring_bytes,
	      struct bench_error *err);
/** NULL is fine. */
void perf_close(struct perf *p);

unsigned int perf_nr_rings(const struct perf *p);
/** What to poll for: POLLIN, a ring is half full. */
void perf_pollfds(const struct perf *p, struct pollfd *fd);

/** Copy what the rings hold to their streams. @return 0; -1: err */
int perf_drain(struct perf *p, struct spool *const *stream, struct bench_error *err);

/** No event from now on. */
void perf_stop(struct perf *p);
/** Events that found their ring full, as the kernel counts them (0 before Linux 6.0). */
u64 perf_lost(const struct perf *p);

#endif /* BENCH_RECORD_PERF_H */
