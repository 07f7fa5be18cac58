/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The reader refuses what is damaged, in one line that says where, and takes what is whole.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#ifdef HAVE_LIBZSTD
#include <zstd.h>
#endif

#include "tests/bench/bench_test.h"

#define HEAD "# pftrace 1\n# name t\n# lost 0\n0 7 X prog\n"
#define TAIL "9 7 E 7\n"

/* One that has every kind of line. */
static const char whole[] =
	HEAD
	"1 7 V 400000 2000 0 r-xp 12 /bin/prog\n"
	"2 7 F 400000 400000 14\n"
	"2 7 K 400010 0\n"
	"2 7 N a name of words\n"
	"3 7 m 0 3000 3 22 ffffffff 0 7f0000000000 5\n"
	"3 7 V 7f0000000000 3000 7f0000000000 rw-p 0 //anon\n"
	"4 7 C 8 7\n"
	"4 8 p 7f0000000000 1000 1 0 1\n"
	"5 8 a 7f0000001000 1000 4 0 1\n"
	"5 7 b 0 600000 1\n"
	"6 7 r 7f0000002000 1000 2000 1 0 7f0000010000 1\n"
	"7 8 u 7f0000000000 1000 0 1\n"
	"8 8 E 7\n"
	"8 7 u 7f0000001000 1000 - -\n"
	TAIL;

/* Reads the bytes; where they are refused, the line must be one, and name the file. */
static int read_bytes(const void *bytes, size_t n, const char *suffix, char *said, size_t size)
{
	char *path = test_file(bytes, n, suffix);
	struct trace *t = NULL;
	struct bench_error err = { "" };
	int ret = trace_read(&t, path, &err);

	if (ret) {
		cr_assert(strstr(err.line, path), "the line does not name the file: %s", err.line);
		cr_assert(!strchr(err.line, '\n'), "more than one line: %s", err.line);
		cr_assert_eq(ret, -1);
	} else {
		struct plan *plan = NULL;

		/* The analysis must either handle or refuse what the reader accepts. */
		if (plan_build(&plan, t, false, &err))
			cr_assert(strstr(err.line, path), "%s", err.line);
		plan_free(plan);
	}
	if (said)
		snprintf(said, size, "%s", ret ? strstr(err.line, path) + strlen(path) : "");
	trace_free(t);
	test_file_drop(path);
	return ret;
}

Test(trace, whole_one_is_read)
{
	struct trace *t = test_trace(whole);

	cr_assert_eq(t->nr_events, 16);
	cr_assert_eq(t->nr_threads, 2);
	cr_assert_str_eq(t->name, "t");
	cr_assert_eq(t->event[1].prot, 5);
	cr_assert_eq(t->event[1].inode, 12);
	cr_assert_eq(t->event[5].len, 0x3000);
	cr_assert_eq(t->event[5].ret, 0x7f0000000000);
	cr_assert_eq(t->event[5].dt, 5);
	cr_assert_eq(t->event[11].new_len, 0x2000);
	cr_assert_eq(t->event[14].dt, TRACE_NEVER);
	cr_assert_eq(t->event[14].line, 18);
	trace_free(t);
}

Test(trace, cut_at_any_byte_is_refused)
{
	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		cr_assert_eq(read_bytes(whole, n, ".trace", NULL, 0), -1, "cut at %zu was read", n);
	cr_assert_eq(read_bytes(whole, sizeof(whole) - 1, ".trace", NULL, 0), 0);
}

Test(trace, any_flipped_bit_is_read_or_refused)
{
	char bytes[sizeof(whole) - 1];
	int refused = 0;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bytes, whole, sizeof(bytes));
			bytes[i] = (char)(bytes[i] ^ 1 << bit);
			refused += read_bytes(bytes, sizeof(bytes), ".trace", NULL, 0) != 0;
		}
	}
	/* Most are refused; a digit may become another digit. */
	cr_assert_gt(refused, (int)sizeof(bytes) * 4);
}

struct bad {
	const char *text, *says;
};

static const struct bad bad[] = {
	{ "", ": is empty" },
	{ "# pftrace 2\n0 7 X a\n", ":1: does not begin with" },
	{ "# pftrace 1\n", ":1: holds no event" },
	{ HEAD "1 7 Q 1 2\n" TAIL, ":5: no such OP" },
	{ HEAD "1 7\n" TAIL, ":5: OP is missing" },
	{ HEAD "1\n" TAIL, ":5: TID is missing" },
	{ HEAD "1 9 F 1 2 3\n" TAIL, ":5: TID is not a living thread" },
	{ HEAD "1 7 F 1 2\n" TAIL, ":5: ERR is missing" },
	{ HEAD "1 7 F 1 2 3 4\n" TAIL, ":5: more fields than OP has" },
	{ HEAD "1 7 F  2 3\n" TAIL, ":5: ADDR is empty" },
	{ HEAD "1 7 F x 2 3\n" TAIL, ":5: ADDR is not a hexadecimal number" },
	{ HEAD "1 7 F -1 2 3\n" TAIL, ":5: ADDR is not a hexadecimal number" },
	{ HEAD "1 7 F 10000000000000000 2 3\n" TAIL, ":5: ADDR is too large" },
	{ HEAD "1 7 u 1000 fffffffffffffffff 0 1\n" TAIL, ":5: LEN is too large" },
	{ HEAD "99999999999999999999 7 F 1 2 3\n" TAIL, ":5: TIME is too large" },
	{ HEAD "1 99999999 F 1 2 3\n" TAIL, ":5: TID is too large" },
	{ HEAD "1 7 m 0 1000 3 122222222 0 0 1 1\n" TAIL, ":5: FLAGS is too large" },
	{ HEAD "1 7 u 1000 1000 0 99999999999999999999\n" TAIL, ":5: DT is too large" },
	{ HEAD "1 7 u 1000 1000 -\n" TAIL, ":5: RET is not a hexadecimal number" },
	{ HEAD "5 7 F 1 2 3\n4 7 F 1 2 3\n" TAIL, ":6: TIME is earlier" },
	{ HEAD "1 7 C 7 7\n" TAIL, ":5: CHILDTID is a thread that lives already" },
	{ HEAD "1 7 C 8 6\n" TAIL, ":5: CHILDPID is neither" },
	{ HEAD "1 7 E 8\n", ":5: PID is not the thread's process" },
	{ HEAD TAIL "9 7 F 1 2 3\n", ":6: TID is not a living thread" },
	{ HEAD "1 7 C 8 7\n" TAIL, ":6: the file ends before thread 8 does" },
	{ HEAD "1 7 V 400001 1000 0 r-xp 1 /a\n" TAIL, ":5: the mapping is not made of whole pages" },
	{ HEAD "1 7 V 400000 0 0 r-xp 1 /a\n" TAIL, ":5: LEN is not the length of a mapping" },
	{ HEAD "1 7 V 400000 fffffffffffff000 0 r-xp 1 /a\n" TAIL, ":5: LEN is not the length of a mapping" },
	{ HEAD "1 7 V 400000 1000 0 r-xq 1 /a\n" TAIL, ":5: PROT is not like rwxp" },
	{ HEAD "1 7 V 400000 1000 0 r-xp 1\n" TAIL, ":5: NAME is missing" },
	{ HEAD "1 7 F 1 2 3\r\n" TAIL, ":5: ERR is not a hexadecimal number" },
	{ "# pftrace 1\n# lost many\n0 7 X a\n" TAIL, ":2: lost is not a decimal number" },
	{ "# pftrace 1\n# zero-page maybe\n0 7 X a\n" TAIL, ":2: zero-page is neither yes nor no" },
};

Test(trace, each_damage_is_named_with_its_line)
{
	char said[512];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cr_assert_eq(read_bytes(bad[i].text, strlen(bad[i].text), ".trace", said,
					sizeof(said)), -1, "was read: %s", bad[i].text);
		cr_assert(!strncmp(said, bad[i].says, strlen(bad[i].says)), "wanted %s, got %s",
			  bad[i].says, said);
	}
}

Test(trace, a_line_without_end_takes_no_memory)
{
	size_t n = 32UL << 20;
	char *bytes = malloc(n), said[512];

	memset(bytes, 'f', n);
	memcpy(bytes, HEAD "1 7 F ", sizeof(HEAD) + 5);
	cr_assert_eq(read_bytes(bytes, n, ".trace", said, sizeof(said)), -1);
	cr_assert(!strncmp(said, ":5: the line is longer", 22), "%s", said);
	free(bytes);
}

Test(trace, nul_bytes_are_refused)
{
	static const char bytes[] = HEAD "1 7 N a\0b\n" TAIL;
	char said[512];

	cr_assert_eq(read_bytes(bytes, sizeof(bytes) - 1, ".trace", said, sizeof(said)), -1);
	cr_assert_str_eq(said, ":5: holds a NUL byte");
}

Test(trace, more_threads_at_once_than_a_process_may_have_are_refused)
{
	size_t size;
	char *text, said[512];
	FILE *out = open_memstream(&text, &size);

	fputs(HEAD, out);
	for (int i = 0; i < TRACE_MAX_ALIVE; i++)	/* with the first one too many */
		fprintf(out, "1 7 C %d 7\n", 100 + i);
	fclose(out);
	cr_assert_eq(read_bytes(text, size, ".trace", said, sizeof(said)), -1);
	cr_assert(strstr(said, "more threads at once than"), "%s", said);
	free(text);
}

/* --- what the load analysis refuses ------------------------------------------------------- */

static void refused_by_analysis(const char *text, const char *says)
{
	struct trace *t = test_trace(text);
	struct bench_error err;
	struct plan *plan;

	cr_assert_eq(plan_build(&plan, t, false, &err), -1, "was taken: %s", text);
	cr_assert(strstr(err.line, says), "wanted %s, got %s", says, err.line);
	trace_free(t);
}

Test(analysis, unmapping_again_is_fine)
{
	test_plan_free(test_plan(HEAD "1 7 m 0 2000 3 22 ffffffff 0 10000 1\n"
				 "3 7 u 10000 2000 0 1\n5 7 u 11000 1000 0 1\n" TAIL));
}

Test(analysis, a_trace_without_exec_is_refused)
{
	refused_by_analysis("# pftrace 1\n0 7 N a\n" TAIL, "no process calls exec");
}

/* --- compressed ----------------------------------------------------------------------------- */

#ifdef HAVE_LIBZSTD

static char *compress(const char *text, size_t n, size_t *size)
{
	size_t room = ZSTD_compressBound(n);
	char *bytes = malloc(room);
	ZSTD_CCtx *z = ZSTD_createCCtx();

	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);	/* as the zstd command does */
	*size = ZSTD_compress2(z, bytes, room, text, n);
	cr_assert(!ZSTD_isError(*size));
	ZSTD_freeCCtx(z);
	return bytes;
}

Test(zstd, cut_at_any_byte_is_refused)
{
	size_t size;
	char *bytes = compress(whole, sizeof(whole) - 1, &size);

	for (size_t n = 0; n < size; n++)
		cr_assert_eq(read_bytes(bytes, n, ".trace.zst", NULL, 0), -1, "cut at %zu was read", n);
	cr_assert_eq(read_bytes(bytes, size, ".trace.zst", NULL, 0), 0);
	/* Compression is recognised by content, not by name. */
	cr_assert_eq(read_bytes(bytes, size, ".trace", NULL, 0), 0);
	free(bytes);
}

Test(zstd, any_flipped_bit_is_read_or_refused)
{
	size_t size;
	char *bytes = compress(whole, sizeof(whole) - 1, &size);
	int refused = 0;

	for (size_t i = 0; i < size * 8; i++) {
		bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
		refused += read_bytes(bytes, size, ".trace.zst", NULL, 0) != 0;
		bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
	}
	cr_assert_gt(refused, (int)size * 7);	/* a few bits mean nothing */
	free(bytes);
}

/* Shipped traces too: cut and flipped at many places. */
Test(zstd, a_shipped_trace_cut_anywhere_is_refused)
{
	char *path = test_shipped("sqlite");
	FILE *in = fopen(path, "rb");
	static char bytes[1 << 20];
	size_t size;

	cr_assert(in, "%s", path);
	size = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	for (size_t i = 0; i < 40; i++) {
		size_t at = size * i / 40 + i;

		cr_assert_eq(read_bytes(bytes, at, ".trace.zst", NULL, 0), -1);
		bytes[at] = (char)(bytes[at] ^ 0x10);
		cr_assert_eq(read_bytes(bytes, size, ".trace.zst", NULL, 0), -1);
		bytes[at] = (char)(bytes[at] ^ 0x10);
	}
	free(path);
}

Test(zstd, a_bomb_is_refused)
{
	size_t n = 256UL << 20, size;
	char *text = malloc(n), *bytes, said[512];
	size_t at = sizeof(HEAD) - 1;

	memcpy(text, HEAD, at);
	for (; at + 12 < n; at += 12)
		memcpy(text + at, "1 7 F 1 1 4\n", 12);
	bytes = compress(text, at, &size);
	free(text);
	cr_assert_eq(read_bytes(bytes, size, ".trace.zst", said, sizeof(said)), -1);
	cr_assert(strstr(said, "expands more than"), "%s", said);
	free(bytes);
}

Test(zstd, a_plain_file_of_that_name_is_refused)
{
	char said[512];

	cr_assert_eq(read_bytes(whole, sizeof(whole) - 1, ".trace.zst", said, sizeof(said)), -1);
	cr_assert(strstr(said, "does not begin like a zstd file"), "%s", said);
}

#else

Test(zstd, without_the_library_it_says_so)
{
	static const char magic[] = "\x28\xb5\x2f\xfd rest";
	char said[512];

	cr_assert_eq(read_bytes(magic, sizeof(magic) - 1, ".trace.zst", said, sizeof(said)), -1);
	cr_assert(strstr(said, "zstd -d"), "%s", said);
}

#endif
