/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reading plain and compressed files line by line.
 *
 * Two buffers of fixed size, whatever the file claims: bytes as they are
 * in the file, and text.  A compressed frame names the window it wants; libzstd
 * refuses what is over 128 MiB (its default limit, set here so that it stays).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"

#ifdef HAVE_LIBZSTD
#include <zstd.h>
#endif

#include "bench/trace/source.h"

#define IN_BYTES	(128UL << 10)
#define TEXT_BYTES	(256UL << 10)
#define WINDOW_LOG_MAX	27

struct trace_source {
	FILE *file;
	char *path;
	u64 line;		/* number of the line that was handed out last */
	u64 bytes_in, bytes_out;
	bool eof;		/* the text buffer holds all that is left */
	size_t begin, end;	/* of what the text buffer holds */
#ifdef HAVE_LIBZSTD
	ZSTD_DStream *zstd;	/* NULL: plain */
	ZSTD_inBuffer in;
	size_t hint;		/* what libzstd still wants; 0: a frame has ended */
#endif
	char raw[IN_BYTES];
	char text[TEXT_BYTES];
};

static bool is_zstd(const char *head, size_t n)
{
	return n >= 4 && (!memcmp(head, "\x28\xb5\x2f\xfd", 4) ||
			  (!memcmp(head + 1, "\x2a\x4d\x18", 3) && (head[0] & 0xf0) == 0x50));
}

static int read_raw(struct trace_source *s, char *to, size_t room, size_t *got,
		    struct bench_error *err)
{
	*got = fread(to, 1, room, s->file);
	s->bytes_in += *got;
	if (!*got && ferror(s->file))
		return bench_fail(err, "%s: cannot be read: %s", s->path, strerror(errno));
	return 0;
}

#ifdef HAVE_LIBZSTD
static int begin_zstd(struct trace_source *s, size_t n, struct bench_error *err)
{
	s->zstd = ZSTD_createDStream();
	if (!s->zstd)
		return bench_fail_memory(err, "reading a compressed trace");
	ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	s->in.src = s->raw;
	s->in.size = n;
	s->hint = 1;
	return 0;
}

/* Decompress some text behind s->end. */
static int more_zstd(struct trace_source *s, struct bench_error *err)
{
	ZSTD_outBuffer out = { s->text, TEXT_BYTES, s->end };

	while (out.pos == s->end) {
		if (s->in.pos == s->in.size) {
			s->in.pos = 0;
			if (read_raw(s, s->raw, IN_BYTES, &s->in.size, err))
				return -1;
		}
		/* With the file at its end, libzstd may still hold text back. */
		if (!s->in.size && !s->hint) {
			s->eof = true;
			return 0;
		}
		size_t before = s->in.pos;

		s->hint = ZSTD_decompressStream(s->zstd, &out, &s->in);
		if (ZSTD_isError(s->hint))
			return bench_fail(err, "%s: after line %llu: the compressed data are damaged: %s",
					  s->path, (unsigned long long)s->line,
					  ZSTD_getErrorName(s->hint));
		if (!s->in.size && s->hint && out.pos == s->end && s->in.pos == before)
			return bench_fail(err, "%s: after line %llu: the compressed file is cut short",
					  s->path, (unsigned long long)s->line);
	}
	s->bytes_out += out.pos - s->end;
	s->end = out.pos;
	if (s->bytes_out > TRACE_FREE_BYTES && s->bytes_out / TRACE_MAX_RATIO > s->bytes_in)
		return bench_fail(err, "%s: after line %llu: expands more than %d-fold, no trace does",
				  s->path, (unsigned long long)s->line, TRACE_MAX_RATIO);
	return 0;
}
#endif

static int more(struct trace_source *s, struct bench_error *err)
{
	size_t got;

	if (s->begin) {
		memmove(s->text, s->text + s->begin, s->end - s->begin);
		s->end -= s->begin;
		s->begin = 0;
	}
#ifdef HAVE_LIBZSTD
	if (s->zstd)
		return more_zstd(s, err);
#endif
	if (read_raw(s, s->text + s->end, TEXT_BYTES - s->end, &got, err))
		return -1;
	s->end += got;
	if (!got)
		s->eof = true;
	return 0;
}

int trace_source_open(struct trace_source **out, const char *path, struct bench_error *err)
{
	struct trace_source *s = calloc(1, sizeof(*s));
	size_t length = strlen(path), got;
	struct stat st;

	if (!s || !(s->path = strdup(path))) {
		bench_fail_memory(err, "opening a trace");
		goto out_close;
	}
	s->file = fopen(path, "rb");
	if (!s->file || fstat(fileno(s->file), &st)) {
		bench_fail(err, "%s: cannot be opened: %s", length ? path : "''", strerror(errno));
		goto out_close;
	}
	if (S_ISDIR(st.st_mode)) {
		bench_fail(err, "%s is a directory, not a trace", path);
		goto out_close;
	}
	if (read_raw(s, s->raw, IN_BYTES, &got, err))
		goto out_close;
	if (!got) {
		bench_fail(err, "%s: is empty", path);
		goto out_close;
	}
	if (is_zstd(s->raw, got)) {
#ifdef HAVE_LIBZSTD
		if (begin_zstd(s, got, err))
			goto out_close;
#else
		bench_fail(err, "%s: is compressed, and this build has no libzstd: unpack it with zstd -d",
			   path);
		goto out_close;
#endif
	} else if (length > 4 && !strcmp(path + length - 4, ".zst")) {
		bench_fail(err, "%s: is named .zst but does not begin like a zstd file", path);
		goto out_close;
	} else {
		memcpy(s->text, s->raw, got);
		s->end = got;
	}
	*out = s;
	return 0;

out_close:
	trace_source_close(s);
	return -1;
}

int trace_source_line(struct trace_source *s, char **line, struct bench_error *err)
{
	size_t seen = 0;

	for (;;) {
		char *from = s->text + s->begin;
		char *newline = memchr(from + seen, '\n', s->end - s->begin - seen);

		seen = newline ? (size_t)(newline - from) : s->end - s->begin;
		if (seen > TRACE_MAX_LINE)
			return bench_fail(err, "%s:%llu: the line is longer than %d bytes", s->path,
					  (unsigned long long)s->line + 1, TRACE_MAX_LINE);
		if (newline) {
			s->line++;
			s->begin += seen + 1;
			*newline = '\0';
			if (memchr(from, '\0', seen))
				return bench_fail(err, "%s:%llu: holds a NUL byte", s->path,
						  (unsigned long long)s->line);
			*line = from;
			return 1;
		}
		if (s->eof)
			break;
		if (more(s, err))
			return -1;
	}
	if (s->begin == s->end)
		return 0;
	return bench_fail(err, "%s:%llu: the last line has no end: the file was cut", s->path,
			  (unsigned long long)s->line + 1);
}

void trace_source_close(struct trace_source *s)
{
	if (!s)
		return;
#ifdef HAVE_LIBZSTD
	ZSTD_freeDStream(s->zstd);
#endif
	if (s->file)
		fclose(s->file);
	free(s->path);
	free(s);
}
