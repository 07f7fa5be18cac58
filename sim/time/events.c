/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Events in a binary heap by time.
 */
#include "sim/time/clock.h"

static struct event heap[EVENT_END + MACHINE_MAX_CPUS];
static u32 nr;

static bool before(const struct event *a, const struct event *b)
{
	return a->when != b->when ? a->when < b->when : a->id < b->id;
}

void event_add(u64 when, u32 id)
{
	struct event e = { when, id };
	u32 i = nr++;

	if (nr == ARRAY_SIZE(heap))
		sim_fail("more is under way on the simulated machine than it has room for");
	for (; i && before(&e, &heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = e;
	clock_event_added(when);
}

struct event event_first(void)
{
	return heap[0];
}

struct event event_take(void)
{
	struct event first = heap[0], last = heap[--nr];
	u32 i = 0, k;

	while ((k = 2 * i + 1) < nr) {
		if (k + 1 < nr && before(&heap[k + 1], &heap[k]))
			k++;
		if (!before(&heap[k], &last))
			break;
		heap[i] = heap[k];
		i = k;
	}
	heap[i] = last;
	return first;
}

bool events_any(void)
{
	return nr;
}

void events_forget(void)
{
	nr = 0;
}
