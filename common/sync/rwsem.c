// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The sleeping reader-writer lock: one count word, and a queue served in order.
 *
 * The count word:
 *
 *     bit 0      WRITER    held for writing
 *     bit 1      WAITERS   the queue is not empty
 *     bit 2      HANDOFF   the first in the queue was passed over too often: only it may take the lock
 *     from 8 up  readers, each READER
 *
 * A reader arrives by adding READER before it knows whether it may; for a moment
 * the word can count readers that back out again.  WAITERS and HANDOFF change
 * only under wait_lock; WAITERS is set in the very read-modify-write that finds
 * the lock held.
 *
 * Why no wake is lost.  A thread that releases the lock while WAITERS is set, or backs out and leaves the
 * lock free with WAITERS set, serves the queue (rwsem_wake()), under wait_lock.  A thread that queues
 * does so under wait_lock and, in one read-modify-write, either finds the lock held and leaves WAITERS
 * set, so that the holder's release comes later in the word's order and sees it; or finds it free and
 * takes it, or (a reader) serves the queue itself.  Hence when wait_lock is free and the queue is not
 * empty, the lock is held, or a thread is about to serve the queue, or the first writer in the queue is
 * awake and about to try.
 *
 * Why the queue is not starved.  Readers that see WAITERS queue; a writer may
 * steal a free lock while it spins (a woken sleeper needs microseconds to come,
 * in which the lock would lie idle), but we count how often the first in the queue is passed over, and at
 * RWSEM_MISSES HANDOFF shuts out everyone else.
 *
 * A killed writer leaves the queue from any place.  If it was the first, what it was told, and HANDOFF, are the next
 * one's: it serves the queue before it lets go of wait_lock, so the argument above holds without it.
 *
 * tests/explorer/rwsem.py visits every interleaving of small cases, and shows
 * what breaks with one of these rules left out.
 *
 * owner is stored by each holder, readers too, as in the kernel: beside a word that many want it is a visit of
 * the line more.  Nothing here depends on it.
 *
 * Unlike the kernel: spinning writers do not queue among themselves and their
 * spin is bounded by turns, not by the owner's sleeping; misses are counted
 * instead of milliseconds; only the readers at the head of the queue are let in
 * together, not those behind a writer; a reader never steals.
 */
#include "common/sync/rwsem.h"
#include "common/sync/park.h"

#define RWSEM_WRITER	(1ULL << 0)
#define RWSEM_WAITERS	(1ULL << 1)
#define RWSEM_HANDOFF	(1ULL << 2)
#define RWSEM_READER	(1ULL << 8)
#define RWSEM_LOCKED	(RWSEM_WRITER | ~(RWSEM_READER - 1))
#define RWSEM_NO_READ	(RWSEM_WRITER | RWSEM_WAITERS | RWSEM_HANDOFF)

/** Turns that a writer spins before it queues: some microseconds. */
#define RWSEM_SPIN	200
/** Times that the first in the queue is passed over before it is handed the lock. */
#define RWSEM_MISSES	32

/** A waiting thread's entry, on its own stack; guarded by wait_lock while it is in the queue. */
struct rwsem_waiter {
	struct rwsem_waiter *next;
	bool writer;
	unsigned int misses;
	/** 1: a reader has the lock; a writer may try for it.  The thread parks on this word; atomic. */
	u32 woken;
};

/** Threads to wake once wait_lock is free. */
struct rwsem_wakes {
	struct rwsem_waiter *readers;	/**< out of the queue, lock granted */
	u32 *writer;			/**< still queued; the address may be stale */
};

void init_rwsem(struct rw_semaphore *sem)
{
	WRITE_ONCE(sem->count, 0);
	WRITE_ONCE(sem->owner, 0);
	spin_lock_init(&sem->wait_lock);
	sem->head = NULL;
	sem->tail = NULL;
}

static void rwsem_set_owner(struct rw_semaphore *sem, bool reader)
{
	WRITE_ONCE(sem->owner, 2 * (platform_slot() + 1ULL) + reader);
}

/* --- the queue; all under wait_lock ---------------------------------------- */

static void rwsem_enqueue(struct rw_semaphore *sem, struct rwsem_waiter *waiter)
{
	if (sem->head)
		sem->tail->next = waiter;
	else
		sem->head = waiter;
	sem->tail = waiter;
}

/* The word after @c when the first in the queue gets the lock and @rest stays. */
static u64 rwsem_served(u64 c, u64 add, const struct rwsem_waiter *rest)
{
	c = (c + add) & ~(RWSEM_HANDOFF | RWSEM_WAITERS);
	return rest ? c | RWSEM_WAITERS : c;
}

/*
 * The first in the queue was passed over, and the word is *@c: set WAITERS, and HANDOFF if that has
 * happened often enough.
 * @return false: the word has changed, *@c is what it is now
 */
static bool rwsem_miss(struct rw_semaphore *sem, u64 *c)
{
	u64 new = *c | RWSEM_WAITERS;

	if (sem->head->misses >= RWSEM_MISSES)
		new |= RWSEM_HANDOFF;
	/*
	 * If the word would not change, no store is necessary: if the lock is held, WAITERS is set
	 * already, and the release comes later and sees it.
	 */
	if (new != *c && !try_cmpxchg_relaxed(&sem->count, c, new))
		return false;
	sem->head->misses++;
	return true;
}

/*
 * The first in the queue is a writer: tell it to try.  If another thread took the lock first, or if the
 * writer was told before and another has held the lock since, it was passed over; the thread that was
 * faster comes back here when it releases the lock.
 */
static void rwsem_call_writer(struct rw_semaphore *sem, struct rwsem_wakes *wakes)
{
	u64 c = READ_ONCE(sem->count);

	while (c & RWSEM_LOCKED || READ_ONCE(sem->head->woken))
		if (rwsem_miss(sem, &c))
			return;

	/*
	 * We store under wait_lock: the writer cannot leave the queue without it, so its stack is still
	 * there.  The store needs no order of its own, since wait_lock gives it.
	 */
	wakes->writer = &sem->head->woken;
	WRITE_ONCE(sem->head->woken, 1);
}

/* The first in the queue is a reader: let it in with those right behind it. */
static void rwsem_grant_readers(struct rw_semaphore *sem, struct rwsem_wakes *wakes)
{
	struct rwsem_waiter *last = sem->head, *rest;
	u64 readers = RWSEM_READER, c;

	for (; last->next && !last->next->writer; last = last->next)
		readers += RWSEM_READER;
	rest = last->next;

	/*
	 * Acquire on behalf of the readers: what the last writer did is before what they do.
	 * @pairs{writes of a section | up_write(), downgrade_write()}
	 */
	c = READ_ONCE(sem->count);
	do {
		while (c & RWSEM_WRITER)
			if (rwsem_miss(sem, &c))
				return;
	} while (!try_cmpxchg_acquire(&sem->count, &c, rwsem_served(c, readers, rest)));

	wakes->readers = sem->head;
	last->next = NULL;
	sem->head = rest;
}

static void rwsem_serve(struct rw_semaphore *sem, struct rwsem_wakes *wakes)
{
	if (!sem->head)
		return;
	if (sem->head->writer)
		rwsem_call_writer(sem, wakes);
	else
		rwsem_grant_readers(sem, wakes);
}

/* --- waking: after wait_lock is let go, for it may take a system call ------- */

/*
 * A waiter may return as soon as it sees woken set, and its stack frame is then
 * gone: for each, first read all its fields, then store, then use the address only as a name.  Another
 * thread that happens to be parked on that address by then wakes for nothing, which parking allows.
 */
static void rwsem_wake_up(struct rwsem_wakes wakes)
{
	struct rwsem_waiter *waiter = wakes.readers, *next;

	if (wakes.writer)
		platform_unpark(wakes.writer, 1);
	for (; waiter; waiter = next) {
		u32 *woken = &waiter->woken;

		next = waiter->next;
		/*
		 * Release: hands on what rwsem_grant_readers() acquired.
		 * @pairs{the lock granted | rwsem_wait()}
		 */
		smp_store_release(woken, 1);
		platform_unpark(woken, 1);
	}
}

/* @return -EINTR: not woken, killed.  @pairs{the lock granted | rwsem_wake_up()} */
static int rwsem_wait(const struct rw_semaphore *sem, struct rwsem_waiter *waiter, u32 *killed)
{
	int err = 0;

	while (!err && !smp_load_acquire(&waiter->woken))
		err = park_killable(&waiter->woken, 0, killed, sem);
	return err;
}

/* The lock was let go with WAITERS set. */
static void rwsem_wake(struct rw_semaphore *sem)
{
	struct rwsem_wakes wakes = { NULL, NULL };

	spin_lock(&sem->wait_lock);
	rwsem_serve(sem, &wakes);
	spin_unlock(&sem->wait_lock);
	rwsem_wake_up(wakes);
}

/* --- readers --------------------------------------------------------------- */

/* READER was added to a word that forbids it. */
static void rwsem_read_slow(struct rw_semaphore *sem)
{
	struct rwsem_waiter waiter = { NULL, false, 0, 0 };
	struct rwsem_wakes wakes = { NULL, NULL };
	u64 c;

	spin_lock(&sem->wait_lock);
	/*
	 * Nobody waits and the writer has left: our READER has kept writers out since, so we hold the
	 * lock.  With an empty queue there is no HANDOFF.
	 * @pairs{writes of a section | up_write(), downgrade_write()}
	 */
	if (!sem->head && !(smp_load_acquire(&sem->count) & RWSEM_WRITER)) {
		spin_unlock(&sem->wait_lock);
		return;
	}

	/*
	 * Take READER back and set WAITERS, in one step.  We read nothing under the lock, so there is
	 * nothing to release.
	 */
	c = READ_ONCE(sem->count);
	while (!try_cmpxchg_relaxed(&sem->count, &c, (c - RWSEM_READER) | RWSEM_WAITERS))
		continue;
	rwsem_enqueue(sem, &waiter);
	/*
	 * The writer may have left before it could see WAITERS; or others released or tried the lock
	 * while our READER made it look held, and left the queue to us.
	 */
	c -= RWSEM_READER;
	if (!(c & RWSEM_LOCKED) || (sem->head == &waiter && !(c & RWSEM_WRITER)))
		rwsem_serve(sem, &wakes);
	spin_unlock(&sem->wait_lock);

	rwsem_wake_up(wakes);
	rwsem_wait(sem, &waiter, NULL);
}

/* @pairs{writes of a section | up_write(), downgrade_write()} */
void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	if (unlikely(fetch_add_acquire(&sem->count, RWSEM_READER) & RWSEM_NO_READ))
		rwsem_read_slow(sem);
	rwsem_set_owner(sem, true);
}

/*
 * Like the kernel's this also fails when others wait: a stream of readers that only try would otherwise
 * starve them.  And like the kernel's it guesses that the lock is free: a load first would bring a copy of the
 * line, and the exchange would have to ask for the line again.
 * @pairs{writes of a section | up_write(), downgrade_write()}
 */
bool down_read_trylock(struct rw_semaphore *sem)
{
	u64 c = 0;

	while (!try_cmpxchg_acquire(&sem->count, &c, c + RWSEM_READER))
		if (c & RWSEM_NO_READ)
			return false;
	rwsem_set_owner(sem, true);
	return true;
}

/*
 * Release: what the reader read is before what the next writer writes.
 * @pairs{reads of a section | rwsem_try_first(), rwsem_try_steal(), down_write_trylock()}
 */
void up_read(struct rw_semaphore *sem)
{
	u64 c = fetch_add_release(&sem->count, -RWSEM_READER);

	BUG_ON(c < RWSEM_READER);
	c -= RWSEM_READER;
	if (unlikely((c & (RWSEM_LOCKED | RWSEM_WAITERS)) == RWSEM_WAITERS))
		rwsem_wake(sem);
}

/* --- writers --------------------------------------------------------------- */

/*
 * Take a free lock past the queue, unless it is handed to the first there.
 * @pairs{reads of a section | up_read()} @pairs{writes of a section | up_write()}
 */
static bool rwsem_try_steal(struct rw_semaphore *sem)
{
	u64 c = READ_ONCE(sem->count);

	return !(c & (RWSEM_LOCKED | RWSEM_HANDOFF)) &&
	       try_cmpxchg_acquire(&sem->count, &c, c | RWSEM_WRITER);
}

/*
 * A holder that runs is likely to release the lock soon, and a sleep and a wake cost more than spinning
 * until then.  With more threads than CPUs the holder may not be running.
 */
static bool rwsem_spin(struct rw_semaphore *sem)
{
	for (unsigned int turn = 0; turn < RWSEM_SPIN; turn++) {
		if (platform_oversubscribed() || READ_ONCE(sem->count) & RWSEM_HANDOFF)
			return false;
		if (rwsem_try_steal(sem))
			return true;
		platform_relax(turn);
	}
	return false;
}

/*
 * The caller is the first in the queue: take the lock and leave the queue, or set WAITERS.
 * @pairs{reads of a section | up_read()} @pairs{writes of a section | up_write()}
 */
static bool rwsem_try_first(struct rw_semaphore *sem)
{
	struct rwsem_waiter *rest = sem->head->next;
	u64 c = READ_ONCE(sem->count);

	do {
		while (c & RWSEM_LOCKED)
			if (rwsem_miss(sem, &c))
				return false;
	} while (!try_cmpxchg_acquire(&sem->count, &c, rwsem_served(c, RWSEM_WRITER, rest)));

	sem->head = rest;
	return true;
}

/*
 * A killed writer leaves the queue, under wait_lock.  The bits change only if it was the first: another's are still
 * set, and that one is still to be woken.
 */
static void rwsem_leave(struct rw_semaphore *sem, struct rwsem_waiter *waiter, struct rwsem_wakes *wakes)
{
	struct rwsem_waiter **at = &sem->head, *before = NULL;
	u64 c;

	for (; *at != waiter; at = &before->next)
		before = *at;
	*at = waiter->next;
	if (sem->tail == waiter)
		sem->tail = before;
	if (before)
		return;
	c = READ_ONCE(sem->count);
	while (!try_cmpxchg_relaxed(&sem->count, &c, rwsem_served(c, 0, sem->head)))
		continue;
	rwsem_serve(sem, wakes);
}

static int rwsem_write_slow(struct rw_semaphore *sem, u32 *killed)
{
	struct rwsem_waiter waiter = { NULL, true, 0, 0 };
	struct rwsem_wakes wakes = { NULL, NULL };
	int err = 0;

	if (rwsem_spin(sem))
		return 0;

	spin_lock(&sem->wait_lock);
	rwsem_enqueue(sem, &waiter);
	/* If we are not the first, WAITERS is set, and the first one gets woken. */
	while (sem->head != &waiter || !rwsem_try_first(sem)) {
		WRITE_ONCE(waiter.woken, 0);
		spin_unlock(&sem->wait_lock);
		err = rwsem_wait(sem, &waiter, killed);
		spin_lock(&sem->wait_lock);
		if (unlikely(err)) {
			rwsem_leave(sem, &waiter, &wakes);
			break;
		}
	}
	spin_unlock(&sem->wait_lock);
	rwsem_wake_up(wakes);
	return err;
}

int down_write_killable(struct rw_semaphore *sem, u32 *killed)
{
	might_sleep();
	if (unlikely(!down_write_trylock(sem))) {
		int err = rwsem_write_slow(sem, killed);

		if (unlikely(err))
			return err;
		rwsem_set_owner(sem, false);
	}
	return 0;
}

void down_write(struct rw_semaphore *sem)
{
	BUG_ON(down_write_killable(sem, NULL));
}

/* @pairs{reads of a section | up_read()} @pairs{writes of a section | up_write()} */
bool down_write_trylock(struct rw_semaphore *sem)
{
	u64 c = 0;

	if (!try_cmpxchg_acquire(&sem->count, &c, RWSEM_WRITER))
		return false;
	rwsem_set_owner(sem, false);
	return true;
}

/*
 * Release: what the writer did is before what any later holder does.
 * @pairs{writes of a section | down_read(), down_read_trylock(), rwsem_read_slow(),
 * rwsem_grant_readers(), rwsem_try_first(), rwsem_try_steal(), down_write_trylock()}
 */
void up_write(struct rw_semaphore *sem)
{
	u64 c;

	WRITE_ONCE(sem->owner, 0);
	c = fetch_add_release(&sem->count, -RWSEM_WRITER);
	BUG_ON(!(c & RWSEM_WRITER));
	if (unlikely(c & RWSEM_WAITERS))
		rwsem_wake(sem);
}

/* @pairs{writes of a section | down_read(), down_read_trylock(), rwsem_read_slow(), rwsem_grant_readers()} */
void downgrade_write(struct rw_semaphore *sem)
{
	struct rwsem_wakes wakes = { NULL, NULL };
	u64 c = fetch_add_release(&sem->count, RWSEM_READER - RWSEM_WRITER);

	BUG_ON(!(c & RWSEM_WRITER));
	rwsem_set_owner(sem, true);
	if (likely(!(c & RWSEM_WAITERS)))
		return;
	spin_lock(&sem->wait_lock);
	if (sem->head && !sem->head->writer)
		rwsem_grant_readers(sem, &wakes);
	spin_unlock(&sem->wait_lock);
	rwsem_wake_up(wakes);
}

/* --- questions ------------------------------------------------------------- */

bool rwsem_is_contended(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->count) & RWSEM_WAITERS;
}

bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->count) & RWSEM_LOCKED;
}

bool rwsem_is_write_locked(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->count) & RWSEM_WRITER;
}
