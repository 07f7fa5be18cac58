/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One event of the load analysis: what calls.c, mremap.c, advice.c and fault.c fill in, in pieces.
 */
#ifndef BENCH_PLAN_OP_H
#define BENCH_PLAN_OP_H

#include "bench/plan/builder.h"

struct op {
	struct builder *b;
	struct plan_process *p;
	const struct trace_event *e;
	u32 event;
	struct ref me;
};

/** builder_begin() of the event, which is op->me from then on.  @return NULL: no memory */
struct plan_event *op_begin(struct op *op, enum plan_act act);

/** [addr, addr + len) rounded up to pages is user memory.  @return its end, or 0 */
u64 op_range_end(u64 addr, u64 len);

/**
 * The event depends on the bounds and states of the VMAs that lie in or touch [start, end]:
 * it waits for the events that shaped them, and for those that made the holes beside.
 */
void op_shape_before(struct op *op, u64 start, u64 end);
/** A later event that depends on these VMAs waits for this one. */
void op_shape_after(struct op *op, u64 start, u64 end);
/** op_shape_before(), and the event is the last change of the range. */
void op_change_before(struct op *op, u64 start, u64 end);

/**
 * The model predicts that the call returns @a err, or 0: does the trace agree?
 * @return PLAN_KEEP: it does, and what the call did is known, even if it failed; PLAN_SKIP, counted: the
 * call failed for a reason that a trace does not show, such as a limit, or it did what the model says is
 * impossible
 */
enum plan_verdict op_agree(struct op *op, int err);

/** mremap (mremap.c). */
enum plan_verdict op_mremap(struct op *op);
/** madvise (advice.c). */
enum plan_verdict op_madvise(struct op *op);
/** A fault, from user mode or the kernel (fault.c). */
enum plan_verdict op_fault(struct op *op);

#endif /* BENCH_PLAN_OP_H */
