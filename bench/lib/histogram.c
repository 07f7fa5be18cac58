/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Quantiles of a bounded histogram.
 */
#include "bench/lib/histogram.h"

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	to->nr += from->nr;
	to->total += from->total;
	if (from->max > to->max)
		to->max = from->max;
	for (unsigned int i = 0; i < HISTOGRAM_SIZE; i++)
		to->count[i] += from->count[i];
}

/* The least value of a bucket, and how many values it takes. */
static u64 bucket_start(unsigned int bucket, u64 *width)
{
	unsigned int shift;

	*width = 1;
	if (bucket < 2 * HISTOGRAM_SUB)
		return bucket;
	shift = (bucket >> HISTOGRAM_BITS) - 1;
	*width = 1ULL << shift;
	return (u64)(bucket - (shift << HISTOGRAM_BITS)) << shift;
}

/*
 * The value of rank @a rank, from 0.  We know its bucket and how many values that has, and assume that
 * they are spread evenly.
 */
static double value_of_rank(const struct histogram *h, u64 rank)
{
	u64 below = 0, start, width;
	unsigned int i = 0;
	double value;

	while (i < HISTOGRAM_SIZE - 1 && below + h->count[i] <= rank)
		below += h->count[i++];
	if (i == HISTOGRAM_SIZE - 1 || rank == h->nr - 1)
		return (double)h->max;
	start = bucket_start(i, &width);
	value = (double)start;
	if (width > 1)
		value += (double)width * ((double)(rank - below) + 0.5) / (double)h->count[i];
	return value < (double)h->max ? value : (double)h->max;
}

double histogram_quantile(const struct histogram *h, double q)
{
	double at, low;
	u64 rank;

	if (!h->nr)
		return 0;
	at = q * (double)(h->nr - 1);
	rank = (u64)at;
	low = value_of_rank(h, rank);
	if (rank + 1 >= h->nr)
		return low;
	/* Interpolate between two values, as stat_quantile() does. */
	return low + (at - (double)rank) * (value_of_rank(h, rank + 1) - low);
}
