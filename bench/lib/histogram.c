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

double histogram_quantile(const struct histogram *h, double q)
{
	double rank, below = 0, value;
	unsigned int i = 0;
	u64 start, width;

	if (!h->nr)
		return 0;
	rank = q * (double)(h->nr - 1);
	while (i < HISTOGRAM_SIZE - 1 && below + (double)h->count[i] <= rank)
		below += (double)h->count[i++];
	start = bucket_start(i, &width);
	if (i == HISTOGRAM_SIZE - 1)
		return (double)h->max;
	/* Its values are taken to lie evenly: each in the middle of its share of the bucket. */
	value = (double)start;
	if (width > 1)
		value += (double)width * (rank - below + 0.5) / (double)h->count[i];
	return value < (double)h->max ? value : (double)h->max;
}
