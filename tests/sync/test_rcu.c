// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The seam's RCU, in whatever body: sections, grace periods, deferred calls.
 */
#include <signal.h>

#include "common/sync/rcu.h"
#include "tests/sync/crew.h"

TestSuite(rcu, .init = enter_slot_0, .fini = leave_slot_0, .timeout = 30);

static void do_nothing(void *arg)
{
	(void)arg;
}

struct section {
	u32 in, go, out;
	u32 freed;		/* what @out was when the deferred call ran, plus 1 */
	u32 slot;
	bool atomic;
	struct platform_rcu_head head;
};

static void read_long(void *arg)
{
	struct section *s = arg;

	rcu_read_lock();
	rcu_read_lock();
	WRITE_ONCE(s->in, 1);
	wait_until(READ_ONCE(s->go));
	rcu_read_unlock();
	give_them_a_chance();		/* still inside: sections nest */
	WRITE_ONCE(s->out, 1);
	rcu_read_unlock();
}

static void deferred(struct platform_rcu_head *head)
{
	struct section *s = container_of(head, struct section, head);

	s->slot = platform_slot();
	s->atomic = platform_in_atomic();
	WRITE_ONCE(s->freed, READ_ONCE(s->out) + 1);
}

Test(rcu, synchronize_rcu_waits_for_readers)
{
	struct section s = { .in = 0 };
	struct crew crew = { .nr = 0 };

	crew_add(&crew, read_long, &s);
	wait_until(READ_ONCE(s.in));
	WRITE_ONCE(s.go, 1);
	synchronize_rcu();
	cr_expect_eq(READ_ONCE(s.out), 1, "the reader is still inside");
	crew_join(&crew);
}

Test(rcu, call_rcu_waits_for_readers_and_the_barrier_for_it)
{
	struct section s = { .in = 0 };
	struct crew crew = { .nr = 0 };

	crew_add(&crew, read_long, &s);
	wait_until(READ_ONCE(s.in));
	platform_call_rcu(&s.head, deferred);
	give_them_a_chance();
	cr_expect_eq(READ_ONCE(s.freed), 0, "called beside a reader");
	WRITE_ONCE(s.go, 1);
	platform_rcu_barrier();
	cr_expect_eq(READ_ONCE(s.freed), 2, "0: not called; 1: beside a reader");
	cr_expect_eq(s.slot, PLATFORM_MAX_SLOTS);
	cr_expect(s.atomic, "a deferred call must not sleep");
	crew_join(&crew);
}

Test(rcu, a_reader_is_atomic)
{
	cr_expect_not(platform_rcu_read_held());
	cr_expect_not(platform_in_atomic());
	rcu_read_lock();
	rcu_read_lock();
	rcu_read_unlock();
	cr_expect(platform_rcu_read_held());
	cr_expect(platform_in_atomic());
	rcu_read_unlock();
	cr_expect_not(platform_rcu_read_held());
	cr_expect_not(platform_in_atomic());
}

/* A call that may sleep stops the program inside an RCU section, even if it would not have slept. */

Test(rcu, park_in_an_rcu_section_is_a_bug, .signal = SIGABRT)
{
	u32 word = 1;

	rcu_read_lock();
	platform_park(&word, 0);
}

Test(rcu, sleep_in_an_rcu_section_is_a_bug, .signal = SIGABRT)
{
	rcu_read_lock();
	platform_sleep(0);
}

Test(rcu, synchronize_rcu_in_an_rcu_section_is_a_bug, .signal = SIGABRT)
{
	rcu_read_lock();
	synchronize_rcu();
}

Test(rcu, rcu_barrier_in_an_rcu_section_is_a_bug, .signal = SIGABRT)
{
	rcu_read_lock();
	platform_rcu_barrier();
}

Test(rcu, join_in_an_rcu_section_is_a_bug, .signal = SIGABRT)
{
	struct platform_thread *thread;

	cr_assert_eq(platform_thread_create(&thread, 1, -1, do_nothing, NULL), 0);
	rcu_read_lock();
	platform_thread_join(thread);
}

Test(rcu, leaving_in_an_rcu_section_is_a_bug, .signal = SIGABRT)
{
	rcu_read_lock();
	platform_thread_leave();
}

/* --- many deferred calls ---------------------------------------------------- */

#define QUEUERS	4u
#define CALLS	300u

struct queuer {
	struct call {
		struct platform_rcu_head head;
		struct queuer *by;
		u32 nr;
	} call[CALLS];
	u32 ran, out_of_order;
	u32 late;	/* calls that had not run when the barrier behind them was over */
};

static void count_call(struct platform_rcu_head *head)
{
	struct call *c = container_of(head, struct call, head);

	c->by->out_of_order += c->by->ran != c->nr;
	WRITE_ONCE(c->by->ran, c->by->ran + 1);
}

static void queue_calls(void *arg)
{
	struct queuer *q = arg;

	for (u32 i = 0; i < CALLS; i++) {
		q->call[i].by = q;
		q->call[i].nr = i;
		platform_call_rcu(&q->call[i].head, count_call);
		if (i % 32 == 31) {
			platform_rcu_barrier();
			q->late += READ_ONCE(q->ran) != i + 1;
		}
	}
}

/* Each thread's calls run once, in its order, and before a barrier behind them ends, whatever the others queue meanwhile. */
Test(rcu, deferred_calls_of_many_threads)
{
	static struct queuer q[QUEUERS];
	struct crew crew = { .nr = 0 };

	for (unsigned int i = 0; i < QUEUERS; i++)
		crew_add(&crew, queue_calls, &q[i]);
	crew_join(&crew);
	platform_rcu_barrier();
	for (unsigned int i = 0; i < QUEUERS; i++) {
		cr_expect_eq(q[i].ran, CALLS);
		cr_expect_eq(q[i].out_of_order, 0);
		cr_expect_eq(q[i].late, 0);
	}
}

/* Without a barrier, too, a deferred call is made. */
Test(rcu, a_deferred_call_is_made_in_time)
{
	struct section s = { .in = 0 };

	platform_call_rcu(&s.head, deferred);
	wait_until(READ_ONCE(s.freed));
	platform_rcu_barrier();
}

struct chained {
	struct platform_rcu_head head;
	struct platform_rcu_head next;
	u32 second;
};

static void second_call(struct platform_rcu_head *head)
{
	WRITE_ONCE(container_of(head, struct chained, next)->second, 1);
}

static void first_call(struct platform_rcu_head *head)
{
	platform_call_rcu(&container_of(head, struct chained, head)->next, second_call);
}

/* A deferred call may queue another; the second barrier is behind it. */
Test(rcu, a_deferred_call_queues_another)
{
	struct chained c = { .second = 0 };

	platform_call_rcu(&c.head, first_call);
	platform_rcu_barrier();
	platform_rcu_barrier();
	cr_expect_eq(READ_ONCE(c.second), 1);
}
