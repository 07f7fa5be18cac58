/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The counters' names and meanings, and their sum.
 */
#include "common/mm/stats.h"
#include "common/sync/atomic.h"

struct event_text {
	const char *name, *meaning;
};

static const struct event_text event_texts[NR_STATS_EVENTS] = {
#define X(NAME, name, meaning) [STAT_##NAME] = { #name, meaning },
	STATS_EVENTS(X)
#undef X
};

const char *stats_event_name(enum stats_event event)
{
	return event_texts[event].name;
}

const char *stats_event_meaning(enum stats_event event)
{
	return event_texts[event].meaning;
}

void stats_add(struct stats *sum, const struct stats *from)
{
	for (unsigned int i = 0; i < NR_STATS_EVENTS; i++)
		sum->event[i] += READ_ONCE(from->event[i]);
	for (unsigned int rung = 0; rung < STATS_MAX_RUNGS; rung++)
		for (unsigned int i = 0; i < STATS_MAX_SCHEME; i++)
			sum->rung[rung][i] += READ_ONCE(from->rung[rung][i]);
}
