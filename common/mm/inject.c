/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Allocations that fail on purpose: the nth, or a share of them, alone or in bursts.
 */
#include "common/mm/hash.h"
#include "common/mm/world.h"

struct site_text {
	const char *name, *where;
};

static const struct site_text site_texts[NR_ALLOC_SITES] = {
#define X(NAME, name, where) [SITE_##NAME] = { #name, where },
	ALLOC_SITES(X)
#undef X
};

const char *alloc_site_name(enum alloc_site site)
{
	return site_texts[site].name;
}

const char *alloc_site_where(enum alloc_site site)
{
	return site_texts[site].where;
}

void inject_configure(struct world *w, const struct injector *wanted)
{
	struct injector *inj = &w->injector;

	inj->sites = wanted->sites;
	inj->nowait_only = wanted->nowait_only;
	inj->nth = wanted->nth;
	inj->share = wanted->share;
	inj->burst = wanted->burst;
	inj->seed = wanted->seed;
	WRITE_ONCE(inj->seen, 0);
	WRITE_ONCE(inj->failed, 0);
	WRITE_ONCE(inj->on, wanted->on);
}

/* Is the matching allocation number @seen, counted from 0, one that fails? */
static bool fails(const struct injector *inj, u64 seen)
{
	u64 burst = inj->burst ? inj->burst : 1;

	if (inj->nth)
		return seen + 1 == inj->nth;
	if (inj->share == ~0u)
		return true;
	return hash64_2(inj->seed, seen / burst) >> 32 < inj->share;
}

/* Out of line, so that the world without injection pays for one load and one branch. */
static __attribute__((noinline)) bool inject_decide(struct injector *inj, enum alloc_site site,
						    gfp_t gfp)
{
	if (!(inj->sites & 1u << site))
		return false;
	if (inj->nowait_only && gfp != GFP_NOWAIT)
		return false;
	if (!fails(inj, fetch_add_relaxed(&inj->seen, 1)))
		return false;
	fetch_add_relaxed(&inj->failed, 1);
	return true;
}

bool inject_failure(struct world *w, enum alloc_site site, gfp_t gfp)
{
	if (likely(!READ_ONCE(w->injector.on)))
		return false;
	return inject_decide(&w->injector, site, gfp);
}
