/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What an access to a line takes, by what two threads did to it before.
 */
#ifndef BENCH_CALIBRATE_TURNS_H
#define BENCH_CALIBRATE_TURNS_H

/** Once, before turns_ns(). @return 0; -1: no memory */
int turns_begin(void);

/**
 * Two threads, A on the first CPU and B on the second, go over the same lines by turns.
 * @param turns	A or B, then r (reads) or w (fetch_add), for each turn: "AwBr"
 * @return ns a line in the last turn, median of its rounds; below 0: there is no second thread
 * @context the caller is A, with slot 0, and pinned to the first CPU; slot 1 is free
 */
double turns_ns(const char *turns);

#endif /* BENCH_CALIBRATE_TURNS_H */
