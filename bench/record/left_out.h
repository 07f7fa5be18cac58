/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a recording saw and could not put into the trace, counted by name.
 */
#ifndef BENCH_RECORD_LEFT_OUT_H
#define BENCH_RECORD_LEFT_OUT_H

#include <stdio.h>

#include "bench/record/known_calls.h"

enum left_out {
	/* The first are calls without a line, in the order of known_calls[]. */
	LEFT_OUT_COMPAT = NR_KNOWN_CALLS,	/**< calls of 32-bit programs, whose numbers mean others */
	LEFT_OUT_STRANGER,	/**< events of threads whose beginning was lost */
	LEFT_OUT_KERNEL_HALF,	/**< faults and mappings above what a program may map */
	LEFT_OUT_UNKNOWN,	/**< records of a kind that the decoder does not know, or too short for their kind */
	LEFT_OUT_LOCKED,	/**< mappings that are locked in memory: a V line does not say so */
	LEFT_OUT_HUGETLB,	/**< mappings of huge pages: a V line does not say so */
	LEFT_OUT_FLAGS,		/**< mappings with other flags that a V line has no place for */
	NR_LEFT_OUT
};

struct left_out_counts {
	u64 nr[NR_LEFT_OUT];
};

/** Nothing? */
bool left_out_nothing(const struct left_out_counts *counts);

/**
 * What there is, with commas, in lines of at most @a width characters that begin with @a begin and end with a
 * newline: "mlock 3, records of an unknown kind 1".  Nothing is printed if there is nothing.
 */
void left_out_print(FILE *out, const struct left_out_counts *counts, const char *begin, size_t width);

#endif /* BENCH_RECORD_LEFT_OUT_H */
