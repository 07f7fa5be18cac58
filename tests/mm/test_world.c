/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Worlds: accepted configs, reports of leaks, counters and their names.
 */
#include "tests/mm/core_world.h"
#include "common/mm/pgtable.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

TestSuite(world, .init = core_enter, .fini = core_leave, .timeout = 30);

static int try_config(const struct world_config *config)
{
	struct world *w = NULL;
	int err = world_create(&w, config, core_chain());

	if (!err)
		world_destroy(w);
	return err;
}

Test(world, default_config_is_taken)
{
	struct world_config config = world_config_default(64);

	cr_expect(config.zero_pages);
	cr_expect_eq(config.nr_tasks, 1);
	cr_expect_eq(try_config(&config), 0);
}

Test(world, config_values_out_of_range_are_refused)
{
	const struct world_config good = world_config_default(64);
	struct world_config config;

#define EXPECT(err, field, value) do { \
	config = good; \
	config.field = (value); \
	cr_expect_eq(try_config(&config), (err), #field " = " #value); \
} while (0)
	EXPECT(-EINVAL, nr_frames, 63);
	EXPECT(-EINVAL, nr_frames, 0);
	EXPECT(-EINVAL, nr_tasks, 0);
	EXPECT(-EINVAL, nr_tasks, PLATFORM_MAX_SLOTS + 1);
	EXPECT(0, nr_tasks, PLATFORM_MAX_SLOTS);
	EXPECT(-EINVAL, seq_start, 1);
	EXPECT(0, seq_start, -16ULL);
	EXPECT(-EINVAL, seq_start, 1ULL << 63);		/* a settled number would be VMA_GONE */
	EXPECT(-EINVAL, task_size, TASK_SIZE_DEFAULT + PAGE_SIZE);
	EXPECT(-EINVAL, task_size, TASK_SIZE_DEFAULT - 1);
	EXPECT(-EINVAL, task_size, 0);
	EXPECT(0, task_size, 1UL << 30);
	EXPECT(-ENOMEM, nr_frames, ~0ULL);
#undef EXPECT
}

Test(world, tells_what_is_in_use)
{
	struct world_config config = world_config_default(64);
	struct world *w = core_world(&config);
	struct task *t = world_task(w, 0);
	struct page *page = page_alloc(t, SITE_FAULT_PAGE, GFP_KERNEL);
	void *object[NR_CACHES];
	struct world_leaks leaks;

	cr_assert(page);
	for (unsigned int id = 0; id < NR_CACHES; id++)
		cr_assert(object[id] = cache_alloc(t, id));
	leaks = world_leaks(w);
	cr_expect_eq(leaks.frames, 1);
	cr_expect_eq(leaks.tables, 1);
	cr_expect_eq(leaks.vmas, 1);
	cr_expect_eq(leaks.nodes, 1);
	cr_expect_eq(leaks.anon_vmas, 1);

	page_put(t, page);
	for (unsigned int id = 0; id < NR_CACHES; id++)
		cache_free(t, id, object[id]);
	leaks = world_leaks(w);
	cr_expect_eq(leaks.frames | leaks.tables | leaks.vmas | leaks.nodes | leaks.anon_vmas, 0);
	world_destroy(w);
}

Test(world, does_not_end_with_an_object_in_use, .signal = SIGABRT)
{
	struct world_config config = world_config_default(64);
	struct world *w = core_world(&config);

	cr_assert(cache_alloc(world_task(w, 0), CACHE_NODE));
	world_destroy(w);
}

Test(world, does_not_end_with_a_frame_in_use, .signal = SIGABRT)
{
	struct world_config config = world_config_default(64);
	struct world *w = core_world(&config);

	cr_assert(page_alloc(world_task(w, 0), SITE_FAULT_PAGE, GFP_KERNEL));
	world_destroy(w);
}

Test(world, sums_counters_over_threads)
{
	struct world_config config = world_config_default(64);
	struct stats sum;
	struct world *w;

	config.nr_tasks = 3;
	w = core_world(&config);
	for (unsigned int i = 0; i < 3; i++) {
		count_by(world_task(w, i), STAT_MMAP, 1 + i);
		world_task(w, i)->stats.rung[1][2] = 10;
	}
	count(world_task(w, 2), STAT_MUNMAP);
	world_stats(w, &sum);
	cr_expect_eq(sum.event[STAT_MMAP], 6);
	cr_expect_eq(sum.event[STAT_MUNMAP], 1);
	cr_expect_eq(sum.event[STAT_BRK], 0);
	cr_expect_eq(sum.rung[1][2], 30);
	cr_expect_eq(sum.rung[2][1], 0);

	world_stats_reset(w);
	world_stats(w, &sum);
	cr_expect_eq(sum.event[STAT_MMAP] + sum.event[STAT_MUNMAP] + sum.rung[1][2], 0);
	world_destroy(w);
}

static void expect_names(const char *what, unsigned int nr, const char *(*name)(unsigned int),
			 const char *(*text)(unsigned int))
{
	for (unsigned int i = 0; i < nr; i++) {
		cr_assert(name(i) && *name(i), "%s %u has no name", what, i);
		cr_expect_eq(strspn(name(i), "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name(i)),
			     "%s %s", what, name(i));
		cr_expect(text(i) && *text(i), "%s %s has no text", what, name(i));
		for (unsigned int j = 0; j < i; j++)
			cr_expect_str_neq(name(i), name(j), "%s %u and %u", what, i, j);
	}
}

static const char *event_name(unsigned int i)
{
	return stats_event_name(i);
}

static const char *event_text(unsigned int i)
{
	return stats_event_meaning(i);
}

static const char *point_name(unsigned int i)
{
	return probe_point_name(i);
}

static const char *point_text(unsigned int i)
{
	return probe_point_where(i);
}

static const char *site_name(unsigned int i)
{
	return alloc_site_name(i);
}

static const char *site_text(unsigned int i)
{
	return alloc_site_where(i);
}

Test(world, names_are_lower_case_and_unique)
{
	expect_names("event", NR_STATS_EVENTS, event_name, event_text);
	expect_names("probe point", NR_PROBE_POINTS, point_name, point_text);
	expect_names("allocation site", NR_ALLOC_SITES, site_name, site_text);
	cr_expect_str_eq(stats_event_name(STAT_TLB_FLUSH_TARGETS), "tlb_flush_targets");
	cr_expect_str_eq(probe_point_name(PROBE_FAULT_PUT), "fault_put");
	cr_expect_str_eq(alloc_site_name(SITE_TREE_NODE), "tree_node");
}

struct listener {
	struct probe probe;
	unsigned int hits;
	enum probe_point point;
	unsigned long addr;
};

static void hear(const struct probe *probe, struct task *t, enum probe_point point,
		 unsigned long addr)
{
	struct listener *l = container_of((struct probe *)probe, struct listener, probe);

	(void)t;
	l->hits++;
	l->point = point;
	l->addr = addr;
}

Test(world, a_probe_is_heard_only_while_someone_listens)
{
	struct world_config config = world_config_default(64);
	struct world *w = core_world(&config);
	struct listener l = { .probe.hit = hear };

	probe(world_task(w, 0), PROBE_FAULT_PUT, 0x1000);
	cr_expect_eq(l.hits, 0);
	w->probe = &l.probe;
	probe(world_task(w, 0), PROBE_FAULT_PUT, 0x2000);
	cr_expect_eq(l.hits, 1);
	cr_expect_eq(l.point, PROBE_FAULT_PUT);
	cr_expect_eq(l.addr, 0x2000);
	w->probe = NULL;
	probe(world_task(w, 0), PROBE_FAULT_PUT, 0x3000);
	cr_expect_eq(l.hits, 1);
	world_destroy(w);
}
