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
#define SERIAL(v)	((v) & 0xffffffffffffULL)

static u64 value_of(const struct cell *c, u64 serial)
{
	return MARK << 56 | (u64)c->id << 48 | serial;
}

void cell_change_begin(struct cell *c, bool wipes, u64 *doomed)
{
	put(c->change_begin, c->change_begin + 1);
	if (wipes) {
		put(c->wipe_begin, c->wipe_begin + 1);
		/* Writes that are over now will be wiped; those under way may come later. */
		*doomed = get(c->done) & 0xffffffff;
	}
}

void cell_change_end(struct cell *c, bool wipes, u64 doomed, u32 rights, u32 away)
{
	if (wipes) {
		if (doomed > c->floor)
			put(c->floor, doomed);
		put(c->wipe_end, c->wipe_end + 1);
	}
	put(c->rights, rights);
	put(c->away, away);
	put(c->change_end, c->change_end + 1);
}

void cell_sample(const struct cell *c, struct sample *s)
{
	/* Ends first: if they equal the begins read later, nothing was open in between. */
	s->change = get(c->change_end);
	s->wipe = get(c->wipe_end);
	s->floor = get(c->floor);
	s->done = get(c->done);
	s->rights = get(c->rights);
	s->away = get(c->away);
	s->change_open = get(c->change_begin) != s->change;
	s->wipe_open = get(c->wipe_begin) != s->wipe;
}

u64 cell_next_value(struct cell *c)
{
	put(c->attempt, c->attempt + 1);
	return value_of(c, c->attempt);
}

void cell_wrote(struct cell *c, const struct sample *s, u64 value)
{
	u64 wipes = s->wipe_open ? 0xffffffff : s->wipe & 0xffffffff;

	put(c->done, wipes << 32 | SERIAL(value));
}

const char *cell_judge_rights(const struct cell *c, const struct sample *s,
			      enum access_result result, u32 need)
{
	bool allowed = (s->rights & need) == need;

	if (result == ACCESS_OOM || result == ACCESS_SIGBUS)
		return "an answer that no access may get here";
	if (s->change_open || get(c->change_begin) != s->change)
		return NULL;	/* beside a change either answer may be right */
	if (allowed && result != ACCESS_OK)
		return "SIGSEGV, though the rights were there all the time";
	if (!allowed && result == ACCESS_OK)
		return "an access that no right allowed at any time";
	return NULL;
}

const char *cell_judge_value(const struct cell *c, const struct sample *s, unsigned int word,
			     u64 value)
{
	bool fresh = !value || value == c->file_word[word];
	u64 serial = fresh ? 0 : SERIAL(value);

	if (!fresh && value != value_of(c, serial))
		return "a value that was never written here";
	if (serial > get(c->attempt))
		return "a value that is not written yet";
	if (serial && serial <= s->floor)
		return "a value that was wiped";
	/* The other word is written now and then only: nothing more is known of it. */
	if (word || s->wipe_open || get(c->wipe_begin) != s->wipe)
		return NULL;
	if (s->done >> 32 == (s->wipe & 0xffffffff) && serial < (s->done & 0xffffffff))
		return "a write that was lost";
	return NULL;
}
