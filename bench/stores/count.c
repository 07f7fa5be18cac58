// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Logs the faults' accesses, compares the lines, names the words.
 *
 * A steady fault (ADR/README.md): tables and anon_vma are there, the frame comes from
 * the thread's own list, nothing changes beside it, and each thread has 2 MiB, and so
 * leaf tables, of its own.  So a round is shorter than the thread's list of frames, and between rounds
 * each thread gives its frames back to that list without logging.
 *
 * The threads fault at once, with no order between them.  The counts do not depend on that: no fault
 * waits for another, and an exchange that fails is not counted.
 */
#include "bench/stores/count.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stores/plant.h"
#include "common/mm/mm.h"
#include "common/mm/world.h"
#include "common/sync/atomic.h"
#include "sim/line_log.h"

#define MAX_THREADS 16
#define AREA	(2UL << 20)
#define BASE	0x4000000000UL
#define GAP	(1UL << 30)
#define DONTNEED 4

struct count {
	const struct stores_options *options;
	struct stores_result *result;
	struct world *world;
	struct mm *mm;
	pthread_barrier_t barrier;
	struct line_log log[MAX_THREADS];
	u64 planted __cacheline_aligned;
	struct line_log_shared shared __cacheline_aligned;
};

struct worker {
	struct count *count;
	unsigned int nr;
	struct platform_thread *thread;
	unsigned long start;
};

static unsigned long area_of(const struct stores_options *o, unsigned int nr)
{
	return BASE + nr * (o->own_vmas ? GAP : AREA);
}

/* The host has none, in the midst of a count, for which others wait. */
static __attribute__((noreturn)) void no_memory(void)
{
	fputs("faultline: stores: not enough memory\n", stderr);
	exit(2);
}

static void fault(struct task *t, struct mm *mm, unsigned long addr)
{
	enum fault_result result = mm_fault(t, mm, addr, FAULT_FLAG_USER | FAULT_FLAG_WRITE);

	if (result == FAULT_OOM)
		no_memory();
	BUG_ON(result != FAULT_DONE);
}

static void give_back(struct task *t, struct mm *mm, unsigned long start)
{
	int err = mm_madvise(t, mm, start, AREA, DONTNEED);

	if (err == -ENOMEM)
		no_memory();
	BUG_ON(err);
}

static void one_round(struct worker *w, struct task *t, struct line_log *log)
{
	struct count *c = w->count;

	for (unsigned int i = 1; i <= STORES_ROUND; i++) {
		if (log)
			log->fault++;
		line_log_use(log);
		fault(t, c->mm, w->start + i * PAGE_SIZE);
		if (c->options->plant)
			plant_store(&c->planted);
		line_log_use(NULL);
	}
}

static void work(void *arg)
{
	struct worker *w = arg;
	struct count *c = w->count;
	struct task *t = world_task(c->world, w->nr + 1);

	mm_attach(t, c->mm);
	fault(t, c->mm, w->start);	/* tables and anon_vma */
	one_round(w, t, NULL);
	give_back(t, c->mm, w->start);
	for (unsigned int round = 0; round < c->options->rounds; round++) {
		BUG_ON(t->pages.nr < STORES_ROUND);
		pthread_barrier_wait(&c->barrier);
		one_round(w, t, &c->log[w->nr]);
		pthread_barrier_wait(&c->barrier);
		give_back(t, c->mm, w->start);
	}
	mm_detach(t);
}

/* --- what is shared ------------------------------------------------------------------------- */

static void add_field(struct stores_result *r, const char *name, u64 stores)
{
	unsigned int i = 0;

	while (i < r->nr_fields && strcmp(r->field[i].name, name))
		i++;
	if (i == STORES_FIELDS)
		i--;		/* the last one stands for the rest too */
	if (i == r->nr_fields)
		strcpy(r->field[r->nr_fields++].name, name);
	r->field[i].stores += stores;
}

static void told(const struct line_log_shared *s, const void *word, const void *line, u64 n)
{
	struct count *c = container_of(s, struct count, shared);
	char text[OBJECT_NAME_SIZE + 1];
	struct object_name name;

	(void)line;
	if (!word) {
		c->result->lines += n;
		return;
	}
	c->result->stores += n;
	object_name(c->result->chain, word, &name);
	snprintf(text, sizeof(text), "%s.%s", name.what, name.field);
	add_field(c->result, text, n);
}

static int more_stores(const void *a, const void *b)
{
	const struct stores_field *fa = a, *fb = b;

	if (fa->stores != fb->stores)
		return fa->stores < fb->stores ? 1 : -1;
	return strcmp(fa->name, fb->name);
}

/* --- one scheme ------------------------------------------------------------------------------- */

static int map_areas(struct count *c, struct task *t)
{
	const struct stores_options *o = c->options;
	unsigned int vmas = o->own_vmas ? o->threads : 1;
	unsigned long bytes = o->own_vmas ? AREA : o->threads * AREA;

	for (unsigned int i = 0; i < vmas; i++)
		if (mm_is_err(mm_mmap(t, c->mm, area_of(o, i), bytes, MM_PROT_READ | MM_PROT_WRITE,
				      MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED, NULL, 0)))
			return -ENOMEM;
	return 0;
}

static int run_workers(struct count *c)
{
	struct worker worker[MAX_THREADS];
	unsigned int n;
	int err = 0;

	for (n = 0; n < c->options->threads && !err; n++) {
		worker[n] = (struct worker){ .count = c, .nr = n, .start = area_of(c->options, n) };
		err = line_log_init(&c->log[n]);
		/* Run all or none: started threads wait for the rest at the barrier. */
		if (!err)
			err = platform_thread_create(&worker[n].thread, n + 1, -1, work, &worker[n]);
		if (err && n)
			no_memory();
	}
	for (unsigned int i = 0; !err && i < n; i++)
		platform_thread_join(worker[i].thread);
	if (!err)
		line_log_compare(c->log, n, &c->shared);
	for (unsigned int i = 0; i < n; i++)
		line_log_free(&c->log[i]);
	return err;
}

int stores_count(struct stores_result *result, const struct scheme_chain *chain,
		 const struct stores_options *options, struct bench_error *err)
{
	struct world_config config = world_config_default(4096);
	struct count *c = aligned_alloc(CACHELINE, sizeof(*c));
	const struct platform_listener *l = objects_begin();
	struct task *t;
	int ret = -ENOMEM;

	*result = (struct stores_result){ .chain = chain };
	if (!c)
		goto out;
	memset(c, 0, sizeof(*c));
	c->options = options;
	c->result = result;
	c->shared.told = told;
	l->objects(l, &c->planted, "planted", sizeof(c->planted), 1);
	pthread_barrier_init(&c->barrier, NULL, options->threads);
	config.nr_tasks = options->threads + 1;
	config.reclaim = options->reclaim;
	config.nowait_fails = options->nowait_fails;
	config.settle = options->settle;
	ret = world_create(&c->world, &config, chain);
	if (ret)
		goto out_count;
	t = world_task(c->world, 0);
	ret = mm_create(t, &c->mm);
	if (ret)
		goto out_world;
	mm_attach(t, c->mm);
	ret = map_areas(c, t);
	if (!ret)
		ret = run_workers(c);
	mm_destroy(t, c->mm);
	result->faults = (u64)options->threads * options->rounds * STORES_ROUND;
	qsort(result->field, result->nr_fields, sizeof(*result->field), more_stores);
out_world:
	world_destroy(c->world);
out_count:
	pthread_barrier_destroy(&c->barrier);
	free(c);
out:
	objects_end();
	return ret ? bench_fail(err, "%s: %s", chain->name, strerror(-ret)) : 0;
}
