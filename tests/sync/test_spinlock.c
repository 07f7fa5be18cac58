// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The spinlock: one holder at a time, and no holder sleeps.
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
