/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the walk (plan.c) calls for a line of the trace.
 */
#ifndef BENCH_PLAN_PARTS_H
#define BENCH_PLAN_PARTS_H

#include "bench/plan/builder.h"

/* X, C and E lines (spaces.c) */
enum plan_verdict plan_exec(struct builder *b, u32 event);
enum plan_verdict plan_clone(struct builder *b, u32 event);
enum plan_verdict plan_end(struct builder *b, u32 event);

/** One call, fault or given mapping in a process with an address space (calls.c). */
enum plan_verdict plan_op(struct builder *b, struct plan_process *p, u32 event);

#endif /* BENCH_PLAN_PARTS_H */
