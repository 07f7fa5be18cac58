/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which part of a recording is timed.
 *
 * Where its threads meet most, since there locking matters most: if it does not matter there, it does not elsewhere.
 */
#include <stdlib.h>

#include "bench/place/place.h"

/* By number of timed events so far: where the next one is in the plan, and how many meetings there were. */
struct counted {
	u32 at, meetings;
};

/* @return how many timed events there are */
static u32 count_timed(const struct plan *plan, struct counted *c, u32 *last)
{
	u32 n = 0, meetings = 0;

	for (u32 i = 0; i < plan->nr_spaces; i++)
		last[i] = PLAN_NONE;
	for (u32 i = 0; i < plan->nr_events; i++) {
		const struct plan_event *pe = &plan->event[i];

		if (!plan_is_timed(pe))
			continue;
		c[n++] = (struct counted){ i, meetings };
		meetings += last[pe->space] != PLAN_NONE && last[pe->space] != pe->thread;
		last[pe->space] = pe->thread;
	}
	c[n] = (struct counted){ n ? c[n - 1].at + 1 : 0, meetings };
	return n;
}

static u32 apart(u32 a, u32 b)
{
	return a > b ? a - b : b - a;
}

/* @return the number of the timed event with which it begins */
static u32 choose(const struct counted *c, u32 n, u32 events)
{
	u32 best = 0, most = 0, middle = (n - events) / 2;

	for (u32 i = 0; i + events <= n; i++) {
		u32 met = c[i + events].meetings - c[i].meetings;

		if (!i || met > most || (met == most && apart(i, middle) < apart(best, middle))) {
			best = i;
			most = met;
		}
	}
	return best;
}

/* @seen: room for a flag for each thread */
static void describe(struct place_part *part, const struct plan *plan, bool *seen)
{
	part->begins_ns = ~0ULL;
	for (u32 i = 0; i < plan->nr_events; i++) {
		const struct plan_event *pe = &plan->event[i];
		u64 time = plan->trace->event[pe->event].time;

		part->all_faults += pe->act == ACT_FAULT;
		if (i < part->from || i >= part->to || !plan_is_timed(pe))
			continue;
		part->faults += pe->act == ACT_FAULT;
		part->calls += pe->act != ACT_FAULT;
		part->threads += !seen[pe->thread];
		seen[pe->thread] = true;
		part->begins_ns = time < part->begins_ns ? time : part->begins_ns;
		part->ends_ns = time > part->ends_ns ? time : part->ends_ns;
	}
	if (part->begins_ns > part->ends_ns)
		part->begins_ns = part->ends_ns = 0;
}

int place_choose_part(struct place_part *part, const struct plan *plan, u64 events, struct bench_error *err)
{
	struct counted *c = malloc((plan->nr_events + 1UL) * sizeof(*c));
	u32 *last = malloc((plan->nr_spaces + 1UL) * sizeof(*last)), n, begin;
	bool *seen = calloc(plan->trace->nr_threads + 1UL, sizeof(*seen));
	int ret = -1;

	*part = (struct place_part){ .from = 0 };
	if (!c || !last || !seen) {
		bench_fail_memory(err, "choosing a part of a recording");
		goto out;
	}
	n = count_timed(plan, c, last);
	if (!events || events > n)
		events = n;
	begin = choose(c, n, (u32)events);
	part->from = c[begin].at;
	part->to = events ? c[begin + events - 1].at + 1 : part->from;
	/* The first of the part may have met the one before it. */
	part->meetings = c[begin + events].meetings - c[begin].meetings;
	describe(part, plan, seen);
	ret = 0;
out:
	free(c);
	free(last);
	free(seen);
	return ret;
}
