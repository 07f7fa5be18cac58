// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Reclaim: watermarks, sleeping and non-sleeping allocations, second chance, files, the limit, the
 * background reclaimer.
 */
#include "tests/mm/reclaim_world.h"
#include "common/sync/rcu.h"

#include <signal.h>

/* The program uses more memory than there is: nothing is lost, and no access runs out of memory. */
RECLAIM_TEST(twice_the_memory)
{
	map_at(m, A, 500, PROT_RW);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < 500; i++) {
			if (round)
				check_same(must_read(m, A + i * P), round * 1000 + i - 1000, "contents");
			must_write(m, A + i * P, round * 1000 + i);
		}
		mm_check(m->task, m->mm);
	}
	check(event_sum(m, STAT_RECLAIM_DIRECT), "nobody reclaimed");
	check(event_sum(m, STAT_PAGE_RECLAIMED) >= 500, "too few reclaimed");
}

/*
 * With neither memory nor swap left a fault returns an error instead of aborting, and works again when
 * some memory comes back.
 */
RECLAIM_TEST(out_of_memory_is_a_result)
{
	u64 n = 0;

	map_at(m, A, 2048, PROT_RW);
	while (access_write(m->task, A + n * P, n + 1) == ACCESS_OK)
		n++;
	check(n >= 700 && n <= 255 + 512, "pages before memory ran out: %d", (int)n);
	check_same(access_write(m->task, A + n * P, n), ACCESS_OOM, "one more");
	for (u64 i = 0; i < n; i += 7)
		if (access_read(m->task, A + i * P, &(u64){ 0 }) == ACCESS_OK)
			check_same(must_read(m, A + i * P), i + 1, "contents");
	check_same(mm_madvise(m->task, m->mm, A, 256 * P, ADV_DONTNEED), 0, "DONTNEED");
	must_write(m, A + n * P, n + 1);
	for (u64 i = 256; i <= n; i++)
		check_same(must_read(m, A + i * P), i + 1, "contents");
}

/* GFP_NOWAIT inside RCU: never sleeps, leaves the reserve, calls for help. */
Test(reclaim, nowait_and_the_reserve)
{
	struct world_config config = reclaim_config();
	struct page *page, *list = NULL;
	struct mm_test m_, *m = &m_;
	u64 n = 0, reserve = 0;

	config.min_frames = 20;
	mm_test_begin(m, "mmap_lock", &config);
	map_at(m, A, 64, PROT_RW);
	for (unsigned int i = 0; i < 64; i++)
		must_write(m, A + i * P, i);
	rcu_read_lock();
	while ((page = page_alloc(m->task, SITE_FAULT_PAGE, GFP_NOWAIT))) {
		page->next = list;
		list = page;
		n++;
	}
	check_same(zone_nr_free(&m->world->zone), 20, "frames in reserve");
	check_same(n, 255 - 20 - 64, "frames without waiting");
	check_same(event_sum(m, STAT_RECLAIM_DIRECT), 0, "reclaimed");
	check_same(event_sum(m, STAT_RECLAIM_WAKE), 1, "calls for the reclaimer");
	m->task->memalloc = true;
	while ((page = page_alloc(m->task, SITE_FAULT_PAGE, GFP_NOWAIT))) {
		page->next = list;
		list = page;
		reserve++;
	}
	m->task->memalloc = false;
	check_same(reserve, 20, "frames of the reserve");
	check(event_sum(m, STAT_RESERVE_USED), "the reserve was not counted");
	while ((page = list)) {
		list = page->next;
		page->next = NULL;
		page_put(m->task, page);
	}
	rcu_read_unlock();
	mm_test_end(m);
}

/* GFP_KERNEL inside RCU stops the program, reclaim or not. */
Test(reclaim, kernel_inside_rcu_stops, .signal = SIGABRT)
{
	struct world_config config = reclaim_config();
	struct mm_test m;

	mm_test_begin(&m, "mmap_lock", &config);
	rcu_read_lock();
	page_alloc(m.task, SITE_FAULT_PAGE, GFP_KERNEL);
}

/* Pages that were accessed stay longer than those that were not. */
RECLAIM_TEST(second_chance)
{
	unsigned int hot = 0, cold = 0;

	map_at(m, A, 200, PROT_RW);
	for (unsigned int i = 0; i < 200; i++)
		must_write(m, A + i * P, i);
	for (unsigned int round = 0; round < 5; round++) {
		reclaim_pages(m->task, 0, 4);
		for (unsigned int i = 0; i < 50; i++)	/* as the hardware: marks the entry */
			access_try_read(m->task, A + i * P, &(u64){ 0 });
	}
	hot = resident(m->mm, A, 50);
	cold = resident(m->mm, A + 50 * P, 150);
	check_same(hot, 50, "pages in use that stayed");
	check(cold < 100, "pages not used that stayed: %u", cold);
	check(event_sum(m, STAT_PAGE_ACTIVATED), "nothing was activated");
}

/* What was in use and is no more goes, too, before what is in use now. */
RECLAIM_TEST(in_use_no_more)
{
	map_at(m, A, 200, PROT_RW);
	for (unsigned int i = 0; i < 200; i++)
		must_write(m, A + i * P, i);
	for (unsigned int round = 0; round < 6; round++) {
		for (unsigned int i = 0; i < 200; i++)
			access_try_read(m->task, A + i * P, &(u64){ 0 });
		reclaim_pages(m->task, 0, 1);
	}
	check(event_sum(m, STAT_PAGE_ACTIVATED) >= 20, "too little was activated");
	for (unsigned int round = 0; round < 6 && resident(m->mm, A, 200) > 20; round++)
		reclaim_pages(m->task, 1, 60);
	check(resident(m->mm, A, 200) <= 20, "pages that nobody uses: %u", resident(m->mm, A, 200));
}

static unsigned long map_file(struct mm_test *m, struct file *file, unsigned long addr,
			      unsigned int pages, int flags)
{
	return mm_mmap(m->task, m->mm, addr, pages * P, PROT_RW, flags | MM_MAP_FIXED, file, 0);
}

static u64 since(u64 *then)
{
	u64 was = *then;

	*then = platform_now();
	return *then - was;
}

/* What the settings say that a disk takes, a thread sleeps at the least: for each page that is read or written, and once. */
Test(reclaim, disks_take_their_time)
{
	struct world_config config = reclaim_config();
	const u64 ms = 1000000;
	struct mm_test m_, *m = &m_;
	struct file *file = file_open(7, false);
	u64 then;

	config.fault_around = 1;
	config.file_read_ns = 2 * ms;
	config.file_write_ns = 3 * ms;
	config.swap_write_ns = 4 * ms;
	config.swap_read_ns = 5 * ms;
	mm_test_begin(m, "mmap_lock", &config);
	check_same(map_file(m, file, A, 4, MM_MAP_SHARED), A, "mmap");
	map_at(m, B, 4, PROT_RW);
	then = platform_now();
	for (unsigned int i = 0; i < 2; i++)
		must_write(m, A + i * P, i);
	check(since(&then) >= 4 * ms, "two pages were read too soon");
	reclaim_all(m);
	check(since(&then) >= 6 * ms, "two pages were written too soon");
	for (unsigned int i = 0; i < 2; i++)
		must_write(m, B + i * P, i);
	since(&then);
	reclaim_all(m);
	check(since(&then) >= 8 * ms, "two pages were swapped out too soon");
	for (unsigned int i = 0; i < 2; i++)
		must_read(m, B + i * P);
	check(since(&then) >= 10 * ms, "two pages were swapped in too soon");
	/* A busy machine may take any time, so this is of counts: nothing was read or written that need not be. */
	check_same(event_sum(m, STAT_FILE_READ), 2, "read");
	check_same(event_sum(m, STAT_FILE_WRITE), 2, "written");
	check_same(event_sum(m, STAT_SWAP_OUT), 2, "swapped out");
	check_same(event_sum(m, STAT_SWAP_IN), 2, "swapped in");
	check_same(mm_munmap(m->task, m->mm, A, 4 * P), 0, "munmap");
	file_put(m->task, file);
	mm_test_end(m);
}

RECLAIM_TEST(files)
{
	struct file *file = file_open(7, false);

	check_same(map_file(m, file, A, 64, MM_MAP_SHARED), A, "mmap");
	check_same(map_file(m, file, B, 64, MM_MAP_PRIVATE), B, "mmap");
	for (unsigned int i = 0; i < 64; i++)
		check_same(must_read(m, A + i * P), file_word(7, i, 0), "contents");
	check_same(reclaim_all(m), 64, "reclaimed, clean");
	check_same(event_sum(m, STAT_FILE_WRITE), 0, "written");
	check_same(m->world->nr_cached, 0, "pages in the cache");
	for (unsigned int i = 0; i < 64; i += 2)
		must_write(m, A + i * P + 8, i);
	for (unsigned int i = 0; i < 64; i += 4)
		must_write(m, B + i * P + 16, 5 * i);	/* copies, to swap */
	check(event_sum(m, STAT_FILE_REREAD) >= 32, "rereads");
	check(reclaim_all(m), "nothing was reclaimed");
	check_same(resident(m->mm, A, 64) + resident(m->mm, B, 64), 0, "resident");
	check_same(event_sum(m, STAT_FILE_WRITE), 32, "written");
	check_same(swap_nr_used(&m->world->swap), 16, "slots");
	for (unsigned int i = 0; i < 64; i++) {
		check_same(must_read(m, A + i * P + 8), i % 2 ? file_word(7, i, 1) : i, "contents");
		check_same(must_read(m, B + i * P + 16), i % 4 ? file_word(7, i, 2) : 5 * i, "contents");
		check_same(must_read(m, B + i * P + 8), i % 2 ? file_word(7, i, 1) : i, "contents");
	}
	/* Written a second time, in the same place. */
	must_write(m, A + 8, 999);
	reclaim_all(m);
	check_same(must_read(m, A + 8), 999, "contents");
	/* Truncated: copies in swap go, too, and what was written is forgotten. */
	reclaim_all(m);
	pagecache_truncate(m->task, file, 32);
	check_same(swapped(m->mm, B, 64), 8, "copies left");
	check_same(access_read(m->task, A + 40 * P, &(u64){ 0 }), ACCESS_SIGBUS, "beyond the end");
	pagecache_truncate(m->task, file, 64);
	check_same(must_read(m, A + 40 * P + 8), file_word(7, 40, 1), "contents after the file grew");
	check_same(must_read(m, A + 8), 999, "contents before the cut");
	file_put(m->task, file);
}

/* Pages mapped by parent, child and a moved part of it are all found. */
RECLAIM_TEST(found_after_fork_and_mremap)
{
	struct mm *child, *parent = m->mm;
	struct file *file = file_open(7, false);

	map_at(m, A, 32, PROT_RW);
	check_same(map_file(m, file, A + 64 * P, 16, MM_MAP_SHARED), A + 64 * P, "mmap");
	for (unsigned int i = 0; i < 32; i++)
		must_write(m, A + i * P, i);
	for (unsigned int i = 0; i < 16; i++)
		must_write(m, A + (64 + i) * P, i);
	check_same(mm_fork(m->task, parent, &child), 0, "fork");
	go_to(m, child);
	for (unsigned int i = 0; i < 16; i++)
		check_same(must_read(m, A + (64 + i) * P), i, "contents");
	check_same(mm_mremap(m->task, child, A + 4 * P, 8 * P, 8 * P,
			     MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B), B, "mremap in the child");
	check_same(mm_mremap(m->task, child, A + 64 * P, 8 * P, 8 * P,
			     MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B + 64 * P), B + 64 * P, "mremap of a file");
	check_same(mm_mprotect(m->task, child, A + 16 * P, 4 * P, PROT_R), 0, "a split");
	go_to(m, parent);
	check_same(mm_munmap(m->task, parent, A + 20 * P, 4 * P), 0, "munmap in the parent");
	check_same(mm_mremap(m->task, parent, A + 24 * P, 8 * P, 8 * P,
			     MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B), B, "mremap in the parent");
	reclaim_all(m);
	check_same(resident(parent, A, 128) + resident(parent, B, 128), 0, "resident in the parent");
	check_same(resident(child, A, 128) + resident(child, B, 128), 0, "resident in the child");
	check_same(frames_used(m), 0, "frames");
	for (unsigned int i = 0; i < 8; i++)
		check_same(must_read(m, B + i * P), 24 + i, "contents in the parent");
	go_to(m, child);
	for (unsigned int i = 0; i < 8; i++) {
		check_same(must_read(m, B + i * P), 4 + i, "contents in the child");
		check_same(must_read(m, B + (64 + i) * P), i, "contents of the file");
	}
	for (unsigned int i = 12; i < 32; i++)
		check_same(must_read(m, A + i * P), i, "contents in the child");
	mm_check(m->task, child);
	go_to(m, parent);
	mm_destroy(m->task, child);
	file_put(m->task, file);
}

/* The limit: an allocation that may sleep reclaims, one that may not fails; nothing stays charged. */
Test(reclaim, charges)
{
	struct world_config config = reclaim_config();
	struct mm_test m_, *m = &m_;
	struct page *page[100];
	unsigned int n = 0;

	config.charge_limit = 100;
	mm_test_begin(m, "mmap_lock", &config);
	while (n < 100 && (page[n] = page_alloc(m->task, SITE_FAULT_PAGE, GFP_NOWAIT)))
		n++;
	check_same(n, 100, "frames up to the limit");
	check(!page_alloc(m->task, SITE_FAULT_PAGE, GFP_NOWAIT), "beyond the limit, without waiting");
	check(!page_alloc(m->task, SITE_FAULT_PAGE, GFP_KERNEL), "beyond the limit, nothing to reclaim");
	check_same(event_sum(m, STAT_CHARGE_FAIL), 2, "refused");
	while (n)
		page_put(m->task, page[--n]);
	check_same(charge_in_use(m->world), 0, "charged");
	map_at(m, A, 300, PROT_RW);
	for (unsigned int i = 0; i < 300; i++)
		must_write(m, A + i * P, i);
	check(frames_used(m) <= 100, "frames beyond the limit");
	for (unsigned int i = 0; i < 300; i++)
		check_same(must_read(m, A + i * P), i, "contents");
	mm_test_end(m);
}

/* MADV_FREE: a page that is clean when memory is short is dropped, others stay. */
RECLAIM_TEST(lazily_freed)
{
	struct mm *child;

	map_at(m, A, 32, PROT_RW);
	for (unsigned int i = 0; i < 32; i++)
		must_write(m, A + i * P, i + 1);
	reclaim_pages(m->task, RECLAIM_FORCE, 8);
	for (unsigned int i = 0; i < 16; i++)
		must_read(m, A + i * P);		/* some from swap, in the cache */
	check_same(mm_madvise(m->task, m->mm, A, 32 * P, ADV_FREE), 0, "FREE");
	mm_check(m->task, m->mm);
	for (unsigned int i = 0; i < 8; i++)
		must_write(m, A + i * P, i + 100);
	reclaim_all(m);
	check(event_sum(m, STAT_LAZY_FREED), "nothing was freed lazily");
	for (unsigned int i = 0; i < 8; i++)
		check_same(must_read(m, A + i * P), i + 100, "written after FREE");
	for (unsigned int i = 16; i < 32; i++)
		check_same(must_read(m, A + i * P), 0, "not written after FREE");
	/* Shared with a child: FREE does not reach into it. */
	map_at(m, B, 4, PROT_RW);
	for (unsigned int i = 0; i < 4; i++)
		must_write(m, B + i * P, i + 1);
	check_same(mm_fork(m->task, m->mm, &child), 0, "fork");
	check_same(mm_madvise(m->task, m->mm, B, 4 * P, ADV_FREE), 0, "FREE");
	reclaim_all(m);
	go_to(m, child);
	for (unsigned int i = 0; i < 4; i++)
		check_same(must_read(m, B + i * P), i + 1, "the child's");
	go_to(m, m->mm);
	mm_destroy(m->task, child);
}

/*
 * Given up, written again, then shared with a child: dirty in both, whichever of the
 * two entries reclaim comes to first.
 */
RECLAIM_TEST(lazily_freed_then_forked)
{
	struct mm *child;

	map_at(m, A, 8, PROT_RW);
	for (unsigned int i = 0; i < 8; i++)
		must_write(m, A + i * P, i + 1);
	check_same(mm_madvise(m->task, m->mm, A, 8 * P, ADV_FREE), 0, "FREE");
	for (unsigned int i = 0; i < 8; i++)
		must_write(m, A + i * P, i + 100);
	check_same(mm_fork(m->task, m->mm, &child), 0, "fork");
	/* The second half's VMA is the parent's and younger than the child's. */
	check_same(mm_mprotect(m->task, m->mm, A + 4 * P, 4 * P, PROT_R), 0, "mprotect");
	reclaim_all(m);
	for (unsigned int i = 0; i < 8; i++)
		check_same(must_read(m, A + i * P), i + 100, "the parent's");
	go_to(m, child);
	for (unsigned int i = 0; i < 8; i++)
		check_same(must_read(m, A + i * P), i + 100, "the child's");
	go_to(m, m->mm);
	mm_destroy(m->task, child);
}

/* Watermarks keep the kernel's distances by default; given ones keep their order. */
Test(reclaim, watermarks)
{
	static const struct {
		u64 frames, min, low, high;	/* as asked for; 0: not */
		u64 are[3];
	} of[] = {
		{ 256, 0, 0, 0, { 4, 5, 6 } },
		{ 1024, 0, 0, 0, { 16, 20, 24 } },
		{ 1024, 40, 0, 0, { 40, 50, 60 } },
		{ 256, 20, 60, 150, { 20, 60, 150 } },
		{ 256, 20, 10, 5, { 20, 21, 22 } },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(of); i++) {
		struct world_config config = reclaim_config();
		struct mm_test m;

		config.nr_frames = of[i].frames;
		config.min_frames = of[i].min;
		config.low_frames = of[i].low;
		config.high_frames = of[i].high;
		mm_test_begin(&m, "mmap_lock", &config);
		check_same(m.world->zone.min, of[i].are[0], "min");
		check_same(m.world->zone.low, of[i].are[1], "low");
		check_same(m.world->zone.high, of[i].are[2], "high");
		/* What all threads keep for themselves is a quarter of the frames at most, twice a batch each. */
		check(2 * (u64)m.world->zone.batch * config.nr_tasks <= m.world->zone.nr / 4 || m.world->zone.batch == 1, "a batch is too large");
		check(m.world->zone.batch == config.page_batch || 8 * (u64)(m.world->zone.batch + 1) * config.nr_tasks > m.world->zone.nr,
		      "a batch is smaller than it need be");
		mm_test_end(&m);
	}
}

/* With configured watermarks the reclaimer is called below low and stops at high. */
Test(reclaim, watermarks_as_asked_for)
{
	struct world_config config = reclaim_config();
	struct page *page, *list = NULL;
	struct mm_test m_, *m = &m_;
	struct reclaimer r;
	struct zone *z;

	config.min_frames = 20;
	config.low_frames = 60;
	config.high_frames = 150;
	mm_test_begin(m, "mmap_lock", &config);
	z = &m->world->zone;
	map_at(m, A, 120, PROT_RW);
	for (unsigned int i = 0; i < 120; i++)
		must_write(m, A + i * P, i);
	check(zone_nr_free(z) >= 60 + 2 * z->batch, "room above low");
	while (!event_sum(m, STAT_RECLAIM_WAKE)) {
		check(zone_nr_free(z) >= 60, "below low, and nobody was called");
		page = page_alloc(m->task, SITE_FAULT_PAGE, GFP_NOWAIT);
		page->next = list;
		list = page;
	}
	check(zone_nr_free(z) < 60 && zone_nr_free(z) + z->batch >= 60, "called with %d frames free", (int)zone_nr_free(z));
	check_same(reclaimer_start(&r, m->world, 1), 0, "start");
	reclaim_wake(m->task);
	while (zone_nr_free(z) < 150)
		platform_sleep(1000000);
	reclaimer_stop(&r);
	/* It takes 32 at a time, and its thread has given back what it held. */
	check(zone_nr_free(z) <= 150 + 64, "it went on to %d frames free", (int)zone_nr_free(z));
	while ((page = list)) {
		list = page->next;
		page->next = NULL;
		page_put(m->task, page);
	}
	for (unsigned int i = 0; i < 120; i++)
		check_same(must_read(m, A + i * P), i, "contents");
	mm_test_end(m);
}

/* It takes pages by batches: no further batch once it has what the caller wants. */
Test(reclaim, stops_at_what_is_wanted)
{
	struct world_config config = reclaim_config();
	struct mm_test m_, *m = &m_;
	u64 batch;

	mm_test_begin(m, "mmap_lock", &config);
	map_at(m, A, 150, PROT_RW);
	for (unsigned int i = 0; i < 150; i++)
		must_write(m, A + i * P, i);
	batch = reclaim_pages(m->task, RECLAIM_FORCE, 1);
	check(batch && batch < 50, "a batch of %d", (int)batch);
	check_same(reclaim_pages(m->task, RECLAIM_FORCE, batch), batch, "a batch was wanted");
	check_same(reclaim_pages(m->task, RECLAIM_FORCE, batch + 1), 2 * batch, "more than a batch was wanted");
	for (unsigned int i = 0; i < 150; i++)
		check_same(must_read(m, A + i * P), i, "contents");
	mm_test_end(m);
}

/* The background reclaimer frees up to high without a direct request. */
RECLAIM_TEST(background)
{
	struct page *page[64];
	unsigned int n = 0;
	struct reclaimer r;

	check_same(reclaimer_start(&r, m->world, 1), 0, "start");
	map_at(m, A, 600, PROT_RW);
	for (unsigned int i = 0; i < 600; i++)
		must_write(m, A + i * P, i);
	/* Use up what is left without reclaiming, then wait: no other thread does anything. */
	do {
		page[n] = page_alloc(m->task, SITE_FAULT_PAGE, GFP_NOWAIT);
	} while (page[n] && ++n < ARRAY_SIZE(page));
	while (zone_nr_free(&m->world->zone) < m->world->zone.high)
		platform_sleep(1000000);
	reclaimer_stop(&r);
	while (n)
		page_put(m->task, page[--n]);
	for (unsigned int i = 0; i < 600; i++)
		check_same(must_read(m, A + i * P), i, "contents");
	check(event_sum(m, STAT_RECLAIM_WAKE), "it was never called");
	check(m->world->tasks[1].stats.event[STAT_PAGE_RECLAIMED], "it reclaimed nothing");
}
