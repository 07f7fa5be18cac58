/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief "did you mean": which of the known words a mistyped one is nearest to.
 */
#ifndef BENCH_LIB_NEAR_H
#define BENCH_LIB_NEAR_H

struct near {
	const char *typed;
	const char *best;	/**< NULL: none is near enough */
	unsigned int distance;
	char hint[96];
};

/** Begin with what was typed, which outlives @a n. */
void near_begin(struct near *n, const char *typed);
/** One of the words that it could have been; they outlive @a n. */
void near_try(struct near *n, const char *word);
/** "; did you mean 'compare'?", or "". */
const char *near_hint(struct near *n);

#endif /* BENCH_LIB_NEAR_H */
