// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The list of variants, from the schemes' own tables.
 */
#include "tests/support/variants.h"

#include <stdio.h>
#include <string.h>

/* What two options do only together. */
static const char *const combinations[] = {
	"rcu_everything:on-failure=continue:below=per_vma_refcount",
	"rcu_everything:on-failure=continue:retirement=grace-alone",
	"rcu_everything:on-failure=continue:vmacache=yes",
	"seqcount_retry:validate=vma:reference=yes",
	"seqcount_retry:tables=make:table-lock=lock:retries=2:validate=vma",
	"seqcount_retry:tables=make:retries=8:validate=vma:reference=yes",
};

/* The walk over all specs: ends at the one that is asked for. */
struct walk {
	unsigned int left;
	char *spec;
};

static bool here(struct walk *w, const char *scheme, const char *option, const char *value)
{
	if (w->left--)
		return false;
	snprintf(w->spec, SCHEME_SPEC_SIZE, "%s%s%s%s%s", scheme, option ? ":" : "", option ? option : "",
		 option ? "=" : "", option ? value : "");
	return true;
}

static bool walk_number(struct walk *w, const char *scheme, const struct scheme_opt *opt)
{
	char value[16];

	snprintf(value, sizeof(value), "%u", opt->min);
	if (opt->min != opt->initial && here(w, scheme, opt->name, value))
		return true;
	snprintf(value, sizeof(value), "%u", opt->max);
	return opt->max != opt->initial && here(w, scheme, opt->name, value);
}

static bool walk_option(struct walk *w, const char *scheme, const struct scheme_opt *opt)
{
	if (!opt->values[0])
		return walk_number(w, scheme, opt);
	for (unsigned int v = 0; opt->values[v]; v++)
		if (v != opt->initial && here(w, scheme, opt->name, opt->values[v]))
			return true;
	return false;
}

static bool walk_options(struct walk *w, const struct scheme *s)
{
	for (const struct scheme_opt *opt = s->opts; opt && opt->name; opt++)
		if (walk_option(w, s->name, opt))
			return true;
	for (unsigned int i = 0; i < SCHEME_MAX_BELOW && s->below[i]; i++)
		if (scheme_find(s->below[i]) && scheme_find(s->below[i]) != scheme_below(s) &&
		    here(w, s->name, "below", s->below[i]))
			return true;
	return false;
}

/* Not of a scheme that was left out. */
static bool walk_combinations(struct walk *w)
{
	struct scheme_chain chain;
	char why[200];

	for (size_t i = 0; i < ARRAY_SIZE(combinations); i++)
		if (!scheme_chain_parse(&chain, combinations[i], why, sizeof(why)) &&
		    here(w, chain.name, NULL, NULL))
			return true;
	return false;
}

const char *spec_nr(unsigned int nr, char spec[SCHEME_SPEC_SIZE])
{
	struct walk w = { nr, spec };

	for (unsigned int i = 0; schemes[i]; i++)
		if (here(&w, schemes[i]->name, NULL, NULL))
			return spec;
	for (unsigned int i = 0; schemes[i]; i++)
		if (walk_options(&w, schemes[i]))
			return spec;
	return walk_combinations(&w) ? spec : NULL;
}

const char *variant_nr(unsigned int nr, char spec[SCHEME_SPEC_SIZE])
{
	unsigned int usual = 0;

	while (schemes[usual])
		usual++;
	return spec_nr(usual + nr, spec);
}
