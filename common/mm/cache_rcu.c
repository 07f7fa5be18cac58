/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Objects that wait for a grace period: collected in batches, sent, taken back by the thread that sent them.
 *
 * Life of a batch.  Everything happens on its owner's lists, but for one store:
 *
 *	open	t->batch: the owner adds objects
 *	sent	t->sent: platform_call_rcu() has it; the owner only looks at `done`
 *	done	the callback has stored `done`, its last touch
 *	idle	t->idle: the owner has taken the objects into its stocks
 *
 * The callback runs on a thread without a slot, which has no stock to put
 * objects into: hence the way back through the owner.  An open batch waits for more objects, not for
 * time, so up to config.rcu_batch - 1 objects of a thread stay unfreed.
 */
#include "common/mm/cache_internal.h"
#include "common/mm/grace.h"

struct rcu_batch {
	struct platform_rcu_head head;
	struct world *world;
	struct rcu_batch *next;
	u64 sent_at;		/* with config.grace_period_ns: the time it was sent */
	u32 done;		/* the callback stores it once each time the batch is sent */
	u32 nr;
	struct {
		void *object;
		enum cache_id id;
	} item[RCU_BATCH];
};

static void batch_done(struct platform_rcu_head *head)
{
	struct rcu_batch *b = container_of(head, struct rcu_batch, head);

	/*
	 * The owner's stores to the batch are visible here: platform_call_rcu()
	 * hands over what was stored before it, as the kernel's does.
	 */
	if (!platform_recycles())
		for (u32 i = 0; i < b->nr; i++)
			cache_give_up(&b->world->cache[b->item[i].id], b->item[i].object);
	/*
	 * Release, for two things that the owner must find finished.  Readers: the
	 * grace period orders every section that could see the objects before this
	 * callback, hence before the owner acquires `done`; only then may their memory be written again.
	 * This function: it is done with the batch, which the owner uses again.
	 * @pairs{readers and callback are through, before done | batch_is_done()}
	 */
	smp_store_release(&b->done, 1);
}

/** @pairs{readers and callback are through, before done | batch_done()} */
static bool batch_is_done(const struct rcu_batch *b)
{
	return smp_load_acquire(&b->done);
}

/* With config.grace_period_ns a grace period lasts at least that long, even if liburcu's has ended. */
static bool batch_is_old(const struct rcu_batch *b)
{
	u64 ns = b->world->config.grace_period_ns;

	return likely(!ns) || platform_now() - b->sent_at >= ns;
}

/*
 * Take back what has passed its grace period.  Batches are taken in the order of sending, up to the first
 * that has not.
 */
static void harvest(struct task *t, bool all)
{
	struct rcu_batch *b;

	while ((b = t->sent) && batch_is_done(b) && (all || batch_is_old(b))) {
		t->sent = b->next;
		if (platform_recycles())
			for (u32 i = 0; i < b->nr; i++)
				cache_take_back(t, b->item[i].id, b->item[i].object);
		b->next = t->idle;
		t->idle = b;
	}
}

static void batch_send(struct task *t)
{
	struct rcu_batch *b = t->batch, **end = &t->sent;

	if (!b)
		return;
	t->batch = NULL;
	b->next = NULL;
	WRITE_ONCE(b->done, 0);
	if (t->sent)
		end = &t->sent_last->next;
	*end = b;
	t->sent_last = b;
	if (unlikely(t->world->config.grace_period_ns))
		b->sent_at = platform_now();
	grace_count(t->world);
	platform_call_rcu(&b->head, batch_done);
}

/* An empty batch is open on return, or there is no memory for one. */
static struct rcu_batch *batch_open(struct task *t)
{
	struct rcu_batch *b = t->idle;

	if (b) {
		t->idle = b->next;
	} else {
		b = platform_alloc(sizeof(*b), CACHELINE, PLATFORM_MEM_OBJECT);
		if (!b)
			return NULL;
		b->world = t->world;
	}
	b->nr = 0;
	t->batch = b;
	return b;
}

void cache_free_rcu(struct task *t, enum cache_id id, void *object)
{
	struct rcu_batch *b = t->batch;

	might_sleep();
	cache_account(t, id, -1ULL);
	if (!b) {
		harvest(t, false);
		b = batch_open(t);
	}
	if (!b) {
		/* No batch to wait in: wait here.  */
		grace_period_wait(t->world);
		cache_take_back(t, id, object);
		return;
	}
	b->item[b->nr].object = object;
	b->item[b->nr].id = id;
	if (++b->nr == t->world->config.rcu_batch)
		batch_send(t);
}

void cache_flush_rcu(struct task *t)
{
	batch_send(t);
	harvest(t, false);
}

void cache_drain(struct world *w)
{
	might_sleep();
	for (unsigned int i = 0; i < w->config.nr_tasks; i++)
		batch_send(&w->tasks[i]);
	platform_rcu_barrier();
	for (unsigned int i = 0; i < w->config.nr_tasks; i++) {
		harvest(&w->tasks[i], true);
		BUG_ON(w->tasks[i].sent);
	}
}

void cache_rcu_exit(struct task *t)
{
	struct rcu_batch *b;

	batch_send(t);
	if (t->sent) {
		platform_rcu_barrier();
		harvest(t, true);
		BUG_ON(t->sent);
	}
	while ((b = t->idle)) {
		t->idle = b->next;
		platform_free(b, sizeof(*b), PLATFORM_MEM_OBJECT);
	}
}
