// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The core's counters count what their meanings say: each call and each fault makes the difference that it must.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/support/mm_test.h"

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE

static u64 was[NR_STATS_EVENTS];

static void note(struct mm_test *m)
{
	for (unsigned int i = 0; i < NR_STATS_EVENTS; i++)
		was[i] = event_sum(m, (enum stats_event)i);
}

/* Since the last note, and noted anew. */
static void counted(struct mm_test *m, enum stats_event event, u64 times, const char *what)
{
	check_same(event_sum(m, event) - was[event], times, what);
}

static void calls(struct mm_test *m)
{
	note(m);
	map_at(m, A, 8, PROT_RW);
	counted(m, STAT_MMAP, 1, "mmap");
	counted(m, STAT_VMA_SPLIT, 0, "splits of an mmap");
	counted(m, STAT_MMAP_LOCK_WRITE, 1, "write sections of an mmap");
	note(m);
	check_same(mm_mprotect(m->task, m->mm, A + 2 * P, 2 * P, PROT_R), 0, "mprotect");
	counted(m, STAT_MPROTECT, 1, "mprotect");
	counted(m, STAT_VMA_SPLIT, 2, "splits at both ends");
	note(m);
	check_same(mm_mprotect(m->task, m->mm, A + 2 * P, 2 * P, PROT_RW), 0, "mprotect");
	counted(m, STAT_VMA_SPLIT, 0, "splits of what has its bounds");
	counted(m, STAT_VMA_MERGE, 2, "merges at both ends");
	note(m);
	check_same(mm_madvise(m->task, m->mm, A, P, 4), 0, "DONTNEED");
	counted(m, STAT_MADVISE, 1, "madvise");
	note(m);
	check_same(mm_mremap(m->task, m->mm, A, 8 * P, 8 * P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B), B, "mremap");
	counted(m, STAT_MREMAP, 1, "mremap");
	counted(m, STAT_VMA_SPLIT, 0, "splits of a whole one that moves");
	note(m);
	check_same(mm_munmap(m->task, m->mm, B, 8 * P), 0, "munmap");
	counted(m, STAT_MUNMAP, 1, "munmap");
}

static void faults(struct mm_test *m)
{
	struct file *file = file_open(7, false);

	file->nr_pages = 1;
	map_at(m, A, 2, PROT_RW);
	note(m);
	must_write(m, A, 1);
	counted(m, STAT_FAULT, 1, "faults of a first write");
	counted(m, STAT_FAULT_INSTALLED, 1, "entries of a first write");
	/* Of four levels the root is there from the beginning; nothing else is mapped so near: one chain of three. */
	counted(m, STAT_TABLE_LINK, 1, "chains of tables of a first write");
	counted(m, STAT_TABLE_ALLOC, 3, "tables of a first write");
	note(m);
	must_write(m, A + P, 1);
	counted(m, STAT_TABLE_LINK, 0, "chains of tables of a neighbour");
	counted(m, STAT_FAULT_INSTALLED, 1, "entries of a neighbour");
	note(m);
	must_not_read(m, B);
	counted(m, STAT_FAULT_SIGSEGV, 1, "SIGSEGV");
	check_same(mm_mmap(m->task, m->mm, B, 2 * P, PROT_RW, MM_MAP_SHARED | MM_MAP_FIXED, file, 0), B, "mmap");
	note(m);
	check_same(access_read(m->task, B + P, &(u64){ 0 }), ACCESS_SIGBUS, "beyond the file's end");
	counted(m, STAT_FAULT_SIGBUS, 1, "SIGBUS");
	counted(m, STAT_FAULT_SIGSEGV, 0, "SIGSEGV beyond the file's end");
	note(m);
	check_same(mm_munmap(m->task, m->mm, A, 2 * P), 0, "munmap");
	check_same(mm_munmap(m->task, m->mm, B, 2 * P), 0, "munmap");
	file_put(m->task, file);
}

SCHEME_TEST(counters_of_calls_and_faults)
{
	mm_test_alone(m);
	calls(m);
	faults(m);
	/* In the end each table that was allocated is free again, but for the root of the mm that is begun anew. */
	mm_test_renew(m);
	check(event_sum(m, STAT_TABLE_ALLOC) - event_sum(m, STAT_TABLE_FREE) <= 1, "tables that are left: %llu of %llu",
	      (unsigned long long)(event_sum(m, STAT_TABLE_ALLOC) - event_sum(m, STAT_TABLE_FREE)),
	      (unsigned long long)event_sum(m, STAT_TABLE_ALLOC));
}
