/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The kernel's tracepoints, looked up in tracefs, whether or not it is mounted.
 */
#ifndef BENCH_RECORD_TRACEPOINT_H
#define BENCH_RECORD_TRACEPOINT_H

#include "bench/record/record.h"

/**
 * Fill @a layout with the numbers and field offsets of exceptions:page_fault_user and
 * page_fault_kernel, raw_syscalls:sys_enter and sys_exit.
 * @return 0; -1: err says what is not permitted, or not there
 */
int tracepoint_layout(struct record_layout *layout, struct bench_error *err);

#endif /* BENCH_RECORD_TRACEPOINT_H */
