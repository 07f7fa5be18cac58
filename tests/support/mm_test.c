// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Worlds for tests, and the accounts at their end.
 */
#include "tests/support/mm_test.h"

#include "common/mm/page.h"
#include "common/mm/reclaim.h"

#include <stdlib.h>
#include <string.h>

#define WATCHDOG_SECONDS 120	/* FAULTLINE_WATCHDOG in the environment says otherwise */

struct world_config mm_test_config(void)
{
	struct world_config config = world_config_default(1024);

	config.nr_tasks = 6;
	config.tlb = true;
	config.poison = true;
	return config;
}

/* With FAULTLINE_IO in the environment all tests run with that policy: hold, for one. */
static void policy_config(struct world_config *c)
{
	static const char *const names[] = { "retry-mmap", "retry-vma", "hold", "file-hold" };
	const char *name = getenv("FAULTLINE_IO");
	unsigned int io = 0;

	if (!name)
		return;
	while (io < ARRAY_SIZE(names) && strcmp(names[io], name))
		io++;
	check(io < ARRAY_SIZE(names), "FAULTLINE_IO=%s: no such policy", name);
	c->io = (enum io_policy)io;
}

/*
 * With FAULTLINE_RECLAIM in the environment all tests run beside a thread that reclaims all it can, all
 * the time, so a test finds its pages in swap at the next access.
 */
static struct {
	struct platform_thread *thread;	/* NULL: there is none, or it is stopped */
	u32 stop;
	bool reclaim;			/* the world's own config had it too */
} taker;

static void take_all(void *arg)
{
	struct task *t = arg;

	while (!READ_ONCE(taker.stop)) {
		reclaim_pages(t, RECLAIM_FORCE, 32);
		page_task_exit(t);
		platform_sleep(1000);
	}
}

/* Make room for that thread: a task, and swap for all that it takes. */
static void taker_config(struct world_config *config)
{
	taker.reclaim = config->reclaim;
	config->nr_tasks++;
	config->reclaim = true;
	if (!config->swap_slots)
		config->swap_slots = 4 * config->nr_frames;
}

static void taker_start(struct world *w)
{
	taker.stop = 0;
	check_same(platform_thread_create(&taker.thread, w->config.nr_tasks - 1, -1, take_all,
					  world_task(w, w->config.nr_tasks - 1)), 0, "a thread");
}

static void taker_stop(void)
{
	if (!taker.thread)
		return;
	WRITE_ONCE(taker.stop, 1);
	platform_thread_join(taker.thread);
	taker.thread = NULL;
}

/* Before each access the test itself reclaims too, since a short test could be over before that thread runs. */
static void press(struct mm_test *m)
{
	for (unsigned int turn = 0; taker.thread && turn < 4; turn++)
		reclaim_pages(m->task, RECLAIM_FORCE, 32);
}

void mm_test_alone(struct mm_test *m)
{
	if (!taker.thread)
		return;
	taker_stop();
	m->world->config.reclaim = taker.reclaim;
}

static void mm_begin(struct mm_test *m)
{
	check(!mm_create(m->task, &m->mm), "no memory for an mm");
	mm_attach(m->task, m->mm);
}

void mm_test_begin(struct mm_test *m, const char *spec, const struct world_config *config)
{
	struct world_config c = config ? *config : mm_test_config();
	bool take = getenv("FAULTLINE_RECLAIM");
	char why[256];

	check_watchdog(getenv("FAULTLINE_WATCHDOG") ? (unsigned int)atoi(getenv("FAULTLINE_WATCHDOG")) :
		       WATCHDOG_SECONDS);
	check(!scheme_chain_parse(&m->chain, spec, why, sizeof(why)), "%s", why);
	m->lean = false;
	platform_thread_enter(0);
	policy_config(&c);
	if (take)
		taker_config(&c);
	check(!world_create(&m->world, &c, &m->chain), "no world");
	m->task = world_task(m->world, 0);
	if (take)
		taker_start(m->world);
	mm_begin(m);
}

void mm_test_variants(void (*test)(struct mm_test *m))
{
	struct world_config config = mm_test_config();
	struct variant v;
	struct mm_test m;

	for (unsigned int i = 0; variant_nr(i, &v); i++) {
		check_context("under %s%s", v.spec, v.knobs ? ", settle and vmacache on, and what is new in Linux" : "");
		config.settle = config.vmacache = config.pt_reclaim = v.knobs;
		config.io = v.knobs ? IO_RETRY_VMA : IO_RETRY_MMAP;
		config.fork_marks = v.knobs ? FORK_MARKS_PRIVATE : FORK_MARKS_ALL;
		mm_test_begin(&m, v.spec, &config);
		m.lean = true;
		test(&m);
		mm_test_end(&m);
	}
}

void mm_test_check(struct mm_test *m, struct mm *mm)
{
	bool took = taker.thread;

	taker_stop();
	mm_check(m->task, mm);
	if (took)
		taker_start(m->world);
}

void mm_test_renew(struct mm_test *m)
{
	bool took = taker.thread;

	taker_stop();
	mm_check(m->task, m->mm);
	mm_destroy(m->task, m->mm);
	check_same(frames_used(m) - m->world->nr_cached, 0, "frames in use after the mm is gone");
	mm_begin(m);
	if (took)
		taker_start(m->world);
}

void mm_test_end(struct mm_test *m)
{
	struct world_leaks leaks;

	taker_stop();
	mm_check(m->task, m->mm);
	mm_destroy(m->task, m->mm);
	leaks = world_leaks(m->world);
	check_same(leaks.frames, 0, "frames leaked");
	check_same(leaks.tables, 0, "tables leaked");
	check_same(leaks.vmas, 0, "VMAs leaked");
	check_same(leaks.nodes, 0, "tree nodes leaked");
	check_same(leaks.anon_vmas, 0, "anon rmap objects leaked");
	check_same(leaks.swap_slots, 0, "swap slots leaked");
	check_same(leaks.cached, 0, "page-cache pages leaked");
	check_same(leaks.charged, 0, "charges leaked");
	world_destroy(m->world);
	platform_thread_leave();
	check_watchdog(0);
}

void map_at(struct mm_test *m, unsigned long addr, unsigned long pages, int prot)
{
	check_same(mm_mmap(m->task, m->mm, addr, pages * PAGE_SIZE, prot, MAP_ANON_FIXED, NULL, 0),
		   addr, "mmap at a fixed place");
}

u64 must_read(struct mm_test *m, unsigned long addr)
{
	u64 value = 0;

	press(m);
	check_same(access_read(m->task, addr, &value), ACCESS_OK, "a read that must succeed");
	return value;
}

void must_write(struct mm_test *m, unsigned long addr, u64 value)
{
	press(m);
	check_same(access_write(m->task, addr, value), ACCESS_OK, "a write that must succeed");
}

void must_not_read(struct mm_test *m, unsigned long addr)
{
	u64 value;

	press(m);
	check_same(access_read(m->task, addr, &value), ACCESS_SIGSEGV, "a read that must fail");
}

void must_not_write(struct mm_test *m, unsigned long addr)
{
	press(m);
	check_same(access_write(m->task, addr, 0), ACCESS_SIGSEGV, "a write that must fail");
}

u64 frames_used(struct mm_test *m)
{
	return m->world->zone.nr - 1 - page_nr_free(m->world);
}

void must_have_vmas(struct mm_test *m, const struct want_vma *want, unsigned int nr)
{
	struct vma_info info;
	unsigned long addr = 0;
	unsigned int i;

	for (i = 0; mm_next_vma(m->task, m->mm, addr, &info); i++, addr = info.end) {
		check(i < nr, "one VMA too many: %#lx-%#lx", info.start, info.end);
		check_same(info.start, want[i].start, "start of a VMA");
		check_same(info.end, want[i].end, "end of a VMA");
		check_same(info.flags & VM_ACCESS_FLAGS,
			   (want[i].prot & PROT_R ? VM_READ : 0) |
			   (want[i].prot & PROT_W ? VM_WRITE : 0) |
			   (want[i].prot & PROT_X ? VM_EXEC : 0), "rights of a VMA");
	}
	check_same(i, nr, "number of VMAs");
}

u64 event_sum(struct mm_test *m, enum stats_event event)
{
	struct stats sum;

	world_stats(m->world, &sum);
	return sum.event[event];
}

static const struct scheme_counter *scheme_counter(const struct scheme *scheme, const char *name)
{
	for (const struct scheme_counter *c = scheme->counters; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

u64 rung_sum(struct mm_test *m, unsigned int rung, const char *name)
{
	const struct scheme *scheme = m->chain.inst[rung].scheme;
	const struct scheme_counter *c = scheme_counter(scheme, name);
	struct stats sum;

	check(c, "%s has no counter %s", scheme->name, name);
	world_stats(m->world, &sum);
	return sum.rung[rung][c - scheme->counters];
}

const struct scheme_counter *top_counter(const struct mm_test *m, const char *name)
{
	return scheme_counter(m->chain.inst[0].scheme, name);
}

enum scheme_valid top_valid(const struct mm_test *m)
{
	return m->chain.inst[0].scheme->valid;
}

enum scheme_sleep top_sleep(const struct mm_test *m)
{
	return m->chain.inst[0].scheme->sleep;
}

const struct scheme_inst *scheme_in_chain(struct mm_test *m, const char *name)
{
	for (const struct scheme_inst *si = m->chain.inst; si; si = si->below)
		if (!strcmp(si->scheme->name, name))
			return si;
	return NULL;
}
