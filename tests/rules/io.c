// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A fault that waits for a page: with or without its lock, how often, and what may have changed meanwhile.
 */
#include <criterion/criterion.h>

#include "bench/stage/stage.h"
#include "common/mm/file.h"
#include "common/mm/pagecache.h"
#include "common/mm/reclaim.h"
#include "tests/support/mm_test.h"

#define A	0x40000000UL
#define P	PAGE_SIZE
#define BEFORE	0x1111ULL
#define AFTER	0x2222ULL

/** In worlds with swap, once for each policy and each kind of page. */
#define IO_TEST(name_) \
	static void name_(struct play *p); \
	FOR_EACH_SCHEME(IO_TEST_ONE, name_) \
	static void name_(struct play *p)

#define IO_TEST_ONE(scheme_, name_) \
	Test(scheme_, name_) \
	{ \
		play_all(#scheme_, name_); \
	}

struct play {
	struct mm_test *m;
	struct stage stage;
	struct actor *faulter, *changer;
	enum io_policy io;
	bool swap;		/* the page is in swap, else of a file */
	bool writes;
	struct file *file;
	enum access_result result;
	u64 value;
	u64 held, retries, gone;	/* counters as the play began */
};

/* --- the stage ------------------------------------------------------------------------------ */

static void swap_out(struct play *p)
{
	for (unsigned int turn = 0; turn < 6; turn++)
		reclaim_direct(p->m->task, turn, 64);
}

/* The page at A is not in memory. */
static void set(struct play *p)
{
	struct mm_test *m = p->m;

	p->file = NULL;
	if (p->swap) {
		map_at(m, A, 2, PROT_RW);
		must_write(m, A, BEFORE);
		swap_out(p);
	} else {
		p->file = file_open(7, false);
		p->file->nr_pages = 2;
		check_same(mm_mmap(m->task, m->mm, A, 2 * P, PROT_RW, MM_MAP_SHARED | MM_MAP_FIXED, p->file, 0), A, "mmap");
	}
	p->held = event_sum(m, STAT_FAULT_IO_HELD);
	p->retries = event_sum(m, STAT_FAULT_IO_RETRY);
	p->gone = event_sum(m, STAT_FAULT_IO_GONE);
	check(!stage_begin(&p->stage, m->world, &m->mm, NULL), "no stage");
	p->faulter = &p->stage.actor[0];
	p->changer = &p->stage.actor[1];
}

static void clear(struct play *p)
{
	stage_end(&p->stage);
	if (p->file)
		file_put(p->m->task, p->file);
	mm_test_renew(p->m);
}

static u64 contents(const struct play *p)
{
	return p->swap ? BEFORE : file_word(7, 0, 0);
}

static void play_all(const char *spec, void (*test)(struct play *p))
{
	static const char *const names[] = { "retry-mmap", "retry-vma", "hold", "file-hold" };
	struct world_config config = mm_test_config();
	struct mm_test m;

	config.reclaim = true;
	config.swap_slots = 64;
	mm_test_begin(&m, spec, &config);
	mm_test_alone(&m);
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(names); i++) {
		struct play p = { .m = &m, .io = i / 2, .swap = i % 2 };

		check_context("%s, --io %s, %s", spec, names[i / 2], p.swap ? "swap" : "file");
		m.world->config.io = p.io;
		test(&p);
	}
	mm_test_end(&m);
}

/* May the policy let a fault that has not waited yet wait with its lock held? */
static bool may_hold(const struct play *p)
{
	return p->io == IO_HOLD || (p->io == IO_FILE_HOLD && !p->swap);
}

static void do_access(struct actor *a, void *arg)
{
	struct play *p = arg;
	struct task *t = world_task(p->m->world, a->slot);

	p->result = p->writes ? access_write(t, A, AFTER) : access_read(t, A, &p->value);
}

static void do_mprotect(struct actor *a, void *arg)
{
	struct play *p = arg;

	check_same(mm_mprotect(world_task(p->m->world, a->slot), p->m->mm, A, 2 * P, PROT_R), 0, "mprotect");
}

static void do_truncate(struct actor *a, void *arg)
{
	struct play *p = arg;

	pagecache_truncate(world_task(p->m->world, a->slot), p->file, 0);
}

/* How often the first rung fell for that reason. */
static u64 fell(const struct play *p, const char *why)
{
	return top_counter(p->m, why) ? rung_sum(p->m, 0, why) : 0;
}

/* --- who waits ------------------------------------------------------------------------------- */

/* A change of the VMA waits for the read exactly if the fault holds a lock; and the policy decides whether it does. */
IO_TEST(a_writer_waits_for_a_read_that_is_waited_for_with_a_lock)
{
	u64 for_a_page, for_the_lock;
	bool held;

	set(p);
	for_a_page = fell(p, "page_io");
	for_the_lock = fell(p, "needs_mmap_lock");
	actor_begin(p->faulter, PROBE_FAULT_WAIT, do_access, p);
	check(actor_wait_settled(p->faulter), "the fault does not wait");
	held = event_sum(p->m, STAT_FAULT_IO_HELD) != p->held;
	check(!held || may_hold(p), "the policy lets go, and the fault holds");
	actor_begin(p->changer, NOWHERE, do_mprotect, p);
	actor_wait_settled(p->changer);
	check(actor_is_done(p->changer) == !held, held ? "the change does not wait" : "the change waits");
	actor_release(p->faulter, NOWHERE);
	actor_finish(p->faulter);
	actor_finish(p->changer);
	check_same(p->result, ACCESS_OK, "the read");
	check_same(p->value, contents(p), "its value");
	if (top_counter(p->m, "page_io")) {
		check_same(fell(p, "page_io") - for_a_page, !held, "let go for a page");
		check_same(fell(p, "needs_mmap_lock") - for_the_lock, 0, "let go for mmap_lock");
	}
	clear(p);
}

/* --- how often -------------------------------------------------------------------------------- */

static void evict(struct play *p)
{
	if (p->swap) {
		swap_out(p);
	} else {
		pagecache_truncate(p->m->task, p->file, 0);
		pagecache_truncate(p->m->task, p->file, 2);
	}
}

/* The page is gone whenever the fault comes back for it. */
IO_TEST(a_fault_whose_page_is_gone_each_time_waits_once_without_its_lock)
{
	unsigned int again = 0;

	set(p);
	actor_begin(p->faulter, PROBE_FAULT_AGAIN, do_access, p);
	while (actor_wait_settled(p->faulter)) {
		check(++again < 4, "without an end");
		evict(p);
		actor_release(p->faulter, PROBE_FAULT_AGAIN);
	}
	actor_finish(p->faulter);
	check_same(p->result, ACCESS_OK, "the read");
	check_same(p->value, contents(p), "its value");
	check(again <= 1 && (again || !event_sum(p->m, STAT_FAULT_IO_RETRY) || may_hold(p)), "it began again %u times", again);
	check_same(event_sum(p->m, STAT_FAULT_IO_RETRY) - p->retries, again, "counted");
	check_same(event_sum(p->m, STAT_FAULT_IO_GONE) - p->gone, again, "gone again");
	if (again)
		check_same(event_sum(p->m, STAT_FAULT_IO_HELD) - p->held, 1, "then it waited with its lock held");
	clear(p);
}

/* The page, in memory, with a count, locked by the test. */
static struct page *lock_the_page(struct play *p)
{
	struct page *page = pagecache_get(p->m->task, p->file, 0);

	check(page, "not in memory");
	lock_page(page);
	return page;
}

static void unlock_the_page(struct play *p, struct page *page)
{
	unlock_page(page);
	page_put(p->m->task, page);
}

/* Another thread has the page locked whenever the fault comes for it. */
IO_TEST(a_fault_that_finds_its_page_locked_waits_twice_at_most_without_its_lock)
{
	unsigned int again = 0;
	struct page *page;

	if (p->swap)
		return;
	set(p);
	must_read(p->m, A);
	check_same(mm_madvise(p->m->task, p->m->mm, A, P, ADV_DONTNEED), 0, "DONTNEED");
	page = lock_the_page(p);
	actor_begin(p->faulter, PROBE_FAULT_AGAIN, do_access, p);
	for (;;) {
		check(!actor_wait_settled(p->faulter) && actor_waits(p->faulter, NULL), "it does not wait for the lock");
		unlock_the_page(p, page);
		while (!actor_is_held(p->faulter) && !actor_is_done(p->faulter))
			stage_wait(&p->stage);
		if (actor_is_done(p->faulter))
			break;
		check(++again <= 2, "it lets go without an end");
		page = lock_the_page(p);
		actor_release(p->faulter, PROBE_FAULT_AGAIN);
	}
	actor_finish(p->faulter);
	check_same(p->result, ACCESS_OK, "the read");
	check_same(event_sum(p->m, STAT_FAULT_IO_GONE) - p->gone, 0, "gone again");
	if (again)
		check_same(event_sum(p->m, STAT_FAULT_IO_HELD), p->held + 1, "waits with its lock held");
	if (again && p->io == IO_RETRY_MMAP)	/* Linux: a first wait under mmap_lock is the last without it */
		check_same(again, p->m->chain.vma_lock ? 2 : 1, "waits without its lock");
	clear(p);
}

/* --- what changes meanwhile -------------------------------------------------------------------- */

static void other_slot(struct play *p)
{
	check_same(mm_madvise(p->m->task, p->m->mm, A, P, ADV_DONTNEED), 0, "DONTNEED");
	must_write(p->m, A, AFTER);
	swap_out(p);
}

static void read_only(struct play *p)
{
	check_same(mm_mprotect(p->m->task, p->m->mm, A, 2 * P, PROT_R), 0, "mprotect");
}

static void unmapped(struct play *p)
{
	check_same(mm_munmap(p->m->task, p->m->mm, A, 2 * P), 0, "munmap");
}

static void replaced(struct play *p)
{
	map_at(p->m, A, 2, PROT_RW);
	must_write(p->m, A, AFTER);
}

static void truncated(struct play *p)
{
	pagecache_truncate(p->m->task, p->file, 0);
}

static const struct {
	const char *what;
	void (*change)(struct play *p);
	bool swap, file, writes;
	enum access_result result;
	u64 value;	/* of a read that succeeds */
} meanwhile[] = {
	{ "the entry has another slot", other_slot, true, false, false, ACCESS_OK, AFTER },
	{ "the VMA is read-only", read_only, true, true, true, ACCESS_SIGSEGV, 0 },
	{ "the VMA is gone", unmapped, true, true, false, ACCESS_SIGSEGV, 0 },
	{ "another VMA is there", replaced, true, true, false, ACCESS_OK, AFTER },
	{ "the file is shorter", truncated, false, true, false, ACCESS_SIGBUS, 0 },
};

/* A change when the page has been read and the fault, which holds nothing, is about to begin again. */
IO_TEST(what_was_seen_before_the_wait_counts_for_nothing)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(meanwhile); i++) {
		if (p->swap ? !meanwhile[i].swap : !meanwhile[i].file)
			continue;
		p->writes = meanwhile[i].writes;
		set(p);
		actor_begin(p->faulter, PROBE_FAULT_AGAIN, do_access, p);
		if (actor_wait_settled(p->faulter)) {
			meanwhile[i].change(p);
			actor_finish(p->faulter);
			check_same(p->result, meanwhile[i].result, meanwhile[i].what);
			if (p->result == ACCESS_OK)
				check_same(p->value, meanwhile[i].value, meanwhile[i].what);
		} else {
			check(event_sum(p->m, STAT_FAULT_IO_RETRY) == p->retries, "it let go and did not come by");
			actor_finish(p->faulter);
		}
		clear(p);
	}
}

/* Truncation waits for the page that is being read, with whatever the fault holds, and then cuts it off. */
IO_TEST(truncation_beside_the_wait)
{
	if (p->swap)
		return;
	set(p);
	actor_begin(p->faulter, PROBE_FAULT_WAIT, do_access, p);
	check(actor_wait_settled(p->faulter), "the fault does not wait");
	actor_begin(p->changer, NOWHERE, do_truncate, p);
	actor_wait_settled(p->changer);
	check(actor_waits(p->changer, NULL), "truncation does not wait for the page");
	actor_release(p->faulter, NOWHERE);
	actor_finish(p->faulter);
	actor_finish(p->changer);
	check(p->result == ACCESS_OK || p->result == ACCESS_SIGBUS, "the read's answer");
	check_same(access_read(p->m->task, A, &p->value), ACCESS_SIGBUS, "a page beyond the end");
	clear(p);
}
