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

	cr_assert_eq(plan_build(&plan, t, &err), 0, "%s", err.line);
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

/* --- a random program ------------------------------------------------------------------ */

#define PAGES	48
#define BASE	0x700000000000ULL

enum page_state { UNMAPPED, NONE, READ, WRITE };

struct program {
	FILE *out;
	enum page_state page[PAGES];
	u64 time, state;
	unsigned int threads;
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
		100 + (unsigned long long)draw(p, p->threads));
	va_start(ap, format);
	vfprintf(p->out, format, ap);
	va_end(ap);
	fputc('\n', p->out);
}

static void set(struct program *p, unsigned int first, unsigned int n, enum page_state state)
{
	for (unsigned int i = first; i < first + n; i++)
		p->page[i] = state;
}

static bool all_mapped(const struct program *p, unsigned int first, unsigned int n)
{
	for (unsigned int i = first; i < first + n; i++)
		if (p->page[i] == UNMAPPED)
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
		event(p, "m %llx %llx %x 32 ffffffff 0 %llx 1", at, len,
		      to == WRITE ? 3u : to == READ ? 1u : 0u, at);
		set(p, first, n, to);
		break;
	case 2:
		/* All of it has been mapped: the program begins so. */
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
		if (all_mapped(p, first, n))
			event(p, "a %llx %llx %x 0 1", at, len, write ? 10u : 11u);
		break;
	default:
		event(p, "F %llx 0 %x", at, write ? 6u : 4u);
	}
}

char *test_random_program(unsigned int threads, unsigned int steps, u64 seed)
{
	struct program p = { .state = hash64(seed) << 20, .threads = threads };
	size_t size;
	char *text;

	p.out = open_memstream(&text, &size);
	cr_assert(p.out);
	fputs("# pftrace 1\n# name random\n0 100 X random\n", p.out);
	for (unsigned int i = 1; i < threads; i++)
		fprintf(p.out, "1 100 C %u 100\n", 100 + i);
	fprintf(p.out, "2 100 m 0 %lx 3 22 ffffffff 0 %llx 1\n", PAGES * PAGE_SIZE, BASE);
	set(&p, 0, PAGES, WRITE);
	p.time = 10;
	for (unsigned int i = 0; i < steps; i++)
		random_step(&p);
	for (unsigned int i = threads; i--;)
		fprintf(p.out, "%llu %u E 100\n", (unsigned long long)p.time + 10, 100 + i);
	fclose(p.out);
	return text;
}
