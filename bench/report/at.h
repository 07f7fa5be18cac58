/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reading JSON that may hold anything: values with their way from the top, and the first thing that is wrong.
 *
 * A reader remembers the first complaint, "FILE: traces[0].name: the value must be text".  From then on it
 * returns 0, "" or empty, so that a caller may go on to its end and check once; the page made meanwhile
 * is thrown away.
 */
#ifndef BENCH_REPORT_AT_H
#define BENCH_REPORT_AT_H

#include "config.h"

#ifdef HAVE_JANSSON

#include <jansson.h>
#include <stdbool.h>

#include "bench/lib/error.h"
#include "common/platform/types.h"

struct reader {
	const char *path;		/**< of the file */
	struct bench_error *err;
	bool failed;
};

/** A value in the document.  It points to the one that holds it, which must live as long. */
struct at {
	const struct at *up;
	const char *key;		/**< NULL: in an array, at index; or the top */
	size_t index;
	const json_t *j;		/**< NULL: is not there */
};

/** Larger numbers are refused: what we count and time is below 2^53, where doubles are exact. */
#define AT_MAX 9007199254740992.0

/** Complain about @a at, if nothing was wrong before. */
void at_fail(struct reader *r, const struct at *at, const char *what);

struct at at_object(struct reader *r, const struct at *up, const char *key);
struct at at_array(struct reader *r, const struct at *up, const char *key);
/** An object in an array. */
struct at at_element(struct reader *r, const struct at *up, size_t index);
size_t at_size(const struct at *at);
/** Is there such a member, other than null? */
bool at_has(const struct at *up, const char *key);

const char *at_text(struct reader *r, const struct at *up, const char *key);
/** A text in an array. */
const char *at_text_element(struct reader *r, const struct at *up, size_t index);
/** NaN for null, since JSON has no NaN. */
double at_number(struct reader *r, const struct at *up, const char *key);
double at_number_element(struct reader *r, const struct at *up, size_t index);
/** A whole number from 0 to @a max. */
u64 at_count(struct reader *r, const struct at *up, const char *key, u64 max);
bool at_bool(struct reader *r, const struct at *up, const char *key);

#endif /* HAVE_JANSSON */
#endif /* BENCH_REPORT_AT_H */
