/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of single calls and given mappings: what each touches, and what that makes it wait for.
 */
#include "bench/plan/op.h"
#include "bench/plan/parts.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"

/* Linux's numbers that the core has no name for. */
#define MAP_LOCKED		0x2000
#define MAP_HUGETLB		0x40000
#define PROT_GROWSDOWN		0x01000000

/* Files that have no number of their own get one with this bit. */
#define SPECIAL_INODE		(1ULL << 62)
/* In place of a file's number, for mappings that exec and the like made. */
#define NO_FD			(1ULL << 40)
#define SHARED_FD		(~NO_FD)

static bool is_fixed(u32 flags)
{
	return flags & (MM_MAP_FIXED | MM_MAP_FIXED_NOREPLACE);
}

/* --- mappings ---------------------------------------------------------------------------- */

static u64 rights_of(u32 prot)
{
	return (prot & MM_PROT_READ ? VM_READ : 0) | (prot & MM_PROT_WRITE ? VM_WRITE : 0) |
	       (prot & MM_PROT_EXEC ? VM_EXEC : 0);
}

/* As the core makes them of mmap's arguments, the VM_MAY* bits apart. */
static u64 vm_flags_of(u32 prot, u32 flags)
{
	u64 vm = rights_of(prot);

	if ((flags & MM_MAP_TYPE) != MM_MAP_PRIVATE)
		vm |= VM_SHARED;
	if (flags & MM_MAP_GROWSDOWN)
		vm |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm |= VM_LOCKED;
	if (flags & MM_MAP_STACK)
		vm |= VM_NOHUGEPAGE;
	if (flags & MM_MAP_NORESERVE)
		vm |= VM_NORESERVE;
	if ((vm & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE)
		vm |= VM_ACCOUNT;
	return vm;
}

static enum plan_verdict map(struct op *op, enum plan_act act, u64 start, u64 end, u32 file,
			     u64 offset, u32 mm_flags)
{
	struct plan_event *pe = op_begin(op, act);
	bool anonymous = mm_flags & MM_MAP_ANONYMOUS;
	u64 pgoff = anonymous ? start >> PAGE_SHIFT : offset >> PAGE_SHIFT;

	if (!pe)
		return PLAN_SKIP;
	pe->file = file;
	pe->mm_flags = mm_flags;
	op_change_before(op, start, end);
	model_map(&op->p->model, start, end, vm_flags_of(op->e->prot, mm_flags), file,
		  anonymous && file, anonymous && file ? 0 : pgoff, op->me);
	op_shape_after(op, start, end);
	return builder_end(op->b, pe);
}

/* A V line that nothing recorded explains: exec's segments, shmat's, the kernel's own. */
static enum plan_verdict given(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 end = op_range_end(e->addr, e->len);
	u32 flags = MM_MAP_FIXED | (e->shared ? MM_MAP_SHARED : MM_MAP_PRIVATE), file = 0;

	if (!end)
		return builder_skip(op->b, SKIP_CONTRADICTS);
	switch (e->kind) {
	case TRACE_VMA_STACK:
		flags |= MM_MAP_ANONYMOUS | MM_MAP_GROWSDOWN;
		break;
	case TRACE_VMA_FILE:
		file = builder_file(op->b, op->p->space, e->inode, e->shared ? SHARED_FD : NO_FD,
				    false);
		break;
	case TRACE_VMA_SPECIAL:
		file = builder_file(op->b, op->p->space, SPECIAL_INODE | ++op->b->nr_special,
				    NO_FD, false);
		break;
	default:
		flags |= MM_MAP_ANONYMOUS;
		if (e->shared)
			file = builder_file(op->b, op->p->space,
					    SPECIAL_INODE | ++op->b->nr_special, NO_FD, true);
	}
	return map(op, ACT_GIVEN, e->addr, end, file, e->offset, flags);
}

static enum plan_verdict op_mmap(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 start = e->ret, end = op_range_end(start, e->len), inode;
	u32 v = op->b->timeline.partner[op->event], flags = e->flags & ~MAP_HUGETLB, file = 0;
	struct model_vma *there;

	if (!end || ((e->offset & ~PAGE_MASK) && !(flags & MM_MAP_ANONYMOUS)))
		return builder_skip(op->b, SKIP_CONTRADICTS);
	/* Which asked whether the kernel knows all flags: it did, and would not know the one added below. */
	if ((flags & MM_MAP_TYPE) == MM_MAP_SHARED_VALIDATE)
		flags = (flags & ~(u32)MM_MAP_TYPE) | MM_MAP_SHARED;
	there = model_next(&op->p->model, start);
	if (!is_fixed(flags) || (flags & MM_MAP_FIXED_NOREPLACE)) {
		if (there && model_start(there) < end) {
			/* The trace does not know of the call that made room. */
			op->b->plan->repaired++;
			flags = (flags & ~MM_MAP_FIXED_NOREPLACE) | MM_MAP_FIXED;
		} else {
			flags |= MM_MAP_FIXED_NOREPLACE;
		}
	}
	if (flags & MM_MAP_ANONYMOUS) {
		if ((flags & MM_MAP_TYPE) != MM_MAP_PRIVATE)
			file = builder_file(op->b, op->p->space,
					    SPECIAL_INODE | ++op->b->nr_special, NO_FD, true);
	} else {
		inode = v != TIMELINE_NONE && op->b->trace->event[v].inode ?
			op->b->trace->event[v].inode : SPECIAL_INODE | ++op->b->nr_special;
		/*
		 * Private and shared mappings of a file get two: else what a private copy
		 * holds would depend on when another thread wrote to the shared one.
		 */
		file = builder_file(op->b, op->p->space, inode,
				    (flags & MM_MAP_TYPE) == MM_MAP_PRIVATE ? e->fd : ~e->fd, false);
	}
	return map(op, ACT_MMAP, start, end, file, e->offset, flags);
}

static enum plan_verdict op_munmap(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 start = e->addr, end = op_range_end(start, e->len);
	struct plan_event *pe;

	if (!end || !model_ever(&op->p->model, start, end)) {
		bench_fail(op->b->err, "%s:%u: unmaps %llx-%llx, where nothing was ever mapped",
			   op->b->trace->path, e->line, (unsigned long long)start,
			   (unsigned long long)(end ? end : start + e->len));
		return PLAN_REFUSE;
	}
	pe = op_begin(op, ACT_MUNMAP);
	if (!pe)
		return PLAN_SKIP;
	op_change_before(op, start, end);
	model_unmap(&op->p->model, start, end);
	op_shape_after(op, start, end);
	return builder_end(op->b, pe);
}

static enum plan_verdict op_mprotect(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 start = e->addr, end = op_range_end(start, e->len);
	struct model_vma *vma = model_next(&op->p->model, start);
	struct plan_event *pe;

	if (e->prot & PROT_GROWSDOWN && vma)
		start = model_start(vma);
	if (!end || !model_covers(&op->p->model, start, end))
		return builder_skip(op->b, SKIP_CONTRADICTS);
	pe = op_begin(op, ACT_MPROTECT);
	if (!pe)
		return PLAN_SKIP;
	op_change_before(op, start, end);
	model_protect(&op->p->model, start, end, rights_of(e->prot), op->me);
	op_shape_after(op, start, end);
	return builder_end(op->b, pe);
}

static enum plan_verdict op_mremap(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 old = e->addr, to = e->ret;
	u64 old_end = op_range_end(old, e->len), end = op_range_end(to, e->new_len);
	struct model *m = &op->p->model;
	struct model_vma *vma = model_at(m, old), *there;
	struct plan_event *pe;

	if (!e->len)
		return builder_skip(op->b, SKIP_UNKNOWN);
	if (!old_end || !end || !vma || vma->end < old_end)
		return builder_skip(op->b, SKIP_CONTRADICTS);
	if (to == old) {
		there = end > old_end ? model_next(m, old_end) : NULL;
		if (there && model_start(there) < end)
			return builder_skip(op->b, SKIP_CONTRADICTS);
	} else {
		there = model_next(m, to);
		if ((there && model_start(there) < end && !(e->flags & MM_MREMAP_FIXED)) ||
		    (to < old_end && old < end))
			return builder_skip(op->b, SKIP_CONTRADICTS);
	}
	pe = op_begin(op, ACT_MREMAP);
	if (!pe)
		return PLAN_SKIP;
	op_change_before(op, old, old_end);
	op_change_before(op, to, end);
	if (to != old) {
		model_move(m, old, old_end - old, to, end - to, e->flags & MM_MREMAP_DONTUNMAP,
			   op->me);
	} else if (end < old_end) {
		model_unmap(m, end, old_end);
	} else if (end > old_end) {
		model_grow_up(m, old_end, end, op->me);
	}
	op_shape_after(op, old, old_end);
	op_shape_after(op, to, end);
	return builder_end(op->b, pe);
}

static enum plan_verdict op_brk(struct op *op)
{
	const struct trace_event *e = op->e;
	struct plan_process *p = op->p;
	struct model *m = &p->model;
	struct model_vma *there;
	struct plan_event *pe;
	u64 old, new = PAGE_ALIGN(e->ret);

	if (new < e->ret || new >= TASK_SIZE_DEFAULT)
		return builder_skip(op->b, SKIP_CONTRADICTS);
	if (!m->brk) {
		op->b->plan->space[p->space].start_brk = e->ret;
		m->brk = e->ret;
	}
	old = PAGE_ALIGN(m->brk);
	if (e->ret != m->brk && e->ret != e->addr)
		return builder_skip(op->b, SKIP_CONTRADICTS);
	if (e->ret != e->addr && e->addr >= op->b->plan->space[p->space].start_brk)
		return builder_skip(op->b, SKIP_FAILED);
	there = new > old ? model_next(m, old) : NULL;
	if ((there && model_start(there) < new) || e->ret < op->b->plan->space[p->space].start_brk)
		return builder_skip(op->b, SKIP_CONTRADICTS);
	pe = op_begin(op, ACT_BRK);
	if (!pe)
		return PLAN_SKIP;
	order_wait(&op->b->order, p->brk_by);
	p->brk_by = op->me;
	if (new > old) {
		op_change_before(op, old, new);
		model_map(m, old, new, VM_READ | VM_WRITE | VM_ACCOUNT, 0, false,
			  old >> PAGE_SHIFT, op->me);
		op_shape_after(op, old, new);
	} else if (new < old) {
		op_change_before(op, new, old);
		model_unmap(m, new, old);
		op_shape_after(op, new, old);
	}
	m->brk = e->ret;
	return builder_end(op->b, pe);
}

/* --- one line -------------------------------------------------------------------------------------- */

static enum plan_verdict check(struct op *op)
{
	const struct trace *t = op->b->trace;
	u32 call = op->b->timeline.partner[op->event];

	/* Of a call that made several, one that a later one touches may have merged with it. */
	for (u32 i = op->event + 1; i < t->nr_events; i++) {
		const struct trace_event *next = &t->event[i];

		if (next->time > t->event[call].time + t->event[call].dt)
			break;
		if (next->op != TRACE_VMA || op->b->timeline.partner[i] != call)
			continue;
		if (next->addr <= op->e->addr + op->e->len &&
		    op->e->addr <= next->addr + next->len)
			return PLAN_SKIP;
	}
	struct plan_event *pe = op_begin(op, ACT_CHECK);

	return pe ? builder_end(op->b, pe) : PLAN_SKIP;
}

enum plan_verdict plan_op(struct builder *b, struct plan_process *p, u32 event)
{
	const struct trace_event *e = &b->trace->event[event];
	struct op op = { .b = b, .p = p, .e = e, .event = event };

	if (e->op == TRACE_VMA)
		return b->timeline.partner[event] == TIMELINE_NONE ? given(&op) : check(&op);
	if (e->op == TRACE_FAULT || e->op == TRACE_KFAULT)
		return op_fault(&op);
	if (e->dt == TRACE_NEVER)
		return builder_skip(b, SKIP_UNFINISHED);
	if (mm_is_err(e->ret))
		return builder_skip(b, SKIP_FAILED);
	switch (e->op) {
	case TRACE_MMAP:
		return op_mmap(&op);
	case TRACE_MUNMAP:
		return op_munmap(&op);
	case TRACE_MPROTECT:
		return op_mprotect(&op);
	case TRACE_MREMAP:
		return op_mremap(&op);
	case TRACE_BRK:
		return op_brk(&op);
	default:
		return op_madvise(&op);
	}
}
