/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One loop on a simulated machine, so many threads: what an operation takes.
 */
#include "tests/sim/bench_kernel.h"

#include <stdlib.h>

#include "common/platform/platform.h"
#include "tests/support/check.h"

struct runner {
	struct kernel_run *run;
	struct kernel_shared *shared;
	unsigned int nr;
	u64 times;
};

static void runner_main(void *arg)
{
	struct runner *me = arg;

	me->times = me->run->kernel(me->shared, me->nr, me->run->ns * 1000);
}

double kernel_run(struct kernel_run *run, const struct machine *m)
{
	struct time_settings settings = {
		.machine = m, .seed = run->seed, .placement = run->placement, .lookahead_ps = run->lookahead_ps,
	};
	struct platform_thread *thread[KERNEL_THREADS];
	struct runner *runner = calloc(run->threads, sizeof(*runner));
	struct kernel_shared *shared;
	u64 sum = 0;

	check(runner, "no memory");
	time_begin(&settings);
	platform_thread_enter(PLATFORM_MAX_SLOTS - 1);
	shared = platform_alloc(sizeof(*shared), CACHELINE, PLATFORM_MEM_OTHER);
	check(shared, "no simulated memory");
	who_count(true);
	for (unsigned int i = 0; i < run->threads; i++) {
		runner[i] = (struct runner){ .run = run, .shared = shared, .nr = i };
		check_same(platform_thread_create(&thread[i], i, (int)(i % platform_nr_cpus()), runner_main, &runner[i]), 0, "thread");
	}
	for (unsigned int i = 0; i < run->threads; i++) {
		platform_thread_join(thread[i]);
		sum += runner[i].times;
		run->times[i] = runner[i].times;
	}
	who_count(false);
	platform_free(shared, sizeof(*shared), PLATFORM_MEM_OTHER);
	platform_thread_leave();
	free(runner);
	return (double)run->ns / (double)sum;
}
