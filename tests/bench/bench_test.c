/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Files for tests, and a recorder of random programs.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mm/hash.h"
#include "tests/bench/bench_test.h"

char *test_file(const void *bytes, size_t n, const char *suffix)
{
	const char *dir = getenv("TMPDIR");
	char *path;
	int fd;

	cr_assert(asprintf(&path, "%s/faultline-XXXXXX%s", dir ? dir : "/tmp", suffix) > 0);
	fd = mkstemps(path, (int)strlen(suffix));
	cr_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	close(fd);
	return path;
}

void test_file_drop(char *path)
{
	unlink(path);
	free(path);
}

struct trace *test_trace(const char *text)
{
	char *path = test_file(text, strlen(text), ".trace");
	struct bench_error err;
	struct trace *t;

	cr_assert_eq(trace_read(&t, path, &err), 0, "%s", err.line);
	test_file_drop(path);
	return t;
}

struct plan *test_plan(const char *text)
{
	struct trace *t = test_trace(text);
	struct bench_error err;
	struct plan *plan;

	cr_assert_eq(plan_build(&plan, t, false, &err), 0, "%s", err.line);
	return plan;
}

void test_plan_free(struct plan *plan)
{
	struct trace *t = (struct trace *)plan->trace;

	plan_free(plan);
	trace_free(t);
}

char *test_shipped(const char *name)
{
	const char *top = getenv("srcdir");
	char *path;

	cr_assert(asprintf(&path, "%s/bench/traces/%s.trace.zst", top ? top : ".", name) > 0);
	return path;
}

const char *test_edges_of(const struct plan *plan, u32 line)
{
	static char text[256];
	size_t n = 0;

	text[0] = '\0';
	for (u32 i = 0; i < plan->nr_events; i++) {
		const struct plan_event *pe = &plan->event[i];

		if (plan->trace->event[pe->event].line != line)
			continue;
		for (u32 k = 0; k < pe->nr_edges; k++) {
			const struct ref *e = &plan->edge[pe->edge + k];

			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u:%u", k ? " " : "",
					      plan->trace->thread[e->thread].tid, e->seq);
		}
		return text;
	}
	return "(not in the plan)";
}

void test_backwards(const struct plan *plan)
{
	for (u32 i = 0; i < plan->nr_events; i++) {
		const struct plan_event *pe = &plan->event[i];

		for (u32 k = 0; k < pe->nr_edges; k++) {
			const struct ref *e = &plan->edge[pe->edge + k];

			cr_assert_neq(e->thread, pe->thread);
			cr_assert(e->seq && e->seq <= plan->first[e->thread + 1] - plan->first[e->thread]);
			cr_assert_lt(plan->list[plan->first[e->thread] + e->seq - 1], i);
		}
	}
}

/* --- a random program ------------------------------------------------------------------ */

#define PAGES	48
#define BASE	0x700000000000ULL

enum page_state { UNMAPPED, NONE, READ, WRITE };

#define PROCESSES 6
#define MAX_THREADS 4	/* of one process */

struct process {
	enum page_state page[PAGES];
	bool dontfork[PAGES];
	unsigned int tid, threads;	/* tid .. tid + threads - 1; 0 threads: not alive */
};

struct program {
	FILE *out;
	struct process process[PROCESSES], *now;
	u64 time, state;
	unsigned int next_tid;
};

static u64 draw(struct program *p, u64 below)
{
	return hash64(p->state++) % below;
}

static void event(struct program *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void event(struct program *p, const char *format, ...)
{
	va_list ap;

	p->time += 10;
	fprintf(p->out, "%llu %llu ", (unsigned long long)p->time,
		p->now->tid + (unsigned long long)draw(p, p->now->threads));
	va_start(ap, format);
	vfprintf(p->out, format, ap);
	va_end(ap);
	fputc('\n', p->out);
}

static void set(struct program *p, unsigned int first, unsigned int n, enum page_state state)
{
	for (unsigned int i = first; i < first + n; i++)
		p->now->page[i] = state;
}

static void set_dontfork(struct program *p, unsigned int first, unsigned int n, bool dontfork)
{
	for (unsigned int i = first; i < first + n; i++)
		p->now->dontfork[i] = dontfork;
}

static bool all_mapped(const struct program *p, unsigned int first, unsigned int n)
{
	for (unsigned int i = first; i < first + n; i++)
		if (p->now->page[i] == UNMAPPED)
			return false;
	return true;
}

static void random_step(struct program *p)
{
	unsigned int first = (unsigned int)draw(p, PAGES), n = 1 + (unsigned int)draw(p, 8);
	unsigned long long at = BASE + first * PAGE_SIZE, len;
	enum page_state to = NONE + (enum page_state)draw(p, 3);
	bool write = draw(p, 2);

	if (first + n > PAGES)
		n = PAGES - first;
	len = n * PAGE_SIZE;
	switch (draw(p, 16)) {
	case 0:
	case 1:
		event(p, "m %llx %llx %x %x ffffffff 0 %llx 1", at, len,
		      to == WRITE ? 3u : to == READ ? 1u : 0u,
		      MM_MAP_FIXED | MM_MAP_ANONYMOUS |
		      (draw(p, 4) ? MM_MAP_PRIVATE : MM_MAP_SHARED), at);
		set(p, first, n, to);
		set_dontfork(p, first, n, false);
		break;
	case 2:
		/* The program begins with everything mapped. */
		event(p, "u %llx %llx 0 1", at, len);
		set(p, first, n, UNMAPPED);
		break;
	case 3:
	case 4:
		if (!all_mapped(p, first, n))
			break;
		event(p, "p %llx %llx %x 0 1", at, len, to == WRITE ? 3u : to == READ ? 1u : 0u);
		set(p, first, n, to);
		break;
	case 5:
		if (all_mapped(p, first, n))
			event(p, "a %llx %llx 4 0 1", at, len);
		break;
	case 6:
		if (!all_mapped(p, first, n))
			break;
		event(p, "a %llx %llx %x 0 1", at, len, write ? 10u : 11u);
		set_dontfork(p, first, n, write);
		break;
	default:
		event(p, "F %llx 0 %x", at, write ? 6u : 4u);
	}
}

/* A new address space, by exec or at the start: all mapped. */
static void fill(struct program *p)
{
	event(p, "m 0 %lx 3 22 ffffffff 0 %llx 1", PAGES * PAGE_SIZE, BASE);
	set(p, 0, PAGES, WRITE);
	set_dontfork(p, 0, PAGES, false);
}

static void more_threads(struct program *p)
{
	struct process *now = p->now;

	fprintf(p->out, "%llu %u C %u %u\n", (unsigned long long)p->time,
		now->tid, now->tid + now->threads, now->tid);
	now->threads++;
}

static void random_fork(struct program *p)
{
	struct process *child = NULL;
	unsigned int maker;

	for (int i = 0; i < PROCESSES; i++)
		if (!p->process[i].threads)
			child = &p->process[i];
	if (!child)
		return;
	*child = *p->now;
	child->threads = 1;
	child->tid = p->next_tid;
	p->next_tid += MAX_THREADS;
	for (int i = 0; i < PAGES; i++) {
		if (child->dontfork[i])
			child->page[i] = UNMAPPED;
		child->dontfork[i] = false;
	}
	maker = p->now->tid + (unsigned int)draw(p, p->now->threads);
	p->time += 10;
	fprintf(p->out, "%llu %u C %u %u\n", (unsigned long long)p->time, maker, child->tid,
		child->tid);
	/* The maker goes on at once, so it was not vfork. */
	fprintf(p->out, "%llu %u F %llx 0 4\n", (unsigned long long)p->time, maker, BASE);
}

/* The last threads end, until @a left are left. */
static void end(struct program *p, unsigned int left)
{
	while (p->now->threads > left)
		fprintf(p->out, "%llu %u E %u\n", (unsigned long long)p->time,
			p->now->tid + --p->now->threads, p->now->tid);
}

static void begin(struct program *p, char **text, size_t *size)
{
	p->out = open_memstream(text, size);
	cr_assert(p->out);
	p->now = &p->process[0];
	p->now->tid = 100;
	p->now->threads = 1;
	p->next_tid = 200;
	fputs("# pftrace 1\n# name random\n0 100 X random\n", p->out);
}

char *test_random_program(unsigned int threads, unsigned int steps, u64 seed)
{
	struct program p = { .state = hash64(seed) << 20 };
	size_t size;
	char *text;

	begin(&p, &text, &size);
	while (p.now->threads < threads)
		more_threads(&p);
	fill(&p);
	for (unsigned int i = 0; i < steps; i++)
		random_step(&p);
	end(&p, 0);
	fclose(p.out);
	return text;
}

static void random_life(struct program *p, unsigned int alive)
{
	switch (draw(p, 32)) {
	case 0:
		random_fork(p);
		break;
	case 1:
		if (alive > 1)
			end(p, 0);
		break;
	case 2:
		if (draw(p, 4))
			break;
		end(p, 1);
		event(p, "X again");
		fill(p);
		break;
	case 3:
		if (p->now->threads < MAX_THREADS)
			more_threads(p);
		break;
	default:
		random_step(p);
	}
}

char *test_random_forks(unsigned int steps, u64 seed)
{
	struct program p = { .state = hash64(seed) << 20 };
	size_t size;
	char *text;

	begin(&p, &text, &size);
	fill(&p);
	for (unsigned int i = 0; i < steps; i++) {
		struct process *alive[PROCESSES];
		unsigned int n = 0;

		for (int k = 0; k < PROCESSES; k++)
			if (p.process[k].threads)
				alive[n++] = &p.process[k];
		p.now = alive[draw(&p, n)];
		random_life(&p, n);
	}
	for (p.now = p.process; p.now < p.process + PROCESSES; p.now++)
		end(&p, 0);
	fclose(p.out);
	return text;
}
