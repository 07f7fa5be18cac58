/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The loops: counters and locks.
 */
#include "tests/sim/kernels.h"

#include "common/platform/platform.h"
#include "common/sync/atomic.h"
#include "sim/time/time.h"

/* What a thread does between two turns with a lock: shorter than any transfer, so that the lock is always wanted. */
#define OUTSIDE_PS	10000

u64 kernel_add(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 n = 0;

	(void)nr;
	for (; time_now_ps() < end; n++)
		fetch_add_relaxed(&s->counter, 1);
	return n;
}

u64 kernel_own(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 n = 0;

	for (; time_now_ps() < end; n++)
		fetch_add_relaxed(&s->own[nr][0], 1);
	return n;
}

u64 kernel_store(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 n = 0;

	(void)nr;
	for (; time_now_ps() < end; n++)
		WRITE_ONCE(s->counter, READ_ONCE(s->counter) + 1);
	return n;
}

u64 kernel_ticket(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 n = 0;

	(void)nr;
	for (; time_now_ps() < end; n++) {
		u32 mine = fetch_add_relaxed(&s->ticket, 1), now;
		unsigned int turn = 0;

		/* @pairs{the guarded word | the release below} */
		while ((now = smp_load_acquire(&s->serving)) != mine)
			platform_relax_on(turn++, &s->serving, now);
		WRITE_ONCE(s->guarded, READ_ONCE(s->guarded) + 1);
		/* @pairs{the guarded word | the acquire above} */
		smp_store_release(&s->serving, mine + 1);
		time_charge_ps(OUTSIDE_PS);
	}
	return n;
}

u64 kernel_ttas(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 n = 0;

	(void)nr;
	for (; time_now_ps() < end; n++) {
		unsigned int turn = 0;

		for (;;) {
			u32 none = 0;

			/* @pairs{the guarded word | the release below} */
			if (!READ_ONCE(s->locked) && try_cmpxchg_acquire(&s->locked, &none, 1))
				break;
			platform_relax_on(turn++, &s->locked, 1);
		}
		WRITE_ONCE(s->guarded, READ_ONCE(s->guarded) + 1);
		/* @pairs{the guarded word | the acquire above} */
		smp_store_release(&s->locked, 0);
		time_charge_ps(OUTSIDE_PS);
	}
	return n;
}

u64 kernel_spin(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 n = 0;

	(void)nr;
	for (; time_now_ps() < end; n++) {
		spin_lock(&s->spinlock);
		WRITE_ONCE(s->guarded, READ_ONCE(s->guarded) + 1);
		spin_unlock(&s->spinlock);
		time_charge_ps(OUTSIDE_PS);
	}
	return n;
}

u64 kernel_mcs(struct kernel_shared *s, unsigned int nr, u64 end)
{
	struct kernel_node *me = &s->node[nr], *before, *after, *seen;
	u64 n = 0;

	for (; time_now_ps() < end; n++) {
		unsigned int turn = 0;

		WRITE_ONCE(me->next, NULL);
		WRITE_ONCE(me->granted, 0);
		before = xchg(&s->tail, me);
		if (before) {
			/* @pairs{the node as it was set up | the holder's acquire of next} */
			smp_store_release(&before->next, me);
			/* @pairs{the guarded word | the holder's release of granted} */
			while (!smp_load_acquire(&me->granted))
				platform_relax_on(turn++, &me->granted, 0);
		}
		WRITE_ONCE(s->guarded, READ_ONCE(s->guarded) + 1);
		seen = me;
		if (READ_ONCE(me->next) || !try_cmpxchg_release(&s->tail, &seen, NULL)) {
			/* @pairs{the node as it was set up | its owner's release of next} */
			while (!(after = smp_load_acquire(&me->next)))
				platform_relax(turn++);
			/* @pairs{the guarded word | its waiter's acquire of granted} */
			smp_store_release(&after->granted, 1);
		}
		time_charge_ps(OUTSIDE_PS);
	}
	return n;
}

#define GATE_SHUT	~0u

static void open_gate(u32 *gate, u32 to)
{
	xchg(gate, to);
	platform_unpark(gate, ~0u);
}

/* Threads 0 and 1 lead. */
u64 kernel_park(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u32 *gate = &s->team[nr % 2].gate, *waiting = &s->team[nr % 2].waiting, seen;
	u64 n = 0;

	if (nr > 1) {
		fetch_add(&s->team[nr % 2].members, 1);
		for (; (seen = READ_ONCE(*gate)) != GATE_SHUT; n++) {
			fetch_add(waiting, 1);
			while (READ_ONCE(*gate) == seen)
				platform_park(gate, seen);
		}
		return n;
	}
	time_charge_ps(1000000);	/* all members have come */
	for (; time_now_ps() < end; n++) {
		while ((seen = READ_ONCE(*waiting)) != s->team[nr].members)
			platform_relax_on(0, waiting, seen);
		WRITE_ONCE(*waiting, 0);
		time_charge_ps(nr * 3000000);	/* the teams' wakes meet in all ways */
		open_gate(gate, (u32)n + 1);
	}
	open_gate(gate, GATE_SHUT);
	return n;
}

static void callback(struct platform_rcu_head *head)
{
	struct kernel_callback *c = container_of(head, struct kernel_callback, head);

	for (unsigned int i = 0; i < 4; i++) {
		WRITE_ONCE(c->shared->counter, i);
		fetch_add(&c->shared->guarded, 1);
	}
	smp_store_release(&c->done, 1);	/* @pairs{the callback has run | kernel_callbacks()} */
}

u64 kernel_callbacks(struct kernel_shared *s, unsigned int nr, u64 end)
{
	struct kernel_callback *c = &s->callback[nr];
	u64 n = 0;

	c->shared = s;
	WRITE_ONCE(c->done, 1);
	for (; time_now_ps() < end; n++) {
		/* @pairs{the callback has run | callback()} */
		if (smp_load_acquire(&c->done)) {
			WRITE_ONCE(c->done, 0);
			platform_call_rcu(&c->head, callback);
		}
		WRITE_ONCE(s->counter, n);
		fetch_add(&s->own[nr][0], 1);
	}
	platform_rcu_barrier();
	return n;
}

/* The CPUs of threads 1, which spins, and 2, which works, are interrupted FLUSHES times; then thread 1 is let go on. */
u64 kernel_flushed(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 slots[] = { 6 };	/* 1 and 2 */
	u64 began = time_now_ps();
	unsigned int turn = 0;

	(void)end;
	if (nr == 1) {
		while (!READ_ONCE(s->ticket))
			platform_relax_on(turn++, &s->ticket, 0);
		return time_now_ps() - READ_ONCE(s->counter);
	}
	if (nr == 2) {
		for (unsigned int i = 0; i < 4 * FLUSHES; i++) {
			time_charge_ps(1000000);
			fetch_add_relaxed(&s->own[nr][0], 1);
		}
		return time_now_ps() - began - 4 * FLUSHES * 1000000ULL;
	}
	time_charge_ps(1000000);
	for (unsigned int i = 0; i < FLUSHES; i++)
		platform_flush_notice(slots, ARRAY_SIZE(slots));
	time_charge_ps(10000000);	/* the last interrupt is over */
	WRITE_ONCE(s->counter, time_now_ps());
	WRITE_ONCE(s->ticket, 1);
	return 1;
}

#define TURN_PS		10000000ULL

static void turn(unsigned int nr)
{
	time_charge_ps(nr * TURN_PS - time_now_ps());
}

static u64 timed_load(u64 *p)
{
	u64 began = time_now_ps();

	(void)READ_ONCE(*p);
	return time_now_ps() - began;
}

/*
 * Thread 0 writes; 1 reads, and writes: these two times are what it returns.  0 reads, 1 reads, and 0 once more: the
 * first and the last of these are what it returns.
 */
u64 kernel_turns(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 first, second;

	(void)end;
	if (nr) {
		turn(2);
		first = timed_load(&s->counter);
		second = time_now_ps();
		fetch_add_relaxed(&s->counter, 1);
		second = time_now_ps() - second;
		turn(4);
		(void)READ_ONCE(s->counter);
	} else {
		turn(1);
		fetch_add_relaxed(&s->counter, 1);
		turn(3);
		first = timed_load(&s->counter);
		turn(5);
		second = timed_load(&s->counter);
	}
	return first << 32 | second;
}

u64 kernel_cas(struct kernel_shared *s, unsigned int nr, u64 end)
{
	u64 n = 0;

	(void)nr;
	for (; time_now_ps() < end; n++) {
		u64 seen = READ_ONCE(s->counter);

		while (!try_cmpxchg_relaxed(&s->counter, &seen, seen + 1))
			;
	}
	return n;
}

static u64 miss(struct kernel_shared *s, unsigned int nr, bool atomic)
{
	char *fresh = platform_alloc(MISSES * CACHELINE, CACHELINE, PLATFORM_MEM_OTHER);
	u64 began;

	fetch_add_relaxed(&s->own[nr][0], 1);
	began = time_now_ps();
	for (unsigned int i = 0; i < MISSES; i++) {
		u64 *word = (u64 *)(fresh + i * CACHELINE);

		if (atomic)
			fetch_add_relaxed(word, 1);
		else
			(void)READ_ONCE(*word);
		for (unsigned int k = 0; k < 16; k++)
			(void)READ_ONCE(s->own[nr][k % 8]);
	}
	began = time_now_ps() - began;
	platform_free(fresh, MISSES * CACHELINE, PLATFORM_MEM_OTHER);
	return began;
}

u64 kernel_load_miss(struct kernel_shared *s, unsigned int nr, u64 end)
{
	(void)end;
	return miss(s, nr, false);
}

u64 kernel_atomic_miss(struct kernel_shared *s, unsigned int nr, u64 end)
{
	(void)end;
	return miss(s, nr, true);
}
