/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Where a result goes: to stdout or a file, whole or not at all.
 */
#ifndef BENCH_CLI_OUTPUT_H
#define BENCH_CLI_OUTPUT_H

#include <stdio.h>

#include "bench/cli/options.h"

enum output_format { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSON, OUTPUT_MARKDOWN };

/** --format, for an enum output_format: a format that this build cannot make is refused. */
option_take_fn output_take_format;

#define OUTPUT_OPTION_FORMAT(type, field) \
	{ .letter = 'f', .name = "format", .arg = "FORMAT", .take = output_take_format, OPTION_FIELD(type, field), \
	  .values = "table|csv|json|md", .help = "table (default), csv, json or md" }
/** --output, for a const char *. */
#define OUTPUT_OPTION_OUTPUT(type, field) \
	OPTION_TEXT('o', "output", "FILE", type, field, "write there, all or nothing, instead of to stdout", \
		    .complete = option_files)

/** Prints @a result. @return 0; -1: no memory */
typedef int output_render_fn(const void *result, enum output_format format, FILE *out);

/**
 * Print a result: into memory first, so that nothing half-written is ever seen.
 * @param path NULL: stdout.  A temporary file is written beside it and then renamed, so that either the
 * old or the new file is there; something other than a regular file (/dev/null, a pipe) is written to
 * directly
 * @return 0, or EXIT_USAGE: reported already (no memory, disk full, no such directory)
 */
int output_write(const char *path, output_render_fn *render, const void *result,
		 enum output_format format);

/** The same for a text in memory. */
int output_write_text(const char *path, const char *text, size_t size);

/**
 * fclose() of what open_memstream() made.  glibc's says nothing where it cannot shorten the text at the end, and leaves NULL.
 * @param text as open_memstream() got it; the caller frees it
 * @return 0; -1: no memory
 */
int output_close_memory(FILE *out, char *const *text);

/** The same for a caller that says itself what went wrong. @return 0, or -1: @a err */
int output_write_file(const char *path, const char *text, size_t size, struct bench_error *err);

/**
 * Call this before long work: can output_write() write to @a path?  Only output_write() itself notices a
 * full disk.
 * @return 0, or EXIT_USAGE: told already
 */
int output_possible(const char *path);

/**
 * Call this before long work: is @a path a regular file, or not there yet?
 * @return 0, or EXIT_USAGE: told already
 */
int output_regular(const char *path);

/**
 * At the end of a program: flush what printf() has buffered.
 * @return @a status; EXIT_USAGE: @a status was fine, but stdout could not be written: reported already
 */
int output_end(int status);

#endif /* BENCH_CLI_OUTPUT_H */
