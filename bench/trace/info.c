/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Counting what a trace holds.
 *
 * Mappings follow the kernel's reports and the calls that unmap, without a model of how VMAs split and
 * merge; advice that splits a VMA goes unseen.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "bench/lib/ranges.h"
#include "bench/trace/info.h"

/* An address space. */
struct space {
	struct ranges places;	/* value: enum trace_place */
	u64 brk;		/* 0: not known yet */
	u32 threads;		/* alive */
};

struct counter {
	struct trace_info *info;
	struct space *space;	/* by index of the process's first thread */
	u32 processes;		/* alive */
};

static bool failed(const struct trace_event *e)
{
	return e->dt == TRACE_NEVER || e->ret > (u64)-4096;
}

static void begin_thread(struct counter *c, u32 process)
{
	struct space *s = &c->space[process];

	c->info->threads++;
	if (!s->threads++) {
		c->info->processes++;
		if (++c->processes > c->info->peak_processes)
			c->info->peak_processes = c->processes;
	}
	if (s->threads > c->info->peak_threads)
		c->info->peak_threads = s->threads;
}

static void end_thread(struct counter *c, struct space *s)
{
	if (--s->threads)
		return;
	c->processes--;
	ranges_exit(&s->places);
}

static int made(struct counter *c, const struct space *from, const struct trace_event *e)
{
	u32 process = c->info->trace->thread[e->child].process;
	struct space *to = &c->space[process];

	begin_thread(c, process);
	if (to == from)
		return 0;
	to->brk = from->brk;
	return ranges_copy(&to->places, &from->places);
}

static enum trace_place place_of(const struct trace_event *e)
{
	if (e->kind == TRACE_VMA_STACK)
		return PLACE_STACK;
	if (e->kind == TRACE_VMA_SPECIAL)
		return PLACE_SPECIAL;
	if (e->shared)
		return PLACE_SHARED;
	return e->kind == TRACE_VMA_FILE ? PLACE_FILE : PLACE_ANON;
}

/* A fault below the stack comes before the line that tells of its growth. */
static enum trace_place find_place(const struct space *s, u64 addr)
{
	const struct range *r = ranges_next(&s->places, addr);

	return r && (r->start <= addr || r->value == PLACE_STACK) ? (enum trace_place)r->value :
	       PLACE_NONE;
}

static void fault(struct trace_info *info, const struct space *s, const struct trace_event *e)
{
	enum trace_place place = find_place(s, e->addr);

	info->faults++;
	info->at[place]++;
	if (e->offset & TRACE_ERR_WRITE)
		info->written++;
	if (e->offset & TRACE_ERR_FETCH)
		info->fetched++;
	if (e->offset & TRACE_ERR_WRITE && e->offset & TRACE_ERR_PROTECTION &&
	    place != PLACE_SHARED)
		info->cow++;
}

/* brk returns where it is now, whether or not it moved. */
static int moved_brk(struct trace_info *info, struct space *s, const struct trace_event *e)
{
	u64 old = s->brk;

	s->brk = e->ret;
	if (!old || old == e->ret)
		return 0;
	info->changes++;
	return ranges_clear(&s->places, PAGE_ALIGN(e->ret), PAGE_ALIGN(old));
}

static int moved_mapping(struct trace_info *info, struct space *s, const struct trace_event *e)
{
	const struct range *r = ranges_at(&s->places, e->addr);
	u32 place = r ? r->value : PLACE_ANON;

	info->changes++;
	if (!(e->flags & MREMAP_DONTUNMAP) &&
	    ranges_clear(&s->places, e->addr, e->addr + PAGE_ALIGN(e->len)))
		return -1;
	return ranges_set(&s->places, e->ret, e->ret + PAGE_ALIGN(e->new_len), place);
}

static int call(struct trace_info *info, struct space *s, const struct trace_event *e)
{
	if (failed(e)) {
		info->failed++;
		return 0;
	}
	switch ((enum trace_op)e->op) {
	case TRACE_MUNMAP:
		info->changes++;
		return ranges_clear(&s->places, e->addr, e->addr + PAGE_ALIGN(e->len));
	case TRACE_MREMAP:
		return moved_mapping(info, s, e);
	case TRACE_BRK:
		return moved_brk(info, s, e);
	case TRACE_MMAP:	/* a V line follows */
	case TRACE_MPROTECT:
		info->changes++;
		return 0;
	default:
		return 0;
	}
}

static int event(struct counter *c, const struct trace_event *e)
{
	struct trace_info *info = c->info;
	struct space *s = &c->space[info->trace->thread[e->thread].process];

	info->nr_op[e->op]++;
	switch ((enum trace_op)e->op) {
	case TRACE_EXEC:
		ranges_exit(&s->places);
		s->brk = 0;
		return 0;
	case TRACE_CLONE:
		return made(c, s, e);
	case TRACE_END:
		end_thread(c, s);
		return 0;
	case TRACE_VMA:
		if (ranges_set(&s->places, e->addr, e->addr + e->len, place_of(e)))
			return -1;
		if (s->places.nr > info->peak_vmas)
			info->peak_vmas = s->places.nr;
		return 0;
	case TRACE_FAULT:
	case TRACE_KFAULT:
		fault(info, s, e);
		return 0;
	case TRACE_NAME:
		return 0;
	default:
		return call(info, s, e);
	}
}

int trace_info(struct trace_info *info, const struct trace *trace, struct bench_error *err)
{
	struct counter c = { .info = info };
	int ret = 0;

	*info = (struct trace_info){ .trace = trace };
	c.space = calloc(trace->nr_threads, sizeof(*c.space));
	if (!c.space)
		return bench_fail_memory(err, "counting what a trace holds");
	begin_thread(&c, trace->thread[trace->event[0].thread].process);
	for (u32 i = 0; !ret && i < trace->nr_events; i++)
		ret = event(&c, &trace->event[i]);
	info->duration_ns = trace->event[trace->nr_events - 1].time;
	for (u32 i = 0; i < trace->nr_threads; i++)
		ranges_exit(&c.space[i].places);
	free(c.space);
	return ret ? bench_fail_memory(err, "counting what a trace holds") : 0;
}

double trace_info_per_change(const struct trace_info *info)
{
	return (double)info->faults / (double)(info->changes ? info->changes : 1);
}
