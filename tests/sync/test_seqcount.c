// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The sequence count: a reader never accepts a half-done write, not even across the wrap.
 */
#include "common/sync/seqcount.h"
#include "tests/sync/crew.h"

TestSuite(seqcount, .init = enter_slot_0, .fini = leave_slot_0, .timeout = 30);

#define ROUNDS 20000

struct pair {
	seqcount_t seq;
	u64 a, b;		/* equal when no writer is at work; atomics, relaxed */
	u64 refused;		/* atomic */
	u32 done;
};

static void write_pairs(void *arg)
{
	struct pair *p = arg;

	for (u64 i = 1; i <= ROUNDS; i++) {
		write_seqcount_begin(&p->seq);
		WRITE_ONCE(p->a, i);
		if (i == 100)	/* stay half done until a reader has seen it so */
			wait_until(READ_ONCE(p->refused));
		WRITE_ONCE(p->b, i);
		write_seqcount_end(&p->seq);
	}
	smp_store_release(&p->done, 1);
}

/* Reads until the writer is done, and then once more. */
static void no_torn_pair(u64 start)
{
	struct crew crew = { .nr = 0 };
	struct pair p = { .a = 0 };
	u64 accepted = 0;
	bool done;

	seqcount_init(&p.seq, start);
	crew_add(&crew, write_pairs, &p);
	do {
		u64 seq, a, b;

		done = smp_load_acquire(&p.done);
		seq = read_seqcount(&p.seq);
		a = READ_ONCE(p.a);
		b = READ_ONCE(p.b);
		if (seq & 1 || read_seqcount_retry(&p.seq, seq)) {
			fetch_add_relaxed(&p.refused, 1);
			platform_relax(~0u);
			continue;
		}
		accepted++;
		cr_assert_eq(a, b, "accepted %lu beside %lu", (unsigned long)a, (unsigned long)b);
	} while (!done);
	crew_join(&crew);
	cr_assert_geq(accepted, 1);
	cr_assert_eq(read_seqcount(&p.seq), start + 2 * ROUNDS);
}

Test(seqcount, a_reader_never_accepts_a_torn_pair)
{
	no_torn_pair(0);
}

Test(seqcount, nor_across_the_wrap)
{
	no_torn_pair(-16);
}

Test(seqcount, odd_inside_and_changed_after)
{
	static const u64 starts[] = { 0, 2, 1UL << 32, -2 };

	for (unsigned int i = 0; i < ARRAY_SIZE(starts); i++) {
		seqcount_t s;
		u64 seen;

		seqcount_init(&s, starts[i]);
		seen = read_seqcount(&s);
		cr_expect_eq(seen, starts[i]);
		cr_expect_not(read_seqcount_retry(&s, seen));
		write_seqcount_begin(&s);
		cr_expect(read_seqcount(&s) & 1);
		cr_expect(read_seqcount_retry(&s, seen), "a writer has entered");
		seen = read_seqcount(&s);
		write_seqcount_end(&s);
		cr_expect(read_seqcount_retry(&s, seen), "a writer has left");
		cr_expect_not(read_seqcount(&s) & 1);
	}
}
