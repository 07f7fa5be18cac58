/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The reader of recorded programs.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench/lib/foreign.h"
#include "bench/trace/trace.h"
#include "bench/trace/source.h"

/* Linux's own limit on thread numbers (PID_MAX_LIMIT). */
#define MAX_TID (4u << 20)
#define LIVE_PIECE 4096		/* tids */
/* Mappings that the kernel reports end here at most: 57-bit addresses. */
#define MAX_VMA_END (1ULL << 56)
/* 292 years in ns: sums of two times cannot overflow. */
#define MAX_TIME (1ULL << 62)
#define NEW_PROCESS (~0u)

static const char letters[NR_TRACE_OPS] = {
	'X', 'N', 'C', 'E', 'V', 'F', 'K', 'm', 'u', 'p', 'r', 'b', 'a',
};

struct reader {
	struct trace *trace;
	struct bench_error *err;
	u32 line;
	char *at;		/* what is left of the line */
	u32 max_events, max_threads;
	/* By tid: index of the living thread + 1.  A piece is made when a thread of it first lives. */
	u32 *live[MAX_TID / LIVE_PIECE + 1];
};

static int fail(struct reader *r, const char *what)
{
	/* A compressed file may be whole, and have no line. */
	return r->line ? bench_fail(r->err, "%s:%u: %s", r->trace->path, r->line, what) :
			 bench_fail(r->err, "%s: %s", r->trace->path, what);
}

static int fail_field(struct reader *r, const char *field, const char *what)
{
	return bench_fail(r->err, "%s:%u: %s %s", r->trace->path, r->line, field, what);
}

/* --- fields ------------------------------------------------------------------- */

/* The next field, ended by a NUL; NULL: none. */
static char *next(struct reader *r)
{
	char *field = r->at;

	if (!field || !*field)
		return NULL;
	r->at = strchr(field, ' ');
	if (r->at)
		*r->at++ = '\0';
	return field;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 16;
}

static int number(struct reader *r, const char *name, unsigned int base, u64 max, u64 *out)
{
	const char *field = next(r);
	u64 value = 0;

	if (!field)
		return fail_field(r, name, "is missing");
	if (!*field)
		return fail_field(r, name, "is empty");
	for (; *field; field++) {
		unsigned int d = digit(*field);

		if (d >= base)
			return fail_field(r, name, base == 16 ? "is not a hexadecimal number" :
					  "is not a decimal number");
		if (value > (max - d) / base)
			return fail_field(r, name, "is too large");
		value = value * base + d;
	}
	*out = value;
	return 0;
}

static int hex(struct reader *r, const char *name, u64 *out)
{
	return number(r, name, 16, ~0ULL, out);
}

static int hex32(struct reader *r, const char *name, u32 *out)
{
	u64 value;

	if (number(r, name, 16, ~0u, &value))
		return -1;
	*out = (u32)value;
	return 0;
}

static int tid(struct reader *r, const char *name, u32 *out)
{
	u64 value;

	if (number(r, name, 10, MAX_TID, &value))
		return -1;
	*out = (u32)value;
	return 0;
}

/* RET DT, or - - */
static int result(struct reader *r, struct trace_event *e)
{
	if (r->at && !strcmp(r->at, "- -")) {
		r->at = NULL;
		e->ret = e->dt = TRACE_NEVER;
		return 0;
	}
	return hex(r, "RET", &e->ret) || number(r, "DT", 10, MAX_TIME, &e->dt);
}

/* --- lines -------------------------------------------------------------------- */

static int vma_fields(struct reader *r, struct trace_event *e)
{
	const char *prot, *name;

	if (hex(r, "START", &e->addr) || hex(r, "LEN", &e->len) || hex(r, "PGOFF", &e->offset))
		return -1;
	prot = next(r);
	if (!prot || strlen(prot) != 4 || !strchr("r-", prot[0]) || !strchr("w-", prot[1]) ||
	    !strchr("x-", prot[2]) || !strchr("ps", prot[3]))
		return fail(r, "PROT is not like rwxp");
	e->prot = (prot[0] == 'r' ? 1 : 0) | (prot[1] == 'w' ? 2 : 0) | (prot[2] == 'x' ? 4 : 0);
	e->shared = prot[3] == 's';
	if (number(r, "INODE", 10, ~0ULL, &e->inode))
		return -1;
	name = r->at;
	r->at = NULL;
	if (!name || !*name)
		return fail(r, "NAME is missing");
	if ((e->addr | e->len | e->offset) & (PAGE_SIZE - 1))
		return fail(r, "the mapping is not made of whole pages");
	if (!e->len || e->addr >= MAX_VMA_END || e->len > MAX_VMA_END - e->addr)
		return fail(r, "LEN is not the length of a mapping");
	if (e->inode)
		e->kind = TRACE_VMA_FILE;
	else if (!strcmp(name, "[stack]"))
		e->kind = TRACE_VMA_STACK;
	else if (name[0] == '[' && strcmp(name, "[heap]") && strncmp(name, "[anon", 5))
		e->kind = TRACE_VMA_SPECIAL;
	else
		e->kind = TRACE_VMA_ANON;
	return 0;
}

/* Index + 1, 0: none of this number lives. */
static u32 living(const struct reader *r, u32 tid_)
{
	const u32 *piece = r->live[tid_ / LIVE_PIECE];

	return piece ? piece[tid_ % LIVE_PIECE] : 0;
}

static int set_living(struct reader *r, u32 tid_, u32 value)
{
	u32 **piece = &r->live[tid_ / LIVE_PIECE];

	if (!*piece && !(*piece = calloc(LIVE_PIECE, sizeof(**piece))))
		return bench_fail_memory(r->err, "reading a trace");
	(*piece)[tid_ % LIVE_PIECE] = value;
	return 0;
}

static int add_thread(struct reader *r, u32 number_, u32 pid, u32 process, u32 *out);

static int clone_fields(struct reader *r, struct trace_event *e)
{
	const struct trace_thread *parent = &r->trace->thread[e->thread];
	u32 child, pid, index;

	if (tid(r, "CHILDTID", &child) || tid(r, "CHILDPID", &pid))
		return -1;
	if (child != pid && pid != parent->pid)
		return fail(r, "CHILDPID is neither the child's own number nor its maker's process");
	if (living(r, child))
		return fail(r, "CHILDTID is a thread that lives already");
	if (add_thread(r, child, pid, child == pid ? NEW_PROCESS : parent->process, &index))
		return -1;
	r->trace->thread[index].parent_event = r->trace->nr_events;
	if (child == pid)
		r->trace->thread[r->trace->thread[e->thread].process].lives++;
	e->child = index;
	return 0;
}

static int end_fields(struct reader *r, const struct trace_event *e)
{
	struct trace_thread *thread = &r->trace->thread[e->thread];
	u32 pid;

	if (tid(r, "PID", &pid))
		return -1;
	if (pid != thread->pid)
		return fail(r, "PID is not the thread's process");
	thread->ended = true;
	r->trace->thread[thread->process].alive--;
	return set_living(r, thread->tid, 0);
}

static int fields(struct reader *r, struct trace_event *e)
{
	u64 ip;

	switch ((enum trace_op)e->op) {
	case TRACE_EXEC:
	case TRACE_NAME:
		r->at = NULL;	/* the rest is a name, which may be empty */
		return 0;
	case TRACE_CLONE:
		return clone_fields(r, e);
	case TRACE_END:
		return end_fields(r, e);
	case TRACE_VMA:
		return vma_fields(r, e);
	case TRACE_FAULT:
		return hex(r, "ADDR", &e->addr) || hex(r, "IP", &ip) || hex(r, "ERR", &e->err);
	case TRACE_KFAULT:
		return hex(r, "ADDR", &e->addr) || hex(r, "ERR", &e->err);
	case TRACE_MMAP:
		return hex(r, "ADDR", &e->addr) || hex(r, "LEN", &e->len) ||
		       hex32(r, "PROT", &e->prot) || hex32(r, "FLAGS", &e->flags) ||
		       hex(r, "FD", &e->fd) || hex(r, "OFF", &e->offset) || result(r, e);
	case TRACE_MUNMAP:
		return hex(r, "ADDR", &e->addr) || hex(r, "LEN", &e->len) || result(r, e);
	case TRACE_MPROTECT:
		return hex(r, "ADDR", &e->addr) || hex(r, "LEN", &e->len) ||
		       hex32(r, "PROT", &e->prot) || result(r, e);
	case TRACE_MREMAP:
		return hex(r, "OLD", &e->addr) || hex(r, "OLDLEN", &e->len) ||
		       hex(r, "NEWLEN", &e->new_len) || hex32(r, "FLAGS", &e->flags) ||
		       hex(r, "NEWADDR", &e->new_addr) || result(r, e);
	case TRACE_BRK:
		return hex(r, "BRK", &e->addr) || result(r, e);
	case TRACE_MADVISE:
		return hex(r, "ADDR", &e->addr) || hex(r, "LEN", &e->len) ||
		       hex(r, "ADVICE", &e->advice) || result(r, e);
	case NR_TRACE_OPS:
		break;
	}
	return fail(r, "no such OP");
}

/* Double an array that is full. */
static int grow(struct reader *r, void **array, u32 *max, size_t size)
{
	u64 more = *max ? *max * 2ULL : 1024;
	void *p;

	if (more > ~0u / 2)
		return fail(r, "more lines than this reader takes");
	p = realloc(*array, more * size);
	if (!p)
		return bench_fail_memory(r->err, "reading a trace");
	*array = p;
	*max = (u32)more;
	return 0;
}

static int add_thread(struct reader *r, u32 number_, u32 pid, u32 process, u32 *out)
{
	struct trace *t = r->trace;
	struct trace_thread *thread;
	u32 index = t->nr_threads;

	if (index == r->max_threads &&
	    grow(r, (void **)&t->thread, &r->max_threads, sizeof(*t->thread)))
		return -1;
	if (process == NEW_PROCESS)
		process = index;
	else
		t->thread[process].lives++;
	thread = &t->thread[index];
	*thread = (struct trace_thread){ .tid = number_, .pid = pid, .process = process,
					 .parent_event = TRACE_NO_EVENT };
	if (process == index)
		thread->lives = 1;
	if (++t->thread[process].alive > TRACE_MAX_ALIVE)
		return fail(r, "the process has more threads at once than this reader takes");
	t->nr_threads++;
	*out = index;
	return set_living(r, number_, index + 1);
}

static int event_line(struct reader *r)
{
	struct trace *t = r->trace;
	struct trace_event *e;
	const char *op;
	u32 who;

	if (t->nr_events == r->max_events &&
	    grow(r, (void **)&t->event, &r->max_events, sizeof(*t->event)))
		return -1;
	e = &t->event[t->nr_events];
	memset(e, 0, sizeof(*e));
	e->line = r->line;
	if (number(r, "TIME", 10, MAX_TIME, &e->time) || tid(r, "TID", &who))
		return -1;
	if (t->nr_events && e->time < e[-1].time)
		return fail(r, "TIME is earlier than in the line before");
	op = next(r);
	if (!op || !op[0] || op[1] || !memchr(letters, op[0], sizeof(letters)))
		return fail(r, op ? "no such OP" : "OP is missing");
	e->op = (u8)((const char *)memchr(letters, op[0], sizeof(letters)) - letters);
	if (!t->nr_events && add_thread(r, who, who, NEW_PROCESS, &e->thread))
		return -1;
	if (!living(r, who))
		return fail(r, "TID is not a living thread: nothing made it, or it has ended");
	e->thread = living(r, who) - 1;
	if (fields(r, e))
		return -1;
	if (r->at)
		return fail(r, "more fields than OP has");
	t->nr_op[e->op]++;
	t->nr_events++;
	return 0;
}

/* PID VMAS THREADS COMM, of one process */
static int maps_line(struct reader *r)
{
	u64 pid, vmas, threads;

	if (number(r, "PID", 10, MAX_TID, &pid) || number(r, "VMAS", 10, ~0u, &vmas) ||
	    number(r, "THREADS", 10, MAX_TID, &threads))
		return -1;
	if (vmas > r->trace->sampled_vmas)
		r->trace->sampled_vmas = (u32)vmas;
	return 0;
}

static int header_line(struct reader *r, const char *line)
{
	struct trace *t = r->trace;

	if (!strncmp(line, "# missing ", 10) && t->nr_missing < TRACE_MAX_MISSING) {
		strncpy(t->missing[t->nr_missing], line + 10, sizeof(t->missing[0]) - 1);
		foreign_text(t->missing[t->nr_missing++]);
	}
	if (!strncmp(line, "# zero-page ", 12)) {
		t->no_zero_page = !strcmp(line + 12, "no");
		return t->no_zero_page || !strcmp(line + 12, "yes") ? 0 : fail(r, "zero-page is neither yes nor no");
	}
	if (!strncmp(line, "# maps ", 7)) {
		r->at = (char *)line + 7;
		return maps_line(r);
	}
	if (!strncmp(line, "# host ", 7)) {
		const char *cpus = strstr(line, " cpus ");

		if (cpus)
			t->cpus = (u32)strtoul(cpus + 6, NULL, 10);
	}
	if (!strncmp(line, "# name ", 7)) {
		strncpy(r->trace->name, line + 7, sizeof(r->trace->name) - 1);
	} else if (!strncmp(line, "# lost ", 7)) {
		char *end = strchr(line + 7, ' ');

		if (end)
			*end = '\0';
		r->at = (char *)line + 7;
		if (number(r, "lost", 10, ~0ULL, &r->trace->lost))
			return -1;
	}
	return 0;
}

static int lines(struct reader *r, struct trace_source *source)
{
	char *line;
	int got;

	while ((got = trace_source_line(source, &line, r->err)) > 0) {
		if (++r->line == ~0u)
			return fail(r, "more lines than this reader takes");
		if (r->line == 1) {
			if (strcmp(line, "# pftrace 1"))
				return fail(r, "does not begin with \"# pftrace 1\": not a trace that this reader knows");
			continue;
		}
		r->at = line;
		if (line[0] == '#' ? header_line(r, line) : event_line(r))
			return -1;
	}
	return got;
}

static int whole(struct reader *r)
{
	const struct trace *t = r->trace;

	if (!t->nr_events)
		return fail(r, "holds no event");
	for (u32 i = 0; i < t->nr_threads; i++)
		if (!t->thread[i].ended)
			return bench_fail(r->err, "%s:%u: the file ends before thread %u does: it was cut",
					  t->path, r->line, t->thread[i].tid);
	return 0;
}

static void name_after_file(struct trace *t)
{
	const char *slash = strrchr(t->path, '/');
	char *dot;

	strncpy(t->name, slash ? slash + 1 : t->path, sizeof(t->name) - 1);
	dot = strchr(t->name, '.');
	if (dot)
		*dot = '\0';
}

int trace_read(struct trace **out, const char *path, struct bench_error *err)
{
	struct reader r = { .err = err };
	struct trace_source *source = NULL;
	int ret = -1;

	r.trace = calloc(1, sizeof(*r.trace));
	if (!r.trace || !(r.trace->path = strdup(path))) {
		bench_fail_memory(err, "reading a trace");
		goto out;
	}
	if (trace_source_open(&source, path, err) || lines(&r, source) || whole(&r))
		goto out;
	if (!r.trace->name[0])
		name_after_file(r.trace);
	foreign_text(r.trace->name);
	foreign_text(r.trace->path);	/* from here on it is only shown, not opened */
	*out = r.trace;
	r.trace = NULL;
	ret = 0;
out:
	trace_source_close(source);
	trace_free(r.trace);
	for (size_t i = 0; i < ARRAY_SIZE(r.live); i++)
		free(r.live[i]);
	return ret;
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	free(t->event);
	free(t->thread);
	free(t->path);
	free(t);
}

char trace_op_letter(enum trace_op op)
{
	return letters[op];
}
