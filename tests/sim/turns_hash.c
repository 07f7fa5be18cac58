// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Schemes on the engine with N threads: hashes of a run, which are the same in every process.
 *
 *	turns_hash [--seed N] [--threads N] [--rounds N] [--plant address|past] [SCHEME...]
 *
 * prints for each scheme its name, the hash of all accesses and turns, and their number.  With --plant something decides
 * that must not: in which order pages are touched follows from an address of the host, or from how many runs came before.
 */
#include "common/mm/mm.h"
#include "common/mm/scheme.h"
#include "common/mm/world.h"
#include "sim/turns.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES	16

struct run {
	struct world *w;
	struct mm *mm;
	unsigned int rounds;
	u64 planted;		/* 4 bits a round say where each thread begins; without a plant 0 */
};

struct worker {
	struct run *run;
	unsigned int nr;
	struct platform_thread *thread;
};

static void work(void *arg)
{
	struct worker *me = arg;
	struct run *r = me->run;
	struct task *t = world_task(r->w, me->nr + 1);

	mm_attach(t, r->mm);
	for (unsigned int i = 0; i < r->rounds; i++) {
		unsigned long at = mm_mmap(t, r->mm, 0, PAGES * PAGE_SIZE, MM_PROT_READ | MM_PROT_WRITE,
					   MM_MAP_PRIVATE | MM_MAP_ANONYMOUS, NULL, 0);

		check(!mm_is_err(at), "mmap: %lx", at);
		for (unsigned int k = 0; k < PAGES; k++) {
			unsigned long page = (k + (r->planted >> 4 * (i % 16))) % PAGES;

			check_same(mm_fault(t, r->mm, at + page * PAGE_SIZE, FAULT_FLAG_USER | FAULT_FLAG_WRITE),
				   FAULT_DONE, "fault");
		}
		check_same(mm_munmap(t, r->mm, at, PAGES * PAGE_SIZE), 0, "munmap");
	}
	mm_detach(t);
}

static u64 planted(const char *plant, const void *p)
{
	static unsigned int runs;

	if (!strcmp(plant, "address"))
		return (u64)(uintptr_t)p >> PAGE_SHIFT;
	return !strcmp(plant, "past") ? runs++ : 0;
}

static void run(const char *spec, const char *plant, u64 seed, unsigned int threads, unsigned int rounds)
{
	struct worker *worker = calloc(threads, sizeof(*worker));
	struct world_config config = world_config_default(64 * PAGES * (threads + 1));
	char error[200];	/* the host puts a stack anywhere, but AddressSanitizer its heap always in one place */
	struct run r = { .rounds = rounds, .planted = planted(plant, error) };
	struct scheme_chain chain;
	struct world_leaks leaks;
	struct task *t;

	check(worker, "no memory");
	check_same(scheme_chain_parse(&chain, spec, error, sizeof(error)), 0, spec);
	turns_set(seed, 32);
	platform_thread_enter(0);
	config.nr_tasks = threads + 1;
	check_same(world_create(&r.w, &config, &chain), 0, "world_create");
	t = world_task(r.w, 0);
	check_same(mm_create(t, &r.mm), 0, "mm_create");
	for (unsigned int i = 0; i < threads; i++) {
		worker[i] = (struct worker){ .run = &r, .nr = i };
		check_same(platform_thread_create(&worker[i].thread, i + 1, -1, work, &worker[i]), 0, "thread");
	}
	for (unsigned int i = 0; i < threads; i++)
		platform_thread_join(worker[i].thread);
	mm_check(t, r.mm);
	mm_destroy(t, r.mm);
	leaks = world_leaks(r.w);
	check(!world_leaks_any(&leaks), "something leaks");
	world_destroy(r.w);
	platform_thread_leave();
	check_same(arena.live_pieces, 0, "pieces of memory");
	printf("%s %016llx %llu\n", spec, (unsigned long long)turns.hash, (unsigned long long)turns_accesses());
	free(worker);
}

int main(int argc, char **argv)
{
	u64 seed = 1, threads = 8, rounds = 20;
	const char *plant = "";
	int i = 1;

	for (; i + 1 < argc && !strncmp(argv[i], "--", 2); i += 2) {
		u64 n = strtoull(argv[i + 1], NULL, 10);

		if (!strcmp(argv[i], "--seed"))
			seed = n;
		else if (!strcmp(argv[i], "--threads"))
			threads = n;
		else if (!strcmp(argv[i], "--rounds"))
			rounds = n;
		else if (!strcmp(argv[i], "--plant"))
			plant = argv[i + 1];
	}
	turns_use(1);
	for (; i < argc; i++)
		run(argv[i], plant, seed, (unsigned int)threads, (unsigned int)rounds);
	return 0;
}
