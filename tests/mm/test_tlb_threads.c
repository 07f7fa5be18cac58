/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated TLB beside threads that use it: a right that was taken away is gone when the flush returns.
 */
#include "tests/mm/tlb_scene.h"

TestSuite(tlb_threads, .init = core_enter, .fini = core_leave, .timeout = 60);

#define TORTURE_NS	1000000000ULL
#define NR_PAGES	4

struct prey {
	struct task *task;
	struct mm *mm;
	u32 stop;
	u64 reads, writes, foreign;
};

/* The page is away just now: try another. */
static enum fault_result refuse(const struct scheme_inst *si, struct fault *f)
{
	(void)si;
	(void)f;
	return FAULT_SIGSEGV;
}

#define OWN	0x0123456700000000ULL	/* prefix of the values that the accessing threads write */

static void use_pages(void *arg)
{
	struct prey *p = arg;
	u64 seed = p->task->slot, value;

	while (!READ_ONCE(p->stop)) {
		unsigned long addr = ADDR + core_random(&seed) % NR_PAGES * PAGE_SIZE;

		if (core_random(&seed) % 512 == 0) {
			mm_detach(p->task);
			mm_attach(p->task, p->mm);
		}
		if (core_random(&seed) % 2) {
			p->writes += access_write(p->task, addr, OWN | core_random(&seed)) == ACCESS_OK;
		} else if (access_read(p->task, addr, &value) == ACCESS_OK) {
			p->reads++;
			p->foreign += value >> 32 != OWN >> 32;
		}
	}
}

Test(tlb_threads, nothing_reaches_a_frame_after_the_flush)
{
	struct scene s = scene_begin();
	struct prey prey[2];
	struct platform_thread *thread[2];
	u64 end, late = 0, read_only_broken = 0, lost_dirty = 0, rounds = 0, seed = 99;

	core_fault = refuse;
	for (unsigned int i = 0; i < 2; i++) {
		prey[i] = (struct prey){ .task = world_task(s.w, 1 + i), .mm = s.mm };
		mm_attach(prey[i].task, s.mm);
	}
	for (unsigned int i = 0; i < NR_PAGES; i++)
		entry_of(s.t, s.mm, ADDR + i * PAGE_SIZE);
	for (unsigned int i = 0; i < 2; i++)
		thread[i] = core_thread(1 + i, use_pages, &prey[i]);

	for (end = platform_now() + TORTURE_NS; platform_now() < end; rounds++) {
		unsigned long addr = ADDR + core_random(&seed) % NR_PAGES * PAGE_SIZE;
		u64 *place = entry_of(s.t, s.mm, addr);
		struct page *page;
		u64 *word, entry, seen;

		if (!READ_ONCE(*place)) {
			page = frame_with(s.t, OWN);
			smp_store_release(place, entry_for(s.w, page, RW));
			continue;
		}
		entry = READ_ONCE(*place);
		page = frame_to_page(&s.w->zone, pte_frame(entry));
		word = word_of(s.w, page);
		if (core_random(&seed) % 2) {
			/* Take the right to write: nobody writes after the flush, everybody may read. */
			while (!try_cmpxchg(place, &entry, entry & ~(PTE_WRITE | PTE_DIRTY)))
				;
			tlb_flush_range(s.t, s.mm, addr, addr + PAGE_SIZE);
			seen = READ_ONCE(*word);
			platform_delay(500);
			read_only_broken += READ_ONCE(*word) != seen;
			read_only_broken += (READ_ONCE(*place) & PTE_DIRTY) != 0;
			/* A write implies dirty, so what was never dirty was never written. */
			lost_dirty += !(entry & PTE_DIRTY) && seen != OWN;
		}
		entry = xchg(place, 0);
		tlb_flush_range(s.t, s.mm, addr, addr + PAGE_SIZE);
		WRITE_ONCE(*word, 0xdead);
		platform_delay(500);
		late += READ_ONCE(*word) != 0xdead;
		late += READ_ONCE(*place) != 0;
		page_put(s.t, page);
	}
	for (unsigned int i = 0; i < 2; i++) {
		WRITE_ONCE(prey[i].stop, 1);
		platform_thread_join(thread[i]);
		cr_expect_gt(prey[i].reads, 0);
		cr_expect_gt(prey[i].writes, 0);
		cr_expect_eq(prey[i].foreign, 0, "read from a frame that was gone");
		mm_detach(prey[i].task);
	}
	cr_expect_gt(rounds, 100);
	cr_expect_eq(late, 0, "%lu accesses or entries after the flush", (unsigned long)late);
	cr_expect_eq(read_only_broken, 0, "%lu writes without the right", (unsigned long)read_only_broken);
	cr_expect_eq(lost_dirty, 0, "%lu writes that left no mark", (unsigned long)lost_dirty);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		unmap(s.t, s.mm, ADDR + i * PAGE_SIZE);
	scene_end(&s);
}
