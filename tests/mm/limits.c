// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Limits: a million VMAs, the maximum of VMAs, an address space without a hole; a TAP program.
 *
 *	limits [VMAS]
 */
#include "common/mm/mm.h"
#include "common/mm/world.h"
#include "tests/support/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define P	PAGE_SIZE
#define RW	(MM_PROT_READ | MM_PROT_WRITE)
#define ANON	(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS)
#define BASE	0x10000000UL
/*
 * With one thread ThreadSanitizer would see nothing in a million VMAs that it does not see in ten
 * thousand, a minute earlier.
 */
#ifdef __SANITIZE_THREAD__
#define MANY	10000
#else
#define MANY	1000000
#endif

struct limits {
	struct scheme_chain chain;
	struct world *world;
	struct task *task;
	struct mm *mm;
};

static void begin(struct limits *l, const struct scheme *scheme, u64 max_map_count, unsigned long task_size)
{
	struct world_config config = world_config_default(256);

	config.tlb = true;
	config.max_map_count = max_map_count;
	config.task_size = task_size;
	check(!scheme_chain_build(&l->chain, scheme), "no chain");
	check(!world_create(&l->world, &config, &l->chain), "no world");
	l->task = world_task(l->world, 0);
	check(!mm_create(l->task, &l->mm), "no mm");
	mm_attach(l->task, l->mm);
}

static void end(struct limits *l)
{
	struct world_leaks leaks;

	mm_check(l->task, l->mm);
	mm_destroy(l->task, l->mm);
	leaks = world_leaks(l->world);
	check_same(leaks.frames + leaks.tables + leaks.vmas + leaks.nodes + leaks.anon_vmas, 0, "leaks");
	world_destroy(l->world);
}

static unsigned long map(struct limits *l, unsigned long addr, int prot)
{
	return mm_mmap(l->task, l->mm, addr, P, prot, ANON | (addr ? MM_MAP_FIXED : 0), NULL, 0);
}

/* Neighbours with other rights: none merges.  Then one more than there may be. */
static void many_vmas(const struct scheme *scheme, u64 nr)
{
	struct limits l;
	u64 value = 0;

	check_context("%llu VMAs, %s", (unsigned long long)nr, scheme->name);
	begin(&l, scheme, nr, TASK_SIZE_DEFAULT);
	for (u64 i = 0; i < nr; i++)
		check_same(map(&l, BASE + i * P, i % 2 ? RW : MM_PROT_READ), BASE + i * P, "mmap");
	check_same(l.mm->map_count, nr, "VMAs");
	for (u64 i = 1; i < nr; i += nr / 97 * 2) {
		check_same(access_write(l.task, BASE + i * P, i), ACCESS_OK, "a write");
		check_same(access_read(l.task, BASE + i * P, &value), ACCESS_OK, "a read");
		check_same(value, i, "contents");
		check_same(access_write(l.task, BASE + (i - 1) * P, i), ACCESS_SIGSEGV, "a write to its neighbour");
	}
	/* Linux allows one more than its limit, since it checks before adding. */
	check_same(map(&l, BASE + nr * P, nr % 2 ? RW : MM_PROT_READ), BASE + nr * P, "the last one");
	check_same(map(&l, BASE + (nr + 2) * P, RW), (unsigned long)-ENOMEM, "one more");
	check_same(mm_munmap(l.task, l.mm, BASE, (nr + 3) * P), 0, "munmap of all");
	check_same(l.mm->map_count, 0, "VMAs left");
	end(&l);
}

/* Every page that a program can have is mapped, each found exactly once; what is given back is found again. */
static void no_hole(const struct scheme *scheme)
{
	struct limits l;
	unsigned long addr, nr = 0, lowest = ~0UL, highest = 0;
	u64 value;

	check_context("no hole, %s", scheme->name);
	begin(&l, scheme, 65530, 64UL << 20);
	while (!mm_is_err(addr = map(&l, 0, RW))) {
		nr++;
		lowest = addr < lowest ? addr : lowest;
		highest = addr > highest ? addr : highest;
	}
	check_same(addr, (unsigned long)-ENOMEM, "the address space is full");
	check_same(nr, (highest - lowest) / P + 1, "pages, without a hole between them");
	check_same(mm_mmap(l.task, l.mm, 0, 64UL << 20, RW, ANON, NULL, 0), (unsigned long)-ENOMEM, "all of it again");
	check_same(mm_munmap(l.task, l.mm, lowest + nr / 2 * P, 3 * P), 0, "munmap");
	check_same(mm_mmap(l.task, l.mm, 0, 4 * P, RW, ANON, NULL, 0), (unsigned long)-ENOMEM, "four pages in three");
	check_same(mm_mmap(l.task, l.mm, 0, 3 * P, RW, ANON, NULL, 0), lowest + nr / 2 * P, "three pages in three");
	check_same(access_read(l.task, lowest, &value), ACCESS_OK, "the lowest page");
	check_same(access_write(l.task, highest, 1), ACCESS_OK, "the highest page");
	end(&l);
}

int main(int argc, char **argv)
{
	u64 nr = argc > 1 ? strtoull(argv[1], NULL, 0) : MANY;
	unsigned int n = 0;

	check_watchdog(600);
	check(nr >= 1000, "too few");
	platform_thread_enter(0);
	for (unsigned int i = 0; schemes[i]; i++) {
		/* Try the million once: it concerns the tree, not the schemes. */
		many_vmas(schemes[i], i ? 10000 : nr);
		no_hole(schemes[i]);
		printf("ok %u - %s\n", ++n, schemes[i]->name);
		fflush(stdout);
	}
	platform_thread_leave();
	printf("1..%u\n", n);
	return 0;
}
