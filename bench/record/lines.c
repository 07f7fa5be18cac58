/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Printing format pftrace 1 (bench/traces/README.md) in order.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/record/lines.h"
#include "common/platform/platform.h"

/* The reader takes lines of up to 8192 bytes; a longer command line is cut. */
#define MAX_COMMAND 4096
/* It shows so much of a line of what is missing. */
#define MAX_MISSING 95

struct lines {
	FILE *out;
	u64 t0;
	struct line *ring;	/* line n is at n % size */
	u64 head, tail, size;	/* [head, tail) waits; size is a power of two */
};

struct lines *lines_create(FILE *out)
{
	struct lines *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->out = out;
	l->size = 1024;
	l->ring = malloc(l->size * sizeof(*l->ring));
	if (!l->ring) {
		free(l);
		return NULL;
	}
	return l;
}

/* --- printing ------------------------------------------------------------------ */

/* A name may hold anything; a line holds one line. */
static void print_text(FILE *out, const char *text, size_t max)
{
	for (; *text && max; text++, max--)
		putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
}

static void print_command(FILE *out, char *const *command)
{
	size_t left = MAX_COMMAND;

	fputs("\n# cmd", out);
	for (char *const *arg = command; *arg && left > strlen(*arg) + 1; arg++) {
		putc(' ', out);
		print_text(out, *arg, left);
		left -= strlen(*arg) + 1;
	}
}

static void print_host(FILE *out, const struct convert_head *head)
{
	struct utsname u;

	fputs("\n# host ", out);
	if (head->release) {
		print_text(out, head->release, 64);
		fprintf(out, " cpus %u page 4096", head->cpus);
		return;
	}
	fprintf(out, "%s cpus %u page %ld", uname(&u) ? "unknown" : u.release, platform_nr_cpus(), sysconf(_SC_PAGESIZE));
}

void lines_begin(struct lines *l, const struct convert_head *head, const char *first, u64 t0)
{
	l->t0 = t0;
	fputs("# pftrace 1\n# name ", l->out);
	print_text(l->out, head->name ? head->name : first, 63);
	if (head->command)
		print_command(l->out, head->command);
	print_host(l->out, head);
	fprintf(l->out, "\n# clock CLOCK_MONOTONIC t0 %" PRIu64 "\n# lost %" PRIu64 "\n", t0, head->lost);
	if (head->zero_page)
		fprintf(l->out, "# zero-page %s\n", head->zero_page == ZERO_PAGE_YES ? "yes" : "no");
	if (!head->err_known)
		fputs("# missing kernel-mode faults (K)\n"
		      "# missing error codes: a fault where the mapping may be written is called a write\n",
		      l->out);
}

static void print_call(FILE *out, const struct line *line, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		fprintf(out, " %" PRIx64, line->v[i]);
	if (line->left)
		fprintf(out, " %" PRIx64 " %" PRIu64 "\n", line->ret, line->left - line->time);
	else
		fputs(" - -\n", out);
}

static void print_named(FILE *out, const char *name)
{
	putc(' ', out);
	print_text(out, name, 4096);
	putc('\n', out);
}

static void print_vma(FILE *out, const struct line *line)
{
	fprintf(out, " %" PRIx64 " %" PRIx64 " %" PRIx64 " %c%c%c%c %" PRIu64, line->v[0],
		line->v[1], line->v[2], line->prot & PROT_READ ? 'r' : '-',
		line->prot & PROT_WRITE ? 'w' : '-', line->prot & PROT_EXEC ? 'x' : '-',
		line->shared ? 's' : 'p', line->v[3]);
	print_named(out, line->name);
}

static void print(const struct lines *l, const struct line *line)
{
	FILE *out = l->out;

	fprintf(out, "%" PRIu64 " %" PRIu32 " %c", line->time - l->t0, line->tid,
		trace_op_letter(line->op));
	switch (line->op) {
	case TRACE_EXEC:
	case TRACE_NAME:
		print_named(out, line->name);
		break;
	case TRACE_CLONE:
		fprintf(out, " %" PRIu64 " %" PRIu64 "\n", line->v[0], line->v[1]);
		break;
	case TRACE_END:
		fprintf(out, " %" PRIu64 "\n", line->v[0]);
		break;
	case TRACE_VMA:
		print_vma(out, line);
		break;
	case TRACE_FAULT:
		fprintf(out, " %" PRIx64 " %" PRIx64 " %" PRIx64 "\n", line->v[0], line->v[1],
			line->v[2]);
		break;
	case TRACE_KFAULT:
		fprintf(out, " %" PRIx64 " %" PRIx64 "\n", line->v[0], line->v[2]);
		break;
	case TRACE_MMAP:
		print_call(out, line, 6);
		break;
	case TRACE_MUNMAP:
		print_call(out, line, 2);
		break;
	case TRACE_MPROTECT:
	case TRACE_MADVISE:
		print_call(out, line, 3);
		break;
	case TRACE_MREMAP:
		print_call(out, line, 5);
		break;
	case TRACE_BRK:
		print_call(out, line, 1);
		break;
	case NR_TRACE_OPS:
		break;
	}
}

/* --- the queue ------------------------------------------------------------------- */

static struct line *at(struct lines *l, u64 nr)
{
	return &l->ring[nr & (l->size - 1)];
}

static void print_ready(struct lines *l)
{
	while (l->head < l->tail && !at(l, l->head)->open) {
		struct line *line = at(l, l->head++);

		print(l, line);
		free(line->name);
	}
}

static int grow(struct lines *l)
{
	struct line *ring = malloc(2 * l->size * sizeof(*ring));

	if (!ring)
		return -1;
	for (u64 nr = l->head; nr < l->tail; nr++)
		ring[nr & (2 * l->size - 1)] = *at(l, nr);
	free(l->ring);
	l->ring = ring;
	l->size *= 2;
	return 0;
}

u64 lines_next(const struct lines *l)
{
	return l->tail;
}

int lines_add(struct lines *l, const struct line *line)
{
	if (l->tail - l->head == l->size && grow(l)) {
		free(line->name);
		return -1;
	}
	*at(l, l->tail++) = *line;
	print_ready(l);
	return 0;
}

void lines_finished(struct lines *l, u64 nr, u64 ret, u64 time)
{
	struct line *line = at(l, nr);

	line->ret = ret;
	line->left = time;
	line->open = false;
	print_ready(l);
}

void lines_unfinished(struct lines *l, u64 nr)
{
	at(l, nr)->open = false;
	print_ready(l);
}

int lines_end(struct lines *l, const struct left_out_counts *left_out)
{
	int ret;

	print_ready(l);
	left_out_print(l->out, left_out, "# missing ", MAX_MISSING);
	ret = ferror(l->out) ? -1 : 0;
	while (l->head < l->tail)	/* only after a failure */
		free(at(l, l->head++)->name);
	free(l->ring);
	free(l);
	return ret;
}
