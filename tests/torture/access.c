// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The faulting threads: each reads all cells, and writes its own.
 */
#include "tests/torture/torture.h"

#include "common/sync/atomic.h"
#include "tests/support/check.h"

#include <errno.h>

void judge(const struct cell *c, const char *wrong, u64 value)
{
	check(!wrong, "cell %u at %#lx: %s (value %#llx; now rights %u, kind %u, %llu of %llu changes and %llu of %llu wipes over, floor %llu, done %#llx)",
	      c->id, c->addr[c->away & 1], wrong, (unsigned long long)value, c->rights, c->kind,
	      (unsigned long long)c->change_end, (unsigned long long)c->change_begin,
	      (unsigned long long)c->wipe_end, (unsigned long long)c->wipe_begin,
	      (unsigned long long)c->floor, (unsigned long long)c->done);
}

/* The call says -EFAULT both for SIGSEGV and for SIGBUS: take it for what the state before demands. */
static enum access_result remote_result(const struct sample *s, u32 need, long ret)
{
	if (ret == sizeof(u64))
		return ACCESS_OK;
	if (ret == -ENOMEM)
		return ACCESS_OOM;
	check_same((u64)ret, (u64)-EFAULT, "an access from outside");
	return (s->state.rights & need) == need && (s->state.rights & CELL_BEYOND) ? ACCESS_SIGBUS : ACCESS_SIGSEGV;
}

enum access_result read_remote(struct worker *w, const struct cell *c, const struct sample *s, unsigned long offset, u64 *value)
{
	return remote_result(s, CELL_READ, mm_process_vm_rw(w->task, w->torture->mm, c->addr[s->state.away] + offset, value,
							    sizeof(*value), false));
}

static enum access_result write_remote(struct worker *w, const struct cell *c, const struct sample *s, u64 value)
{
	return remote_result(s, CELL_WRITE, mm_process_vm_rw(w->task, w->torture->mm, c->addr[s->state.away], &value, sizeof(value), true));
}

static void try_write(struct worker *w, struct cell *c)
{
	bool remote = one_in(w, 8);
	enum access_result result;
	struct sample s;
	u64 value;

	cell_sample(c, &s);
	value = cell_next_value(c);
	event_begin(w, remote ? WRITE_REMOTE : WRITE, c->id, 1);
	result = remote ? write_remote(w, c, &s, value) : access_write(w->task, c->addr[s.state.away], value);
	event_end(w, result, value);
	judge(c, cell_judge_rights(c, &s, result, CELL_WRITE, w->torture->roll.may_oom), value);
	if (result != ACCESS_OK)
		return;
	if (one_in(w, 4))
		access_write(w->task, c->addr[s.state.away] + OTHER_WORD, value);
	cell_wrote(c, &s, value);	/* after both, since only a finished write can be wiped */
}

static void try_read(struct worker *w, struct cell *c)
{
	unsigned int word = one_in(w, 4);
	unsigned long offset = word ? OTHER_WORD : 0;
	bool remote = one_in(w, 8);
	enum access_result result;
	struct sample s;
	u64 value = 0;

	cell_sample(c, &s);
	event_begin(w, remote ? READ_REMOTE : READ, c->id, 1);
	result = remote ? read_remote(w, c, &s, offset, &value) : access_read(w->task, c->addr[s.state.away] + offset, &value);
	event_end(w, result, value);
	judge(c, cell_judge_rights(c, &s, result, CELL_READ, w->torture->roll.may_oom), value);
	if (result == ACCESS_OK)
		judge(c, cell_judge_value(c, &s, word, value), value);
}

/*
 * Write a word of the page that nobody reads.  The fault matters: a page that two threads write to is
 * copied by one while the other writes.
 */
static void write_beside(struct worker *w, const struct cell *c)
{
	enum access_result result;
	struct sample s;

	cell_sample(c, &s);
	event_begin(w, WRITE_BESIDE, c->id, 1);
	result = access_write(w->task, c->addr[s.state.away] + UNSEEN_WORD, w->index);
	event_end(w, result, 0);
	judge(c, cell_judge_rights(c, &s, result, CELL_WRITE, w->torture->roll.may_oom), 0);
}

/* Like the kernel's own accesses to user memory: any result is allowed, as long as the mm survives it. */
static void kernel_fault(struct worker *w, const struct cell *c)
{
	event_begin(w, KERNEL_FAULT, c->id, 1);
	event_end(w, mm_fault(w->task, w->torture->mm, c->addr[0], one_in(w, 2) ? FAULT_FLAG_WRITE : 0), 0);
}

/* The victim gives up the call in which it waits now, or the next in which it would have to. */
static void kill_one(struct worker *w)
{
	unsigned int victim = rnd(w, NR_CHANGERS + NR_FORKERS);

	event_begin(w, KILL, 0, 1);
	task_kill(w->torture->worker[victim].task);
	event_end(w, victim, 0);
}

void faulter(void *arg)
{
	struct worker *w = arg;
	struct torture *x = w->torture;
	unsigned int me = w->index - NR_CHANGERS - NR_FORKERS;

	mm_attach(w->task, x->mm);
	while (!READ_ONCE(x->stop)) {
		struct cell *c = &x->cell[rnd(w, NR_CELLS)];

		/* A SIGSEGV takes mmap_lock, so make it rare enough that changers get the lock. */
		if (!READ_ONCE(c->rights) && rnd(w, 32))
			continue;
		if (one_in(w, 64))
			kernel_fault(w, c);
		if (x->roll.kills && one_in(w, 64))
			kill_one(w);
		if (c->id % nr_faulters(x) == me && rnd(w, 2))
			try_write(w, c);
		else if (one_in(w, 8))
			write_beside(w, c);
		else
			try_read(w, c);
	}
	mm_detach(w->task);
}
