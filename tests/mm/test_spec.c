/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Specs of schemes: the chain that each selects, its name, and the messages that refuse bad ones.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/mm/core_world.h"
#include "common/mm/fault.h"

static const struct scheme_counter counters[] = {
	{ "done", COUNTS_DONE, "handled" },
	{ .name = NULL },
};

static const struct scheme top = {
	.name = "top",
	.below = { "nobody", "per_vma_rwsem", "per_vma_refcount", "mmap_lock" },
	.counters = counters,
	.freeing = FREE_AFTER_GRACE,
};

static const struct scheme alone = {
	.name = "alone",
	.below = { "nobody" },
	.counters = counters,
};

static const struct {
	const char *spec;
	unsigned int nr;
	const char *name;
} good[] = {
	{ "top", 3, "top" },
	{ "top:per_vma_rwsem", 3, "top" },
	{ "top:per_vma_rwsem:mmap_lock", 3, "top" },
	{ "top:per_vma_refcount", 3, "top:per_vma_refcount" },
	{ "top:per_vma_refcount:mmap_lock", 3, "top:per_vma_refcount" },
	{ "top:mmap_lock", 2, "top:mmap_lock" },
};

static const struct {
	const char *spec, *why;
} bad[] = {
	{ "top:", "'' cannot stand below 'top': only nobody, per_vma_rwsem, per_vma_refcount, mmap_lock can" },
	{ "top:top", "'top' cannot stand below 'top'" },
	{ "top:per_vma", "'per_vma' cannot" },
	{ "top:per_vma_rwsems", "'per_vma_rwsems' cannot" },
	{ "top:nobody", "'nobody' was not built in" },
	{ "top:mmap_lock:", "'' cannot stand below 'mmap_lock': nothing can" },
	{ "top:mmap_lock:mmap_lock", "'mmap_lock' cannot stand below 'mmap_lock': nothing can" },
	{ "top:per_vma_rwsem:per_vma_refcount", "'per_vma_refcount' cannot stand below 'per_vma_rwsem': only mmap_lock can" },
	{ "top:settle=yes", "'settle=yes' cannot" },
};

/* The rungs that the tables name may not have been built. */
static void need_all_rungs(void)
{
	if (!scheme_find("per_vma_rwsem") || !scheme_find("per_vma_refcount"))
		cr_skip_test("a rung was not built in");
}

Test(spec, good)
{
	struct scheme_chain chain;
	char why[200];

	need_all_rungs();
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++) {
		cr_assert_eq(scheme_chain_parse_top(&chain, &top, good[i].spec, why, sizeof(why)), 0, "%s: %s",
			     good[i].spec, why);
		cr_assert_str_eq(chain.name, good[i].name);
		cr_assert_eq(chain.nr, good[i].nr, "%s", good[i].spec);
		cr_assert_eq(chain.inst[0].below, &chain.inst[1]);
	}
}

Test(spec, bad)
{
	struct scheme_chain chain;
	char why[200], small[10];
	int ret;

	need_all_rungs();
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		ret = scheme_chain_parse_top(&chain, &top, bad[i].spec, why, sizeof(why));
		cr_assert(ret == -EINVAL || ret == -ENOENT, "%s", bad[i].spec);
		cr_assert(strstr(why, bad[i].why), "%s: %s", bad[i].spec, why);
		/* Cut, and nothing beyond it is touched. */
		memset(small, '#', sizeof(small));
		scheme_chain_parse_top(&chain, &top, bad[i].spec, small, sizeof(small) - 1);
		cr_assert(!strncmp(small, why, sizeof(small) - 2));
		cr_assert_eq(small[sizeof(small) - 2], '\0');
		cr_assert_eq(small[sizeof(small) - 1], '#');
	}
	cr_assert_eq(scheme_chain_parse(&chain, "nothing:at=all", why, sizeof(why)), -ENOENT);
	cr_assert_str_eq(why, "unknown scheme 'nothing'");
	cr_assert_eq(scheme_chain_parse_top(&chain, &alone, "alone", why, sizeof(why)), -ENOENT);
	cr_assert_str_eq(why, "what 'alone' falls back to was not built in");
}

/* Each registered scheme over each rung that may stand below it: the name of the chain is a spec of the chain. */
Test(spec, every_chain_of_every_scheme)
{
	struct scheme_chain chain, again;
	char spec[SCHEME_SPEC_SIZE], why[200];

	for (const struct scheme *const *s = schemes; *s; s++) {
		for (unsigned int i = 0; i < SCHEME_MAX_BELOW && (*s)->below[i]; i++) {
			if (!scheme_find((*s)->below[i]))
				continue;
			snprintf(spec, sizeof(spec), "%s:%s", (*s)->name, (*s)->below[i]);
			cr_assert_eq(scheme_chain_parse(&chain, spec, why, sizeof(why)), 0, "%s", why);
			cr_assert_str_eq(chain.inst[1].scheme->name, (*s)->below[i]);
			cr_assert_str_eq(chain.name, scheme_below(*s) == chain.inst[1].scheme ? (*s)->name : spec);
			cr_assert_eq(scheme_chain_parse(&again, chain.name, why, sizeof(why)), 0);
			cr_assert_str_eq(again.name, chain.name);
			cr_assert_eq(again.nr, chain.nr);
		}
	}
}
