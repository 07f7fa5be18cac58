// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The queue of a spinlock.
 *
 * A thread that finds the lock held puts its number into tail and, if there was another before it,
 * its number into that one's node; then it spins on its own node until it is the first.  The
 * first spins on the lock.  Once it has the lock it leaves the queue and makes the next one the first.
 *
 * One holder.  locked becomes HELD by an exchange alone, from FREE or from NEXT, and only its holder
 * stores anything else.
 *
 * NEXT finds its taker.  A thread leaves the queue only while it holds the lock.  So the holder, which
 * has left the queue itself, reads in tail either 0 or a thread that will be in the queue until it has the lock;
 * and all that is in the queue has a first, which spins until locked is not HELD.  The holder's read of tail
 * cannot be too old: each 0 was stored by an earlier holder, before its release and our acquire.
 *
 * Order.  Newcomers take FREE alone.  FREE is stored while there is a queue only if the holder read tail
 * before the queue's first thread stored its number there: afterwards all releases are for the queue, and it
 * is served in order.
 *
 * A node is used again safely: when a thread has left the queue, its node is known to nobody.  The one
 * before it stored `first`, its last access, before that; the one behind it stored `next` before it was read here.
 *
 * A queue needs waiters that run: a sleeping one holds up all behind it.  So with more threads than CPUs nobody
 * queues, and a thread without a slot never does; these take NEXT as well, and the first in the queue
 * goes on waiting.  The kernel does the same where a hypervisor may take a CPU away: virt_spin_lock().
 *
 * Unlike the kernel's there is no pending bit: the first waiter spins on the lock all the same, but has its number in tail.
 */
#include "common/sync/spinlock.h"

/* Take the lock as soon as it is not held.  @pairs{what a holder did | spin_unlock()} */
static void take(spinlock_t *lock)
{
	unsigned int turn = 0;
	u32 seen;

	do {
		while ((seen = READ_ONCE(lock->locked)) == SPIN_HELD)
			platform_relax_on(turn++, &lock->locked, SPIN_HELD);
	} while (!try_cmpxchg_acquire(&lock->locked, &seen, SPIN_HELD));
}

static struct spin_node *node_of(u32 number)
{
	return platform_spin_node(number - 1);
}

/*
 * Go to the end of the queue, and wait until the caller is the first.
 * tail's exchange orders the empty node before the number that leads to it.
 * @pairs{an empty node before its number | spin_enqueue()}
 * @pairs{an empty node before the next one's number | spin_leave()}
 */
static void spin_enqueue(spinlock_t *lock, u32 me)
{
	struct spin_node *node = node_of(me);
	unsigned int turn = 0;
	u32 before;

	WRITE_ONCE(node->next, 0);
	WRITE_ONCE(node->first, 0);
	before = xchg(&lock->tail, me);
	if (!before)
		return;
	smp_store_release(&node_of(before)->next, me);
	while (!READ_ONCE(node->first))
		platform_relax_for(turn++, &node->first, 0, lock);
}

/*
 * The caller has the lock: the one behind it becomes the first.  The order of these stores is that of the lock:
 * a holder, which alone acts on tail, has acquired it.
 * @pairs{an empty node before the next one's number | spin_enqueue()}
 */
static void spin_leave(spinlock_t *lock, u32 me)
{
	struct spin_node *node = node_of(me);
	unsigned int turn = 0;
	u32 next = smp_load_acquire(&node->next), last = me;

	if (!next && try_cmpxchg_relaxed(&lock->tail, &last, 0))
		return;
	while (!next) {		/* it is in tail, and about to say so here */
		platform_relax_for(turn++, &node->next, 0, lock);
		next = smp_load_acquire(&node->next);
	}
	WRITE_ONCE(node_of(next)->first, 1);
}

void spin_lock_slow(spinlock_t *lock)
{
	unsigned int slot = platform_slot();

	if (slot >= PLATFORM_MAX_SLOTS || platform_oversubscribed()) {
		take(lock);
		return;
	}
	spin_enqueue(lock, slot + 1);
	take(lock);
	spin_leave(lock, slot + 1);
}
