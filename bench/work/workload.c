/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The micro workloads: a step each, and what it stands for.
 */
#include <string.h>

#include "bench/work/workload.h"

/* What a writer maps, changes and unmaps at a time: a small malloc arena, a read of a file's part. */
#define PIECE	16UL

/* --- steps of threads that are all alike --------------------------------------------------- */

static void step_thread_start(struct work_thread *t)
{
	const unsigned long guard = 1, stack = 64, used = 4;
	unsigned long at = work_map(t, guard + stack, WORK_NONE);

	work_protect(t, at + guard * PAGE_SIZE, stack, WORK_RW);
	for (unsigned long i = 0; i < used; i++)
		work_touch(t, at + (guard + stack - 1 - i) * PAGE_SIZE);
	work_unmap(t, at, guard + stack);
}

#define MAP_LEAST	(2 * WORK_REGION)
#define MAP_MOST	(64 * WORK_REGION)	/* page_fault3's 128 MiB */

/* will-it-scale's page_fault3; a part of a file of its own, as each of its threads. */
static void step_map_file(struct work_thread *t)
{
	const unsigned long pages = t->config->region ? t->config->region : MAP_LEAST;
	unsigned long at = work_map_file(t, t->slot * 2 * pages, pages);

	for (unsigned long i = 0; i < pages; i++)
		work_touch(t, at + i * PAGE_SIZE);
	work_unmap(t, at, pages);
}

/* --- steps of the last thread, beside faulting ones ---------------------------------------------- */

static void write_mmap(struct work_thread *t)
{
	unsigned long at = work_map(t, PIECE, WORK_RW);

	work_unmap(t, at, PIECE);
}

static void write_mmap_touch(struct work_thread *t)
{
	unsigned long at = work_map(t, PIECE, WORK_RW);

	for (unsigned long i = 0; i < PIECE; i++)
		work_touch(t, at + i * PAGE_SIZE);
	work_unmap(t, at, PIECE);
}

static void write_brk(struct work_thread *t)
{
	work_brk(t, (long)PIECE);
	work_brk(t, -(long)PIECE);
}

/* Its own region is a VMA of its own. */
static void write_mprotect(struct work_thread *t)
{
	work_protect(t, t->base, WORK_REGION, WORK_READ);
	work_protect(t, t->base, WORK_REGION, WORK_RW);
}

/* Its region is the end of the VMA that the others fault in: one page is cut off, and joined again. */
static void write_split(struct work_thread *t)
{
	unsigned long last = t->base + (WORK_REGION - 1) * PAGE_SIZE;

	work_protect(t, last, 1, WORK_READ);
	work_protect(t, last, 1, WORK_RW);
}

static void write_dontneed(struct work_thread *t)
{
	for (unsigned long i = 0; i < PIECE; i++)
		work_touch(t, t->base + i * PAGE_SIZE);
	work_dontneed(t, t->base, PIECE);
}

static void write_fork(struct work_thread *t)
{
	work_fork(t);
}

/* Pages that are there lose and get back the right to be written, a chunk at a time. */
static void write_gc_sweep(struct work_thread *t)
{
	const unsigned long chunk = 64;

	for (unsigned long i = 0; i < WORK_REGION; i += chunk) {
		unsigned long at = t->base + i * PAGE_SIZE;

		for (unsigned long page = 0; page < chunk; page += 8)
			work_touch(t, at + page * PAGE_SIZE);
		work_protect(t, at, chunk, WORK_READ);
		work_protect(t, at, chunk, WORK_RW);
	}
}

const struct workload workloads[] = {
	{ .name = "anon", .stands_for = "allocator arenas: each thread touches fresh memory of its own VMA",
	  .memory = TARGET_ANON, .step = work_touch_region },
	{ .name = "anon-one-vma", .stands_for = "one big heap (Java, Go) that all threads allocate from: one VMA",
	  .memory = TARGET_ANON, .shared_vma = true, .step = work_touch_region },
	{ .name = "file-private", .stands_for = "start-up: relocations write to a library's data, each page is copied",
	  .memory = TARGET_PRIVATE, .step = work_touch_region },
	{ .name = "file-private-one-vma", .stands_for = "the same of one mapping: threads of a program that patches its image",
	  .memory = TARGET_PRIVATE, .shared_vma = true, .step = work_touch_region },
	{ .name = "file-shared", .stands_for = "shared buffers, each worker attached by a mapping of its own part",
	  .memory = TARGET_SHARED, .step = work_touch_region },
	{ .name = "file-shared-one-vma", .stands_for = "a database file mapped once and written by all threads",
	  .memory = TARGET_SHARED, .shared_vma = true, .step = work_touch_region },
	{ .name = "file-map", .stands_for = "copying by mapped files: each thread maps a part, writes to it and unmaps it",
	  .memory = TARGET_SHARED, .step = step_map_file },
	{ .name = "thread-start", .stands_for = "a thread a request: its stack is mapped, guarded, touched and unmapped",
	  .memory = TARGET_ANON, .step = step_thread_start },
	{ .name = "beside-mmap", .stands_for = "faults while another thread maps and unmaps: large malloc() and free()",
	  .memory = TARGET_ANON, .step = work_touch_region, .writer = write_mmap },
	{ .name = "beside-mmap-touch", .stands_for = "the same with the mapping used: read buffers of a file server",
	  .memory = TARGET_ANON, .step = work_touch_region, .writer = write_mmap_touch },
	{ .name = "beside-brk", .stands_for = "faults while the heap's end moves: malloc() trims and grows",
	  .memory = TARGET_ANON, .step = work_touch_region, .writer = write_brk },
	{ .name = "beside-mprotect", .stands_for = "faults while another VMA changes rights: a JIT seals its code",
	  .memory = TARGET_ANON, .step = work_touch_region, .writer = write_mprotect },
	{ .name = "beside-split", .stands_for = "faults while their own VMA is split and merged: a heap commits page by page",
	  .memory = TARGET_ANON, .shared_vma = true, .step = work_touch_region, .writer = write_split },
	{ .name = "beside-dontneed", .stands_for = "faults while another thread returns pages: allocator purge, Android's heap tasks",
	  .memory = TARGET_ANON, .step = work_touch_region, .writer = write_dontneed },
	{ .name = "beside-gc", .stands_for = "faults while a collector takes and gives rights chunk by chunk in the same heap",
	  .memory = TARGET_ANON, .shared_vma = true, .step = work_touch_region, .writer = write_gc_sweep },
	{ .name = "beside-fork", .stands_for = "faults while the process is copied: a snapshot by fork, as redis does",
	  .memory = TARGET_ANON, .step = work_touch_region, .writer = write_fork },
	{ .name = NULL },
};

unsigned long workload_region(const struct workload *w, u64 faults, bool fresh)
{
	if (fresh)
		return (faults + faults / 2 + 4 * WORK_FRESH + WORK_REGION - 1) / WORK_REGION * WORK_REGION;
	if (w->step == step_map_file)
		return min_ul(max_ul(faults / 2 / WORK_REGION * WORK_REGION, MAP_LEAST), MAP_MOST);
	return 0;
}

const struct workload *workload_find(const char *name)
{
	for (const struct workload *w = workloads; w->name; w++)
		if (!strcmp(w->name, name))
			return w;
	return NULL;
}
