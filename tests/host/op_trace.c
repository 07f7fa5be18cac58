// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The host's side of a call, written as format pftrace 1 (bench/traces/README.md).
 */
#define _GNU_SOURCE
#include "tests/host/op_trace.h"
#include "common/mm/vma.h"
#include "tests/host/host_vma.h"
#include "tests/support/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Time of a call, within which a mapping is told. */
#define CALL_NS	2
/* A page of the stack that exec gives: a forked child and its maker write to it at once, as glibc's do. */
#define STACK	(FIELD_START / 2)	/* below all else, which it would grow towards */

static void begin_line(struct op_trace *t, unsigned int who, char letter)
{
	fprintf(t->out, "%" PRIu64 " %u %c", t->time, t->tid[who], letter);
}

static void end_line(struct op_trace *t)
{
	fputc('\n', t->out);
	t->time += 10;
}

static void end_call(struct op_trace *t, long ret)
{
	fprintf(t->out, " %lx %d", (unsigned long)ret, CALL_NS);
	end_line(t);
}

static void fault(struct op_trace *t, unsigned int who, unsigned long addr, unsigned int err)
{
	begin_line(t, who, 'F');
	fprintf(t->out, " %lx 0 %x", addr, err);
	end_line(t);
}

/*
 * The kernel reports what an mmap has made, or a stack that has grown, whole if it has merged; it comes after the line of the call, and
 * within its time.
 */
static void mapped(struct op_trace *t, struct twins *tw, unsigned int who, unsigned long addr)
{
	struct host_vma vma[HOST_VMAS_MAX];

	check(host_vmas(tw->there.one[who].pid, addr, addr + 1, vma) == 1, "nothing is mapped where the host said");
	fprintf(t->out, "%" PRIu64 " %u V %lx %lx %" PRIx64 " %c%c%c%c %" PRIu64 " %s\n", t->time - 10 + CALL_NS / 2, t->tid[who], vma->start,
		vma->end - vma->start, vma->inode ? vma->offset : vma->start, vma->flags & VM_READ ? 'r' : '-',
		vma->flags & VM_WRITE ? 'w' : '-', vma->flags & VM_EXEC ? 'x' : '-', vma->flags & VM_SHARED ? 's' : 'p', vma->inode,
		!vma->inode ? "//anon" : vma->inode == tw->inode[0] || vma->inode == tw->inode[1] ? "/file" : "/dev/zero");
}

static void brk_line(struct op_trace *t, unsigned int who, unsigned long addr, long ret)
{
	begin_line(t, who, 'b');
	fprintf(t->out, " %lx", addr);
	end_call(t, ret);
}

static void madvise_line(struct op_trace *t, const struct op *op, int advice, long ret)
{
	begin_line(t, op->who, 'a');
	fprintf(t->out, " %lx %lx %x", op->addr, op->len, (unsigned int)advice);
	end_call(t, ret);
}

static void call_lines(struct op_trace *t, struct twins *tw, const struct op *op)
{
	long ret = tw->returned;

	switch (op->kind) {
	case OP_MMAP:
		begin_line(t, op->who, 'm');
		fprintf(t->out, " %lx %lx %x %x %x %" PRIx64, op->addr, op->len, (unsigned int)op->prot, (unsigned int)op->flags,
			(unsigned int)(op->file < 0 ? -1 : PUPPET_FILE(op->file)), op->offset);
		end_call(t, ret);
		if (!mm_is_err((unsigned long)ret))
			mapped(t, tw, op->who, (unsigned long)ret);
		break;
	case OP_MUNMAP:
		begin_line(t, op->who, 'u');
		fprintf(t->out, " %lx %lx", op->addr, op->len);
		end_call(t, ret);
		break;
	case OP_MPROTECT:
		begin_line(t, op->who, 'p');
		fprintf(t->out, " %lx %lx %x", op->addr, op->len, (unsigned int)op->prot);
		end_call(t, ret);
		break;
	case OP_MADVISE:
		madvise_line(t, op, op->prot, ret);
		if (op->prot == MADV_FREE)
			madvise_line(t, op, MADV_DONTNEED, tw->settled);
		break;
	case OP_MREMAP:
		begin_line(t, op->who, 'r');
		fprintf(t->out, " %lx %lx %lx %x %lx", op->addr, op->len, op->to_len, (unsigned int)op->flags, op->to);
		end_call(t, ret);
		break;
	default:	/* OP_BRK: the others are no calls */
		brk_line(t, op->who, op->addr, ret);
		break;
	}
}

static bool is_mapped(const struct twins *tw, unsigned int who, unsigned long addr)
{
	struct vma_info info;

	return mm_next_vma(tw->task, tw->mm[who], addr, &info) && info.start <= addr;
}

/* Whether the host took a fault is not known; to touch a page that is there changes nothing. */
static void access_lines(struct op_trace *t, struct twins *tw, const struct op *op, bool was_mapped)
{
	if (tw->access == ACCESS_SIGBUS)	/* behind the end of a file, which a trace does not know */
		return;
	t->faults_refused += tw->access == ACCESS_SIGSEGV;
	fault(t, op->who, op->addr, op->kind == OP_WRITE ? 6 : 4);
	if (!was_mapped && is_mapped(tw, op->who, op->addr))
		mapped(t, tw, op->who, op->addr);
}

static void begin_space(struct op_trace *t, unsigned int who)
{
	check(t->nr_spaces < t->max_spaces, "more address spaces than calls");
	t->space[who] = t->nr_spaces++;
	t->tid[who] = 100 + t->nr_tids++;
}

/* What is mapped, before the process is gone. */
static void keep_end(struct op_trace *t, const struct twins *tw, unsigned int who)
{
	struct op_trace_end *end = &t->end[t->space[who]];
	struct host_vma vma[HOST_VMAS_MAX];

	end->nr = host_vmas(tw->there.one[who].pid, FIELD_START, FIELD_START + FIELD_BYTES, vma);
	end->vma = malloc((end->nr + 1) * sizeof(*vma));
	check(end->vma, "no memory");
	memcpy(end->vma, vma, end->nr * sizeof(*vma));
}

static void end_lines(struct op_trace *t, unsigned int who)
{
	begin_line(t, who, 'E');
	fprintf(t->out, " %u", t->tid[who]);
	end_line(t);
}

static void fork_lines(struct op_trace *t, unsigned int from, unsigned int child)
{
	begin_space(t, child);
	begin_line(t, from, 'C');
	fprintf(t->out, " %u %u", t->tid[child], t->tid[child]);
	end_line(t);
	/* The page is shared, and both write to it: so it is a copy. */
	fault(t, child, STACK, 7);
	fault(t, from, STACK, 7);
}

bool op_trace_do(struct op_trace *t, struct twins *tw, const struct op *op)
{
	bool is_access = op->kind == OP_READ || op->kind == OP_WRITE, was_mapped;
	bool was_alive[NR_PUPPETS];

	if (op->kind == OP_TRUNCATE || !tw->mm[op->who])
		return true;
	for (unsigned int who = 0; who < NR_PUPPETS; who++)
		was_alive[who] = tw->mm[who];
	was_mapped = is_access && is_mapped(tw, op->who, op->addr);
	if (op->kind == OP_EXIT && twins_alive(tw) > 1)
		keep_end(t, tw, op->who);
	if (!op_do(tw, op))
		return false;
	if (is_access)
		access_lines(t, tw, op, was_mapped);
	else if (op->kind != OP_FORK && op->kind != OP_EXIT)
		call_lines(t, tw, op);
	for (unsigned int who = 0; who < NR_PUPPETS; who++) {
		if (was_alive[who] && !tw->mm[who])
			end_lines(t, who);
		else if (!was_alive[who] && tw->mm[who])
			fork_lines(t, op->who, who);
	}
	return true;
}

void op_trace_begin(struct op_trace *t, struct twins *tw, unsigned int max_spaces)
{
	t->max_spaces = max_spaces;
	t->end = calloc(max_spaces, sizeof(*t->end));
	check(t->end, "no memory");
	begin_space(t, 0);
	fprintf(t->out, "# pftrace 1\n# name host\n");
	if (tw->features->no_zero_page)
		fprintf(t->out, "# zero-page no\n");
	begin_line(t, 0, 'X');
	fprintf(t->out, " host");
	end_line(t);
	begin_line(t, 0, 'V');
	fprintf(t->out, " %lx %lx %lx rw-p 0 [stack]", STACK, PAGE_SIZE, STACK);
	end_line(t);
	fault(t, 0, STACK, 6);
	if (tw->nr_fields > FIELD_HEAP) {
		unsigned long start = host_start_brk(tw->there.one[0].pid), brk = tw->field[FIELD_HEAP].start;

		/* Nothing was there yet when the break stood where it begins. */
		brk_line(t, 0, 0, (long)start);
		brk_line(t, 0, brk, (long)brk);
	}
}

void op_trace_end(struct op_trace *t, struct twins *tw)
{
	for (unsigned int who = 0; who < NR_PUPPETS; who++) {
		if (!tw->mm[who])
			continue;
		keep_end(t, tw, who);
		end_lines(t, who);
	}
}

void op_trace_free(struct op_trace *t)
{
	for (unsigned int i = 0; i < t->nr_spaces; i++)
		free(t->end[i].vma);
	free(t->end);
}
