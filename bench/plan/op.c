/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What calls, advice and faults of the load analysis share: begin, and wait for the events that
 * shaped the VMAs they touch.
 */
#include "bench/plan/op.h"
#include "common/mm/mm.h"

u64 op_range_end(u64 addr, u64 len)
{
	if ((addr & ~PAGE_MASK) || !len || addr >= TASK_SIZE_DEFAULT ||
	    len > TASK_SIZE_DEFAULT - addr)
		return 0;
	return addr + PAGE_ALIGN(len);
}

struct plan_event *op_begin(struct op *op, enum plan_act act)
{
	struct plan_event *pe = builder_begin(op->b, op->event, act);

	if (pe)
		op->me = (struct ref){ pe->thread, pe->seq };
	return pe;
}

enum plan_verdict op_agree(struct op *op, int err)
{
	u64 ret = op->e->ret;

	if (mm_is_err(ret) ? ret == (u64)err : !err)
		return PLAN_KEEP;
	return builder_skip(op->b, mm_is_err(ret) ? SKIP_FAILED : SKIP_CONTRADICTS);
}

void op_shape_before(struct op *op, u64 start, u64 end)
{
	struct order *o = &op->b->order;
	struct history *h = &op->p->history;
	struct model *m = &op->p->model;

	for (struct model_vma *vma = model_next(m, start ? start - 1 : 0);
	     vma && model_start(vma) <= end; vma = model_next(m, vma->end))
		order_wait(o, vma->shape);
	if (start && !model_at(m, start - 1))
		order_wait_changes(o, h, start - PAGE_SIZE, start);
	if (!model_at(m, end))
		order_wait_changes(o, h, end, end + PAGE_SIZE);
}

void op_shape_after(struct op *op, u64 start, u64 end)
{
	struct model *m = &op->p->model;

	for (struct model_vma *vma = model_next(m, start ? start - 1 : 0);
	     vma && model_start(vma) <= end; vma = model_next(m, vma->end))
		vma->shape = op->me;
}

void op_change_before(struct op *op, u64 start, u64 end)
{
	op_shape_before(op, start, end);
	order_change(&op->b->order, &op->p->history, start, end);
}
