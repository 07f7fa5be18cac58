/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The entries of a table of options, one by one, and the kinds of value that they take.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/options.h"
#include "bench/lib/near.h"

const struct option_entry *options_entry(const struct options *o, unsigned int i, int *group)
{
	unsigned int own = 0;
	const struct option_entry *e;

	*group = -1;
	while (o->entry && o->entry[own].name)
		own++;
	if (i < own)
		return &o->entry[i];
	i -= own;
	for (*group = 0; *group < OPTION_MAX_GROUPS && o->group[*group].entry; ++*group) {
		unsigned int nr = 0;

		for (; (e = o->group[*group].entry(nr)); nr++)
			if (nr == i)
				return e;
		i -= nr;
	}
	return NULL;
}

/* --- values ------------------------------------------------------------------------------- */

bool options_number(const char *text, u64 *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno;
}

int options_number_in(const char *name, const char *text, u64 min, u64 max, u64 *out, struct bench_error *err)
{
	if (options_number(text, out) && *out >= min && *out <= max)
		return 0;
	return bench_fail(err, "--%s=%s: the value must be a number from %llu to %llu", name, text,
			  (unsigned long long)min, (unsigned long long)max);
}

int options_rising(const char *name, const char *list, u64 min, u64 max, unsigned int *out, unsigned int room, unsigned int *nr,
		   struct bench_error *err)
{
	char *copy = strdup(list), *rest = copy, *text;
	int ret = copy ? 0 : bench_fail_memory(err, "reading the arguments");
	u64 n;

	*nr = 0;
	while (!ret && (text = strsep(&rest, ","))) {
		ret = options_number_in(name, text, min, max, &n, err);
		if (!ret && *nr == room)
			ret = bench_fail(err, "--%s: there may be no more than %u at once", name, room);
		if (!ret && *nr && n <= out[*nr - 1])
			ret = bench_fail(err, "--%s: numbers must rise, and %s does not", name, text);
		if (!ret)
			out[(*nr)++] = (unsigned int)n;
	}
	free(copy);
	return ret;
}

size_t options_choice(const char *values, u64 i, const char **name)
{
	for (*name = values; i; i--) {
		*name = strchrnul(*name, '|');
		*name += **name == '|';
	}
	return strcspn(*name, "|");
}

int option_flag(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	(void)e, (void)value, (void)err;
	*(bool *)to = true;
	return 0;
}

int option_clear(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	(void)e, (void)value, (void)err;
	*(bool *)to = false;
	return 0;
}

/* A field is an unsigned int, or an enum, or a u64. */
static void store(const struct option_entry *e, void *to, u64 n)
{
	unsigned int narrow = (unsigned int)n;

	memcpy(to, e->bytes == sizeof(narrow) ? (const void *)&narrow : &n, e->bytes);
}

int option_number(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	u64 n;

	if (options_number_in(e->name, value, e->min, e->max, &n, err))
		return -1;
	store(e, to, n);
	return 0;
}

int option_text(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	(void)e, (void)err;
	*(const char **)to = value;
	return 0;
}

int option_choice(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	char names[128], *at = names, *rest;
	struct near near;
	const char *name;
	size_t length;

	for (u64 i = 0; (length = options_choice(e->values, i, &name)); i++)
		if (strlen(value) == length && !memcmp(value, name, length)) {
			store(e, to, i);
			return 0;
		}
	near_begin(&near, value);
	snprintf(names, sizeof(names), "%s", e->values);
	for (rest = names; (at = strsep(&rest, "|"));)
		near_try(&near, at);
	return bench_fail(err, "--%s=%s: the value must be one of %s%s", e->name, value, e->values, near_hint(&near));
}

int option_word(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct option_words *words = to;
	const char **more = realloc(words->word, (words->nr + 1UL) * sizeof(*more));

	(void)e;
	if (!more)
		return bench_fail_memory(err, "reading the arguments");
	words->word = more;
	words->word[words->nr++] = value;
	return 0;
}
