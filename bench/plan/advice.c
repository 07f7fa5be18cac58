/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of madvise: which pages are dropped or made, which VMAs change, and where the
 * call stops.
 */
#include "bench/plan/op.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"

#include <errno.h>

/* How far a call gets, and what it returns. */
struct reach {
	u64 end;
	int err;
};

/* The mapping may not be faulted in by the kernel, or a guard is in the way. */
static struct reach populate_stop(const struct model *m, const struct model_vma *vma, u64 from, u64 to,
				  bool write)
{
	u64 guard = model_guarded(m, from, to);

	if (!(vma->flags & (write ? VM_WRITE : VM_READ)))
		return (struct reach){ from, -EINVAL };
	return guard < to ? (struct reach){ guard, -EFAULT } : (struct reach){ to, 0 };
}

/* A hole stops it only if it populates pages; a mapping that does not suit the advice always stops it. */
static struct reach reach_of(const struct model *m, u64 start, u64 end, int advice)
{
	bool populate = mm_advice_kind(advice) == ADVICE_POPULATE;
	struct reach reach = { end, 0 }, stop;
	u64 to;

	for (u64 from = start; from < end; from = to) {
		const struct model_vma *vma = model_next(m, from);
		unsigned long flags;

		if (!vma || model_start(vma) > from)
			reach.err = -ENOMEM;
		if (reach.err && populate)
			return (struct reach){ from, -ENOMEM };
		if (!vma || model_start(vma) >= end)
			return reach;
		if (model_start(vma) > from)
			from = model_start(vma);
		to = vma->end < end ? vma->end : end;
		flags = vma->flags;
		if (mm_advice_flags(advice, !vma->file, &flags))
			return (struct reach){ from, -EINVAL };
		stop = populate_stop(m, vma, from, to, advice == MM_MADV_POPULATE_WRITE);
		if (populate && stop.err)
			return stop;
	}
	return reach;
}

/* Each page as a fault would make it; every VMA with a page of its own has an anon_vma afterwards. */
static void populate(struct op *op, u64 start, u64 end, bool write)
{
	struct model *m = &op->p->model;
	u64 had = m->tally->made;

	op_change_before(op, start, end);
	for (struct model_vma *vma = model_next(m, start); vma && model_start(vma) < end;
	     vma = model_next(m, vma->end)) {
		u64 from = model_start(vma) > start ? model_start(vma) : start;
		u64 to = vma->end < end ? vma->end : end;

		if (model_makes_private(m, vma, write)) {
			vma->anon = true;
			vma->anon_by = op->me;
		}
		for (u64 addr = from; addr < to; addr += PAGE_SIZE)
			model_fill(m, vma, addr, write);
	}
	op_shape_after(op, start, end);
	op->b->plan->populated += m->tally->made - had;
}

static void apply(struct op *op, u64 start, u64 end, int advice)
{
	struct model *m = &op->p->model;

	switch (mm_advice_kind(advice)) {
	case ADVICE_FLAGS:
		op_change_before(op, start, end);
		model_advise(m, start, end, advice, op->me);
		op_shape_after(op, start, end);
		break;
	case ADVICE_DROP:
		order_change(&op->b->order, &op->p->history, start, end);
		model_zap(m, start, end);
		break;
	case ADVICE_GUARD:	/* which gives a VMA its anon_vma, so that later merges depend on it */
		op_change_before(op, start, end);
		model_guard(m, start, end, op->me);
		op_shape_after(op, start, end);
		break;
	case ADVICE_UNGUARD:
		order_change(&op->b->order, &op->p->history, start, end);
		model_unguard(m, start, end);
		break;
	case ADVICE_POPULATE:
		populate(op, start, end, advice == MM_MADV_POPULATE_WRITE);
		break;
	default:
		order_wait_changes(&op->b->order, &op->p->history, start, end);
	}
}

enum plan_verdict op_madvise(struct op *op)
{
	const struct trace_event *e = op->e;
	int advice = e->advice > 0x7fffffff ? -1 : (int)e->advice;
	u64 start = e->addr, end = start + PAGE_ALIGN(e->len);
	enum plan_verdict verdict;
	struct plan_event *pe;
	struct reach reach;

	if (mm_advice_kind(advice) == ADVICE_UNKNOWN)
		return builder_skip(op->b, mm_is_err(e->ret) ? SKIP_FAILED : SKIP_UNKNOWN);
	if ((start & ~PAGE_MASK) || end < start || (e->len && end == start))
		return builder_skip(op->b, mm_is_err(e->ret) ? SKIP_FAILED : SKIP_CONTRADICTS);
	reach = reach_of(&op->p->model, start, end, advice);
	verdict = op_agree(op, reach.err);
	if (verdict != PLAN_KEEP)
		return verdict;
	pe = op_begin(op, ACT_MADVISE);
	if (!pe)
		return PLAN_SKIP;
	if (advice == MM_MADV_FREE)
		op->b->plan->space[pe->space].lazy = true;
	if (start < reach.end)
		apply(op, start, reach.end, advice);
	return builder_end(op->b, pe);
}
