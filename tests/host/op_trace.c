// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The host's side of a call alone, written as format pftrace 1 (bench/traces/README.md).
 */
#define _GNU_SOURCE
#include "tests/host/op_trace.h"
#include "common/mm/vma.h"
#include "tests/host/host_vma.h"
#include "tests/support/check.h"

#include <inttypes.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* Time of a call, within which a mapping is told. */
#define CALL_NS	2

static unsigned int tid(unsigned int who)
{
	return 100 + who;
}

static void begin_line(struct op_trace *t, unsigned int who, char letter)
{
	fprintf(t->out, "%" PRIu64 " %u %c", t->time, tid(who), letter);
}

static void end_call(struct op_trace *t, long ret)
{
	fprintf(t->out, " %lx %d\n", (unsigned long)ret, CALL_NS);
	t->time += 10;
}

/* The kernel reports what an mmap has made, whole if it has merged; it comes after the call's line, and within its time. */
static void mapped(struct op_trace *t, struct twins *tw, unsigned int who, unsigned long addr)
{
	struct host_vma vma[HOST_VMAS_MAX];

	check(host_vmas(tw->there.one[who].pid, addr, addr + 1, vma) == 1, "nothing is mapped where mmap said");
	fprintf(t->out, "%" PRIu64 " %u V %lx %lx %" PRIx64 " %c%c%c%c %" PRIu64 " %s\n", t->time - 10 + CALL_NS / 2, tid(who), vma->start,
		vma->end - vma->start, vma->inode ? vma->offset : vma->start, vma->flags & VM_READ ? 'r' : '-',
		vma->flags & VM_WRITE ? 'w' : '-', vma->flags & VM_EXEC ? 'x' : '-', vma->flags & VM_SHARED ? 's' : 'p', vma->inode,
		!vma->inode ? "//anon" : vma->inode == tw->inode[0] || vma->inode == tw->inode[1] ? "/file" : "/dev/zero");
}

static void do_mmap(struct op_trace *t, struct twins *tw, const struct op *op)
{
	int fd = op->file < 0 ? -1 : PUPPET_FILE(op->file);
	long ret = puppet_call(&tw->there.one[op->who], SYS_mmap, op->addr, op->len, (unsigned long)op->prot,
			       (unsigned long)op->flags, (unsigned long)fd, op->offset);

	begin_line(t, op->who, 'm');
	fprintf(t->out, " %lx %lx %x %x %x %" PRIx64, op->addr, op->len, (unsigned int)op->prot, (unsigned int)op->flags, (unsigned int)fd,
		op->offset);
	end_call(t, ret);
	if (!mm_is_err((unsigned long)ret))
		mapped(t, tw, op->who, (unsigned long)ret);
}

static void do_madvise(struct op_trace *t, struct twins *tw, unsigned int who, unsigned long addr, unsigned long len, int advice)
{
	long ret = puppet_call(&tw->there.one[who], SYS_madvise, addr, len, (unsigned long)advice, 0, 0, 0);

	begin_line(t, who, 'a');
	fprintf(t->out, " %lx %lx %x", addr, len, (unsigned int)advice);
	end_call(t, ret);
}

static void do_brk(struct op_trace *t, struct twins *tw, unsigned int who, unsigned long addr)
{
	long ret = puppet_call(&tw->there.one[who], SYS_brk, addr, 0, 0, 0, 0, 0);

	begin_line(t, who, 'b');
	fprintf(t->out, " %lx", addr);
	end_call(t, ret);
}

/* Whether the host took a fault is not known; to touch a page that is there changes nothing. */
static void do_access(struct op_trace *t, struct twins *tw, const struct op *op)
{
	struct puppet *p = &tw->there.one[op->who];
	enum access_result result;
	struct puppet_words words;

	if (op->kind == OP_WRITE) {
		result = puppet_write(p, op->addr, op->offset);
	} else {
		puppet_read(p, op->addr, 0, 1, &words);
		result = words.result[0];
	}
	if (result == ACCESS_SIGBUS)	/* behind the end of a file, which a trace does not know */
		return;
	t->faults_refused += result == ACCESS_SIGSEGV;
	begin_line(t, op->who, 'F');
	fprintf(t->out, " %lx 0 %x\n", op->addr, op->kind == OP_WRITE ? 6u : 4u);
	t->time += 10;
}

void op_trace_do(struct op_trace *t, struct twins *tw, const struct op *op)
{
	struct puppet *p = &tw->there.one[op->who];
	long ret;

	if (!p->pid)
		return;
	switch (op->kind) {
	case OP_MMAP:
		/* How such a mapping grows, perf tells by a record that names it //anon; the planner knows the [stack] alone. */
		if (!(op->flags & MAP_GROWSDOWN))
			do_mmap(t, tw, op);
		break;
	case OP_MUNMAP:
		ret = puppet_call(p, SYS_munmap, op->addr, op->len, 0, 0, 0, 0);
		begin_line(t, op->who, 'u');
		fprintf(t->out, " %lx %lx", op->addr, op->len);
		end_call(t, ret);
		break;
	case OP_MPROTECT:
		ret = puppet_call(p, SYS_mprotect, op->addr, op->len, (unsigned long)op->prot, 0, 0, 0);
		begin_line(t, op->who, 'p');
		fprintf(t->out, " %lx %lx %x", op->addr, op->len, (unsigned int)op->prot);
		end_call(t, ret);
		break;
	case OP_MADVISE:
		do_madvise(t, tw, op->who, op->addr, op->len, op->prot);
		break;
	case OP_MREMAP:
		ret = puppet_call(p, SYS_mremap, op->addr, op->len, op->to_len, (unsigned long)op->flags, op->to, 0);
		begin_line(t, op->who, 'r');
		fprintf(t->out, " %lx %lx %lx %x %lx", op->addr, op->len, op->to_len, (unsigned int)op->flags, op->to);
		end_call(t, ret);
		break;
	case OP_BRK:
		do_brk(t, tw, op->who, op->addr);
		break;
	case OP_READ:
	case OP_WRITE:
		do_access(t, tw, op);
		break;
	default:	/* OP_FORK, OP_TRUNCATE, OP_EXIT */
		break;
	}
}

void op_trace_begin(struct op_trace *t, struct twins *tw)
{
	fprintf(t->out, "# pftrace 1\n# name host\n");
	if (tw->features->no_zero_page)
		fprintf(t->out, "# zero-page no\n");
	begin_line(t, 0, 'X');
	fprintf(t->out, " host\n");
	t->time += 10;
	if (tw->nr_fields > FIELD_HEAP) {
		unsigned long start = host_start_brk(tw->there.one[0].pid);

		/* Nothing was there yet when the break stood where it begins. */
		begin_line(t, 0, 'b');
		fprintf(t->out, " 0");
		end_call(t, (long)start);
		do_brk(t, tw, 0, tw->field[FIELD_HEAP].start);
	}
}

void op_trace_end(struct op_trace *t, struct twins *tw)
{
	for (unsigned int who = 0; who < NR_PUPPETS; who++) {
		if (!tw->there.one[who].pid)
			continue;
		begin_line(t, who, 'E');
		fprintf(t->out, " %u\n", tid(who));
	}
}
