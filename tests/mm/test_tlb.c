/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated TLB and the access, on page tables made by hand: what it keeps, what a flush
 * removes, which bits an access sets.
 */
#include "tests/mm/core_world.h"
#include "common/mm/fault.h"
#include "common/mm/pgtable.h"

TestSuite(tlb, .init = core_enter, .fini = core_leave, .timeout = 60);

#define ADDR	0x7f0012345000UL
#define RW	(PTE_PRESENT | PTE_WRITE)

static struct world *tlb_world(bool tlb)
{
	struct world_config config = world_config_default(256);

	config.nr_tasks = 3;
	config.tlb = tlb;
	config.poison = true;
	return core_world(&config);
}

static struct mm *tlb_mm(struct task *t)
{
	struct mm *mm = NULL;

	cr_assert_eq(mm_create(t, &mm), 0);
	return mm;
}

/* The place of @addr's entry; makes the tables down to it. */
static u64 *entry_of(struct task *t, struct mm *mm, unsigned long addr)
{
	struct pgtable *table = pgtable_walk(mm, addr);

	while (table->level) {
		struct pgtable *made = pgtable_alloc(t, SITE_FAULT_TABLE, GFP_KERNEL);

		cr_assert(made);
		pgtable_prepare(made, mm, table->level - 1, addr);
		spin_lock(&table->lock);
		pgtable_publish(table, pgtable_index(addr, table->level), (u64)(uintptr_t)made);
		spin_unlock(&table->lock);
		table = made;
	}
	return &table->entry[pgtable_index(addr, 0)];
}

static void set_entry(struct task *t, struct mm *mm, unsigned long addr, u64 entry)
{
	smp_store_release(entry_of(t, mm, addr), entry);
}

static u64 get_entry(struct task *t, struct mm *mm, unsigned long addr)
{
	return smp_load_acquire(entry_of(t, mm, addr));
}

static u64 *word_of(struct world *w, struct page *page)
{
	return page_address(&w->zone, page);
}

/* A frame whose first word is @value. */
static struct page *frame_with(struct task *t, u64 value)
{
	struct page *page = page_alloc(t, SITE_FAULT_PAGE, GFP_KERNEL);

	cr_assert(page);
	WRITE_ONCE(*word_of(t->world, page), value);
	return page;
}

static u64 entry_for(struct world *w, struct page *page, u64 bits)
{
	return pte_make(page_to_frame(&w->zone, page), bits);
}

/* Take the entry of @addr away, flush, free its frame. */
static void unmap(struct task *t, struct mm *mm, unsigned long addr)
{
	u64 entry = xchg(entry_of(t, mm, addr), 0);

	tlb_flush_range(t, mm, addr, addr + PAGE_SIZE);
	if (entry)
		page_put(t, frame_to_page(&t->world->zone, pte_frame(entry)));
}

/* The common set-up and end of every test here. */
struct scene {
	struct world *w;
	struct task *t;
	struct mm *mm;
};

static struct scene scene_begin(void)
{
	struct scene s;

	s.w = tlb_world(true);
	s.t = world_task(s.w, 0);
	s.mm = tlb_mm(s.t);
	mm_attach(s.t, s.mm);
	return s;
}

static void scene_end(struct scene *s)
{
	struct world_leaks leaks;

	mm_destroy(s->t, s->mm);
	leaks = world_leaks(s->w);
	cr_expect_eq(leaks.frames, 0);
	cr_expect_eq(leaks.tables, 0);
	world_destroy(s->w);
}

static void expect_read(struct task *t, unsigned long addr, u64 wanted, const char *what)
{
	u64 value = ~wanted;

	cr_assert_eq(access_read(t, addr, &value), ACCESS_OK, "%s", what);
	cr_expect_eq(value, wanted, "%s: %lx instead of %lx", what, (unsigned long)value,
		     (unsigned long)wanted);
}

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
	unmap(s.t, s.mm, ADDR);
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
	unmap(s.t, s.mm, ADDR);
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
	unmap(s.t, s.mm, ADDR);
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
	unmap(s.t, s.mm, ADDR);
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
	unmap(s.t, s.mm, ADDR);
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

/* --- two threads: a right that was taken away is gone when the flush returns --------------- */

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

Test(tlb, nothing_reaches_a_frame_after_the_flush)
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
