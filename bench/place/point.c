/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief How often lines move between threads, from the order of recorded faults.
 *
 * A mapping is identified by its last V line; what remains after a call cut its ends off keeps that.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "bench/place/place.h"
#include "bench/lib/ranges.h"

struct space {
	struct ranges ranges;	/* value: index of the V line */
	u32 last;		/* thread + 1 that faulted last */
};

struct moves {
	const struct trace *trace;
	struct space *space;	/* by index of the process's first thread */
	u32 *last;		/* by V line: thread + 1 */
	u64 faults, in_mm, in_vma;
};

static bool failed(const struct trace_event *e)
{
	return e->dt == TRACE_NEVER || e->ret > (u64)-4096;
}

static void fault(struct moves *m, struct space *s, const struct trace_event *e)
{
	const struct range *r = ranges_at(&s->ranges, e->addr);
	u32 me = e->thread + 1;

	m->faults++;
	m->in_mm += s->last && s->last != me;
	s->last = me;
	if (!r)
		return;
	/* After a fork the copy has the same line number; only its own threads meet there. */
	m->in_vma += m->last[r->value] && m->last[r->value] != me &&
		m->trace->thread[m->last[r->value] - 1].process == m->trace->thread[e->thread].process;
	m->last[r->value] = me;
}

static int event(struct moves *m, u32 i)
{
	const struct trace_event *e = &m->trace->event[i];
	struct space *s = &m->space[m->trace->thread[e->thread].process];
	struct space *child;

	switch ((enum trace_op)e->op) {
	case TRACE_EXEC:
		ranges_exit(&s->ranges);
		s->last = 0;
		return 0;
	case TRACE_CLONE:
		child = &m->space[m->trace->thread[e->child].process];
		return child == s ? 0 : ranges_copy(&child->ranges, &s->ranges);
	case TRACE_VMA:
		return ranges_set(&s->ranges, e->addr, e->addr + e->len, i);
	case TRACE_FAULT:
	case TRACE_KFAULT:
		fault(m, s, e);
		return 0;
	case TRACE_MUNMAP:
		return failed(e) ? 0 : ranges_clear(&s->ranges, e->addr, e->addr + PAGE_ALIGN(e->len));
	case TRACE_MREMAP:
		if (failed(e))
			return 0;
		if (!(e->flags & MREMAP_DONTUNMAP) &&
		    ranges_clear(&s->ranges, e->addr, e->addr + PAGE_ALIGN(e->len)))
			return -1;
		return ranges_set(&s->ranges, e->ret, e->ret + PAGE_ALIGN(e->new_len), i);
	default:
		return 0;
	}
}

int place_moves(const struct trace *trace, struct place_rates *r, struct bench_error *err)
{
	struct moves m = { .trace = trace };
	int ret = -1;

	m.space = calloc(trace->nr_threads, sizeof(*m.space));
	m.last = calloc(trace->nr_events, sizeof(*m.last));
	if (m.space && m.last)
		ret = 0;
	for (u32 i = 0; !ret && i < trace->nr_events; i++)
		ret = event(&m, i);
	for (u32 i = 0; m.space && i < trace->nr_threads; i++)
		ranges_exit(&m.space[i].ranges);
	free(m.space);
	free(m.last);
	if (ret)
		return bench_fail_memory(err, "counting who faults where");
	r->mm_moves = m.faults ? (double)m.in_mm / (double)m.faults : 0;
	r->vma_moves = m.faults ? (double)m.in_vma / (double)m.faults : 0;
	return 0;
}
