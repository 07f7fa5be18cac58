// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief What a fault holds, or keeps for its next attempt, and what fork holds against it.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/rules/scene.h"

#define MIRROR	0x7000000000UL	/* the scene's file, shared: its page that is at X */

struct forked {
	struct scene scene;
	struct mm *child;
};

static void fork_job(struct actor *a, void *arg)
{
	struct forked *f = arg;

	check_same((unsigned long)mm_fork(world_task(a->stage->world, a->slot), f->scene.m->mm, &f->child), 0, "fork");
}

/*
 * Fork has taken the right to write from X's entry and not flushed yet: a thread that has X in its TLB
 * can still write.  A fault that copies the page now, and is let through, loses such a write, which the
 * marks prevent (Linux 6.4, fixed by fb49c455323f).
 */
SCHEME_TEST(fork_beside_copy)
{
	struct forked f;
	struct scene *s = &f.scene;
	u64 entry = 0;

	scenes_begin(s, m);
	check_context("a fault copies while fork has not flushed");
	scene_set(s, WRITE_EMPTY, &scene_other_fault);
	check_same(access_write(s->bystander, X + 16, 1), ACCESS_OK, "the bystander's write");
	actor_begin(s->changer, PROBE_CHANGE_ZAPPED, fork_job, &f);
	check(actor_wait_settled(s->changer), "fork does not come by");
	check(scene_tlb_entry(s, &entry) && (entry & PTE_WRITE), "the bystander's TLB has no right to write");
	scene_begin_fault(s, PROBE_FAULT_MADE);
	actor_wait_settled(s->faulter);	/* has made its copy, or waits for fork */
	check_same(access_write(s->bystander, X + 8, OTHER), ACCESS_OK, "the write through the TLB");
	actor_release(s->faulter, NOWHERE);
	actor_wait_settled(s->faulter);
	actor_finish(s->changer);
	actor_finish(s->faulter);
	mm_destroy(m->task, f.child);
	scene_judge(s);
	scenes_end(s);
}

/* The page of the file that is at X, shared at MIRROR, in memory and writable there. */
static struct page *map_mirror(struct scene *s)
{
	struct mm_test *m = s->m;
	struct pgtable *table;
	u64 entry;

	check_same(mm_mmap(m->task, m->mm, MIRROR, P, PROT_RW, MM_MAP_SHARED | MM_MAP_FIXED, s->file, X - A),
		   MIRROR, "mmap");
	must_write(m, MIRROR + 16, 1);
	rcu_read_lock();
	table = pgtable_walk(m->mm, MIRROR);
	entry = pgtable_read(table, pgtable_index(MIRROR, 0));
	rcu_read_unlock();
	return frame_to_page(&m->world->zone, pte_frame(entry));
}

/*
 * The commit is refused, and before the next attempt the source is written to: the copy that was kept
 * must not be used.
 */
SCHEME_TEST(copy_is_made_anew)
{
	struct scene s;
	u64 dropped;

	/* Others give it back before they try again. */
	if (top_sleep(m) != SLEEPS_BELOW_KEEPING)
		return;
	scenes_begin(&s, m);
	check_context("a source written to between two attempts");
	scene_set(&s, WRITE_FILE, &scene_advice);
	map_mirror(&s);
	dropped = event_sum(m, STAT_FAULT_DROPPED);
	scene_begin_fault(&s, PROBE_FAULT_MADE);
	check(actor_wait_settled(s.faulter), "the fault does not come by");
	must_write(m, MIRROR + 8, OTHER);
	scene_begin_change(&s, NOWHERE);
	actor_finish(s.changer);
	actor_finish(s.faulter);
	check_same(event_sum(m, STAT_FAULT_DROPPED) - dropped, 0, "pages made and given back");
	check_same(must_read(m, X + 8), OTHER, "what the source held when it was copied last");
	scene_judge(&s);
	scenes_end(&s);
}

/*
 * A file's page is mapped with its lock held: a fault that finds it locked waits, in whatever way it goes
 * on.
 */
SCHEME_TEST(locked_page_is_waited_for)
{
	struct page *page;
	struct scene s;

	scenes_begin(&s, m);
	check_context("the file's page is locked by somebody");
	scene_set(&s, READ_FILE, &scene_advice);
	page = map_mirror(&s);
	lock_page(page);
	scene_begin_fault(&s, NOWHERE);
	actor_wait_settled(s.faulter);
	check(!actor_is_done(s.faulter) && actor_waits(s.faulter, NULL), "the fault does not wait for the page's lock");
	unlock_page(page);
	actor_finish(s.faulter);
	scene_judge(&s);
	scenes_end(&s);
}

#define FAR	0x5000000000UL
#define NEXT	(FAR + (2UL << 20))	/* in the next leaf, under the same table */

static void far_read(struct actor *a, void *arg)
{
	u64 value;

	*(enum access_result *)arg = access_read(world_task(a->stage->world, a->slot), FAR, &value);
}

static void far_munmap(struct actor *a, void *arg)
{
	struct mm_test *m = arg;

	check_same(mm_munmap(world_task(a->stage->world, a->slot), m->mm, FAR, NEXT + P - FAR), 0, "munmap");
}

/*
 * Outside RCU the table where the look ended may be freed: a fault that sleeps for its page must remember
 * how many tables it has to make.  AddressSanitizer reports an access to the table.
 */
SCHEME_TEST(table_that_is_gone_is_not_asked)
{
	enum access_result result = ACCESS_OK;
	struct page *page;
	struct scene s;

	/* The others hold a lock, or are in RCU, wherever they wait for a page. */
	if (top_valid(m) != VALID_BY_VMA_SEQ || (top_sleep(m) != SLEEPS_HERE && top_sleep(m) != SLEEPS_AFTER_RCU))
		return;
	scenes_begin(&s, m);
	check_context("munmap beside a fault that waits for its page, a table missing");
	scene_set(&s, READ_FILE, &scene_advice);
	page = map_mirror(&s);
	check_same(mm_mmap(m->task, m->mm, FAR, P, PROT_RW, MM_MAP_SHARED | MM_MAP_FIXED, s.file, X - A), FAR, "mmap");
	map_at(m, NEXT, 1, PROT_RW);
	must_write(m, NEXT, 1);
	lock_page(page);
	actor_begin(s.faulter, NOWHERE, far_read, &result);
	check(!actor_wait_settled(s.faulter) && !actor_is_done(s.faulter), "the fault does not wait for the page's lock");
	actor_begin(s.changer, NOWHERE, far_munmap, m);
	actor_finish(s.changer);
	cache_drain(m->world);
	unlock_page(page);
	actor_finish(s.faulter);
	check_same(result, ACCESS_SIGSEGV, "the access, of what is not mapped any more");
	scene_begin_fault(&s, NOWHERE);
	actor_finish(s.faulter);
	scene_judge(&s);
	scenes_end(&s);
}
