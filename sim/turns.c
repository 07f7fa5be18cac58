// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Round robin: the next thread that can run gets a number of accesses.
 */
#include "sim/turns.h"

#include <string.h>

#define RELAX_NS	20u
#define FRUITLESS	(64u << 20)	/* turns of spins without a store, after which we give up */

struct sleeper {
	struct sim_thread thread;
	u64 until;		/* asleep until then */
};

struct turns turns;
static u64 first_wake = ~0ULL;	/* the earliest of all sleepers */

static u64 now(void)
{
	return turns.past + turns.given - turns.left;
}

/* xorshift64*, Vigna 2016: full period, any seed but 0. */
static u64 next_random(void)
{
	turns.rng ^= turns.rng >> 12;
	turns.rng ^= turns.rng << 25;
	turns.rng ^= turns.rng >> 27;
	return turns.rng * 0x2545f4914f6cdd1dULL;
}

/* A turn begins at @a at: 1 to 2 * turn_length - 1 accesses. */
static void begin_turn(u64 at)
{
	turns.accesses += turns.given - turns.left;
	turns.past = at;
	turns.given = turns.left = 1 + next_random() % (2 * turns.turn_length - 1);
	turns.hash = (turns.hash ^ turns.given ^ (u64)sim.cur->id << 32) * 0x9e3779b97f4a7c15ULL;
}

static void wake_sleepers(u64 at)
{
	u64 first = ~0ULL;

	for (unsigned int i = 0; i < sim.nr_threads; i++) {
		struct sleeper *s = (struct sleeper *)sim_thread(i);

		if (!s || s->thread.state != SIM_SLEEPS)
			continue;
		if (s->until <= at)
			sim_wake(&s->thread);
		else if (s->until < first)
			first = s->until;
	}
	first_wake = first;
}

/* The next thread after sim.cur that can run, by number; NULL: none but sim.cur. */
static struct sim_thread *next_after(void)
{
	unsigned int self = sim.cur->id;

	for (unsigned int n = 1; n <= sim.nr_threads; n++) {
		struct sim_thread *t = sim_thread((self + n) % sim.nr_threads);

		if (t && sim_can_run(t))
			return t;
	}
	return NULL;
}

static struct sim_thread *next(void)
{
	u64 at = now();
	struct sim_thread *t;

	if (first_wake <= at)
		wake_sleepers(at);
	t = next_after();
	if (!t && first_wake != ~0ULL) {
		at = first_wake;
		wake_sleepers(at);
		t = next_after();
	}
	begin_turn(at);
	return t;
}

void turns_over(const void *where)
{
	struct sim_thread *t;

	if (!sim.user || sim.direct || sim.failing)
		return;		/* left, which is 0 before the first turn, wraps around */
	sim.cur->where = where;
	t = next();
	if (t)
		sim_go(t);
}

static void created(struct sim_thread *t)
{
	(void)t;
}

static void relax(unsigned int turn, const void *where)
{
	(void)turn;
	if (++turns.fruitless > FRUITLESS)
		sim_fail("every thread that can run spins, and nobody has stored anything for %u turns", FRUITLESS);
	turns.past += RELAX_NS;
	turns_over(where);
}

static void delay(u64 ns)
{
	turns.past += ns;
	turns_over(__builtin_return_address(0));
}

static void sleep_for(u64 ns, const void *where)
{
	struct sleeper *self = (struct sleeper *)sim.cur;

	self->thread.where = where;
	self->until = now() + ns;
	if (self->until < first_wake)
		first_wake = self->until;
	sim_block(SIM_SLEEPS);
}

/* Time goes on; counts and choices start anew. */
static void begins(void)
{
	u64 at = now();

	turns.rng = turns.seed * 2 + 1;
	turns.hash = turns.fruitless = 0;
	first_wake = ~0ULL;
	begin_turn(at);
	turns.accesses = 0;
}

static unsigned int nr_cpus(void)
{
	return turns.cpus;
}

void turns_check(const void *p, size_t size, bool store, const void *where)
{
	const char *end = (const char *)p + size;

	for (const char *at = p; at < end && arena_has(at); at += CACHELINE)
		if (arena_line(at)->state)
			sim_bad_access(at, store, where);
	if (size && arena_has(end - 1) && arena_line(end - 1)->state)
		sim_bad_access(end - 1, store, where);
}

static const struct sim_user user = {
	.name = "turns",
	.thread_size = sizeof(struct sleeper),
	.begins = begins,
	.created = created,
	.ready = created,
	.next = next,
	.now = now,
	.delay = delay,
	.sleep = sleep_for,
	.relax = relax,
	.nr_cpus = nr_cpus,
};

void turns_use(unsigned int cpus)
{
	turns.cpus = cpus;
	turns_set(1, 32);
	sim_use(&user);
	begins();
}

void turns_set(u64 seed, u64 turn_length)
{
	turns.seed = seed;
	turns.turn_length = turn_length;
}

u64 turns_accesses(void)
{
	return turns.accesses + turns.given - turns.left;
}
