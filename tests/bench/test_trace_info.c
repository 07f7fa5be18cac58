/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Figures of traces: of a small one by hand, and of those that come with the project as they were recorded.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "config.h"
#include "bench/trace/info.h"
#include "tests/bench/bench_test.h"

#define HEAD "# pftrace 1\n# name t\n# lost 0\n"

Test(trace_info, by_hand)
{
	struct trace *t = test_trace(HEAD
		"# maps 7 9 2 prog\n"
		"# maps 8 4 1 prog\n"
		"# missing nothing much\n"
		"0 7 X prog\n"
		"1 7 V 7ffd00000000 21000 0 rw-p 0 [stack]\n"
		"1 7 V 400000 2000 0 r-xp 12 /bin/prog\n"
		"2 7 F 400000 400000 14\n"
		"3 7 F 7ffcfffff008 400000 6\n"			/* the stack grows */
		"3 7 V 7ffcfffff000 22000 0 rw-p 0 [stack]\n"
		"4 7 b 0 600000 1\n"
		"5 7 b 602000 602000 1\n"
		"5 7 V 600000 2000 600000 rw-p 0 [heap]\n"
		"6 7 K 601000 2\n"
		"7 7 C 8 7\n"
		"8 8 m 0 2000 3 21 ffffffff 0 7f0000000000 1\n"
		"8 8 V 7f0000000000 2000 0 rw-s 99 /dev/zero\n"
		"9 8 F 7f0000001000 400000 6\n"
		"10 8 F 7f0000001000 400000 7\n"		/* shared: no copy */
		"11 8 r 7f0000000000 2000 3000 1 0 7f0000010000 1\n"
		"12 8 F 7f0000012000 400000 4\n"
		"13 8 F 7f0000000000 400000 4\n"		/* moved away */
		"14 7 C 9 9\n"
		"15 9 F 600000 400000 7\n"			/* a copy on write */
		"16 9 b 600000 600000 1\n"
		"17 9 F 600000 400000 6\n"			/* given back */
		"18 9 a 400000 1000 4 0 1\n"
		"19 9 u 1 1000 ffffffffffffffea 1\n"
		"20 9 u 400000 2000 0 1\n"
		"21 9 E 9\n"
		"22 8 p 400000 1000 1 0 1\n"
		"22 8 V 400000 1000 0 r--p 12 /bin/prog\n"
		"30 8 E 7\n"
		"1000000031 7 E 7\n");
	struct trace_info i;
	struct bench_error err;

	cr_assert_eq(trace_info(&i, t, &err), 0);
	cr_expect_eq(i.duration_ns, 1000000031);
	cr_expect_eq(i.faults, 9);
	cr_expect_eq(i.nr_op[TRACE_KFAULT], 1);
	cr_expect_eq(i.at[PLACE_FILE], 1);
	cr_expect_eq(i.at[PLACE_STACK], 1);
	cr_expect_eq(i.at[PLACE_ANON], 2);
	cr_expect_eq(i.at[PLACE_SHARED], 3);
	cr_expect_eq(i.at[PLACE_SPECIAL], 0);
	cr_expect_eq(i.at[PLACE_NONE], 2);
	cr_expect_eq(i.cow, 1);
	cr_expect_eq(i.written, 6);
	cr_expect_eq(i.fetched, 1);
	cr_expect_eq(i.failed, 1);
	/* brk up, mmap, mremap, the child's brk down and munmap, mprotect */
	cr_expect_eq(i.changes, 6);
	cr_expect_float_eq(trace_info_per_change(&i), 1.5, 1e-9);
	cr_expect_eq(i.processes, 2);
	cr_expect_eq(i.threads, 3);
	cr_expect_eq(i.peak_threads, 2);
	cr_expect_eq(i.peak_processes, 2);
	cr_expect_eq(i.peak_vmas, 5);	/* in the end the code is two mappings */
	cr_expect_eq(t->sampled_vmas, 9);
	cr_expect_eq(t->nr_missing, 1);
	cr_expect_str_eq(t->missing[0], "nothing much");
	trace_free(t);
}

/* The recorder of these traces also counted by other means, in the kernel. */
Test(trace_info, as_recorded)
{
	static const struct {
		const char *name;
		u64 user, kernel, changes;
		u32 threads, vmas, processes;
	} known[] = {
		{ "java", 87630, 4, 1525, 24, 224, 1 },
		{ "node", 112452, 3, 3968, 7, 477, 1 },
		{ "python", 109784, 45, 517, 5, 73, 1 },
		{ "sort", 100198, 46161, 43, 2, 40, 1 },
		{ "sqlite", 42732, 12, 952, 1, 58, 2 },
	};
	struct bench_error err;

#ifndef HAVE_LIBZSTD
	cr_skip_test("no libzstd: the traces cannot be read");
#endif
	for (size_t n = 0; n < ARRAY_SIZE(known); n++) {
		char *path = test_shipped(known[n].name);
		struct trace *t;
		struct trace_info i;

		cr_assert_eq(trace_read(&t, path, &err), 0, "%s", err.line);
		cr_assert_eq(trace_info(&i, t, &err), 0);
		cr_expect_eq(i.nr_op[TRACE_FAULT], known[n].user, "%s", path);
		cr_expect_eq(i.nr_op[TRACE_KFAULT], known[n].kernel, "%s", path);
		cr_expect_eq(i.changes, known[n].changes, "%s: %llu", path, (unsigned long long)i.changes);
		cr_expect_eq(i.processes, known[n].processes, "%s: %u", path, i.processes);
		cr_expect_eq(t->sampled_vmas, known[n].vmas, "%s", path);
		/* /proc/PID/maps, which was sampled, also lists [vsyscall]. */
		cr_expect_eq(i.peak_vmas + 1, known[n].vmas, "%s: %u", path, i.peak_vmas);
		if (known[n].processes == 1)
			cr_expect_eq(i.peak_threads, known[n].threads, "%s: %u", path, i.peak_threads);
		trace_free(t);
		free(path);
	}
}
