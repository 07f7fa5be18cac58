/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Reads scheme specs.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench/run/specs.h"

int spec_parse(struct scheme_chain *chain, const char *spec, struct bench_error *err)
{
	size_t name = strcspn(spec, ":");
	char why[sizeof(err->line)];
	int ret;

	if (name == strlen(scheme_floor.name) && !strncmp(spec, scheme_floor.name, name))
		ret = scheme_chain_parse_top(chain, &scheme_floor, spec, why, sizeof(why));
	else
		ret = scheme_chain_parse(chain, spec, why, sizeof(why));
	return ret ? bench_fail(err, "%s", why) : 0;
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
		return bench_fail(err, "--schemes: no more than %u at once", max);
	if (spec_parse(&chain[*nr], spec, err))
		return -1;
	for (unsigned int i = 0; i < *nr; i++)
		if (!strcmp(chain[i].name, chain[*nr].name))
			return bench_fail(err, "--schemes: %s is there twice", chain[*nr].name);
	(*nr)++;
	return 0;
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
