/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Finds schemes by name and lays out chains.
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

const struct scheme *scheme_below(const struct scheme *scheme)
{
	const struct scheme *below = NULL;

	for (unsigned int i = 0; i < SCHEME_MAX_BELOW && scheme->below[i] && !below; i++)
		below = scheme_find(scheme->below[i]);
	return below;
}

static unsigned int nr_counters(const struct scheme *scheme)
{
	unsigned int nr = 0;

	while (scheme->counters[nr].name)
		nr++;
	return nr;
}

void scheme_chain_begin(struct scheme_chain *chain)
{
	memset(chain, 0, sizeof(*chain));
	chain->mm_bytes = sizeof(struct mm);
	chain->vma_bytes = sizeof(struct vma);
	chain->freeing = FREE_AT_ONCE;
}

bool scheme_chain_add(struct scheme_chain *chain, const struct scheme *scheme)
{
	struct scheme_inst *si = &chain->inst[chain->nr];

	if (chain->nr == STATS_MAX_RUNGS || nr_counters(scheme) > STATS_MAX_SCHEME)
		return false;
	if (chain->nr)
		chain->inst[chain->nr - 1].below = si;
	si->scheme = scheme;
	si->rung = chain->nr++;
	si->mm_offset = chain->mm_bytes;
	si->vma_offset = chain->vma_bytes;
	chain->mm_bytes += scheme->mm_bytes;
	chain->vma_bytes += scheme->vma_bytes;
	if (scheme->vma_tryread && !chain->vma_lock)
		chain->vma_lock = si;
	if (scheme->freeing > chain->freeing)
		chain->freeing = scheme->freeing;
	return true;
}
