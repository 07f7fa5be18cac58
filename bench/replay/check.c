/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Differences between a replay and the recording: compares the core's VMAs and pages with the
 * recorded ones, and keeps notes.
 */
#include <stdarg.h>
#include <stdio.h>

#include "bench/replay/parts.h"
#include "common/mm/vma.h"
#include "common/sync/spinlock.h"

/* Flags that can be compared with a recording, or derived from its calls. */
#define RECORDED_FLAGS	(VM_ACCESS_FLAGS | VM_SHARED)
#define MODEL_FLAGS	(RECORDED_FLAGS | VM_GROWSDOWN | VM_NORESERVE | VM_SEQ_READ | VM_RAND_READ | \
			 VM_DONTCOPY | VM_WIPEONFORK | VM_DONTDUMP | VM_HUGEPAGE | VM_NOHUGEPAGE | \
			 VM_MERGEABLE | VM_LOCKED)

void replay_note(struct worker *w, const struct plan_event *pe, const char *format, ...)
{
	struct replay *r = w->replay;
	struct run_result *result = r->result;
	unsigned int turn = 0;
	u32 free_ = 0;
	va_list ap;

	while (!try_cmpxchg(&r->notes_lock, &free_, 1)) {
		platform_relax_on(turn++, &r->notes_lock, 1);
		free_ = 0;
	}
	if (result->nr_notes < RUN_MAX_NOTES) {
		struct run_note *note = &result->note[result->nr_notes++];

		note->line = r->plan->trace->event[pe->event].line;
		va_start(ap, format);
		vsnprintf(note->what, sizeof(note->what), format, ap);
		va_end(ap);
	}
	/* @pairs{what the note says | replay_note()} */
	smp_store_release(&r->notes_lock, 0);
	platform_unpark(&r->notes_lock, ~0u);
}

struct text {
	char text[64];
};

static struct text show(u64 start, u64 end, u64 flags)
{
	struct text t;

	snprintf(t.text, sizeof(t.text), "%llx-%llx %c%c%c%c", (unsigned long long)start,
		 (unsigned long long)end, flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
		 flags & VM_EXEC ? 'x' : '-', flags & VM_SHARED ? 's' : 'p');
	return t;
}

void replay_check_vma(struct worker *w, const struct plan_event *pe)
{
	const struct trace_event *e = &w->replay->plan->trace->event[pe->event];
	u64 flags = (e->prot & 1 ? VM_READ : 0) | (e->prot & 2 ? VM_WRITE : 0) |
		    (e->prot & 4 ? VM_EXEC : 0) | (e->shared ? VM_SHARED : 0);
	struct vma_info info;

	w->checked++;
	if (!mm_next_vma(w->task, w->replay->mm[pe->space], e->addr, &info)) {
		w->mismatched++;
		replay_note(w, pe, "recorded %s, here nothing", show(e->addr, e->addr + e->len,
								     flags).text);
		return;
	}
	if (info.start == e->addr && info.end == e->addr + e->len &&
	    (info.flags & RECORDED_FLAGS) == flags &&
	    (e->kind != TRACE_VMA_FILE || e->shared || info.inode == e->inode) &&
	    (e->kind != TRACE_VMA_FILE || info.pgoff == e->offset >> PAGE_SHIFT))
		return;
	w->mismatched++;
	replay_note(w, pe, "recorded %s, here %s", show(e->addr, e->addr + e->len, flags).text,
		    show(info.start, info.end, info.flags).text);
}

/* The next stretch of the core's VMAs that differ in nothing that the model knows. */
static bool core_stretch(struct task *t, struct mm *mm, u64 from, struct plan_vma *out)
{
	struct vma_info info;

	if (!mm_next_vma(t, mm, from, &info))
		return false;
	*out = (struct plan_vma){ info.start, info.end, info.flags & MODEL_FLAGS, info.inode };
	while (mm_next_vma(t, mm, out->end, &info) && info.start == out->end &&
	       (info.flags & MODEL_FLAGS) == out->flags && info.inode == out->inode)
		out->end = info.end;
	return true;
}

static bool model_stretch(const struct plan_space *s, u32 *at, struct plan_vma *out)
{
	if (*at == s->nr_final)
		return false;
	*out = s->final[(*at)++];
	out->flags &= MODEL_FLAGS;
	for (; *at < s->nr_final; ++*at) {
		const struct plan_vma *next = &s->final[*at];

		if (next->start != out->end || (next->flags & MODEL_FLAGS) != out->flags ||
		    next->inode != out->inode)
			break;
		out->end = next->end;
	}
	return true;
}

void replay_check_list(struct worker *w, const struct plan_event *pe, u32 space)
{
	const struct plan_space *s = &w->replay->plan->space[space];
	struct mm *mm = w->replay->mm[space];
	struct plan_vma here = { 0 }, recorded = { 0 };
	u32 at = 0;

	for (u64 from = 0;; from = here.end) {
		bool a = core_stretch(w->task, mm, from, &here);
		bool b = model_stretch(s, &at, &recorded);

		if (!a && !b)
			return;
		if (a && b && here.start == recorded.start && here.end == recorded.end &&
		    here.flags == recorded.flags && here.inode == recorded.inode)
			continue;
		w->lists_differ++;
		replay_note(w, pe, "at the end of the address space: recorded %s, here %s",
			    b ? show(recorded.start, recorded.end, recorded.flags).text : "nothing",
			    a ? show(here.start, here.end, here.flags).text : "nothing");
		return;
	}
}

void replay_check_written(struct worker *w, const struct plan_event *pe, u32 space)
{
	const struct world_config *world = &w->replay->config.world;
	const struct plan_space *s = &w->replay->plan->space[space];

	if (!plan_contents_known(s, world->zero_pages, world->reclaim) ||
	    mm_hash_written(w->task, w->replay->mm[space]) == s->written)
		return;
	w->written_differ++;
	replay_note(w, pe, "at the end of the address space: private pages hold what the recorded writes, forks and unmappings do not explain");
}
