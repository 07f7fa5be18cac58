/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Workloads: the seed decides what each thread does and in which order, every call succeeds, nothing leaks.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "bench/run/specs.h"
#include "bench/work/workload.h"
#include "common/mm/world.h"

#define THREADS	2
#define FAULTS	600ULL	/* more than a round */

static struct target *make_target(struct scheme_chain *chain, const char *spec, bool reclaim)
{
	struct target_core_config config = { .chain = chain, .threads = THREADS };
	struct bench_error err;
	struct target *target;

	config.world = world_config_default(reclaim ? 768 : work_frames(THREADS));
	config.world.reclaim = reclaim;
	config.world.swap_slots = reclaim ? 4096 : 0;
	cr_assert(!spec_parse(chain, spec, &err), "%s", err.line);
	target = target_core_create(&config, &err);
	cr_assert(target, "%s", err.line);
	return target;
}

static struct work_result run(struct target *target, const struct workload *workload, u64 seed,
			      u64 rate)
{
	const struct work_config config = {
		.workload = workload, .target = target, .threads = THREADS, .faults = FAULTS,
		.seed = seed, .writer_rate = rate, .changes = 0.3,
		.squeeze_share = 1u << 30, .burst = 16, .squeeze_ns = 100,
		.region = target->world && target->world->config.reclaim ? 2 * WORK_REGION : 0,
	};
	struct bench_error err;
	struct work_result r;
	unsigned int faulting = THREADS - (workload->writer != NULL);

	cr_assert(!work_run(&config, &r, &err), "%s: %s", workload->name, err.line);
	cr_assert(r.result.unexpected == 0, "%s: an operation fails", workload->name);
	cr_assert(r.result.faults.nr == FAULTS * faulting, "%s: each fault is timed once", workload->name);
	cr_assert(r.result.kind[KIND_FAULT].nr == r.result.faults.nr);
	for (unsigned int k = 0; k < NR_RUN_KINDS; k++)
		cr_assert(!r.result.kind[k].nr || r.result.kind[k].max_ns <= (double)r.result.wall_ns, "%s: %s takes longer than the run",
			  workload->name, run_kind_name((enum run_kind)k));
	cr_assert(!target->world || r.mapped, "%s: what is mapped at the end is told", workload->name);
	cr_assert(r.result.leaks.frames == 0 && r.result.leaks.vmas == 0 && r.result.leaks.tables == 0 &&
		  r.result.leaks.nodes == 0 && r.result.leaks.swap_slots == 0, "%s leaks", workload->name);
	return r;
}

Test(workload, the_seed_decides_what_threads_do, .timeout = 120)
{
	struct scheme_chain chain;
	struct target *target = make_target(&chain, "mmap_lock", false), *other;
	struct scheme_chain chain2;
	u64 order[32];
	unsigned int i = 0;

	for (const struct workload *w = workloads; w->name; w++, i++) {
		order[i] = run(target, w, 7, 2000).order;
		cr_expect(run(target, w, 7, 1000).order == order[i], "%s: the same again", w->name);
		for (unsigned int k = 0; k < i; k++)
			/* Workloads whose threads only touch a region do the same. */
			cr_expect(order[k] != order[i] || workloads[k].step == w->step, "%s and %s",
				  workloads[k].name, w->name);
		if (!i)
			cr_expect(run(target, w, 8, 0).order != order[i], "%s: another seed", w->name);
	}
	target_destroy(target);

	if (!scheme_find("vma_seq_retry"))
		return;
	other = make_target(&chain2, "vma_seq_retry", false);
	i = 0;
	for (const struct workload *w = workloads; w->name; w++, i++)
		cr_expect(run(other, w, 7, 2000).order == order[i], "%s under another scheme",
			  w->name);
	target_destroy(other);
}

Test(workload, the_grid_meets_short_memory_and_changes_as_set, .timeout = 120)
{
	struct scheme_chain chain;
	const char *spec = scheme_find("rcu_everything") ? "rcu_everything" : "mmap_lock";
	struct target *target = make_target(&chain, spec, false);
	struct work_result r = run(target, &workload_mix, 3, 0), again = run(target, &workload_mix, 3, 0);
	u64 changes = r.result.kind[KIND_MMAP].nr + r.result.kind[KIND_MUNMAP].nr;

	cr_assert(r.order == again.order);
	cr_assert(changes >= (u64)(0.29 * FAULTS * THREADS) && changes <= (u64)(0.31 * FAULTS * THREADS));
	/* One in four faults meets an episode, and only GFP_NOWAIT fails. */
	if (scheme_find("rcu_everything"))
		cr_assert(r.result.stats.event[STAT_PAGE_ALLOC_FAIL] > FAULTS / 8);
	else
		cr_assert(r.result.stats.event[STAT_PAGE_ALLOC_FAIL] == 0);
	target_destroy(target);

	/* With watermarks instead of episodes: the workload touches more memory than there is. */
	target = make_target(&chain, spec, true);
	r = run(target, &workload_mix, 3, 0);
	cr_assert(r.result.stats.event[STAT_SWAP_OUT] > 0);
	target_destroy(target);
}

/*
 * Mappings made and unmade elsewhere do not concern the VMAs that fault: a scheme that checks the VMA is
 * not disturbed.
 */
Test(workload, a_writer_elsewhere_disturbs_no_scheme_that_asks_the_vma, .timeout = 120)
{
	static const char *const specs[] = { "rcu_everything", "vma_seq_retry" };
	static const char *const writers[] = { "beside-mmap", "beside-brk", "beside-mprotect" };
	struct scheme_chain chain;

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		struct target *target;

		if (!scheme_find(specs[i]))
			continue;
		target = make_target(&chain, specs[i], false);
		for (size_t k = 0; k < ARRAY_SIZE(writers); k++) {
			struct work_result r = run(target, workload_find(writers[k]), 7, WORK_RATE_MAX);
			const struct stats *stats = &r.result.stats;
			u64 others = 0;

			/*
			 * Exceptions are the first write to a VMA, which needs an anon_vma, and a walk
			 * after a grace period.
			 */
			for (unsigned int c = 1; chain.inst[0].scheme->counters[c].name; c++)
				if (strcmp(chain.inst[0].scheme->counters[c].name, "needs_mmap_lock") &&
				    strcmp(chain.inst[0].scheme->counters[c].name, "walked"))
					others += stats->rung[0][c];
			cr_expect(r.changes > 0, "%s: the writer wrote", writers[k]);
			cr_expect(others == 0, "%s under %s: %llu faults tried again or fell", writers[k], specs[i],
				  (unsigned long long)others);
			cr_expect(stats->rung[0][0] + stats->event[STAT_ANON_VMA_NEW] +
				  stats->event[STAT_ANON_VMA_REUSE] == stats->event[STAT_FAULT],
				  "%s under %s: all others end on the first rung", writers[k], specs[i]);
		}
		target_destroy(target);
	}
}

Test(workload, a_lap_is_timed_as_one)
{
	struct scheme_chain chain;
	struct target *target = make_target(&chain, "mmap_lock", false);
	struct work_config config = {
		.workload = workload_find("anon"), .target = target, .threads = THREADS, .faults = FAULTS,
		.seed = 7, .laps = true,
	};
	struct bench_error err;
	struct work_result r, more;

	target->vmas = 100;
	target->world->config.max_map_count += 100;
	cr_assert(!work_run(&config, &r, &err), "%s", err.line);
	cr_expect(r.result.faults.nr == (FAULTS + WORK_LAP - 1) / WORK_LAP * WORK_LAP * THREADS, "as many laps as it takes");
	cr_expect(r.result.faults.median_ns > 0 && r.result.faults.median_ns <= r.result.faults.max_ns);
	cr_expect(r.result.faults.max_ns * WORK_LAP <= (double)r.result.wall_ns, "a lap takes no longer than the run");
	cr_expect(r.result.kind[KIND_MADVISE].nr == 0, "only faults are");
	cr_expect(r.result.stats.event[STAT_MMAP] == 2, "what lies beside is mapped before counting begins");
	config.faults = 2 * FAULTS;
	cr_assert(!work_run(&config, &more, &err), "%s", err.line);
	cr_expect(more.order != r.order);
	cr_expect(!r.result.unexpected && !r.result.leaks.vmas && !r.result.leaks.frames);
	target_destroy(target);
}

Test(workload, each_thread_in_an_address_space_of_its_own, .timeout = 120)
{
	struct scheme_chain chain;
	struct target *target = make_target(&chain, "mmap_lock", false);
	struct work_config config = {
		.workload = workload_find("anon-one-vma"), .target = target, .threads = THREADS, .faults = FAULTS, .seed = 7,
	};
	struct work_result shared, own;
	struct bench_error err;

	cr_assert(!work_run(&config, &shared, &err), "%s", err.line);
	config.processes = true;
	cr_assert(!work_run(&config, &own, &err), "%s", err.line);
	cr_expect(own.order == shared.order && own.result.faults.nr == shared.result.faults.nr, "they do the same");
	cr_expect(!own.result.unexpected && !world_leaks_any(&own.result.leaks));
	cr_expect(own.result.stats.event[STAT_FORK] == shared.result.stats.event[STAT_FORK] + THREADS - 1);
	cr_expect(own.result.stats.event[STAT_TLB_FLUSH] > 0 && own.result.stats.event[STAT_TLB_FLUSH_TARGETS] == 0,
		  "there is nobody else in an address space");
	target_destroy(target);
}

Test(workload, a_fresh_region_is_large_enough)
{
	for (u64 faults = 1; faults < 4 * WORK_REGION; faults++) {
		unsigned long least = faults + faults / 2 + 4 * WORK_FRESH, region = workload_region(workload_find("anon"), faults, true);

		cr_assert(region % WORK_REGION == 0 && region >= least && region < least + WORK_REGION, "%llu faults: %lu pages",
			  (unsigned long long)faults, region);
	}
}

Test(workload, a_mapping_of_a_file_grows_with_the_faults_up_to_128_mib)
{
	static const struct { u64 faults; unsigned long pages; } cases[] = {
		{ 1, 1024 }, { 2048, 1024 }, { 3071, 1024 }, { 3072, 1536 }, { 65535, 32256 }, { 65536, 32768 }, { 1 << 30, 32768 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		cr_expect(workload_region(workload_find("file-map"), cases[i].faults, false) == cases[i].pages, "%llu faults: %lu pages",
			  (unsigned long long)cases[i].faults, workload_region(workload_find("file-map"), cases[i].faults, false));
	cr_expect(workload_region(workload_find("anon"), 65536, false) == 0, "the others have their own");
}

Test(workload, more_vmas_than_an_address_space_can_have)
{
	struct scheme_chain chain;
	struct target *target = make_target(&chain, "mmap_lock", false);
	struct work_config config = {
		.workload = workload_find("anon"), .target = target, .threads = THREADS, .faults = FAULTS, .seed = 7,
	};
	struct bench_error err;
	struct work_result r;

	target->vmas = target->world->config.max_map_count + 2;
	cr_assert(work_run(&config, &r, &err));
	cr_expect(strstr(err.line, "not enough memory for "), "%s", err.line);
	target->vmas = 0;
	cr_assert(!work_run(&config, &r, &err), "what was begun is gone: %s", err.line);
	cr_expect(!world_leaks_any(&r.result.leaks));
	target_destroy(target);
}

Test(workload, the_host_does_the_same, .timeout = 120)
{
	static const char *const names[] = { "file-private", "thread-start", "beside-brk", "beside-fork" };
	struct bench_error err;
	struct target *host = target_host_create(&err), *core;
	struct scheme_chain chain;

	cr_assert(host, "%s", err.line);
	core = make_target(&chain, "mmap_lock", false);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct workload *w = workload_find(names[i]);

		/* Few faults: beside forks at full speed a busy host lets only one fault happen per fork. */
		cr_expect(run(host, w, 7, 300).order == run(core, w, 7, 300).order, "%s", w->name);
	}
	target_destroy(host);
	target_destroy(core);
}
