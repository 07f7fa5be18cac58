/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ranges in a sorted array: some hundred of them, changed rarely.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/record/rights.h"

/* The first range that ends above @a addr. */
static u32 find(const struct rights *r, u64 addr)
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

static int reserve(struct rights *r, u32 nr)
{
	struct rights_range *p;

	if (nr <= r->max)
		return 0;
	p = realloc(r->range, 2 * (size_t)nr * sizeof(*p));
	if (!p)
		return -1;
	r->range = p;
	r->max = 2 * nr;
	return 0;
}

int rights_set(struct rights *r, u64 start, u64 end, bool writable)
{
	struct rights_range add[3], left, right;
	u32 from, to, n = 0;

	if (start >= end)
		return 0;
	if (reserve(r, r->nr + 2))
		return -1;
	from = to = find(r, start);
	while (to < r->nr && r->range[to].start < end)
		to++;
	/* What stays of the first and the last range that it covers. */
	if (from < to) {
		left = r->range[from];
		right = r->range[to - 1];
		if (left.start < start) {
			left.end = start;
			add[n++] = left;
		}
	}
	add[n++] = (struct rights_range){ start, end, writable };
	if (from < to && right.end > end) {
		right.start = end;
		add[n++] = right;
	}
	memmove(&r->range[from + n], &r->range[to], (r->nr - to) * sizeof(*r->range));
	memcpy(&r->range[from], add, n * sizeof(*add));
	r->nr = r->nr - (to - from) + n;
	return 0;
}

int rights_copy(struct rights *to, const struct rights *from)
{
	rights_exit(to);
	if (reserve(to, from->nr))
		return -1;
	if (from->nr)
		memcpy(to->range, from->range, from->nr * sizeof(*to->range));
	to->nr = from->nr;
	return 0;
}

bool rights_writable(const struct rights *r, u64 addr)
{
	u32 i = find(r, addr);

	return i < r->nr && r->range[i].start <= addr && r->range[i].writable;
}

void rights_exit(struct rights *r)
{
	free(r->range);
	*r = (struct rights){ NULL, 0, 0 };
}
