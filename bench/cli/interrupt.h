/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief SIGINT and SIGTERM in the middle of a measurement: the first requests an end, the second ends
 * the process.
 *
 * A measurement then drops the round under way, keeps whole ones, and says in its result that it is
 * partial; the exit status is interrupt_status().
 */
#ifndef BENCH_CLI_INTERRUPT_H
#define BENCH_CLI_INTERRUPT_H

#include <stdbool.h>

/**
 * From now on the first SIGINT or SIGTERM is remembered only; a second one of either ends
 * the process as it always does, but for the same one within half a second: timeout(1)
 * sends it twice.  A signal that is ignored, as by nohup or by a shell for
 * what runs in the background, stays ignored.
 */
void interrupt_catch(void);

/** Has one come?  Any thread may call this at any time; it is one load. */
bool interrupt_pending(void);

/** Exit status for a result that is partial: 128 + the signal, as a shell has it.  0: none came */
int interrupt_status(void);

/** Block both signals while something is written that must not be left half-written. */
void interrupt_hold(void);
void interrupt_release(void);

#endif /* BENCH_CLI_INTERRUPT_H */
