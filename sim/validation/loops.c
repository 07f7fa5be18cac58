/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Counters, the read-side sections of kernel/rcu/refscale.c, perfbook's route lookups, uprobes' pair, and layouts of a VMA.
 */
#include "sim/validation/loops.h"

#include "common/sync/rcu.h"
#include "sim/time/time.h"

/* A loop of sections: @enter, the section, @leave. */
#define LOOP(name, enter, leave) \
	static u64 name(struct loop_shared *s, unsigned int nr, u64 end) \
	{ \
		u64 n = 0, outside_ns = s->outside_ns; \
\
		(void)nr; \
		for (; time_now_ps() < end; n++) { \
			enter; \
			platform_delay(s->section_ns); \
			leave; \
			platform_delay(outside_ns); \
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

/* --- perfbook's route lookups: a list of ten elements, and nobody writes to it -------------------- */

void loops_init(struct loop_shared *s)
{
	init_rwsem(&s->sem);
	init_rwsem(&s->mmap_lock);
	for (unsigned int i = 0; i < LOOP_ROUTES; i++) {	/* as route_add() does: the last one comes first */
		s->route[i] = (struct loop_route){ .next = s->routes.next, .addr = i, .iface = 2 * i, .refcnt = 1 };
		s->routes.next = &s->route[i];
	}
	for (unsigned int i = 0; i < LOOP_THREADS; i++)
		s->own[i].random = i;
}

/* Each reader draws addresses of its own.  Knuth's MMIX constants. */
static u64 any_route(struct loop_shared *s, unsigned int nr)
{
	u64 random = s->own[nr].random * 6364136223846793005ULL + 1442695040888963407ULL;

	s->own[nr].random = random;
	(void)READ_ONCE(s->go);
	return (random >> 33) % LOOP_ROUTES;
}

static u64 walk(struct loop_shared *s, u64 addr)
{
	const struct loop_route *r = &s->routes;

	do
		r = READ_ONCE(r->next);
	while (READ_ONCE(r->addr) != addr);
	return READ_ONCE(r->iface);
}

static u64 rcu_lookup(struct loop_shared *s, u64 addr)
{
	u64 iface;

	rcu_read_lock();
	iface = walk(s, addr);
	rcu_read_unlock();
	return iface;
}

/* perfbook's sequence lock has a full barrier at each end. */
static u64 seq_lookup(struct loop_shared *s, u64 addr)
{
	u64 start, iface;

	do {
		start = READ_ONCE(s->seq) & ~1ULL;
		smp_mb();
		iface = walk(s, addr);
		smp_mb();
	} while (READ_ONCE(s->seq) != start);
	return iface;
}

static u64 hazard_lookup(struct loop_shared *s, unsigned int nr, u64 addr)
{
	struct loop_route *r = &s->routes, *seen;
	unsigned int turn = 0;

	do {
		seen = READ_ONCE(r->next);
		WRITE_ONCE(s->own[nr].hazard[turn++ % 2], (u64)(uintptr_t)seen);
		smp_mb();
		BUG_ON(READ_ONCE(r->next) != seen);
		r = seen;
	} while (READ_ONCE(r->addr) != addr);
	return READ_ONCE(r->iface);
}

static u64 count_lookup(struct loop_shared *s, u64 addr)
{
	struct loop_route *r = &s->routes, *before = NULL;
	u32 seen;

	do {
		if (before)
			fetch_add(&before->refcnt, -1u);
		r = READ_ONCE(r->next);
		BUG_ON(READ_ONCE(r->freed));
		seen = READ_ONCE(r->refcnt);
		while (!try_cmpxchg(&r->refcnt, &seen, seen + 1))
			;
		before = r;
	} while (READ_ONCE(r->addr) != addr);
	fetch_add(&r->refcnt, -1u);
	return READ_ONCE(r->iface);
}

LOOP(route_rcu, (void)rcu_lookup(s, any_route(s, nr)), (void)0)
LOOP(route_seqlock, (void)seq_lookup(s, any_route(s, nr)), (void)0)
LOOP(route_hazptr, (void)hazard_lookup(s, nr, any_route(s, nr)), (void)0)
LOOP(route_refcnt, (void)count_lookup(s, any_route(s, nr)), (void)0)

/* --- uprobes: a hit finds its VMA under mmap_lock held for reading, or without ----------------------- */

LOOP(uprobe_before, down_read(&s->mmap_lock), up_read(&s->mmap_lock))
LOOP(uprobe_after, srcu_end(&s->own[nr].in), srcu_end(&s->own[nr].out))

/* --- a VMA's count, and what lies beside it ---------------------------------------------------------- */

static void vma_lock(const u64 *seq, u64 *count)
{
	u64 seen;

	(void)READ_ONCE(*seq);
	seen = READ_ONCE(*count);
	while (!try_cmpxchg_acquire(count, &seen, seen + 1))	/* as refcount_inc_not_zero_acquire() */
		;
}

/* What the fault reads with the VMA held. */
static void vma_look(const struct loop_vma *vma)
{
	(void)READ_ONCE(vma->start);
	(void)READ_ONCE(vma->end);
	(void)READ_ONCE(vma->flags);
}

#define VMA_LOOP(name, seq, count) \
	LOOP(name, (vma_lock(&s->vma.seq, &s->vma.count), vma_look(&s->vma)), fetch_add_release(&s->vma.count, -1ULL))

VMA_LOOP(vma_apart, seq, apart)
VMA_LOOP(vma_seq_beside, seq_beside, apart)
VMA_LOOP(vma_pair, seq, beside)

const struct loop loops[] = {
	{ "add", "fetch_add of one counter", add },
	{ "cas", "the same by load and compare-and-exchange", cas },
	{ "rcu", "an RCU section", rcu },
	{ "srcu", "two counters of the CPU's own, two full barriers", srcu },
	{ "refcnt", "a count up, and down", refcnt },
	{ "rwlock", "the kernel's rwlock for reading", rwlock },
	{ "rwsem", "the core's rwsem for reading", rwsem },
	{ "route_rcu", "a route looked up under RCU", route_rcu },
	{ "route_seqlock", "the same between two looks at a sequence count", route_seqlock },
	{ "route_hazptr", "the same with a hazard pointer for each element: store, full barrier, look again", route_hazptr },
	{ "route_refcnt", "the same with each element counted up and down on the way", route_refcnt },
	{ "uprobe_before", "mmap_lock held for reading", uprobe_before },
	{ "uprobe_after", "the same without", uprobe_after },
	{ "vma_apart", "a VMA's count in a pair of lines of its own", vma_apart },
	{ "vma_seq_beside", "the same with the VMA's number in the line of the count", vma_seq_beside },
	{ "vma_pair", "the count in the line beside what faults read", vma_pair },
	{ NULL, NULL, NULL }
};
