/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which functions reach which, and sums over them.
 *
 * The call graph has an edge wherever a function names another: a call, or a
 * pointer that is handed on.  A call through a pointer in memory, to the rung below or a hook, has none;
 * the ladder adds the rungs below.
 */
#include <string.h>

#include "bench/complexity/scope.h"

static const char *const figure_names[NR_CX_FIGURES] = {
	[CX_LINES] = "lines",
	[CX_FUNCTIONS] = "functions",
	[CX_CYCLOMATIC] = "cyclomatic",
	[CX_COGNITIVE] = "cognitive",
	[CX_NESTING] = "nesting",
	[CX_VOLUME] = "volume_bits",
	[CX_SHARED] = "shared",
	[CX_ORDERINGS] = "orderings",
	[CX_LOCKS] = "locks",
	[CX_RCU] = "rcu",
};

static const char *const part_names[NR_CX_PARTS] = {
	[CX_OWN] = "own",
	[CX_CORE] = "core",
	[CX_LADDER] = "ladder",
};

const char *cx_figure_name(enum cx_figure figure)
{
	return figure_names[figure];
}

const char *cx_part_name(enum cx_part part)
{
	return part_names[part];
}

static void reach(struct cx_program *p, const char *key, const char *scheme)
{
	struct cx_function *f = cx_function_find(p, key);

	if (!f || cx_names_have(&f->users, scheme))
		return;
	cx_names_add(p, &f->users, scheme);
	if (p->no_memory)
		return;
	for (size_t i = 0; i < f->calls.nr; i++)
		reach(p, f->calls.name[i], scheme);
}

void cx_scope_mark(struct cx_program *p)
{
	for (size_t i = 0; i < p->nr_schemes; i++)
		for (size_t k = 0; k < p->scheme[i].ops.nr; k++)
			reach(p, p->scheme[i].ops.name[k], p->scheme[i].name);
}

static bool is_own(const struct cx_scheme *s, const struct cx_function *f)
{
	const char *page = strrchr(f->path, '/');
	size_t n = strlen(s->name);

	return !strncmp(f->path, "prototypes/", strlen("prototypes/")) && !strncmp(page + 1, s->name, n) &&
	       !strcmp(page + 1 + n, ".c");
}

static bool is_core(const struct cx_scheme *s, const struct cx_function *f)
{
	return strncmp(f->path, "prototypes/", strlen("prototypes/")) && cx_names_have(&f->users, s->name);
}

bool cx_scope_has(const struct cx_program *p, const struct cx_scheme *s, enum cx_part part,
		  const struct cx_function *f)
{
	switch (part) {
	case CX_OWN:
		return is_own(s, f);
	case CX_CORE:
		return is_core(s, f);
	default:
		/* A ladder has at most as many rungs as there are schemes, so a cyclic one ends too. */
		for (size_t rungs = 0; s && rungs < p->nr_schemes; rungs++) {
			if (is_own(s, f) || is_core(s, f))
				return true;
			s = cx_scheme_find(p, s->below);
		}
		return false;
	}
}

static void sum_add(struct cx_program *p, struct cx_sum *sum, const struct cx_function *f)
{
	for (int i = 0; i < NR_CX_FIGURES; i++) {
		if (i != CX_NESTING)
			sum->figure[i] += f->figure[i];
		else if (f->figure[i] > sum->figure[i])
			sum->figure[i] = f->figure[i];
	}
	for (size_t i = 0; i < f->shared.nr; i++)
		cx_names_add(p, &sum->shared, f->shared.name[i]);
	sum->figure[CX_SHARED] = sum->shared.nr;
}

struct cx_sum cx_scope_sum(struct cx_program *p, const struct cx_scheme *s, enum cx_part part)
{
	struct cx_sum sum = { .shared.nr = 0 };

	for (size_t i = 0; i < p->nr_functions; i++)
		if (cx_scope_has(p, s, part, &p->function[i]))
			sum_add(p, &sum, &p->function[i]);
	return sum;
}

struct cx_sum cx_scope_sum_all(struct cx_program *p)
{
	struct cx_sum sum = { .shared.nr = 0 };

	for (size_t i = 0; i < p->nr_functions; i++)
		sum_add(p, &sum, &p->function[i]);
	return sum;
}
