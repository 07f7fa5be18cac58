// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The forking thread: the child must hold what the parent held, keep it whatever the parent does,
 * and leave no trace.
 */
#include "tests/torture/torture.h"

#include "common/mm/vma.h"
#include "common/sync/atomic.h"
#include "tests/support/check.h"

#include <errno.h>

/* The results allowed in a child differ from those in its parent. */
static struct sample child_sample(const struct sample *s)
{
	struct sample child = *s;

	if (s->state.fork & CELL_FORK_NOT)
		child.state.rights = 0;
	return child;
}

static void judge_child(const struct cell *c, const struct sample *s, u64 value)
{
	if (s->state.fork & CELL_FORK_WIPED)
		judge(c, cell_is_fresh(c, 0, value) ? NULL : "a child has what was to be wiped for it", value);
	else
		judge(c, cell_judge_value(c, s, 0, value), value);
}

/*
 * @stood: nothing changed this cell from the sample until the fork was over, so the child's copy is of
 * that state.  A file may be truncated at any time, for parent and child alike: for files
 * cell_judge_rights() checks again whether something has changed.
 */
static void child_visit(struct worker *w, struct cell *c, const struct sample *parent, bool stood, u64 serial)
{
	struct sample s = child_sample(parent);
	unsigned long addr = c->addr[s.state.away];
	bool may_oom = w->torture->roll.may_oom, own = stood && s.state.kind == CELL_ANON;
	enum access_result result;
	u64 value = 0, again = 0;
	bool wrote = false;

	event_begin(w, CHILD_READ, c->id, 1);
	result = access_read(w->task, addr, &value);
	event_end(w, result, value);
	if (!stood) {
		s.wipe_open = true;
		if (result == ACCESS_OK)
			judge(c, cell_judge_value(c, &s, 0, value), value);
		return;
	}
	if (own && result != ACCESS_OOM && !(s.state.rights & CELL_STACK))
		check((result == ACCESS_OK) == !!(s.state.rights & CELL_READ),
		      "cell %u at %#lx: the child's answer is %d, rights %u", c->id, addr, (int)result,
		      s.state.rights);
	judge(c, cell_judge_rights(c, &s, result, CELL_READ, may_oom), value);
	if (result != ACCESS_OK)
		return;
	judge_child(c, &s, value);
	if (!own)
		return;
	/* No other thread runs in this address space. */
	if (s.state.rights & CELL_WRITE && one_in(w, 2)) {
		value = cell_child_value(c, serial);
		event_begin(w, CHILD_WRITE, c->id, 1);
		result = access_write(w->task, addr, value);
		event_end(w, result, value);
		check(result == ACCESS_OK || (result == ACCESS_OOM && may_oom),
		      "cell %u at %#lx: the child's write is answered with %d", c->id, addr, (int)result);
		if (result != ACCESS_OK)
			return;
		wrote = true;
	}
	if (one_in(w, 4))
		reclaim_pages(w->task, RECLAIM_FORCE, 4);
	result = access_read(w->task, addr, &again);
	check(result == ACCESS_OK || (result == ACCESS_OOM && may_oom),
	      "cell %u at %#lx: the child's second read is answered with %d", c->id, addr, (int)result);
	if (result != ACCESS_OK)
		return;
	/* Memory given up by MADV_FREE and not written since may be dropped at any time. */
	if (wrote || again)
		check_same(again, value, "changed under the child");
	else
		judge_child(c, &s, again);
}

/* One cell, whose mapping was told of @a times, with @a flags the last time. */
static void judge_told(const struct cell *c, const struct sample *s, unsigned int times, unsigned long flags)
{
	u32 rights = (flags & VM_READ ? CELL_READ : 0) | (flags & VM_WRITE ? CELL_WRITE : 0);

	if (!cell_stands(c, s) || s->state.rights & CELL_STACK)	/* a stack may not have grown so far */
		return;
	check_same(times, s->state.kind != CELL_UNMAPPED, "how often a mapping is told of that stays");
	if (times)
		check_same(rights, s->state.rights & (CELL_READ | CELL_WRITE), "the rights that are told of");
}

/* Like /proc/PID/maps of the parent, read by the child. */
static void read_maps(struct worker *w)
{
	struct torture *x = w->torture;
	struct sample s[NR_CELLS];
	unsigned int times[NR_CELLS] = { 0 }, nr = 0;
	unsigned long flags[NR_CELLS], at = 0, before = 0;
	struct vma_info info;

	for (unsigned int i = 0; i < NR_CELLS; i++)
		cell_sample(&x->cell[i], &s[i]);
	event_begin(w, READ_MAPS, 0, NR_CELLS);
	for (; mm_maps_next(w->task, x->mm, &at, &info) != MAPS_END; nr++) {
		check(info.start >= before && info.start < info.end, "told of [%#lx, %#lx) after %#lx", info.start, info.end, before);
		before = info.end;
		for (unsigned int i = 0; i < NR_CELLS; i++) {
			unsigned long addr = x->cell[i].addr[s[i].state.away];

			if (addr < info.start || addr >= info.end)
				continue;
			times[i]++;
			flags[i] = info.flags;
		}
	}
	event_end(w, nr, 0);
	for (unsigned int i = 0; i < NR_CELLS; i++)
		judge_told(&x->cell[i], &s[i], times[i], times[i] ? flags[i] : 0);
}

/* A page of the parent, read by the child as a debugger would. */
static void read_parent(struct worker *w)
{
	struct cell *c = &w->torture->cell[rnd(w, NR_CELLS)];
	enum access_result result;
	struct sample s;
	u64 value = 0;

	cell_sample(c, &s);
	event_begin(w, READ_REMOTE, c->id, 1);
	result = read_remote(w, c, &s, 0, &value);
	event_end(w, result, value);
	judge(c, cell_judge_rights(c, &s, result, CELL_READ, w->torture->roll.may_oom), value);
	if (result == ACCESS_OK)
		judge(c, cell_judge_value(c, &s, 0, value), value);
}

static void fork_once(struct worker *w, u64 serial)
{
	struct torture *x = w->torture;
	struct sample s[NR_CELLS];
	bool stood[NR_CELLS];
	struct mm *child;
	int err;

	for (unsigned int i = 0; i < NR_CELLS; i++)
		cell_sample(&x->cell[i], &s[i]);
	event_begin(w, FORK, 0, NR_CELLS);
	err = mm_fork(w->task, x->mm, &child);
	event_end(w, err, 0);
	if (was_killed(w, (unsigned long)err))
		return;
	if (err) {
		check(err == -ENOMEM && x->roll.may_oom, "fork says %d", err);
		return;
	}
	for (unsigned int i = 0; i < NR_CELLS; i++)
		stood[i] = cell_stands(&x->cell[i], &s[i]);
	mm_detach(w->task);
	mm_attach(w->task, child);
	for (unsigned int n = rnd(w, 2 * NR_CELLS); n; n--) {
		unsigned int i = rnd(w, NR_CELLS);

		/* Visit each once: the oracle does not know what a first visit wrote. */
		if (s[i].state.away != 2)
			child_visit(w, &x->cell[i], &s[i], stood[i], serial);
		s[i].state.away = 2;
	}
	for (unsigned int n = rnd(w, 4); n; n--)
		read_maps(w);
	for (unsigned int n = rnd(w, NR_CELLS / 2); n; n--)
		read_parent(w);
	event_begin(w, EXIT, 0, NR_CELLS);
	mm_detach(w->task);
	mm_destroy(w->task, child);
	event_end(w, 0, 0);
	mm_attach(w->task, x->mm);
}

void forker(void *arg)
{
	struct worker *w = arg;

	mm_attach(w->task, w->torture->mm);
	for (u64 serial = 1; !READ_ONCE(w->torture->stop); serial++) {
		fork_once(w, serial);
		/* A fork write-protects everything, so make it rare enough that other things happen. */
		platform_sleep(rnd(w, 400) * 1000ULL);
	}
	mm_detach(w->task);
}
