/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Making a world, checking it for leaks, and taking it down.
 */
#include "common/mm/world.h"
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/scheme.h"
#include "common/mm/vma.h"
#include "common/mm/vma_tree/vma_tree.h"

#include <errno.h>
#include <string.h>

struct world_config world_config_default(u64 nr_frames)
{
	return (struct world_config){
		.nr_frames = nr_frames,
		.nr_tasks = 1,
		.nr_nodes = 1,
		.zero_pages = true,
		.tlb_entries = TLB_ENTRIES,
		.page_batch = PAGE_BATCH,
		.rcu_batch = RCU_BATCH,
		.fault_around = 16,
		.max_map_count = 65530,
		.task_size = TASK_SIZE_DEFAULT,
	};
}

static bool config_is_sane(const struct world_config *config)
{
	return config->nr_frames >= 64 &&
	       config->nr_tasks >= 1 && config->nr_tasks <= PLATFORM_MAX_SLOTS &&
	       config->nr_nodes >= 1 && config->nr_nodes <= MAX_NUMNODES &&
	       !(config->seq_start & 1) && config->seq_start + VMA_GONE / 2 < VMA_GONE &&
	       config->min_frames <= config->nr_frames / 2 &&
	       config->low_frames <= config->nr_frames && config->high_frames <= config->nr_frames &&
	       config->nowait_fails <= 100 &&
	       config->tlb_entries && config->tlb_entries <= TLB_ENTRIES &&
	       !(config->tlb_entries & (config->tlb_entries - 1)) &&
	       config->page_batch && config->page_batch < config->nr_frames &&
	       config->rcu_batch && config->rcu_batch <= RCU_BATCH &&
	       config->task_size && config->task_size <= TASK_SIZE_DEFAULT &&
	       !(config->task_size & ~PAGE_MASK);
}

/*
 * The kernel's distances: low is a quarter of min above min, high is half; but in worlds this small min
 * is a larger share.  Batches are small enough that threads keep at most a quarter of the frames for
 * themselves.
 */
static void set_watermarks(struct zone *z, const struct world_config *config)
{
	if (!config->reclaim)
		return;
	z->min = config->min_frames ? config->min_frames : max_ul(z->nr / 64, 4);
	z->low = max_ul(config->low_frames ? config->low_frames : z->min + z->min / 4, z->min + 1);
	z->high = max_ul(config->high_frames ? config->high_frames : z->min + z->min / 2, z->low + 1);
	z->batch = max_ul(min_ul(z->batch, z->nr / (8 * config->nr_tasks)), 1);
}

static void refuse_nowait(struct world *w, unsigned int percent)
{
	const struct injector some = {
		.on = percent, .nowait_only = true,
		.sites = 1u << SITE_FAULT_PAGE | 1u << SITE_FILE_PAGE | 1u << SITE_SWAP_PAGE,
		.share = percent == 100 ? ~0u : (u32)(((u64)percent << 32) / 100),
	};

	inject_configure(w, &some);
}

int world_create(struct world **out, const struct world_config *config,
		 const struct scheme_chain *chain)
{
	struct world *w;
	int err;

	if (!config_is_sane(config) || chain->vma_bytes < sizeof(struct vma))
		return -EINVAL;
	w = platform_alloc(sizeof(*w), 2 * CACHELINE, PLATFORM_MEM_OTHER);
	if (!w)
		return -ENOMEM;
	w->config = *config;
	if (config->fault_around)
		w->config.fault_around = 1u << (31 - __builtin_clz(config->fault_around));
	w->config.vmacache = config->vmacache && chain->freeing == FREE_AFTER_GRACE;
	w->chain = chain;

	w->tasks = platform_alloc(config->nr_tasks * sizeof(*w->tasks), 2 * CACHELINE,
				  PLATFORM_MEM_OTHER);
	err = -ENOMEM;
	if (!w->tasks)
		goto out_world;
	platform_objects(w, "world", sizeof(*w), 1);
	platform_objects(w->tasks, "task", sizeof(*w->tasks), config->nr_tasks);
	for (unsigned int i = 0; i < config->nr_tasks; i++) {
		w->tasks[i].world = w;
		w->tasks[i].slot = i;
		tlb_init(&w->tasks[i].tlb, config->tlb_entries);
	}
	err = zone_init(&w->zone, config->nr_frames, config->nr_nodes, config->poison);
	if (err)
		goto out_tasks;
	err = swap_init(&w->swap, config->swap_slots);
	if (err)
		goto out_zone;
	w->zone.batch = config->page_batch;
	set_watermarks(&w->zone, config);
	for (unsigned int i = 0; i < config->nr_nodes; i++)
		lru_init(&w->lru[i]);
	w->charge.limit = config->charge_limit;
	refuse_nowait(w, config->nowait_fails);

	/* Tables come back empty, so zeroed memory is all the construction that they need. */
	cache_init(&w->cache[CACHE_VMA], "vma", chain->vma_bytes, CACHELINE, vma_ctor);
	cache_init(&w->cache[CACHE_TABLE], "pgtable", sizeof(struct pgtable), CACHELINE, NULL);
	cache_init(&w->cache[CACHE_NODE], "node", VMA_NODE_BYTES, CACHELINE, NULL);
	cache_init(&w->cache[CACHE_ANON_VMA], "anon_vma", sizeof(struct anon_vma), CACHELINE, NULL);
	*out = w;
	return 0;

out_zone:
	zone_exit(&w->zone);
out_tasks:
	platform_free(w->tasks, config->nr_tasks * sizeof(*w->tasks), PLATFORM_MEM_OTHER);
out_world:
	platform_free(w, sizeof(*w), PLATFORM_MEM_OTHER);
	return err;
}

void world_destroy(struct world *w)
{
	cache_drain(w);
	for (unsigned int id = 0; id < NR_CACHES; id++)
		BUG_ON(cache_in_use(w, id));
	for (unsigned int i = 0; i < w->config.nr_tasks; i++) {
		BUG_ON(w->tasks[i].mm);
		cache_task_exit(&w->tasks[i]);
		page_task_exit(&w->tasks[i]);
	}
	for (unsigned int id = 0; id < NR_CACHES; id++)
		cache_exit(&w->cache[id]);
	swap_exit(&w->swap);
	zone_exit(&w->zone);	/* stops the program where a frame is still in use */
	platform_free(w->tasks, w->config.nr_tasks * sizeof(*w->tasks), PLATFORM_MEM_OTHER);
	platform_free(w, sizeof(*w), PLATFORM_MEM_OTHER);
}

struct world_leaks world_leaks(struct world *w)
{
	cache_drain(w);
	return (struct world_leaks){
		.frames = w->zone.nr - 1 - page_nr_free(w),
		.tables = cache_in_use(w, CACHE_TABLE),
		.vmas = cache_in_use(w, CACHE_VMA),
		.nodes = cache_in_use(w, CACHE_NODE),
		.anon_vmas = cache_in_use(w, CACHE_ANON_VMA),
		.swap_slots = swap_nr_used(&w->swap),
		.cached = READ_ONCE(w->nr_cached),
		.charged = charge_in_use(w),
	};
}

void world_stats(struct world *w, struct stats *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < w->config.nr_tasks; i++)
		stats_add(sum, &w->tasks[i].stats);
}

void world_stats_reset(struct world *w)
{
	for (unsigned int i = 0; i < w->config.nr_tasks; i++)
		memset(&w->tasks[i].stats, 0, sizeof(w->tasks[i].stats));
}
