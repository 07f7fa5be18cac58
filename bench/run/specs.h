/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Scheme specs on command lines: `NAME[:BELOW]...`, and lists of them.
 */
#ifndef BENCH_RUN_SPECS_H
#define BENCH_RUN_SPECS_H

#include "bench/lib/error.h"
#include "bench/cli/options.h"
#include "common/mm/scheme.h"

/** Not in the registry, but commands know it: one thread without a lock (floor.c). */
extern const struct scheme scheme_floor;

/** @return the index of one that allows one thread only, or @a nr: there is none */
unsigned int specs_single_thread(const struct scheme_chain *chain, unsigned int nr);

/**
 * Lay out the chain of one spec.
 * @return 0; -1: err says what is wrong with it
 */
int spec_parse(struct scheme_chain *chain, const char *spec, struct bench_error *err);

/**
 * Lay out the chains of `A,B,...`; NULL: every scheme that was built, as usual.  Two
 * specs that mean the same are refused.
 * @param max	of @a chain; more specs are refused
 * @return 0; -1: err says what is wrong, and *nr is undefined
 */
int specs_parse(struct scheme_chain *chain, unsigned int max, unsigned int *nr, const char *list,
		struct bench_error *err);

/** The same of the schemes in their published forms, without the pages of their open questions. */
int specs_published(struct scheme_chain *chain, unsigned int max, unsigned int *nr, struct bench_error *err);

/** The baseline of a list, to which ratios are taken: plain mmap_lock, or else the first. @return its index */
unsigned int specs_baseline(const struct scheme_chain *chain, unsigned int nr);
/** The same where @a wanted is NULL, or else the one that it names.  @return 0; -1: err */
int specs_choose_baseline(const struct scheme_chain *chain, unsigned int nr, const char *wanted, unsigned int *at,
			  struct bench_error *err);

/** For completion: specs that begin with @a word. */
void specs_complete(const char *word, FILE *out);

/** --schemes, as it was typed, for a const char *. */
#define SPECS_OPTION(type, field, text) \
	OPTION_TEXT('s', "schemes", "A,B,...", type, field, text, .complete = specs_complete)

#endif /* BENCH_RUN_SPECS_H */
