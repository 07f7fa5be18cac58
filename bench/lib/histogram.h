/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Latencies counted in buckets that grow with the value: bounded memory, quantiles within 1/128 of the value.
 *
 * Values below 2^HISTOGRAM_BITS have a bucket each; above, each power of two is cut
 * into 2^HISTOGRAM_BITS buckets of one width.  Values beyond 2^HISTOGRAM_TOP share the last bucket;
 * sum, least and greatest are exact.
 *
 * Source: the idea is HdrHistogram's (Gil Tene); Debian has no C library of it.
 */
#ifndef BENCH_LIB_HISTOGRAM_H
#define BENCH_LIB_HISTOGRAM_H

#include "common/platform/types.h"

#define HISTOGRAM_BITS	7
#define HISTOGRAM_TOP	36	/* 2^36 ns are 69 s */
#define HISTOGRAM_SUB	(1u << HISTOGRAM_BITS)
#define HISTOGRAM_SIZE	((HISTOGRAM_TOP - HISTOGRAM_BITS + 1) * HISTOGRAM_SUB)

/** All zero is an empty one. */
struct histogram {
	u64 nr, total, max;
	u32 count[HISTOGRAM_SIZE];
};

/** The bucket of a value. */
static inline unsigned int histogram_bucket(u64 value)
{
	unsigned int shift;

	if (value < HISTOGRAM_SUB)
		return (unsigned int)value;
	if (value >> HISTOGRAM_TOP)
		return HISTOGRAM_SIZE - 1;
	shift = 63 - (unsigned int)__builtin_clzll(value) - HISTOGRAM_BITS;
	return (shift << HISTOGRAM_BITS) + (unsigned int)(value >> shift);
}

static inline void histogram_add(struct histogram *h, u64 value)
{
	h->nr++;
	h->total += value;
	if (value > h->max)
		h->max = value;
	h->count[histogram_bucket(value)]++;
}

void histogram_merge(struct histogram *to, const struct histogram *from);

/**
 * The quantile @a q in [0, 1], as stat_quantile() would give it for the values themselves; it lies
 * between two values, and the error is at most the width of the greater one's bucket. 0 if there is no
 * value.
 */
double histogram_quantile(const struct histogram *h, double q);

#endif /* BENCH_LIB_HISTOGRAM_H */
