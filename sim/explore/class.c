// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The class of an execution: which events happen before which, whatever the order of independent events.
 *
 * Two executions have one class if they differ only in the order of events that do not conflict.  Computed apart
 * from dpor.c, to check it against plain sleep sets, and to count what random schedules have reached.
 */
#include "sim/explore/explore.h"

#define PLACES 16384u

struct class_place {
	const void *p;
	u32 execution;
	u32 readers;				/* lanes with a read since the last write */
	u32 write[EXPLORE_THREADS];		/* clock of the last write */
	u32 read[EXPLORE_THREADS][EXPLORE_THREADS];
};

static struct class_place places[PLACES];
static u32 execution;
static u32 clocks[EXPLORE_THREADS][EXPLORE_THREADS], events[EXPLORE_THREADS];
static u32 whole[EXPLORE_THREADS];		/* clock of the last event that conflicts with all others */

void ex_class_begin(void)
{
	execution++;
	memset(clocks, 0, sizeof(clocks));
	memset(events, 0, sizeof(events));
	memset(whole, 0, sizeof(whole));
}

static struct class_place *place_of(const void *p)
{
	u32 h = (u32)((u64)(uintptr_t)p >> 2) * 2654435761u >> 18;

	for (;; h++) {
		struct class_place *at = &places[h % PLACES];

		if (at->execution != execution) {
			memset(at, 0, sizeof(*at));
			at->p = p;
			at->execution = execution;
			return at;
		}
		if (at->p == p)
			return at;
	}
}

static void join(u32 *clock, const u32 *with)
{
	for (unsigned int i = 0; i < EXPLORE_THREADS; i++)
		if (with[i] > clock[i])
			clock[i] = with[i];
}

void ex_class_event(void)
{
	const struct explore_thread *t = ex_cur();
	unsigned int lane = ex_lane();
	u32 *clock = clocks[lane];
	struct class_place *at;
	u64 x;

	if (!t->event)
		return;
	at = place_of(t->event);
	join(clock, at->write);
	join(clock, whole);
	for (unsigned int i = 0; t->event == &ex_everything && i < EXPLORE_THREADS; i++)
		join(clock, clocks[i]);
	if (t->event_write)
		for (u32 left = at->readers; left; left &= left - 1)
			join(clock, at->read[__builtin_ctz(left)]);
	clock[lane] = ++events[lane];
	if (t->event == &ex_everything)
		memcpy(whole, clock, sizeof(whole));
	if (t->event_write) {
		memcpy(at->write, clock, sizeof(at->write));
		at->readers = 0;
	} else {
		memcpy(at->read[lane], clock, sizeof(at->read[lane]));
		at->readers |= 1u << lane;
	}
	x = lane * 0x9e3779b97f4a7c15ULL ^ (u64)(uintptr_t)t->event;
	for (unsigned int i = 0; i < EXPLORE_THREADS; i++)
		x = ex_mix(x ^ clock[i]);
	ex.result.class += x;	/* a sum does not depend on the order of the events */
}
