/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of single calls, faults and mappings: what each touches, and what that makes it wait for.
 */
#include "bench/plan/parts.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"

/* Linux's numbers that the core has no name for. */
#define MAP_LOCKED		0x2000
#define MAP_HUGETLB		0x40000
#define MADV_FREE		8
#define PROT_GROWSDOWN		0x01000000

/* Files that have no number of their own get one with this bit. */
#define SPECIAL_INODE		(1ULL << 62)
/* In place of a file's number, for mappings that exec and the like made. */
#define NO_FD			(1ULL << 40)
#define SHARED_FD		(~NO_FD)

/* What one event does; the functions below fill it in pieces. */
struct op {
	struct builder *b;
	struct plan_process *p;
	const struct trace_event *e;
	u32 event;
	struct ref me;
};

static bool is_fixed(u32 flags)
{
	return flags & (MM_MAP_FIXED | MM_MAP_FIXED_NOREPLACE);
}

/* [addr, addr + len) rounded up to pages is user memory.  @return its end, or 0 */
static u64 range_end(u64 addr, u64 len)
{
	if ((addr & ~PAGE_MASK) || !len || addr >= TASK_SIZE_DEFAULT ||
	    len > TASK_SIZE_DEFAULT - addr)
		return 0;
	return addr + PAGE_ALIGN(len);
}

static struct plan_event *begin(struct op *op, enum plan_act act)
{
	struct plan_event *pe = builder_begin(op->b, op->event, act);

	if (pe)
		op->me = (struct ref){ pe->thread, pe->seq };
	return pe;
}

/* --- order ---------------------------------------------------------------------------- */

/*
 * The event depends on the bounds and states of the VMAs that lie in or touch
 * [start, end]: wait for who shaped them, and for who made the holes beside.
 */
static void shape_before(struct op *op, u64 start, u64 end)
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

/* Who comes later and depends on these VMAs waits for this event. */
static void shape_after(struct op *op, u64 start, u64 end)
{
	struct model *m = &op->p->model;

	for (struct model_vma *vma = model_next(m, start ? start - 1 : 0);
	     vma && model_start(vma) <= end; vma = model_next(m, vma->end))
		vma->shape = op->me;
}

static void change_before(struct op *op, u64 start, u64 end)
{
	shape_before(op, start, end);
	order_change(&op->b->order, &op->p->history, start, end);
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
	struct plan_event *pe = begin(op, act);
	bool anonymous = mm_flags & MM_MAP_ANONYMOUS;
	u64 pgoff = anonymous ? start >> PAGE_SHIFT : offset >> PAGE_SHIFT;

	if (!pe)
		return PLAN_SKIP;
	pe->file = file;
	pe->mm_flags = mm_flags;
	change_before(op, start, end);
	model_map(&op->p->model, start, end, vm_flags_of(op->e->prot, mm_flags), file,
		  anonymous && file, anonymous && file ? 0 : pgoff, op->me);
	shape_after(op, start, end);
	return builder_end(op->b, pe);
}

/* A V line that nothing recorded explains: exec's segments, shmat's, the kernel's own. */
static enum plan_verdict given(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 end = range_end(e->addr, e->len);
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
	u64 start = e->ret, end = range_end(start, e->len), inode;
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
	u64 start = e->addr, end = range_end(start, e->len);
	struct plan_event *pe;

	if (!end || !model_ever(&op->p->model, start, end)) {
		bench_fail(op->b->err, "%s:%u: unmaps %llx-%llx, where nothing was ever mapped",
			   op->b->trace->path, e->line, (unsigned long long)start,
			   (unsigned long long)(end ? end : start + e->len));
		return PLAN_REFUSE;
	}
	pe = begin(op, ACT_MUNMAP);
	if (!pe)
		return PLAN_SKIP;
	change_before(op, start, end);
	model_unmap(&op->p->model, start, end);
	shape_after(op, start, end);
	return builder_end(op->b, pe);
}

static enum plan_verdict op_mprotect(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 start = e->addr, end = range_end(start, e->len);
	struct model_vma *vma = model_next(&op->p->model, start);
	struct plan_event *pe;

	if (e->prot & PROT_GROWSDOWN && vma)
		start = model_start(vma);
	if (!end || !model_covers(&op->p->model, start, end))
		return builder_skip(op->b, SKIP_CONTRADICTS);
	pe = begin(op, ACT_MPROTECT);
	if (!pe)
		return PLAN_SKIP;
	change_before(op, start, end);
	model_protect(&op->p->model, start, end, rights_of(e->prot), op->me);
	shape_after(op, start, end);
	return builder_end(op->b, pe);
}

static enum plan_verdict op_mremap(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 old = e->addr, to = e->ret;
	u64 old_end = range_end(old, e->len), end = range_end(to, e->new_len);
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
	pe = begin(op, ACT_MREMAP);
	if (!pe)
		return PLAN_SKIP;
	change_before(op, old, old_end);
	change_before(op, to, end);
	if (to != old) {
		model_move(m, old, old_end - old, to, end - to, e->flags & MM_MREMAP_DONTUNMAP,
			   op->me);
	} else if (end < old_end) {
		model_unmap(m, end, old_end);
	} else if (end > old_end) {
		model_grow_up(m, old_end, end, op->me);
	}
	shape_after(op, old, old_end);
	shape_after(op, to, end);
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
	pe = begin(op, ACT_BRK);
	if (!pe)
		return PLAN_SKIP;
	order_wait(&op->b->order, p->brk_by);
	p->brk_by = op->me;
	if (new > old) {
		change_before(op, old, new);
		model_map(m, old, new, VM_READ | VM_WRITE | VM_ACCOUNT, 0, false,
			  old >> PAGE_SHIFT, op->me);
		shape_after(op, old, new);
	} else if (new < old) {
		change_before(op, new, old);
		model_unmap(m, new, old);
		shape_after(op, new, old);
	}
	m->brk = e->ret;
	return builder_end(op->b, pe);
}

/* --- advice ------------------------------------------------------------------------------------ */

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

	change_before(op, start, end);
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
	shape_after(op, start, end);
	op->b->plan->populated += m->tally->made - had;
}

static enum plan_verdict op_madvise(struct op *op)
{
	const struct trace_event *e = op->e;
	u64 start = e->addr, end = range_end(start, e->len);
	struct model *m = &op->p->model;
	struct plan_event *pe;

	if (e->advice >= ARRAY_SIZE(advices) || advices[e->advice].kind == ADVICE_UNKNOWN)
		return builder_skip(op->b, SKIP_UNKNOWN);
	if (!end || !model_covers(m, start, end))
		return builder_skip(op->b, SKIP_CONTRADICTS);
	pe = begin(op, advices[e->advice].kind == ADVICE_POPULATE ? ACT_POPULATE : ACT_MADVISE);
	if (!pe)
		return PLAN_SKIP;
	if (e->advice == MADV_FREE)
		op->b->plan->space[pe->space].lazy = true;
	switch (advices[e->advice].kind) {
	case ADVICE_FLAGS:
		change_before(op, start, end);
		model_flags(m, start, end, advices[e->advice].clear, advices[e->advice].set,
			    op->me);
		shape_after(op, start, end);
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

/* --- faults -------------------------------------------------------------------------------------- */

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
	change_before(op, page, model_start(vma));
	model_grow_down(&op->p->model, vma, page);
	vma->anon = true;
	vma->anon_by = op->me;
	shape_after(op, page, vma->end);
	return vma;
}

static enum plan_verdict op_fault(struct op *op)
{
	const struct trace_event *e = op->e;
	struct order *o = &op->b->order;
	struct model_vma *vma = model_at(&op->p->model, e->addr);
	bool write = e->err & TRACE_ERR_WRITE;
	struct plan_event *pe = begin(op, ACT_FAULT);

	if (!pe)
		return PLAN_SKIP;
	if (!vma)
		vma = grown(op);
	order_touch(o, &op->p->history, e->addr);
	if (!vma || !allowed(vma, e->err)) {
		pe->sigsegv = true;
		return builder_end(op->b, pe);
	}
	if (model_makes_private(&op->p->model, vma, write)) {
		if (!vma->anon) {
			/* It gives the VMA its anon_vma, or a neighbour's: later merges depend on it. */
			shape_before(op, model_start(vma), vma->end);
			vma->anon = true;
			vma->anon_by = op->me;
			shape_after(op, model_start(vma), vma->end);
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
	struct plan_event *pe = begin(op, ACT_CHECK);

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
