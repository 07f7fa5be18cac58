/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Counters, and the read-side sections that kernel/rcu/refscale.c and perfbook's route lookup compare.
 */
#include "sim/validation/loops.h"

#include "common/sync/rcu.h"
#include "sim/time/time.h"

/* A loop of sections: @enter, the section, @leave. */
#define LOOP(name, enter, leave) \
	static u64 name(struct loop_shared *s, unsigned int nr, u64 end) \
	{ \
		u64 n = 0; \
\
		(void)nr; \
		for (; time_now_ps() < end; n++) { \
			enter; \
			platform_delay(s->section_ns); \
			leave; \
		} \
		return n; \
	}

LOOP(add, fetch_add_relaxed(&s->counter, 1), (void)0)

/* As code does that computes the new value from the old one. */
static void cas_increment(u64 *counter)
{
	u64 seen = READ_ONCE(*counter);

	while (!try_cmpxchg_relaxed(counter, &seen, seen + 1))
		;
}

LOOP(cas, cas_increment(&s->counter), (void)0)
LOOP(rcu, rcu_read_lock(), rcu_read_unlock())
LOOP(refcnt, fetch_add_acquire(&s->counter, 1), fetch_add_release(&s->counter, -1ULL))
/* The kernel's queued rwlock: readers add to a count, and take off from it; without a writer nothing else. */
LOOP(rwlock, fetch_add_acquire(&s->counter, 0x200), fetch_add_release(&s->counter, -0x200ULL))
LOOP(rwsem, down_read(&s->sem), up_read(&s->sem))

/* A counter of the CPU's own at each end, and a full barrier there. */
static void srcu_end(u64 *counter)
{
	WRITE_ONCE(*counter, READ_ONCE(*counter) + 1);
	smp_mb();
}

LOOP(srcu, srcu_end(&s->own[nr].in), srcu_end(&s->own[nr].out))

/* --- a lookup: the element is read, and nobody writes ---------------------------------------------- */

static void seq_lookup(struct loop_shared *s)
{
	u64 start;

	do {
		start = read_seqcount(&s->seq);
		(void)READ_ONCE(s->element);
	} while (read_seqcount_retry(&s->seq, start));
}

static void hazard_lookup(struct loop_shared *s, unsigned int nr)
{
	u64 seen;

	do {
		seen = READ_ONCE(s->element);
		WRITE_ONCE(s->own[nr].hazard, seen);
		smp_mb();
	} while (READ_ONCE(s->element) != seen);
	smp_store_release(&s->own[nr].hazard, 0);	/* @pairs{what the reader did | whoever frees, which is not here} */
}

LOOP(seqlock, seq_lookup(s), (void)0)
LOOP(hazptr, hazard_lookup(s, nr), (void)0)

const struct loop loops[] = {
	{ "add", "fetch_add of one counter", add },
	{ "cas", "the same by load and compare-and-exchange", cas },
	{ "rcu", "an RCU section", rcu },
	{ "srcu", "two counters of the CPU's own, two full barriers", srcu },
	{ "refcnt", "a count up, and down", refcnt },
	{ "rwlock", "the kernel's rwlock for reading", rwlock },
	{ "rwsem", "the core's rwsem for reading", rwsem },
	{ "seqlock", "a read section of a sequence count", seqlock },
	{ "hazptr", "a hazard pointer: store, full barrier, look again", hazptr },
	{ NULL, NULL, NULL }
};
