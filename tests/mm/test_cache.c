/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Caches: stocks and depot, construction, accounting, and objects that wait for a grace period.
 */
#include "tests/mm/core_world.h"
#include "common/mm/grace.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"
#include "common/sync/rcu.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

TestSuite(cache, .init = core_enter, .fini = core_leave, .timeout = 60);

#define MANY 300	/* more than a stock, two batches and some */

static struct world *cache_world(unsigned int nr_tasks)
{
	struct world_config config = world_config_default(64);

	config.nr_tasks = nr_tasks;
	return core_world(&config);
}

/* A world with stocks: sanitizer builds have none. */
static struct world *recycling_world(unsigned int nr_tasks)
{
	if (!platform_recycles())
		cr_skip_test("memory is not recycled in this build");
	return cache_world(nr_tasks);
}

static void take_many(struct task *t, enum cache_id id, void **object, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		cr_assert(object[i] = cache_alloc(t, id));
}

static void free_many(struct task *t, enum cache_id id, void **object, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		cache_free(t, id, object[i]);
}

static void free_many_rcu(struct task *t, enum cache_id id, void **object, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		cache_free_rcu(t, id, object[i]);
}

static bool among(void *const *object, unsigned int nr, const void *wanted)
{
	for (unsigned int i = 0; i < nr; i++)
		if (object[i] == wanted)
			return true;
	return false;
}

Test(cache, objects_are_distinct_and_aligned)
{
	struct world *w = cache_world(1);
	struct task *t = world_task(w, 0);
	static void *object[MANY];

	for (unsigned int id = 0; id < NR_CACHES; id++) {
		size_t size = w->cache[id].size;

		take_many(t, id, object, MANY);
		for (unsigned int i = 0; i < MANY; i++) {
			cr_assert_eq((uintptr_t)object[i] % w->cache[id].align, 0);
			if (id != CACHE_VMA && id != CACHE_TABLE)
				memset(object[i], (int)i, size);
		}
		for (unsigned int i = 0; i < MANY; i++) {
			if (id != CACHE_VMA && id != CACHE_TABLE)
				cr_assert_eq(*(u8 *)object[i], (u8)i);
			cr_assert_not(among(object, i, object[i]));
		}
		cr_expect_eq(cache_in_use(w, id), MANY);
		free_many(t, id, object, MANY);
		cr_expect_eq(cache_in_use(w, id), 0);
	}
	world_destroy(w);
}

Test(cache, tables_begin_empty)
{
	struct world *w = cache_world(1);
	struct task *t = world_task(w, 0);
	struct pgtable *table[MANY];

	for (unsigned int i = 0; i < MANY; i++) {
		cr_assert(table[i] = cache_alloc(t, CACHE_TABLE));
		for (unsigned int j = 0; j < PGTABLE_ENTRIES; j++)
			cr_assert_eq(table[i]->entry[j], 0);
	}
	for (unsigned int i = 0; i < MANY; i++)
		cache_free(t, CACHE_TABLE, table[i]);
	world_destroy(w);
}

static unsigned int nr_ctor;

static void count_ctor(struct world *w, void *object)
{
	(void)w;
	*(u64 *)object = 0xc0de;
	nr_ctor++;
}

Test(cache, an_object_is_constructed_once)
{
	struct world *w = recycling_world(1);
	struct task *t = world_task(w, 0);
	void *object[10];

	nr_ctor = 0;
	w->cache[CACHE_NODE].ctor = count_ctor;
	for (unsigned int round = 0; round < 3; round++) {
		take_many(t, CACHE_NODE, object, 10);
		for (unsigned int i = 0; i < 10; i++) {
			cr_expect_eq(*(u64 *)object[i], 0xc0de);
			cache_free(t, CACHE_NODE, object[i]);
		}
	}
	cr_expect_eq(nr_ctor, 10);
	cr_expect_eq(w->cache[CACHE_NODE].nr_made, 10);
	world_destroy(w);
}

Test(cache, vmas_are_born_gone)
{
	struct world *w = cache_world(1);
	struct vma *vma = cache_alloc(world_task(w, 0), CACHE_VMA);

	cr_assert(vma);
	cr_expect_eq(vma->lock_seq, VMA_GONE);
	cr_expect_geq(w->cache[CACHE_VMA].size, sizeof(*vma) + sizeof(u64));
	cache_free(world_task(w, 0), CACHE_VMA, vma);
	world_destroy(w);
}

Test(cache, half_a_stock_moves_at_a_time)
{
	struct world *w = recycling_world(2);
	struct task *a = world_task(w, 0), *b = world_task(w, 1);
	struct cache *c = &w->cache[CACHE_NODE];
	void *object[CACHE_STOCK + 1], *other;

	take_many(a, CACHE_NODE, object, CACHE_STOCK + 1);
	free_many(a, CACHE_NODE, object, CACHE_STOCK);
	cr_expect_eq(a->stock[CACHE_NODE].nr, CACHE_STOCK);
	cr_expect_eq(c->nr_depot, 0);
	cache_free(a, CACHE_NODE, object[CACHE_STOCK]);
	cr_expect_eq(a->stock[CACHE_NODE].nr, CACHE_STOCK / 2 + 1);
	cr_expect_eq(c->nr_depot, CACHE_STOCK / 2);

	other = cache_alloc(b, CACHE_NODE);
	cr_expect(among(object, CACHE_STOCK + 1, other), "the depot is used before new memory");
	cr_expect_eq(b->stock[CACHE_NODE].nr, CACHE_STOCK / 2 - 1);
	cr_expect_eq(c->nr_depot, 0);
	cr_expect_eq(c->nr_made, CACHE_STOCK + 1);
	cache_free(b, CACHE_NODE, other);
	cache_task_exit(a);
	cache_task_exit(b);
	cr_expect_eq(a->stock[CACHE_NODE].nr + b->stock[CACHE_NODE].nr, 0);
	cr_expect_eq(c->nr_depot, CACHE_STOCK + 1);
	world_destroy(w);
}

Test(cache, who_frees_need_not_be_who_allocated)
{
	struct world *w = cache_world(2);
	static void *object[MANY];

	take_many(world_task(w, 0), CACHE_NODE, object, MANY);
	for (unsigned int i = 0; i < MANY; i++) {
		if (i % 3)
			cache_free(world_task(w, 1), CACHE_NODE, object[i]);
		else
			cache_free_rcu(world_task(w, 1), CACHE_NODE, object[i]);
		cr_assert_eq(cache_in_use(w, CACHE_NODE), MANY - 1 - i);
	}
	world_destroy(w);
}

/* --- after a grace period -------------------------------------------------------------- */

struct reader {
	u32 inside, leave;
};

static void read_until_told(void *arg)
{
	struct reader *r = arg;

	rcu_read_lock();
	smp_store_release(&r->inside, 1);
	core_wait(&r->leave, 1);
	rcu_read_unlock();
}

Test(cache, a_deferred_object_waits_for_its_readers)
{
	struct world *w = recycling_world(2);
	struct task *t = world_task(w, 0);
	struct reader r = { 0, 0 };
	struct platform_thread *thread;
	static void *object[MANY], *again[MANY];
	u64 made;

	take_many(t, CACHE_NODE, object, MANY);
	thread = core_thread(1, read_until_told, &r);
	core_wait(&r.inside, 1);
	free_many_rcu(t, CACHE_NODE, object, MANY);
	cr_expect_eq(cache_in_use(w, CACHE_NODE), 0, "an object that waits is not in use");

	/* Time enough for a grace period, were there no reader. */
	platform_sleep(50 * 1000 * 1000);
	cache_flush_rcu(t);
	take_many(t, CACHE_NODE, again, MANY);
	for (unsigned int i = 0; i < MANY; i++)
		cr_assert_not(among(object, MANY, again[i]), "reused beside a reader");

	smp_store_release(&r.leave, 1);
	platform_thread_join(thread);
	platform_rcu_barrier();
	cache_flush_rcu(t);
	cr_expect_null(t->sent);
	free_many(t, CACHE_NODE, again, MANY);

	/* Now all 2 * MANY objects are reused and no new one is made. */
	made = w->cache[CACHE_NODE].nr_made;
	take_many(t, CACHE_NODE, object, MANY);
	take_many(t, CACHE_NODE, again, MANY);
	cr_expect_eq(w->cache[CACHE_NODE].nr_made, made);
	cr_expect_eq(made, 2 * MANY);
	free_many(t, CACHE_NODE, object, MANY);
	free_many(t, CACHE_NODE, again, MANY);
	world_destroy(w);
}

/* liburcu's grace period is over, the configured one is not: freed objects are not reused yet. */
Test(cache, a_longer_grace_period_keeps_what_was_freed)
{
	struct world *w = recycling_world(1);
	struct task *t = world_task(w, 0);
	static void *object[MANY], *again[MANY];

	w->config.grace_period_ns = 3600ULL * 1000 * 1000 * 1000;
	take_many(t, CACHE_NODE, object, MANY);
	free_many_rcu(t, CACHE_NODE, object, MANY);
	cache_flush_rcu(t);
	platform_rcu_barrier();
	cache_flush_rcu(t);
	cr_expect(t->sent, "it was taken back");
	take_many(t, CACHE_NODE, again, MANY);
	for (unsigned int i = 0; i < MANY; i++)
		cr_assert_not(among(object, MANY, again[i]), "reused before an hour was over");

	/* Pretend that the hour is over. */
	w->config.grace_period_ns = 1;
	cache_flush_rcu(t);
	cr_expect_null(t->sent);
	free_many(t, CACHE_NODE, again, MANY);
	take_many(t, CACHE_NODE, again, MANY);
	take_many(t, CACHE_NODE, object, MANY);
	cr_expect_eq(w->cache[CACHE_NODE].nr_made, 2 * MANY);
	free_many(t, CACHE_NODE, again, MANY);
	free_many(t, CACHE_NODE, object, MANY);
	world_destroy(w);
}

/* G.1: counted before it begins, whichever way it is waited for; a batch that is open has none yet. */
Test(cache, each_grace_period_is_counted)
{
	struct world *w = cache_world(1);
	struct task *t = world_task(w, 0);
	u64 before = grace_number(w);

	cache_free_rcu(t, CACHE_NODE, cache_alloc(t, CACHE_NODE));
	cr_expect_eq(grace_number(w), before);
	cache_flush_rcu(t);
	cr_expect_eq(grace_number(w), before + 1);
	cache_free_rcu(t, CACHE_NODE, cache_alloc(t, CACHE_NODE));
	cache_drain(w);
	cr_expect_eq(grace_number(w), before + 2);
	grace_period_wait(w);
	cr_expect_eq(grace_number(w), before + 3);
	world_destroy(w);
}

Test(cache, an_open_batch_is_sent_when_flushed_or_full)
{
	struct world *w = cache_world(1);
	struct task *t = world_task(w, 0);
	unsigned int nr;

	cache_free_rcu(t, CACHE_NODE, cache_alloc(t, CACHE_NODE));
	cr_expect(t->batch);
	cr_expect_null(t->sent);
	cache_flush_rcu(t);
	cr_expect_null(t->batch);
	cache_drain(w);
	cr_expect_null(t->sent);
	cr_expect(t->idle, "the batch serves again");

	for (nr = 0; nr < 1000 && !t->sent; nr++)
		cache_free_rcu(t, CACHE_TABLE, cache_alloc(t, CACHE_TABLE));
	cr_expect_eq(nr, 128);
	cr_expect_null(t->batch);
	world_destroy(w);
}

Test(cache, task_exit_brings_everything_home)
{
	struct world *w = cache_world(2);
	struct task *t = world_task(w, 1);
	static void *object[MANY];

	take_many(t, CACHE_NODE, object, MANY);
	free_many_rcu(t, CACHE_NODE, object, MANY);
	cache_task_exit(t);
	cr_expect_null(t->batch);
	cr_expect_null(t->sent);
	cr_expect_null(t->idle);
	cr_expect_eq(t->stock[CACHE_NODE].nr, 0);
	cr_expect_eq(w->cache[CACHE_NODE].nr_depot, w->cache[CACHE_NODE].nr_made);
	cr_expect_eq(w->cache[CACHE_NODE].nr_made, platform_recycles() ? MANY : 0);
	world_destroy(w);
}

Test(cache, freeing_as_a_chain_demands)
{
	struct world *w = cache_world(1);
	struct task *t = world_task(w, 0);
	void *object;

	cache_free_as(t, CACHE_NODE, cache_alloc(t, CACHE_NODE), FREE_AT_ONCE);
	cr_expect_null(t->batch);
	cache_free_as(t, CACHE_NODE, cache_alloc(t, CACHE_NODE), FREE_AFTER_GRACE);
	cr_expect(t->batch);
	cache_drain(w);
	cr_assert(object = cache_alloc(t, CACHE_NODE));
	cache_free_as(t, CACHE_NODE, object, FREE_TYPE_STABLE);
	if (platform_recycles())
		cr_expect_null(t->batch, "the memory stays a node: at once");
	else
		cr_expect(t->batch, "the memory goes: after a grace period");
	cr_expect_eq(cache_in_use(w, CACHE_NODE), 0);
	world_destroy(w);
}

Test(cache, deferring_inside_an_rcu_section_stops_the_program, .signal = SIGABRT)
{
	struct world *w = cache_world(1);
	struct task *t = world_task(w, 0);
	void *object = cache_alloc(t, CACHE_NODE);

	rcu_read_lock();
	cache_free_rcu(t, CACHE_NODE, object);
}

/* A reader that leaves by itself, late, and announces it before. */
static void read_for_a_while(void *arg)
{
	struct reader *r = arg;

	rcu_read_lock();
	smp_store_release(&r->inside, 1);
	platform_delay(50 * 1000 * 1000);
	smp_store_release(&r->leave, 1);
	rcu_read_unlock();
}

/*
 * Without memory for a batch the call waits itself.  The limit of the process
 * stands in for a machine that is out of memory.
 */
Test(cache, without_memory_it_waits_itself)
{
	struct world *w = recycling_world(2);
	struct task *t = world_task(w, 0);
	struct reader r = { 0, 0 };
	struct platform_thread *thread;
	struct rlimit limit;
	void *object, *last = NULL, *p;
	u32 waited;

	cr_assert(object = cache_alloc(t, CACHE_NODE));
	thread = core_thread(1, read_for_a_while, &r);
	core_wait(&r.inside, 1);
	cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
	limit.rlim_cur = 1 << 20;	/* less than is in use, so no allocation succeeds */
	cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
	/* Use up what malloc still has: blocks of 1 KiB, linked so that they can be given back. */
	while ((p = platform_alloc(1024, CACHELINE, PLATFORM_MEM_OBJECT))) {
		*(void **)p = last;
		last = p;
	}
	cache_free_rcu(t, CACHE_NODE, object);
	waited = smp_load_acquire(&r.leave);

	limit.rlim_cur = limit.rlim_max;
	cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
	while ((p = last)) {
		last = *(void **)p;
		platform_free(p, 1024, PLATFORM_MEM_OBJECT);
	}
	platform_thread_join(thread);
	cr_expect_null(t->batch, "there was memory for a batch: this test shows nothing");
	cr_expect(waited, "the object came back beside a reader");
	cr_expect_null(t->sent);
	cr_expect_eq(t->stock[CACHE_NODE].nr, 1);
	cr_expect_eq(t->stock[CACHE_NODE].object[0], object);
	cr_expect_eq(cache_in_use(w, CACHE_NODE), 0);
	world_destroy(w);
}

/* --- a reader beside a writer that frees and reuses -------------------------------------- */

#define SWAP_NS 300000000ULL

struct shared {
	u64 *current;
	u32 stop;
	u64 torn, reads;
};

static void look(void *arg)
{
	struct shared *s = arg;

	while (!READ_ONCE(s->stop)) {
		u64 *object, first, second;

		rcu_read_lock();
		object = rcu_dereference(s->current);
		first = READ_ONCE(object[0]);
		for (unsigned int i = 0; i < 50; i++)
			platform_relax(0);
		second = READ_ONCE(object[1]);
		rcu_read_unlock();
		s->torn += first != second;
		s->reads++;
	}
}

static u64 *new_node(struct task *t, u64 value)
{
	u64 *object = cache_alloc(t, CACHE_NODE);

	cr_assert(object);
	WRITE_ONCE(object[0], value);
	WRITE_ONCE(object[1], value);
	return object;
}

Test(cache, an_object_under_a_reader_never_changes)
{
	struct world *w = cache_world(2);
	struct task *t = world_task(w, 0);
	struct shared s = { .current = new_node(t, 1) };
	struct platform_thread *thread = core_thread(1, look, &s);

	for (u64 i = 2, end = platform_now() + SWAP_NS; platform_now() < end; i++) {
		u64 *old = s.current;

		rcu_assign_pointer(s.current, new_node(t, i));
		cache_free_rcu(t, CACHE_NODE, old);
	}
	WRITE_ONCE(s.stop, 1);
	platform_thread_join(thread);
	cr_expect_gt(s.reads, 1000);
	cr_expect_eq(s.torn, 0, "%lu of %lu", (unsigned long)s.torn, (unsigned long)s.reads);
	cache_free(t, CACHE_NODE, s.current);
	cr_expect_eq(cache_in_use(w, CACHE_NODE), 0);
	world_destroy(w);
}
