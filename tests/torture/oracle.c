// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The oracle's bookkeeping.
 */
#include "tests/torture/oracle.h"

#include "common/sync/atomic.h"

#define get(field)	__atomic_load_n(&(field), __ATOMIC_SEQ_CST)
#define put(field, v)	__atomic_store_n(&(field), (v), __ATOMIC_SEQ_CST)

/* A value: 8 bits of mark, 8 bits of cell, 48 bits of serial. */
#define MARK		0xc5ULL
#define CHILD_MARK	0xcdULL
#define SERIAL(v)	((v) & 0xffffffffffffULL)

static u64 value_of(const struct cell *c, u64 mark, u64 serial)
{
	return mark << 56 | (u64)c->id << 48 | serial;
}

void cell_wipe_begin(struct cell *c, enum wipe wipe, u64 *doomed)
{
	*doomed = 0;
	if (wipe == WIPES_NOT)
		return;
	put(c->wipe_begin, c->wipe_begin + 1);
	/* Writes that are over now will be wiped; those under way may come later. */
	if (wipe == WIPES)
		*doomed = get(c->done) & 0xffffffff;
}

void cell_wipe_end(struct cell *c, enum wipe wipe, u64 doomed)
{
	if (wipe == WIPES_NOT)
		return;
	if (doomed > c->floor)
		put(c->floor, doomed);
	put(c->wipe_end, c->wipe_end + 1);
}

void cell_change_begin(struct cell *c, enum wipe wipe, u64 *doomed)
{
	put(c->change_begin, c->change_begin + 1);
	cell_wipe_begin(c, wipe, doomed);
}

void cell_change_end(struct cell *c, enum wipe wipe, u64 doomed, const struct cell_state *state)
{
	cell_wipe_end(c, wipe, doomed);
	put(c->rights, state->rights);
	put(c->away, state->away);
	put(c->kind, state->kind);
	put(c->fork, state->fork);
	put(c->change_end, c->change_end + 1);
}

struct cell_state cell_state(const struct cell *c)
{
	return (struct cell_state){ get(c->rights), get(c->away), get(c->kind), get(c->fork) };
}

void cell_sample(const struct cell *c, struct sample *s)
{
	/* Ends first: if they equal the begins read later, nothing was open in between. */
	s->change = get(c->change_end);
	s->wipe = get(c->wipe_end);
	s->floor = get(c->floor);
	s->done = get(c->done);
	s->state = cell_state(c);
	s->change_open = get(c->change_begin) != s->change;
	s->wipe_open = get(c->wipe_begin) != s->wipe;
}

bool cell_stands(const struct cell *c, const struct sample *s)
{
	return !s->change_open && get(c->change_begin) == s->change;
}

u64 cell_next_value(struct cell *c)
{
	put(c->attempt, c->attempt + 1);
	return value_of(c, MARK, c->attempt);
}

void cell_wrote(struct cell *c, const struct sample *s, u64 value)
{
	u64 wipes = s->wipe_open ? 0xffffffff : s->wipe & 0xffffffff;

	put(c->done, wipes << 32 | SERIAL(value));
}

u64 cell_child_value(const struct cell *c, u64 serial)
{
	return value_of(c, CHILD_MARK, SERIAL(serial));
}

bool cell_is_fresh(const struct cell *c, unsigned int word, u64 value)
{
	return !value || value == c->file_word[word];
}

const char *cell_judge_rights(const struct cell *c, const struct sample *s,
			      enum access_result result, u32 need, bool may_oom)
{
	bool allowed = (s->state.rights & need) == need, beyond = s->state.rights & CELL_BEYOND;

	if (result == ACCESS_OOM)
		return may_oom ? NULL : "out of memory, where there is enough";
	if (!cell_stands(c, s))
		return NULL;	/* during a change either result may be right */
	if (!allowed)
		return result == ACCESS_SIGSEGV ? NULL : "an access that no right allowed at any time";
	switch (result) {
	case ACCESS_SIGSEGV:
		/* A stack that cannot grow for lack of memory gives this result too. */
		return may_oom && (s->state.rights & CELL_STACK) ? NULL :
			"SIGSEGV, though the rights were there all the time";
	case ACCESS_SIGBUS:
		return beyond ? NULL : "SIGBUS, and the file is long enough";
	default:
		return beyond ? "an access beyond the end of the file" : NULL;
	}
}

const char *cell_judge_value(const struct cell *c, const struct sample *s, unsigned int word,
			     u64 value)
{
	bool fresh = cell_is_fresh(c, word, value);
	u64 serial = fresh ? 0 : SERIAL(value);

	if (!fresh && value == value_of(c, CHILD_MARK, serial))
		return "a value that a child wrote to its copy";
	if (!fresh && value != value_of(c, MARK, serial))
		return "a value that was never written here";
	if (serial > get(c->attempt))
		return "a value that is not written yet";
	if (serial && serial <= s->floor)
		return "a value that was wiped";
	/* The other word is written only now and then, so nothing more is known of it. */
	if (word || s->wipe_open || get(c->wipe_begin) != s->wipe)
		return NULL;
	if (s->done >> 32 == (s->wipe & 0xffffffff) && serial < (s->done & 0xffffffff))
		return "a write that was lost";
	return NULL;
}
