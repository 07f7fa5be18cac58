/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Preloaded: the N-th allocation of a program fails, NO_MEMORY_AT=N; how many there were goes to the file NO_MEMORY_COUNT.
 *
 * Processes that the first one starts are left alone.  A program that it calls with exec is tried in its place, from 1 on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* glibc's own, under names that nobody replaces. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static _Atomic unsigned long count;
static unsigned long fails_at;
static pid_t process;

/* Does this allocation fail?  Until begin() has run, none does. */
static int fails(void)
{
	unsigned long nr = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed) + 1;

	if (!fails_at || nr != fails_at || getpid() != process)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : __libc_memalign(align, size);
}

int posix_memalign(void **p, size_t align, size_t size)
{
	if (fails())
		return ENOMEM;
	*p = __libc_memalign(align, size);
	return *p ? 0 : ENOMEM;
}

static __attribute__((constructor)) void begin(void)
{
	const char *at = getenv("NO_MEMORY_AT"), *of = getenv("NO_MEMORY_PROCESS");
	char pid[32];

	if (of && strtol(of, NULL, 10) != getpid()) {
		unsetenv("LD_PRELOAD");
		return;
	}
	process = getpid();
	snprintf(pid, sizeof(pid), "%ld", (long)process);
	setenv("NO_MEMORY_PROCESS", pid, 1);
	atomic_store(&count, 0);
	fails_at = at ? strtoul(at, NULL, 10) : 0;
}

static __attribute__((destructor)) void end(void)
{
	const char *path = getenv("NO_MEMORY_COUNT");
	FILE *out;

	if (getpid() != process || !path)
		return;
	fails_at = 0;
	out = fopen(path, "w");
	if (out) {
		fprintf(out, "%lu\n", atomic_load(&count));
		fclose(out);
	}
}
