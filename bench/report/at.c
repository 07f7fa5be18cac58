/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Values of a JSON document, each with its way from the top.
 */
#include "config.h"
#include "bench/report/at.h"

#ifdef HAVE_JANSSON

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WAY 300

/* "traces[0].schemes[2].runs" */
static size_t way(const struct at *at, char *text)
{
	size_t n;

	if (!at->up) {
		text[0] = '\0';
		return 0;
	}
	n = way(at->up, text);
	if (at->key)
		snprintf(text + n, WAY - n, "%s%s", n ? "." : "", at->key);
	else
		snprintf(text + n, WAY - n, "[%zu]", at->index);
	return strlen(text);
}

void at_fail(struct reader *r, const struct at *at, const char *what)
{
	char text[WAY];

	if (r->failed)
		return;
	r->failed = true;
	if (way(at, text))
		bench_fail(r->err, "%s: %s: %s", r->path, text, what);
	else
		bench_fail(r->err, "%s: %s", r->path, what);
}

static struct at member(const struct at *up, const char *key)
{
	return (struct at){ .up = up, .key = key, .j = json_object_get(up->j, key) };
}

static struct at element(const struct at *up, size_t index)
{
	return (struct at){ .up = up, .index = index, .j = json_array_get(up->j, index) };
}

/* @return false, with a complaint: the value has another type */
static bool check(struct reader *r, struct at *at, bool fits, const char *needed)
{
	char text[80];

	if (fits)
		return true;
	snprintf(text, sizeof(text), at->j ? "the value must be %s" : "%s is missing", needed);
	at_fail(r, at, text);
	at->j = NULL;
	return false;
}

struct at at_object(struct reader *r, const struct at *up, const char *key)
{
	struct at at = member(up, key);

	check(r, &at, json_is_object(at.j), "an object");
	return at;
}

struct at at_array(struct reader *r, const struct at *up, const char *key)
{
	struct at at = member(up, key);

	check(r, &at, json_is_array(at.j), "an array");
	return at;
}

struct at at_element(struct reader *r, const struct at *up, size_t index)
{
	struct at at = element(up, index);

	check(r, &at, json_is_object(at.j), "an object");
	return at;
}

size_t at_size(const struct at *at)
{
	return json_is_object(at->j) ? json_object_size(at->j) : json_array_size(at->j);
}

bool at_has(const struct at *up, const char *key)
{
	const json_t *j = json_object_get(up->j, key);

	return j && !json_is_null(j);
}

static const char *text_of(struct reader *r, struct at at)
{
	return check(r, &at, json_is_string(at.j), "text") ? json_string_value(at.j) : "";
}

const char *at_text(struct reader *r, const struct at *up, const char *key)
{
	return text_of(r, member(up, key));
}

const char *at_text_element(struct reader *r, const struct at *up, size_t index)
{
	return text_of(r, element(up, index));
}

static double number_of(struct reader *r, struct at at)
{
	double value;

	if (json_is_null(at.j))
		return NAN;
	if (!check(r, &at, json_is_number(at.j), "a number"))
		return 0;
	value = json_number_value(at.j);
	if (fabs(value) <= AT_MAX)
		return value;
	at_fail(r, &at, "the number is too large");
	return 0;
}

double at_number(struct reader *r, const struct at *up, const char *key)
{
	return number_of(r, member(up, key));
}

double at_number_element(struct reader *r, const struct at *up, size_t index)
{
	return number_of(r, element(up, index));
}

u64 at_count(struct reader *r, const struct at *up, const char *key, u64 max)
{
	struct at at = member(up, key);
	json_int_t n = json_integer_value(at.j);

	if (!check(r, &at, json_is_integer(at.j), "a whole number"))
		return 0;
	if (n >= 0 && (u64)n <= max)
		return (u64)n;
	at_fail(r, &at, n < 0 ? "the number is below 0" : "the number is too large");
	return 0;
}

bool at_bool(struct reader *r, const struct at *up, const char *key)
{
	struct at at = member(up, key);

	return check(r, &at, json_is_boolean(at.j), "true or false") && json_is_true(at.j);
}

#endif /* HAVE_JANSSON */
