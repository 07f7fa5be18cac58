// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Sets limits on both sides.
 */
#define _GNU_SOURCE
#include "tests/host/limits.h"
#include "tests/support/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* Where the host's many VMAs are: above the fields, so that a look at these does not read them. */
#define FILL_AT		0x6f0000000000UL
/* A machine that allows more takes too long to fill. */
#define FILL_MAX	200000

/* One number of a file in /proc. */
static unsigned long number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned long n = 0;

	check(file && fscanf(file, "%lu", &n) == 1, "%s: errno %d", path, errno);
	fclose(file);
	return n;
}

static unsigned long pages_there(const struct puppet *p)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)p->pid);
	return number_in(path);
}

static unsigned long pages_here(struct twins *tw, unsigned int who)
{
	unsigned long pages = 0, addr = 0;
	struct vma_info info;

	for (; mm_next_vma(tw->task, tw->mm[who], addr, &info); addr = info.end)
		pages += (info.end - info.start) >> PAGE_SHIFT;
	return pages;
}

void limit_as(struct twins *tw, unsigned int who, long pages)
{
	const struct puppet *p = &tw->there.one[who];
	rlim_t bytes = (pages_there(p) + (unsigned long)pages) * PAGE_SIZE;
	const struct rlimit limit = { bytes, bytes };

	check(!prlimit(p->pid, RLIMIT_AS, &limit, NULL), "prlimit: errno %d", errno);
	tw->world->config.max_pages = pages_here(tw, who) + (unsigned long)pages;
}

/* Lines of /proc/PID/maps, without the page that is not a VMA. */
static unsigned long vmas_there(const struct puppet *p)
{
	unsigned long n = 0;
	char path[64], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)p->pid);
	file = fopen(path, "re");
	check(file, "%s: errno %d", path, errno);
	while (fgets(line, sizeof(line), file))
		n += !strstr(line, "[vsyscall]");
	fclose(file);
	return n;
}

static void map_there(struct puppet *p, unsigned long addr, unsigned long pages)
{
	long ret = puppet_call(p, SYS_mmap, addr, pages * PAGE_SIZE, PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	check_same(ret, addr, "a mapping to fill the host's address space");
}

bool limit_maps(struct twins *tw, unsigned int who, long vmas)
{
	struct puppet *p = &tw->there.one[who];
	unsigned long max = number_in("/proc/sys/vm/max_map_count"), want;

	if (max > FILL_MAX)
		return false;
	want = max - vmas_there(p) - (unsigned long)vmas;
	if (want % 2 == 0) {
		map_there(p, FILL_AT - 16 * PAGE_SIZE, 1);
		want--;
	}
	/* One VMA, and each page in it that may be read makes two more. */
	map_there(p, FILL_AT, want + 1);
	for (unsigned long i = 1; i < want; i += 2)
		check(!puppet_call(p, SYS_mprotect, FILL_AT + i * PAGE_SIZE, PAGE_SIZE, PROT_READ, 0, 0, 0),
		      "the host refuses VMA %lu of %lu", i, want);
	check_same(max - vmas_there(p), vmas, "VMAs that the host's process may still make");
	tw->world->config.max_map_count = tw->mm[who]->map_count + (unsigned long)vmas;
	return true;
}
