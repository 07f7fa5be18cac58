/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The load analysis of X, C and E lines: address spaces begin empty or as copies, are lent, and end.
 */
#include <stdlib.h>

#include "bench/lib/ranges.h"
#include "bench/plan/parts.h"
#include "common/mm/calls.h"

/* Keep what is mapped when the space ends, to check the core against it. */
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
	u32 lives = tt[tt[thread].process].lives;

	if (!p->clocks)
		p->clocks = clocks_create(lives < TRACE_MAX_ALIVE ? lives : TRACE_MAX_ALIVE);
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

	b->thread[thread].as = thread;		/* it gives back the address space that it was lent */
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

/* Where a new process lives. */
enum dwelling {
	IN_A_COPY,	/* fork */
	LENT,		/* its maker's address space, whose thread stands still (CLONE_VM | CLONE_VFORK) */
	SHARED,		/* its maker's, and both go on (CLONE_VM), until it ends */
};

/* Mapped since @a event by one of two processes: [0] the maker, [1] the child. */
struct mapped_since {
	struct ranges by[2];
	bool no_memory;
};

/*
 * Does the event show that the child sees what the maker maps, or the other way round: a fault where
 * only the other one has mapped something, since the child was made?
 */
static bool sees_the_others(struct mapped_since *s, const struct model *m, const struct trace_event *e,
			    unsigned int who)
{
	if (e->op == TRACE_MMAP && e->dt != TRACE_NEVER && !mm_is_err(e->ret))
		s->no_memory |= ranges_set(&s->by[who], e->ret, e->ret + PAGE_ALIGN(e->len), 0);
	if (e->op != TRACE_FAULT && e->op != TRACE_KFAULT)
		return false;
	return ranges_at(&s->by[!who], e->addr) && !ranges_at(&s->by[who], e->addr) &&
	       !model_at(m, e->addr);
}

/*
 * Both go on, and the child ends without exec.
 * @return true: a fault shows that they share their address space
 */
static bool seen_to_share(struct builder *b, const struct plan_process *p, u32 event)
{
	const struct trace *t = b->trace;
	u32 child = (u32)t->event[event].child, maker = t->thread[t->event[event].thread].process;
	struct mapped_since since = { .no_memory = false };
	bool shares = false;

	for (u32 i = event + 1; i < t->nr_events && !shares; i++) {
		const struct trace_event *e = &t->event[i];
		u32 process = t->thread[e->thread].process;

		if (process != child && process != maker)
			continue;
		if (e->op == TRACE_EXEC || (e->op == TRACE_END && process == child))
			break;
		shares = sees_the_others(&since, &p->model, e, process == child);
	}
	b->order.no_memory |= since.no_memory;
	ranges_exit(&since.by[0]);
	ranges_exit(&since.by[1]);
	return shares;
}

static bool execs(const struct builder *b, u32 thread)
{
	for (u32 i = b->timeline.first[thread]; i != TIMELINE_NONE; i = b->timeline.next[i])
		if (b->trace->event[i].op == TRACE_EXEC)
			return true;
	return false;
}

/*
 * Is the process that the C line @a event makes in its maker's address space (CLONE_VM)
 * or in a copy?  A trace does not say, but faults do: after a fork a write to a page that the
 * maker could write to faults, since the page is shared; and glibc's fork itself makes the child write at
 * once, to the maker's stack.  Without such a fault, if the thread that made it stands still until the
 * child has called exec or ended, that is CLONE_VFORK.  If both go on, a fault of one where only the
 * other has mapped something shows that they share; without one, only what is mapped at the end depends
 * on the answer, and we assume a copy.
 */
static enum dwelling dwelling_of(struct builder *b, const struct plan_process *p, u32 event)
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
			return IN_A_COPY;
		if ((e->op == TRACE_FAULT || e->op == TRACE_KFAULT) &&
		    (e->err & TRACE_ERR_PROTECTION) && (e->err & TRACE_ERR_WRITE) &&
		    model_writable(&p->model, e->addr))
			return IN_A_COPY;
	}
	if (makers_next == TIMELINE_NONE || makers_next > last)
		return LENT;
	return !execs(b, child) && seen_to_share(b, p, event) ? SHARED : IN_A_COPY;
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
	copy->first_file = from->first_file;	/* what it maps of them merges with what it inherits */
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

/* It is one of the process's threads from here on. */
static void join(struct builder *b, struct plan_process *p, u32 thread)
{
	struct plan_thread *t = &b->thread[thread];

	p->alive++;
	t->next_member = p->members;
	p->members = thread + 1;
}

enum plan_verdict plan_clone(struct builder *b, u32 event)
{
	const struct trace_event *e = &b->trace->event[event];
	const struct plan_thread *maker = &b->thread[e->thread];
	struct plan_process *p = builder_process(b, e->thread);
	u32 thread = (u32)e->child, first = b->trace->thread[thread].process;
	struct plan_thread *child = &b->thread[thread];
	struct plan_process *to = &b->process[first];
	bool known = p->space != PLAN_NONE && (maker->as == e->thread || maker->lent == p->space);
	enum dwelling dwelling = SHARED;
	struct plan_event *pe;

	if (known && first == thread)
		dwelling = dwelling_of(b, p, event);
	if (known && first == thread && dwelling == SHARED)
		child->home = b->thread[maker->as].home;
	join(b, &b->process[child->home], thread);
	if (!known)
		return builder_skip(b, SKIP_NO_EXEC);
	if (dwelling == IN_A_COPY)
		return fork_space(b, p, to, event);
	pe = builder_begin(b, event, ACT_CLONE);
	if (!pe)
		return PLAN_SKIP;
	child->made_by = (struct ref){ pe->thread, pe->seq };
	if (dwelling == LENT) {
		child->as = maker->as;
		child->lent = p->space;
	}
	b->plan->lent += first == thread;
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
		return PLAN_SKIP;	/* it had no address space that could end */
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
	builder_leave_lane(b, thread);
	return builder_end(b, pe);
}
