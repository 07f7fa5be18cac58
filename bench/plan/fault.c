/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of a fault: which page it makes, and what that makes it wait for.
 */
#include "bench/plan/op.h"
#include "common/mm/vma.h"

static bool allowed(const struct model_vma *vma, u64 err)
{
	if (err & TRACE_ERR_WRITE)
		return vma->flags & VM_WRITE;
	if (err & TRACE_ERR_FETCH)
		return vma->flags & VM_EXEC;
	return vma->flags & VM_ACCESS_FLAGS;
}

/* The fault below a stack that made it grow. */
static struct model_vma *grown(struct op *op)
{
	struct model_vma *vma = model_next(&op->p->model, op->e->addr);
	u64 page = op->e->addr & PAGE_MASK;

	if (!vma || !(vma->flags & VM_GROWSDOWN) || model_start(vma) <= page ||
	    op->b->timeline.partner[op->event] == TIMELINE_NONE)
		return NULL;
	op_change_before(op, page, model_start(vma));
	model_grow_down(&op->p->model, vma, page);
	vma->anon = true;
	vma->anon_by = op->me;
	op_shape_after(op, page, vma->end);
	return vma;
}

enum plan_verdict op_fault(struct op *op)
{
	const struct trace_event *e = op->e;
	struct order *o = &op->b->order;
	struct model_vma *vma = model_at(&op->p->model, e->addr);
	bool write = e->err & TRACE_ERR_WRITE;
	struct plan_event *pe = op_begin(op, ACT_FAULT);

	if (!pe)
		return PLAN_SKIP;
	if (!vma)
		vma = grown(op);
	order_touch(o, &op->p->history, e->addr);
	if (!vma || !allowed(vma, e->err) || model_guarded(&op->p->model, e->addr, e->addr + 1) == e->addr) {
		pe->sigsegv = true;
		op->b->plan->sigsegv++;
		return builder_end(op->b, pe);
	}
	if (model_makes_private(&op->p->model, vma, write)) {
		if (!vma->anon) {
			/*
			 * It gives the VMA an anon_vma, its own or a neighbour's, on which later merges
			 * depend.
			 */
			op_shape_before(op, model_start(vma), vma->end);
			vma->anon = true;
			vma->anon_by = op->me;
			op_shape_after(op, model_start(vma), vma->end);
		} else {
			order_wait(o, vma->anon_by);
		}
	}
	model_fill(&op->p->model, vma, e->addr, write);
	pe->shared = vma->flags & VM_SHARED;
	if (write && !pe->shared)
		model_write(&op->p->model, e->addr, order_word(pe->thread), op->event);
	return builder_end(op->b, pe);
}
