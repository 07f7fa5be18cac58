/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The recorder's records become lines: pairs of calls, threads that end in odd ways, what is lost, what must be guessed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "bench/lib/ranges.h"
#include "bench/record/convert.h"
#include "bench/record/decode.h"
#include "tests/bench/bench_test.h"

static char *const command[] = { (char *)"prog", (char *)"with\nargs", NULL };

/* Convert; the lines after the head.  The whole must be what the reader takes. */
static char *convert(const struct record *r, size_t nr, bool err_known, struct convert_result *result)
{
	const struct convert_head head = { .name = "prog", .command = command, .err_known = err_known,
					   .lost = 3 };
	struct bench_error err;
	struct trace *t = NULL;
	char *text = NULL, *path, *body;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct convert *c = convert_begin(&head, out);

	for (size_t i = 0; i < nr; i++)
		cr_assert_eq(convert_record(c, &r[i]), 0);
	cr_assert_eq(convert_end(c, result), 0);
	fclose(out);
	path = test_file(text, size, ".trace");
	cr_expect_eq(trace_read(&t, path, &err), 0, "%s\n%s", err.line, text);
	if (t)
		cr_expect_eq(t->lost, 3);
	trace_free(t);
	test_file_drop(path);
	cr_expect(strstr(text, "# cmd prog with?args\n"), "%s", text);
	body = strdup(strstr(text, "0 7 X"));
	free(text);
	return body;
}

#define EXEC(t, p, n)	{ .time = (t), .pid = (p), .tid = (p), .kind = RECORD_EXEC, .name = (n) }
#define FORK(t, id, p, c, cp) \
	{ .time = (t), .pid = (p), .tid = (id), .kind = RECORD_FORK, .child = { (c), (cp) } }
#define EXIT(t, id, p)	{ .time = (t), .pid = (p), .tid = (id), .kind = RECORD_EXIT }
#define ENTER(t, id, n, ...) \
	{ .time = (t), .pid = 7, .tid = (id), .kind = RECORD_ENTER, .call = { (n), { __VA_ARGS__ }, 0 } }
#define LEAVE(t, id, n, r) \
	{ .time = (t), .pid = 7, .tid = (id), .kind = RECORD_LEAVE, .call = { (n), { 0 }, (r) } }
#define FAULT(t, id, a, i, e, known) \
	{ .time = (t), .pid = 7, .tid = (id), .kind = RECORD_FAULT, .fault = { (a), (i), (e), (known) } }
#define VMA(t, p, s, l, rights, n) \
	{ .time = (t), .pid = (p), .tid = (p), .kind = RECORD_VMA, \
	  .vma = { (s), (l), 0, 0, (rights), MAP_PRIVATE, (n) } }

Test(record, calls_stand_at_their_entry_with_their_result)
{
	const struct record r[] = {
		ENTER(90, 7, SYS_munmap, 0x1000, 0x1000),	/* before the program: left out */
		EXEC(100, 7, "prog"),
		FORK(101, 7, 7, 8, 7),
		ENTER(102, 7, SYS_mmap, 0, 0x2000, 3, 0x22, ~0ULL, 0),
		FAULT(103, 8, 0x5000, 0x400000, 4, true),
		ENTER(104, 8, SYS_munmap, 0x5000, 0x1000),
		LEAVE(105, 7, SYS_mmap, 0x7f0000000000),
		LEAVE(106, 8, SYS_munmap, 0),
		ENTER(107, 8, SYS_brk, 0),
		LEAVE(107, 8, SYS_getpid, 7),
		EXIT(108, 8, 7),
		ENTER(109, 7, SYS_getpid, 0),			/* none of ours */
		EXIT(110, 7, 7),
	};
	struct convert_result result;
	char *lines = convert(r, ARRAY_SIZE(r), true, &result);

	cr_expect_str_eq(lines,
		"0 7 X prog\n"
		"1 7 C 8 7\n"
		"2 7 m 0 2000 3 22 ffffffff 0 7f0000000000 3\n"
		"3 8 F 5000 400000 4\n"
		"4 8 u 5000 1000 0 2\n"
		"7 8 b 0 7 0\n"
		"8 8 E 7\n"
		"10 7 E 7\n");
	cr_expect_eq(result.processes, 1);
	cr_expect_eq(result.alive, 0);
	free(lines);
}

Test(record, threads_that_end_in_odd_ways)
{
	const struct record r[] = {
		EXEC(100, 7, "prog"),
		FORK(101, 7, 7, 8, 7),
		FORK(102, 7, 7, 9, 9),
		ENTER(103, 8, SYS_madvise, 0x1000, 0x1000, 4),
		EXIT(104, 7, 7),
		{ .time = 105, .pid = 7, .tid = 7, .kind = RECORD_EXEC, .name = "again" },	/* by 8 */
		FAULT(106, 33, 0x1000, 0, 4, true),		/* nothing made it */
		FORK(107, 9, 9, 10, 10),
		FORK(108, 9, 9, 10, 10),			/* its end was lost */
		{ .time = 109, .kind = RECORD_LOST, .lost = 2 },
	};
	struct convert_result result;
	char *lines = convert(r, ARRAY_SIZE(r), true, &result);

	cr_expect_str_eq(lines,
		"0 7 X prog\n"
		"1 7 C 8 7\n"
		"2 7 C 9 9\n"
		"3 8 a 1000 1000 4 - -\n"
		"4 7 E 7\n"
		"5 8 C 7 7\n"
		"5 8 E 7\n"
		"5 7 X again\n"
		"7 9 C 10 10\n"
		"8 10 E 10\n"
		"8 9 C 10 10\n"
		"8 7 E 7\n"
		"8 9 E 9\n"
		"8 10 E 10\n"
		"# missing events of threads whose beginning was lost 1\n");
	cr_expect_eq(result.left_out.nr[LEFT_OUT_STRANGER], 1);
	cr_expect_eq(result.alive, 3);
	free(lines);
}

Test(record, what_the_kernel_does_not_say_is_guessed)
{
	const struct record r[] = {
		EXEC(100, 7, "prog"),
		VMA(101, 7, 0x400000, 0x4000, PROT_READ | PROT_WRITE, "//anon"),
		VMA(102, 7, 0x401000, 0x1000, PROT_READ, "//anon"),
		FAULT(103, 7, 0x400008, 0x10, 0, false),
		FAULT(104, 7, 0x401008, 0x10, 0, false),
		FAULT(105, 7, 0x402008, 0x10, 0, false),
		FAULT(106, 7, 0x403008, 0x403008, 0, false),
		FORK(107, 7, 7, 9, 9),
		FAULT(108, 9, 0x400008, 0x10, 0, false),
		EXEC(109, 9, "new"),
		FAULT(110, 9, 0x400008, 0x10, 0, false),
		FAULT(111, 7, ~0ULL << 12, 0x10, 0, false),	/* the kernel's half */
	};
	struct convert_result result;
	char *lines = convert(r, ARRAY_SIZE(r), false, &result);

	cr_expect_str_eq(lines,
		"0 7 X prog\n"
		"1 7 V 400000 4000 0 rw-p 0 //anon\n"
		"2 7 V 401000 1000 0 r--p 0 //anon\n"
		"3 7 F 400008 10 6\n"
		"4 7 F 401008 10 4\n"
		"5 7 F 402008 10 6\n"
		"6 7 F 403008 403008 14\n"
		"7 7 C 9 9\n"
		"8 9 F 400008 10 6\n"
		"9 9 X new\n"
		"10 9 F 400008 10 4\n"
		"11 7 E 7\n"
		"11 9 E 9\n"
		"# missing events at the kernel's addresses 1\n");
	free(lines);
}

Test(record, a_32_bit_program_has_no_calls)
{
	const struct record r[] = {
		EXEC(100, 7, "prog"),
		VMA(101, 7, 0xffe00000, 0x21000, PROT_READ | PROT_WRITE, "[stack]"),
		ENTER(102, 7, SYS_mmap, 0x1000, 0x1000, 0, 0, 0, 0),
		LEAVE(103, 7, SYS_mmap, 0),
		EXEC(104, 7, "other"),
		ENTER(105, 7, SYS_munmap, 0x1000, 0x1000),
		LEAVE(106, 7, SYS_munmap, 0),
	};
	struct convert_result result;
	char *lines = convert(r, ARRAY_SIZE(r), true, &result);

	cr_expect_eq(result.left_out.nr[LEFT_OUT_COMPAT], 1);
	cr_expect_str_eq(lines,
		"0 7 X prog\n"
		"1 7 V ffe00000 21000 0 rw-p 0 [stack]\n"
		"4 7 X other\n"
		"5 7 u 1000 1000 0 1\n"
		"6 7 E 7\n"
		"# missing calls of 32-bit programs 1\n");
	free(lines);
}

/* Each thing that a trace has no line or no place for is counted by its name, and the file says so. */
Test(record, what_is_left_out_is_named)
{
	const struct record r[] = {
		EXEC(100, 7, "prog"),
		ENTER(101, 7, SYS_mlock, 0x1000, 0x1000),
		LEAVE(101, 7, SYS_mlock, 0),
		ENTER(102, 7, SYS_mlock, 0x1000, 0x1000),
		LEAVE(102, 7, SYS_mlock, 0),
		ENTER(103, 7, SYS_prctl, PR_SET_NAME, 0x1000),	/* leaves address spaces as they are */
		LEAVE(103, 7, SYS_prctl, 0),
		ENTER(104, 7, SYS_prctl, 0x53564d41, 0, 0x1000),	/* names a mapping, which then merges with no other */
		LEAVE(104, 7, SYS_prctl, 0),
		ENTER(105, 7, SYS_munmap, 0x1000, 0x1000),	/* its return is lost */
		ENTER(106, 7, SYS_shmat, 1),
		LEAVE(107, 7, SYS_shmat, 0x5000),
		{ .time = 108, .pid = 7, .tid = 7, .kind = RECORD_VMA,
		  .vma = { 0x5000, 0x1000, 0, 0, PROT_READ, MAP_SHARED | MAP_LOCKED | MAP_HUGETLB, "/dev/zero" } },
		{ .time = 108, .pid = 7, .tid = 7, .kind = RECORD_VMA,
		  .vma = { 0x7000, 0x1000, 0, 0, PROT_READ, MAP_PRIVATE | MAP_SYNC, "/dev/zero" } },
		VMA(109, 7, 0xffffffff81000000, 0x1000, PROT_READ, "kernel"),
		FAULT(110, 7, 0xffffffffff600000, 0x400000, 4, true),
		FAULT(111, 33, 0x1000, 0, 4, true),
		{ .time = 112, .kind = RECORD_UNKNOWN },
		{ .time = 113, .kind = RECORD_NOTHING },
		EXIT(114, 7, 7),
	};
	struct convert_result result;
	char *lines = convert(r, ARRAY_SIZE(r), true, &result);

	cr_expect_str_eq(lines,
		"0 7 X prog\n"
		"5 7 u 1000 1000 - -\n"
		"8 7 V 5000 1000 0 r--s 0 /dev/zero\n"
		"8 7 V 7000 1000 0 r--p 0 /dev/zero\n"
		"14 7 E 7\n"
		"# missing shmat 1, mlock 2, prctl 1, events of threads whose beginning was lost 1\n"
		"# missing events at the kernel's addresses 2, records of an unknown kind 1\n"
		"# missing MAP_LOCKED of mappings 1, MAP_HUGETLB of mappings 1, other flags of mappings 1\n", "%s", lines);
	free(lines);
}

Test(record, each_known_call_has_a_number_and_a_name_of_its_own)
{
	for (unsigned int i = 0; i < NR_KNOWN_CALLS; i++) {
		cr_assert(known_calls[i].name);
		for (unsigned int k = 0; k < i; k++)
			cr_expect(known_calls[i].nr_x86 != known_calls[k].nr_x86 && strcmp(known_calls[i].name, known_calls[k].name));
		if (known_calls[i].nr != KNOWN_CALL_NONE)
			cr_expect_eq(known_call(known_calls[i].nr), &known_calls[i]);
		cr_expect_eq(known_call_x86(known_calls[i].nr_x86), &known_calls[i]);
#ifdef __x86_64__
		cr_expect_eq(known_calls[i].nr, known_calls[i].nr_x86, "%s", known_calls[i].name);
#endif
	}
	cr_expect_eq(known_call(SYS_getpid), NULL);
	cr_expect_eq(known_call(KNOWN_CALL_NONE), NULL);
}

Test(record, many_lines_wait_for_one_call)
{
	enum { N = 5000 };
	struct record *r = calloc(N + 3, sizeof(*r));
	struct record enter = ENTER(101, 7, SYS_munmap, 0x1000, 0x1000);
	struct record leave = LEAVE(200 + N, 7, SYS_munmap, 0);
	struct record exec = EXEC(100, 7, "prog");
	struct record fork = FORK(100, 7, 7, 8, 7);
	struct convert_result result;
	const char *at;
	char *lines;

	r[0] = exec;
	r[1] = fork;
	r[2] = enter;
	for (unsigned int i = 0; i < N - 1; i++) {
		struct record fault = FAULT(110 + i, 8, 0x1000ULL * i, 0, 4, true);

		r[3 + i] = fault;
	}
	r[N + 2] = leave;
	lines = convert(r, N + 3, true, &result);
	at = strstr(lines, " u 1000 1000 0 5099\n");
	cr_assert(at && at < strstr(lines, " F "), "the call comes first, with its result");
	cr_expect_eq(result.nr_op[TRACE_FAULT], N - 1);
	free(lines);
	free(r);
}

Test(record, raw_records)
{
	const struct record_layout layout = {
		.tracepoints = true, .fault_user = 190, .fault_kernel = 189, .enter = 443, .leave = 442,
		.addr = 8, .ip = 16, .err = 24, .enter_nr = 8, .enter_args = 16, .leave_nr = 8,
		.leave_ret = 16,
	};
	struct {
		struct perf_event_header header;
		u32 pid, tid;
		u64 time;
		u32 size;
		char raw[36];
	} sample = {
		.header = { .type = PERF_RECORD_SAMPLE, .size = sizeof(sample) },
		.pid = 7, .tid = 8, .time = 1000, .size = sizeof(sample.raw),
	};
	struct {
		struct perf_event_header header;
		u64 id, lost;
		u32 pid, tid;
		u64 time;
	} lost = { { .type = PERF_RECORD_LOST, .size = sizeof(lost) }, 1, 42, 7, 8, 2000 };
	const u64 value[3] = { 0x7f0000001000, 0x400000, 6 };
	u16 id = 190;
	struct record r;

	memcpy(sample.raw, &id, sizeof(id));
	memcpy(sample.raw + 8, value, sizeof(value));
	decode(&layout, &sample.header, &r);
	cr_expect(r.kind == RECORD_FAULT && r.tid == 8 && r.time == 1000);
	cr_expect(r.fault.addr == value[0] && r.fault.ip == value[1] && r.fault.err == 6);
	sample.header.size -= 8;	/* shorter than its size says */
	decode(&layout, &sample.header, &r);
	cr_expect_eq(r.kind, RECORD_UNKNOWN);
	sample.size -= 8;		/* no error code */
	decode(&layout, &sample.header, &r);
	cr_expect_eq(r.kind, RECORD_UNKNOWN);

	decode(&layout, &lost.header, &r);
	cr_expect(r.kind == RECORD_LOST && r.lost == 42 && r.time == 2000);
	lost.header.type = 60;		/* of a later kernel */
	decode(&layout, &lost.header, &r);
	cr_expect_eq(r.kind, RECORD_UNKNOWN);
	lost.header.type = PERF_RECORD_UNTHROTTLE;
	decode(&layout, &lost.header, &r);
	cr_expect_eq(r.kind, RECORD_NOTHING);
}

/* Against a plain array of pages. */
Test(record, ranges)
{
	enum { PAGES = 64 };
	struct ranges ranges = { NULL, 0, 0 }, copy = { NULL, 0, 0 };
	u32 value[PAGES] = { 0 };	/* 0: a hole */
	u64 seed = 1;

	for (u32 step = 1; step < 2000; step++) {
		u32 from, to, now;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		from = (seed >> 33) % PAGES;
		to = from + 1 + (seed >> 40) % (PAGES - from);
		now = seed >> 62 ? step : 0;
		cr_assert_eq(now ? ranges_set(&ranges, from * PAGE_SIZE, to * PAGE_SIZE, now) :
			     ranges_clear(&ranges, from * PAGE_SIZE, to * PAGE_SIZE), 0);
		for (u32 i = from; i < to; i++)
			value[i] = now;
		for (u32 i = 0; i < PAGES; i++) {
			const struct range *r = ranges_at(&ranges, i * PAGE_SIZE + 5);

			cr_assert_eq(r ? r->value : 0, value[i], "step %u, page %u", step, i);
		}
	}
	cr_assert_eq(ranges_copy(&copy, &ranges), 0);
	cr_assert_eq(copy.nr, ranges.nr);
	ranges_exit(&ranges);
	for (u32 i = 0; i < PAGES; i++) {
		const struct range *r = ranges_at(&copy, i * PAGE_SIZE);

		cr_expect_eq(r ? r->value : 0, value[i]);
	}
	ranges_exit(&copy);
}

/*
 * Whatever a record says that it is, nothing behind its end is read: there a page may not be touched.
 * The kernel writes records of whole words.
 */
Test(decode, no_record_is_read_beyond_its_size)
{
	static const u32 types[] = {
		PERF_RECORD_SAMPLE, PERF_RECORD_MMAP2, PERF_RECORD_COMM, PERF_RECORD_FORK, PERF_RECORD_EXIT,
		PERF_RECORD_LOST, PERF_RECORD_THROTTLE, RECORD_OWN_ENTER, RECORD_OWN_LEAVE, 99,
	};
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int taken = 0;

	cr_assert(page != MAP_FAILED && !mprotect(page + 4096, 4096, PROT_NONE));
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		for (unsigned int size = sizeof(struct perf_event_header); size <= 200; size += 8) {
			for (unsigned int fill = 0; fill < 512; fill += 17) {
				struct record_layout layout = {
					.tracepoints = fill & 1, .fault_user = 0x1111, .enter = 0x2222, .leave = 0,
					.addr = 8, .ip = 16, .err = 24, .enter_nr = 8, .enter_args = 16, .leave_nr = 8, .leave_ret = 16,
				};
				struct perf_event_header *raw = (void *)(page + 4096 - size);
				struct record r;

				memset(raw, fill & 0xff, size);
				raw->type = types[t];
				raw->size = (u16)size;
				decode_time(&layout, raw);
				decode(&layout, raw, &r);
				if (r.kind != RECORD_UNKNOWN) {
					taken++;
					if (r.kind == RECORD_NAME || r.kind == RECORD_EXEC)
						cr_assert_lt(strlen(r.name), size);
					if (r.kind == RECORD_VMA)
						cr_assert_lt(strlen(r.vma.name), size);
				}
			}
		}
	}
	cr_assert(taken, "nothing was taken for a record");
	munmap(page, 8192);
}
