/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The kernel's tracepoints, looked up in tracefs, whether or not it is mounted.
 */
#ifndef BENCH_RECORD_TRACEPOINT_H
#define BENCH_RECORD_TRACEPOINT_H

#include "bench/record/record.h"

/** The longest description of a tracepoint that is read, with its NUL. */
#define TRACEPOINT_MAX_FORMAT 8192

/**
 * Find the description of the tracepoint @a name, "raw_syscalls/sys_enter", as tracefs has it in its file format.
 * @param text	TRACEPOINT_MAX_FORMAT bytes for it, to be ended by a NUL
 * @return 0; -1: err
 */
typedef int tracepoint_format_fn(const void *from, const char *name, char *text, struct bench_error *err);

/** Fill @a layout from descriptions. @return 0; -1: err says what is not there */
int tracepoint_layout_from(tracepoint_format_fn *format, const void *from, struct record_layout *layout,
			   struct bench_error *err);

/**
 * Fill @a layout with the numbers and field offsets of exceptions:page_fault_user and
 * page_fault_kernel, raw_syscalls:sys_enter and sys_exit.
 * @return 0; -1: err says what is not permitted, or not there
 */
int tracepoint_layout(struct record_layout *layout, struct bench_error *err);

#endif /* BENCH_RECORD_TRACEPOINT_H */
