// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The seam's native body, checked through the system's own reports: CPUs, stacks, frames.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sync/crew.h"

TestSuite(platform_host, .init = enter_slot_0, .fini = leave_slot_0, .timeout = 30);

#ifndef __SANITIZE_ADDRESS__	/* its shadow takes more address space than the limit */
static void do_nothing(void *arg)
{
	(void)arg;
}

Test(platform_host, no_room_for_a_stack_is_EAGAIN)
{
	struct rlimit none, was;
	struct platform_thread *thread;

	getrlimit(RLIMIT_AS, &was);
	none = was;
	none.rlim_cur = 1;
	cr_assert_eq(setrlimit(RLIMIT_AS, &none), 0);
	cr_expect_eq(platform_thread_create(&thread, 1, -1, do_nothing, NULL), -EAGAIN);
	cr_assert_eq(setrlimit(RLIMIT_AS, &was), 0);
	cr_assert_eq(platform_thread_create(&thread, 1, -1, do_nothing, NULL), 0);
	platform_thread_join(thread);
}
#endif

static void note_cpus(void *arg)
{
	cpu_set_t set;

	if (!sched_getaffinity(0, sizeof(set), &set))
		WRITE_ONCE(*(u32 *)arg, CPU_COUNT(&set));
}

Test(platform_host, pinning)
{
	unsigned int cpus = platform_nr_cpus();
	struct platform_thread *thread;
	u32 seen = 0;

	cr_assert_geq(cpus, 1);
	cr_expect_eq(platform_pin(-2), -EINVAL);
	cr_expect_eq(platform_pin((int)cpus), -EINVAL);
	for (unsigned int i = 0; i < cpus && i < 4; i++) {
		cr_assert_eq(platform_pin((int)i), 0);
		note_cpus(&seen);
		cr_expect_eq(seen, 1);
	}
	cr_expect_eq(platform_nr_cpus(), cpus, "counted once, not after pinning");
	cr_assert_eq(platform_thread_create(&thread, 1, 0, note_cpus, &seen), 0);
	platform_thread_join(thread);
	cr_expect_eq(seen, 1);
	cr_assert_eq(platform_thread_create(&thread, 1, -1, note_cpus, &seen), 0);
	platform_thread_join(thread);
	cr_expect_eq(seen, cpus, "not pinned, though its creator is");
}

Test(platform_host, frames_are_there_before_they_are_touched)
{
	static unsigned char there[(4UL << 20) / PAGE_SIZE];
	char *p = platform_alloc(4UL << 20, PAGE_SIZE, PLATFORM_MEM_FRAMES);

	cr_assert_not_null(p);
	cr_assert_eq(mincore(p, 4UL << 20, there), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(there); i++)
		cr_assert(there[i] & 1, "page %u", i);
	platform_free(p, 4UL << 20, PLATFORM_MEM_FRAMES);
}

/* --- tests themselves: tests/support/ended.c ------------------------------------------------- */

Test(ended, by_exit, .signal = SIGKILL)
{
	exit(0);
}

Test(ended, by__exit, .signal = SIGKILL)
{
	_exit(0);
}

Test(ended, a_forked_process_may)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(0);
	cr_assert(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}
