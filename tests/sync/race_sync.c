// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The locks and RCU over plain data, for ThreadSanitizer to watch; a main of its own, printing TAP.
 *
 * Criterion does not start under ThreadSanitizer.  Everything shared here is plain but
 * where the kernel's macros are used: an order that a lock or RCU failed to give
 * (or that the seam failed to show) is reported as a race.
 */
#include <stdio.h>
#include <string.h>

#include "common/sync/rcu.h"
#include "common/sync/rwsem.h"
#include "common/sync/seqcount.h"

#define THREADS 4
#define ROUNDS 3000

struct thing {
	u64 a, b;
	struct platform_rcu_head head;
};

static struct shared {
	struct rw_semaphore sem;
	u64 by_sem[2];			/* plain, under sem */
	spinlock_t lock;
	u64 by_lock;			/* plain, under lock */
	seqcount_t seq;			/* writers under lock */
	u64 by_seq[2];			/* atomics */
	struct thing *thing;		/* published by RCU, replaced under lock */
	u32 torn, freed, writes;	/* atomics */
} shared;

static void free_thing(struct platform_rcu_head *head)
{
	struct thing *thing = container_of(head, struct thing, head);

	memset(thing, 0xff, offsetof(struct thing, head));
	platform_free(thing, sizeof(*thing), PLATFORM_MEM_OBJECT);
	fetch_add_relaxed(&shared.freed, 1);
}

static void replace_thing(u64 value, bool wait)
{
	struct thing *thing = platform_alloc(sizeof(*thing), 8, PLATFORM_MEM_OBJECT), *old;

	BUG_ON(!thing);
	thing->a = value;
	thing->b = value;
	spin_lock(&shared.lock);
	old = shared.thing;
	rcu_assign_pointer(shared.thing, thing);
	write_seqcount_begin(&shared.seq);
	WRITE_ONCE(shared.by_seq[0], value);
	WRITE_ONCE(shared.by_seq[1], value);
	write_seqcount_end(&shared.seq);
	shared.by_lock++;
	spin_unlock(&shared.lock);
	if (!old)
		return;
	if (wait) {
		synchronize_rcu();
		free_thing(&old->head);
	} else {
		platform_call_rcu(&old->head, free_thing);
	}
}

static void look_at_thing(void)
{
	struct thing *thing;
	u64 seq, a, b;

	rcu_read_lock();
	thing = rcu_dereference(shared.thing);
	if (thing->a != thing->b)
		fetch_add_relaxed(&shared.torn, 1);
	rcu_read_unlock();

	seq = read_seqcount(&shared.seq);
	a = READ_ONCE(shared.by_seq[0]);
	b = READ_ONCE(shared.by_seq[1]);
	if (!(seq & 1) && !read_seqcount_retry(&shared.seq, seq) && a != b)
		fetch_add_relaxed(&shared.torn, 1);
}

/* Lose the CPU while holding, so that others have to wait. */
static void dawdle(unsigned int i)
{
	if (i % 8 < 2)
		platform_relax(-1);
}

static void use_sem(unsigned int i)
{
	bool writer = i % 4 == 0 || (i % 4 == 1 && down_write_trylock(&shared.sem));

	if (i % 4 == 0)
		down_write(&shared.sem);
	if (writer) {
		shared.by_sem[0]++;
		dawdle(i / 4);
		shared.by_sem[1]++;
		fetch_add_relaxed(&shared.writes, 1);
		if (i % 8) {
			up_write(&shared.sem);
			return;
		}
		downgrade_write(&shared.sem);
	} else if (i % 4 != 2 || !down_read_trylock(&shared.sem)) {
		down_read(&shared.sem);
	}
	if (shared.by_sem[0] != shared.by_sem[1])
		fetch_add_relaxed(&shared.torn, 1);
	dawdle(i / 4);
	up_read(&shared.sem);
}

static void work(void *arg)
{
	unsigned int me = platform_slot();

	(void)arg;
	for (unsigned int i = me; i < me + ROUNDS; i++) {
		use_sem(i);
		look_at_thing();
		if (i % 16 == 0)
			replace_thing(i, i % 256 == 0);
	}
}

/* As many threads as can spin, and more. */
static bool race(unsigned int threads)
{
	struct platform_thread *thread[THREADS];
	bool ok;

	memset(&shared, 0, sizeof(shared));
	init_rwsem(&shared.sem);
	spin_lock_init(&shared.lock);
	seqcount_init(&shared.seq, -16);
	replace_thing(0, true);
	for (unsigned int i = 0; i < threads; i++)
		BUG_ON(platform_thread_create(&thread[i], i + 1, -1, work, NULL));
	for (unsigned int i = 0; i < threads; i++)
		platform_thread_join(thread[i]);
	platform_rcu_barrier();
	ok = !shared.torn && shared.by_sem[0] == shared.writes &&
	     shared.by_sem[1] == shared.writes && shared.freed + 1 == shared.by_lock;
	if (!ok)
		printf("# torn %u, writes %u of %lu, freed %u of %lu\n", shared.torn, shared.writes,
		       (unsigned long)shared.by_sem[0], shared.freed, (unsigned long)shared.by_lock);
	platform_free(shared.thing, sizeof(*shared.thing), PLATFORM_MEM_OBJECT);
	return ok;
}

int main(void)
{
	bool two, four;

	printf("1..2\n");
	two = race(2);
	printf("%s 1 - two threads over every lock and RCU\n", two ? "ok" : "not ok");
	four = race(THREADS);
	printf("%s 2 - four threads, which must sleep\n", four ? "ok" : "not ok");
	return !two || !four;
}
