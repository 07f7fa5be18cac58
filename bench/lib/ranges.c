/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ranges in a sorted array: some hundred of them, looked up far more often than changed.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/lib/ranges.h"

/* The first range that ends above @a addr. */
static u32 find(const struct ranges *r, u64 addr)
{
	u32 low = 0, high = r->nr;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (r->range[middle].end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int reserve(struct ranges *r, u32 nr)
{
	struct range *p;

	if (nr <= r->max)
		return 0;
	p = realloc(r->range, 2 * (size_t)nr * sizeof(*p));
	if (!p)
		return -1;
	r->range = p;
	r->max = 2 * nr;
	return 0;
}

/* [start, end) becomes @a middle, or a hole where that is NULL. */
static int replace(struct ranges *r, u64 start, u64 end, const struct range *middle)
{
	struct range add[3], left, right;
	u32 from, to, n = 0;

	if (start >= end)
		return 0;
	if (reserve(r, r->nr + 2))
		return -1;
	from = to = find(r, start);
	while (to < r->nr && r->range[to].start < end)
		to++;
	/* What stays of the first and the last range that it covers. */
	left = right = (struct range){ 0, 0, 0 };
	if (from < to) {
		left = r->range[from];
		right = r->range[to - 1];
	}
	if (left.start < start && left.end > start) {
		left.end = start;
		add[n++] = left;
	}
	if (middle)
		add[n++] = *middle;
	if (right.end > end) {
		right.start = end;
		add[n++] = right;
	}
	memmove(&r->range[from + n], &r->range[to], (r->nr - to) * sizeof(*r->range));
	memcpy(&r->range[from], add, n * sizeof(*add));
	r->nr = r->nr - (to - from) + n;
	return 0;
}

int ranges_set(struct ranges *r, u64 start, u64 end, u32 value)
{
	struct range middle = { start, end, value };

	return replace(r, start, end, &middle);
}

int ranges_clear(struct ranges *r, u64 start, u64 end)
{
	return replace(r, start, end, NULL);
}

int ranges_copy(struct ranges *to, const struct ranges *from)
{
	ranges_exit(to);
	if (reserve(to, from->nr))
		return -1;
	if (from->nr)
		memcpy(to->range, from->range, from->nr * sizeof(*to->range));
	to->nr = from->nr;
	return 0;
}

const struct range *ranges_next(const struct ranges *r, u64 addr)
{
	u32 i = find(r, addr);

	return i < r->nr ? &r->range[i] : NULL;
}

const struct range *ranges_at(const struct ranges *r, u64 addr)
{
	const struct range *range = ranges_next(r, addr);

	return range && range->start <= addr ? range : NULL;
}

void ranges_exit(struct ranges *r)
{
	free(r->range);
	*r = (struct ranges){ NULL, 0, 0 };
}
