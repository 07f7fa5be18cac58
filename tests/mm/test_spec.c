/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Specs of schemes: what is chosen, what it is called, and what is refused in which words.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/mm/core_world.h"
#include "common/mm/fault.h"

static const struct scheme_counter counters[] = {
	{ "done", "handled" },
	{ NULL, NULL },
};

static const struct scheme_opt opts[] = {
	{ .name = "colour", .meaning = "a choice", .values = { "red", "green", "blue" }, .initial = 1 },
	{ .name = "tries", .meaning = "a number", .min = 2, .max = 300, .initial = 7 },
	{ .name = NULL },
};

static const struct scheme top = {
	.name = "top",
	.below = { "nobody", "mmap_lock" },
	.opts = opts,
	.counters = counters,
	.freeing = FREE_AFTER_GRACE,
};

static const struct {
	const char *spec;
	unsigned int colour, tries;
	const char *name;
} good[] = {
	{ "top", 1, 7, "top" },
	{ "top:colour=green", 1, 7, "top" },
	{ "top:colour=red", 0, 7, "top:colour=red" },
	{ "top:tries=300:colour=blue", 2, 300, "top:colour=blue:tries=300" },
	{ "top:tries=007", 1, 7, "top" },
	{ "top:below=mmap_lock:tries=2", 1, 2, "top:tries=2" },
};

static const struct {
	const char *spec, *why;
} bad[] = {
	{ "top:", "OPTION=VALUE" },
	{ "top:colour", "'colour': OPTION=VALUE" },
	{ "top:=red", "'=red': OPTION=VALUE" },
	{ "top:colour:tries=3", "'colour': OPTION=VALUE" },
	{ "top:colour=", "'colour=': one of red, green, blue is needed" },
	{ "top:colour=re", "one of red, green, blue" },
	{ "top:colour=redd", "one of red, green, blue" },
	{ "top:colour=red:colour=blue", "'colour' is there twice" },
	{ "top:tries=1", "'tries=1': a number from 2 to 300 is needed" },
	{ "top:tries=301", "a number from 2 to 300" },
	{ "top:tries=99999999999999999999999", "a number from 2 to 300" },
	{ "top:tries=-3", "a number from 2 to 300" },
	{ "top:tries=", "a number from 2 to 300" },
	{ "top:tries=3x", "a number from 2 to 300" },
	{ "top:below=top", "one of nobody, mmap_lock" },
	{ "top:below=nobody", "was not built in" },
	{ "top:shape=round", "'top' has no option 'shape': only colour, tries, below" },
	{ "top:a=1:b=1:c=1:d=1:e=1:f=1:g=1:h=1:i=1:j=1:k=1:l=1:m=1:n=1:o=1:p=1:q=1", "too many options" },
};

Test(spec, good)
{
	struct scheme_chain chain;
	char why[200];

	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++) {
		cr_assert_eq(scheme_chain_parse_top(&chain, &top, good[i].spec, why, sizeof(why)), 0, "%s: %s",
			     good[i].spec, why);
		cr_assert_eq(chain.inst[0].option[0], good[i].colour, "%s", good[i].spec);
		cr_assert_eq(chain.inst[0].option[1], good[i].tries, "%s", good[i].spec);
		cr_assert_str_eq(chain.name, good[i].name);
		cr_assert_eq(chain.nr, 2);
		cr_assert_eq(chain.inst[0].below, &chain.inst[1]);
	}
}

Test(spec, bad)
{
	struct scheme_chain chain;
	char why[200], small[10];
	int ret;

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
	cr_assert(strstr(why, "'nothing' is no scheme"), "%s", why);
}

/* Each scheme's own table: every value of every option can be chosen, and is called by its name. */
Test(spec, every_value_of_every_scheme)
{
	struct scheme_chain chain, again;
	char spec[SCHEME_SPEC_SIZE], why[200];

	for (const struct scheme *const *s = schemes; *s; s++) {
		for (const struct scheme_opt *opt = (*s)->opts; opt && opt->name; opt++) {
			unsigned int last = opt->max;

			if (opt->values[0])
				for (last = 0; opt->values[last + 1]; last++)
					;
			cr_assert(opt->initial >= opt->min && opt->initial <= last, "%s: %s", (*s)->name, opt->name);
			for (unsigned int v = opt->min; v <= last; v++) {
				snprintf(spec, sizeof(spec), "%s:%s=", (*s)->name, opt->name);
				if (opt->values[0])
					strcat(spec, opt->values[v]);
				else
					snprintf(spec + strlen(spec), 12, "%u", v);
				cr_assert_eq(scheme_chain_parse(&chain, spec, why, sizeof(why)), 0, "%s", why);
				cr_assert_eq(chain.inst[0].option[opt - (*s)->opts], v);
				cr_assert_str_eq(chain.name, v == opt->initial ? (*s)->name : spec);
				cr_assert_eq(scheme_chain_parse(&again, chain.name, why, sizeof(why)), 0);
				cr_assert_str_eq(again.name, chain.name);
			}
		}
	}
}
