/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of madvise: which pages go or come, which VMAs change.
 */
#include "bench/plan/op.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"

/* Linux's number that the core has no name for. */
#define MADV_FREE	8

enum advice_kind {
	ADVICE_UNKNOWN,
	ADVICE_NOTHING,		/* no page goes, no VMA changes */
	ADVICE_DROP,		/* pages go */
	ADVICE_FLAGS,		/* VMAs change */
	ADVICE_POPULATE,	/* pages come, to be read or written */
};

/* madvise(2); numbers are Linux's, the core's madvise.c has their names. */
static const struct {
	enum advice_kind kind;
	u64 clear, set;
} advices[] = {
	[0] = { ADVICE_FLAGS, VM_RAND_READ | VM_SEQ_READ, 0 },
	[1] = { ADVICE_FLAGS, VM_SEQ_READ, VM_RAND_READ },
	[2] = { ADVICE_FLAGS, VM_RAND_READ, VM_SEQ_READ },
	[3] = { ADVICE_NOTHING, 0, 0 },
	[4] = { ADVICE_DROP, 0, 0 },
	[8] = { ADVICE_NOTHING, 0, 0 },
	[10] = { ADVICE_FLAGS, 0, VM_DONTCOPY },
	[11] = { ADVICE_FLAGS, VM_DONTCOPY, 0 },
	[12] = { ADVICE_FLAGS, 0, VM_MERGEABLE },
	[13] = { ADVICE_FLAGS, VM_MERGEABLE, 0 },
	[14] = { ADVICE_FLAGS, VM_NOHUGEPAGE, VM_HUGEPAGE },
	[15] = { ADVICE_FLAGS, VM_HUGEPAGE, VM_NOHUGEPAGE },
	[16] = { ADVICE_FLAGS, 0, VM_DONTDUMP },
	[17] = { ADVICE_FLAGS, VM_DONTDUMP, 0 },
	[18] = { ADVICE_FLAGS, 0, VM_WIPEONFORK },
	[19] = { ADVICE_FLAGS, VM_WIPEONFORK, 0 },
	[20] = { ADVICE_NOTHING, 0, 0 },
	[21] = { ADVICE_NOTHING, 0, 0 },
	[22] = { ADVICE_POPULATE, 0, 0 },
	[MADV_POPULATE_WRITE] = { ADVICE_POPULATE, 0, 0 },
	[24] = { ADVICE_DROP, 0, 0 },
};

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

enum plan_verdict op_madvise(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 start = e->addr, end = op_range_end(start, e->len);
	struct model *m = &op->p->model;
	struct plan_event *pe;

	if (e->advice >= ARRAY_SIZE(advices) || advices[e->advice].kind == ADVICE_UNKNOWN)
		return builder_skip(op->b, SKIP_UNKNOWN);
	if (!end || !model_covers(m, start, end))
		return builder_skip(op->b, SKIP_CONTRADICTS);
	pe = op_begin(op, advices[e->advice].kind == ADVICE_POPULATE ? ACT_POPULATE : ACT_MADVISE);
	if (!pe)
		return PLAN_SKIP;
	if (e->advice == MADV_FREE)
		op->b->plan->space[pe->space].lazy = true;
	switch (advices[e->advice].kind) {
	case ADVICE_FLAGS:
		op_change_before(op, start, end);
		model_flags(m, start, end, advices[e->advice].clear, advices[e->advice].set,
			    op->me);
		op_shape_after(op, start, end);
		break;
	case ADVICE_DROP:
		order_change(&op->b->order, &op->p->history, start, end);
		model_zap(m, start, end);
		break;
	case ADVICE_POPULATE:
		populate(op, start, end, e->advice == MADV_POPULATE_WRITE);
		break;
	default:
		order_wait_changes(&op->b->order, &op->p->history, start, end);
	}
	return builder_end(op->b, pe);
}
