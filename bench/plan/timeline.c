/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Sorting events by effect.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/plan/timeline.h"
#include "common/mm/mm.h"

struct key {
	u64 time;
	u32 event;
};

/* The state of a thread while its lines are read in order. */
struct past {
	u64 time;	/* key of its last event */
	u32 line;	/* its last event */
	u32 last;	/* its last event, V lines apart */
	u32 call;	/* its last call, since exec */
};

static bool is_call(const struct trace_event *e)
{
	return e->op >= TRACE_MMAP;
}

static bool succeeded(const struct trace_event *e)
{
	return e->dt != TRACE_NEVER && !mm_is_err(e->ret);
}

/* The event that the V line @a v comes from. */
static u32 cause(const struct trace *t, const struct past *past, const struct trace_event *v)
{
	const struct trace_event *e;

	if (past->call != TIMELINE_NONE) {
		e = &t->event[past->call];
		if (succeeded(e) && v->time <= e->time + e->dt)
			return past->call;
	}
	if (past->last == TIMELINE_NONE || (v->kind != TRACE_VMA_STACK && v->kind != TRACE_VMA_ANON))
		return TIMELINE_NONE;
	/* A stack grows to where it was touched; one that the program has mapped itself has no name. */
	e = &t->event[past->last];
	if ((e->op == TRACE_FAULT || e->op == TRACE_KFAULT) &&
	    (e->addr & PAGE_MASK) == v->addr)
		return past->last;
	return TIMELINE_NONE;
}

static void find_partners(const struct trace *t, struct timeline *line, struct past *past)
{
	for (u32 i = 0; i < t->nr_threads; i++) {
		past[i] = (struct past){ 0, TIMELINE_NONE, TIMELINE_NONE, TIMELINE_NONE };
		line->first[i] = TIMELINE_NONE;
	}
	for (u32 i = 0; i < t->nr_events; i++) {
		const struct trace_event *e = &t->event[i];
		struct past *p = &past[e->thread];

		*(p->line == TIMELINE_NONE ? &line->first[e->thread] : &line->next[p->line]) = i;
		p->line = i;
		line->next[i] = line->partner[i] = TIMELINE_NONE;
		if (e->op == TRACE_VMA) {
			u32 from = cause(t, p, e);

			line->partner[i] = from;
			if (from != TIMELINE_NONE && line->partner[from] == TIMELINE_NONE)
				line->partner[from] = i;
			continue;
		}
		if (is_call(e))
			p->call = i;
		else if (e->op == TRACE_EXEC)
			p->call = TIMELINE_NONE;
		p->last = i;
	}
}

static u64 effect(const struct trace *t, const struct timeline *line, u32 i)
{
	const struct trace_event *e = &t->event[i];

	if (!is_call(e) || !succeeded(e))
		return e->time;
	if (line->partner[i] != TIMELINE_NONE)
		return t->event[line->partner[i]].time;
	return e->op == TRACE_MMAP ? e->time + e->dt : e->time;
}

static int by_time(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->event < y->event ? -1 : x->event > y->event;
}

int timeline_build(struct timeline *line, const struct trace *t, struct bench_error *err)
{
	struct key *key = malloc(t->nr_events * sizeof(*key));
	struct past *past = malloc(t->nr_threads * sizeof(*past));
	int ret = -1;

	line->order = malloc(t->nr_events * sizeof(*line->order));
	line->partner = malloc(t->nr_events * sizeof(*line->partner));
	line->next = malloc(t->nr_events * sizeof(*line->next));
	line->first = malloc(t->nr_threads * sizeof(*line->first));
	if (!key || !past || !line->order || !line->partner || !line->next || !line->first) {
		bench_fail_memory(err, "ordering a trace");
		timeline_free(line);
		goto out;
	}
	find_partners(t, line, past);
	for (u32 i = 0; i < t->nr_events; i++) {
		const struct trace_event *e = &t->event[i];
		u64 time = effect(t, line, i);

		if (time < past[e->thread].time)
			time = past[e->thread].time;
		past[e->thread].time = time;
		if (e->op == TRACE_CLONE)	/* nothing of the child comes before */
			past[e->child].time = time;
		key[i] = (struct key){ time, i };
	}
	qsort(key, t->nr_events, sizeof(*key), by_time);
	for (u32 i = 0; i < t->nr_events; i++)
		line->order[i] = key[i].event;
	ret = 0;
out:
	free(key);
	free(past);
	return ret;
}

void timeline_free(struct timeline *line)
{
	free(line->order);
	free(line->partner);
	free(line->next);
	free(line->first);
	*line = (struct timeline){ 0 };
}
