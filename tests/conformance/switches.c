// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Switches for kernel behaviour, each in each position: what a fault or DONTNEED does then, for every scheme.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "tests/support/mm_test.h"

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE

/** As SCHEME_TEST(), in worlds that @a set_ has changed. */
#define SWITCH_TEST(name_, set_) \
	static void name_(struct mm_test *m); \
	FOR_EACH_SCHEME(SWITCH_TEST_ONE, name_, set_) \
	static void name_(struct mm_test *m)

#define SWITCH_TEST_ONE(scheme_, name_, set_) \
	Test(scheme_, name_) \
	{ \
		struct world_config config = mm_test_config(); \
		struct mm_test m; \
		set_; \
		mm_test_begin(&m, #scheme_, &config); \
		name_(&m); \
		mm_test_end(&m); \
	}

static unsigned int last_rung(const struct mm_test *m)
{
	return m->chain.nr - 1;
}

static void kernel_fault(struct mm_test *m, unsigned long addr)
{
	check_same(mm_fault(m->task, m->mm, addr, FAULT_FLAG_WRITE), FAULT_DONE, "kernel-mode fault");
}

/* --- kernel-mode faults; the default, that they go to mmap_lock, is tested in rights.c ----------------- */

SWITCH_TEST(kernel_faults_alike, config.kernel_faults = KERNEL_FAULTS_ALIKE)
{
	u64 top, bottom;

	mm_test_alone(m);
	map_at(m, A, 64, PROT_RW);
	must_write(m, A, 1);
	top = rung_sum(m, 0, "done");
	bottom = rung_sum(m, last_rung(m), "done");
	for (unsigned int i = 1; i <= 10; i++)
		kernel_fault(m, A + i * P);
	check_same(rung_sum(m, 0, "done") - top, 10, "kernel-mode faults on the first rung");
	check_same(event_sum(m, STAT_FAULT_KERNEL), 0, "kernel-mode faults that begin elsewhere than others");
	check_same(rung_sum(m, last_rung(m), "done") - bottom, last_rung(m) ? 0 : 10, "on the last");
}

/* --- one thread alone in the mm -------------------------------------------------------------- */

SWITCH_TEST(alone_goes_last, config.alone = ALONE_MMAP_LOCK)
{
	u64 top, bottom;

	mm_test_alone(m);
	map_at(m, A, 64, PROT_RW);
	must_write(m, A, 1);
	top = rung_sum(m, 0, "done");
	bottom = rung_sum(m, last_rung(m), "done");
	for (unsigned int i = 1; i <= 10; i++)
		must_write(m, A + i * P, i);
	check_same(rung_sum(m, last_rung(m), "done") - bottom, 10, "faults alone, on the last rung");

	mm_attach(world_task(m->world, 1), m->mm);
	for (unsigned int i = 11; i <= 20; i++)
		must_write(m, A + i * P, i);
	mm_detach(world_task(m->world, 1));
	check_same(rung_sum(m, 0, "done") - top, last_rung(m) ? 10 : 20, "faults of two, on the first");
}

/* --- the anon_vma ------------------------------------------------------------------------------- */

static bool has_anon(struct mm_test *m, unsigned long addr)
{
	struct vma_info info;

	check(mm_next_vma(m->task, m->mm, addr, &info) && info.start <= addr, "nothing mapped");
	return info.has_anon;
}

static bool has_vma_lock_on_top(struct mm_test *m)
{
	return m->chain.vma_lock == m->chain.inst;
}

SWITCH_TEST(anon_by_trylock, config.anon_policy = ANON_AT_FAULT_TRYLOCK)
{
	mm_test_alone(m);
	map_at(m, A, 4, PROT_RW);
	check(!has_anon(m, A), "an anon_vma before the first write");
	must_write(m, A, 1);
	check(has_anon(m, A), "none after it");
	if (has_vma_lock_on_top(m))
		check_same(rung_sum(m, 0, "done"), 1, "first writes done under the VMA's lock");
	if (top_sleep(m) != SLEEPS_HERE)
		check_same(rung_sum(m, 0, "needs_mmap_lock"), top_sleep(m) != SLEEPS_WITH_VMA_LOCK,
			   "first writes that fell from RCU");
}

/*
 * A first rung that takes mmap_lock in each fault does not have to fall for it, not even in the second
 * fault here.
 */
SWITCH_TEST(anon_under_mmap_lock, config.anon_policy = ANON_AT_FAULT_LOCKED)
{
	u64 top, bottom, reads;

	mm_test_alone(m);
	map_at(m, A, 4, PROT_RW);
	check(!has_anon(m, A), "an anon_vma before the first write");
	must_write(m, A, 1);
	check(has_anon(m, A), "none after it");
	top = rung_sum(m, 0, "done");
	bottom = rung_sum(m, last_rung(m), "done");
	reads = event_sum(m, STAT_MMAP_LOCK_READ);
	must_write(m, A + P, 1);
	if (last_rung(m) && event_sum(m, STAT_MMAP_LOCK_READ) == reads) {
		check_same(top, 0, "first writes done above mmap_lock");
		check_same(bottom, 1, "under mmap_lock");
	}
	check_same(rung_sum(m, 0, "done"), top + 1, "only the first");
}

/*
 * No fault falls because it lacks one.  Neighbours share it where they could merge but for their rights;
 * a VMA that was mapped read-only also differs in VM_ACCOUNT, gets its own, and does not merge when it
 * becomes writable, as it does when the first write decides.
 */
SWITCH_TEST(anon_at_mmap, config.anon_policy = ANON_AT_MMAP)
{
	const struct want_vma two[] = { { A, A + 8 * P, PROT_RW }, { A + 8 * P, A + 12 * P, PROT_RW } };

	map_at(m, A, 4, PROT_RW);
	check(has_anon(m, A), "none after mmap");
	map_at(m, A + 4 * P, 4, PROT_RW | PROT_X);
	map_at(m, A + 8 * P, 4, PROT_R);
	check(has_anon(m, A + 8 * P), "none after mmap");
	check_same(mm_mprotect(m->task, m->mm, A + 4 * P, 8 * P, PROT_RW), 0, "mprotect");
	must_have_vmas(m, two, 2);
	must_read(m, A + 7 * P);	/* the tables */
	must_write(m, A, 1);
	if (top_sleep(m) != SLEEPS_HERE)
		check_same(rung_sum(m, 0, "needs_mmap_lock"), 0, "first writes that fell from RCU");
	if (last_rung(m))
		check_same(rung_sum(m, last_rung(m), "done"), top_counter(m, "abort_no_table") ? 1 : 0,
			   "faults that needed mmap_lock");

	mm_set_brk(m->task, m->mm, B);
	check_same(mm_brk(m->task, m->mm, B + P), B + P, "brk");
	check(has_anon(m, B), "none after brk");
	check_same(mm_mmap(m->task, m->mm, B + 64 * P, P, PROT_RW, MM_MAP_SHARED | MM_MAP_ANONYMOUS |
			   MM_MAP_FIXED, NULL, 0), B + 64 * P, "shared memory");
	check(!has_anon(m, B + 64 * P), "one for shared memory");
}

/* --- DONTNEED ------------------------------------------------------------------------------------- */

static void dontneed(struct mm_test *m, unsigned long addr, unsigned int pages)
{
	check_same(mm_madvise(m->task, m->mm, addr, pages * P, ADV_DONTNEED), 0, "DONTNEED");
}

static void dontneed_twice(struct mm_test *m, u64 under_vma_lock)
{
	u64 reads;

	map_at(m, A, 8, PROT_RW);
	check_same(mm_mprotect(m->task, m->mm, A + 4 * P, 4 * P, PROT_R), 0, "mprotect");
	for (unsigned int i = 0; i < 4; i++)
		must_write(m, A + i * P, i + 1);
	reads = event_sum(m, STAT_MMAP_LOCK_READ);
	dontneed(m, A + P, 2);		/* within one VMA */
	check_same(event_sum(m, STAT_DONTNEED_VMA_LOCK), under_vma_lock, "done under the VMA's lock");
	check_same(event_sum(m, STAT_MMAP_LOCK_READ) - reads, !under_vma_lock, "under mmap_lock");
	for (unsigned int i = 0; i < 4; i++)
		check_same(must_read(m, A + i * P), i == 1 || i == 2 ? 0 : i + 1, "contents");

	dontneed(m, A, 8);		/* two VMAs: always under mmap_lock */
	check_same(event_sum(m, STAT_DONTNEED_VMA_LOCK), under_vma_lock, "done under a VMA's lock");
	check_same(must_read(m, A), 0, "contents");
	check_same(mm_madvise(m->task, m->mm, B, P, ADV_DONTNEED), (u64)-ENOMEM, "a hole");
	check_same(event_sum(m, STAT_DONTNEED_VMA_LOCK), under_vma_lock, "done under a VMA's lock");
	map_at(m, A, 8, PROT_RW);	/* no thread holds a lock of the old VMAs */
}

SWITCH_TEST(dontneed_under_mmap_lock, config.dontneed_lock = DONTNEED_MMAP_LOCK)
{
	dontneed_twice(m, 0);
}

SWITCH_TEST(dontneed_under_the_vma_lock, config.dontneed_lock = DONTNEED_VMA_LOCK)
{
	dontneed_twice(m, m->chain.vma_lock != NULL);
}

/* --- page tables that DONTNEED has emptied ------------------------------------------------------ */

#define TABLE	(512 * P)	/* under one leaf table */
#define GUARD	102

static u64 tables_reclaimed(struct mm_test *m, unsigned long addr, unsigned long pages)
{
	u64 before = event_sum(m, STAT_TABLE_RECLAIM);

	check_same(mm_madvise(m->task, m->mm, addr, pages * P, ADV_DONTNEED), 0, "DONTNEED");
	mm_test_check(m, m->mm);
	return event_sum(m, STAT_TABLE_RECLAIM) - before;
}

SWITCH_TEST(pt_reclaim_takes_out_empty_tables, config.pt_reclaim = true; config.dontneed_lock = DONTNEED_VMA_LOCK)
{
	mm_test_alone(m);
	map_at(m, A, 3 * 512, PROT_RW);
	for (unsigned int i = 0; i < 3; i++)
		must_write(m, A + i * TABLE + 7 * P, i + 1);
	check_same(tables_reclaimed(m, A + P, 2 * 512 - 2), 0, "tables of which a part stays mapped");
	must_write(m, A + TABLE + 7 * P, 9);
	check_same(tables_reclaimed(m, A + P, 2 * 512), 1, "tables, of which one lies in the range");
	check_same(must_read(m, A + TABLE + 7 * P), 0, "contents under a new table");
	check_same(must_read(m, A + 2 * TABLE + 7 * P), 3, "contents of a table that stays");
	check_same(mm_madvise(m->task, m->mm, A + TABLE, P, GUARD), 0, "a guard");
	check_same(tables_reclaimed(m, A, 3 * 512), 2, "tables, but for the one with a guard");
	must_not_read(m, A + TABLE);
	must_write(m, A, 4);
	check_same(must_read(m, A), 4, "a write after it");
}

SWITCH_TEST(without_pt_reclaim_tables_stay, config.dontneed_lock = DONTNEED_VMA_LOCK)
{
	mm_test_alone(m);
	map_at(m, A, 512, PROT_RW);
	must_write(m, A, 1);
	check_same(tables_reclaimed(m, A, 512), 0, "tables");
	check_same(must_read(m, A), 0, "contents");
}

/* --- which VMAs fork marks ---------------------------------------------------------------------- */

static u64 marked_by_fork(struct mm_test *m)
{
	u64 before = event_sum(m, STAT_VMA_MARK);
	struct mm *child;

	check_same(mm_fork(m->task, m->mm, &child), 0, "fork");
	before = event_sum(m, STAT_VMA_MARK) - before - child->map_count;	/* the child's are born marked */
	mm_test_check(m, child);
	mm_destroy(m->task, child);
	return before;
}

static void four_mappings(struct mm_test *m)
{
	map_at(m, A, 4, PROT_RW);
	must_write(m, A, 1);
	map_at(m, A + 8 * P, 4, PROT_R);		/* may become writable */
	check_same(mm_mmap(m->task, m->mm, A + 16 * P, 4 * P, PROT_RW, MM_MAP_SHARED | MM_MAP_ANONYMOUS | MM_MAP_FIXED,
			   NULL, 0), A + 16 * P, "shared memory");
	must_write(m, A + 16 * P, 2);
}

SWITCH_TEST(fork_marks_all, config.fork_marks = FORK_MARKS_ALL)
{
	four_mappings(m);
	check_same(marked_by_fork(m), 3, "VMAs marked");
}

SWITCH_TEST(fork_marks_private, config.fork_marks = FORK_MARKS_PRIVATE)
{
	four_mappings(m);
	check_same(marked_by_fork(m), 2, "VMAs marked");
	check_same(mm_madvise(m->task, m->mm, A + 17 * P, P, GUARD), 0, "a guard in the shared memory");
	check_same(marked_by_fork(m), 3, "VMAs marked, with the one whose entries are read for guards");
}

/* --- how long a grace period is said to take --------------------------------------------------- */

#define GRACE_NS 3600000000000ULL	/* an hour: requested, not slept */

Test(switches, a_trap_takes_the_time_that_was_asked_for)
{
	struct world_config config = mm_test_config();
	struct mm_test m;
	u64 began;

	config.trap_ns = 20 * 1000 * 1000;
	mm_test_begin(&m, "mmap_lock", &config);
	mm_test_alone(&m);	/* reclaim is quicker than such a fault, and the access would begin again for ever */
	map_at(&m, A, 1, PROT_RW);
	began = platform_now();
	must_write(&m, A, 1);
	check(platform_now() - began >= config.trap_ns, "the fault took no longer than without");
	mm_test_end(&m);
}

Test(switches, so_many_pages_are_refused_as_were_asked_for)
{
	static const struct {
		unsigned int percent;
		u64 least, most;
	} cases[] = { { 0, 0, 0 }, { 25, 40, 90 }, { 100, 255, 255 } };

	for (size_t i = 0; scheme_find("rcu_everything") && i < ARRAY_SIZE(cases); i++) {
		struct world_config config = mm_test_config();
		struct mm_test m;
		u64 refused;

		config.nowait_fails = cases[i].percent;
		mm_test_begin(&m, "rcu_everything", &config);
		mm_test_alone(&m);
		map_at(&m, A, 256, PROT_RW);
		/* The first fault falls because it lacks an anon_vma, before it allocates a page. */
		for (unsigned int n = 0; n < 256; n++)
			must_write(&m, A + n * P, n);
		refused = rung_sum(&m, 0, "would_sleep");
		check(refused >= cases[i].least && refused <= cases[i].most, "%u %%: %d of 255 refused",
		      cases[i].percent, (int)refused);
		check_same(rung_sum(&m, 1, "done"), refused + 1, "done one rung down");
		mm_test_end(&m);
	}
}

static __thread u64 asked_ns;	/* of this thread; deferred frees wait on another */

#ifdef HOOK_USER	/* on the engine, whose sleep is its own */
#define __wrap_platform_native_sleep __wrap_platform_sleep
#define __real_platform_native_sleep __real_platform_sleep
#endif
void __wrap_platform_native_sleep(u64 ns);
void __real_platform_native_sleep(u64 ns);

/* The linker puts this in place of the platform's own (--wrap). */
void __wrap_platform_native_sleep(u64 ns)
{
	if (ns == GRACE_NS)
		asked_ns += ns;
	else
		__real_platform_native_sleep(ns);
}

Test(switches, grace_period_reaches_marks_done)
{
	static const struct {
		const char *spec;
		u64 waits;
	} cases[] = {
		{ "rcu_everything", 0 },
		{ "rcu_everything_grace", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world_config config = mm_test_config();
		struct mm_test m;

		if (!scheme_find(cases[i].spec))
			continue;
		config.grace_period_ns = GRACE_NS;
		mm_test_begin(&m, cases[i].spec, &config);
		check_context("%s", cases[i].spec);
		map_at(&m, A, 4, PROT_RW);
		must_write(&m, A, 1);
		asked_ns = 0;
		check_same(mm_mprotect(m.task, m.mm, A, P, PROT_R), 0, "mprotect");
		check_same(asked_ns / GRACE_NS, cases[i].waits, "grace periods that mprotect waits for");
		mm_test_end(&m);
	}
}
