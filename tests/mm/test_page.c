/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Frames: exhausting, batches, references, poison, two threads; and the failure injector.
 */
#include "tests/mm/core_world.h"

#include <signal.h>

TestSuite(page, .init = core_enter, .fini = core_leave, .timeout = 60);
TestSuite(inject, .init = core_enter, .fini = core_leave, .timeout = 60);

static struct world *page_world(u64 nr_frames, unsigned int nr_tasks, bool poison)
{
	struct world_config config = world_config_default(nr_frames);

	config.nr_tasks = nr_tasks;
	config.poison = poison;
	return core_world(&config);
}

static struct page *take(struct task *t)
{
	return page_alloc(t, SITE_FAULT_PAGE, GFP_NOWAIT);
}

/* Take all that @t can get, linked by next. @return how many */
static u64 take_all(struct task *t, struct page **list)
{
	struct page *page;
	u64 nr = 0;

	for (*list = NULL; (page = take(t)); nr++) {
		page->next = *list;
		*list = page;
	}
	return nr;
}

static void give_all(struct task *t, struct page *list)
{
	while (list) {
		struct page *next = list->next;

		page_put(t, list);
		list = next;
	}
}

Test(page, exhausting_fails_cleanly_and_all_come_back)
{
	struct world *w = page_world(128, 1, false);
	struct task *t = world_task(w, 0);
	bool seen[128] = { false };
	struct page *list;

	for (unsigned int round = 0; round < 3; round++) {
		cr_assert_eq(page_nr_free(w), 127);
		cr_assert_eq(take_all(t, &list), 127);
		cr_expect_eq(page_nr_free(w), 0);
		cr_expect_null(page_alloc(t, SITE_FAULT_PAGE, GFP_KERNEL));
		for (struct page *page = list; page; page = page->next) {
			u64 frame = page_to_frame(&w->zone, page);

			cr_assert(frame > 0 && frame < 128, "frame %lu", (unsigned long)frame);
			cr_assert_eq(seen[frame], round & 1, "frame %lu twice", (unsigned long)frame);
			seen[frame] = !(round & 1);
			cr_assert_eq(page->refcount, 1);
			cr_assert_eq(page->flags, 0);
			cr_assert_null(page->anon);
			page->anon = (void *)page;	/* the next owner must not find this */
			page->flags = PAGE_FILE;
		}
		give_all(t, list);
	}
	cr_expect_eq(page_nr_free(w), 127);
	cr_expect_eq(t->stats.event[STAT_PAGE_ALLOC], 3 * 127);
	cr_expect_eq(t->stats.event[STAT_PAGE_FREE], 3 * 127);
	cr_expect_eq(t->stats.event[STAT_PAGE_ALLOC_FAIL], 3 * 2);
	world_destroy(w);
}

Test(page, frames_move_in_batches)
{
	struct world *w = page_world(1 + 8 * PAGE_BATCH, 1, false);
	struct task *t = world_task(w, 0);
	struct page *held[2 * PAGE_BATCH];

	cr_expect_eq(w->zone.node[0].nr_free, 8 * PAGE_BATCH);
	for (unsigned int i = 0; i < PAGE_BATCH; i++) {
		cr_assert(held[i] = take(t));
		cr_expect_eq(w->zone.node[0].nr_free, 7 * PAGE_BATCH, "frame %u", i);
		cr_expect_eq(t->pages.nr, PAGE_BATCH - 1 - i);
	}
	for (unsigned int i = PAGE_BATCH; i < 2 * PAGE_BATCH; i++)
		cr_assert(held[i] = take(t));
	cr_expect_eq(w->zone.node[0].nr_free, 6 * PAGE_BATCH);
	cr_expect_eq(t->pages.nr, 0);

	for (unsigned int i = 0; i < 2 * PAGE_BATCH - 1; i++) {
		page_put(t, held[i]);
		cr_expect_eq(w->zone.node[0].nr_free, 6 * PAGE_BATCH, "frame %u", i);
	}
	page_put(t, held[2 * PAGE_BATCH - 1]);
	cr_expect_eq(w->zone.node[0].nr_free, 7 * PAGE_BATCH);
	cr_expect_eq(t->pages.nr, PAGE_BATCH);
	/* At the bound, allocating and freeing in turn does not go to the zone. */
	for (unsigned int i = 0; i < 10; i++) {
		held[0] = take(t);
		page_put(t, held[0]);
		cr_expect_eq(w->zone.node[0].nr_free, 7 * PAGE_BATCH);
	}
	page_task_exit(t);
	cr_expect_eq(w->zone.node[0].nr_free, 8 * PAGE_BATCH);
	cr_expect_eq(t->pages.nr, 0);
	world_destroy(w);
}

/* The caller's node is 0 here, or another on a machine that has more: its frames come first, and each goes home. */
Test(page, each_node_has_its_frames)
{
	struct world_config config = world_config_default(4 * PAGE_BATCH);
	unsigned int own = platform_node() % 3;
	struct page *list, *page;
	struct world *w;
	struct task *t;
	struct zone *z;
	u64 nr, each;

	config.nr_nodes = 3;
	w = core_world(&config);
	t = world_task(w, 0);
	z = &w->zone;
	each = z->nr_each;
	cr_assert_eq(each, (4 * PAGE_BATCH + 2) / 3);
	cr_expect_eq(z->node[0].nr_free, each - 1, "without the zero page");
	cr_expect_eq(z->node[1].nr_free, each);
	cr_expect_eq(z->node[2].nr_free, 4 * PAGE_BATCH - 2 * each);

	page = take(t);
	cr_expect_eq(page_to_nid(z, page), own);
	page_put(t, page);
	page_task_exit(t);
	cr_expect_eq(zone_nr_free(z), 4 * PAGE_BATCH - 1);

	nr = take_all(t, &list);
	cr_expect_eq(nr, 4 * PAGE_BATCH - 1, "when a node has none the others give");
	cr_expect_eq(zone_nr_free(z), 0);
	give_all(t, list);
	page_task_exit(t);
	cr_expect_eq(z->node[0].nr_free, each - 1);
	cr_expect_eq(z->node[1].nr_free, each);
	for (unsigned int i = 0; i < 3; i++)
		for (page = z->node[i].free; page; page = page->next)
			cr_assert_eq(page_to_nid(z, page), i);
	world_destroy(w);
}

Test(page, frames_on_another_list_are_not_found)
{
	struct world *w = page_world(128, 2, false);
	struct task *a = world_task(w, 0), *b = world_task(w, 1);
	struct page *list, *page = take(b);

	cr_assert(page);
	page_put(b, page);	/* b's list has a whole batch now */
	cr_assert_eq(take_all(a, &list), 127 - PAGE_BATCH);
	cr_expect_eq(page_nr_free(w), PAGE_BATCH);
	page_task_exit(b);
	cr_assert(page = take(a));
	page_put(a, page);
	give_all(a, list);
	cr_expect_eq(page_nr_free(w), 127);
	world_destroy(w);
}

Test(page, a_frame_lives_as_long_as_its_references)
{
	struct world *w = page_world(64, 2, false);
	struct page *page = take(world_task(w, 0));

	cr_assert(page);
	page_get(page);
	page_put(world_task(w, 0), page);
	cr_expect_eq(page_nr_free(w), 62);
	page_put(world_task(w, 1), page);	/* it goes to the list of the thread that puts it last */
	cr_expect_eq(page_nr_free(w), 63);
	cr_expect_eq(world_task(w, 1)->pages.free, page);
	world_destroy(w);
}

Test(page, the_zero_page_is_not_counted)
{
	struct world *w = page_world(64, 1, true);
	struct page *zero = w->zone.zero_page;
	const u64 *words = page_address(&w->zone, zero);

	for (unsigned int i = 0; i < 5; i++)
		page_put(world_task(w, 0), zero);
	page_get(zero);
	cr_expect_eq(zero->refcount, 1);
	cr_expect_eq(page_to_frame(&w->zone, zero), 0);
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		cr_assert_eq(words[i], 0, "poison keeps off the zero page");
	cr_expect_eq(page_nr_free(w), 63);
	world_destroy(w);
}

Test(page, one_put_too_many_stops_the_program, .signal = SIGABRT)
{
	struct world *w = page_world(64, 1, false);
	struct page *page = take(world_task(w, 0));

	page_put(world_task(w, 0), page);
	page_put(world_task(w, 0), page);
}

Test(page, a_get_of_a_free_frame_stops_the_program, .signal = SIGABRT)
{
	struct world *w = page_world(64, 1, false);
	struct page *page = take(world_task(w, 0));

	page_put(world_task(w, 0), page);
	page_get(page);
}

Test(page, a_freed_frame_is_poisoned)
{
	struct world *w = page_world(64, 1, true);
	struct page *page = take(world_task(w, 0));
	u64 *words = page_address(&w->zone, page);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		words[i] = 7;
	page_put(world_task(w, 0), page);
	if (platform_recycles())	/* otherwise we may not even read it */
		for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u64); i++)
			cr_assert_eq(words[i], PAGE_POISON, "word %u", i);
	cr_expect_eq(take(world_task(w, 0)), page);
	page_put(world_task(w, 0), page);
	world_destroy(w);
}

Test(page, a_write_after_free_is_found_at_the_next_use, .signal = SIGABRT)
{
	struct world *w = page_world(64, 1, true);
	struct page *page = take(world_task(w, 0));
	u64 *words = page_address(&w->zone, page);

	page_put(world_task(w, 0), page);
	if (!platform_recycles())
		raise(SIGABRT);		/* a sanitizer would stop the program first, with its own signal */
	words[511] = 1;
	take(world_task(w, 0));
}

/* --- two threads ------------------------------------------------------------------- */

#define ROUNDS	40000
#define HOLD	48

struct mixer {
	struct task *task;
	struct page **mailbox;	/* frames for any thread to take */
	u64 seed;
};

static void stamp(struct task *t, struct page *page)
{
	*(u64 *)page_address(&t->world->zone, page) = (u64)(uintptr_t)t ^ page_to_frame(&t->world->zone, page);
}

static void mix(void *arg)
{
	struct mixer *m = arg;
	struct task *t = m->task;
	struct page *held[HOLD] = { NULL };

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct page **slot = &held[core_random(&m->seed) % HOLD];
		struct page *page = *slot;

		if (page) {
			u64 *word = page_address(&t->world->zone, page);

			cr_assert_eq(*word, (u64)(uintptr_t)t ^ page_to_frame(&t->world->zone, page),
				     "a frame had two owners");
			*slot = NULL;
			/* Now and then the other thread frees it. */
			if (core_random(&m->seed) % 4 == 0)
				page = xchg(m->mailbox, page);
			if (page)
				page_put(t, page);
		} else if ((page = take(t))) {
			cr_assert_eq(READ_ONCE(page->refcount), 1);
			stamp(t, page);
			*slot = page;
		}
	}
	for (unsigned int i = 0; i < HOLD; i++)
		if (held[i])
			page_put(t, held[i]);
}

Test(page, two_threads_share_the_zone)
{
	struct world *w = page_world(80, 3, true);	/* too few for both: running out is part of the test */
	struct page *mailbox = NULL;
	struct mixer m[2];
	struct platform_thread *thread[2];
	struct stats sum;

	for (unsigned int i = 0; i < 2; i++) {
		m[i] = (struct mixer){ world_task(w, 1 + i), &mailbox, 1000 * i };
		thread[i] = core_thread(1 + i, mix, &m[i]);
	}
	for (unsigned int i = 0; i < 2; i++)
		platform_thread_join(thread[i]);
	if (mailbox)
		page_put(world_task(w, 0), mailbox);
	cr_expect_eq(page_nr_free(w), 79);
	world_stats(w, &sum);
	cr_expect_gt(sum.event[STAT_PAGE_ALLOC], ROUNDS / 4);
	cr_expect_gt(sum.event[STAT_PAGE_ALLOC_FAIL], 0);
	cr_expect_eq(sum.event[STAT_PAGE_ALLOC], sum.event[STAT_PAGE_FREE]);
	world_destroy(w);
}

struct racer {
	struct task *task;
	u32 *owner;	/* of each frame; 0: free */
	u64 doubly, taken;
};

/* Nothing but trips to the zone: batches out, batches back. */
static void race(void *arg)
{
	struct racer *r = arg;
	struct zone *z = &r->task->world->zone;
	struct page *held[4 * PAGE_BATCH];

	for (unsigned int round = 0; round < 8000; round++) {
		unsigned int nr = 0;

		while (nr < ARRAY_SIZE(held) && (held[nr] = take(r->task))) {
			r->doubly += xchg(&r->owner[page_to_frame(z, held[nr])], 1) != 0;
			nr++;
		}
		r->taken += nr;
		while (nr--) {
			xchg(&r->owner[page_to_frame(z, held[nr])], 0);
			page_put(r->task, held[nr]);
		}
	}
}

Test(page, no_frame_has_two_owners)
{
	struct world *w = page_world(1 + 6 * PAGE_BATCH, 3, false);
	static u32 owner[1 + 6 * PAGE_BATCH];
	struct platform_thread *thread[2];
	struct racer r[2];

	for (unsigned int i = 0; i < 2; i++) {
		r[i] = (struct racer){ .task = world_task(w, 1 + i), .owner = owner };
		thread[i] = core_thread(1 + i, race, &r[i]);
	}
	for (unsigned int i = 0; i < 2; i++) {
		platform_thread_join(thread[i]);
		cr_expect_eq(r[i].doubly, 0);
		cr_expect_gt(r[i].taken, 0);
	}
	cr_expect_eq(page_nr_free(w), 6 * PAGE_BATCH);
	world_destroy(w);
}

/* --- the injector ------------------------------------------------------------------ */

static bool fails(struct world *w)
{
	return inject_failure(w, SITE_FAULT_PAGE, GFP_NOWAIT);
}

Test(inject, off_fails_nothing)
{
	struct world *w = page_world(64, 1, false);
	struct injector inj = { .sites = ~0u, .share = ~0u };	/* but .on */

	for (unsigned int i = 0; i < 100; i++)
		cr_assert_not(fails(w));
	inject_configure(w, &inj);
	for (unsigned int i = 0; i < 100; i++)
		cr_assert_not(fails(w));
	cr_expect_eq(w->injector.seen, 0);
	world_destroy(w);
}

Test(inject, the_nth_fails_and_no_other)
{
	struct world *w = page_world(64, 1, false);

	for (u64 nth = 1; nth < 5; nth++) {
		struct injector inj = { .on = true, .sites = ~0u, .nth = nth };

		inject_configure(w, &inj);
		for (u64 i = 1; i <= 20; i++)
			cr_expect_eq(fails(w), i == nth, "%lu of %lu", (unsigned long)i, (unsigned long)nth);
		cr_expect_eq(w->injector.seen, 20);
		cr_expect_eq(w->injector.failed, 1);
	}
	world_destroy(w);
}

Test(inject, only_what_matches_is_counted)
{
	struct world *w = page_world(64, 1, false);
	struct injector inj = { .on = true, .sites = 1u << SITE_VMA, .nth = 2 };

	inject_configure(w, &inj);
	cr_expect_not(inject_failure(w, SITE_VMA, GFP_KERNEL));
	cr_expect_not(inject_failure(w, SITE_TREE_NODE, GFP_KERNEL));
	cr_expect(inject_failure(w, SITE_VMA, GFP_KERNEL));
	cr_expect_eq(w->injector.seen, 2);

	inj.nowait_only = true;
	inj.sites = ~0u;
	inj.nth = 1;
	inject_configure(w, &inj);
	cr_expect_not(inject_failure(w, SITE_VMA, GFP_KERNEL));
	cr_expect(inject_failure(w, SITE_VMA, GFP_NOWAIT));
	cr_expect_eq(w->injector.seen, 1);
	world_destroy(w);
}

Test(inject, a_share_fails)
{
	struct world *w = page_world(64, 1, false);
	const struct { u32 share; unsigned int lo, hi; } cases[] = {
		{ 0, 0, 0 },
		{ 1u << 30, 2200, 2800 },	/* a quarter of 10000, six sigma */
		{ 1u << 31, 4700, 5300 },
		{ ~0u, 10000, 10000 },
	};

	for (unsigned int c = 0; c < ARRAY_SIZE(cases); c++) {
		struct injector inj = { .on = true, .sites = ~0u, .share = cases[c].share, .seed = 5 };
		unsigned int nr = 0;

		inject_configure(w, &inj);
		for (unsigned int i = 0; i < 10000; i++)
			nr += fails(w);
		cr_expect(nr >= cases[c].lo && nr <= cases[c].hi, "case %u: %u", c, nr);
		cr_expect_eq(w->injector.failed, nr);
	}
	world_destroy(w);
}

Test(inject, the_seed_alone_decides)
{
	struct world *w = page_world(64, 1, false);
	struct injector inj = { .on = true, .sites = ~0u, .share = 1u << 31 };
	const u64 seeds[3] = { 1, 1, 2 };
	u64 bits[3] = { 0 };

	for (unsigned int run = 0; run < 3; run++) {
		inj.seed = seeds[run];
		inject_configure(w, &inj);
		for (unsigned int i = 0; i < 64; i++)
			bits[run] |= (u64)fails(w) << i;
	}
	cr_expect_eq(bits[0], bits[1]);
	cr_expect_neq(bits[0], bits[2]);
	world_destroy(w);
}

Test(inject, bursts_fail_whole)
{
	struct world *w = page_world(64, 1, false);
	struct injector inj = { .on = true, .sites = ~0u, .share = 1u << 31, .burst = 7, .seed = 3 };
	unsigned int failed = 0;

	inject_configure(w, &inj);
	for (unsigned int burst = 0; burst < 200; burst++) {
		bool first = fails(w);

		for (unsigned int i = 1; i < 7; i++)
			cr_expect_eq(fails(w), first, "burst %u", burst);
		failed += first;
	}
	cr_expect(failed > 50 && failed < 150, "%u of 200", failed);
	world_destroy(w);
}

Test(inject, an_injected_failure_costs_no_frame)
{
	struct world *w = page_world(64, 1, false);
	struct task *t = world_task(w, 0);
	struct injector inj = { .on = true, .sites = 1u << SITE_FAULT_PAGE, .share = ~0u };

	inject_configure(w, &inj);
	cr_expect_null(page_alloc(t, SITE_FAULT_PAGE, GFP_NOWAIT));
	cr_expect_null(page_alloc(t, SITE_FAULT_PAGE, GFP_KERNEL));
	cr_expect_eq(page_nr_free(w), 63);
	cr_expect_eq(t->stats.event[STAT_PAGE_ALLOC_FAIL], 2);
	cr_expect_eq(t->stats.event[STAT_PAGE_ALLOC], 0);
	world_destroy(w);
}
