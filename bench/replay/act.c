/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One event of a replay: the call, or the fault and then the access that caused it.
 */
#include <errno.h>

#include "bench/plan/order.h"
#include "bench/replay/parts.h"
#include "bench/run/machine.h"
#include "common/mm/vma.h"

static void unexpected(struct worker *w, const struct plan_event *pe, const char *call,
		       unsigned long got, unsigned long wanted)
{
	w->unexpected++;
	if (mm_is_err(got))
		replay_note(w, pe, "%s fails with errno %ld, recorded %lx", call, -(long)got, wanted);
	else
		replay_note(w, pe, "%s gives %lx, recorded %lx", call, got, wanted);
}

static void expect(struct worker *w, const struct plan_event *pe, const char *call,
		   unsigned long got, unsigned long wanted)
{
	if (got != wanted)
		unexpected(w, pe, call, got, wanted);
}

/* --- address spaces ---------------------------------------------------------------- */

static struct mm *enter(struct worker *w, u32 space)
{
	struct mm *mm = w->replay->mm[space];

	if (w->task->mm == mm)
		return mm;
	if (w->task->mm)
		mm_detach(w->task);
	mm_attach(w->task, mm);
	return mm;
}

static void leave(struct worker *w, u32 space)
{
	if (w->task->mm && w->task->mm == w->replay->mm[space])
		mm_detach(w->task);
}

static void end_space(struct worker *w, const struct plan_event *pe, u32 space)
{
	struct replay *r = w->replay;
	const struct plan_space *s = &r->plan->space[space];
	struct run_hash *hash = &r->result->hash[space];
	struct mm *mm = enter(w, space);

	hash->vmas = mm_hash_vmas(w->task, mm);
	hash->pages = s->alone ? mm_hash_pages(w->task, mm) : mm_hash_written(w->task, mm);
	hash->ptes = mm_hash_ptes(w->task, mm, true);
	hash->own_ptes = mm_hash_ptes(w->task, mm, false);
	if (r->mode == REPLAY_VERIFY) {
		replay_check_list(w, pe, space);
		replay_check_written(w, pe, space);
		mm_check(w->task, mm);
	}
	mm_destroy(w->task, mm);
	r->mm[space] = NULL;
	for (u32 i = s->first_file; i; i = r->plan->file[i - 1].next) {
		if (r->plan->file[i - 1].shmem || --r->file_users[i - 1])
			continue;
		file_put(w->task, r->file[i - 1]);
		r->file[i - 1] = NULL;
	}
}

/* The host's memory ran out, so the run ends. */
static void no_memory(struct worker *w)
{
	w->no_memory = true;
	WRITE_ONCE(w->replay->failed, 1);
}

/* Open the files that the space's mappings use, unless those of its maker, or of another copy, use them already. */
static void open_files(struct worker *w, u32 space)
{
	struct replay *r = w->replay;

	for (u32 i = r->plan->space[space].first_file; i; i = r->plan->file[i - 1].next) {
		if (r->plan->file[i - 1].shmem)
			continue;	/* its mmap makes it, and it lives as long as its VMAs */
		if (r->file_users[i - 1]++)
			continue;
		r->file[i - 1] = file_open(r->plan->file[i - 1].inode, r->plan->file[i - 1].shmem);
		if (!r->file[i - 1])
			no_memory(w);
	}
}

static void begin_space(struct worker *w, u32 space)
{
	struct replay *r = w->replay;
	const struct plan_space *s = &r->plan->space[space];

	if (w->task->mm)
		mm_detach(w->task);
	if (mm_create(w->task, &r->mm[space])) {
		no_memory(w);
		return;
	}
	open_files(w, space);
	if (s->start_brk)
		mm_set_brk(w->task, r->mm[space], s->start_brk);
}

/* The copy now belongs to its process, whose first event waits for this one. */
static u64 act_fork(struct worker *w, const struct plan_event *pe, struct mm *mm)
{
	struct replay *r = w->replay;
	const struct plan_space *copy = &r->plan->space[pe->other_space];
	u64 start = platform_now(), end;
	int err = mm_fork(w->task, mm, &r->mm[pe->other_space]);

	end = platform_now();
	if (err) {
		no_memory(w);
		return 0;
	}
	open_files(w, pe->other_space);
	/* The parent never calls brk, but the child does. */
	if (copy->start_brk && !r->plan->space[pe->space].start_brk)
		mm_set_brk(w->task, r->mm[pe->other_space], copy->start_brk);
	return end - start;
}

/* --- faults --------------------------------------------------------------------------- */

static const char *fault_name(enum fault_result result)
{
	static const char *const names[] = {
		[FAULT_DONE] = "done", [FAULT_SIGSEGV] = "SIGSEGV", [FAULT_SIGBUS] = "SIGBUS",
		[FAULT_OOM] = "out of memory",
	};

	return names[result];
}

/* Faults for one access at most; a second is rare, since another thread must be quick each time. */
#define MAX_REFAULTS 1000

/*
 * Make the access that the program made.  Each recorded thread writes a word of its own in the
 * page, so that the contents at the end do not depend on how threads interleave.  It writes a different
 * value to private memory each time.  Processes that share memory do not wait for each other, and may
 * have the same word (order_word()): there the value is always the same.
 */
static bool access_after(struct worker *w, const struct plan_event *pe, bool write)
{
	const struct trace_event *e = &w->replay->plan->trace->event[pe->event];
	unsigned long word = (e->addr & PAGE_MASK) + sizeof(u64) * order_word(pe->thread);
	u64 value = pe->shared ? order_word(pe->thread) + 1 : pe->event;

	return write ? access_try_write(w->task, word, value) :
		       access_try_read(w->task, word, &value);
}

/*
 * A fault that finds that another was quicker changes nothing: the program repeats its access, and faults
 * again if necessary.  All of this counts as the time of the recorded fault.
 */
static u64 act_fault(struct worker *w, const struct plan_event *pe, struct mm *mm)
{
	const struct trace_event *e = &w->replay->plan->trace->event[pe->event];
	bool write = e->err & TRACE_ERR_WRITE;
	unsigned int flags = write ? FAULT_FLAG_WRITE : 0;
	enum fault_result result;
	u64 start, ns = 0;
	int tries = 0;

	if (e->err & TRACE_ERR_FETCH)
		flags |= FAULT_FLAG_INSTRUCTION;
	if (e->op == TRACE_FAULT)
		flags |= FAULT_FLAG_USER;
	do {
		start = platform_now();
		result = mm_fault(w->task, mm, e->addr, flags);
		ns += platform_now() - start;
	} while (result == FAULT_DONE && !pe->sigsegv && !access_after(w, pe, write) &&
		 ++tries < MAX_REFAULTS);
	w->refaults += (u64)tries;

	if (result == FAULT_OOM) {
		w->out_of_frames++;
		WRITE_ONCE(w->replay->failed, 1);
	} else if (result != (pe->sigsegv ? FAULT_SIGSEGV : FAULT_DONE)) {
		w->unexpected++;
		replay_note(w, pe, "the fault ends with %s, recorded %s", fault_name(result),
			    pe->sigsegv ? "SIGSEGV" : "done");
	} else if (tries == MAX_REFAULTS) {
		w->unexpected++;
		replay_note(w, pe, "the page is not %s after the fault",
			    write ? "writable" : "readable");
	}
	return ns;
}

/* --- calls -------------------------------------------------------------------------------- */

static u64 act_mmap(struct worker *w, const struct plan_event *pe, struct mm *mm)
{
	struct replay *r = w->replay;
	const struct trace_event *e = &r->plan->trace->event[pe->event];
	unsigned long at = pe->act == ACT_GIVEN ? e->addr : e->ret, got;
	const struct plan_file *pf = pe->file ? &r->plan->file[pe->file - 1] : NULL;
	struct file *file = pf ? r->file[pe->file - 1] : NULL;
	u64 len = pe->pages ? (u64)pe->pages << PAGE_SHIFT : e->len, start, end;

	if (pf && pf->shmem)
		file = file_open(pf->inode, true);
	start = platform_now();
	got = mm_mmap(w->task, mm, at, len, (int)e->prot, (int)pe->mm_flags, file,
		      pe->mm_flags & MM_MAP_ANONYMOUS ? 0 : e->offset);
	end = platform_now();
	if (pf && pf->shmem)
		file_put(w->task, file);
	expect(w, pe, "mmap", got, at);
	return end - start;
}

static u64 act_mremap(struct worker *w, const struct plan_event *pe, struct mm *mm)
{
	const struct trace_event *e = &w->replay->plan->trace->event[pe->event];
	int flags = (int)e->flags;
	unsigned long got;
	u64 start, end;

	if (e->ret != e->addr)
		flags |= MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED;
	start = platform_now();
	got = mm_mremap(w->task, mm, e->addr, e->len, e->new_len, flags, e->ret);
	end = platform_now();
	expect(w, pe, "mremap", got, e->ret);
	return end - start;
}

static u64 act_call(struct worker *w, const struct plan_event *pe, struct mm *mm)
{
	const struct trace_event *e = &w->replay->plan->trace->event[pe->event];
	unsigned long got, wanted = pe->pages ? 0 : e->ret;	/* of mprotect only the part that was permitted */
	const char *name;
	u64 start = platform_now(), end;

	switch (pe->act) {
	case ACT_MUNMAP:
		got = (unsigned long)mm_munmap(w->task, mm, e->addr, e->len);
		name = "munmap";
		break;
	case ACT_MPROTECT:
		got = (unsigned long)mm_mprotect(w->task, mm, e->addr, pe->pages ? (u64)pe->pages << PAGE_SHIFT : e->len,
						 (int)e->prot);
		name = "mprotect";
		break;
	case ACT_BRK:
		got = mm_brk(w->task, mm, e->addr);
		name = "brk";
		break;
	default:
		got = (unsigned long)mm_madvise(w->task, mm, e->addr, e->len, (int)e->advice);
		name = "madvise";
	}
	end = platform_now();
	/* The analysis knows the holes, so -ENOMEM here means that there were too few frames to populate. */
	if (got == (unsigned long)-ENOMEM && got != wanted && pe->act == ACT_MADVISE &&
	    mm_advice_kind((int)e->advice) == ADVICE_POPULATE) {
		w->out_of_frames++;
		WRITE_ONCE(w->replay->failed, 1);
	}
	expect(w, pe, name, got, wanted);
	return end - start;
}

void replay_act(struct worker *w, u32 index)
{
	struct replay *r = w->replay;
	const struct plan_event *pe = &r->plan->event[index];
	u64 ns = 0;

	run_machine_aside(!plan_is_timed(pe));
	switch ((enum plan_act)pe->act) {
	case ACT_EXEC:
		if (pe->other_space != PLAN_NONE)
			end_space(w, pe, pe->other_space);
		begin_space(w, pe->space);
		break;
	case ACT_FAULT:
		ns = act_fault(w, pe, enter(w, pe->space));
		break;
	case ACT_GIVEN:
	case ACT_MMAP:
		ns = act_mmap(w, pe, enter(w, pe->space));
		break;
	case ACT_MREMAP:
		ns = act_mremap(w, pe, enter(w, pe->space));
		break;
	case ACT_MUNMAP:
	case ACT_MPROTECT:
	case ACT_BRK:
	case ACT_MADVISE:
		ns = act_call(w, pe, enter(w, pe->space));
		break;
	case ACT_CLONE:
		break;
	case ACT_FORK:
		ns = act_fork(w, pe, enter(w, pe->space));
		break;
	case ACT_END:
		if (pe->last)
			end_space(w, pe, pe->space);
		break;
	case ACT_CHECK:
		enter(w, pe->space);
		replay_check_vma(w, pe);
		break;
	}
	run_machine_aside(true);
	r->ns[index] = ns > ~0u ? ~0u : (u32)ns;
	if (pe->leave)
		leave(w, pe->space);
}
