/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated TLB and the access: what it keeps, what a flush removes, which bits an access sets.
 */
#include "tests/mm/tlb_scene.h"

TestSuite(tlb, .init = core_enter, .fini = core_leave, .timeout = 60);

/* --- faults --------------------------------------------------------------------------- */

static struct {
	unsigned int nr;
	unsigned int flags;
	unsigned long addr;
	struct page *page;	/* to map with rights, or NULL: answer with result */
	u64 bits;
	enum fault_result result;
} faulter;

static enum fault_result answer(const struct scheme_inst *si, struct fault *f)
{
	(void)si;
	faulter.nr++;
	faulter.flags = f->flags;
	faulter.addr = f->addr;
	if (!faulter.page)
		return faulter.result;
	set_entry(f->task, f->mm, f->addr, entry_for(f->task->world, faulter.page, faulter.bits));
	return FAULT_DONE;
}

Test(tlb, an_access_to_nothing_faults_and_is_tried_again)
{
	struct scene s = scene_begin();

	core_fault = answer;
	faulter.page = frame_with(s.t, 77);
	faulter.bits = PTE_PRESENT;
	expect_read(s.t, ADDR, 77, "after the fault");
	cr_expect_eq(faulter.nr, 1);
	cr_expect_eq(faulter.flags, FAULT_FLAG_USER);
	cr_expect_eq(faulter.addr, ADDR);
	expect_read(s.t, ADDR, 77, "from the TLB");
	cr_expect_eq(faulter.nr, 1);

	faulter.bits = RW;
	cr_expect_eq(access_write(s.t, ADDR + 16, 78), ACCESS_OK);
	cr_expect_eq(faulter.nr, 2, "read-only: a write faults");
	cr_expect_eq(faulter.flags, FAULT_FLAG_USER | FAULT_FLAG_WRITE);
	cr_expect_eq(faulter.addr, ADDR, "the page, not the word");
	cr_expect_eq(word_of(s.w, faulter.page)[2], 78);
	scene_end(&s);
}

Test(tlb, what_the_fault_says_is_passed_on)
{
	struct scene s = scene_begin();
	const struct { enum fault_result fault; enum access_result access; } cases[] = {
		{ FAULT_SIGSEGV, ACCESS_SIGSEGV },
		{ FAULT_SIGBUS, ACCESS_SIGBUS },
		{ FAULT_OOM, ACCESS_OOM },
	};
	u64 value;

	core_fault = answer;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		faulter.result = cases[i].fault;
		cr_expect_eq(access_read(s.t, ADDR, &value), cases[i].access);
		cr_expect_eq(access_write(s.t, ADDR, 1), cases[i].access);
	}
	cr_expect_eq(faulter.nr, 2 * ARRAY_SIZE(cases));
	scene_end(&s);
}

/* --- accessed and dirty ----------------------------------------------------------------- */

Test(tlb, a_read_marks_accessed_and_a_write_marks_dirty)
{
	struct scene s = scene_begin();
	struct page *page = frame_with(s.t, 5);
	u64 entry = entry_for(s.w, page, RW);
	u64 value;

	set_entry(s.t, s.mm, ADDR, entry);
	expect_read(s.t, ADDR, 5, "first");
	cr_expect_eq(get_entry(s.t, s.mm, ADDR), entry | PTE_ACCESSED);

	/* The TLB has the page with the right to write, but not as dirty. */
	cr_expect_eq(access_write(s.t, ADDR, 6), ACCESS_OK);
	cr_expect_eq(get_entry(s.t, s.mm, ADDR), entry | PTE_ACCESSED | PTE_DIRTY);

	set_entry(s.t, s.mm, ADDR, entry);
	tlb_flush_range(s.t, s.mm, ADDR, ADDR + PAGE_SIZE);
	cr_expect(access_try_read(s.t, ADDR, &value));
	cr_expect_eq(value, 6);
	cr_expect_eq(get_entry(s.t, s.mm, ADDR), entry | PTE_ACCESSED);
	cr_expect(access_try_write(s.t, ADDR, 7));
	cr_expect_eq(get_entry(s.t, s.mm, ADDR), entry | PTE_ACCESSED | PTE_DIRTY);
	cr_expect_eq(*word_of(s.w, page), 7);
	scene_end(&s);
}

Test(tlb, a_lost_right_is_refused_before_dirty_is_set)
{
	struct scene s = scene_begin();
	struct page *page = frame_with(s.t, 5);
	u64 lost = entry_for(s.w, page, PTE_PRESENT | PTE_ACCESSED);

	core_fault = answer;
	faulter.result = FAULT_SIGSEGV;
	set_entry(s.t, s.mm, ADDR, entry_for(s.w, page, RW));
	expect_read(s.t, ADDR, 5, "fills the TLB with the right to write");
	set_entry(s.t, s.mm, ADDR, lost);	/* and no flush */
	cr_expect_eq(access_write(s.t, ADDR, 6), ACCESS_SIGSEGV);
	cr_expect_eq(faulter.nr, 1);
	cr_expect_eq(get_entry(s.t, s.mm, ADDR), lost, "not dirty");
	cr_expect_eq(*word_of(s.w, page), 5);
	scene_end(&s);
}

Test(tlb, a_walk_leaves_what_it_may_not_use_as_it_is)
{
	struct scene s = scene_begin();
	struct page *page = frame_with(s.t, 5);
	const struct { u64 entry; bool read, write; } cases[] = {
		{ 0, false, false },
		{ entry_for(s.w, page, PTE_PROTNONE), false, false },
		{ entry_for(s.w, page, PTE_PROTNONE | PTE_WRITE), false, false },
		{ entry_for(s.w, page, PTE_WRITE), false, false },
		{ entry_for(s.w, page, PTE_PRESENT), true, false },
		{ entry_for(s.w, page, RW), true, true },
	};
	u64 value;

	cr_expect_not(access_try_read(s.t, ADDR, &value), "no tables at all");
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 e = cases[i].entry;

		set_entry(s.t, s.mm, ADDR, e);
		cr_expect_eq(access_try_write(s.t, ADDR, 5), cases[i].write, "case %u", i);
		cr_expect_eq(get_entry(s.t, s.mm, ADDR),
			     cases[i].write ? e | PTE_ACCESSED | PTE_DIRTY : e, "case %u", i);
		set_entry(s.t, s.mm, ADDR, e);
		cr_expect_eq(access_try_read(s.t, ADDR, &value), cases[i].read, "case %u", i);
		cr_expect_eq(get_entry(s.t, s.mm, ADDR), cases[i].read ? e | PTE_ACCESSED : e,
			     "case %u", i);
	}
	scene_end(&s);
}

/* --- keeping and flushing ----------------------------------------------------------------- */

Test(tlb, keeps_an_entry_until_it_is_flushed)
{
	struct scene s = scene_begin();
	struct page *old = frame_with(s.t, 1), *new = frame_with(s.t, 2);
	u64 value;

	set_entry(s.t, s.mm, ADDR, entry_for(s.w, old, RW));
	expect_read(s.t, ADDR, 1, "fill");
	set_entry(s.t, s.mm, ADDR, entry_for(s.w, new, RW));
	expect_read(s.t, ADDR, 1, "not flushed: the old page, as on real hardware");
	cr_expect(access_try_read(s.t, ADDR, &value));
	cr_expect_eq(value, 2, "a walk sees the table");

	tlb_flush_range(s.t, s.mm, ADDR - PAGE_SIZE, ADDR);
	expect_read(s.t, ADDR, 1, "the page before was flushed");
	tlb_flush_range(s.t, s.mm, ADDR + PAGE_SIZE, ADDR + 2 * PAGE_SIZE);
	expect_read(s.t, ADDR, 1, "the page after was flushed");
	tlb_flush_range(s.t, s.mm, ADDR, ADDR + PAGE_SIZE);
	expect_read(s.t, ADDR, 2, "this page was flushed");
	page_put(s.t, old);
	scene_end(&s);
}

Test(tlb, a_flush_takes_all_of_a_range)
{
	struct scene s = scene_begin();
	struct page *page[2 * TLB_ENTRIES];

	for (unsigned int i = 0; i < 2 * TLB_ENTRIES; i++) {
		page[i] = frame_with(s.t, i);
		set_entry(s.t, s.mm, ADDR + i * PAGE_SIZE, entry_for(s.w, page[i], RW));
		expect_read(s.t, ADDR + i * PAGE_SIZE, i, "fill");
	}
	for (unsigned int i = 0; i < 2 * TLB_ENTRIES; i++)
		xchg(entry_of(s.t, s.mm, ADDR + i * PAGE_SIZE), 0);
	tlb_flush_range(s.t, s.mm, 0, TASK_SIZE_DEFAULT);
	core_fault = answer;
	faulter.result = FAULT_SIGSEGV;
	for (unsigned int i = 0; i < 2 * TLB_ENTRIES; i++) {
		u64 value;

		cr_expect_eq(access_read(s.t, ADDR + i * PAGE_SIZE, &value), ACCESS_SIGSEGV);
		page_put(s.t, page[i]);
	}
	scene_end(&s);
}

Test(tlb, a_flush_reaches_every_attached_thread_and_is_counted)
{
	struct scene s = scene_begin();
	struct page *old = frame_with(s.t, 1), *new = frame_with(s.t, 2);
	struct stats *stats = &s.t->stats;

	/* This thread also acts for the others, since a task is just an argument. */
	mm_attach(world_task(s.w, 1), s.mm);
	mm_attach(world_task(s.w, 2), s.mm);
	set_entry(s.t, s.mm, ADDR, entry_for(s.w, old, RW));
	for (unsigned int i = 0; i < 3; i++)
		expect_read(world_task(s.w, i), ADDR, 1, "fill");
	world_stats_reset(s.w);
	set_entry(s.t, s.mm, ADDR, entry_for(s.w, new, RW));
	tlb_flush_range(s.t, s.mm, ADDR, ADDR + PAGE_SIZE);
	for (unsigned int i = 0; i < 3; i++)
		expect_read(world_task(s.w, i), ADDR, 2, "flushed");
	cr_expect_eq(stats->event[STAT_TLB_FLUSH], 1);
	cr_expect_eq(stats->event[STAT_TLB_FLUSH_TARGETS], 2, "the others");

	mm_detach(world_task(s.w, 1));
	tlb_flush_range(s.t, s.mm, ADDR, ADDR + PAGE_SIZE);
	cr_expect_eq(stats->event[STAT_TLB_FLUSH_TARGETS], 3);
	mm_detach(world_task(s.w, 2));
	tlb_flush_range(s.t, s.mm, ADDR, ADDR + PAGE_SIZE);
	cr_expect_eq(stats->event[STAT_TLB_FLUSH_TARGETS], 3);
	cr_expect_eq(stats->event[STAT_TLB_FLUSH], 3);
	page_put(s.t, old);
	scene_end(&s);
}

Test(tlb, another_mm_begins_with_an_empty_tlb)
{
	struct scene s = scene_begin();
	struct mm *second = tlb_mm(s.t);

	set_entry(s.t, s.mm, ADDR, entry_for(s.w, frame_with(s.t, 1), RW));
	set_entry(s.t, second, ADDR, entry_for(s.w, frame_with(s.t, 2), RW));
	expect_read(s.t, ADDR, 1, "first mm");
	mm_detach(s.t);
	mm_attach(s.t, second);
	expect_read(s.t, ADDR, 2, "second mm");
	unmap(s.t, second, ADDR);
	mm_detach(s.t);
	mm_attach(s.t, s.mm);
	expect_read(s.t, ADDR, 1, "first mm again");
	unmap(s.t, s.mm, ADDR);
	mm_destroy(s.t, second);
	scene_end(&s);
}

Test(tlb, without_tlbs_every_access_walks_and_a_flush_costs_what_it_is_told)
{
	struct world *w = tlb_world(false);
	struct task *t = world_task(w, 0);
	struct mm *mm = tlb_mm(t);
	struct page *old = frame_with(t, 1), *new = frame_with(t, 2);
	u64 before;

	mm_attach(t, mm);
	mm_attach(world_task(w, 1), mm);
	mm_attach(world_task(w, 2), mm);
	set_entry(t, mm, ADDR, entry_for(w, old, RW));
	expect_read(t, ADDR, 1, "walk");
	set_entry(t, mm, ADDR, entry_for(w, new, RW));
	expect_read(t, ADDR, 2, "walk again");

	w->config.flush_ns = 2000000;
	before = platform_now();
	tlb_flush_range(t, mm, ADDR, ADDR + PAGE_SIZE);
	cr_expect_geq(platform_now() - before, 2 * w->config.flush_ns);
	cr_expect_eq(t->stats.event[STAT_TLB_FLUSH_TARGETS], 2);
	w->config.flush_ns = 0;

	page_put(t, old);
	unmap(t, mm, ADDR);
	mm_detach(world_task(w, 1));
	mm_detach(world_task(w, 2));
	mm_destroy(t, mm);
	world_destroy(w);
}
