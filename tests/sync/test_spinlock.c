// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The spinlock: one holder at a time, in the order of the queue, and no holder sleeps.
 */
#include <signal.h>

#include "common/sync/spinlock.h"
#include "tests/sync/crew.h"

TestSuite(spinlock, .init = enter_slot_0, .fini = leave_slot_0, .timeout = 30);

struct counter {
	spinlock_t lock;
	u64 count;		/* plain */
	u64 spins;		/* atomic */
};

static void count_up(void *arg)
{
	struct counter *c = arg;

	for (int i = 0; i < 10000; i++) {
		spin_lock(&c->lock);
		c->count++;
		if (i % 1000 == 0)
			platform_relax(~0u);	/* so that others find it taken */
		spin_unlock(&c->lock);
	}
	fetch_add(&c->spins, platform_spins());
}

Test(spinlock, one_at_a_time)
{
	struct crew crew = { .nr = 0 };
	struct counter c = { .count = 0 };

	spin_lock_init(&c.lock);
	for (int i = 0; i < 4; i++)
		crew_add(&crew, count_up, &c);
	crew_join(&crew);
	cr_assert_eq(c.count, 4 * 10000);
	cr_assert_not(spin_is_locked(&c.lock));
	cr_log_info("%lu turns of spinning", (unsigned long)c.spins);
}

struct queue {
	spinlock_t lock;
	u32 place;		/* plain, guarded: how many have had the lock */
	u32 had[2];		/* plain: the place of each waiter */
};

struct waiter {
	struct queue *q;
	unsigned int i;
};

static void wait_in_queue(void *arg)
{
	struct waiter *w = arg;

	spin_lock(&w->q->lock);
	w->q->had[w->i] = ++w->q->place;
	spin_unlock(&w->q->lock);
}

/* Wait, but not for ever, until the last in the queue is the waiter's slot, or nobody: the crew counts slots from 1. */
static bool queued(struct queue *q, u32 slot)
{
	for (unsigned int i = 0; i < 10000 && READ_ONCE(q->lock.tail) != slot + 1; i++)
		platform_sleep(100000);
	return READ_ONCE(q->lock.tail) == slot + 1;
}

/* With fewer CPUs than its three threads no thread queues (spin_lock_slow()), so there is nothing to test. */
Test(spinlock, the_queue_is_served_in_order)
{
	struct queue q = { .place = 0 };
	struct waiter w[2] = { { &q, 0 }, { &q, 1 } };
	struct crew crew = { .nr = 0 };
	bool in_order;

	if (platform_nr_cpus() < 3)	/* tests/sim/time_lines.c has the simulated machine for this */
		return;
	spin_lock_init(&q.lock);
	spin_lock(&q.lock);
	platform_spin_exit();	/* so that this test may sleep */
	crew_add(&crew, wait_in_queue, &w[0]);
	in_order = queued(&q, 1);
	crew_add(&crew, wait_in_queue, &w[1]);
	in_order = queued(&q, 2) && in_order;
	platform_spin_enter();
	cr_expect_not(spin_trylock(&q.lock));
	spin_unlock(&q.lock);
	crew_join(&crew);
	cr_expect(in_order);
	cr_expect_eq(q.had[0], 1);
	cr_expect_eq(q.had[1], 2);
	cr_expect_not(spin_is_locked(&q.lock));
	cr_expect_eq(q.lock.tail, 0);
}

/* One waits in the queue: the lock is let go for it, and whoever tries does not get it. */
Test(spinlock, a_free_lock_is_the_first_waiters)
{
	spinlock_t lock;

	spin_lock_init(&lock);
	spin_lock(&lock);
	WRITE_ONCE(lock.tail, 7);
	spin_unlock(&lock);
	cr_expect_eq(lock.locked, SPIN_NEXT);
	cr_expect(spin_is_locked(&lock));
	cr_expect_not(spin_trylock(&lock));
}

Test(spinlock, trylock)
{
	spinlock_t lock;

	spin_lock_init(&lock);
	cr_expect_not(spin_is_locked(&lock));
	cr_expect(spin_trylock(&lock));
	cr_expect(spin_is_locked(&lock));
	cr_expect_not(spin_trylock(&lock));
	spin_unlock(&lock);
	cr_expect(spin_trylock(&lock));
	spin_unlock(&lock);
}

Test(spinlock, holding_one_is_being_atomic)
{
	spinlock_t a, b;

	spin_lock_init(&a);
	spin_lock_init(&b);
	cr_expect_not(platform_in_atomic());
	spin_lock(&a);
	cr_expect(platform_in_atomic());
	spin_lock(&b);
	cr_expect_not(spin_trylock(&b), "a failed trylock must not count");
	spin_unlock(&a);
	cr_expect(platform_in_atomic());
	spin_unlock(&b);
	cr_expect_not(platform_in_atomic());
}

Test(spinlock, sleeping_under_one_is_a_bug, .signal = SIGABRT)
{
	spinlock_t lock;

	spin_lock_init(&lock);
	spin_lock(&lock);
	platform_sleep(1);
}
