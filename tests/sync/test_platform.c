// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The seam, in whatever body: threads and slots, waiting, time, memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "common/sync/rcu.h"
#include "common/sync/spinlock.h"
#include "tests/sync/crew.h"

TestSuite(platform, .init = enter_slot_0, .fini = leave_slot_0, .timeout = 30);

/* --- threads --------------------------------------------------------------- */

static void do_nothing(void *arg)
{
	(void)arg;
}

static void wait_for_word(void *arg)
{
	wait_until(READ_ONCE(*(u32 *)arg));
}

static void note_slot(void *arg)
{
	WRITE_ONCE(*(u32 *)arg, platform_slot() + 100);
}

Test(platform, a_thread_knows_its_slot)
{
	static const u32 slots[] = { 1, 7, PLATFORM_MAX_SLOTS - 1 };

	cr_expect_eq(platform_slot(), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(slots); i++) {
		struct platform_thread *thread;
		u32 seen = 0;

		cr_assert_eq(platform_thread_create(&thread, slots[i], 0, note_slot, &seen), 0);
		platform_thread_join(thread);
		cr_expect_eq(seen, slots[i] + 100);
	}
	platform_thread_leave();
	cr_expect_eq(platform_slot(), PLATFORM_MAX_SLOTS);
	platform_thread_enter(5);
	cr_expect_eq(platform_slot(), 5);
}

Test(platform, what_cannot_start_says_why)
{
	struct platform_thread *mark = (struct platform_thread *)&mark, *thread = mark, *live;
	u32 go = 0;

	cr_expect_eq(platform_thread_create(&thread, PLATFORM_MAX_SLOTS, -1, do_nothing, NULL), -EINVAL);
	cr_expect_eq(platform_thread_create(&thread, 1, (int)platform_nr_cpus(), do_nothing, NULL), -EINVAL);
	cr_expect_eq(platform_thread_create(&thread, 1, -2, do_nothing, NULL), -EINVAL);
	cr_expect_eq(platform_thread_create(&thread, 0, -1, do_nothing, NULL), -EINVAL, "the test's own slot");

	cr_assert_eq(platform_thread_create(&live, 1, -1, wait_for_word, &go), 0);
	cr_expect_eq(platform_thread_create(&thread, 1, -1, do_nothing, NULL), -EINVAL, "a live thread's");
	WRITE_ONCE(go, 1);
	platform_thread_join(live);
	cr_expect_eq(thread, mark, "a failure wrote a handle");
	cr_assert_eq(platform_thread_create(&thread, 1, -1, do_nothing, NULL), 0, "its slot is free again");
	platform_thread_join(thread);
}

Test(platform, entering_a_taken_slot_is_a_bug, .signal = SIGABRT)
{
	struct platform_thread *thread;
	u32 go = 0;

	platform_thread_leave();
	cr_assert_eq(platform_thread_create(&thread, 3, -1, wait_for_word, &go), 0);
	platform_thread_enter(3);
}

Test(platform, more_threads_than_cpus_is_oversubscribed)
{
	struct crew crew = { .nr = 0 };
	u32 go = 0;

	if (platform_nr_cpus() > CREW_MAX)
		cr_skip_test("more CPUs than the crew has threads");
	cr_expect_not(platform_oversubscribed());
	while (crew.nr + 1 < platform_nr_cpus())
		crew_add(&crew, wait_for_word, &go);
	cr_expect_not(platform_oversubscribed(), "as many as CPUs");
	crew_add(&crew, wait_for_word, &go);
	cr_expect(platform_oversubscribed());
	WRITE_ONCE(go, 1);
	crew_join(&crew);
	cr_expect_not(platform_oversubscribed());
}

/* --- waiting --------------------------------------------------------------- */

struct table_tennis {
	u32 turn;
	u32 rounds;
};

static void play(struct table_tennis *t, u32 me)
{
	for (u32 i = 0; i < t->rounds; i++) {
		while (smp_load_acquire(&t->turn) % 2 != me)
			platform_park(&t->turn, READ_ONCE(t->turn) / 2 * 2 + !me);
		smp_store_release(&t->turn, t->turn + 1);
		platform_unpark(&t->turn, 1);
	}
}

static void play_second(void *arg)
{
	play(arg, 1);
}

Test(platform, no_wake_is_lost)
{
	struct table_tennis t = { .rounds = 2000 };
	struct crew crew = { .nr = 0 };

	crew_add(&crew, play_second, &t);
	play(&t, 0);
	crew_join(&crew);
	cr_assert_eq(t.turn, 2 * t.rounds);
}

Test(platform, park_on_another_value_returns_at_once)
{
	u32 word = 1;

	platform_park(&word, 0);
	platform_park(&word, 2);
}

Test(platform, park_of_the_killed_returns_at_once)
{
	u32 word = 0, killed = 1;

	platform_park_killable(&word, 0, &killed, &word);
	platform_park_killable(&word, 1, NULL, &word);
}

struct victim {
	u32 word, killed;
	u32 begun;
	u64 rounds;
};

static void wait_or_be_killed(void *arg)
{
	struct victim *v = arg;

	for (u64 i = 0; i < v->rounds; i++) {
		smp_store_release(&v->begun, (u32)i + 1);
		platform_unpark(&v->begun, 1);
		while (!smp_load_acquire(&v->word) && !READ_ONCE(v->killed))
			platform_park_killable(&v->word, 0, &v->killed, v);
		WRITE_ONCE(v->word, 0);
		WRITE_ONCE(v->killed, 0);
	}
}

/* By turns at either word. */
Test(platform, no_wake_at_either_word_is_lost)
{
	struct victim v = { .rounds = 500 };
	struct crew crew = { .nr = 0 };

	crew_add(&crew, wait_or_be_killed, &v);
	for (u32 i = 0; i < v.rounds; i++) {
		u32 *word = i % 2 ? &v.word : &v.killed;

		while (smp_load_acquire(&v.begun) != i + 1)
			platform_park(&v.begun, i);
		smp_store_release(word, 1);
		platform_unpark(word, 1);
	}
	crew_join(&crew);
}

struct sleepers {
	u32 word;
	u32 asleep, awake;
};

static void sleep_on_word(void *arg)
{
	struct sleepers *s = arg;

	fetch_add(&s->asleep, 1);
	while (!smp_load_acquire(&s->word))
		platform_park(&s->word, 0);
	fetch_add(&s->awake, 1);
}

Test(platform, unpark_wakes_as_many_as_it_is_told)
{
	struct sleepers s = { .word = 0 };
	struct crew crew = { .nr = 0 };

	for (int i = 0; i < 4; i++)
		crew_add(&crew, sleep_on_word, &s);
	wait_until(READ_ONCE(s.asleep) == 4);
	give_them_a_chance();
	smp_store_release(&s.word, 1);
	platform_unpark(&s.word, 4);
	crew_join(&crew);
	cr_assert_eq(s.awake, 4);
}

Test(platform, relax_counts_its_turns)
{
	u64 before = platform_spins();

	for (unsigned int turn = 0; turn < 1000; turn++)
		platform_relax(turn);
	cr_assert_eq(platform_spins() - before, 1000);
}

/* --- one side's barrier for both ------------------------------------------- */

#define DEKKER_ROUNDS (4u << 20)

/* Each side stores the number of its round, then loads the other's: of two rounds one sees the other. */
struct dekker {
	u32 heavy __cacheline_aligned;	/* atomic */
	u32 light __cacheline_aligned;
	u32 light_saw[DEKKER_ROUNDS + 1]; /* of heavy, in each of its rounds, from 1 */
	u32 heavy_saw[DEKKER_ROUNDS + 1];
};

/* Only the compiler's order is kept here. */
static void light_side(void *arg)
{
	struct dekker *d = arg;

	for (u32 round = 1; round <= DEKKER_ROUNDS; round++) {
		WRITE_ONCE(d->light, round);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		d->light_saw[round] = READ_ONCE(d->heavy);
	}
}

Test(platform, membarrier_orders_those_that_do_nothing)
{
	static struct dekker d;
	struct platform_thread *light;
	u32 rounds = 0, missed;

	/* Use two CPUs if there are two: on one CPU the threads never meet. */
	cr_assert_eq(platform_pin(0), 0);
	cr_assert_eq(platform_thread_create(&light, 1, platform_nr_cpus() > 1, light_side, &d), 0);
	wait_until(READ_ONCE(d.light));
	while (rounds < DEKKER_ROUNDS && READ_ONCE(d.light) < DEKKER_ROUNDS) {
		WRITE_ONCE(d.heavy, ++rounds);
		platform_membarrier();
		d.heavy_saw[rounds] = READ_ONCE(d.light);
	}
	platform_thread_join(light);
	for (u32 round = 1; round <= rounds; round++) {
		missed = d.heavy_saw[round] + 1;	/* the first that it did not see: that one saw it */
		cr_assert(missed > DEKKER_ROUNDS || d.light_saw[missed] >= round,
			  "heavy's round %u and light's %u: neither saw the other", round, missed);
	}
}

/* --- time ------------------------------------------------------------------ */

Test(platform, time_passes)
{
	static const u64 ns[] = { 0, 1, 1000, 2000000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(ns); i++) {
		u64 start = platform_now(), spun, slept;

		platform_delay(ns[i]);
		spun = platform_now();
		platform_sleep(ns[i]);
		slept = platform_now();
		cr_expect_geq(spun - start, ns[i], "a delay of %lu", (unsigned long)ns[i]);
		cr_expect_geq(slept - spun, ns[i], "a sleep of %lu", (unsigned long)ns[i]);
	}
}

/* --- memory ---------------------------------------------------------------- */

static bool all_zero(const char *p, size_t size)
{
	while (size--)
		if (*p++)
			return false;
	return true;
}

Test(platform, memory_is_zero_and_aligned)
{
	static const struct {
		size_t size, align;
		enum platform_mem mem;
	} pieces[] = {
		{ 1, 8, PLATFORM_MEM_OBJECT },
		{ 24, 8, PLATFORM_MEM_OBJECT },
		{ 200, 64, PLATFORM_MEM_OBJECT },
		{ 256, 256, PLATFORM_MEM_OBJECT },
		{ 4096 + 64, 4096, PLATFORM_MEM_OBJECT },
		{ 300000, 64, PLATFORM_MEM_OTHER },
		{ PAGE_SIZE, PAGE_SIZE, PLATFORM_MEM_FRAMES },
		{ 5 * PAGE_SIZE + 1, 8, PLATFORM_MEM_FRAMES },
		{ (4UL << 20) + PAGE_SIZE, PAGE_SIZE, PLATFORM_MEM_FRAMES },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(pieces); i++) {
		for (int again = 0; again < 2; again++) {
			char *p = platform_alloc(pieces[i].size, pieces[i].align, pieces[i].mem);

			cr_assert_not_null(p, "piece %u", i);
			cr_expect_eq((uintptr_t)p % pieces[i].align, 0, "piece %u at %p", i, (void *)p);
			cr_expect(all_zero(p, pieces[i].size), "piece %u, time %d", i, again);
			memset(p, 0xa5, pieces[i].size);
			platform_free(p, pieces[i].size, pieces[i].mem);
		}
	}
	platform_free(NULL, 8, PLATFORM_MEM_OBJECT);
}

#ifndef __SANITIZE_ADDRESS__	/* with it the program ends instead */
Test(platform, memory_that_is_not_there_is_NULL)
{
	static const size_t sizes[] = { 1UL << 60, (size_t)-1, (size_t)-PAGE_SIZE, 1UL << 63 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		cr_expect_null(platform_alloc(sizes[i], PAGE_SIZE, PLATFORM_MEM_FRAMES), "%zx", sizes[i]);
		cr_expect_null(platform_alloc(sizes[i], 64, PLATFORM_MEM_OBJECT), "%zx", sizes[i]);
		cr_expect_null(platform_alloc(sizes[i], 8, PLATFORM_MEM_OTHER), "%zx", sizes[i]);
	}
}
#endif

Test(platform, pages)
{
	char *page = platform_alloc(4 * PAGE_SIZE, PAGE_SIZE, PLATFORM_MEM_OTHER);

	cr_assert_not_null(page);
	memset(page, 0x11, 4 * PAGE_SIZE);
	platform_clear_page(page + PAGE_SIZE);
	cr_expect(all_zero(page + PAGE_SIZE, PAGE_SIZE));
	cr_expect_eq(page[PAGE_SIZE - 1], 0x11);
	cr_expect_eq(page[2 * PAGE_SIZE], 0x11);
	page[PAGE_SIZE + 5] = 0x22;
	platform_copy_page(page + 3 * PAGE_SIZE, page + PAGE_SIZE);
	cr_expect_eq(memcmp(page + 3 * PAGE_SIZE, page + PAGE_SIZE, PAGE_SIZE), 0);
	cr_expect_eq(page[3 * PAGE_SIZE - 1], 0x11);
	platform_free(page, 4 * PAGE_SIZE, PLATFORM_MEM_OTHER);
}

Test(platform, a_frame_out_of_use_is_out_of_bounds)
{
	char *p = platform_alloc(2 * PAGE_SIZE, PAGE_SIZE, PLATFORM_MEM_FRAMES);

	cr_assert_not_null(p);
	platform_memory_off(p, PAGE_SIZE);
#ifdef __SANITIZE_ADDRESS__
	cr_expect(__asan_address_is_poisoned(p));
	cr_expect_not(platform_recycles());
#else
	cr_expect(platform_recycles());
#endif
	p[PAGE_SIZE] = 1;
	platform_memory_on(p, PAGE_SIZE);
	p[0] = 1;
	platform_memory_off(p, 2 * PAGE_SIZE);
	platform_free(p, 2 * PAGE_SIZE, PLATFORM_MEM_FRAMES);
	/* The same addresses, used again. */
	p = platform_alloc(2 * PAGE_SIZE, PAGE_SIZE, PLATFORM_MEM_FRAMES);
	cr_assert_not_null(p);
	p[0] = 1;
	platform_free(p, 2 * PAGE_SIZE, PLATFORM_MEM_FRAMES);
}

Test(platform, a_bug_says_where_and_stops, .signal = SIGABRT)
{
	BUG_ON(platform_slot() == 0);
}
