/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One loop on a simulated machine, for validation.py: ns a round, of all threads together.
 *
 *	loops MACHINE LOOP SECTION_NS OUTSIDE_NS PLACEMENT SEED N,...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/platform/platform.h"
#include "common/mm/hash.h"
#include "sim/time/time.h"
#include "sim/validation/loops.h"

struct runner {
	const struct loop *loop;
	struct loop_shared *shared;
	unsigned int nr;
	u64 begin;		/**< a random number */
	u64 end, rounds;
};

#define WARM_UP_NS	20000ULL

/*
 * Threads begin at random moments and warm up before rounds count.  A queue that is served in order keeps the order of
 * the beginning for ever, and if threads began one after the other, that would be the order of their sockets.
 */
static void runner_main(void *arg)
{
	struct runner *me = arg;

	time_charge_ps((me->begin >> 32) * WARM_UP_NS * 1000 / 2 >> 32);
	me->loop->fn(me->shared, me->nr, WARM_UP_NS * 1000);
	me->rounds = me->loop->fn(me->shared, me->nr, me->end);
}

/* @return ns a round, of all @threads together; below 0: it cannot be run */
static double run(const struct loop *loop, const struct time_settings *settings, unsigned int threads, u64 section_ns,
		  u64 outside_ns)
{
	struct platform_thread *thread[LOOP_THREADS];
	struct runner *runner = calloc(threads, sizeof(*runner));
	struct loop_shared *shared;
	u64 ns = 100000 + 1000 * (section_ns + outside_ns), sum = 0;	/* a part of a round at the end counts for little */
	unsigned int started = 0;

	time_begin(settings);
	platform_thread_enter(PLATFORM_MAX_SLOTS - 1);
	shared = platform_alloc(sizeof(*shared), 2 * CACHELINE, PLATFORM_MEM_OTHER);
	if (!runner || !shared || threads > platform_nr_cpus())
		return -1;
	loops_init(shared);
	shared->section_ns = section_ns;
	shared->outside_ns = outside_ns;
	for (; started < threads; started++) {
		runner[started] = (struct runner){ .loop = loop, .shared = shared, .nr = started,
						    .begin = hash64_2(settings->seed, started), .end = (WARM_UP_NS + ns) * 1000 };
		if (platform_thread_create(&thread[started], started, (int)started, runner_main, &runner[started]))
			return -1;
	}
	for (unsigned int i = 0; i < threads; i++) {
		platform_thread_join(thread[i]);
		sum += runner[i].rounds;
	}
	platform_free(shared, sizeof(*shared), PLATFORM_MEM_OTHER);
	platform_thread_leave();
	free(runner);
	return sum ? (double)ns / (double)sum : -1;
}

static int usage(const char *why)
{
	fprintf(stderr, "loops: %s\nUsage: loops MACHINE LOOP SECTION_NS OUTSIDE_NS PLACEMENT SEED N,...\n", why);
	return 2;
}

int main(int argc, char **argv)
{
	struct time_settings settings = { .lookahead_ps = TIME_LOOKAHEAD };
	const struct loop *loop = loops;
	struct machine_error err;
	struct machine *m;

	if (argc != 8)
		return usage("seven arguments are expected");
	m = machine_open(argv[1], &err);
	if (!m)
		return usage(err.line);
	while (loop->name && strcmp(loop->name, argv[2]))
		loop++;
	if (!loop->name || !time_placement_parse(argv[5], &settings.placement))
		return usage("the loop or the placement is unknown");
	settings.machine = m;
	settings.seed = strtoull(argv[6], NULL, 10);
	for (const char *list = argv[7]; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL) {
		unsigned int threads = (unsigned int)atoi(list);
		double ns = threads && threads < LOOP_THREADS ? 
			run(loop, &settings, threads, strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10)) : -1;

		if (ns < 0)
			return usage("a number of threads is more than the machine has CPUs, or 0");
		printf("%u %.4f\n", threads, ns);
	}
	machine_free(m);
	return 0;
}
