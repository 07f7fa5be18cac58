// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The list of variants, from the schemes' own tables.
 */
#include "tests/support/variants.h"

#include <stdio.h>
#include <string.h>

static unsigned int nr_schemes(void)
{
	unsigned int nr = 0;

	while (schemes[nr])
		nr++;
	return nr;
}

/* Spec number @a nr of those that are not as usual. */
static const char *unusual_nr(unsigned int nr, char spec[SCHEME_SPEC_SIZE])
{
	for (const struct scheme *const *s = schemes; *s; s++) {
		for (unsigned int i = 0; i < SCHEME_MAX_BELOW && (*s)->below[i]; i++) {
			const struct scheme *below = scheme_find((*s)->below[i]);

			if (!below || below == scheme_below(*s) || nr--)
				continue;
			snprintf(spec, SCHEME_SPEC_SIZE, "%s:%s", (*s)->name, below->name);
			return spec;
		}
	}
	return NULL;
}

const char *spec_nr(unsigned int nr, char spec[SCHEME_SPEC_SIZE])
{
	unsigned int usual = nr_schemes();

	if (nr >= usual)
		return unusual_nr(nr - usual, spec);
	snprintf(spec, SCHEME_SPEC_SIZE, "%s", schemes[nr]->name);
	return spec;
}

bool variant_nr(unsigned int nr, struct variant *v)
{
	unsigned int unusual = 0;

	v->knobs = false;
	if (unusual_nr(nr, v->spec))
		return true;
	while (unusual_nr(unusual, v->spec))
		unusual++;
	nr -= unusual;
	v->knobs = true;
	for (const struct scheme *const *s = schemes; *s; s++) {
		if (!(*s)->below[0] || nr--)
			continue;
		snprintf(v->spec, sizeof(v->spec), "%s", (*s)->name);
		return true;
	}
	return false;
}
