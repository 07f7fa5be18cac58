/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reads scheme specs.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench/lib/near.h"
#include "bench/run/specs.h"

static int no_scheme(const char *name, struct bench_error *err)
{
	struct near near;

	near_begin(&near, name);
	for (const struct scheme *const *s = schemes; *s; s++)
		near_try(&near, (*s)->name);
	return bench_fail(err, "unknown scheme '%s'%s (see 'faultline list')", name, near_hint(&near));
}

int spec_parse(struct scheme_chain *chain, const char *spec, struct bench_error *err)
{
	char why[sizeof(err->line)], first[64];
	int ret;

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(spec, ":"), spec);
	if (!strcmp(first, scheme_floor.name))
		ret = scheme_chain_parse_top(chain, &scheme_floor, spec, why, sizeof(why));
	else if (!scheme_find(first))
		return no_scheme(first, err);
	else
		ret = scheme_chain_parse(chain, spec, why, sizeof(why));
	return ret ? bench_fail(err, "%s (see 'faultline list')", why) : 0;
}

unsigned int specs_single_thread(const struct scheme_chain *chain, unsigned int nr)
{
	unsigned int i = 0;

	while (i < nr && chain[i].inst[0].scheme != &scheme_floor)
		i++;
	return i;
}

static int add(struct scheme_chain *chain, unsigned int max, unsigned int *nr, const char *spec,
	       struct bench_error *err)
{
	if (*nr == max)
		return bench_fail(err, "--schemes: there may be no more than %u at once", max);
	if (spec_parse(&chain[*nr], spec, err))
		return -1;
	for (unsigned int i = 0; i < *nr; i++)
		if (!strcmp(chain[i].name, chain[*nr].name))
			return bench_fail(err, "--schemes: %s is there twice", chain[*nr].name);
	(*nr)++;
	return 0;
}

int specs_published(struct scheme_chain *chain, unsigned int max, unsigned int *nr, struct bench_error *err)
{
	int ret = 0;

	*nr = 0;
	for (const struct scheme *const *each = schemes_published; !ret && *each; each++)
		ret = add(chain, max, nr, (*each)->name, err);
	return ret;
}

int specs_parse(struct scheme_chain *chain, unsigned int max, unsigned int *nr, const char *list,
		struct bench_error *err)
{
	char *copy, *rest, *spec;
	int ret = 0;

	*nr = 0;
	if (!list) {
		for (const struct scheme *const *each = schemes; !ret && *each; each++)
			ret = add(chain, max, nr, (*each)->name, err);
		return ret;
	}
	copy = rest = strdup(list);
	if (!copy)
		return bench_fail_memory(err, "reading the schemes");
	while (!ret && (spec = strsep(&rest, ",")))
		ret = add(chain, max, nr, spec, err);
	free(copy);
	return ret;
}

unsigned int specs_baseline(const struct scheme_chain *chain, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!strcmp(chain[i].name, "mmap_lock"))
			return i;
	return 0;
}

/* What may stand below the scheme that @word names last, before its last ':'. */
static void complete_below(const char *word, const char *colon, FILE *out)
{
	const char *start = memrchr(word, ':', (size_t)(colon - word));
	const struct scheme *s;
	char name[64];

	start = start ? start + 1 : word;
	snprintf(name, sizeof(name), "%.*s", (int)(colon - start), start);
	s = strcmp(name, scheme_floor.name) ? scheme_find(name) : &scheme_floor;
	for (unsigned int i = 0; s && i < SCHEME_MAX_BELOW && s->below[i]; i++)
		if (scheme_find(s->below[i]))
			fprintf(out, "%.*s:%s\n", (int)(colon - word), word, s->below[i]);
}

void specs_complete(const char *word, FILE *out)
{
	const char *colon = strrchr(word, ':');

	if (colon) {
		complete_below(word, colon, out);
		return;
	}
	for (const struct scheme *const *s = schemes; *s; s++)
		fprintf(out, "%s\n", (*s)->name);
	fprintf(out, "%s\n", scheme_floor.name);
}

int specs_choose_baseline(const struct scheme_chain *chain, unsigned int nr, const char *wanted, unsigned int *at,
			  struct bench_error *err)
{
	struct scheme_chain named;

	*at = specs_baseline(chain, nr);
	if (!wanted)
		return 0;
	if (spec_parse(&named, wanted, err))
		return -1;
	for (*at = 0; *at < nr; ++*at)
		if (!strcmp(chain[*at].name, named.name))
			return 0;
	return bench_fail(err, "--baseline=%s is not among the schemes", wanted);
}
