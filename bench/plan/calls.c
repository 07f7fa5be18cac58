/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of single calls and given mappings: what each touches, and what that makes it wait for.
 */
#include "bench/plan/op.h"
#include "bench/plan/parts.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"

#include <errno.h>

/* Linux's place of the size of a MAP_HUGETLB page in the flags. */
#define MAP_HUGE_SHIFT		26

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

static enum plan_verdict map(struct op *op, enum plan_act act, u64 start, u64 end, u32 file,
			     u64 offset, u32 mm_flags)
{
	unsigned long vm_flags;
	bool known = !mm_mmap_flags((int)op->e->prot, (int)mm_flags, &vm_flags);
	struct plan_event *pe = known ? op_begin(op, act) : NULL;
	bool anonymous = mm_flags & MM_MAP_ANONYMOUS;
	u64 pgoff = anonymous ? start >> PAGE_SHIFT : offset >> PAGE_SHIFT;

	if (!known)
		return builder_skip(op->b, SKIP_UNKNOWN);
	if (!pe)
		return PLAN_SKIP;
	pe->file = file;
	pe->mm_flags = mm_flags;
	if (end - start != PAGE_ALIGN(op->e->len))
		pe->pages = (u32)((end - start) >> PAGE_SHIFT);
	op_change_before(op, start, end);
	model_map(&op->p->model, start, end, vm_flags, file,
		  anonymous && file, anonymous && file ? 0 : pgoff, op->me);
	op_shape_after(op, start, end);
	return builder_end(op->b, pe);
}

/* A V line that no recorded call explains: exec's segments, shmat's, the kernel's own. */
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

/* Bytes that mmap maps; with huge pages a multiple of their size. */
static u64 mapped_bytes(const struct trace_event *e)
{
	u32 shift = e->flags >> MAP_HUGE_SHIFT & 63;
	u64 huge = 1ULL << (shift ? shift : 21);	/* 2 MiB, unless the call names another size */

	if (!(e->flags & MM_MAP_HUGETLB) || e->len > ~0ULL - huge)
		return e->len;
	return (e->len + huge - 1) & ~(huge - 1);
}

static enum plan_verdict op_mmap(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 start = e->ret, end = op_range_end(start, mapped_bytes(e)), inode;
	u32 v = op->b->timeline.partner[op->event], file = 0;
	u32 flags = e->flags & ~MM_MAP_HUGETLB & ((1U << MAP_HUGE_SHIFT) - 1);
	struct model_vma *there;

	if (!end || ((e->offset & ~PAGE_MASK) && !(flags & MM_MAP_ANONYMOUS)))
		return builder_skip(op->b, SKIP_CONTRADICTS);
	/*
	 * SHARED_VALIDATE made the kernel check all flags, which it knew; it would refuse the one added
	 * below.
	 */
	if ((flags & MM_MAP_TYPE) == MM_MAP_SHARED_VALIDATE)
		flags = (flags & ~(u32)MM_MAP_TYPE) | MM_MAP_SHARED;
	there = model_next(&op->p->model, start);
	if (!is_fixed(flags) || (flags & MM_MAP_FIXED_NOREPLACE)) {
		if (there && model_start(there) < end) {
			/* The call that made room is not in the trace. */
			op->b->plan->repaired++;
			flags = (flags & ~MM_MAP_FIXED_NOREPLACE) | MM_MAP_FIXED;
		} else {
			flags |= MM_MAP_FIXED_NOREPLACE;
		}
	}
	if (flags & MM_MAP_ANONYMOUS) {
		if (mm_map_is_shared((int)flags))
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
				    mm_map_is_shared((int)flags) ? ~e->fd : e->fd, false);
	}
	return map(op, ACT_MMAP, start, end, file, e->offset, flags);
}

static enum plan_verdict op_munmap(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 start = e->addr, end = op_range_end(start, e->len);
	enum plan_verdict verdict = op_agree(op, end ? 0 : -EINVAL);
	struct plan_event *pe;

	if (verdict != PLAN_KEEP || !end)
		return verdict == PLAN_KEEP ? builder_skip(op->b, SKIP_FAILED) : verdict;
	pe = op_begin(op, ACT_MUNMAP);
	if (!pe)
		return PLAN_SKIP;
	op_change_before(op, start, end);
	model_unmap(&op->p->model, start, end);
	op_shape_after(op, start, end);
	return builder_end(op->b, pe);
}

/*
 * Where an mprotect that was refused with EACCES stopped: the file was not opened for writing there, but
 * here every file is.  The first shared mapping of one that is not writable yet, or @a end.
 */
static u64 refused_at(const struct model *m, u64 start, u64 end, int prot)
{
	const struct model_vma *vma = model_next(m, start);

	if (!(prot & MM_PROT_WRITE))
		return start;
	for (; vma && model_start(vma) < end; vma = model_next(m, vma->end))
		if (vma->file && !vma->shmem && (vma->flags & VM_SHARED) && !(vma->flags & VM_WRITE))
			return model_start(vma) > start ? model_start(vma) : start;
	return end;
}

static enum plan_verdict op_mprotect(struct op *op)
{
	const struct trace_event *e = op->e;
	struct model *m = &op->p->model;
	int prot = (int)e->prot;
	u64 start = e->addr, end = start + PAGE_ALIGN(e->len), stop;
	struct model_vma *vma = model_next(m, start);
	enum plan_verdict verdict;
	struct plan_event *pe;

	if ((prot & MM_PROT_GROWSDOWN) && vma && (vma->flags & VM_GROWSDOWN))
		start = model_start(vma);
	if ((e->addr & ~PAGE_MASK) || end < e->addr || end < e->len)
		return builder_skip(op->b, mm_is_err(e->ret) ? SKIP_FAILED : SKIP_CONTRADICTS);
	stop = model_hole(m, start, end);
	if (e->ret == (u64)-EACCES)
		stop = refused_at(m, start, stop, prot);
	verdict = e->ret == (u64)-EACCES ? PLAN_KEEP : op_agree(op, stop < end ? -ENOMEM : 0);
	if (verdict != PLAN_KEEP)
		return verdict;
	if (e->len && (stop == start || stop - start > (u64)~0U << PAGE_SHIFT))	/* it changed nothing, or too much */
		return builder_skip(op->b, SKIP_FAILED);
	pe = op_begin(op, ACT_MPROTECT);
	if (!pe)
		return PLAN_SKIP;
	if (e->ret == (u64)-EACCES)
		pe->pages = (u32)((stop - start) >> PAGE_SHIFT);
	op_change_before(op, start, stop);
	if (start < stop)
		model_protect(m, start, stop, prot, op->me);
	op_shape_after(op, start, stop);
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

	/* Huge pages do not exist here. */
	if (t->event[call].op == TRACE_MMAP && (t->event[call].flags & MM_MAP_HUGETLB))
		return PLAN_SKIP;
	/* If a call made several mappings, one that a later one touches may have merged with it. */
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
	switch (e->op) {
	case TRACE_MMAP:	/* a failed call changed nothing, or we cannot know what */
		return mm_is_err(e->ret) ? builder_skip(b, SKIP_FAILED) : op_mmap(&op);
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
