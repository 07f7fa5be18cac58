/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The walk over a trace in the order of effect: processes, threads, address spaces.
 */
#include <stdlib.h>

#include "bench/plan/parts.h"

static const struct {
	const char *name, *meaning;
} skips[NR_PLAN_SKIPS] = {
	[SKIP_NO_EXEC] = { "no_exec", "in an address space that is not known (before the first exec)" },
	[SKIP_FAILED] = { "failed", "calls that failed when recorded, and changed nothing that a trace tells of" },
	[SKIP_UNFINISHED] = { "unfinished", "calls that never returned" },
	[SKIP_UNKNOWN] = { "unknown", "calls of a kind that the core does not have" },
	[SKIP_CONTRADICTS] = { "contradicts", "calls that contradict what the trace said before" },
};

const char *plan_skip_name(enum plan_skip skip)
{
	return skips[skip].name;
}

const char *plan_skip_meaning(enum plan_skip skip)
{
	return skips[skip].meaning;
}

static enum plan_verdict line(struct builder *b, u32 event)
{
	const struct trace_event *e = &b->trace->event[event];
	struct plan_process *p = builder_process(b, e->thread);
	const struct plan_thread *t = &b->thread[e->thread];

	switch (e->op) {
	case TRACE_EXEC:
		return plan_exec(b, event);
	case TRACE_NAME:
		return PLAN_SKIP;
	case TRACE_END:
		return plan_end(b, event);
	case TRACE_CLONE:
		return plan_clone(b, event);
	}
	if (p->space == PLAN_NONE || (t->as != e->thread && t->lent != p->space))
		return builder_skip(b, SKIP_NO_EXEC);
	return plan_op(b, p, event);
}

static int walk(struct builder *b)
{
	struct plan *plan = b->plan;
	const struct trace *t = b->trace;

	/* The first thread is there from the beginning. */
	b->process[0].alive = 1;
	b->process[0].members = 1;
	for (u32 i = 0; i < t->nr_events; i++) {
		u32 event = b->timeline.order[i];
		const struct plan_process *p = builder_process(b, t->event[event].thread);

		if (line(b, event) == PLAN_REFUSE)
			return -1;
		if (b->too_many)
			return bench_fail(b->err, "%s:%u: the process has more threads at once than can be told apart",
					  t->path, t->event[event].line);
		if (b->order.no_memory || p->model.no_memory)
			return bench_fail_memory(b->err, "analysing a trace");
		if (b->tally.live > plan->peak_pages)
			plan->peak_pages = b->tally.live;
	}
	plan->all_pages = b->tally.made;
	if (!plan->nr_spaces)
		return bench_fail(b->err, "%s: no process calls exec: nothing can be replayed", t->path);
	return 0;
}

/* Lay out each thread's list. */
static int lists(struct builder *b)
{
	struct plan *plan = b->plan;
	u32 n = b->trace->nr_threads, at = 0;

	plan->first = malloc((n + 1UL) * sizeof(u32));
	plan->list = malloc((plan->nr_events + 1UL) * sizeof(u32));
	if (!plan->first || !plan->list)
		return bench_fail_memory(b->err, "analysing a trace");
	for (u32 i = 0; i < n; i++) {
		plan->first[i] = at;
		at += b->thread[i].nr;
		plan->nr_threads += b->thread[i].nr > 0;
	}
	plan->first[n] = at;
	for (u32 i = 0; i < plan->nr_events; i++) {
		const struct plan_event *pe = &plan->event[i];

		if (pe->seq)
			plan->list[plan->first[pe->thread] + pe->seq - 1] = i;
	}
	return 0;
}

int plan_build(struct plan **out, const struct trace *t, bool no_zero_page, struct bench_error *err)
{
	struct builder b = { .trace = t, .err = err };
	int ret = -1;

	b.plan = calloc(1, sizeof(*b.plan));
	b.process = calloc(t->nr_threads, sizeof(*b.process));
	b.thread = calloc(t->nr_threads, sizeof(*b.thread));
	b.place = calloc(t->nr_threads, sizeof(*b.place));
	if (!b.plan || !b.process || !b.thread || !b.place) {
		bench_fail_memory(err, "analysing a trace");
		goto out;
	}
	b.plan->trace = t;
	b.plan->no_zero_page = b.tally.no_zero_page = no_zero_page || t->no_zero_page;
	b.order.place = b.place;
	for (u32 i = 0; i < t->nr_threads; i++) {
		b.process[i].space = PLAN_NONE;
		b.thread[i].last = PLAN_NONE;
		b.thread[i].as = i;
		b.thread[i].home = t->thread[i].process;
	}
	if (timeline_build(&b.timeline, t, err) || walk(&b) || lists(&b))
		goto out;
	b.plan->edge = b.order.edges.edge;
	b.plan->nr_edges = b.order.edges.nr;
	b.order.edges.edge = NULL;
	*out = b.plan;
	b.plan = NULL;
	ret = 0;
out:
	for (u32 i = 0; b.process && i < t->nr_threads; i++) {
		model_exit(&b.process[i].model);
		history_exit(&b.process[i].history);
		clocks_free(b.process[i].clocks);
	}
	free(b.order.edges.edge);
	timeline_free(&b.timeline);
	plan_free(b.plan);
	free(b.process);
	free(b.thread);
	free(b.place);
	return ret;
}

u32 plan_up_to_last_timed(const struct plan *plan)
{
	u32 n = plan->nr_events;

	while (n && !plan_is_timed(&plan->event[n - 1]))
		n--;
	return n;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (u32 i = 0; i < plan->nr_spaces; i++)
		free(plan->space[i].final);
	free(plan->event);
	free(plan->edge);
	free(plan->first);
	free(plan->list);
	free(plan->space);
	free(plan->file);
	free(plan);
}
