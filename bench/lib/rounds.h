/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The order of columns in each round: no column gains by its place or by the column before it.
 *
 * In n rounds of n columns (2n where n is odd) each column stands once (twice) at
 * each place, and comes right after each other one equally often.
 *
 * Source: E. J. Williams, "Experimental designs balanced for the estimation of
 * residual effects of treatments" (1949).
 */
#ifndef BENCH_LIB_ROUNDS_H
#define BENCH_LIB_ROUNDS_H

/** The column, below @a n, that runs at @a place, from 0, of round @a round. */
static inline unsigned int rounds_column(unsigned int place, unsigned int round, unsigned int n)
{
	unsigned int offset;

	if (n % 2 && round / n % 2)
		place = n - 1 - place;
	/* 0, 1, n-1, 2, n-2, ...: each difference between neighbours occurs once. */
	offset = place % 2 ? (place + 1) / 2 : (n - place / 2) % n;
	return (offset + round) % n;
}

#endif /* BENCH_LIB_ROUNDS_H */
