/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Building the plan: adding events, their waits, and files.
 */
#include <stdlib.h>

#include "bench/plan/builder.h"

bool builder_room(void **array, u32 nr, u32 *max, size_t size)
{
	u32 more = *max ? 2 * *max : 256;
	void *p;

	if (nr < *max)
		return true;
	p = more > *max ? realloc(*array, more * size) : NULL;
	if (!p)
		return false;
	*array = p;
	*max = more;
	return true;
}

enum plan_verdict builder_skip(struct builder *b, enum plan_skip why)
{
	b->plan->skipped[why]++;
	return PLAN_SKIP;
}

/*
 * Give the thread a lane of its own or that of a thread that has ended; then its events come after that
 * thread's.
 */
static void take_lane(struct builder *b, struct plan_process *p, u32 thread)
{
	struct place *place = &b->place[thread];
	u32 before;

	if (p->nr_lanes < clocks_lanes(p->clocks)) {
		*place = (struct place){ p->nr_lanes++, 0 };
		return;
	}
	before = p->free_lanes - 1;
	if (!p->free_lanes) {
		b->too_many = true;
		return;
	}
	p->free_lanes = b->thread[before].next_free;
	*place = (struct place){ b->place[before].lane, b->place[before].base + b->thread[before].nr };
	b->thread[thread].after = (struct ref){ before, b->thread[before].nr };
}

void builder_leave_lane(struct builder *b, u32 thread)
{
	struct plan_process *p = &b->process[b->thread[thread].home];

	if (!b->thread[thread].nr)
		return;
	b->thread[thread].next_free = p->free_lanes;
	p->free_lanes = thread + 1;
}

struct plan_event *builder_begin(struct builder *b, u32 event, enum plan_act act)
{
	u32 thread = b->thread[b->trace->event[event].thread].as;
	struct plan_process *p = builder_process(b, thread);
	struct plan_thread *t = &b->thread[thread];
	struct plan *plan = b->plan;
	struct plan_event *pe;

	if (!builder_room((void **)&plan->event, plan->nr_events, &b->max_events, sizeof(*plan->event))) {
		b->order.no_memory = true;
		return NULL;
	}
	pe = &plan->event[plan->nr_events];
	*pe = (struct plan_event){
		.event = event,
		.thread = thread,
		.edge = b->order.edges.nr,
		.space = p->space,
		.other_space = PLAN_NONE,
		.act = (u8)act,
	};
	if (act == ACT_CHECK)
		return pe;
	if (!t->nr)
		take_lane(b, p, thread);
	pe->seq = ++t->nr;
	order_begin(&b->order, p->clocks, (struct ref){ thread, pe->seq });
	if (t->nr == 1) {
		order_wait(&b->order, t->after);
		if (t->made_by.seq && b->thread[t->made_by.thread].home == t->home)
			order_wait(&b->order, t->made_by);
		else
			order_wait_other(&b->order, t->made_by);
	}
	if (p->space != PLAN_NONE && plan->space[p->space].thread != thread)
		plan->space[p->space].ptes = PTES_NONE;
	return pe;
}

enum plan_verdict builder_end(struct builder *b, struct plan_event *pe)
{
	struct plan *plan = b->plan;

	if (pe->act != ACT_CHECK) {
		order_end(&b->order);
		b->thread[pe->thread].last = plan->nr_events;
	}
	pe->nr_edges = b->order.edges.nr - pe->edge;
	plan->nr_events++;
	return PLAN_KEEP;
}

u32 builder_file(struct builder *b, u32 space, u64 inode, u64 fd, bool shmem)
{
	struct plan *plan = b->plan;
	struct plan_space *s = &plan->space[space];

	for (u32 i = s->first_file; i && !shmem; i = plan->file[i - 1].next)
		if (plan->file[i - 1].inode == inode && plan->file[i - 1].fd == fd)
			return i;
	if (!builder_room((void **)&plan->file, plan->nr_files, &b->max_files, sizeof(*plan->file))) {
		b->order.no_memory = true;
		return 0;
	}
	plan->file[plan->nr_files] = (struct plan_file){
		.inode = inode, .fd = fd, .next = s->first_file, .shmem = shmem,
	};
	return s->first_file = ++plan->nr_files;
}
