/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Lines of perf script: COMM [PID/]TID [CPU] TIME: EVENT: what the event says of itself.
 *
 * COMM may hold spaces, digits and colons, so a line is found by the first TIME that a thread stands before.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/import/perf_script.h"
#include "bench/record/known_calls.h"
#include "bench/record/save.h"
#include "bench/trace/source.h"

/* --- numbers ------------------------------------------------------------------------- */

/* An unsigned number at *at, which goes behind it. */
static bool number(const char **at, int base, u64 *out)
{
	const char *digits = *at;
	char *end;

	if (base == 16 && digits[0] == '0' && digits[1] == 'x')
		digits += 2;
	if (!(base == 16 ? isxdigit((unsigned char)*digits) : isdigit((unsigned char)*digits)))
		return false;
	*out = strtoull(digits, &end, base);
	*at = end;
	return true;
}

static bool small_number(const char **at, u32 *out)
{
	bool minus = **at == '-';
	const char *from = *at + minus;
	u64 value;

	if (!number(&from, 10, &value) || value > ~0u)
		return false;
	*out = minus ? (u32)-value : (u32)value;
	*at = from;
	return true;
}

static bool literal(const char **at, const char *text)
{
	size_t n = strlen(text);

	if (strncmp(*at, text, n))
		return false;
	*at += n;
	return true;
}

/* SECONDS.FRACTION: in ns; perf prints 6 or 9 digits of the fraction. */
static bool time_of(const char *at, const char *end, u64 *ns)
{
	u64 seconds, part;
	const char *dot;
	size_t digits;

	if (!number(&at, 10, &seconds) || *at != '.' || seconds > (1ULL << 62) / 1000000000)
		return false;
	dot = ++at;
	if (!number(&at, 10, &part) || *at != ':' || at + 1 != end)
		return false;
	digits = (size_t)(at - dot);
	if (digits > 9)
		return false;
	for (; digits < 9; digits++)
		part *= 10;
	*ns = seconds * 1000000000 + part;
	return true;
}

/* --- what stands before the event -------------------------------------------------------- */

#define MAX_WORDS 24

/* "1234", or "1234/1235" with -F +pid. */
static bool thread_of(const char *at, const char *end, struct record *r)
{
	u32 first, second;

	if (!small_number(&at, &first))
		return false;
	if (at == end) {
		r->tid = first;
		return true;
	}
	if (*at++ != '/' || !small_number(&at, &second) || at != end)
		return false;
	r->pid = first;
	r->tid = second;
	return true;
}

/* @return what follows the time; NULL: the line has no thread and time */
static const char *head_of(const char *line, struct record *r)
{
	const char *begin[MAX_WORDS], *end[MAX_WORDS], *at = line;

	for (unsigned int n = 0; n < MAX_WORDS; n++) {
		unsigned int thread = n - 1;

		at += strspn(at, " ");
		if (!*at)
			return NULL;
		begin[n] = at;
		end[n] = at += strcspn(at, " ");
		if (n < 1 || !time_of(begin[n], end[n], &r->time))
			continue;
		if (n > 1 && *begin[n - 1] == '[')
			thread--;
		if (thread_of(begin[thread], end[thread], r))
			return at + strspn(at, " ");
	}
	return NULL;
}

/* --- what events say ----------------------------------------------------------------------- */

/* @return false: the line is not as this kind of event has it */
typedef bool event_fn(const char *at, struct record *r);

/* @a ip is optional: perf prints the kernel's as a symbol, and no trace wants it. */
static bool fault(const char *at, struct record *r, u64 *ip)
{
	if (!literal(&at, "address=0x") || !number(&at, 16, &r->fault.addr) || !literal(&at, " ip="))
		return false;
	if (ip && (!literal(&at, "0x") || !number(&at, 16, ip)))
		return false;
	if (!ip)
		at += strcspn(at, " ");
	if (!literal(&at, " error_code=0x") || !number(&at, 16, &r->fault.err))
		return false;
	r->fault.err_known = true;
	return !*at;
}

static bool user_fault(const char *at, struct record *r)
{
	r->kind = RECORD_FAULT;
	return fault(at, r, &r->fault.ip);
}

static bool kernel_fault(const char *at, struct record *r)
{
	r->kind = RECORD_KFAULT;
	return fault(at, r, NULL);
}

static bool call_number(const char **at, struct record *r)
{
	const struct known_call *call;
	bool minus;
	u64 nr;

	if (!literal(at, "NR "))
		return false;
	minus = **at == '-';	/* a tracer skipped the call */
	*at += minus;
	if (!number(at, 10, &nr))
		return false;
	call = minus ? NULL : known_call_x86(nr);
	r->call.nr = call ? call->nr : KNOWN_CALL_NONE;
	return true;
}

static bool enter(const char *at, struct record *r)
{
	r->kind = RECORD_ENTER;
	if (!call_number(&at, r) || !literal(&at, " ("))
		return false;
	for (unsigned int i = 0; i < 6; i++)
		if (!number(&at, 16, &r->call.arg[i]) || !literal(&at, i < 5 ? ", " : ")"))
			return false;
	return !*at;
}

static bool leave(const char *at, struct record *r)
{
	bool minus;

	r->kind = RECORD_LEAVE;
	if (!call_number(&at, r) || !literal(&at, " = "))
		return false;
	minus = *at == '-';
	at += minus;
	if (!number(&at, 10, &r->call.ret))
		return false;
	if (minus)
		r->call.ret = -r->call.ret;
	return !*at;
}

/* ": NAME:PID/TID"; a name may hold colons. */
static bool name_of(const char *at, struct record *r)
{
	const char *last = strrchr(at, ':'), *behind;

	if (!last || last == at)
		return false;
	behind = last + 1;
	if (!small_number(&behind, &r->pid) || *behind++ != '/' || !small_number(&behind, &r->tid) || *behind)
		return false;
	*(char *)last = '\0';
	r->name = at;
	return true;
}

static bool renamed(const char *at, struct record *r)
{
	r->kind = RECORD_NAME;
	return name_of(at, r);
}

static bool execed(const char *at, struct record *r)
{
	r->kind = RECORD_EXEC;
	return name_of(at, r);
}

/* "(PID:TID):(PARENT'S PID:TID)" */
static bool task(const char *at, u32 id[4])
{
	return literal(&at, "(") && small_number(&at, &id[0]) && literal(&at, ":") && small_number(&at, &id[1]) &&
	       literal(&at, "):(") && small_number(&at, &id[2]) && literal(&at, ":") && small_number(&at, &id[3]) &&
	       literal(&at, ")") && !*at;
}

static bool forked(const char *at, struct record *r)
{
	u32 id[4];

	if (!task(at, id))
		return false;
	r->kind = RECORD_FORK;
	r->child.pid = id[0];
	r->child.tid = id[1];
	r->pid = id[2];
	r->tid = id[3];
	return true;
}

static bool exited(const char *at, struct record *r)
{
	u32 id[4];

	if (!task(at, id))
		return false;
	r->kind = RECORD_EXIT;
	r->pid = id[0];
	r->tid = id[1];
	return true;
}

/* "rw-p" */
static bool rights(const char **at, struct record *r)
{
	static const char letters[] = "rwx";
	static const u32 bits[] = { PROT_READ, PROT_WRITE, PROT_EXEC };
	const char *from = *at;

	for (unsigned int i = 0; i < 3; i++, from++) {
		if (*from != letters[i] && *from != '-')
			return false;
		r->vma.prot |= *from == '-' ? 0 : bits[i];
	}
	if (*from != 's' && *from != 'p')
		return false;
	r->vma.flags = *from == 's' ? MAP_SHARED : MAP_PRIVATE;
	*at = from + 1;
	return true;
}

/* " MAJOR:MINOR INODE GENERATION", or " <build id>", of which a part stands for the inode. */
static bool file_of(const char **at, struct record *r)
{
	u64 ignored;

	if (literal(at, " <")) {
		char id[17] = "";

		strncpy(id, *at, 16);
		r->vma.inode = strtoull(id, NULL, 16);
		*at += strcspn(*at, ">");
		return literal(at, ">");
	}
	return literal(at, " ") && number(at, 16, &ignored) && literal(at, ":") && number(at, 16, &ignored) &&
	       literal(at, " ") && number(at, 10, &r->vma.inode) && literal(at, " ") && number(at, 10, &ignored);
}

/* " PID/TID: [0xSTART(0xLEN) @ PGOFF ...]: rw-p NAME" */
static bool mapped(const char *at, struct record *r)
{
	r->kind = RECORD_VMA;
	if (!literal(&at, " ") || !small_number(&at, &r->pid) || !literal(&at, "/") || !small_number(&at, &r->tid) ||
	    !literal(&at, ": [0x") || !number(&at, 16, &r->vma.start) || !literal(&at, "(0x") ||
	    !number(&at, 16, &r->vma.len) || !literal(&at, ") @ ") || !number(&at, 16, &r->vma.pgoff) ||
	    !file_of(&at, r) || !literal(&at, "]: ") || !rights(&at, r) || !literal(&at, " "))
		return false;
	r->vma.name = at;
	return true;
}

static bool lost(const char *at, struct record *r)
{
	r->kind = RECORD_LOST;
	return number(&at, 10, &r->lost);
}

static bool nothing(const char *at, struct record *r)
{
	(void)at;
	r->kind = RECORD_NOTHING;
	return true;
}

static const struct {
	const char *begin;
	event_fn *read;
} events[] = {
	{ "exceptions:page_fault_user: ", user_fault },
	{ "exceptions:page_fault_kernel: ", kernel_fault },
	{ "raw_syscalls:sys_enter: ", enter },
	{ "raw_syscalls:sys_exit: ", leave },
	{ "PERF_RECORD_COMM exec: ", execed },
	{ "PERF_RECORD_COMM: ", renamed },
	{ "PERF_RECORD_FORK", forked },
	{ "PERF_RECORD_EXIT", exited },
	{ "PERF_RECORD_MMAP2", mapped },
	{ "PERF_RECORD_LOST_SAMPLES lost ", lost },
	{ "PERF_RECORD_LOST lost ", lost },
	{ "PERF_RECORD_", nothing },
};

int perf_script_line(char *line, struct record *r, struct bench_error *err)
{
	const char *at;

	memset(r, 0, sizeof(*r));
	r->kind = RECORD_NOTHING;
	/* A note, or a line of a stack. */
	if (!*line || *line == '#' || *line == '\t')
		return 0;
	at = head_of(line, r);
	if (!at)
		return bench_fail(err, "this is not a line of perf script: no thread and time stand in it");
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		size_t n = strlen(events[i].begin);

		if (strncmp(at, events[i].begin, n))
			continue;
		if (events[i].read(at + n, r))
			return 0;
		return bench_fail(err, "%.*s not as perf prints it: '%.120s'", (int)(n - (at[n - 1] == ' ')), at, at + n);
	}
	r->kind = RECORD_UNKNOWN;	/* another event */
	return 0;
}

/* --- the file -------------------------------------------------------------------------------- */

struct perf_script {
	const char *path;
	struct trace_source *source;
	u64 line, last;		/* the number of the line, and the time of the event before */
	u64 lost;
	char release[65];
	u32 cpus;
	bool data_mapped;	/* perf recorded mappings without code */
};

/* The notes that perf script --header prints. */
static int note(struct perf_script *p, const char *line, struct bench_error *err)
{
	const char *at = line;

	if (literal(&at, "# arch : ") && strcmp(at, "x86_64"))
		return bench_fail(err, "%s:%llu: was recorded on %.16s; only x86_64 has these tracepoints with these numbers",
				  p->path, (unsigned long long)p->line, at);
	if (literal(&at, "# os release : "))
		snprintf(p->release, sizeof(p->release), "%s", at);
	if (literal(&at, "# nrcpus online : "))
		small_number(&at, &p->cpus);
	return 0;
}

static int next_line(void *from, struct record *r, struct bench_error *err)
{
	struct perf_script *p = from;
	struct bench_error why;
	char *line;
	int more = trace_source_line(p->source, &line, err);

	if (more <= 0)
		return more;
	p->line++;
	if (*line == '#' && note(p, line, err))
		return -1;
	if (perf_script_line(line, r, &why))
		return bench_fail(err, "%s:%llu: %s", p->path, (unsigned long long)p->line, why.line);
	if (r->kind == RECORD_NOTHING)
		return 1;
	if (r->time < p->last)
		return bench_fail(err, "%s:%llu: is earlier than the line before", p->path, (unsigned long long)p->line);
	p->last = r->time;
	return 1;
}

/* The head of a trace says what was lost; and what is wrong in any line is said before anything is written. */
static int look_through(struct perf_script *p, struct bench_error *err)
{
	struct record r;
	int more;

	if (trace_source_open(&p->source, p->path, err))
		return -1;
	while ((more = next_line(p, &r, err)) > 0) {
		if (r.kind == RECORD_LOST)
			p->lost += r.lost;
		p->data_mapped |= r.kind == RECORD_VMA && !(r.vma.prot & PROT_EXEC);
	}
	trace_source_close(p->source);
	p->source = NULL;
	p->line = p->last = 0;
	return more;
}

int perf_script_import(const char *input, const char *output, struct import_outcome *outcome, struct bench_error *err)
{
	struct perf_script p = { .path = input };
	struct convert_head head = { .err_known = true };
	int ret;

	if (look_through(&p, err) || trace_source_open(&p.source, input, err))
		return -1;
	outcome->exec_only = !p.data_mapped;
	outcome->lost = head.lost = p.lost;
	head.release = p.release[0] ? p.release : "unknown";
	head.cpus = p.cpus;
	ret = save_records(output, &head, next_line, &p,
			   "no program begins in it: print it by perf script --show-task-events --show-mmap-events",
			   &outcome->result, err);
	trace_source_close(p.source);
	return ret;
}
