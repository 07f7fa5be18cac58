// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Any bytes as the JSON of a sweep, as merge and --resume read it: refused in one line, or shown in every format and read again the same.
 */
#define _GNU_SOURCE
#include "bench/sweep/sweep.h"
#include "tests/support/check.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int read_bytes(struct sweep **s, const void *data, size_t size, struct bench_error *err)
{
	int fd = memfd_create("sweep", 0), ret;
	char path[64];

	check(fd >= 0 && write(fd, data, size) == (ssize_t)size, "no file in memory");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = sweep_read(s, path, err);
	close(fd);
	return ret;
}

static void check_line(const char *line)
{
	check(*line, "refused without a word");
	for (; *line; line++)
		check((unsigned char)*line >= ' ', "a control character in a line for the terminal");
}

/* @return what is written, for free() */
static char *render(struct sweep *s, enum output_format format, size_t *size)
{
	static char name[] = "fuzz", *argv[] = { name, NULL };
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	check(out, "no memory");
	s->argc = 1;
	s->argv = argv;
	check(!sweep_render(s, format, out), "not written");
	fclose(out);
	return text;
}

static void show(struct sweep *s)
{
	static const enum output_format formats[] = { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_MARKDOWN };
	struct bench_error err = { "" };
	struct sweep *again = NULL;
	size_t size, size_again;
	char *text, *text_again;

	for (unsigned int i = 0; i < ARRAY_SIZE(formats); i++) {
		text = render(s, formats[i], &size);
		for (size_t at = 0; at < size; at++)
			check((unsigned char)text[at] >= ' ' || text[at] == '\n', "a control character in what is shown");
		free(text);
	}
	text = render(s, OUTPUT_JSON, &size);
	check(read_bytes(&again, text, size, &err) >= 0, "its own JSON is refused: %s", err.line);
	text_again = render(again, OUTPUT_JSON, &size_again);
	check(size == size_again && !memcmp(text, text_again, size), "read again it is another");
	sweep_free(again);
	free(text_again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench_error err = { "" };
	struct sweep *s = NULL;

	if (read_bytes(&s, data, size, &err) < 0) {
		check(!s, "refused, and something is left");
		check_line(err.line);
		return 0;
	}
	show(s);
	/* Read it again into the same sweep: its cells are duplicates now, or there are none. */
	if (sweep_nr_done(s)) {
		check(read_bytes(&s, data, size, &err) < 0, "a cell twice");
		check_line(err.line);
	}
	sweep_free(s);
	return 0;
}
