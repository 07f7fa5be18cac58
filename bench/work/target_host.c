/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Workloads on the kernel that runs this process: the real calls, and touches that the CPU faults on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/work/target.h"

struct target_host {
	struct target target;
	int file;
	void *brk_start;	/* of the run at hand */
};

static struct target_host *host_of(struct target *target)
{
	return container_of(target, struct target_host, target);
}

static int host_begin(struct target *target, struct bench_error *err)
{
	struct target_host *h = host_of(target);

	(void)err;
	h->brk_start = sbrk(0);
	return 0;
}

static void host_end(struct target *target, struct run_result *result)
{
	struct target_host *h = host_of(target);

	if (sbrk(0) != h->brk_start)
		result->unexpected++;
}

static void host_enter(struct target *target, unsigned int slot)
{
	(void)target;
	(void)slot;
}

static unsigned long host_map(struct target *target, unsigned int slot, enum target_memory memory,
			      unsigned long page, unsigned long pages, int prot)
{
	struct target_host *h = host_of(target);
	int flags = memory == TARGET_SHARED ? MAP_SHARED : MAP_PRIVATE;
	size_t size = pages << PAGE_SHIFT;
	void *at;

	(void)slot;
	if (memory == TARGET_ANON)
		flags |= MAP_ANONYMOUS;
	at = mmap(NULL, size, prot, flags, memory == TARGET_ANON ? -1 : h->file,
		  memory == TARGET_ANON ? 0 : (off_t)(page << PAGE_SHIFT));
	return at == MAP_FAILED ? 0 : (unsigned long)at;
}

static int host_unmap(struct target *target, unsigned int slot, unsigned long addr,
		      unsigned long pages)
{
	(void)target;
	(void)slot;
	return munmap((void *)addr, pages << PAGE_SHIFT);
}

static int host_protect(struct target *target, unsigned int slot, unsigned long addr,
			unsigned long pages, int prot)
{
	(void)target;
	(void)slot;
	return mprotect((void *)addr, pages << PAGE_SHIFT, prot);
}

static int host_dontneed(struct target *target, unsigned int slot, unsigned long addr,
			 unsigned long pages)
{
	(void)target;
	(void)slot;
	return madvise((void *)addr, pages << PAGE_SHIFT, MADV_DONTNEED);
}

/* malloc() tolerates a break that moved, and nobody calls it during a run. */
static int host_brk(struct target *target, unsigned int slot, long pages)
{
	(void)target;
	(void)slot;
	return sbrk(pages * (long)PAGE_SIZE) == (void *)-1;
}

static int host_fork(struct target *target, unsigned int slot, u64 *ns)
{
	u64 start = platform_now();
	pid_t child = fork();
	int status;

	(void)target;
	(void)slot;
	if (!child)
		_exit(0);
	*ns = platform_now() - start;
	if (child < 0)
		return -1;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

static int host_touch(struct target *target, unsigned int slot, unsigned long addr)
{
	(void)target;
	(void)slot;
	*(volatile u64 *)addr = addr;
	return 0;
}

static void host_destroy(struct target *target)
{
	close(host_of(target)->file);
	free(host_of(target));
}

static const struct target_ops host_ops = {
	.begin = host_begin,
	.end = host_end,
	.enter = host_enter,
	.leave = host_enter,
	.map = host_map,
	.unmap = host_unmap,
	.protect = host_protect,
	.dontneed = host_dontneed,
	.brk = host_brk,
	.fork = host_fork,
	.touch = host_touch,
	.destroy = host_destroy,
};

struct target *target_host_create(struct bench_error *err)
{
	struct target_host *h = calloc(1, sizeof(*h));

	if (!h) {
		bench_fail_memory(err, "workloads on the host");
		return NULL;
	}
	/* In memory, as a file that is in the page cache: reading it is not what is measured. */
	h->file = memfd_create("faultline", MFD_CLOEXEC);
	if (h->file < 0 || ftruncate(h->file, (off_t)(TARGET_FILE_PAGES << PAGE_SHIFT))) {
		bench_fail(err, "the host gives no file in memory: %s", strerror(errno));
		if (h->file >= 0)
			close(h->file);
		free(h);
		return NULL;
	}
	h->target.ops = &host_ops;
	h->target.name = "host";
	return &h->target;
}
