/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of X, C and E lines: address spaces begin empty or as copies, are lent, and end.
 */
#include <stdlib.h>

#include "bench/plan/parts.h"

/* What is there when the space ends, for checks of the core. */
static void keep_final(struct builder *b, struct plan_process *p)
{
	struct plan_space *s = &b->plan->space[p->space];
	struct plan_vma *to;

	s->written = model_written(&p->model);
	s->alone = p->model.files->models == 1;
	s->final = malloc((p->model.nr_vmas + 1) * sizeof(*s->final));
	if (!s->final) {
		b->order.no_memory = true;
		return;
	}
	for (struct model_vma *vma = model_next(&p->model, 0); vma;
	     vma = model_next(&p->model, vma->end)) {
		to = &s->final[s->nr_final++];
		to->start = model_start(vma);
		to->end = vma->end;
		to->flags = vma->flags;
		to->inode = vma->file ? b->plan->file[vma->file - 1].inode : 0;
	}
}

/* An address space begins or ends with the event at hand, after the last that did. */
static void life(struct builder *b, const struct plan_event *pe)
{
	order_wait_other(&b->order, b->life);
	b->life = (struct ref){ pe->thread, pe->seq };
}

/* The event at hand comes after all that the process's threads have done, and ends its space. */
static void end_space(struct builder *b, struct plan_process *p, const struct plan_event *pe)
{
	struct plan *plan = b->plan;

	for (u32 i = p->members; i; i = b->thread[i - 1].next_member) {
		struct plan_thread *t = &b->thread[i - 1];

		if (i - 1 == pe->thread || t->last == PLAN_NONE ||
		    plan->event[t->last].space != p->space)
			continue;
		order_wait(&b->order, (struct ref){ i - 1, t->nr });
		plan->event[t->last].leave = true;
	}
	life(b, pe);
	keep_final(b, p);
	model_exit(&p->model);
	history_exit(&p->history);
	p->brk_by = (struct ref){ 0, 0 };
	p->space = PLAN_NONE;
}

/* @return its number, or PLAN_NONE: no memory */
static u32 add_space(struct builder *b, struct plan_process *p, u32 thread, u32 event, u32 parent)
{
	struct plan *plan = b->plan;
	const struct trace_thread *tt = b->trace->thread;

	if (!p->clocks)
		p->clocks = clocks_create(tt[tt[thread].process].lanes);
	if (!p->clocks || !builder_room((void **)&plan->space, plan->nr_spaces, &b->max_spaces,
					sizeof(*plan->space))) {
		b->order.no_memory = true;
		return PLAN_NONE;
	}
	plan->space[plan->nr_spaces] = (struct plan_space){
		.thread = thread, .parent = parent, .line = b->trace->event[event].line,
		.ptes = PTES_ALL,
	};
	return plan->nr_spaces++;
}

/* --- exec ------------------------------------------------------------------------------------ */

enum plan_verdict plan_exec(struct builder *b, u32 event)
{
	u32 thread = b->trace->event[event].thread, old, new;
	struct plan_process *p;
	struct plan_event *pe;

	b->thread[thread].as = thread;		/* what it was lent it gives back */
	p = builder_process(b, thread);
	old = p->space;
	new = add_space(b, p, thread, event, PLAN_NONE);
	pe = new == PLAN_NONE ? NULL : builder_begin(b, event, ACT_EXEC);
	if (!pe)
		return PLAN_SKIP;
	if (old != PLAN_NONE)
		end_space(b, p, pe);
	else
		life(b, pe);
	pe->other_space = old;
	pe->space = p->space = new;
	if (!model_init(&p->model, &b->tally))
		b->order.no_memory = true;
	return builder_end(b, pe);
}

/* --- fork, vfork, threads ----------------------------------------------------------------------- */

/*
 * Is the process that the C line @a event makes in its maker's address space (CLONE_VM)
 * and not in a copy?  Then the thread that made it stands still until it has called
 * exec or ended (CLONE_VFORK), and faults of its own tell it from a copy: after a fork
 * a write to a page that the maker could write to faults, since the page is shared.
 * glibc's fork itself makes the child write so at once, to the maker's stack.
 *
 * A process with CLONE_VM and without CLONE_VFORK, which nothing common makes, is
 * taken for a copy.
 */
static bool shares_space(const struct builder *b, const struct plan_process *p, u32 event)
{
	const struct trace *t = b->trace;
	u32 child = (u32)t->event[event].child, last = event;
	u32 makers_next = b->timeline.next[event];

	for (u32 i = b->timeline.first[child]; i != TIMELINE_NONE; i = b->timeline.next[i]) {
		const struct trace_event *e = &t->event[i];

		if (e->op == TRACE_EXEC || e->op == TRACE_END)
			break;	/* the maker may go on a little before the line is written */
		if (e->op == TRACE_NAME)
			continue;
		last = i;
		if (e->op == TRACE_CLONE && t->thread[e->child].process == child)
			return false;
		if ((e->op == TRACE_FAULT || e->op == TRACE_KFAULT) &&
		    (e->err & TRACE_ERR_PROTECTION) && (e->err & TRACE_ERR_WRITE) &&
		    model_writable(&p->model, e->addr))
			return false;
	}
	return makers_next == TIMELINE_NONE || makers_next > last;
}

static enum plan_verdict fork_space(struct builder *b, struct plan_process *p,
				    struct plan_process *to, u32 event)
{
	u32 child = (u32)b->trace->event[event].child, new;
	struct plan_space *from, *copy;
	struct plan_event *pe;

	new = add_space(b, to, child, event, p->space);
	pe = new == PLAN_NONE ? NULL : builder_begin(b, event, ACT_FORK);
	if (!pe)
		return PLAN_SKIP;
	pe->other_space = to->space = new;
	life(b, pe);
	order_wait(&b->order, p->brk_by);
	p->brk_by = (struct ref){ pe->thread, pe->seq };
	order_change(&b->order, &p->history, 0, PAGE_MASK);
	from = &b->plan->space[p->space];
	copy = &b->plan->space[new];
	copy->start_brk = from->start_brk;
	copy->lazy = from->lazy;
	copy->ptes = PTES_OWN;
	if (from->ptes == PTES_ALL)
		from->ptes = PTES_OWN;
	model_fork(&to->model, &p->model);
	if (to->model.no_memory)
		b->order.no_memory = true;
	b->plan->forks++;
	b->thread[child].made_by = (struct ref){ pe->thread, pe->seq };
	return builder_end(b, pe);
}

enum plan_verdict plan_clone(struct builder *b, u32 event)
{
	const struct trace_event *e = &b->trace->event[event];
	const struct plan_thread *maker = &b->thread[e->thread];
	struct plan_process *p = builder_process(b, e->thread);
	struct plan_thread *child = &b->thread[e->child];
	u32 first = b->trace->thread[e->child].process;
	struct plan_process *to = &b->process[first];
	struct plan_event *pe;

	to->alive++;
	child->next_member = to->members;
	to->members = (u32)e->child + 1;
	if (p->space == PLAN_NONE || (maker->as != e->thread && maker->lent != p->space))
		return builder_skip(b, SKIP_NO_EXEC);
	if (first == e->child && !shares_space(b, p, event))
		return fork_space(b, p, to, event);
	pe = builder_begin(b, event, ACT_CLONE);
	if (!pe)
		return PLAN_SKIP;
	child->made_by = (struct ref){ pe->thread, pe->seq };
	if (first == e->child) {
		child->as = maker->as;
		child->lent = p->space;
		b->plan->lent++;
	}
	return builder_end(b, pe);
}

/* --- end -------------------------------------------------------------------------------------------- */

enum plan_verdict plan_end(struct builder *b, u32 event)
{
	u32 thread = b->trace->event[event].thread;
	bool lent = b->thread[thread].as != thread;
	struct plan_process *p;
	struct plan_event *pe;

	b->thread[thread].as = thread;
	p = builder_process(b, thread);
	p->alive--;
	if (lent)
		return PLAN_SKIP;	/* it had nothing that could end */
	if (p->space == PLAN_NONE)
		return builder_skip(b, SKIP_NO_EXEC);
	pe = builder_begin(b, event, ACT_END);
	if (!pe)
		return PLAN_SKIP;
	pe->leave = true;
	if (!p->alive) {
		pe->last = true;
		end_space(b, p, pe);
	}
	return builder_end(b, pe);
}
