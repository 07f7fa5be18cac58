// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Clauses that no schedule of probe points reaches: the director holds a lock itself, or checks
 * which thread waits where.
 *
 * Where a lock is held and something must not happen meanwhile, the test gives it a
 * moment to happen: right code passes whatever the moment, wrong code fails unless it
 * is slower than that.
 */
#include <criterion/criterion.h>

#include "common/mm/fault.h"
#include "tests/rules/scene.h"

/* Long enough for what must not happen to happen. */
static void give_it_a_moment(struct scene *s)
{
	u64 end = platform_now() + 3000000;

	while (platform_now() < end)
		stage_wait(&s->stage);
}

static u64 entry_at(struct scene *s, unsigned long addr)
{
	struct pgtable *table;
	u64 entry = 0;

	rcu_read_lock();
	table = pgtable_walk(s->m->mm, addr);
	if (!table->level)
		entry = pgtable_read(table, pgtable_index(addr, 0));
	rcu_read_unlock();
	return entry;
}

static struct page *page_of(struct scene *s, u64 entry)
{
	return frame_to_page(&s->m->world->zone, pte_frame(entry));
}

/* X holds a page of its own, writable, that the bystander has in its TLB. */
static void set_written(struct scene *s, const struct scene_op *op)
{
	u64 value;

	scene_set(s, WRITE_EMPTY, op);
	must_write(s->m, X, NEW);
	check_same(access_read(s->bystander, X, &value), ACCESS_OK, "the bystander reads");
	s->result = ACCESS_OK;
}

/*
 * The change has taken the right away from the entry and now flushes: the
 * bystander's TLB is locked by the director, who thus is an access under way.
 */
static void hold_flush(struct scene *s, const struct scene_op *op)
{
	struct page *page;
	u64 before;

	check_context("%s, its flush held", op->name);
	set_written(s, op);
	before = entry_at(s, X);
	page = page_of(s, before);
	spin_lock(&s->bystander->tlb.lock);
	scene_begin_change(s, NOWHERE);
	while ((entry_at(s, X) & PTE_WRITE) && !actor_is_done(s->changer))
		stage_wait(&s->stage);
	give_it_a_moment(s);
	check(!actor_is_done(s->changer), "it returned, though a TLB still has the old entry");
	check(READ_ONCE(page->refcount) == 1, "the page is free, though a TLB still has it");
	if (op->end == END_READ_ONLY || op->end == END_NO_ACCESS)
		check(READ_ONCE(s->m->mm->lock_seq.sequence) & 1, "the marks ended before the flush");
	if (op->end == END_MOVED)
		check_same(entry_at(s, ELSEWHERE + (X - PIECE)), 0, "the new place, before the flush of the old");
	spin_unlock(&s->bystander->tlb.lock);
	actor_finish(s->changer);
	scene_judge(s);
}

/* F3, and the end of marks: first every TLB is flushed. */
SCHEME_TEST(flush_comes_first)
{
	struct scene s;

	scenes_begin(&s, m);
	hold_flush(&s, &scene_munmap_all);
	hold_flush(&s, &scene_munmap_piece);
	hold_flush(&s, &scene_mmap_over);
	hold_flush(&s, &scene_mprotect_read);
	hold_flush(&s, &scene_mprotect_none);
	hold_flush(&s, &scene_dontneed);
	hold_flush(&s, &scene_mremap_move);
	scenes_end(&s);
}

/* Copy: clear, flush, install.  While one TLB has the old page no other thread finds the new one. */
SCHEME_TEST(copy_clears_flushes_installs)
{
	struct scene s;
	u64 before;

	scenes_begin(&s, m);
	check_context("a copy, its flush held");
	scene_set(&s, WRITE_ZERO, &scene_advice);
	before = entry_at(&s, X);
	spin_lock(&s.bystander->tlb.lock);
	scene_begin_fault(&s, NOWHERE);
	while (pte_same(entry_at(&s, X), before) && !actor_is_done(s.faulter))
		stage_wait(&s.stage);
	give_it_a_moment(&s);
	check(!actor_is_done(s.faulter), "the fault is over, though a TLB still has the old page");
	check_same(entry_at(&s, X), 0, "the entry while the flush is under way");
	spin_unlock(&s.bystander->tlb.lock);
	actor_finish(s.faulter);
	scene_judge(&s);
	scenes_end(&s);
}

/* The rmap family of the VMA at @addr, or, where none is any more, of a neighbour of the scene. */
static struct anon_vma *anon_of(struct mm_test *m, unsigned long addr)
{
	struct vma *vma = vma_tree_find(&m->mm->tree, addr, m->mm->tree.limit);

	if (!vma || !vma->anon_vma)
		vma = vma_tree_prev(&m->mm->tree, addr);
	return vma && vma->anon_vma ? vma->anon_vma->root : NULL;
}

/* Acts like a fault that made its checks before the mark: it still holds the table's lock, and stores. */
static void publish_late(struct scene *s, struct pgtable *table)
{
	struct mm_test *m = s->m;
	struct pgtable *made[PGTABLE_LEVELS] = { NULL };
	struct page *page = page_alloc(m->task, SITE_FAULT_PAGE, GFP_NOWAIT);

	check(page && table->level, "no page, or nothing to link");
	platform_clear_page(page_address(&m->world->zone, page));
	page->index = X >> PAGE_SHIFT;
	page->anon = anon_of(m, X);
	page->mapcount = 1;
	for (unsigned int l = 0; l < table->level; l++) {
		made[l] = pgtable_alloc(m->task, SITE_FAULT_TABLE, GFP_NOWAIT);
		check(made[l], "no table");
		pgtable_prepare(made[l], m->mm, l, X);
	}
	made[0]->entry[pgtable_index(X, 0)] =
		pte_make(page_to_frame(&m->world->zone, page), PTE_PRESENT | PTE_WRITE);
	for (unsigned int l = 1; l < table->level; l++)
		made[l]->entry[pgtable_index(X, l)] = (u64)(uintptr_t)made[l - 1];
	pgtable_publish(table, pgtable_index(X, table->level), (u64)(uintptr_t)made[table->level - 1]);
}

/* F1: an entry is read as empty, and cleared, only under the lock of its table. */
static void hold_table(struct scene *s, enum scene_kind kind, const struct scene_op *op)
{
	struct pgtable *table;
	u64 before;

	check_context("%s, %s, X's deepest table locked", scene_kind_name(kind), op->name);
	scene_set(s, kind, op);
	before = entry_at(s, X);
	table = pgtable_walk(s->m->mm, X);
	spin_lock(&table->lock);
	scene_begin_change(s, NOWHERE);
	while (!actor_has_seen(s->changer, PROBE_CHANGE_EDITED) &&
	       !actor_has_seen(s->changer, PROBE_CHANGE_MARKED) &&
	       !actor_has_seen(s->changer, PROBE_ZAP_NO_MARK))
		stage_wait(&s->stage);
	give_it_a_moment(s);
	check(!actor_is_done(s->changer), "it did not need the table's lock");
	if (table->level)
		publish_late(s, table);
	else
		check_same(entry_at(s, X), before, "the entry, under the director's lock");
	spin_unlock(&table->lock);
	actor_finish(s->changer);
	s->result = ACCESS_OK;
	s->kind = READ_BARE;		/* nothing was written */
	scene_judge(s);
}

SCHEME_TEST(entries_under_their_lock)
{
	struct scene s;

	scenes_begin(&s, m);
	hold_table(&s, WRITE_NO_TABLE, &scene_munmap_all);
	hold_table(&s, WRITE_NO_TABLE, &scene_munmap_piece);
	hold_table(&s, WRITE_NO_TABLE, &scene_mmap_over);
	hold_table(&s, WRITE_NO_TABLE, &scene_mprotect_read);
	hold_table(&s, WRITE_NO_TABLE, &scene_dontneed);
	hold_table(&s, WRITE_ZERO, &scene_munmap_piece);
	hold_table(&s, WRITE_ZERO, &scene_mprotect_none);
	hold_table(&s, WRITE_ZERO, &scene_dontneed);
	scenes_end(&s);
}

/* A fault is inside a rung; does the change wait, and where? */
static void who_waits(struct scene *s, const struct scheme *rung, enum probe_point inside)
{
	struct actor *c = s->changer;
	struct platform_waiting w;

	scene_set(s, WRITE_EMPTY, &scene_munmap_all);
	check_context("%s: munmap beside a fault at %s", rung->name, probe_point_name(inside));
	scene_begin_fault(s, inside);
	check(actor_wait_settled(s->faulter), "the fault does not come by");
	scene_begin_change(s, NOWHERE);
	actor_wait_settled(c);
	switch (rung->valid) {
	case VALID_BY_MMAP_LOCK:
		check(actor_waits(c, NULL) && rwsem_is_contended(&s->m->mm->mmap_lock), "it does not wait");
		check(!actor_has_seen(c, PROBE_CHANGE_LOCKED), "it waits too late");
		break;
	case VALID_BY_VMA_LOCK:
		/* Store, then wait: a fault that is let in from here on sees the mark. */
		check(actor_waits(c, NULL), "it does not wait for a fault that holds the VMA's lock");
		check(actor_has_seen(c, PROBE_CHANGE_MARK_STORED), "it waits, and the mark is not stored");
		check(!actor_has_seen(c, PROBE_CHANGE_MARKED), "it goes on, and the fault is inside");
		break;
	case VALID_BY_GRACE:
		check(actor_waits(c, &w) && w.how == PLATFORM_AWAITS_RCU, "it does not wait for the fault's section");
		check(actor_has_seen(c, PROBE_CHANGE_MARK_STORED), "it waits, and the mark is not stored");
		check(!actor_has_seen(c, PROBE_CHANGE_MARKED), "it goes on, and the fault is inside");
		break;
	case VALID_BY_VMA_SEQ:
	case VALID_BY_MM_SEQ:
		check(actor_is_done(c), "it waits for a fault that holds nothing");
	}
	actor_finish(s->faulter);
	actor_finish(c);
	scene_judge(s);
}

SCHEME_TEST(who_waits_for_whom)
{
	struct injector inj = { .on = true, .sites = ~0u, .nowait_only = true, .share = ~0u }, off = { 0 };
	struct scene s;

	scenes_begin(&s, m);
	who_waits(&s, m->chain.inst[0].scheme, PROBE_FAULT_LOOKED);
	who_waits(&s, m->chain.inst[0].scheme, PROBE_FAULT_MADE);
	/* Where it would have to sleep it goes on under the lock of the rung below. */
	if (top_sleep(m) != SLEEPS_HERE && top_sleep(m) != SLEEPS_AFTER_RCU) {
		inject_configure(m->world, &inj);
		who_waits(&s, m->chain.inst[1].scheme, PROBE_FAULT_LOCKED);
		inject_configure(m->world, &off);
	}
	scenes_end(&s);
}
