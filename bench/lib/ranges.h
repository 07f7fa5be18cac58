/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ranges of an address space with a number each: the latest state of mappings as reported by the kernel.
 *
 * This suffices to find what lies at an address and how many mappings there are.  Ranges are not merged:
 * the kernel reports a merged mapping as a whole.
 */
#ifndef BENCH_LIB_RANGES_H
#define BENCH_LIB_RANGES_H

#include "common/platform/types.h"

struct range {
	u64 start, end;
	u32 value;
};

/** All 0: nothing is mapped. */
struct ranges {
	struct range *range;	/**< disjoint, ascending */
	u32 nr, max;
};

/** [start, end) is now one mapping. @return 0; -1: no memory */
int ranges_set(struct ranges *r, u64 start, u64 end, u32 value);
/** [start, end) is mapped no more. @return 0; -1: no memory */
int ranges_clear(struct ranges *r, u64 start, u64 end);
/** A fork. @return 0; -1: no memory */
int ranges_copy(struct ranges *to, const struct ranges *from);
/** What holds @a addr, or NULL. */
const struct range *ranges_at(const struct ranges *r, u64 addr);
/** The first that ends above @a addr, or NULL. */
const struct range *ranges_next(const struct ranges *r, u64 addr);
void ranges_exit(struct ranges *r);

#endif /* BENCH_LIB_RANGES_H */
