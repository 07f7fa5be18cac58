// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Deferred calls: liburcu's queue and grace periods, a thread of our own, a barrier that does not wait in vain.
 *
 * liburcu's call_rcu() thread sleeps 10 ms before each grace period, so that many calls share it.  Its barrier
 * sleeps along: each world that ends would take 10 ms in which nothing happens.  Here a barrier wakes the thread.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <urcu/urcu-memb.h>
#include <urcu/wfcqueue.h>
#undef rcu_dereference
#undef rcu_assign_pointer

#include "common/platform/platform.h"
#include "common/platform/platform_self.h"

/** How long calls gather before their grace period begins; liburcu's figure. */
#define GATHER_NS	10000000

static struct cds_wfcq_head calls_head;
static struct cds_wfcq_tail calls_tail;
static u32 queued;	/* a first call came into an empty queue; the thread sleeps on this word; atomic */
static u32 hurried;	/* barriers that wait; atomic */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int start_err;

_Static_assert(sizeof(((struct platform_rcu_head *)0)->opaque) >= sizeof(struct cds_wfcq_node),
	       "the queue's node fits into the opaque words");
_Static_assert(offsetof(struct platform_rcu_head, opaque) == 0, "run() casts back");

/* A barrier that comes cuts it short; whether it does is a matter of speed alone. */
static void gather(void)
{
	struct timespec ts = { .tv_nsec = GATHER_NS };

	syscall(SYS_futex, &hurried, FUTEX_WAIT_PRIVATE, 0, &ts, NULL, 0);
}

/*
 * The queue is taken whole, and then a grace period passes, so each call's is one that began after
 * platform_call_rcu().  Calls run in the order in which they were queued: the barrier's runs after all before it.
 */
static void run(void)
{
	struct cds_wfcq_node *node, *next;
	struct cds_wfcq_head head;
	struct cds_wfcq_tail tail;

	cds_wfcq_init(&head, &tail);
	/* The only thread that takes from either queue. */
	if (__cds_wfcq_splice_blocking(&head, &tail, &calls_head, &calls_tail) == CDS_WFCQ_RET_SRC_EMPTY)
		return;
	urcu_memb_synchronize_rcu();
	__cds_wfcq_for_each_blocking_safe(&head, &tail, node, next)
		platform_rcu_run((struct platform_rcu_head *)node);
}

/*
 * No wake-up is lost.  The caller that puts the first call into an empty queue sets queued after it; the thread clears it
 * before it takes the queue.  If the clearing takes that 1, the call is in the queue that is taken then.  If not, the 1
 * comes later and stands until the thread looks again.  A call that finds the queue not empty lies behind one
 * whose owner has set queued, or is about to.
 */
static void *callbacks_main(void *unused)
{
	(void)unused;
	/* A callback may read under RCU. */
	urcu_memb_register_thread();
	for (;;) {
		/* @pairs{the first call of a queue | platform_native_call_rcu()} */
		while (!__atomic_exchange_n(&queued, 0, __ATOMIC_ACQUIRE))
			platform_native_park(&queued, 0);
		gather();
		run();
	}
	return NULL;
}

static void start(void)
{
	pthread_t thread;
	sigset_t all, mask;

	cds_wfcq_init(&calls_head, &calls_tail);
	/* The thread inherits the mask: it takes nobody's signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &mask);
	start_err = -pthread_create(&thread, NULL, callbacks_main, NULL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	if (!start_err)
		pthread_detach(thread);
}

int platform_rcu_start(void)
{
	pthread_once(&once, start);
	return start_err;
}

void platform_native_call_rcu(struct platform_rcu_head *head)
{
	struct cds_wfcq_node *node = (struct cds_wfcq_node *)head;

	BUG_ON(platform_rcu_start());
	cds_wfcq_node_init(node);
	if (cds_wfcq_enqueue(&calls_head, &calls_tail, node))
		return;
	/* @pairs{the first call of a queue | callbacks_main()} */
	__atomic_store_n(&queued, 1, __ATOMIC_RELEASE);
	platform_native_unpark(&queued, 1);
}

struct last_callback {
	struct platform_rcu_head head;
	u32 ran;
};

/* The waiter may have returned, and its stack be used anew, when the wake-up comes: it wakes nobody, or somebody who looks again. */
static void last_callback_runs(struct platform_rcu_head *head)
{
	struct last_callback *last = caa_container_of(head, struct last_callback, head);

	/* @pairs{what earlier callbacks did | platform_native_rcu_barrier()} */
	__atomic_store_n(&last->ran, 1, __ATOMIC_RELEASE);
	platform_native_unpark(&last->ran, 1);
}

void platform_native_rcu_barrier(void)
{
	struct last_callback last = { .ran = 0 };

	__atomic_fetch_add(&hurried, 1, __ATOMIC_RELAXED);
	platform_native_unpark(&hurried, 1);
	platform_call_rcu(&last.head, last_callback_runs);
	/* @pairs{what earlier callbacks did | last_callback_runs()} */
	while (!__atomic_load_n(&last.ran, __ATOMIC_ACQUIRE))
		platform_native_park(&last.ran, 0);
	__atomic_fetch_sub(&hurried, 1, __ATOMIC_RELAXED);
}
