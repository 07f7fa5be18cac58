/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A core's tags: which lines, and which version of each, it has in L1 and L2.
 */
#include "sim/time/line.h"

static u64 *l2_set(const struct core *core, u64 nr)
{
	return core->l2[line_hash(nr) * timing.l2_sets >> 32];
}

static void l1_insert(struct core *core, u64 nr, u64 key)
{
	u64 *set = core->l1[line_hash(nr) * timing.l1_sets >> 32];

	if (set[0] >> 32 != nr)
		set[1] = set[0];
	set[0] = key;
}

/* The owner has no room for the line: it goes to the L3, and no core has a copy. */
static void evict(const struct core *core, u64 key)
{
	struct line *l = &timing.line[key >> 32];
	const struct seat *owner;

	if (!key || l->version != (u32)key || !l->owner || l->flying)
		return;
	owner = &timing.seats[l->owner - 1];
	if (&timing.cores[owner->core] != core)
		return;
	l->owner = l->writer = 0;
	l->sharers = 0;
	l->domains = 1ULL << owner->l3;
	l->stamp = (u32)timing.fills[owner->l3];
	l->version++;
}

void tag_insert(struct core *core, u64 nr, u32 version)
{
	u64 key = nr << 32 | version, *set = l2_set(core, nr);

	l1_insert(core, nr, key);
	if (set[0] >> 32 == nr) {
		set[0] = key;
		return;
	}
	if (set[1] >> 32 != nr)
		evict(core, set[1]);
	set[1] = set[0];
	set[0] = key;
}

/*
 * Does the core have a tag of the line's present version?  A line that is only in L2 moves to L1, which
 * costs time.
 */
bool tag_here(struct core *core, u64 nr, u32 version)
{
	u64 key = nr << 32 | version, *set = core->l1[line_hash(nr) * timing.l1_sets >> 32];

	if (set[0] == key || set[1] == key)
		return true;
	set = l2_set(core, nr);
	if (set[0] != key && set[1] != key)
		return false;
	if (set[1] == key) {
		set[1] = set[0];
		set[0] = key;
	}
	l1_insert(core, nr, key);
	timing.clock += timing.n[MACHINE_L2];
	return true;
}
