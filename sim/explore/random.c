// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Schedules at random, each from one number: partial order sampling, a walk, PCT.
 *
 * Sources: Yuan, Yang, Gu, "Partial order aware concurrency sampling" (CAV 2018) for POS;
 * Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees
 * of finding bugs" (ASPLOS 2010) for PCT.
 */
#include "sim/explore/explore.h"

/* xorshift128+ (Vigna, 2014), seeded by splitmix64. */
static u64 state[2];

u64 ex_mix(u64 z)
{
	z += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void ex_random_seed(u64 seed)
{
	state[0] = ex_mix(seed);
	state[1] = ex_mix(seed + 0x632be59bd9b4e019ULL);
}

u64 ex_random(void)
{
	u64 a = state[0], b = state[1];

	state[0] = b;
	a ^= a << 23;
	state[1] = a ^ b ^ a >> 17 ^ b >> 26;
	return state[1] + b;
}

u32 ex_below(u32 n)
{
	return (u32)((ex_random() >> 32) * n >> 32);
}

/* True @n times out of 256. */
static bool chance(unsigned int n)
{
	return (ex_random() >> 56) < n;
}

static u32 nth_bit(u32 mask, u32 n)
{
	while (n--)
		mask &= mask - 1;
	return (u32)__builtin_ctz(mask);
}

static struct explore_thread *greatest(u32 can)
{
	struct explore_thread *best = NULL;

	for (; can; can &= can - 1) {
		struct explore_thread *t = ex.thread[__builtin_ctz(can)];

		if (!best || t->priority > best->priority)
			best = t;
	}
	return best;
}

static unsigned int stale;	/* of 256 loads with a choice, how many look at old stores */

static void random_begin(void)
{
	static const u8 often[] = { 5, 25, 77, 153 };

	ex_random_seed(ex.plan.number);
	stale = often[ex_mix(ex.plan.number) & 3];
	for (unsigned int i = 0; i < ex.nr_threads; i++)
		if (ex.thread[i])
			ex.thread[i]->priority = ex_random();
}

static u32 random_choice(u32 n, u64 spare)
{
	(void)spare;
	return chance(stale) ? 1 + ex_below(n - 1) : 0;
}

/* --- POS: each pending event has a priority; those that race with one that happens draw anew ---- */

static struct explore_thread *pos_pick(u32 can)
{
	return greatest(can);
}

static void pos_happens(void)
{
	const struct explore_thread *cur = ex_cur();

	for (unsigned int i = SIM_RCU; i < ex.nr_threads; i++) {
		struct explore_thread *t = ex.thread[i];

		if (t && (t == cur || ex_conflict(t->event, t->event_write, cur->event, cur->event_write)))
			t->priority = ex_random();
	}
}

const struct explore_strategy_ops explore_pos = {
	.name = "pos",
	.meaning = "partial order sampling: a random priority for each event",
	.begin = random_begin,
	.pick = pos_pick,
	.happens = pos_happens,
	.choice = random_choice,
};

/* --- the walk: a coin at each point -------------------------------------------------------------- */

static unsigned int turn_away;	/* of 256 */

static void walk_begin(void)
{
	static const u8 often[] = { 128, 51, 26, 8 };

	random_begin();
	turn_away = often[ex_mix(ex.plan.number) >> 2 & 3];
}

static struct explore_thread *walk_pick(u32 can)
{
	unsigned int cur = sim.cur->id;

	if ((can >> cur & 1) && !chance(turn_away))
		return ex.thread[cur];
	return ex.thread[nth_bit(can, ex_below((u32)__builtin_popcount(can)))];
}

static void nothing_happens(void)
{
}

const struct explore_strategy_ops explore_walk = {
	.name = "walk",
	.meaning = "a coin at each point",
	.begin = walk_begin,
	.pick = walk_pick,
	.happens = nothing_happens,
	.choice = random_choice,
};

/* --- PCT: the thread of highest priority runs; at a few steps it becomes the lowest --------------- */

#define PCT_CHANGES 3

static u64 change_at[PCT_CHANGES];
static u64 lowest;

static void pct_begin(void)
{
	unsigned int nr;

	random_begin();
	nr = (unsigned int)(ex_mix(ex.plan.number) >> 2 & 3);
	for (unsigned int i = 0; i < PCT_CHANGES; i++)
		change_at[i] = i < nr ? 1 + ex_below((u32)max_ul(ex.plan.length, 1)) : 0;
	for (unsigned int i = 0; i < ex.nr_threads; i++)
		if (ex.thread[i])
			ex.thread[i]->priority |= 1ULL << 63;
	lowest = 1ULL << 62;
}

static struct explore_thread *pct_pick(u32 can)
{
	struct explore_thread *cur = ex_cur();

	for (unsigned int i = 0; i < PCT_CHANGES; i++)
		if (change_at[i] == ex.steps)
			cur->priority = --lowest;
	if (cur->yield_at >= ex.steps)		/* it waits for another thread, which must get to run */
		cur->priority = --lowest;
	return greatest(can);
}

const struct explore_strategy_ops explore_pct = {
	.name = "pct",
	.meaning = "random priorities, changed at up to three steps",
	.begin = pct_begin,
	.pick = pct_pick,
	.happens = nothing_happens,
	.choice = random_choice,
};
