/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Results written whole or not at all.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "bench/cli/usage.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/output.h"

int output_take_format(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
#ifndef HAVE_JANSSON
	if (!strcmp(value, "json"))
		return bench_fail(err, "--format=json: this build has no jansson; csv has all figures, too");
#endif
	return option_choice(e, to, value, err);
}

static int cannot_write(const char *path, struct bench_error *err)
{
	return bench_fail(err, "%s: cannot be written: %s", path, strerror(errno));
}

static int write_stream(FILE *out, const char *text, size_t size)
{
	return fwrite(text, 1, size, out) != size || fflush(out) ? -1 : 0;
}

/* A device or a pipe: there is nothing to rename to. */
static int write_straight(const char *path, const char *text, size_t size, struct bench_error *err)
{
	FILE *out = fopen(path, "w");
	int ret;

	if (!out)
		return cannot_write(path, err);
	ret = write_stream(out, text, size) ? cannot_write(path, err) : 0;
	if (fclose(out) && !ret)
		ret = cannot_write(path, err);
	return ret;
}

/* Sync the folder's entry too.  Some file systems cannot; the file itself is on disk then. */
static void sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

/* The mode for the new file: the replaced file's, with its owner where that can be kept; else the default. */
static mode_t mode_of(const char *path, int fd)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	if (stat(path, &st))
		return 0666 & ~mask;
	if ((st.st_uid != geteuid() || st.st_gid != getegid()) && fchown(fd, st.st_uid, st.st_gid))
		return st.st_mode & 0777;	/* we own it now; the mode opens it no wider */
	return st.st_mode & 07777;
}

/* Write a file beside it, then rename: the result is whole and on disk, or not there at all. */
static int write_and_rename(const char *path, const char *text, size_t size, struct bench_error *err)
{
	FILE *out = NULL;
	char *temp;
	int fd;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return bench_fail_memory(err, "writing a file");
	fd = mkstemp(temp);
	if (fd < 0)
		goto fail;
	out = fdopen(fd, "w");
	if (!out || write_stream(out, text, size) || fchmod(fd, mode_of(path, fd)) || fsync(fd))
		goto fail_unlink;
	fd = fclose(out);
	out = NULL;
	if (fd || rename(temp, path))
		goto fail_unlink;
	sync_folder(path);
	free(temp);
	return 0;

fail_unlink:
	unlink(temp);
fail:
	cannot_write(path, err);
	if (out)
		fclose(out);
	free(temp);
	return -1;
}

/* Signals are held, since one that ended this half-way would leave the temporary file. */
static int write_beside(const char *path, const char *text, size_t size, struct bench_error *err)
{
	int ret;

	interrupt_hold();
	ret = write_and_rename(path, text, size, err);
	interrupt_release();
	return ret;
}

int output_regular(const char *path)
{
	struct stat st;

	if (stat(path, &st) || S_ISREG(st.st_mode))
		return 0;
	return usage_error("%s is %s", path, S_ISDIR(st.st_mode) ? "a directory" : "not a regular file");
}

/*
 * @target: the file that is replaced, the caller frees it; NULL: @path is not a regular file and is
 * written to directly.
 */
static int resolve(const char *path, char **target, struct bench_error *err)
{
	struct stat st;

	*target = NULL;
	if (stat(path, &st)) {
		if (!lstat(path, &st))	/* a dangling link: refuse, since it is unclear what to create */
			return bench_fail(err, "%s is a link to a file that does not exist", path);
		*target = strdup(path);
	} else if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
	} else if (!S_ISREG(st.st_mode)) {
		return 0;
	} else {
		*target = realpath(path, NULL);		/* a link stays a link */
	}
	return *target ? 0 : cannot_write(path, err);
}

/* What went wrong was told to @err; now the user is. */
static int told(int ret, const struct bench_error *err)
{
	return ret ? usage_error("%s", err->line) : 0;
}

int output_possible(const char *path)
{
	struct bench_error err;
	char *target;
	int ret;

	if (!path)
		return 0;
	ret = resolve(path, &target, &err);
	if (ret)
		return told(ret, &err);
	/* To replace a file, its folder must be writable. */
	if (target ? access(dirname(target), W_OK | X_OK) : access(path, W_OK))
		ret = cannot_write(path, &err);
	free(target);
	return told(ret, &err);
}

int output_write_file(const char *path, const char *text, size_t size, struct bench_error *err)
{
	char *target;
	int ret = resolve(path, &target, err);

	if (ret)
		return ret;
	ret = target ? write_beside(target, text, size, err) : write_straight(path, text, size, err);
	free(target);
	return ret;
}

int output_write_text(const char *path, const char *text, size_t size)
{
	struct bench_error err;

	if (path)
		return told(output_write_file(path, text, size, &err), &err);
	return told(write_stream(stdout, text, size) ? cannot_write("stdout", &err) : 0, &err);
}

int output_close_memory(FILE *out, char *const *text)
{
	return fclose(out) || !*text ? -1 : 0;
}

int output_write(const char *path, output_render_fn *render, const void *result,
		 enum output_format format)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int ret;

	if (!out)
		return usage_error("not enough memory for the report");
	ret = render(result, format, out);
	ret |= ferror(out);
	ret |= output_close_memory(out, &text);
	ret = ret ? usage_error("not enough memory for the report") :
		    output_write_text(path, text, size);
	free(text);
	return ret;
}

int output_end(int status)
{
	struct bench_error err;

	errno = EIO;	/* an earlier failure left no errno */
	if (status || (!fflush(stdout) && !ferror(stdout)))
		return status;
	return told(cannot_write("stdout", &err), &err);
}
