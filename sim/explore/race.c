// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Finds accesses that must be ordered by happens-before and are not: data races, and memory freed
 * while a thread uses it.
 *
 * Two accesses to one word must be ordered if one is plain and one writes, in whatever order they were
 * executed.  Memory that is freed, or a frame that goes out of use, counts as written as a whole: each
 * access before it in the execution must be before it by order, too. (An access that comes later is
 * caught by the line's state.)  Stacks are left out.
 */
#include "sim/explore/memory.h"

/* Event number @a n of thread @a lane is not before what the running thread does now. */
static inline bool unordered(unsigned int lane, int16_t n)
{
	return n > ex_cur()->now.before[lane] && lane != ex_lane();
}

/* Does any lane of @a times exceed what the running thread has before it?  Its own lane never does. */
static inline bool any_unordered(vclock times)
{
	vclock now = ex_cur()->now.before;

	now[ex_lane()] = CLOCK_NEVER;
	return clock_beyond(times, now);
}

static unsigned int whose(vclock times)
{
	for (unsigned int lane = 0; lane < EXPLORE_THREADS; lane++)
		if (times[lane] && unordered(lane, times[lane]))
			return lane;
	return 0;
}

static void race(const char *mine, const char *other, unsigned int lane, const void *p, const void *where,
		 const void *other_where)
{
	char name[128], here[128], there[128];

	ex.total.races++;
	if (!ex.races)
		return;
	ex_finding("data race: %s by %s and %s by %s are not ordered\n%s in %s\n%s in %s\non %s", mine, ex_name(ex_lane()),
		   other, ex_name(lane), mine, sim_place(where, here, sizeof(here)), other,
		   other_where ? sim_place(other_where, there, sizeof(there)) : "?", arena_describe(p, name, sizeof(name)));
}

static void check_plain(const struct cell *c, bool write, const void *p, const void *where)
{
	const char *mine = write ? "a plain write" : "a plain read";

	if (c->written && unordered(c->writer, c->written))
		race(mine, "a plain write", c->writer, p, where, c->where_written);
	if (any_unordered(c->stores))
		race(mine, "an atomic write", whose(c->stores), p, where, c->where_stored);
	if (!write)
		return;
	if (any_unordered(c->reads))
		race(mine, "a plain read", whose(c->reads), p, where, c->where_read);
	if (any_unordered(c->loads))
		race(mine, "an atomic read", whose(c->loads), p, where, c->where_loaded);
}

static void check_atomic(const struct cell *c, bool write, const void *p, const void *where)
{
	if (c->written && unordered(c->writer, c->written))
		race(write ? "an atomic write" : "an atomic read", "a plain write", c->writer, p, where, c->where_written);
	if (write && any_unordered(c->reads))
		race("an atomic write", "a plain read", whose(c->reads), p, where, c->where_read);
}

/* Check the other cells of a word that was accessed in several sizes. */
static void check_overlapping(const struct cell *mine, bool plain, bool write, const void *where)
{
	const char *first = (const char *)((uintptr_t)mine->p & ~7UL);

	for (unsigned int half = 0; half < 8; half += 4)
		for (const struct cell *c = memory_find(first + half); c; c = memory_sibling(c)) {
			if (c == mine || (const char *)c->p >= (const char *)mine->p + mine->size ||
			    (const char *)mine->p >= (const char *)c->p + c->size)
				continue;
			if (plain)
				check_plain(c, write, mine->p, where);
			else
				check_atomic(c, write, mine->p, where);
		}
}

void race_atomic(const struct cell *c, bool write, const void *where)
{
	check_atomic(c, write, c->p, where);
	if (unlikely(c->mixed))
		check_overlapping(c, false, write, where);
}

/* Are the halves of this word separate cells? */
static inline bool halved(const void *p)
{
	const struct cell *low = memory_find(p);

	return (low && low->size == 4) || (!low && memory_find((const char *)p + 4));
}

static void plain_word(const void *p, unsigned int size, bool write, const void *where)
{
	const struct arena_line *line = arena_line(p);
	struct explore_thread *t = ex_cur();
	unsigned int lane = t->sim.id;
	struct cell *c;

	if (unlikely(line->state != ARENA_FINE))
		sim_bad_access(p, write, where);
	if (write)
		arena_log((void *)(uintptr_t)p, size);
	if (line->own == LINE_QUIET)
		return;
	if (size == 8 && unlikely(halved(p))) {
		plain_word(p, 4, write, where);
		plain_word((const char *)p + 4, 4, write, where);
		return;
	}
	ex.total.events++;
	if (unlikely(++ex.plain > EXPLORE_MAX_PLAIN))
		ex_finding("%s goes round in a loop: %u plain accesses, and no other", ex_name(ex_lane()), EXPLORE_MAX_PLAIN);
	c = memory_cell(p, size, true);
	check_plain(c, write, p, where);
	if (unlikely(c->mixed))
		check_overlapping(c, true, write, where);
	/* Use the number of the thread's next event, which nothing it has released so far covers. */
	if (write) {
		c->writer = (u8)lane;
		c->written = t->now.before[lane] + 1;
		c->where_written = where;
		memory_written(c);
		if (unlikely(ex.trace))
			ex_note(STEP_WRITE, p, size, 0, 0, where);
	} else {
		c->reads[lane] = t->now.before[lane] + 1;
		c->where_read = where;
		if (unlikely(ex.trace))
			ex_note(STEP_READ, p, size, memory_get(p, size), 0, where);
	}
}

void ex_plain(const void *p, size_t size, bool write, const void *where)
{
	const char *at = p, *end = at + size;

	if (likely(size <= 8 && !(size & (size - 1)) && !((uintptr_t)p & (size - 1)))) {
		plain_word(p, (unsigned int)size, write, where);
		return;
	}
	while (at < end) {
		unsigned int part = 8;

		while (part > (size_t)(end - at) || ((uintptr_t)at & (part - 1)))
			part /= 2;
		plain_word(at, part, write, where);
		at += part;
	}
}

void race_gone(const void *start, size_t size, const char *what, const void *where)
{
	const char *p = start;

	for (size_t at = 0; at < size; at += 4)
		for (const struct cell *c = memory_find(p + at); c; c = memory_sibling(c)) {
			if (c->written && unordered(c->writer, c->written))
				race(what, "a plain write", c->writer, c->p, where, c->where_written);
			if (any_unordered(c->stores))
				race(what, "an atomic write", whose(c->stores), c->p, where, c->where_stored);
			if (any_unordered(c->loads))
				race(what, "an atomic read", whose(c->loads), c->p, where, c->where_loaded);
			if (any_unordered(c->reads))
				race(what, "a plain read", whose(c->reads), c->p, where, c->where_read);
		}
}
