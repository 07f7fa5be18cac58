/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of mremap: one mapping or several move, grow, shrink, or are mapped once more.
 *
 * The result follows the core's mremap.c, whose checks come in this order.  A call
 * that moved by itself is replayed with MREMAP_FIXED to where it went.
 */
#include "bench/plan/op.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"

#include <errno.h>

struct remap {
	struct model *m;
	u64 old, old_len, new_len, to;	/* lengths in whole pages */
	u32 flags;
};

static struct remap remap_of(struct op *op)
{
	const struct trace_event *e = op->e;
	struct remap r = {
		.m = &op->p->model,
		.old = e->addr,
		.old_len = PAGE_ALIGN(e->len),
		.new_len = PAGE_ALIGN(e->new_len),
		.to = mm_is_err(e->ret) ? e->new_addr : e->ret,
		.flags = e->flags,
	};

	if (!mm_is_err(e->ret) && r.to != r.old)
		r.flags |= MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED;
	return r;
}

static bool has_target(const struct remap *r)
{
	return r->flags & (MM_MREMAP_FIXED | MM_MREMAP_DONTUNMAP);
}

static bool several(const struct remap *r)
{
	return (r->flags & MM_MREMAP_FIXED) && r->old_len == r->new_len;
}

static int check_arguments(const struct remap *r)
{
	if ((r->flags & ~(MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED | MM_MREMAP_DONTUNMAP)) ||
	    (r->old & ~PAGE_MASK) || !r->new_len || r->new_len > TASK_SIZE_DEFAULT ||
	    r->old > TASK_SIZE_DEFAULT || r->old_len > TASK_SIZE_DEFAULT)
		return -EINVAL;
	if (!has_target(r))
		return 0;
	if (r->to > TASK_SIZE_DEFAULT - r->new_len || (r->to & ~PAGE_MASK) ||
	    !(r->flags & MM_MREMAP_MAYMOVE))
		return -EINVAL;
	if ((r->flags & MM_MREMAP_DONTUNMAP) && r->old_len != r->new_len)
		return -EINVAL;
	return r->old + r->old_len > r->to && r->to + r->new_len > r->old ? -EINVAL : 0;
}

static int check_mapping(const struct remap *r)
{
	const struct model_vma *vma = model_at(r->m, r->old);
	u64 moved = r->old_len < r->new_len ? r->old_len : r->new_len;

	if (!vma)
		return -EFAULT;
	if (several(r) || (r->new_len <= r->old_len && !has_target(r)))
		return 0;
	if (!r->old_len && !(vma->flags & VM_SHARED))
		return -EINVAL;
	return moved > vma->end - r->old ? -EFAULT : 0;
}

/* Growing in place, which a call that may move does not have to do. */
static int check_room(const struct remap *r)
{
	u64 from = r->old + r->old_len, end = r->old + r->new_len;
	const struct model_vma *next = model_next(r->m, from);

	if (has_target(r) || r->new_len <= r->old_len)
		return 0;
	if (!r->old_len || model_at(r->m, from - 1)->end != from || (next && model_start(next) < end))
		return -ENOMEM;
	return 0;
}

static int answer(const struct remap *r)
{
	int err = check_arguments(r);

	if (!err)
		err = check_mapping(r);
	return err ? err : check_room(r);
}

/* Mapping by mapping, with the holes between them. */
static void move_all(const struct remap *r, struct ref by)
{
	u64 end = r->old + r->old_len, to;
	bool keep = r->flags & MM_MREMAP_DONTUNMAP;
	const struct model_vma *vma;

	for (u64 from = r->old; from < end && (vma = model_next(r->m, from)); from = to) {
		if (model_start(vma) >= end)
			break;
		if (model_start(vma) > from)
			from = model_start(vma);
		to = vma->end < end ? vma->end : end;
		model_move(r->m, from, to - from, from - r->old + r->to, to - from, keep, by);
	}
}

static void apply(const struct remap *r, struct ref by)
{
	u64 old_end = r->old + r->old_len;

	if (several(r))
		move_all(r, by);
	else if (has_target(r))
		model_move(r->m, r->old, r->old_len, r->to, r->new_len,
			   r->flags & MM_MREMAP_DONTUNMAP, by);
	else if (r->new_len < r->old_len)
		model_unmap(r->m, r->old + r->new_len, old_end);
	else if (r->new_len > r->old_len)
		model_grow_up(r->m, old_end, r->old + r->new_len, by);
}

enum plan_verdict op_mremap(struct op *op)
{
	struct remap r = remap_of(op);
	int err = answer(&r);
	enum plan_verdict verdict = op_agree(op, err);
	struct plan_event *pe;

	if (verdict != PLAN_KEEP)
		return verdict;
	if (err)	/* it was refused before anything changed */
		return builder_skip(op->b, SKIP_FAILED);
	pe = op_begin(op, ACT_MREMAP);
	if (!pe)
		return PLAN_SKIP;
	op_change_before(op, r.old, r.old + r.old_len);
	op_change_before(op, r.to, r.to + r.new_len);
	apply(&r, op->me);
	op_shape_after(op, r.old, r.old + r.old_len);
	op_shape_after(op, r.to, r.to + r.new_len);
	return builder_end(op->b, pe);
}
