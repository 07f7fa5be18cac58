/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief JSON results: the envelope that all have in common, and values that are always valid.
 *
 * A command's file that makes JSON looks like this:
 *
 *	#ifdef HAVE_JANSSON
 *	json_t *j = json_envelope("sweep", argc, argv);
 *	json_put(j, "runs", json_u64(runs));
 *	return json_finish(j, out);
 *	#else
 *	JSON_MISSING(sweep_json, struct sweep)
 *
 * Memory that runs out ends the program with one line and EXIT_USAGE: a document is made in memory and
 * written afterwards, so no document lacks a part.
 */
#ifndef BENCH_CLI_JSON_H
#define BENCH_CLI_JSON_H

#include "config.h"

#include <stdio.h>

#ifdef HAVE_JANSSON

#include <jansson.h>

#include "bench/lib/error.h"
#include "common/platform/types.h"

/** At a program's beginning, before it reads a document: memory that runs out is told as above. */
void json_begin(void);

/** The commit that was built, '+' at its end if something was changed since; "": not known. */
const char *json_revision(void);

/**
 * An object that begins with schema ("faultline/NAME/1"), version, revision if known, argv and host.  The caller owns it
 * until json_finish().
 */
json_t *json_envelope(const char *name, int argc, char *const *argv);

/**
 * Read a document; a key that occurs twice in an object is refused.
 * @return the document, which the caller owns; NULL: err, with the line if known
 */
json_t *json_read(const char *path, struct bench_error *err);

/** Print the document, one space of indent, and free it. @return 0; -1: @a out failed */
int json_finish(json_t *document, FILE *out);

json_t *json_u64(u64 value);
/** 16 digits: a number of 64 bits is more than many readers of JSON keep. */
json_t *json_hash(u64 hash);
/** null for NaN and infinity: JSON has no NaN and no infinity. */
json_t *json_f64(double value);
/** Now, as "2026-11-30T11:20:33Z". */
json_t *json_date(void);
/** Text from a file may not be UTF-8: then the value says so instead. */
json_t *json_text(const char *s);

/** Store in an object, append to an array; the reference to @a value is taken. */
void json_put(json_t *object, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);

#else

static inline void json_begin(void)
{
}


/** In place of the function @a fn, which prints a @a type: never called, since output_take_format() refuses the format. */
#define JSON_MISSING(fn, type) \
	int fn(const type *result, FILE *out) \
	{ \
		(void)result, (void)out; \
		return -1; \
	}

#endif /* HAVE_JANSSON */
#endif /* BENCH_CLI_JSON_H */
