/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Streams of raw records in files without a name.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/record/decode.h"
#include "bench/record/spool.h"

/* The size of a record is 16 bits wide. */
#define MAX_RECORD 65536

struct spool {
	FILE *file;
	bool reading, ended;
	bool loaded;		/* record holds one that was not handed out yet */
	u64 time;		/* its time */
	union {
		struct perf_event_header header;
		char bytes[MAX_RECORD];
	} record;
};

static int fail(struct bench_error *err, const char *doing)
{
	return bench_fail(err, "record: %s a temporary file: %s", doing, strerror(errno));
}

int spool_create(struct spool **out, const char *beside, struct bench_error *err)
{
	const char *slash = strrchr(beside, '/');
	int dir = slash ? (int)(slash - beside) + 1 : 0, fd;
	struct spool *s = calloc(1, sizeof(*s));
	char *path = NULL;

	if (!s || asprintf(&path, "%.*s.faultline-XXXXXX", dir, beside) < 0) {
		free(s);
		return bench_fail_memory(err, "recording");
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0) {
		unlink(path);
		s->file = fdopen(fd, "w+");
	}
	free(path);
	if (!s->file) {
		free(s);
		return bench_fail(err, "%s: cannot be written: no file can be made beside it: %s", beside,
				  strerror(errno));
	}
	*out = s;
	return 0;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	fclose(s->file);
	free(s);
}

int spool_append(struct spool *s, const void *records, size_t bytes, struct bench_error *err)
{
	return fwrite(records, 1, bytes, s->file) == bytes ? 0 : fail(err, "writing");
}

/* Have the next record at hand, if there is one. */
static int load(struct spool *s, const struct record_layout *layout, struct bench_error *err)
{
	struct perf_event_header *h = &s->record.header;

	if (!s->reading) {
		if (fflush(s->file) || fseeko(s->file, 0, SEEK_SET))
			return fail(err, "writing");
		s->reading = true;
	}
	if (s->loaded || s->ended)
		return 0;
	if (fread(h, sizeof(*h), 1, s->file) != 1) {
		s->ended = true;
		return ferror(s->file) ? fail(err, "reading") : 0;
	}
	if (h->size < sizeof(*h) ||
	    fread(s->record.bytes + sizeof(*h), 1, h->size - sizeof(*h), s->file) !=
	    h->size - sizeof(*h)) {
		errno = EIO;
		return fail(err, "reading");
	}
	s->time = decode_time(layout, h);
	s->loaded = true;
	return 0;
}

int spool_merge(struct spool *const *stream, unsigned int nr, const struct record_layout *layout,
		const struct perf_event_header **raw, struct bench_error *err)
{
	struct spool *first = NULL;

	for (unsigned int i = 0; i < nr; i++) {
		if (load(stream[i], layout, err))
			return -1;
		if (stream[i]->loaded && (!first || stream[i]->time < first->time))
			first = stream[i];
	}
	if (!first)
		return 0;
	first->loaded = false;
	*raw = &first->record.header;
	return 1;
}

void spool_rewind(struct spool *s)
{
	rewind(s->file);
	s->loaded = s->ended = false;
}
