/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Decoding the kernel's records, as perf_event_open(2) and linux/perf_event.h describe them.
 */
#include <string.h>

#include "bench/record/decode.h"

/* Every record but a sample ends with these (attr.sample_id_all, TID | TIME). */
struct trailer {
	u32 pid, tid;
	u64 time;
};

struct comm {
	struct perf_event_header header;
	u32 pid, tid;
	char name[];
};

struct task {
	struct perf_event_header header;
	u32 pid, ppid, tid, ptid;
	u64 time;
};

struct mmap2 {
	struct perf_event_header header;
	u32 pid, tid;
	u64 addr, len, pgoff;
	u32 major, minor;
	u64 inode, generation;
	u32 prot, flags;
	char name[];
};

struct lost {
	struct perf_event_header header;
	u64 id, lost;
};

/* RECORD_TRACEPOINTS: TID | TIME | RAW. */
struct tracepoint_sample {
	struct perf_event_header header;
	u32 pid, tid;
	u64 time;
	u32 size;
	char raw[];
};

/* RECORD_PTRACE: IP | TID | TIME | ADDR. */
struct fault_sample {
	struct perf_event_header header;
	u64 ip;
	u32 pid, tid;
	u64 time, addr;
};

static bool own(const struct perf_event_header *raw)
{
	return raw->type == RECORD_OWN_ENTER || raw->type == RECORD_OWN_LEAVE;
}

static void read_trailer(const struct perf_event_header *raw, struct trailer *t)
{
	memset(t, 0, sizeof(*t));
	if (raw->size >= sizeof(*raw) + sizeof(*t))
		memcpy(t, (const char *)raw + raw->size - sizeof(*t), sizeof(*t));
}

/* The least size of a record of its kind, checked before any field is read. */
static size_t least_size(const struct record_layout *l, const struct perf_event_header *raw)
{
	if (own(raw))
		return sizeof(struct record_own_call);
	switch (raw->type) {
	case PERF_RECORD_SAMPLE:
		return l->tracepoints ? offsetof(struct tracepoint_sample, raw) : sizeof(struct fault_sample);
	case PERF_RECORD_MMAP2:
		return sizeof(struct mmap2) + 1;
	case PERF_RECORD_COMM:
		return sizeof(struct comm) + 1;
	case PERF_RECORD_FORK:
	case PERF_RECORD_EXIT:
		return sizeof(struct task);
	case PERF_RECORD_LOST:
	case PERF_RECORD_LOST_SAMPLES:
		return sizeof(struct lost);
	default:
		return sizeof(*raw);
	}
}

/* Is the name at the end of the record terminated within it? */
static bool ends_inside(const struct perf_event_header *raw, const char *name)
{
	return memchr(name, '\0', (size_t)((const char *)raw + raw->size - name));
}

u64 decode_time(const struct record_layout *l, const struct perf_event_header *raw)
{
	struct trailer t;

	if (raw->size < least_size(l, raw))
		return 0;
	if (own(raw))
		return ((const struct record_own_call *)raw)->time;
	if (raw->type == PERF_RECORD_SAMPLE)
		return l->tracepoints ? ((const struct tracepoint_sample *)raw)->time :
		       ((const struct fault_sample *)raw)->time;
	read_trailer(raw, &t);
	return t.time;
}

static u64 word(const char *raw, u16 offset)
{
	u64 value;

	memcpy(&value, raw + offset, sizeof(value));
	return value;
}

static bool decode_tracepoint(const struct record_layout *l, const struct perf_event_header *raw,
			      struct record *r)
{
	const struct tracepoint_sample *s = (const struct tracepoint_sample *)raw;
	const size_t head = offsetof(struct tracepoint_sample, raw);
	u16 id;

	if (s->size < sizeof(id) || raw->size - head < s->size)
		return false;
	r->pid = s->pid;
	r->tid = s->tid;
	memcpy(&id, s->raw, sizeof(id));
	if (id == l->fault_user || id == l->fault_kernel) {
		if (s->size < l->err + sizeof(u64) || s->size < l->addr + sizeof(u64) || s->size < l->ip + sizeof(u64))
			return false;
		r->kind = id == l->fault_user ? RECORD_FAULT : RECORD_KFAULT;
		r->fault.addr = word(s->raw, l->addr);
		r->fault.ip = word(s->raw, l->ip);
		r->fault.err = word(s->raw, l->err);
		r->fault.err_known = true;
		return true;
	}
	if (id == l->enter && s->size >= l->enter_args + 6 * sizeof(u64) && s->size >= l->enter_nr + sizeof(u64)) {
		r->kind = RECORD_ENTER;
		r->call.nr = word(s->raw, l->enter_nr);
		memcpy(r->call.arg, s->raw + l->enter_args, sizeof(r->call.arg));
		return true;
	}
	if (id == l->leave && s->size >= l->leave_ret + sizeof(u64) && s->size >= l->leave_nr + sizeof(u64)) {
		r->kind = RECORD_LEAVE;
		r->call.nr = word(s->raw, l->leave_nr);
		r->call.ret = word(s->raw, l->leave_ret);
		return true;
	}
	return false;
}

static bool decode_fault(const struct perf_event_header *raw, struct record *r)
{
	const struct fault_sample *s = (const struct fault_sample *)raw;

	r->pid = s->pid;
	r->tid = s->tid;
	r->kind = RECORD_FAULT;
	r->fault.addr = s->addr;
	r->fault.ip = s->ip;
	r->fault.err_known = false;
	return true;
}

static bool decode_own(const struct perf_event_header *raw, struct record *r)
{
	const struct record_own_call *c = (const struct record_own_call *)raw;

	r->pid = c->pid;
	r->tid = c->tid;
	r->kind = raw->type == RECORD_OWN_ENTER ? RECORD_ENTER : RECORD_LEAVE;
	r->call.nr = c->nr;
	memcpy(r->call.arg, c->arg, sizeof(r->call.arg));
	r->call.ret = c->ret;
	return true;
}

static bool decode_mmap(const struct perf_event_header *raw, struct record *r)
{
	const struct mmap2 *m = (const struct mmap2 *)raw;

	if (!ends_inside(raw, m->name))
		return false;
	r->pid = m->pid;
	r->tid = m->tid;
	r->kind = RECORD_VMA;
	r->vma.start = m->addr;
	r->vma.len = m->len;
	r->vma.pgoff = m->pgoff;
	r->vma.inode = m->inode;
	r->vma.prot = m->prot;
	r->vma.flags = m->flags;
	r->vma.name = m->name;
	return true;
}

static bool decode_known(const struct record_layout *l, const struct perf_event_header *raw, struct record *r)
{
	const struct comm *comm = (const struct comm *)raw;
	const struct task *task = (const struct task *)raw;
	struct trailer t;

	if (raw->size < least_size(l, raw))
		return false;
	r->time = decode_time(l, raw);
	if (own(raw))
		return decode_own(raw, r);
	switch (raw->type) {
	case PERF_RECORD_SAMPLE:
		return l->tracepoints ? decode_tracepoint(l, raw, r) : decode_fault(raw, r);
	case PERF_RECORD_MMAP2:
		return decode_mmap(raw, r);
	case PERF_RECORD_COMM:
		r->pid = comm->pid;
		r->tid = comm->tid;
		r->kind = raw->misc & PERF_RECORD_MISC_COMM_EXEC ? RECORD_EXEC : RECORD_NAME;
		r->name = comm->name;
		return ends_inside(raw, comm->name);
	case PERF_RECORD_FORK:
		r->pid = task->ppid;
		r->tid = task->ptid;
		r->kind = RECORD_FORK;
		r->child.pid = task->pid;
		r->child.tid = task->tid;
		return true;
	case PERF_RECORD_EXIT:
		r->pid = task->pid;
		r->tid = task->tid;
		r->kind = RECORD_EXIT;
		return true;
	case PERF_RECORD_LOST:
	case PERF_RECORD_THROTTLE:
		read_trailer(raw, &t);
		r->pid = t.pid;
		r->tid = t.tid;
		r->kind = RECORD_LOST;
		/*
		 * A throttled event is silent until the next tick; we do not know how many records that
		 * lost.
		 */
		r->lost = raw->type == PERF_RECORD_LOST ? ((const struct lost *)raw)->lost : 1;
		return true;
	case PERF_RECORD_LOST_SAMPLES:
		r->kind = RECORD_LOST;
		r->lost = ((const struct lost *)raw)->id;	/* it has no id, and its count stands there */
		return true;
	case PERF_RECORD_MMAP:
		/* Of the kernel and its modules; a program's are told as PERF_RECORD_MMAP2. */
		r->kind = (raw->misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL ? RECORD_NOTHING : RECORD_UNKNOWN;
		return true;
	case PERF_RECORD_UNTHROTTLE:
	case PERF_RECORD_SWITCH:
	case PERF_RECORD_SWITCH_CPU_WIDE:
	case PERF_RECORD_NAMESPACES:
	case PERF_RECORD_KSYMBOL:
	case PERF_RECORD_BPF_EVENT:
	case PERF_RECORD_CGROUP:
	case PERF_RECORD_TEXT_POKE:
		r->kind = RECORD_NOTHING;
		return true;
	default:
		return false;
	}
}

void decode(const struct record_layout *l, const struct perf_event_header *raw, struct record *r)
{
	memset(r, 0, sizeof(*r));
	if (!decode_known(l, raw, r))
		r->kind = RECORD_UNKNOWN;
}
