/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief For tests of the simulated TLB: page tables made by hand, in a world with an mm and three tasks.
 */
#ifndef TESTS_MM_TLB_SCENE_H
#define TESTS_MM_TLB_SCENE_H

#include "tests/mm/core_world.h"
#include "common/mm/fault.h"
#include "common/mm/pgtable.h"

#define ADDR	0x7f0012345000UL
#define RW	(PTE_PRESENT | PTE_WRITE)

static inline struct world *tlb_world(bool tlb)
{
	struct world_config config = world_config_default(256);

	config.nr_tasks = 3;
	config.tlb = tlb;
	config.poison = true;
	return core_world(&config);
}

static inline struct mm *tlb_mm(struct task *t)
{
	struct mm *mm = NULL;

	cr_assert_eq(mm_create(t, &mm), 0);
	return mm;
}

/* The place of @addr's entry; makes the tables down to it. */
static inline u64 *entry_of(struct task *t, struct mm *mm, unsigned long addr)
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

static inline void set_entry(struct task *t, struct mm *mm, unsigned long addr, u64 entry)
{
	smp_store_release(entry_of(t, mm, addr), entry);
}

static inline u64 get_entry(struct task *t, struct mm *mm, unsigned long addr)
{
	return smp_load_acquire(entry_of(t, mm, addr));
}

static inline u64 *word_of(struct world *w, struct page *page)
{
	return page_address(&w->zone, page);
}

/* A frame whose first word is @value. */
static inline struct page *frame_with(struct task *t, u64 value)
{
	struct page *page = page_alloc(t, SITE_FAULT_PAGE, GFP_KERNEL);

	cr_assert(page);
	WRITE_ONCE(*word_of(t->world, page), value);
	return page;
}

static inline u64 entry_for(struct world *w, struct page *page, u64 bits)
{
	return pte_make(page_to_frame(&w->zone, page), bits);
}

/* Take the entry of @addr away, flush, free its frame. */
static inline void unmap(struct task *t, struct mm *mm, unsigned long addr)
{
	u64 entry = xchg(entry_of(t, mm, addr), 0);

	tlb_flush_range(t, mm, addr, addr + PAGE_SIZE);
	if (entry)
		page_put(t, frame_to_page(&t->world->zone, pte_frame(entry)));
}

/* The common set-up and end of a test; what is mapped at ADDR goes with the scene. */
struct scene {
	struct world *w;
	struct task *t;
	struct mm *mm;
};

static inline struct scene scene_begin(void)
{
	struct scene s;

	s.w = tlb_world(true);
	s.t = world_task(s.w, 0);
	s.mm = tlb_mm(s.t);
	mm_attach(s.t, s.mm);
	return s;
}

static inline void scene_end(struct scene *s)
{
	struct world_leaks leaks;

	unmap(s->t, s->mm, ADDR);
	mm_destroy(s->t, s->mm);
	leaks = world_leaks(s->w);
	cr_expect_eq(leaks.frames, 0);
	cr_expect_eq(leaks.tables, 0);
	world_destroy(s->w);
}

static inline void expect_read(struct task *t, unsigned long addr, u64 wanted, const char *what)
{
	u64 value = ~wanted;

	cr_assert_eq(access_read(t, addr, &value), ACCESS_OK, "%s", what);
	cr_expect_eq(value, wanted, "%s: %lx instead of %lx", what, (unsigned long)value,
		     (unsigned long)wanted);
}

#endif /* TESTS_MM_TLB_SCENE_H */
