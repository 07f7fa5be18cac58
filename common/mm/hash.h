/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A mixer of 64 bits: file contents, injected failures and checksums are made from it.
 *
 * Its one requirement is to be the same on every machine and in every run.
 * Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators"
 * (OOPSLA 2014), the finalizer with Stafford's constants.
 */
#ifndef COMMON_MM_HASH_H
#define COMMON_MM_HASH_H

#include "common/platform/types.h"

/** A bijection in which every input bit moves about half of the output bits. */
static inline u64 hash64(u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/** Hash two words; their order matters. */
static inline u64 hash64_2(u64 a, u64 b)
{
	return hash64(hash64(a) ^ b);
}

#endif /* COMMON_MM_HASH_H */
