/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Threads and processes followed, calls paired with their returns, lines put in order.
 *
 * A call stands in the trace at its entry, with its result; so lines wait in a
 * queue (lines.h) while an earlier call has not returned.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/lib/omap.h"
#include "bench/lib/ranges.h"
#include "bench/record/convert.h"
#include "bench/record/lines.h"

/* Faults and mappings above are the kernel's own. */
#define USER_END (1ULL << 56)
/* A 32-bit program's stack ends below. */
#define COMPAT_END (1ULL << 32)

/* Bits of x86's error code, for when we have to guess them. */
#define ERR_USER 4

struct process {
	struct omap_node node;		/* key: pid */
	u32 threads;
	bool compat;
	struct ranges writable;		/* value 1 or 0; only where error codes are not known */
};

struct thread {
	struct omap_node node;		/* key: tid */
	struct process *process;
	u64 call;			/* its line in the queue + 1, while it is in a call */
};

struct convert {
	const struct convert_head *head;
	struct lines *lines;
	struct omap threads, processes;
	u64 last;			/* time of the last record */
	bool begun;
	struct convert_result result;
};

static struct thread *find(const struct convert *c, u32 tid)
{
	struct omap_node *n = omap_floor(&c->threads, tid);

	return n && n->key == tid ? container_of(n, struct thread, node) : NULL;
}

static struct process *find_process(const struct convert *c, u32 pid)
{
	struct omap_node *n = omap_floor(&c->processes, pid);

	return n && n->key == pid ? container_of(n, struct process, node) : NULL;
}

static int add_line(struct convert *c, const struct line *line)
{
	c->result.nr_op[line->op]++;
	return lines_add(c->lines, line);
}

/* --- threads ------------------------------------------------------------------ */

static struct thread *new_thread(struct convert *c, u32 tid, u32 pid)
{
	struct process *p = find_process(c, pid);
	struct thread *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p) {
			free(t);
			return NULL;
		}
		p->node.key = pid;
		omap_insert(&c->processes, &p->node);
		c->result.processes++;
	}
	p->threads++;
	t->process = p;
	t->node.key = tid;
	omap_insert(&c->threads, &t->node);
	return t;
}

static int end_thread(struct convert *c, struct thread *t, u64 time)
{
	struct process *p = t->process;
	struct line line = { .time = time, .tid = (u32)t->node.key, .op = TRACE_END,
			     .v = { p->node.key } };

	if (t->call)
		lines_unfinished(c->lines, t->call - 1);
	omap_remove(&c->threads, &t->node);
	free(t);
	if (!--p->threads) {
		omap_remove(&c->processes, &p->node);
		ranges_exit(&p->writable);
		free(p);
	}
	return add_line(c, &line);
}

static int make_thread(struct convert *c, struct thread *maker, u32 tid, u32 pid, u64 time)
{
	struct line line = { .time = time, .tid = (u32)maker->node.key, .op = TRACE_CLONE,
			     .v = { tid, pid } };
	struct process *from = maker->process;
	struct thread *t;

	t = new_thread(c, tid, pid);
	if (!t)
		return -1;
	if (t->process != from) {
		t->process->compat = from->compat;
		if (!c->head->err_known && ranges_copy(&t->process->writable, &from->writable))
			return -1;
	}
	return add_line(c, &line);
}

/*
 * A thread other than its process's first calls exec: all others end, and it takes
 * the first one's number (de_thread() in fs/exec.c), while its own goes without an
 * end.  In the trace it makes a process of that number, and ends.
 */
static struct thread *take_over(struct convert *c, const struct record *r)
{
	struct omap_node *n = omap_ceil(&c->threads, 0);

	while (n && container_of(n, struct thread, node)->process->node.key != r->pid)
		n = n->key == ~0ULL ? NULL : omap_ceil(&c->threads, n->key + 1);
	if (!n || make_thread(c, container_of(n, struct thread, node), r->tid, r->pid, r->time) ||
	    end_thread(c, container_of(n, struct thread, node), r->time))
		return NULL;
	return find(c, r->tid);
}

/* --- records ------------------------------------------------------------------- */

static int exec(struct convert *c, struct thread *t, const struct record *r)
{
	struct line line = { .time = r->time, .tid = r->tid, .op = TRACE_EXEC };

	t->process->compat = false;
	ranges_exit(&t->process->writable);
	line.name = strdup(r->name);
	return line.name ? add_line(c, &line) : -1;
}

static int named(struct convert *c, const struct record *r)
{
	struct line line = { .time = r->time, .tid = r->tid, .op = TRACE_NAME };

	line.name = strdup(r->name);
	return line.name ? add_line(c, &line) : -1;
}

static int made(struct convert *c, struct thread *t, const struct record *r)
{
	struct thread *old = find(c, r->child.tid);

	/* Its end was lost. */
	if (old && old != t && end_thread(c, old, r->time))
		return -1;
	return old == t ? 0 : make_thread(c, t, r->child.tid, r->child.pid, r->time);
}

/* What a V line does not say of a mapping. */
static void count_flags(struct convert *c, u32 flags)
{
	u64 *nr = c->result.left_out.nr;

	nr[LEFT_OUT_LOCKED] += !!(flags & MAP_LOCKED);
	nr[LEFT_OUT_HUGETLB] += !!(flags & MAP_HUGETLB);
	nr[LEFT_OUT_FLAGS] += !!(flags & ~(u32)(MAP_SHARED | MAP_PRIVATE | MAP_LOCKED | MAP_HUGETLB | MAP_DENYWRITE | MAP_EXECUTABLE));
}

static int mapping(struct convert *c, struct thread *t, const struct record *r)
{
	struct line line = { .time = r->time, .tid = r->tid, .op = TRACE_VMA };

	if (r->vma.start >= USER_END || r->vma.len > USER_END - r->vma.start || !r->vma.len) {
		c->result.left_out.nr[LEFT_OUT_KERNEL_HALF]++;
		return 0;
	}
	count_flags(c, r->vma.flags);
	line.v[0] = r->vma.start;
	line.v[1] = r->vma.len;
	line.v[2] = r->vma.pgoff;
	line.v[3] = r->vma.inode;
	line.prot = r->vma.prot;
	line.shared = r->vma.flags & MAP_SHARED;
	line.name = strdup(*r->vma.name ? r->vma.name : "//anon");
	if (!line.name)
		return -1;
	if (!strcmp(line.name, "[stack]") && r->vma.start + r->vma.len <= COMPAT_END)
		t->process->compat = true;
	if (!c->head->err_known &&
	    ranges_set(&t->process->writable, r->vma.start, r->vma.start + r->vma.len,
		       r->vma.prot & PROT_WRITE ? 1 : 0)) {
		free(line.name);
		return -1;
	}
	return add_line(c, &line);
}

static bool may_write(const struct process *p, u64 addr)
{
	const struct range *range = ranges_at(&p->writable, addr);

	return range && range->value;
}

static int fault(struct convert *c, struct thread *t, const struct record *r)
{
	struct line line = { .time = r->time, .tid = r->tid,
			     .op = r->kind == RECORD_FAULT ? TRACE_FAULT : TRACE_KFAULT,
			     .v = { r->fault.addr, r->fault.ip, r->fault.err } };

	if (r->fault.addr >= USER_END) {
		c->result.left_out.nr[LEFT_OUT_KERNEL_HALF]++;
		return 0;
	}
	if (!r->fault.err_known) {
		line.v[2] = ERR_USER;
		if (r->fault.addr == r->fault.ip)
			line.v[2] |= TRACE_ERR_FETCH;
		else if (may_write(t->process, r->fault.addr))
			line.v[2] |= TRACE_ERR_WRITE;
	}
	return add_line(c, &line);
}

static int enter(struct convert *c, struct thread *t, const struct record *r)
{
	const struct known_call *call = known_call(r->call.nr);
	struct line line = { .time = r->time, .tid = r->tid, .open = true };

	/* The return of the one before was lost; the next return is not its. */
	if (t->call)
		lines_unfinished(c->lines, t->call - 1);
	t->call = 0;
	/* In a 32-bit program the numbers mean other calls. */
	if (t->process->compat) {
		c->result.left_out.nr[LEFT_OUT_COMPAT]++;
		return 0;
	}
	if (!call || known_call_is_harmless(call, r->call.arg[0]))
		return 0;
	if (call->op == NR_TRACE_OPS) {
		c->result.left_out.nr[call - known_calls]++;
		return 0;
	}
	line.op = call->op;
	memcpy(line.v, r->call.arg, sizeof(line.v));
	/* The kernel takes these as an int; the rest of the register may hold anything. */
	if (line.op == TRACE_MMAP)
		line.v[4] = (u32)line.v[4];
	if (line.op == TRACE_MMAP || line.op == TRACE_MREMAP)
		line.v[3] = (u32)line.v[3];
	if (line.op == TRACE_MMAP || line.op == TRACE_MPROTECT || line.op == TRACE_MADVISE)
		line.v[2] = (u32)line.v[2];
	t->call = lines_next(c->lines) + 1;
	return add_line(c, &line);
}

static void leave(struct convert *c, struct thread *t, const struct record *r)
{
	if (!t->call)
		return;
	lines_finished(c->lines, t->call - 1, r->call.ret, r->time);
	t->call = 0;
}

static int begin(struct convert *c, const struct record *r)
{
	c->begun = true;
	lines_begin(c->lines, c->head, r->name, r->time);
	return new_thread(c, r->tid, r->pid) ? 0 : -1;
}

int convert_record(struct convert *c, const struct record *r)
{
	struct thread *t;

	if (r->kind == RECORD_UNKNOWN)
		c->result.left_out.nr[LEFT_OUT_UNKNOWN]++;
	if (r->kind >= RECORD_LOST || (!c->begun && r->kind != RECORD_EXEC))
		return 0;
	if (!c->begun && begin(c, r))
		return -1;
	c->last = r->time;
	t = find(c, r->tid);
	if (!t && r->kind == RECORD_EXEC && find_process(c, r->pid))
		t = take_over(c, r);
	if (!t) {
		c->result.left_out.nr[LEFT_OUT_STRANGER]++;
		return 0;
	}
	switch (r->kind) {
	case RECORD_EXEC:
		return exec(c, t, r);
	case RECORD_NAME:
		return named(c, r);
	case RECORD_FORK:
		return made(c, t, r);
	case RECORD_EXIT:
		return end_thread(c, t, r->time);
	case RECORD_VMA:
		return mapping(c, t, r);
	case RECORD_FAULT:
	case RECORD_KFAULT:
		return fault(c, t, r);
	case RECORD_ENTER:
		return enter(c, t, r);
	case RECORD_LEAVE:
		leave(c, t, r);
		return 0;
	case RECORD_LOST:
	case RECORD_UNKNOWN:
	case RECORD_NOTHING:
		break;
	}
	return 0;
}

u64 convert_calls(const struct convert_result *result)
{
	const u64 *n = result->nr_op;

	return n[TRACE_MMAP] + n[TRACE_MUNMAP] + n[TRACE_MPROTECT] + n[TRACE_MREMAP] + n[TRACE_BRK] + n[TRACE_MADVISE];
}

struct convert *convert_begin(const struct convert_head *head, FILE *out)
{
	struct convert *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->head = head;
	c->lines = lines_create(out);
	if (!c->lines) {
		free(c);
		return NULL;
	}
	return c;
}

int convert_end(struct convert *c, struct convert_result *result)
{
	struct omap_node *n;
	int ret = 0;

	while ((n = omap_ceil(&c->threads, 0))) {
		c->result.alive++;
		ret |= end_thread(c, container_of(n, struct thread, node), c->last);
	}
	ret |= lines_end(c->lines, &c->result.left_out);
	*result = c->result;
	free(c);
	return ret ? -1 : 0;
}
