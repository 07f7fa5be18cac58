/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Charging frames against the world's limit.
 *
 * A thread's stock is one atomic word, so that a thread at the limit can take what
 * others have charged ahead: the kernel asks every CPU to give it back instead.
 */
#include "common/mm/charge.h"
#include "common/mm/reclaim.h"
#include "common/mm/world.h"

/* Every access is relaxed: these are counts, and nothing is published through them. */
static bool stock_take(struct task *t)
{
	u32 had = READ_ONCE(t->charged);

	while (had)
		if (try_cmpxchg_relaxed(&t->charged, &had, had - 1))
			return true;
	return false;
}

static bool try_charge(struct charge *c, u64 nr)
{
	if (fetch_add_relaxed(&c->used, nr) + nr <= c->limit)
		return true;
	fetch_add_relaxed(&c->used, -nr);
	return false;
}

static void drain_stocks(struct world *w)
{
	for (unsigned int i = 0; i < w->config.nr_tasks; i++) {
		u32 had;

		/* A stock that is filled just now may be missed, as one that is filled after the exchange would be. */
		if (!READ_ONCE(w->tasks[i].charged))
			continue;
		had = xchg(&w->tasks[i].charged, 0);	/* @whole{a stock is given back once} */
		fetch_add_relaxed(&w->charge.used, -(u64)had);
	}
}

/* Out of line: the world without a limit pays for one load. */
static __attribute__((noinline)) bool charge_slow(struct task *t, gfp_t gfp)
{
	struct world *w = t->world;
	struct charge *c = &w->charge;

	if (try_charge(c, CHARGE_BATCH)) {
		fetch_add_relaxed(&t->charged, CHARGE_BATCH - 1);
		return true;
	}
	if (try_charge(c, 1))
		return true;
	drain_stocks(w);
	if (try_charge(c, 1))
		return true;
	if (t->memalloc) {	/* reclaim must get on */
		fetch_add_relaxed(&c->used, 1);
		return true;
	}
	reclaim_wake(t);
	for (unsigned int turn = 0; gfp == GFP_KERNEL && turn < RECLAIM_TURNS; turn++) {
		if (!w->config.reclaim)
			break;
		reclaim_direct(t, turn, CHARGE_BATCH);
		if (stock_take(t) || try_charge(c, 1))
			return true;
	}
	count(t, STAT_CHARGE_FAIL);
	return false;
}

bool charge_page(struct task *t, gfp_t gfp)
{
	if (likely(!t->world->charge.limit) || stock_take(t))
		return true;
	return charge_slow(t, gfp);
}

void uncharge_page(struct task *t)
{
	struct charge *c = &t->world->charge;

	if (likely(!c->limit))
		return;
	if (fetch_add_relaxed(&t->charged, 1) + 1 >= 2 * CHARGE_BATCH) {
		u32 had = xchg(&t->charged, 0);		/* @whole{a stock is given back once} */

		fetch_add_relaxed(&c->used, -(u64)had);
	}
}

u64 charge_in_use(struct world *w)
{
	u64 used = READ_ONCE(w->charge.used);

	for (unsigned int i = 0; i < w->config.nr_tasks; i++)
		used -= READ_ONCE(w->tasks[i].charged);
	return used;
}
