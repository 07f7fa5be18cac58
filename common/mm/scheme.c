/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Finds schemes by name and lays out a chain of them.
 */
#include "common/mm/scheme.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"

#include <errno.h>
#include <string.h>

const struct scheme *scheme_find(const char *name)
{
	for (unsigned int i = 0; schemes[i]; i++)
		if (!strcmp(schemes[i]->name, name))
			return schemes[i];
	return NULL;
}

static unsigned int scheme_nr_counters(const struct scheme *scheme)
{
	unsigned int nr = 0;

	while (scheme->counters[nr].name)
		nr++;
	return nr;
}

int scheme_chain_build(struct scheme_chain *chain, const struct scheme *top)
{
	const struct scheme *scheme = top;

	memset(chain, 0, sizeof(*chain));
	chain->name = top->name;
	chain->mm_bytes = sizeof(struct mm);
	chain->vma_bytes = sizeof(struct vma);
	chain->freeing = FREE_AT_ONCE;

	while (scheme) {
		struct scheme_inst *si = &chain->inst[chain->nr];

		if (chain->nr == STATS_MAX_RUNGS || scheme_nr_counters(scheme) > STATS_MAX_SCHEME)
			return -EINVAL;
		if (chain->nr)
			chain->inst[chain->nr - 1].below = si;
		si->scheme = scheme;
		si->rung = chain->nr++;
		si->mm_offset = chain->mm_bytes;
		si->vma_offset = chain->vma_bytes;
		chain->mm_bytes += scheme->mm_bytes;
		chain->vma_bytes += scheme->vma_bytes;
		if (scheme->freeing > chain->freeing)
			chain->freeing = scheme->freeing;

		if (!scheme->below)
			break;
		scheme = scheme_find(scheme->below);
		if (!scheme)
			return -ENOENT;
	}
	return 0;
}
